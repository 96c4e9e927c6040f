//go:build linux && (amd64 || arm64)

package process

import (
	"slices"
	"testing"

	"github.com/dlvx/dlvx/stitch"
)

// TestStruck looks at a goroutine while signals strike: of one whose thread is in a
// signal handler it must tell where it is, not where it once made a system call.
func TestStruck(t *testing.T) {
	p := start(t, build(t, "struck"))
	if line, err := p.out.ReadString('\n'); line != "settled\n" {
		t.Fatalf("the program says %q, %v", line, err)
	}
	process := open(t, p.pid())
	handlers := 0
	for range 60 {
		s := snapshot(t, process, false)
		all := goroutines(t, s)
		s.Close()
		i := slices.IndexFunc(all, func(g stitch.Goroutine) bool { return g.Site().Func == "main.main" && g.Entry().Func == "main.spin" })
		if i < 0 {
			for _, g := range all {
				t.Logf("goroutine %d, cut: %v: %v", g.ID, g.OwnCut, g.Own)
			}
			t.Fatal("the goroutine is not there")
		}
		spins := all[i].Own
		has := func(name string) bool {
			return slices.ContainsFunc(spins, func(f stitch.Frame) bool { return f.Func == name })
		}
		if !has("main.loop") || has("main.deep") || all[i].OwnCut {
			t.Fatalf("the stack is %v, cut: %v", spins, all[i].OwnCut)
		}
		if has("runtime.sigtramp") {
			handlers++
		}
	}
	t.Logf("%d times in a handler", handlers)
}
