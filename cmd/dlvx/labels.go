package main

import (
	"context"
	"io"
	"os"

	"github.com/dlvx/dlvx/goruntime"
	"github.com/dlvx/dlvx/internal/render"
	"github.com/dlvx/dlvx/stitch"
	"github.com/spf13/cobra"
)

func labelsCommand() *cobra.Command {
	var o outside
	cmd := &cobra.Command{
		Use:   "labels PID | NAME | EXE CORE",
		Short: "Print what a program has recorded of its go statements.",
		Long: `Prints the table of spawn labels of a running Go program, or of a core file: how
many there are, how much memory they take, what was cut, and for each go
statement that has been executed how many of its goroutines live, and in how
many ways it was reached.

	dlvx labels 4711
	dlvx labels server -o json

The program must record its spawns: see dlvx help build.`,
		Args: cobra.RangeArgs(1, 2),
	}
	o.addOwnFlags(cmd, []string{"text", "json"})
	cmd.Run = func(cmd *cobra.Command, args []string) {
		var l stitch.Labels
		o.also = func(_ *view, ctx context.Context, r *goruntime.Reader) (err error) {
			l, err = r.Labels(ctx)
			return err
		}
		exit(0, o.run(cmd, args, func(v view, _ []stitch.Goroutine) error {
			if o.format == "json" {
				return v.json("labels", func(w io.Writer) error { return render.LabelsJSON(w, l) })
			}
			return render.Labels(os.Stdout, l, styleFor(os.Stdout))
		}))
	}
	return cmd
}
