package render

import (
	"fmt"
	"io"
	"time"

	"github.com/dlvx/dlvx/stitch"
	"github.com/google/pprof/profile"
)

// PProf writes groups of goroutines as a profile that `go tool pprof` opens. A
// sample is the goroutines of a group that have the same pprof labels; it counts
// them, and the time that they have been waiting. The label "state" says what
// they do.
func PProf(w io.Writer, groups []stitch.Group, taken time.Time) error {
	b := newProfile(taken)
	for _, g := range groups {
		b.add(g)
	}
	if err := b.CheckValid(); err != nil {
		return fmt.Errorf("making a profile: %w", err)
	}
	return b.Write(w)
}

// A profileBuilder makes each function and each call once.
type profileBuilder struct {
	*profile.Profile
	functions map[[2]string]*profile.Function
	locations map[stitch.Frame]*profile.Location
}

func newProfile(taken time.Time) profileBuilder {
	count := &profile.ValueType{Type: "goroutine", Unit: "count"}
	return profileBuilder{
		Profile: &profile.Profile{
			SampleType: []*profile.ValueType{count, {Type: "waiting", Unit: "nanoseconds"}},
			PeriodType: count,
			Period:     1,
			TimeNanos:  taken.UnixNano(),
			// Tells pprof not to look for names itself.
			Mapping: []*profile.Mapping{{
				ID: 1, HasFunctions: true, HasFilenames: true, HasLineNumbers: true, HasInlineFrames: true,
			}},
			DefaultSampleType: "goroutine",
		},
		functions: map[[2]string]*profile.Function{},
		locations: map[stitch.Frame]*profile.Location{},
	}
}

func (b profileBuilder) add(g stitch.Group) {
	var stack []*profile.Location
	for _, f := range frames(g) {
		stack = append(stack, b.location(f))
	}
	samples := map[string]*profile.Sample{}
	for _, member := range g.Goroutines {
		key := fmt.Sprint(member.Labels) // in the order of their keys
		s := samples[key]
		if s == nil {
			s = &profile.Sample{Location: stack, Value: make([]int64, 2), Label: map[string][]string{"state": {g.State()}}}
			for k, v := range member.Labels {
				s.Label[k] = []string{v}
			}
			samples[key] = s
			b.Sample = append(b.Sample, s)
		}
		s.Value[0]++
		s.Value[1] += int64(member.State.For)
	}
}

func (b profileBuilder) location(f stitch.Frame) *profile.Location {
	f = stitch.Frame{Func: nameOf(f), File: f.File, Line: f.Line}
	if l := b.locations[f]; l != nil {
		return l
	}
	name := [2]string{f.Func, f.File}
	fn := b.functions[name]
	if fn == nil {
		fn = &profile.Function{ID: uint64(len(b.Function) + 1), Name: f.Func, SystemName: f.Func, Filename: f.File}
		b.functions[name] = fn
		b.Function = append(b.Function, fn)
	}
	l := &profile.Location{
		ID: uint64(len(b.Location) + 1), Mapping: b.Mapping[0],
		Line: []profile.Line{{Function: fn, Line: int64(f.Line)}},
	}
	b.locations[f] = l
	b.Location = append(b.Location, l)
	return l
}
