package goruntime

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/dlvx/dlvx/stitch"
)

// symbols names addresses by the tables that every Go program carries for its
// own tracebacks (runtime/symtab.go: moduledata, functab, _func; the tables'
// format is that of Go 1.20 and later, internal/abi.Go120PCLnTabMagic). They
// need no DWARF, hold the tree of inlined calls, and give names as tracebacks do.
type symbols struct {
	mem     *memory
	layout  *layout
	modules []module
	reread  bool // the list of modules may have grown: a plugin may have been loaded

	// What was looked up once, by return address.
	frames    map[symbolKey][]stitch.Frame
	functions map[uint64]function
	depths    map[uint64]uint64
}

func newSymbols(mem *memory, l *layout) (*symbols, error) {
	modules, err := readModules(mem, l)
	if err != nil {
		return nil, err
	}
	return &symbols{
		mem: mem, layout: l, modules: modules,
		frames: map[symbolKey][]stitch.Frame{}, functions: map[uint64]function{}, depths: map[uint64]uint64{},
	}, nil
}

type symbolKey struct {
	pc    uint64
	exact bool
}

type module struct {
	addr                                                uint64 // of the runtime.moduledata
	funcnametab, cutab, filetab, pctab, pclntable, ftab slice
	minpc, maxpc, text, gofunc                          uint64
	quantum                                             uint64 // bytes that all instruction addresses are multiples of
}

const (
	pcdataInlTreeIndex  = 2 // internal/abi.PCDATA_InlTreeIndex
	funcdataInlTree     = 3 // internal/abi.FUNCDATA_InlTree
	funcSize            = 44
	inlinedCallSize     = 16 // runtime.inlinedCall
	maxInlineDepth      = 100
	maxModules          = 1000
	maxTable            = 1 << 32
	noFuncdata          = ^uint32(0)
	pcHeaderMagicGo1_20 = 0xfffffff1
)

var errNoFunc = errors.New("no Go function there")

// readModules reads the list of modules: the program, and its plugins.
func readModules(mem *memory, l *layout) ([]module, error) {
	var ms []module
	for addr := l.modules; addr != 0; {
		if len(ms) == maxModules {
			return nil, fmt.Errorf("reading the program's function tables: more than %d modules", maxModules)
		}
		m, next, err := readModule(mem, l, addr)
		if err != nil {
			return nil, fmt.Errorf("reading the program's function tables: %w", err)
		}
		ms = append(ms, m)
		addr = next
	}
	return ms, nil
}

func readModule(mem *memory, l *layout, addr uint64) (m module, next uint64, err error) {
	m.addr = addr
	for off, dst := range map[uint64]*slice{
		l.module.funcnametab: &m.funcnametab, l.module.cutab: &m.cutab, l.module.filetab: &m.filetab,
		l.module.pctab: &m.pctab, l.module.pclntable: &m.pclntable, l.module.ftab: &m.ftab,
	} {
		if *dst, err = mem.slice(addr+off, maxTable); err != nil {
			return m, 0, err
		}
	}
	for off, dst := range map[uint64]*uint64{
		l.module.minpc: &m.minpc, l.module.maxpc: &m.maxpc, l.module.text: &m.text,
		l.module.gofunc: &m.gofunc, l.module.next: &next,
	} {
		if *dst, err = mem.uint64(addr + off); err != nil {
			return m, 0, err
		}
	}
	// pcHeader is moduledata's first field, the magic the header's.
	header, err := mem.uint64(addr)
	if err != nil {
		return m, 0, err
	}
	magic, err := mem.uint64(header)
	if err != nil {
		return m, 0, err
	}
	if uint32(magic) != pcHeaderMagicGo1_20 {
		return m, 0, fmt.Errorf("unknown format %#x", uint32(magic))
	}
	// pcHeader.minLC and ptrSize, bytes 6 and 7.
	m.quantum = max(1, magic>>48&0xff)
	if size := magic >> 56; size != 8 {
		return m, 0, fmt.Errorf("pointers of %d bytes are not supported", size)
	}
	return m, next, nil
}

// resolve returns the calls that pc stands for, innermost first: inlined calls,
// then the function itself. exact tells that pc is the address of an
// instruction and not, as usual, a return address.
func (s *symbols) resolve(pc uint64, exact bool) ([]stitch.Frame, error) {
	key := symbolKey{pc, exact}
	if fs, ok := s.frames[key]; ok {
		return fs, nil
	}
	m, f, err := s.find(pc)
	if err != nil {
		return nil, err
	}
	fs, err := s.resolveIn(m, f, pc, exact)
	if err != nil {
		return nil, fmt.Errorf("naming address %#x: %w", pc, err)
	}
	s.frames[key] = fs
	return fs, nil
}

// find returns the function that pc is in, and its module.
func (s *symbols) find(pc uint64) (*module, function, error) {
	for i := range s.modules {
		m := &s.modules[i]
		if pc < m.minpc || m.maxpc <= pc {
			continue
		}
		f, ok := s.functions[pc]
		if !ok {
			var err error
			if f, err = s.function(m, pc); err != nil {
				return nil, function{}, fmt.Errorf("naming address %#x: %w", pc, err)
			}
			s.functions[pc] = f
		}
		return m, f, nil
	}
	if s.reread { // at most once in a stop
		s.reread = false
		modules, err := readModules(s.mem, s.layout)
		if err != nil {
			return nil, function{}, err
		}
		s.modules = modules
		return s.find(pc)
	}
	return nil, function{}, fmt.Errorf("naming address %#x: %w", pc, errNoFunc)
}

// A function is a runtime._func with what is needed to read on behind it.
type function struct {
	addr     uint64
	entry    uint64
	nameOff  uint32
	pcsp     uint32
	pcfile   uint32
	pcln     uint32
	npcdata  uint32
	cuOffset uint32
	flag     uint8
	nfuncs   uint8
}

func (s *symbols) resolveIn(m *module, f function, pc uint64, exact bool) ([]stitch.Frame, error) {
	name, err := s.name(m, f.nameOff)
	if err != nil {
		return nil, err
	}
	at := pc
	if !exact && at > f.entry {
		at-- // the call, not what comes after it
	}
	tree, indexes, err := s.inlineTree(m, f)
	if err != nil {
		return nil, err
	}
	var frames []stitch.Frame
	for len(frames) < maxInlineDepth {
		file, line, err := s.position(m, f, at)
		if err != nil {
			return nil, err
		}
		frame := stitch.Frame{Func: name, File: file, Line: line, PC: pc, Live: -1}
		index := int32(-1)
		if tree != 0 {
			if index, err = s.pcvalue(m, indexes, f.entry, at); err != nil {
				return nil, err
			}
		}
		if index < 0 {
			return append(frames, frame), nil
		}
		var call [inlinedCallSize]byte
		if err := s.mem.readConst(tree+uint64(index)*inlinedCallSize, call[:]); err != nil {
			return nil, err
		}
		frame.Inlined = true
		if frame.Func, err = s.name(m, binary.LittleEndian.Uint32(call[4:])); err != nil {
			return nil, err
		}
		frames = append(frames, frame)
		at = f.entry + uint64(binary.LittleEndian.Uint32(call[8:]))
	}
	return nil, fmt.Errorf("more than %d calls inlined into one another", maxInlineDepth)
}

// function finds the function that holds pc: the last entry of ftab that does
// not begin beyond it. (The runtime goes through findfunctab, which saves time
// that does not matter here.)
func (s *symbols) function(m *module, pc uint64) (function, error) {
	off := uint32(pc - m.text)
	entry := func(i uint64) (begin, fn uint32, err error) {
		var b [8]byte
		err = s.mem.readConst(m.ftab.ptr+i*8, b[:])
		return binary.LittleEndian.Uint32(b[:]), binary.LittleEndian.Uint32(b[4:]), err
	}
	lo, hi := uint64(0), m.ftab.len // ftab's last entry only ends the text
	if hi < 2 {
		return function{}, errNoFunc
	}
	hi--
	for lo+1 < hi {
		mid := lo + (hi-lo)/2
		begin, _, err := entry(mid)
		if err != nil {
			return function{}, err
		}
		if begin <= off {
			lo = mid
		} else {
			hi = mid
		}
	}
	begin, fn, err := entry(lo)
	if err != nil {
		return function{}, err
	}
	if begin > off || uint64(fn) >= m.pclntable.len {
		return function{}, errNoFunc
	}
	var b [funcSize]byte
	addr := m.pclntable.ptr + uint64(fn)
	if err := s.mem.readConst(addr, b[:]); err != nil {
		return function{}, err
	}
	word := func(i int) uint32 { return binary.LittleEndian.Uint32(b[i:]) }
	return function{
		addr:    addr,
		entry:   m.text + uint64(word(0)),
		nameOff: word(4), pcsp: word(16), pcfile: word(20), pcln: word(24), npcdata: word(28), cuOffset: word(32),
		flag: b[41], nfuncs: b[43],
	}, nil
}

// inlineTree returns the address of a function's tree of inlined calls and the
// table that tells which of its nodes an instruction belongs to; 0: nothing is
// inlined into it.
func (s *symbols) inlineTree(m *module, f function) (tree uint64, indexes uint32, err error) {
	if f.npcdata <= pcdataInlTreeIndex || f.nfuncs <= funcdataInlTree {
		return 0, 0, nil
	}
	var b [4]byte
	funcdata := f.addr + funcSize + uint64(f.npcdata)*4 + funcdataInlTree*4
	if err := s.mem.readConst(funcdata, b[:]); err != nil {
		return 0, 0, err
	}
	off := binary.LittleEndian.Uint32(b[:])
	if off == noFuncdata {
		return 0, 0, nil
	}
	if err := s.mem.readConst(f.addr+funcSize+pcdataInlTreeIndex*4, b[:]); err != nil {
		return 0, 0, err
	}
	return m.gofunc + uint64(off), binary.LittleEndian.Uint32(b[:]), nil
}

func (s *symbols) name(m *module, off uint32) (string, error) {
	if uint64(off) >= m.funcnametab.len {
		return "", fmt.Errorf("function name offset %#x is out of range", off)
	}
	return s.mem.constString(m.funcnametab.ptr + uint64(off))
}

func (s *symbols) position(m *module, f function, at uint64) (file string, line int, err error) {
	fileno, err := s.pcvalue(m, f.pcfile, f.entry, at)
	if err != nil {
		return "", 0, err
	}
	lineno, err := s.pcvalue(m, f.pcln, f.entry, at)
	if err != nil {
		return "", 0, err
	}
	if fileno < 0 || lineno < 0 {
		return "", 0, nil
	}
	index := uint64(f.cuOffset) + uint64(fileno)
	if index >= m.cutab.len {
		return "", 0, fmt.Errorf("file number %d is out of range", index)
	}
	var b [4]byte
	if err := s.mem.readConst(m.cutab.ptr+index*4, b[:]); err != nil {
		return "", 0, err
	}
	off := binary.LittleEndian.Uint32(b[:])
	if off == noFuncdata { // a file that the linker dropped
		return "", int(lineno), nil
	}
	if uint64(off) >= m.filetab.len {
		return "", 0, fmt.Errorf("file name offset %#x is out of range", off)
	}
	file, err = s.mem.constString(m.filetab.ptr + uint64(off))
	return file, int(lineno), err
}

// pcvalue looks an instruction up in one of a function's tables of pairs
// (change of the value, change of the pc), as runtime.pcvalue does. -1: no value.
func (s *symbols) pcvalue(m *module, off uint32, entry, target uint64) (int32, error) {
	if off == 0 {
		return -1, nil
	}
	if uint64(off) >= m.pctab.len {
		return 0, fmt.Errorf("table offset %#x is out of range", off)
	}
	r := varints{mem: s.mem, addr: m.pctab.ptr + uint64(off)}
	value, pc := int32(-1), entry
	for first := true; ; first = false {
		delta, err := r.next()
		if err != nil {
			return 0, err
		}
		if delta == 0 && !first {
			return -1, nil
		}
		advance, err := r.next()
		if err != nil {
			return 0, err
		}
		value += int32(-(delta & 1) ^ (delta >> 1))
		pc += uint64(advance) * m.quantum
		if target < pc {
			return value, nil
		}
		if r.read > 1<<20 {
			return 0, errors.New("a table of more than 1 MiB")
		}
	}
}

// varints reads the base-128 numbers of a pc table.
type varints struct {
	mem  *memory
	addr uint64
	buf  []byte
	read int
}

func (r *varints) next() (uint32, error) {
	var v uint32
	for shift := uint(0); shift < 35; shift += 7 {
		if len(r.buf) == 0 {
			r.buf = make([]byte, min(64, pageSize-r.addr%pageSize))
			if err := r.mem.readConst(r.addr, r.buf); err != nil {
				return 0, err
			}
			r.addr += uint64(len(r.buf))
			r.read += len(r.buf)
		}
		b := r.buf[0]
		r.buf = r.buf[1:]
		v |= uint32(b&0x7f) << shift
		if b&0x80 == 0 {
			return v, nil
		}
	}
	return 0, errors.New("a number of more than five bytes in a pc table")
}
