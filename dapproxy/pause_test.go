package dapproxy

import (
	"fmt"
	"testing"
)

// Delve does not answer a pause of a process that it has attached to, and never
// halted, if that has shared libraries.
func TestPauseOfAttached(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t, family().config())
		defer r.close()
		begin := func(command string) {
			t.Helper()
			seq := r.client.request(command, `{"processId":1}`)
			r.delve.send(fmt.Sprintf(`{"seq":1,"type":"response","request_seq":%d,"command":%q,"success":true}`, r.delve.next().Seq, command))
			if got := r.client.next(); got.RequestSeq != seq {
				t.Fatalf("client got %+v", got)
			}
		}
		pause := func(want ...string) {
			t.Helper()
			seq := r.client.request("pause", `{"threadId":-1}`)
			for _, command := range want {
				m := r.delve.next()
				if m.Command != command {
					t.Fatalf("Delve got %s, want %s", m.Command, command)
				}
				r.delve.send(fmt.Sprintf(`{"seq":1,"type":"response","request_seq":%d,"command":%q,"success":true,"body":{"breakpoints":[]}}`, m.Seq, command))
			}
			if got := r.client.next(); got.RequestSeq != seq || !got.Success {
				t.Fatalf("client got %+v", got)
			}
		}
		stop := func(reason string) {
			t.Helper()
			r.delve.send(fmt.Sprintf(`{"seq":1,"type":"event","event":"stopped","body":{"reason":%q,"threadId":1}}`, reason))
			r.client.event("stopped")
		}
		begin("launch")
		pause("pause")
		begin("attach")
		pause("setBreakpoints", "pause")
		stop("entry")
		pause("setBreakpoints", "pause")
		stop("pause")
		pause("pause")
	})
}
