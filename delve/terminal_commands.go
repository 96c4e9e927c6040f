package delve

import (
	"fmt"
	"io"
	"reflect"
	"slices"
	"unsafe"

	"github.com/go-delve/delve/pkg/terminal"
	"github.com/go-delve/delve/service"
	"github.com/go-delve/delve/service/api"
	"github.com/go-delve/delve/service/rpc2"
)

// addCommands adds dlvx's commands to the client's terminal. What cannot be added
// is missing, and the log says why.
func addCommands(c *stitchClient, rpc *rpc2.RPCClient, show Show) {
	cmds, err := commandsOf(c.term)
	var out io.Writer
	if err == nil {
		out, err = unexported[io.Writer](c.term, "stdout")
	}
	if err != nil {
		c.log.Warn("the terminal has Delve's commands only", "why", err)
		return
	}
	added := func(name string, err error) {
		if err != nil {
			c.log.Warn("a command is missing, or as in dlv", "command", name, "why", err)
		}
	}
	added("chain", cmds.add("chain", "stack", chainHelp, func(in call) error { return chain(c, out, show, in.goid, in.args) }))
	added("tree", cmds.add("tree", "goroutines", treeHelp, func(in call) error { return tree(c, out, show, in.args) }))
	added("labels", cmds.add("labels", "goroutines", labelsHelp, func(in call) error { return labels(c, out, show, in.args) }))
	added("goroutines", cmds.replace("goroutines", goroutinesHelp, func(in call) error { return goroutines(c, out, show, in) }))
	// Delve's asks something of its client that no other has.
	added("trace", cmds.replace("trace", "", func(in call) error {
		plain, err := cmds.withClient(rpc)
		if err != nil {
			return err
		}
		return in.delve(plain)
	}))
}

// commands are those of a terminal, some of which are added or replaced. Delve's
// terminal keeps them in unexported fields, as values of unexported types: they
// are got at by reflection, and where a later Delve has them otherwise that is an
// error.
type commands struct {
	term *terminal.Term
	list reflect.Value // of struct{aliases []string; helpMsg string; cmdFn func(*Term, callContext, string) error; ...}
}

// A call is one call of a command.
type call struct {
	goid int64 // the goroutine that it is about; [selected] unless it is `goroutine N command`
	args string
	// delve does what Delve's command of the same name does, in a terminal.
	delve func(t *terminal.Term) error
}

func commandsOf(term *terminal.Term) (*commands, error) {
	cmds, err := unexported[*terminal.Commands](term, "cmds")
	if err != nil {
		return nil, err
	}
	list, err := fieldOf(cmds, "cmds")
	if err != nil {
		return nil, err
	}
	c := &commands{term, list.Elem()}
	cmd := c.list.Type().Elem()
	aliases, ok1 := cmd.FieldByName("aliases")
	help, ok2 := cmd.FieldByName("helpMsg")
	fn, ok3 := cmd.FieldByName("cmdFn")
	if !ok1 || !ok2 || !ok3 || aliases.Type != reflect.TypeFor[[]string]() || help.Type != reflect.TypeFor[string]() ||
		fn.Type.Kind() != reflect.Func || fn.Type.NumIn() != 3 || fn.Type.In(2).Kind() != reflect.String {
		return nil, fmt.Errorf("this Delve's commands are %s", cmd)
	}
	return c, nil
}

// add adds a command that is listed with another one of Delve's. It is none that
// breakpoints can have.
func (c *commands) add(name, like, help string, run func(call) error) error {
	other, err := c.find(like)
	if err != nil {
		return err
	}
	cmd := reflect.New(other.Type()).Elem()
	cmd.Set(other)
	set(cmd, "aliases", reflect.ValueOf([]string{name}))
	for _, name := range []string{"builtinAliases", "allowedPrefixes"} {
		if f := cmd.FieldByName(name); f.IsValid() {
			set(cmd, name, reflect.Zero(f.Type()))
		}
	}
	set(cmd, "helpMsg", reflect.ValueOf(help))
	c.define(cmd, run, nil)
	c.list.Set(reflect.Append(c.list, cmd))
	return nil
}

// replace replaces one of Delve's commands, and adds to its help.
func (c *commands) replace(name, help string, run func(call) error) error {
	cmd, err := c.find(name)
	if err != nil {
		return err
	}
	delve := reflect.New(cmd.FieldByName("cmdFn").Type()).Elem()
	delve.Set(at(cmd, "cmdFn"))
	c.define(cmd, run, &delve)
	set(cmd, "helpMsg", reflect.ValueOf(at(cmd, "helpMsg").String()+help))
	return nil
}

// find returns the command of a name.
func (c *commands) find(name string) (reflect.Value, error) {
	for i := range c.list.Len() {
		if cmd := c.list.Index(i); slices.Contains(at(cmd, "aliases").Interface().([]string), name) {
			return cmd, nil
		}
	}
	return reflect.Value{}, fmt.Errorf("this Delve has no command %s", name)
}

// define sets what a command does. delve is what Delve's does.
func (c *commands) define(cmd reflect.Value, run func(call) error, delve *reflect.Value) {
	fn := cmd.FieldByName("cmdFn").Type()
	set(cmd, "cmdFn", reflect.MakeFunc(fn, func(in []reflect.Value) []reflect.Value {
		arg := call{goid: selected, args: in[2].String()}
		if f := in[1].FieldByName("Scope"); f.IsValid() {
			if scope, ok := f.Interface().(api.EvalScope); ok {
				arg.goid = scope.GoroutineID
			}
		}
		if delve != nil {
			arg.delve = func(t *terminal.Term) error {
				err, _ := delve.Call([]reflect.Value{reflect.ValueOf(t), in[1], in[2]})[0].Interface().(error)
				return err
			}
		}
		result := reflect.New(fn.Out(0)).Elem()
		if err := run(arg); err != nil {
			result.Set(reflect.ValueOf(err))
		}
		return []reflect.Value{result}
	}))
}

// at returns a field of an addressable struct, unexported or not.
func at(cmd reflect.Value, name string) reflect.Value {
	f := cmd.FieldByName(name)
	return reflect.NewAt(f.Type(), unsafe.Pointer(f.UnsafeAddr())).Elem()
}

func set(cmd reflect.Value, name string, v reflect.Value) {
	at(cmd, name).Set(v.Convert(cmd.FieldByName(name).Type()))
}

// withClient returns a terminal that shares all that commands use with the
// terminal of c, but for the client.
func (c *commands) withClient(client service.Client) (*terminal.Term, error) {
	from, to := reflect.ValueOf(c.term).Elem(), reflect.ValueOf(new(terminal.Term))
	for _, name := range []string{"conf", "line", "cmds", "stdout"} {
		if !from.FieldByName(name).IsValid() {
			return nil, fmt.Errorf("%T has no field %s in this Delve", c.term, name)
		}
		at(to.Elem(), name).Set(at(from, name))
	}
	term := to.Interface().(*terminal.Term)
	field, err := unexportedVar[service.Client](term, "client")
	if err != nil {
		return nil, err
	}
	*field = client
	return term, nil
}
