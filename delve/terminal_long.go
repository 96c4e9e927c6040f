package delve

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"reflect"
	"time"

	"github.com/mattn/go-isatty"
)

// long runs a command that may take long: it ends where the user presses ^C, or
// leaves the pager, and what it does is told on standard error while it is
// working. ^C does not halt the program then, which stands still.
func (c *stitchClient) long(out io.Writer, what string, run func(ctx context.Context, out io.Writer) error) error {
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt)
	defer cancel()
	c.listing.Store(true)
	defer c.listing.Store(false)
	page(out, cancel)
	done := func() {}
	if isatty.IsTerminal(os.Stderr.Fd()) {
		ticker := time.NewTicker(time.Second)
		defer ticker.Stop()
		done = progress(os.Stderr, what, ticker.C)
	}
	w := &listWriter{ctx: ctx, w: out, first: done}
	err := run(ctx, w)
	done()
	if err != nil && ctx.Err() != nil {
		_, _ = io.WriteString(out, "interrupted\n") // the pager may be gone
		return nil
	}
	return err
}

// A listWriter writes until its context ends.
type listWriter struct {
	ctx   context.Context
	w     io.Writer
	first func() // called before the first Write
}

func (w *listWriter) Write(p []byte) (int, error) {
	if w.first != nil {
		w.first()
		w.first = nil
	}
	if err := w.ctx.Err(); err != nil {
		return 0, err
	}
	return w.w.Write(p)
}

// progress tells on a terminal, from the first tick on, what is being done and
// for how many ticks. done, which may be called again, takes that away.
func progress(w io.Writer, what string, tick <-chan time.Time) (done func()) {
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for n := 1; ; n++ {
			select {
			case <-tick:
				fmt.Fprintf(w, "\r%s ... %ds (^C to stop)", what, n)
			case <-stop:
				if n > 1 {
					fmt.Fprint(w, "\r\x1b[K")
				}
				return
			}
		}
	}()
	return func() {
		select {
		case <-stopped:
		default:
			close(stop)
			<-stopped
		}
	}
}

// page has Delve's terminal send what is written from now on to a pager, where
// that is a lot; cancel is called when the user leaves it. Where a later Delve has
// that otherwise all is written.
func page(out io.Writer, cancel func()) {
	pw, err := unexported[any](out, "pw")
	if err != nil {
		return
	}
	if m := reflect.ValueOf(pw).MethodByName("PageMaybe"); m.IsValid() && m.Type() == reflect.TypeFor[func(func())]() {
		m.Call([]reflect.Value{reflect.ValueOf(cancel)})
	}
}
