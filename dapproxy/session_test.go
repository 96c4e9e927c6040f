package dapproxy

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/dlvx/dlvx/stitch"
)

// blocking returns chains that are read only once go is closed, and a channel
// that tells when reading has begun.
func blocking() (c *fakeChains, begun, release chan struct{}) {
	begun, release = make(chan struct{}), make(chan struct{})
	c = family()
	var once sync.Once
	c.hook = func() {
		once.Do(func() { close(begun) })
		<-release
	}
	return c, begun, release
}

func TestResumeWaitsForQuestions(t *testing.T) {
	bubble(t, func(t *testing.T) {
		c, begun, release := blocking()
		r, d := stacked(t, c.config(), familyStacks())
		defer r.close()
		stack := r.client.request("stackTrace", `{"threadId":18}`)
		<-begun
		resume := r.client.request("continue", `{}`)
		synctest.Wait()
		if d.requests("continue") != 0 {
			t.Error("the target was resumed while its chain was being read")
		}
		close(release)
		if a := r.client.next(); a.RequestSeq != stack || !strings.Contains(string(a.Body), "created by goroutine 7") {
			t.Errorf("got %+v, want the stitched stack first", a)
		}
		if a := r.client.next(); a.RequestSeq != resume {
			t.Errorf("got %+v, want the answer to continue", a)
		}
	})
}

func TestPauseAndDisconnectDoNotWait(t *testing.T) {
	bubble(t, func(t *testing.T) {
		c, begun, release := blocking()
		r, d := stacked(t, c.config(), familyStacks())
		defer r.close()
		r.client.request("stackTrace", `{"threadId":18}`)
		<-begun
		for _, command := range []string{"pause", "threads", "terminate"} {
			if a := r.client.call(command, `{}`); a.Command != command {
				t.Errorf("got %+v", a)
			}
		}
		r.client.request("continue", `{}`)
		synctest.Wait()
		if d.requests("continue") != 0 {
			t.Error("continue did not wait")
		}
		r.client.request("disconnect", `{}`)
		r.client.next()
		if a := r.client.next(); a.Command != "disconnect" {
			t.Errorf("got %+v", a)
		}
		close(release)
		synctest.Wait()
		if d.requests("disconnect") != 1 {
			t.Error("disconnect did not get through")
		}
	})
}

// While the target runs Delve is not asked for anything of the proxy's own.
func TestNoQuestionsWhileRunning(t *testing.T) {
	bubble(t, func(t *testing.T) {
		c := family()
		r, _ := stacked(t, c.config(), familyStacks())
		defer r.close()
		for _, command := range []string{"continue", "configurationDone", "goto"} {
			r.client.call(command, `{}`)
			if got := r.stack(18, 0, 20).names(); len(got) != len(familyStacks()[18]) {
				t.Errorf("after %s: %q", command, got)
			}
		}
		if c.count() != 0 {
			t.Errorf("%d chains were read", c.count())
		}
	})
}

// The target can be resumed behind the proxy's back, by another client.
func TestAnswerOfAnOlderStop(t *testing.T) {
	bubble(t, func(t *testing.T) {
		c, begun, release := blocking()
		r, d := stacked(t, c.config(), familyStacks())
		defer r.close()
		r.client.request("stackTrace", `{"threadId":18}`)
		<-begun
		d.mu.Lock()
		go func() {
			defer d.mu.Unlock()
			d.stopped()
		}()
		r.client.event("stopped")
		close(release)
		if a := r.client.next(); strings.Contains(string(a.Body), "created by") {
			t.Errorf("frames of an older stop were added: %s", a.Body)
		}
		if got := r.stack(18, 0, 20).names(); len(got) <= len(familyStacks()[18]) {
			t.Errorf("the new stop has no chain: %q", got)
		}
	})
}

// A call that ends the program fails, as one that never began does.
func TestCallThatEndsTheTarget(t *testing.T) {
	bubble(t, func(t *testing.T) {
		c := family()
		r, d := stacked(t, c.config(), familyStacks())
		defer r.close()
		d.mu.Lock()
		d.fatal = "call exit()"
		d.mu.Unlock()
		if a := r.client.call("evaluate", `{"expression":"call exit()"}`); a.Success {
			t.Errorf("got %+v", a)
		}
		r.stack(18, 0, 20)
		if c.count() != 0 {
			t.Error("a chain was read after the end of the target")
		}
	})
}

func TestChainsPerTargetAndStop(t *testing.T) {
	bubble(t, func(t *testing.T) {
		var made []*fakeChains
		r, _ := stacked(t, Config{NewChains: func(*Injector) Chains {
			made = append(made, family())
			return made[len(made)-1]
		}}, familyStacks())
		defer r.close()
		if len(made) != 0 {
			t.Error("chains were made before anyone asked")
		}
		r.stack(18, 0, 20)
		for range 2 {
			r.client.request("next", `{}`)
			r.client.event("stopped")
			r.stack(18, 0, 20)
			r.stack(19, 0, 20)
		}
		r.client.request("restart", `{}`)
		r.client.event("initialized")
		if got := r.stack(18, 0, 20).names(); len(got) != 4 {
			t.Errorf("between restart and stop: %q", got)
		}
		r.client.request("stop", `{}`)
		r.client.event("stopped")
		r.stack(18, 0, 20)
		if len(made) != 2 || made[0].resets != 2 || made[1].resets != 0 {
			t.Errorf("%d readers, resets %d; want 2 and 2", len(made), made[0].resets)
		}
	})
}

func TestNoChains(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r, _ := stacked(t, Config{NewChains: func(*Injector) Chains { return nil }}, familyStacks())
		defer r.close()
		if got := r.stack(18, 0, 20).names(); len(got) != 4 {
			t.Errorf("got %q", got)
		}
	})
}

// Delve dies while the proxy asks it about a chain.
func TestDelveDiesMidRequest(t *testing.T) {
	bubble(t, func(t *testing.T) {
		var d *fakeDelve
		var r *rig
		asked := make(chan error, 1)
		r, d = stacked(t, Config{NewChains: func(i *Injector) Chains {
			c := family()
			c.hook = func() {
				d.end.conn.Close()
				_, err := i.Eval(18, "x")
				c.err = err
				asked <- err
			}
			return c
		}}, familyStacks())
		seq := r.client.request("stackTrace", `{"threadId":18}`)
		if a := r.client.next(); a.RequestSeq != seq || !a.Success || strings.Contains(string(a.Body), "created by") {
			t.Errorf("got %+v, want Delve's own answer", a)
		}
		if err := <-asked; !errors.Is(err, errServerGone) {
			t.Errorf("Eval: %v", err)
		}
		r.client.expect("")
		if err := <-r.result; err != nil {
			t.Errorf("Serve: %v", err)
		}
		r.cancel()
	})
}

func TestServeEnds(t *testing.T) {
	for name, c := range map[string]struct {
		end  func(r *rig)
		want string
	}{
		"client closes":       {func(r *rig) { r.client.conn.Close() }, ""},
		"delve closes":        {func(r *rig) { r.delve.conn.Close(); r.client.expect("") }, ""},
		"context":             {func(r *rig) { r.cancel() }, context.Canceled.Error()},
		"client in a message": {func(r *rig) { r.half(r.client); r.client.conn.Close() }, "reading from the client: unexpected EOF"},
		"delve in a message":  {func(r *rig) { r.half(r.delve); r.delve.conn.Close(); r.client.expect("") }, "reading from the debugger: unexpected EOF"},
		"no JSON": {func(r *rig) {
			_, _ = r.client.conn.Write([]byte("Content-Length: 5\r\n\r\nhello"))
			r.client.expect("")
		}, `reading from the client: malformed DAP message: "hello" is not JSON`},
		"no protocol": {func(r *rig) {
			_, _ = r.client.conn.Write([]byte("hello\r\n"))
			r.client.next()
		}, `reading from the client: malformed DAP header: "hello" is not a header field`},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				r := newRig(t, Config{})
				c.end(r)
				got := ""
				if err := <-r.result; err != nil {
					got = err.Error()
				}
				if got != c.want {
					t.Errorf("Serve returned %q, want %q", got, c.want)
				}
				if c.want == "" || name == "context" {
					r.delve.expect("")
				}
				r.cancel()
			})
		})
	}
}

func (r *rig) half(e *end) { _, _ = e.conn.Write([]byte("Content-Length: 10\r\n\r\n{")) }

// What the client sends just before it goes still arrives.
func TestDisconnectBeforeVanishing(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t, Config{})
		for range 5 {
			r.client.request("threads", `{}`)
		}
		r.client.request("disconnect", `{"terminateDebuggee":true}`)
		r.client.conn.Close()
		for range 5 {
			r.delve.next()
		}
		if got := r.delve.next(); got.Command != "disconnect" {
			t.Errorf("Delve got %+v", got)
		}
		r.delve.expect("")
		if err := <-r.result; err != nil {
			t.Error(err)
		}
		r.cancel()
	})
}

// Many requests at once, with questions of the proxy's own between them: each
// gets its own answer, under its own number.
func TestTrafficDoesNotMix(t *testing.T) {
	bubble(t, func(t *testing.T) {
		var d *fakeDelve
		stacks := map[int][]string{}
		for g := 1; g <= 40; g++ {
			stacks[g] = []string{fmt.Sprintf("main.f%d", g), "runtime.goexit"}
		}
		r, d := stacked(t, Config{NewChains: func(i *Injector) Chains {
			return chainFunc(func(goid int64) (stitch.Chain, error) {
				// Also concurrently, as a reader may.
				var wg sync.WaitGroup
				for range 3 {
					wg.Go(func() {
						if s, err := i.Stack(goid, 5); err != nil || s[0].Func != fmt.Sprintf("main.f%d", goid) {
							t.Errorf("Stack(%d): %v, %v", goid, s, err)
						}
						if v, err := i.Eval(goid, fmt.Sprint("id", goid)); err != nil || v != uint64(goid) {
							t.Errorf("Eval in %d: %d, %v", goid, v, err)
						}
					})
				}
				wg.Wait()
				return stitch.Chain{Links: []stitch.Link{{Spawner: goid + 1000, Provenance: stitch.Label}}}, nil
			})
		}}, stacks)
		defer r.close()
		d.mu.Lock()
		for g := range stacks {
			d.values[fmt.Sprint("id", g)] = fmt.Sprint(g)
		}
		d.mu.Unlock()

		rng := rand.New(rand.NewPCG(3, 4))
		var mu sync.Mutex
		want := map[int]string{} // by number of the request
		const n = 400
		var sent atomic.Int64
		go func() {
			for range n {
				g := 1 + rng.IntN(len(stacks))
				mu.Lock()
				seq := r.client.seq + 1
				command, args := "stackTrace", fmt.Sprintf(`{"threadId":%d}`, g)
				want[seq] = fmt.Sprintf("created by goroutine %d (exited)", g+1000)
				switch rng.IntN(3) {
				case 0:
					command, args = "evaluate", fmt.Sprintf(`{"expression":"e%d"}`, seq)
					want[seq] = fmt.Sprintf("e%d in selected", seq)
				case 1:
					command, args = "evaluate", fmt.Sprintf(`{"expression":"id%d"}`, g)
					want[seq] = fmt.Sprintf(`"result":"%d"`, g)
				}
				mu.Unlock()
				r.client.request(command, args)
				sent.Add(1)
			}
		}()
		numbers := map[int]bool{}
		for range n {
			a := r.client.next()
			mu.Lock()
			w, ok := want[a.RequestSeq]
			delete(want, a.RequestSeq)
			mu.Unlock()
			if !ok || !a.Success || !strings.Contains(string(a.Body), w) {
				t.Fatalf("answer to %d is %+v %s, want %q", a.RequestSeq, a, a.Body, w)
			}
			if numbers[a.Seq] {
				t.Fatalf("number %d came twice", a.Seq)
			}
			numbers[a.Seq] = true
		}
	})
}

type chainFunc func(goid int64) (stitch.Chain, error)

func (f chainFunc) Chain(goid int64, _ int) (stitch.Chain, error) { return f(goid) }
func (f chainFunc) Reset()                                        {}
func (f chainFunc) Find(int64) (bool, error)                      { return true, nil }
func (f chainFunc) Count() (int, error)                           { return 0, errors.ErrUnsupported }

func (f chainFunc) Overview(context.Context) (stitch.Overview, error) {
	return stitch.Overview{}, errors.ErrUnsupported
}

func (f chainFunc) Some(context.Context, []int64) ([]stitch.Goroutine, error) { return nil, nil }

func (f chainFunc) Goroutines(context.Context) ([]stitch.Goroutine, error) { return nil, nil }

func (f chainFunc) States(context.Context, []int64) (map[int64]stitch.State, error) { return nil, nil }

func TestNumbers(t *testing.T) {
	p := newPeer(nil)
	for _, c := range []struct{ want, got int64 }{
		{1, 1},
		{3, 3},
		{2, 2},
		{2, 4},
		{4, 5},
		{6, 6},
		{0, 7},
		{-8, 8},
		{100, 100},
		{99, 99},
		{99, 101},
		{20, 102},
		{1 << 60, 103},
		{103, 104},
		{105, 105},
	} {
		if got := p.number(c.want); got != c.got {
			t.Errorf("number(%d) = %d, want %d", c.want, got, c.got)
		}
	}
	rng := rand.New(rand.NewPCG(5, 6))
	seen := map[int64]bool{}
	p = newPeer(nil)
	for range 100000 {
		n := p.number(int64(rng.IntN(300)) + p.last - 200)
		if n <= 0 || seen[n] {
			t.Fatalf("%d again", n)
		}
		seen[n] = true
	}
}
