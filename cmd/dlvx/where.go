package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"

	"github.com/dlvx/dlvx/internal/render"
	"github.com/dlvx/dlvx/stitch"
	"github.com/spf13/cobra"
)

func whereCommand() *cobra.Command {
	var o outside
	cmd := &cobra.Command{
		Use:   "where PID|NAME GOROUTINE",
		Short: "Print the logical stack of one goroutine of a running program.",
		Long: `Prints the logical stack of one goroutine of a running Go program.

	dlvx where 4711 18`,
		Args: cobra.ExactArgs(2),
	}
	o.addOwnFlags(cmd, []string{"text", "json"})
	cmd.Run = func(cmd *cobra.Command, args []string) {
		id, err := strconv.ParseInt(args[1], 10, 64)
		if err != nil || id < 1 {
			exit(1, fmt.Errorf("%s is not the id of a goroutine: dlvx ps lists them", args[1]))
		}
		exit(0, o.run(cmd, args[:1], func(v view, _ []stitch.Goroutine) error { return o.where(v, id) }))
	}
	return cmd
}

func (o *outside) where(v view, id int64) error {
	i := slices.IndexFunc(v.goroutines, func(g stitch.Goroutine) bool { return g.ID == id })
	if i < 0 {
		return fmt.Errorf("process %d has no goroutine %d: it has ended, or never was (dlvx ps lists them)", v.PID, id)
	}
	s := v.goroutines[i].Stack()
	if o.format == "json" {
		return v.json("stack", func(w io.Writer) error { return render.JSON(w, s) })
	}
	return render.Text(os.Stdout, s, styleFor(os.Stdout))
}
