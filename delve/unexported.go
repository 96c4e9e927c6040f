package delve

import (
	"fmt"
	"reflect"
	"unsafe"
)

// unexported returns a field of the struct that p points to, for the few things
// that Delve keeps to itself. It is checked by its name and type: where a later
// Delve has it no longer, that is an error, and its caller has another way.
func unexported[T any](p any, name string) (T, error) {
	var zero T
	field := reflect.ValueOf(p).Elem().FieldByName(name)
	if !field.IsValid() {
		return zero, fmt.Errorf("%T has no field %s in this Delve", p, name)
	}
	v, ok := reflect.NewAt(field.Type(), unsafe.Pointer(field.UnsafeAddr())).Elem().Interface().(T)
	if !ok {
		return zero, fmt.Errorf("the field %s of %T is a %s in this Delve", name, p, field.Type())
	}
	return v, nil
}
