package main

import (
	"io"
	"os"

	"github.com/dlvx/dlvx/internal/render"
	"github.com/dlvx/dlvx/internal/screen"
	"github.com/dlvx/dlvx/stitch"
	"github.com/spf13/cobra"
)

func pstreeCommand() *cobra.Command {
	var o outside
	cmd := &cobra.Command{
		Use:   "pstree PID | NAME | EXE CORE",
		Short: "Print the tree of go statements that the goroutines of a running program, or of a core file, come from.",
		Long: `Prints the tree of the go statements that the goroutines of a running Go program
come from: goroutines made the same way are one line, below that of their
spawners, which stands there also when they have exited.

	dlvx pstree 4711
	dlvx pstree server --user` + outsideHelp,
		Args: cobra.RangeArgs(1, 2),
	}
	o.addFlags(cmd, []string{"text", "json"})
	cmd.Run = func(cmd *cobra.Command, args []string) {
		exit(0, o.run(cmd, args, func(v view, gs []stitch.Goroutine) error {
			top := stitch.Tree(gs)
			if o.format == "json" {
				return v.json("roots", func(w io.Writer) error { return render.TreeJSON(w, top) })
			}
			style := styleFor(os.Stdout)
			style.Width = screen.Width(os.Stdout)
			return render.Tree(os.Stdout, top, style)
		}))
	}
	return cmd
}
