// Package imports holds the test of who may import whom, the rule that keeps
// the packages apart (docs/architecture.md). It has no code of its own.
package imports

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/dlvx/dlvx"

// allowed names what the code of each package may import beside the standard
// library: prefixes of import paths. Tests are free.
var allowed = map[string][]string{
	"stitch":                   {},
	"spawnlabel":               {module + "/internal/goedit"},
	"debugmode":                {module + "/stitch", module + "/spawnlabel", module + "/internal/goedit", module + "/internal/render"},
	"internal/goedit":          {},
	"goruntime":                {module + "/stitch", module + "/spawnlabel"},
	"process":                  {module + "/stitch", module + "/spawnlabel", module + "/goruntime", "golang.org/x/sys"},
	"delve":                    {module + "/stitch", module + "/goruntime", "github.com/go-delve/", "github.com/spf13/", "golang.org/x/", "github.com/mattn/"},
	"dapproxy":                 {module + "/stitch", module + "/internal/render", "github.com/google/go-dap"},
	"internal/render":          {module + "/stitch", "github.com/google/pprof/profile"},
	"internal/e2e":             {},
	"internal/fixture":         {},
	"internal/fixture/compare": {module + "/internal/fixture"},
	"internal/imports":         {},
	"internal/picture":         {module + "/internal/fixture"},
	"internal/pty":             {"golang.org/x/sys"},
	"internal/screen":          {"golang.org/x/"},
	"internal/top":             {module + "/stitch", module + "/internal/render", module + "/internal/screen"},
	"cmd/dlvx":                 {module, "github.com/spf13/", "github.com/mattn/", "golang.org/x/"},
}

func TestImportRules(t *testing.T) {
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", module+"/...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p struct {
			ImportPath string
			Imports    []string
		}
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimPrefix(p.ImportPath, module+"/")
		rules, ok := allowed[name]
		if !ok {
			if !strings.HasPrefix(name, "bench") { // measures all of them, and is imported by none
				t.Errorf("package %s has no rule here: what may it import?", name)
			}
			continue
		}
		for _, imp := range p.Imports {
			if !strings.Contains(strings.SplitN(imp, "/", 2)[0], ".") { // the standard library, and "C"
				continue
			}
			if !slices.ContainsFunc(rules, func(r string) bool { return strings.HasPrefix(imp, r) }) {
				t.Errorf("%s imports %s, which its rule does not allow", name, imp)
			}
		}
	}
}
