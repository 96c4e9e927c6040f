package goruntime

import "fmt"

// A waitLayout is to waits what [layout] is to all else. What a release does not
// have, or a Session does not know, is absent, and so is then what is read by it.
type waitLayout struct {
	waiting, sleepWhen, trackingSeq uint64 // in runtime.g

	sudog  struct{ g, next, elem, waitlink, c, size uint64 }
	hchan  struct{ qcount, dataqsiz, closed, elemtype, timer, recvq, sendq, size uint64 }
	poll   struct{ fd, rg, wg, rd, wd, size uint64 }
	when   uint64 // of a runtime.timer, in nanoseconds of the target's clock
	types  uint64 // of a moduledata: where its types begin,
	etypes uint64 // and end

	sudogs, chans, polls error // why nothing can be told of them
	syncs                error // likewise of package sync, whose layout is that of known releases
}

// Releases whose package sync and internal/abi are as this package has them: the
// matrix of package process (TestWaits) holds that against each of them.
const (
	firstRelease = 21
	lastRelease  = 27
)

func (p *program) readWaitLayout() *waitLayout {
	at := placesOf(p.session)
	l := &waitLayout{}
	// field sets dst to a field's offset, and size to what holds it.
	field := func(dst, size *uint64, typ string, names ...string) error {
		var err error
		for _, name := range names {
			if *dst, err = at.Offset(typ, name); err == nil && *dst <= maxG-wordSize {
				*size = max(*size, *dst+wordSize)
				return nil
			}
		}
		*dst = absent
		return fmt.Errorf("where %s is in runtime.%s is not known", names[0], typ)
	}
	var g uint64
	first := func(errs ...error) error {
		for _, err := range errs {
			if err != nil {
				return err
			}
		}
		return nil
	}
	_ = field(&l.sleepWhen, &g, "g", "sleepWhen") // absent: when sleeps end is not told
	_ = field(&l.trackingSeq, &g, "g", "trackingSeq")
	s, c, d := &l.sudog, &l.hchan, &l.poll
	l.sudogs = first(
		field(&l.waiting, &g, "g", "waiting"),
		field(&s.g, &s.size, "sudog", "g"), field(&s.next, &s.size, "sudog", "next"),
		field(&s.waitlink, &s.size, "sudog", "waitlink"),
		// Since Go 1.26 they may be hidden from the garbage collector.
		field(&s.elem, &s.size, "sudog", "elem.vu", "elem"),
		field(&s.c, &s.size, "sudog", "c.maybeTraceablePtr.vu", "c"),
	)
	l.chans = first(l.sudogs,
		field(&c.qcount, &c.size, "hchan", "qcount"), field(&c.dataqsiz, &c.size, "hchan", "dataqsiz"),
		field(&c.closed, &c.size, "hchan", "closed"),
		field(&c.recvq, &c.size, "hchan", "recvq.first"), field(&c.sendq, &c.size, "hchan", "sendq.first"),
	)
	_ = field(&c.elemtype, &c.size, "hchan", "elemtype")
	_ = field(&c.timer, &c.size, "hchan", "timer") // since Go 1.23
	_ = field(&l.when, &g, "timer", "when")
	_ = field(&l.types, &g, "moduledata", "types")
	_ = field(&l.etypes, &g, "moduledata", "etypes")
	l.polls = first(
		field(&d.fd, &d.size, "pollDesc", "fd"),
		field(&d.rg, &d.size, "pollDesc", "rg"), field(&d.wg, &d.size, "pollDesc", "wg"),
	)
	_ = field(&d.rd, &d.size, "pollDesc", "rd")
	_ = field(&d.wd, &d.size, "pollDesc", "wd")
	if r := p.listing.release; r < firstRelease || r > lastRelease {
		l.syncs = fmt.Errorf("the release of Go is not one of 1.%d to 1.%d", firstRelease, lastRelease)
	}
	return l
}
