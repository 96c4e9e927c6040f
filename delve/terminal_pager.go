package delve

import (
	"io"

	"github.com/go-delve/delve/pkg/terminal"
)

// redirect sends the output of a terminal to w through a separator, which it
// returns, and that to a pager through another. Delve's terminal starts the pager
// itself, in the middle of a command, and keeps the pipe to it in an unexported
// field. It says so on its output just before the first write to the pipe, which
// is when the pipe is replaced.
//
// Where a later Delve has these fields no longer, what goes to the pager is as
// Delve writes it, and the error says why.
func redirect(term *terminal.Term, w io.Writer) (*separator, error) {
	out := &separator{w: w}
	term.RedirectTo(out)
	stdout, err := unexported[io.Writer](term, "stdout")
	if err != nil {
		return out, err
	}
	pw, err := unexported[any](stdout, "pw")
	if err != nil {
		return out, err
	}
	pager, err := unexportedVar[io.WriteCloser](pw, "cmdStdin")
	if err != nil {
		return out, err
	}
	out.paging = func() {
		if *pager != nil {
			*pager = pagerPipe{separate(*pager), *pager}
		}
	}
	return out, nil
}

// A pagerPipe leads to a pager, through a separator.
type pagerPipe struct {
	io.Writer
	io.Closer
}
