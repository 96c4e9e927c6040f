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
	field, err := fieldOf(p, name)
	if err != nil {
		return zero, err
	}
	v, ok := field.Elem().Interface().(T)
	if !ok {
		return zero, fmt.Errorf("the field %s of %T is a %s in this Delve", name, p, field.Type().Elem())
	}
	return v, nil
}

// unexportedVar is as unexported, and returns where the field is, to be set.
func unexportedVar[T any](p any, name string) (*T, error) {
	field, err := fieldOf(p, name)
	if err != nil {
		return nil, err
	}
	v, ok := field.Interface().(*T)
	if !ok {
		return nil, fmt.Errorf("the field %s of %T is a %s in this Delve", name, p, field.Type().Elem())
	}
	return v, nil
}

// fieldOf returns a pointer to a field of the struct that p points to.
func fieldOf(p any, name string) (reflect.Value, error) {
	field := reflect.ValueOf(p).Elem().FieldByName(name)
	if !field.IsValid() {
		return field, fmt.Errorf("%T has no field %s in this Delve", p, name)
	}
	return reflect.NewAt(field.Type(), unsafe.Pointer(field.UnsafeAddr())), nil
}
