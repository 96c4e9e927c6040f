package dapproxy

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/google/go-dap"

	"github.com/dlvx/dlvx/internal/render"
	"github.com/dlvx/dlvx/stitch"
)

// maxDelve is how many goroutines Delve lists (service/dap.maxGoroutines). What
// its filters match beyond them is lost.
const maxDelve = 1024

// crowded tells whether there are more goroutines than Delve would list, or than
// are to be: then who is listed is decided here.
func (q question) crowded(opts options) (crowded bool, err error) {
	defer recovered(&err, "counting goroutines")
	c, done := q.reading(q.stop)
	defer done()
	if c == nil {
		return false, nil
	}
	n, err := c.Count()
	if errors.Is(err, errors.ErrUnsupported) {
		return false, nil
	}
	return n > min(opts.maxGoroutines, maxDelve) || opts.groups(1), err
}

// groups tells whether goroutines that are alike are one thread, of so many.
func (o options) groups(goroutines int) bool {
	if o.groupGoroutines != nil {
		return *o.groupGoroutines
	}
	return goroutines > o.maxGoroutines
}

// crowdThreads lists the goroutines of a program that has many.
func (q question) crowdThreads(opts options, shown []focused) ([]dap.Thread, error) {
	wanted := make([]int64, 0, len(shown))
	for _, f := range shown {
		wanted = append(wanted, f.id)
	}
	o, err := q.overview(opts, wanted)
	if err != nil {
		return nil, err
	}
	all := o.Count()
	picks, left := o.Pick(opts.maxGoroutines, opts.groups(all), wanted...)
	ids := make([]int64, len(picks))
	counts := make(map[int64]int, len(picks))
	for i, p := range picks {
		ids[i], counts[p.ID] = p.ID, p.Count
	}
	gs, err := q.some(ids)
	if err != nil {
		return nil, err
	}
	if len(gs) == 0 {
		return []dap.Thread{{Id: 1, Name: "Dummy"}}, nil // as Delve: a client has to have one
	}
	var threads []dap.Thread
	at := o.Halt.Selected
	if thread, on := o.Halt.Threads[at]; on && !slices.ContainsFunc(o.Heads, func(h stitch.Head) bool { return h.ID == at }) {
		// It is exiting: dead to the runtime, and where the debugger is.
		threads = append(threads, dap.Thread{Id: int(at), Name: fmt.Sprintf("* [Go %d] exiting (Thread %d)", at, thread)})
	}
	for _, g := range gs {
		threads = append(threads, dap.Thread{Id: int(g.ID), Name: threadName(g, counts[g.ID], o.Halt, opts.pprofLabels)})
	}
	q.tellShown(all, len(picks), left)
	return threads, nil
}

// overview returns the goroutines that the filters of the launch select, and
// those that are wanted anyway.
func (q question) overview(opts options, wanted []int64) (o stitch.Overview, err error) {
	filter, err := parseThreadFilter(opts.goroutineFilters)
	if err != nil {
		q.tellOnce(fmt.Sprintf("dlvx: \"goroutineFilters\" is not used: %v", err))
	}
	if opts.hideSystem {
		filter = append(filter, threadCondition{field: "user"})
	}
	o, err = q.look()
	if err != nil || len(filter) == 0 {
		return o, err
	}
	o.Heads = slices.Clone(o.Heads) // what was returned is shared
	always := func(id int64) bool { return id == o.Halt.Selected || slices.Contains(wanted, id) }
	if filter.ofHeads() {
		o.Heads = slices.DeleteFunc(o.Heads, func(h stitch.Head) bool {
			return h.ID == 0 || !always(h.ID) && !filter.matchHead(h, o.Halt)
		})
		return o, nil
	}
	snap, err := q.takeSnapshot(func() {})
	if err != nil {
		return o, err
	}
	o.Heads = slices.DeleteFunc(o.Heads, func(h stitch.Head) bool {
		g := snap.byID[h.ID]
		return g == nil || !always(h.ID) && !filter.match(g, o.Halt)
	})
	return o, nil
}

func (q question) look() (o stitch.Overview, err error) {
	defer recovered(&err, "looking at all goroutines")
	c, done := q.reading(q.stop)
	defer done()
	if c == nil {
		return o, errNoReader
	}
	if o, err = c.Overview(q.ctx); o.Halt.Selected == 0 {
		o.Halt.Selected = int64(q.stop.at) // which the client was told to show
	}
	return o, err
}

func (q question) some(ids []int64) (gs []stitch.Goroutine, err error) {
	defer recovered(&err, "looking at goroutines")
	c, done := q.reading(q.stop)
	defer done()
	if c == nil {
		return nil, errNoReader
	}
	return c.Some(q.ctx, ids)
}

// threadName names a goroutine's thread much as Delve does, and says how many it
// stands for, and what it waits for. The function is the one that tells best where it
// stands: Delve's would be time.Sleep for all that sleep.
func threadName(g stitch.Goroutine, count int, halt stitch.Halt, keys []string) string {
	var name strings.Builder
	if g.ID == halt.Selected {
		name.WriteString("* ")
	}
	fmt.Fprintf(&name, "[Go %d%s] %s", g.ID, shownLabels(g.Labels, keys), cmp.Or(stitch.BriefFunc(stitch.Position(g.Own).Func), "???"))
	if thread, ok := halt.Threads[g.ID]; ok {
		fmt.Fprintf(&name, " (Thread %d)", thread)
	}
	if count > 1 {
		name.WriteString(" ×" + render.Count(count))
	}
	return name.String() + threadSuffix(g.State)
}

// shownLabels is what of pprof labels stands in a name, as Delve has it for
// "showPprofLabels": of one key the value, else key and value of each; all of
// them for "*".
func shownLabels(labels map[string]string, keys []string) string {
	if len(keys) == 1 && keys[0] != "*" {
		if v := labels[keys[0]]; v != "" {
			return " " + v
		}
		return ""
	}
	if len(keys) == 1 {
		keys = nil
		for k := range labels {
			keys = append(keys, k)
		}
		sort.Strings(keys)
	}
	var text strings.Builder
	for _, k := range keys {
		if v := labels[k]; v != "" {
			text.WriteString(" " + k + ":" + v)
		}
	}
	return text.String()
}

// userCurrent returns the frame by which Delve names a goroutine
// (proc.(*G).UserCurrent): the topmost one outside the runtime.
func userCurrent(own []stitch.Frame) stitch.Frame {
	const maxDepth = 30
	for _, f := range own[:min(len(own), maxDepth)] {
		unexported, internal := strings.CutPrefix(f.Func, "runtime.")
		exported := internal && unexported != "" && 'A' <= unexported[0] && unexported[0] <= 'Z'
		if strings.Contains(f.Func, ".") && (!internal || exported) &&
			!strings.HasPrefix(f.Func, "internal/") && !strings.HasPrefix(f.Func, "runtime/internal") && !strings.HasPrefix(f.Func, "iter.") {
			return f
		}
	}
	if len(own) == 0 {
		return stitch.Frame{Func: "???"}
	}
	return own[0]
}

// tellShown says once in a session what the list of threads does not show.
func (q question) tellShown(goroutines, threads, left int) {
	const reach = "To see one of them, type dlvx goroutine 18 (with its number); dlvx help tells more"
	if grouped := goroutines - left - threads; grouped > 0 {
		q.tellOnce(fmt.Sprintf("dlvx: %s goroutines: those with equal logical stacks are one thread (×) in the Call Stack. "+
			"%s. \"groupGoroutines\": false in the launch configuration shows each for itself.", render.Count(goroutines), reach))
	}
	if left > 0 {
		q.tellOnce(fmt.Sprintf("dlvx: %s of %s goroutines are not in the Call Stack, which ends at %s (\"maxGoroutines\" in the launch configuration). %s.",
			render.Count(left), render.Count(goroutines), render.Count(threads), reach))
	}
}

// tellOnce tells the user what a session says once, be it with other numbers.
func (s *session) tellOnce(text string) {
	kind := strings.Map(func(r rune) rune {
		if '0' <= r && r <= '9' || r == ',' {
			return -1
		}
		return r
	}, text)
	s.mu.Lock()
	told := s.reported[kind]
	s.reported[kind] = true
	s.mu.Unlock()
	if !told {
		s.tell(text + "\n")
	}
}
