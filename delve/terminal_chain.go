package delve

import (
	"fmt"
	"io"
	"log/slog"
	"strconv"

	"github.com/go-delve/delve/pkg/terminal"
	"github.com/go-delve/delve/service/rpc2"
)

// addCommands adds dlvx's commands to a terminal. What cannot be added is missing,
// and log says why.
func addCommands(term *terminal.Term, c *stitchClient, rpc *rpc2.RPCClient, show ShowStack, log *slog.Logger) {
	cmds, err := commandsOf(term)
	if err != nil {
		log.Warn("the terminal has Delve's commands only", "why", err)
		return
	}
	out, err := unexported[io.Writer](term, "stdout")
	if err != nil {
		log.Warn("the terminal has Delve's commands only", "why", err)
		return
	}
	add := func(name string, err error) {
		if err != nil {
			log.Warn("a command is missing, or as in dlv", "command", name, "why", err)
		}
	}
	add("chain", cmds.add("chain", "stack", chainHelp, func(in call) error { return chain(c, out, show, in.goid, in.args) }))
	// Delve's asks something of its client that no other has.
	add("trace", cmds.replace("trace", "", func(in call) error {
		plain, err := cmds.withClient(rpc)
		if err != nil {
			return err
		}
		return in.delve(plain)
	}))
}

const chainHelp = `Print the logical stack of a goroutine.

	chain [<goroutine id>]

Prints the goroutine's own stack and, below it, the stacks of the go statements that led to it, up to main. Without a goroutine id it is the selected goroutine's. The stack command shows the same frames with their numbers.`

func chain(c *stitchClient, out io.Writer, show ShowStack, goid int64, arg string) error {
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
	return show(out, s)
}
