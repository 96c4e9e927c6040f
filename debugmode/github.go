package debugmode

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/dlvx/dlvx/internal/render"
	"github.com/dlvx/dlvx/stitch"
)

// annotations is the form that GitHub's Actions show beside the source: workflow
// commands (docs.github.com, "Workflow commands for GitHub Actions").
type annotations struct {
	style render.Style
	isStd func(stitch.Frame) bool
}

func (annotations) most() int               { return mostGroups }
func (annotations) header(Kind, int) string { return "" }

func (a annotations) event(e *Event, grown int) string {
	if e.Kind == Dump {
		return ""
	}
	where := spotOf(e, a.isStd)
	body := strings.TrimSuffix(text{render.Style{Dir: a.style.Dir}, a.isStd}.event(e, grown), "\n")
	body = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(strings.TrimPrefix(body, "dlvx: "))
	if where.File == "" {
		return fmt.Sprintf("::warning title=dlvx %s::%s\n", e.Kind, body)
	}
	file := where.File
	if rel, err := filepath.Rel(a.style.Dir, file); err == nil && a.style.Dir != "" && !strings.HasPrefix(rel, "..") {
		file = filepath.ToSlash(rel)
	}
	file = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C").Replace(file)
	return fmt.Sprintf("::warning file=%s,line=%d,title=dlvx %s::%s\n", file, where.Line, e.Kind, body)
}

func (annotations) rest(k Kind, _, count int) string {
	return fmt.Sprintf("::notice title=dlvx %s::%d more are not shown\n", k, count)
}

func (annotations) summary(s *summary) string {
	if line := s.line(); line != "" {
		return "::notice title=dlvx::" + line + "\n"
	}
	return ""
}
