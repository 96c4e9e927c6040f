package delve

import (
	"errors"
	"fmt"
	"strconv"
	"sync"

	"github.com/go-delve/delve/service"
	"github.com/go-delve/delve/service/api"
)

// An ancestry is the Go runtime's own recording of spawners in a running
// process, which GODEBUG=tracebackancestors turns on at a program's start: the
// runtime looks at the variable behind it at every go statement. It is turned
// on while a debugger is attached, and put back when that leaves.
type ancestry struct {
	client service.Client

	mu  sync.Mutex
	old string // the value before; "": nothing is to be put back
}

// The quotes are as in goruntime's expressions.
const ancestryVariable = `"runtime".debug.tracebackancestors`

// on makes goroutines that are made from now on remember n generations of
// spawners. Where the program records labels, or more generations already, it
// does nothing. The target is stopped.
func (a *ancestry) on(n int) error {
	scope := api.EvalScope{GoroutineID: selected}
	if _, err := a.client.EvalVariable(scope, `uintptr(&"runtime".spawnLabelFormat)`, api.LoadConfig{}); err == nil {
		return nil
	}
	v, err := a.client.EvalVariable(scope, ancestryVariable, api.LoadConfig{})
	if err != nil {
		return fmt.Errorf("turning on the recording of ancestors: %w", err)
	}
	if old, err := strconv.Atoi(v.Value); err != nil || old >= n {
		return err
	}
	if err := a.client.SetVariable(scope, ancestryVariable, strconv.Itoa(n)); err != nil {
		return fmt.Errorf("turning on the recording of ancestors: %w", err)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.old = v.Value
	return nil
}

// off puts the recording back to what it was, once. The target is stopped.
func (a *ancestry) off() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.old == "" {
		return nil
	}
	if err := a.client.SetVariable(api.EvalScope{GoroutineID: selected}, ancestryVariable, a.old); err != nil {
		return fmt.Errorf("turning off the recording of ancestors: %w", err)
	}
	a.old = ""
	return nil
}

// A detachingClient does something before it lets a process go.
type detachingClient struct {
	service.Client
	before func() error
}

// Detach implements [service.Client].
func (c detachingClient) Detach(kill bool) error {
	var err error
	if !kill {
		err = c.before()
	}
	return errors.Join(err, c.Client.Detach(kill))
}
