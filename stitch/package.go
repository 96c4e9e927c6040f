package stitch

import (
	"path"
	"strings"
)

// Package returns the import path of the package that a function of the given
// full name belongs to: "net/http" of "net/http.(*conn).serve". Dots in the
// last element of an import path are escaped in names (gopkg.in/yaml%2ev3), so
// the first dot after the last slash ends it; a slash inside type arguments
// does not count.
func Package(name string) string {
	if i := strings.IndexByte(name, '['); i >= 0 {
		name = name[:i]
	}
	slash := strings.LastIndexByte(name, '/')
	if dot := strings.IndexByte(name[slash+1:], '.'); dot >= 0 {
		return name[:slash+1+dot]
	}
	return name
}

// ShortFunc returns a function's name without the directories of its import
// path, as Delve's DAP server shows it: "http.(*conn).serve".
func ShortFunc(name string) string {
	pkg := Package(name)
	if slash := strings.LastIndexByte(pkg, '/'); slash >= 0 {
		return name[slash+1:]
	}
	return name
}

// BriefFunc returns ShortFunc with the type arguments left out, for where there is
// little room: "pool.(*Pool[...]).work". Of a generic function the compiler names the
// arguments' memory layout, be it of twenty fields.
func BriefFunc(name string) string { return ShortFunc(TracebackFunc(name)) }

// TracebackFunc returns a function's name as the runtime's tracebacks print it,
// with the type arguments replaced by dots: main.Map[go.shape.int] is
// main.Map[...]. (funcNameForPrint in runtime/traceback.go.)
func TracebackFunc(name string) string {
	open := strings.IndexByte(name, '[')
	if open < 0 {
		return name
	}
	end := strings.LastIndexByte(name, ']')
	if end < open {
		return name
	}
	return name[:open] + "[...]" + name[end+1:]
}

// IsRuntime tells whether a function belongs to the runtime or to the
// standard library's own plumbing (internal/..., sync, time), where a waiting
// goroutine stands but which says nothing about whose work it does.
func IsRuntime(name string) bool {
	switch pkg := Package(name); pkg {
	case "runtime", "sync", "sync/atomic", "time", "syscall":
		return true
	default:
		return strings.HasPrefix(pkg, "runtime/") || strings.HasPrefix(pkg, "internal/")
	}
}

// lent tells whether a frame is of a function that the runtime lends to another
// package, by whose name it goes: os/signal.signal_recv, reflect.rselect. It is
// told by where its source is. What is in a package main may be anywhere.
func (f Frame) lent() bool {
	pkg := Package(f.Func)
	return pkg != "main" && path.Base(pkg) != "runtime" && path.Base(path.Dir(slashed(f.File))) == "runtime"
}

// Position returns the frame that says best where a goroutine stands: the
// topmost one outside the runtime and its like, else the topmost one.
func Position(frames []Frame) Frame {
	for _, f := range frames {
		if f.Func != "" && !IsRuntime(f.Func) && !IsEntry(f.Func) && !f.lent() {
			return f
		}
	}
	if len(frames) > 0 {
		return frames[0]
	}
	return Frame{}
}
