package delve

import (
	"fmt"
	"io"
	"reflect"
	"strconv"

	"github.com/go-delve/delve/pkg/terminal"
	"github.com/go-delve/delve/service/api"
)

const chainHelp = `Print the logical stack of a goroutine.

	chain [<goroutine id>]

Prints the goroutine's own stack and, below it, the stacks of the go statements that led to it, up to main. Without a goroutine id it is the selected goroutine's. The stack command shows the same frames with their numbers.`

// addChainCommand adds the chain command to a terminal. Delve's terminal keeps
// its commands, and its output, in unexported fields, and they take functions
// of an unexported type: they are got at by reflection, and where a later
// Delve has them otherwise this is an error.
func addChainCommand(term *terminal.Term, c *stitchClient, show ShowStack) error {
	cmds, err := unexported[*terminal.Commands](term, "cmds")
	if err != nil {
		return err
	}
	out, err := unexported[io.Writer](term, "stdout")
	if err != nil {
		return err
	}
	register := reflect.ValueOf(cmds).MethodByName("Register")
	fn := register.Type().In(1) // func(*terminal.Term, callContext, string) error
	if fn.Kind() != reflect.Func || fn.NumIn() != 3 || fn.In(2).Kind() != reflect.String {
		return fmt.Errorf("this Delve's commands are %s", fn)
	}
	run := reflect.MakeFunc(fn, func(in []reflect.Value) []reflect.Value {
		goid := int64(selected)
		if f := in[1].FieldByName("Scope"); f.IsValid() {
			if scope, ok := f.Interface().(api.EvalScope); ok {
				goid = scope.GoroutineID // of `goroutine N chain`
			}
		}
		err := chain(c, out, show, goid, in[2].String())
		result := reflect.New(fn.Out(0)).Elem()
		if err != nil {
			result.Set(reflect.ValueOf(err))
		}
		return []reflect.Value{result}
	})
	register.Call([]reflect.Value{reflect.ValueOf("chain"), run, reflect.ValueOf(chainHelp)})
	return nil
}

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
