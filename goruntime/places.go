package goruntime

import "fmt"

// places is a Session that knows by itself where things of package runtime
// are. One that does not is asked by expressions, see [evaluated].
type places interface {
	// Offset returns where a field ("goid", "sched.pc") is in a structure of
	// package runtime, in bytes.
	Offset(typ, field string) (uint64, error)

	// Address returns the address of a variable of package runtime, or of a
	// field of one ("allgs", "debug.tracebackancestors").
	Address(variable string) (uint64, error)
}

func placesOf(s Session) places {
	if p, ok := s.(places); ok {
		return p
	}
	return evaluated{s}
}

// evaluated asks a debugger, which has the program's DWARF.
type evaluated struct{ s Session }

// base stands in for the address of a structure in expressions that compute a
// field's offset. It only has to be a number that Delve takes for an address.
const base = 1 << 12

// fieldExpr and addressExpr return what evaluates to base plus the offset of a
// field in one of package runtime's structures, and to the address of one of its
// variables. The quotes are for programs with another package of that name
// (go.uber.org/automaxprocs/internal/runtime): Delve would take its types.
func fieldExpr(typ, field string) string {
	return fmt.Sprintf(`uintptr(&(*(*"runtime.%s")(%d)).%s)`, typ, base, field)
}

func addressExpr(variable string) string { return fmt.Sprintf(`uintptr(&"runtime".%s)`, variable) }

// Offset implements places.
func (e evaluated) Offset(typ, field string) (uint64, error) {
	v, err := e.eval(fieldExpr(typ, field))
	return v - base, err
}

// Address implements places.
func (e evaluated) Address(variable string) (uint64, error) { return e.eval(addressExpr(variable)) }

func (e evaluated) eval(expr string) (uint64, error) {
	v, err := e.s.Eval(0, expr)
	if err != nil {
		return 0, fmt.Errorf("evaluating %s: %w", expr, err)
	}
	return v, nil
}
