package main

import (
	"log/slog"

	"github.com/dlvx/dlvx/dapproxy"
	"github.com/dlvx/dlvx/goruntime"
)

// A process is a session of one process: where Delve follows the children of
// a program, another one may be selected at the next stop.
type process interface {
	goruntime.Session
	Pid() int
}

// newInjected returns the reader of a program that is read through the DAP
// connection itself.
func newInjected(inj *dapproxy.Injector) dapproxy.Chains {
	return goruntime.NewReader(inj, consoleLog(inj))
}

// consoleLog tells the user, in the client's debug console, what keeps chains
// from being read.
func consoleLog(inj *dapproxy.Injector) *slog.Logger {
	return slog.New(lineHandler{w: inj.Console(), level: slog.LevelWarn})
}

// newChains returns the reader of the program of a DAP session. open looks into
// the process that is selected at the moment; where it cannot, the program is
// read through the DAP connection itself.
func newChains[P process](inj *dapproxy.Injector, open func() (P, error)) dapproxy.Chains {
	log := consoleLog(inj)
	p, err := open()
	if err != nil {
		log.Warn("reading the program through the DAP connection", "why", err)
		return newInjected(inj)
	}
	return newProcesses(p, func() (process, error) { return open() }, log)
}

// processes reads the chains of the process that is selected at each stop.
// Numbers of goroutines mean others in each.
type processes struct {
	*goruntime.Reader // of the process that is selected
	open              func() (process, error)
	log               *slog.Logger
	readers           map[int]*goruntime.Reader // by pid
}

func newProcesses(p process, open func() (process, error), log *slog.Logger) *processes {
	r := goruntime.NewReader(p, log)
	return &processes{r, open, log, map[int]*goruntime.Reader{p.Pid(): r}}
}

// Reset is called before the first question about another stop, or another
// process.
func (p *processes) Reset() {
	if selected, err := p.open(); err == nil {
		pid := selected.Pid()
		if p.readers[pid] == nil {
			p.readers[pid] = goruntime.NewReader(selected, p.log)
		}
		p.Reader = p.readers[pid]
	}
	p.Reader.Reset()
}
