package process

import "errors"

// ErrSystem tells that processes cannot be read from outside on this system:
// there a debugger has to be attached.
var ErrSystem = errors.New("reading a process without a debugger works on Linux only, on amd64 and arm64")

// ErrEnded is the answer to questions about a process that has ended since it
// was opened.
var ErrEnded = errors.New("it has ended")
