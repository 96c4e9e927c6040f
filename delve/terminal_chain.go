package delve

import (
	"fmt"
	"io"
	"strconv"
)

const chainHelp = `Print the logical stack of a goroutine.

	chain [<goroutine id>]

Prints the goroutine's own stack and, below it, the stacks of the go statements that led to it, up to main. Without a goroutine id it is the selected goroutine's. The stack command shows the same frames with their numbers.`

func chain(c *stitchClient, out io.Writer, show Show, goid int64, arg string) error {
	if arg != "" {
		id, err := strconv.ParseInt(arg, 10, 64)
		if err != nil || id <= 0 {
			return fmt.Errorf("%q is not a goroutine id", arg)
		}
		goid = id
	}
	s, err := c.logical(goid)
	if err != nil {
		return err
	}
	return show.Stack(out, s)
}
