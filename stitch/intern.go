package stitch

// An interner gives equal lists equal numbers, so that what has to be compared
// of many goroutines is compared by one number each.
//
// A list is a path in a tree, and its number is that of the node where it ends:
// no list is stored twice, and there is nothing to collide. What lists share in
// memory is walked once.
type interner struct {
	calls  map[call]int
	shapes map[shape]int
	paths  map[step]int
	stacks map[stack]int // by where they are
	chains map[links]int // likewise
}

// A call is what makes a frame equal to another for a reader. Where in the line
// it stands, and whether it is inlined or still live, does not.
type call struct {
	fn, file string
	line     int
}

// A shape is what is to be seen of a link, but for who the spawner was and what
// it is doing now.
type shape struct {
	stack      int
	provenance Provenance
	framesCut  bool
	cut        Cut
}

type step struct{ from, by int }

type stack struct {
	first *Frame
	n     int
}

type links struct {
	first *Link
	n     int
}

func newInterner() *interner {
	return &interner{map[call]int{}, map[shape]int{}, map[step]int{}, map[stack]int{}, map[links]int{}}
}

// number returns the number of a key, the next free one for a new key. They
// begin with 1.
func number[K comparable](m map[K]int, key K) int {
	n, ok := m[key]
	if !ok {
		n = len(m) + 1
		m[key] = n
	}
	return n
}

// stack returns the number of a list of frames.
func (in *interner) stack(fs []Frame) int {
	if len(fs) == 0 {
		return 0
	}
	key := stack{&fs[0], len(fs)}
	if n, ok := in.stacks[key]; ok {
		return n
	}
	n := 0
	for _, f := range fs {
		n = number(in.paths, step{n, number(in.calls, call{f.Func, f.File, f.Line})})
	}
	in.stacks[key] = n
	return n
}

// chain returns the number of a chain.
func (in *interner) chain(c Chain) int {
	if len(c.Links) == 0 {
		return number(in.paths, step{0, number(in.shapes, shape{cut: c.Cut})})
	}
	key := links{&c.Links[0], len(c.Links)}
	if n, ok := in.chains[key]; ok {
		return n
	}
	n := 0
	for _, l := range c.Links {
		n = number(in.paths, step{n, number(in.shapes, shape{in.stack(l.Frames), l.Provenance, l.FramesCut, l.Cut})})
	}
	in.chains[key] = n
	return n
}
