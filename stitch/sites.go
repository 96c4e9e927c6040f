package stitch

import (
	"cmp"
	"slices"
)

// A Site is a go statement (or the call that made a goroutine in another way,
// such as time.AfterFunc), with the goroutines that it made and that live. The call
// of a helper that has the go statement, such as sync.WaitGroup.Go, is a site, too.
type Site struct {
	Func string // the function that it stands in
	File string
	Line int
	Tally
}

// Sites counts the goroutines of each site, in the order of files and lines.
// Goroutines whose site is not known are not counted; those of a helper are at two.
func Sites(gs []Goroutine) []Site {
	index := map[call]int{}
	var sites []Site
	for i := range gs {
		helper, _ := gs[i].Helper()
		for _, f := range []Frame{gs[i].Site(), helper} {
			if f.Func == "" && f.File == "" {
				continue
			}
			key := call{f.Func, f.File, f.Line}
			at, ok := index[key]
			if !ok {
				at = len(sites)
				index[key] = at
				sites = append(sites, Site{Func: f.Func, File: f.File, Line: f.Line})
			}
			sites[at].add(gs[i].State)
		}
	}
	slices.SortFunc(sites, func(a, b Site) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Func, b.Func))
	})
	return sites
}
