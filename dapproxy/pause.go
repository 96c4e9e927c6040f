package dapproxy

// atMain gives a pause for which Delve names no goroutine, because it found none
// running, to goroutine 1, as Delve itself does when a program stops on entry.
// VS Code asks otherwise for frames of every goroutine, and then shows one that
// may be the runtime's own.
func (s *session) atMain(m message) message {
	at, ok := m.fields.get("body")
	if !ok || !s.settings().stitch {
		return m
	}
	body, err := scanObject(m.body, at)
	if err != nil {
		return m // for the client to judge
	}
	reason, _ := body.get("reason")
	if _, named := body.get("threadId"); named || string(reason.of(m.body)) != `"pause"` {
		return m
	}
	return m.edited(edit{span{reason.to, reason.to}, []byte(`,"threadId":1`)})
}
