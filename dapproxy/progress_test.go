package dapproxy

import (
	"errors"
	"fmt"
	"testing"
)

func TestBuildProgress(t *testing.T) {
	const shows = `{"supportsProgressReporting":true}`
	for _, test := range []struct {
		client, launch string
		refused        bool   // by the proxy
		title          string // "": none is told
	}{
		{shows, `{"mode":"debug","program":"."}`, false, "Building the program"},
		{shows, `{"program":"."}`, false, "Building the program"},
		{shows, `{"mode":"test","program":".","record":"off"}`, false, "Building the tests"},
		{shows, `{"mode":"test","program":".","record":"label"}`, true, "Building the tests"},
		{shows, `{"mode":"exec","program":"./x"}`, false, ""},
		{shows, `{"mode":"debug","program":".","stitch":false}`, false, ""},
		{shows, `{"mode":"debug","program":".","chainDepth":-1}`, true, ""},
		{`{}`, `{"mode":"debug","program":"."}`, false, ""},
	} {
		bubble(t, func(t *testing.T) {
			r := newRig(t, Config{Recorder: &fakeRecorder{err: errors.New("no")}})
			defer r.close()
			answer := func() {
				m := r.delve.next()
				r.delve.send(fmt.Sprintf(`{"seq":1,"type":"response","request_seq":%d,"command":%q,"success":true}`, m.Seq, m.Command))
			}
			go answer()
			r.client.call("initialize", test.client)
			seq := r.client.request("launch", test.launch)
			if !test.refused {
				go answer()
			}
			var events []string
			for m := r.client.next(); m.Type != "response" || m.RequestSeq != seq; m = r.client.next() {
				if m.Event != "output" {
					events = append(events, m.Event+string(m.Body))
				}
			}
			if test.refused && test.title != "" { // it follows
				m := r.client.next()
				events = append(events, m.Event+string(m.Body))
			}
			want := []string{
				fmt.Sprintf(`progressStart{"progressId":"dlvx-build","title":%q}`, test.title),
				`progressEnd{"progressId":"dlvx-build"}`,
			}
			if test.title == "" {
				want = nil
			}
			if fmt.Sprint(events) != fmt.Sprint(want) {
				t.Errorf("%s %s: %v, want %v", test.client, test.launch, events, want)
			}
		})
	}
}
