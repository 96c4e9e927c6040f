package spawnlabel

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/dlvx/dlvx/internal/goedit"
)

// stored are files for the cache that differ by kind.
func stored(kind int) []goedit.Result {
	var files []goedit.Result
	for i := range 4 {
		files = append(files, goedit.Result{Name: fmt.Sprintf("%d.go", i), Text: []byte(strings.Repeat(fmt.Sprintf("%d,%d\n", kind, i), 20_000))})
	}
	return files
}

// storeAll adds some entries at once and checks that each is whole as soon as
// it is there.
func storeAll() error {
	errs := make([]error, 16)
	var wg sync.WaitGroup
	for i := range errs {
		wg.Go(func() {
			files := stored(i % 4)
			dir, err := store(files)
			for _, f := range files {
				if err == nil {
					var text []byte
					if text, err = os.ReadFile(filepath.Join(dir, f.Name)); string(text) != string(f.Text) {
						err = errors.Join(err, fmt.Errorf("%s/%s has %d bytes, not %d", dir, f.Name, len(text), len(f.Text)))
					}
				}
			}
			errs[i] = err
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

// TestStoreAtOnce has several processes add the same entries at once.
func TestStoreAtOnce(t *testing.T) {
	const again = "SPAWNLABEL_TEST_STORE"
	if os.Getenv(again) != "" {
		if err := storeAll(); err != nil {
			t.Error(err)
		}
		return
	}
	cache := t.TempDir()
	t.Setenv("SPAWNLABEL_TEST_CACHE", cache)
	t.Setenv(again, "1")
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			cmd := exec.Command(os.Args[0], "-test.run=^TestStoreAtOnce$")
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
	wg.Wait()
	entries, err := filepath.Glob(filepath.Join(cache, "dlvx", "runtime", "*"))
	if err != nil || len(entries) != 4 {
		t.Errorf("%v in the cache, want 4 entries (%v)", entries, err)
	}
}
