//go:build linux && (amd64 || arm64)

package process

import (
	"debug/dwarf"
	"debug/elf"
	"errors"
	"fmt"
	"slices"
)

// structures are those of package runtime that offsets are wanted of.
var structures = []string{
	"runtime.g", "runtime.m", "runtime.moduledata", "runtime.ancestorInfo",
	"runtime.sudog", "runtime.hchan", "runtime.pollDesc", "runtime.timer",
}

// dwarfOffsets reads the offsets from a program's debug information.
func dwarfOffsets(f *elf.File) (offsets, error) {
	d, err := loadDWARF(f)
	if err != nil {
		return nil, err
	}
	o := offsets{}
	missing := slices.Clone(structures)
	r := d.Reader()
	for len(missing) > 0 || o["debug"] == 0 {
		e, err := r.Next()
		if err != nil {
			return nil, err
		}
		if e == nil {
			break
		}
		name, _ := e.Val(dwarf.AttrName).(string)
		switch e.Tag {
		case dwarf.TagCompileUnit:
			if name != "runtime" { // the linker puts its types there
				r.SkipChildren()
			}
		case dwarf.TagSubprogram:
			r.SkipChildren()
		case dwarf.TagVariable:
			if t, ok := e.Val(dwarf.AttrType).(dwarf.Offset); ok && name == "runtime.debug" {
				if err := o.add(d, "debug", t); err != nil {
					return nil, err
				}
			}
		case dwarf.TagStructType:
			if i := slices.Index(missing, name); i >= 0 {
				missing = slices.Delete(missing, i, i+1)
				if err := o.add(d, name[len("runtime."):], e.Offset); err != nil {
					return nil, err
				}
			}
			r.SkipChildren()
		}
	}
	if o["g"] == 0 {
		return nil, errors.New("no runtime.g")
	}
	return o, nil
}

// loadDWARF reads those sections only that tell of types: the others are most
// of a large program.
func loadDWARF(f *elf.File) (*dwarf.Data, error) {
	section := func(name string) ([]byte, error) {
		s := f.Section(name)
		if s == nil {
			return nil, nil
		}
		return s.Data()
	}
	var data [3][]byte
	for i, name := range []string{".debug_abbrev", ".debug_info", ".debug_str"} {
		var err error
		if data[i], err = section(name); err != nil {
			return nil, err
		}
	}
	if data[1] == nil {
		return nil, errors.New("no debug information")
	}
	d, err := dwarf.New(data[0], nil, nil, data[1], nil, nil, nil, data[2])
	if err != nil {
		return nil, err
	}
	for _, name := range []string{".debug_addr", ".debug_line_str", ".debug_str_offsets"} { // DWARF 5
		b, err := section(name)
		if err != nil {
			return nil, err
		}
		if b != nil {
			if err := d.AddSection(name, b); err != nil {
				return nil, err
			}
		}
	}
	return d, nil
}

// add adds the fields of a structure, and of those in it.
func (o offsets) add(d *dwarf.Data, name string, at dwarf.Offset) error {
	t, err := d.Type(at)
	if err != nil {
		return fmt.Errorf("reading the type of %s: %w", name, err)
	}
	s, ok := structOf(t)
	if !ok {
		return fmt.Errorf("%s is a %T and no structure", name, t)
	}
	o[name] = uint64(s.ByteSize)
	o.addFields(name, s, 0)
	return nil
}

func (o offsets) addFields(prefix string, s *dwarf.StructType, base uint64) {
	for _, f := range s.Field {
		name, at := prefix+"."+f.Name, base+uint64(f.ByteOffset)
		o[name] = at
		if inner, ok := structOf(f.Type); ok {
			o.addFields(name, inner, at)
		}
	}
}

func structOf(t dwarf.Type) (*dwarf.StructType, bool) {
	for {
		switch u := t.(type) {
		case *dwarf.TypedefType:
			t = u.Type
		case *dwarf.StructType:
			return u, true
		default:
			return nil, false
		}
	}
}
