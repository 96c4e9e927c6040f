package dapproxy

import (
	"strings"

	"github.com/google/go-dap"

	"github.com/dlvx/dlvx/stitch"
)

type shownCount struct {
	shownSite
	Alive       int   `json:"alive"`
	Blocked     int   `json:"blocked"`
	LongestWait int64 `json:"longestWaitMs,omitempty"`
}

// sites answers dlvx/sites.
func (q question) sites() (any, error) {
	var args struct {
		Source dap.Source `json:"source"`
	}
	if err := q.readArguments(&args); err != nil {
		return nil, err
	}
	snap, err := q.snapshot()
	if err != nil {
		return nil, err
	}
	rules := q.settings().paths
	out := []shownCount{}
	for _, site := range snap.countSites() {
		shown := shownCount{
			showSite(stitch.Frame{Func: site.Func, File: site.File, Line: site.Line}, rules),
			site.Alive, site.Blocked, site.Longest.Milliseconds(),
		}
		if shown.Source != nil && (args.Source.Path == "" || samePath(shown.Source.Path, args.Source.Path)) {
			out = append(out, shown)
		}
	}
	return struct {
		Sites []shownCount `json:"sites"`
	}{out}, nil
}

// samePath tells whether a client means the same file by two paths. On Windows
// editors write the letter of a drive as they like.
func samePath(a, b string) bool {
	if windowsAbs(a) && windowsAbs(b) {
		return strings.EqualFold(strings.ReplaceAll(a, `\`, "/"), strings.ReplaceAll(b, `\`, "/"))
	}
	return a == b
}

// countSites counts the goroutines of each go statement, once in a stop.
func (s *snapshot) countSites() []stitch.Site {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.sites == nil {
		s.sites = stitch.Sites(s.all)
	}
	return s.sites
}
