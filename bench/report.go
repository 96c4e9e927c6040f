package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
)

// A report is all that was measured.
type report struct {
	Machine  machine   `json:"machine"`
	Rounds   int       `json:"rounds"`
	Sections []section `json:"sections"`
}

// A section is one table: the same quantity in several cases.
type section struct {
	Title    string   `json:"title"`
	Unit     string   `json:"unit"`     // ns, us, ms or bytes
	Compare  compare  `json:"compare"`  // how the other variants are held against the first
	Variants []string `json:"variants"` // the first is the plain one
	Rows     []row    `json:"rows"`

	detail bool // not in the text
}

type compare string

const (
	asRatio      compare = "ratio"
	asDifference compare = "difference"
)

// A row is one case of a section.
type row struct {
	Case string `json:"case"`
	// Values are the variants' own figures, Changes those against the plain
	// variant in the same round (of the plain one against itself: omitted).
	Values  []spread `json:"values"`
	Changes []spread `json:"changes"`
	// Bar is what the median of the first change may be at most; nil: there
	// is none.
	Bar  *float64 `json:"bar,omitempty"`
	Pass *bool    `json:"pass,omitempty"`
}

// A spread is what was measured in several rounds.
type spread struct {
	Min    float64 `json:"min"`
	Median float64 `json:"median"`
	Max    float64 `json:"max"`
}

func spreadOf(samples []float64) spread {
	s := slices.Sorted(slices.Values(samples))
	middle := len(s) / 2
	median := s[middle]
	if len(s)%2 == 0 {
		median = (s[middle-1] + s[middle]) / 2
	}
	return spread{s[0], median, s[len(s)-1]}
}

// noBar is for cases that are shown without being judged.
const noBar = 0

// add adds a case. samples are by variant, then by round.
func (s *section) add(name string, bar float64, samples [][]float64) {
	r := row{Case: name}
	for i, own := range samples {
		r.Values = append(r.Values, spreadOf(own))
		if i == 0 {
			continue
		}
		changes := make([]float64, len(own))
		for round, v := range own {
			if plain := samples[0][round]; s.Compare == asRatio {
				changes[round] = v / plain
			} else {
				changes[round] = v - plain
			}
		}
		r.Changes = append(r.Changes, spreadOf(changes))
	}
	if bar != noBar {
		pass := r.Changes[0].Median <= bar
		r.Bar, r.Pass = &bar, &pass
	}
	s.Rows = append(s.Rows, r)
}

// measured leaves out the sections that nothing was measured for.
func measured(sections ...section) []section {
	return slices.DeleteFunc(sections, func(s section) bool { return len(s.Rows) == 0 })
}

func (r report) json(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "\t")
	return enc.Encode(r)
}

func (r report) text(w io.Writer) error {
	var b strings.Builder
	m := r.Machine
	fmt.Fprintf(&b, "%s %s, %d cores %s, load %s; %d rounds\n", m.Go, m.Platform, m.Cores, m.CPU, m.Load, r.Rounds)
	fmt.Fprintf(&b, "Medians, and min/median/max of the rounds' comparisons with the first column.\n")
	pass, missed := 0, []string(nil)
	for _, s := range r.Sections {
		for _, row := range s.Rows {
			if row.Pass != nil && *row.Pass {
				pass++
			} else if row.Pass != nil {
				missed = append(missed, row.Case)
			}
		}
		if !s.detail {
			s.text(&b)
		}
	}
	if bars := pass + len(missed); bars > 0 {
		fmt.Fprintf(&b, "\n%d of %d bars met.\n", pass, bars)
	}
	for _, name := range missed {
		fmt.Fprintf(&b, "missed: %s\n", name)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (s section) text(b *strings.Builder) {
	fmt.Fprintf(b, "\n%s, %s\n", s.Title, s.Unit)
	t := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "\t%s", s.Variants[0])
	for _, name := range s.Variants[1:] {
		fmt.Fprintf(t, "\t%s\t%s", name, s.Compare)
	}
	fmt.Fprint(t, "\tbar\t\n")
	for _, r := range s.Rows {
		fmt.Fprintf(t, "%s\t%s", r.Case, number(r.Values[0].Median))
		for i, c := range r.Changes {
			fmt.Fprintf(t, "\t%s\t%s", number(r.Values[i+1].Median), s.change(c))
		}
		switch {
		case r.Pass == nil:
			fmt.Fprint(t, "\t\t\n")
		case *r.Pass:
			fmt.Fprintf(t, "\t%v\tPASS\n", *r.Bar)
		default:
			fmt.Fprintf(t, "\t%v\tFAIL\n", *r.Bar)
		}
	}
	t.Flush() // to memory: no error
}

func (s section) change(c spread) string {
	if s.Compare == asRatio && c.Max < 0.1 {
		return number(c.Min) + "/" + number(c.Median) + "/" + number(c.Max)
	}
	if s.Compare == asRatio {
		return fmt.Sprintf("%.2f/%.2f/%.2f", c.Min, c.Median, c.Max)
	}
	return fmt.Sprintf("%+.0f/%+.0f/%+.0f", c.Min, c.Median, c.Max)
}

// number writes three digits, or all of a larger number.
func number(v float64) string {
	if v >= 100 {
		return strconv.FormatFloat(v, 'f', 0, 64)
	}
	return strconv.FormatFloat(v, 'g', 3, 64)
}
