package stitch

import (
	"fmt"
	"strings"
	"time"
)

// fewCases is how many cases of a select are written out.
const fewCases = 3

// String returns what the goroutine waits on, in one line:
//
//	receive from chan main.job 0xc000012345 (0/3), 2 others wait
//	select: receive from chan int 0xc000012345 (0/0); send to chan int 0xc000054321 (0/0)
//	lock sync.Mutex 0xc000012345, 2 others wait
//	wait for sync.WaitGroup 0xc000012345 (counter 3)
//	read from tcp 127.0.0.1:80 to 10.0.0.7:40312 (fd 7), due in 3s
//	sleep, due in 12m
//	nothing: the channel is nil
//	not known: ...
//
// It is "" where there is nothing to say.
func (w *Wait) String() string {
	switch {
	case w == nil:
		return ""
	case w.Never != "" && len(w.Cases) == 0:
		return "nothing: " + w.Never
	case w.Unknown != "":
		return "not known: " + w.Unknown
	}
	var cases []string
	for i, c := range w.Cases {
		if i == fewCases && len(w.Cases) > fewCases {
			cases = append(cases, fmt.Sprintf("%d more", len(w.Cases)-i))
			break
		}
		cases = append(cases, c.String())
	}
	if w.Cut {
		cases = append(cases, "more cases")
	}
	text := strings.Join(cases, "; ")
	if len(cases) > 1 {
		text = "select: " + text
	}
	if w.Never != "" {
		text += "; nothing can wake it: " + w.Never
	}
	return text
}

// Short returns what the goroutine waits on for a column beside its state:
//
//	chan main.job 0xc000012345 (0/3), 2 others
//	3 cases: 0xc000012345 0xc000054321 0xc000067890
//	in 12m
//
// It is "" also where that is not known.
func (w *Wait) Short() string {
	switch {
	case w != nil && w.Never != "":
		return w.String()
	case w == nil || w.Unknown != "" || len(w.Cases) == 0:
		return ""
	}
	if n := len(w.Cases); n > 1 {
		text := fmt.Sprintf("%d cases:", n)
		for i, c := range w.Cases {
			if i == fewCases {
				return text + " ..."
			}
			text += fmt.Sprintf(" %#x", c.On.Addr)
		}
		return text
	}
	c := w.Cases[0]
	var parts []string
	if c.On != nil {
		parts = append(parts, c.On.String())
		switch n := c.On.others(); n {
		case 0:
		case 1:
			parts = append(parts, "1 other")
		default:
			parts = append(parts, fmt.Sprintf("%d others", n))
		}
	}
	if c.Due != nil {
		parts = append(parts, strings.TrimPrefix(due(*c.Due), "due "))
	}
	return strings.Join(parts, ", ")
}

// opWords are the words between an operation and what it is on.
var opWords = map[Op]string{
	OpReceive: "receive from", OpSend: "send to", OpLock: "lock", OpDrain: "lock", OpRLock: "read-lock",
	OpWait: "wait for", OpAcquire: "acquire", OpRead: "read from", OpWrite: "write to", OpSleep: "sleep",
}

// String returns the case as [Wait.String] has it.
func (c Case) String() string {
	text := opWords[c.Op]
	if c.On != nil {
		text += " " + c.On.String()
		switch n := c.On.others(); n {
		case 0:
		case 1:
			text += ", 1 other waits"
		default:
			text += fmt.Sprintf(", %d others wait", n)
		}
	}
	if c.Due != nil {
		text += ", " + due(*c.Due)
	}
	return text
}

func due(d time.Duration) string {
	if d <= 0 {
		return "due now"
	}
	if s := RoundWait(d); s != "" {
		return "due in " + s
	}
	return "due in less than 1s"
}

// String returns the object with its state: "chan main.job 0xc000012345 (0/3)".
func (o *Object) String() string {
	switch o.Kind {
	case Chan:
		text := "chan"
		if o.Elem != "" {
			text += " " + o.Elem
		}
		text += fmt.Sprintf(" %#x (%d/%d)", o.Addr, o.Len, o.Cap)
		if o.Closed {
			text += ", closed"
		}
		if o.Timer {
			text += ", a timer's"
		}
		return text
	case WaitGroup:
		return fmt.Sprintf("%s %#x (counter %d)", o.Kind, o.Addr, o.Counter)
	case RWMutex:
		text := fmt.Sprintf("%s %#x", o.Kind, o.Addr)
		switch {
		case o.Locked && o.Readers > 0:
			text += " (a writer waits for " + readers(o.Readers) + " to leave)"
		case o.Locked:
			text += " (a writer has it)"
		case o.Readers > 0:
			text += " (" + readers(o.Readers) + ")"
		}
		return text
	case File:
		if o.Name == "" {
			return fmt.Sprintf("fd %d", o.FD)
		}
		return fmt.Sprintf("%s (fd %d)", o.Name, o.FD)
	}
	return fmt.Sprintf("%s %#x", o.Kind, o.Addr)
}

func readers(n int) string {
	if n == 1 {
		return "1 reader"
	}
	return fmt.Sprintf("%d readers", n)
}
