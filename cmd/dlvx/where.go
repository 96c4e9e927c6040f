package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"

	"github.com/dlvx/dlvx/goruntime"
	"github.com/dlvx/dlvx/internal/render"
	"github.com/dlvx/dlvx/stitch"
	"github.com/spf13/cobra"
)

func whereCommand() *cobra.Command {
	var o outside
	cmd := &cobra.Command{
		Use:   "where {PID | NAME | EXE CORE} GOROUTINE",
		Short: "Print the logical stack of one goroutine of a running program, or of a core file.",
		Long: `Prints the logical stack of one goroutine of a running Go program, what it waits
on, and who could wake it: a channel and who else waits on it, the cases of a
select, a lock, a connection, a time.

	dlvx where 4711 18
	dlvx where ./server core.4711 18`,
		Args: cobra.RangeArgs(2, 3),
	}
	o.addOwnFlags(cmd, []string{"text", "json"})
	cmd.Run = func(cmd *cobra.Command, args []string) {
		last := len(args) - 1
		id, err := strconv.ParseInt(args[last], 10, 64)
		if err != nil || id < 1 {
			exit(1, fmt.Errorf("%s is not the id of a goroutine: dlvx ps lists them", args[last]))
		}
		o.also = func(v *view, ctx context.Context, r *goruntime.Reader) error { return v.readWait(ctx, r, id) }
		exit(0, o.run(cmd, args[:last], func(v view, _ []stitch.Goroutine) error { return o.where(v, id) }))
	}
	return cmd
}

func (o *outside) where(v view, id int64) error {
	i := slices.IndexFunc(v.goroutines, func(g stitch.Goroutine) bool { return g.ID == id })
	if i < 0 {
		what := fmt.Sprintf("process %d", v.PID)
		if v.Core != "" {
			what = v.Core
		}
		return fmt.Errorf("%s has no goroutine %d: it has ended, or never was (dlvx ps lists them)", what, id)
	}
	s := v.goroutines[i].Stack()
	if o.format == "json" {
		return v.json("stack", func(w io.Writer) error { return render.WhereJSON(w, s, v.waits[id], v.wakers) })
	}
	style := styleFor(os.Stdout)
	if err := render.Text(os.Stdout, s, style); err != nil {
		return err
	}
	return render.Wait(os.Stdout, id, v.waits[id], v.wakers, style)
}
