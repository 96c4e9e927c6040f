package dapproxy

import "github.com/google/go-dap"

// buildProgress is the id of the one progress that there is.
const buildProgress = "dlvx-build"

// beginBuild tells a client that shows progress that a launch builds, which may take
// minutes the first time: until it is answered there is no session to be seen.
func (s *session) beginBuild(m message) {
	var client dap.InitializeRequestArguments
	var c struct{ Mode string }
	if s.initialize.arguments(&client) != nil || !client.SupportsProgressReporting || m.arguments(&c) != nil {
		return
	}
	body := dap.ProgressStartEventBody{ProgressId: buildProgress}
	switch c.Mode {
	case "", "debug":
		body.Title = "Building the program"
	case "test":
		body.Title = "Building the tests"
	default:
		return
	}
	if !s.building.Swap(true) {
		s.sendClient(newMessage(&dap.ProgressStartEvent{Event: newEvent("progressStart"), Body: body}), nil)
	}
}

// endBuild tells the client that nothing is built any more.
func (s *session) endBuild() {
	if s.building.Swap(false) {
		s.sendClient(newMessage(&dap.ProgressEndEvent{Event: newEvent("progressEnd"), Body: dap.ProgressEndEventBody{ProgressId: buildProgress}}), nil)
	}
}
