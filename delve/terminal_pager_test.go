package delve

import (
	"bytes"
	"fmt"
	"io"
	"testing"

	"github.com/go-delve/delve/pkg/config"
	"github.com/go-delve/delve/pkg/terminal"
)

type pipe struct {
	bytes.Buffer
	closed bool
}

func (p *pipe) Close() error {
	p.closed = true
	return nil
}

// The fields of Delve's terminal are there, and its pager gets separators on
// lines of their own.
func TestPager(t *testing.T) {
	term := terminal.New(nil, &config.Config{}, false)
	defer term.Close()
	var screen bytes.Buffer
	out, err := redirect(term, &screen)
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := unexported[io.Writer](term, "stdout")
	if err != nil {
		t.Fatal(err)
	}
	pw, err := unexported[any](stdout, "pw")
	if err != nil {
		t.Fatal(err)
	}
	pager, err := unexportedVar[io.WriteCloser](pw, "cmdStdin")
	if err != nil {
		t.Fatal(err)
	}
	const (
		frame     = "9  0x0000000000000002 in main.f" + mark + "created by goroutine 7 (exited)" + mark + "... older spawners cut\n"
		separated = "── created by goroutine 7 (exited)\n9  0x0000000000000002 in main.f\n"
		position  = "   at main.go:3\n"
		below     = "... older spawners cut\n"
	)
	// As pagingWriter does it: what fills the screen is written there, and once
	// more to the pager.
	fmt.Fprint(out, frame)
	to := &pipe{}
	*pager = to
	fmt.Fprint(out, pagerNotice)
	fmt.Fprint(*pager, frame+position+frame)
	fmt.Fprint(*pager, position)
	if err := (*pager).Close(); err != nil || !to.closed {
		t.Errorf("the pipe is not closed (%v)", err)
	}
	if got, want := screen.String(), separated+pagerNotice; got != want {
		t.Errorf("on the screen is\n%s\nwant\n%s", got, want)
	}
	if got, want := to.String(), separated+position+below+separated+position+below; got != want {
		t.Errorf("the pager gets\n%s\nwant\n%s", got, want)
	}
}
