package debugmode

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dlvx/dlvx/internal/render"
)

// frames is a section's frames on the wire.
func frames(list ...string) string {
	var b strings.Builder
	for _, f := range list {
		name, line, _ := strings.Cut(f, ":")
		file := "/w/main.go"
		if !strings.HasPrefix(name, "main.") {
			file = "/go/src/" + strings.ReplaceAll(name, ".", "/") + ".go"
		}
		b.WriteString("\t" + name + "\t" + file + "\t" + line + "\n")
	}
	return b.String()
}

// chain is the sections of a goroutine that main.start started.
func chain(id string) string {
	return "@spawners\t" + id + "\t0\t0\t0\n@spawn\t0\n" + frames("main.start:20", "main.main:10", "runtime.main:1", "runtime.goexit:1")
}

func slow(goid, ran, how string) string {
	return "slow\t" + goid + "\t" + ran + "\t" + ran + "\t" + how + "\tchan send\n@start\tmain.work.gowrap1\n@mid\t0\n" +
		frames("runtime.asyncPreempt:1", "main.parse:31", "main.work:30", "main.start.gowrap1:20", "runtime.goexit:1") +
		"@own\t0\n" + frames("runtime.gopark:1", "main.work:35", "runtime.goexit:1") + chain("1") + ".\n"
}

func group(count, goid, waited, leaked, test, state string) string {
	return "group\t" + count + "\t" + goid + "\t" + waited + "\t" + leaked + "\t" + test + "\t" + state + "\n@start\tmain.work\n@own\t0\n" +
		frames("runtime.gopark:1", "runtime.chanrecv1:1", "main.work:40", "runtime.goexit:1") + chain("1") + ".\n"
}

func list(head string, groups ...string) string {
	return head + "\n.\n" + strings.Join(groups, "") + "end\n.\n"
}

func site(open, total, line string) string {
	return "site\t" + open + "\t" + total + "\n@own\t0\n" + frames("context.withCancel:1", "context.WithCancel:2", "main.serve:"+line, "main.main:9") + "@spawners\t0\t0\t0\t0\n.\n"
}

func report(t *testing.T, o Options, records ...string) (*Report, string) {
	t.Helper()
	var out strings.Builder
	if o.Format == "" {
		o.Format = "text"
	}
	o.Goroot, o.Style = "/go", render.Style{Dir: "/w"}
	r, err := NewReport(&out, o)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range records {
		if err := r.Add(strings.NewReader(text), ""); err != nil {
			t.Error(err)
		}
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
	return r, out.String()
}

const createdByStart = `  created by goroutine 1
    main.start ./main.go:20
    main.main ./main.go:10
`

func TestReport(t *testing.T) {
	for name, test := range map[string]struct {
		options Options
		records string
		want    string
	}{
		"nothing": {Options{}, "bye\t0\n.\n", ""},
		"slow": {Options{}, slow("18", "523000000", "ended"), `dlvx: goroutine 18 main.work ran 0.523 s without yielding
    main.parse ./main.go:31
    main.work ./main.go:30
` + createdByStart + "dlvx: 1 slow stretch\n"},
		"repeats": {Options{}, slow("18", "100000000", "ended") + slow("19", "300000000", "exited") + slow("20", "200000000", "ended"), `dlvx: goroutine 18 main.work ran 0.100 s without yielding
    main.parse ./main.go:31
    main.work ./main.go:30
` + createdByStart + "dlvx: main.work ran too long 3 times in main.parse, at most 0.300 s\ndlvx: 3 slow stretches\n"},
		"goes on, then ends": {Options{}, slow("18", "1000000000", "goes on") + slow("18", "2000000000", "ended"), `dlvx: goroutine 18 main.work has been running for 1.000 s without yielding
    main.parse ./main.go:31
    main.work ./main.go:30
` + createdByStart + "dlvx: 1 slow stretch\n"},
		"blocked in C": {Options{}, "blocked\t7\t2000000000\n@own\t0\n" + frames("runtime.cgocall:1", "main._Cfunc_sleep:5", "main.main:6", "runtime.main:1", "runtime.goexit:1") + ".\n", `dlvx: goroutine 7 main.main was in a cgo call for 2.000 s
    main._Cfunc_sleep ./main.go:5
    main.main ./main.go:6
dlvx: 1 long system or cgo call
`},
		"blocked on a process": {Options{}, "blocked\t7\t2000000000\n@own\t0\n" + frames("syscall.wait4:5", "os.(*Process).Wait:6", "main.main:6") + ".\n", ""},
		"pending": {Options{}, list("pending\t5\t0\t", group("2", "5", "3000000000", "0", "0", "chan receive"), group("3", "9", "0", "0", "0", "chan receive")), `dlvx: 5 goroutines main.work [chan receive 3s] are pending at exit
    main.work ./main.go:40
` + createdByStart + "dlvx: 5 goroutines pending at exit\n"},
		"one pending, taken out": {Options{Background: []string{"main.start"}}, list("pending\t1\t0\t", group("1", "5", "0", "0", "0", "select")), ""},
		"pending, but not begun": {Options{}, list("pending\t1\t0\t", "group\t1\t5\t0\t0\t0\trunnable\n@start\tmain.work\n@own\t0\n"+frames("runtime.goexit:1")+chain("1")+".\n"), `dlvx: goroutine 5 main.work [runnable] is pending at exit
    main.work
` + createdByStart + "dlvx: 1 goroutine pending at exit\n"},
		"of a helper": {Options{}, list("pending\t1\t0\t", "group\t1\t5\t0\t0\t0\tsleep\n@own\t0\n"+frames("time.Sleep:1", "main.poll:40", "sync.(*WaitGroup).Go.func1:2", "runtime.goexit:1")+
			"@spawners\t1\t0\t0\t0\n@spawn\t0\n"+frames("sync.(*WaitGroup).Go:1", "main.main:10", "runtime.main:1", "runtime.goexit:1")+".\n"), `dlvx: goroutine 5 main.poll [sleep] is pending at exit
    time.Sleep /go/src/time/Sleep.go:1
    main.poll ./main.go:40
    sync.(*WaitGroup).Go.func1 /go/src/sync/(*WaitGroup)/Go/func1.go:2
  created by goroutine 1
    sync.(*WaitGroup).Go /go/src/sync/(*WaitGroup)/Go.go:1
    main.main ./main.go:10
dlvx: 1 goroutine pending at exit
`},
		"of a helper, taken out": {Options{Background: []string{"main.poll"}}, list("pending\t1\t0\t", "group\t1\t5\t0\t0\t0\tsleep\n@own\t0\n"+frames("main.poll:40", "sync.(*WaitGroup).Go.func1:2", "runtime.goexit:1")+
			"@spawners\t1\t0\t0\t0\n@spawn\t0\n"+frames("sync.(*WaitGroup).Go:1", "main.main:10")+".\n"), ""},
		"pending, but about to exit": {Options{}, list("pending\t1\t0\t", "group\t1\t5\t0\t0\t0\tsleep\n@own\t0\n"+frames("time.Sleep:1", "runtime.watchExit:2", "os.Exit:3", "main.work:4")+chain("1")+".\n"), ""},
		"a list that is missing": {Options{}, "missing\t5\n@start\tmain.spin\n" + chain("1") + ".\n", `dlvx: there is no list of goroutines, because goroutine 5 main.spin cannot be stopped
    main.spin
` + createdByStart},
		"more groups than fit": {Options{}, list("pending\t7\t6\t", group("1", "5", "0", "0", "0", "select")), `dlvx: goroutine 5 main.work [select] is pending at exit
    main.work ./main.go:40
` + createdByStart + "dlvx: ... and 6 goroutines of further groups (pending)\ndlvx: 7 goroutines pending at exit\n"},
		"left, leaked and pending": {
			Options{},
			list("left\t1\t0\tTestX/y", group("1", "5", "0", "0", "1", "select")) + list("leaked\t1\t0\t", group("1", "5", "0", "1", "1", "select")) + list("pending\t1\t0\t", group("1", "6", "0", "0", "1", "sleep")),
			`dlvx: TestX/y left behind goroutine 5 main.work [select]
    main.work ./main.go:40
` + createdByStart + `dlvx: goroutine 5 main.work [select], left behind by a test, can never be woken
dlvx: 1 goroutine that can never be woken, 1 goroutine left behind by tests
`,
		},
		"leaked in a dump": {Options{}, list("dump\t5\t0\t", group("4", "5", "0", "0", "0", "select"), group("1", "9", "0", "1", "0", "chan receive")), `dlvx: 5 goroutines
dlvx: goroutine 9 main.work [chan receive] can never be woken
    main.work ./main.go:40
` + createdByStart + `dlvx: 4 goroutines main.work [select]
    main.work ./main.go:40
` + createdByStart},
		"contexts": {Options{}, list("contexts\tdump", site("2", "3", "50"), site("4", "4", "60")) + list("contexts\tdump", site("9", "9", "50"), site("5", "5", "60")) + list("contexts\texit", site("1", "9", "50")), `dlvx: 4 of 4 contexts made here are not cancelled
    main.serve ./main.go:60
    main.main ./main.go:9
dlvx: 2 of 3 contexts made here are not cancelled
    main.serve ./main.go:50
    main.main ./main.go:9
dlvx: 9 of 9 contexts made here are not cancelled, 7 more than at the last dump
    main.serve ./main.go:50
    main.main ./main.go:9
dlvx: 5 of 5 contexts made here are not cancelled, 1 more than at the last dump
    main.serve ./main.go:60
    main.main ./main.go:9
dlvx: 1 of 9 contexts made here was never cancelled
    main.serve ./main.go:50
    main.main ./main.go:9
dlvx: 1 context never cancelled
`},
		"the library's contexts": {Options{}, list("contexts\texit", "site\t5\t5\n@own\t0\n"+frames("context.WithCancel:2", "net/http.get:3", "main.main:4")+".\n"), ""},
		"lost":                   {Options{}, "lost\t12\n.\n", "dlvx: 12 events lost: there were too many at once\n"},
		"killed in a record":     {Options{}, "pending\t5\t0\t\n.\ngroup\t5\t1\t0\n", ""},
		"cuts": {Options{}, "slow\t3\t100000000\t200000000\tended\t\n@own\t0\n" + frames("main.a:1") + "@spawners\t0\t0\t0\t0\n@spawn\t8\n" + frames("main.b:2") + "@spawn\t16\n" + frames("main.c:3") + "@spawn\t1\n.\n", `dlvx: goroutine 3 main.a ran 0.100 s without yielding (0.200 s by the clock)
    main.a ./main.go:1
  created by
    main.b ./main.go:2
    ... repeated generations cut: these spawners started each other over and over
  created by
    main.c ./main.go:3
    ... outer frames cut: the stack is deeper than what is recorded
    ... older spawners cut: the chain is longer than what is recorded
dlvx: 1 slow stretch
`},
		"annotation": {
			Options{Format: "github"},
			list("pending\t1\t0\t", group("1", "5", "0", "0", "0", "50% select")),
			"::warning file=main.go,line=20,title=dlvx pending::goroutine 5 main.work [50%25 select] is pending at exit%0A    main.work ./main.go:40%0A  created by goroutine 1%0A    main.start ./main.go:20%0A    main.main ./main.go:10\n::notice title=dlvx::1 goroutine pending at exit\n",
		},
	} {
		if _, have := report(t, test.options, test.records); have != test.want {
			t.Errorf("%s:\n%s\nwant\n%s", name, have, test.want)
		}
	}
}

func TestReportMany(t *testing.T) {
	var groups []string
	for i := range mostGroups + 10 {
		groups = append(groups, strings.Replace(group("2", "5", "0", "0", "0", "select"), "main.go\t40", "main.go\t"+strings.Repeat("1", i/9+1)+string(rune('1'+i%9)), 1))
	}
	records := list("pending\t120\t0\t", groups...)
	_, have := report(t, Options{}, records)
	if !strings.Contains(have, "dlvx: ... and 20 goroutines in 10 groups more (pending; -o json has them all)\n") {
		t.Errorf("many groups:\n%s", have)
	}
	_, have = report(t, Options{Format: "json"}, records)
	lines := strings.Split(strings.TrimSpace(have), "\n")
	if len(lines) != mostGroups+11 {
		t.Errorf("%d lines", len(lines))
	}
	for _, line := range lines {
		if !json.Valid([]byte(line)) {
			t.Errorf("no JSON: %s", line)
		}
	}
}

func TestReportFound(t *testing.T) {
	r, _ := report(t, Options{}, slow("1", "200000000", "ended")+list("leaked\t3\t0\t", group("3", "5", "0", "1", "0", "select")))
	for k, want := range map[Kind]int{Slow: 1, Leak: 3, Pending: 0} {
		if have := r.Found(k); have != want {
			t.Errorf("%s: %d, want %d", k, have, want)
		}
	}
}

type noWriter struct{}

func (noWriter) Write([]byte) (int, error) { return 0, errors.New("disk full") }

func TestReportErrors(t *testing.T) {
	if _, err := NewReport(nil, Options{Format: "xml"}); err == nil {
		t.Error("no error for an unknown format")
	}
	r, err := NewReport(noWriter{}, Options{Format: "text"})
	if err != nil {
		t.Fatal(err)
	}
	r.Add(strings.NewReader(slow("1", "200000000", "ended")), "")
	if err := r.Close(); err == nil || err.Error() != "disk full" {
		t.Errorf("error %v", err)
	}
	for _, bad := range []string{"what\t1\n.\n", ".\n", "group\t1\n.\n", "site\t1\n.\n", "slow\t1\n@mid\t0\n\ta\tb\tc\n.\n", strings.Repeat("x", maxLine+1)} {
		found := 0
		if err := Read(strings.NewReader(bad+slow("1", "200000000", "ended")), func(e Event) {
			if e.Kind == Slow && e.Ran > 0 {
				found++
			}
		}); err == nil {
			t.Errorf("no error for %.40q", bad)
		}
		if found != 1 && len(bad) <= maxLine {
			t.Errorf("%d records behind %.40q", found, bad)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(slow("1", "5", "ended") + list("left\t1\t2\tTestX", group("1", "2", "3", "4", "5", "6")) + list("contexts\texit", site("1", "2", "3")))
	f.Fuzz(func(t *testing.T, records string) {
		for _, format := range Formats {
			var out strings.Builder
			r, err := NewReport(&out, Options{Format: format})
			if err != nil {
				t.Fatal(err)
			}
			r.Add(strings.NewReader(records), "")
			r.Close()
		}
	})
}

func TestMarked(t *testing.T) {
	file := filepath.Join(t.TempDir(), "main.go")
	text := "package main\n" +
		"//dlvx:background\n" +
		"go a()\n" +
		"go b() //dlvx:background\n" +
		"go c()\n" +
		"\t//dlvx:background for ever\n" +
		"go d()\n" +
		"//dlvx:backgrounds\n" +
		"go e()\n"
	if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	var b background
	for line, want := range map[int]bool{-1: false, 3: true, 4: true, 5: false, 7: true, 9: false, 99: false} {
		if have := b.marked(file, line); have != want {
			t.Errorf("line %d: %v", line, have)
		}
	}
	if b.marked(file+"x", 3) || b.marked("", 1) {
		t.Error("a file that is not there has a mark")
	}
}

func TestMatches(t *testing.T) {
	for _, test := range []struct {
		pattern, name string
		want          bool
	}{
		{"main.work", "main.work", true},
		{"main.work", "main.work.func1", true},
		{"main.work", "main.worker", false},
		{"net/http", "net/http.(*Server).Serve", true},
		{"net/http", "net/http/httptest.x", false},
		{"", "main.work", false},
	} {
		if have := matches(test.pattern, test.name); have != test.want {
			t.Errorf("%q, %q: %v", test.pattern, test.name, have)
		}
	}
}

func TestSettings(t *testing.T) {
	s := Settings{Slow: 5, Blocked: 7, Pending: true, Contexts: true, Signal: 10}
	if have, err := ParseSettings(s.String()); err != nil || have != s {
		t.Errorf("%+v, %v", have, err)
	}
	if have := s.value(3); have != "1,3,5,7,10,5" {
		t.Errorf("value %s", have)
	}
	if _, err := ParseSettings("1,2,x"); err == nil {
		t.Error("no error for nonsense")
	}
}
