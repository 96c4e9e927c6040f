// Package dapproxy stands between a client of the Debug Adapter Protocol (an
// editor) and a Delve that speaks it, and shows under each goroutine's own
// stack the stacks of the go statements that led to it.
//
// It forwards by default: a message's bytes go through as they are, only the
// top-level seq and request_seq are renumbered where the proxy's own requests
// have taken a number. What it decodes is listed in (*session).dispatch and
// (*session).observeEvent; everything else (other requests, unknown fields,
// reverse requests, large bodies) it does not look into.
//
// Requests that begin with "dlvx/" it answers itself: views of all goroutines,
// and switches of its own. docs/protocol.md describes them.
//
// It is not a debugger and knows no Delve: it takes two connections, and reads
// spawn chains through the small interface [Chains] made by its caller. Where
// anything about a chain fails, the client gets Delve's own answer, unchanged.
//
// # Goroutines
//
// Serve runs until one side ends and leaves nothing behind. It runs
//
//   - one reader per side. The client's reader only queues, so that it sees a
//     disconnect while a launch is being prepared; the server's reader forwards
//     in order and never waits for an answer, because the answers to the
//     proxy's own requests come through it;
//   - one dispatcher, which takes the client's messages in their order. It
//     holds back a request that resumes the target until the questions about
//     the present stop have been answered;
//   - one short goroutine per answer that is rewritten, and per request about
//     an added frame;
//   - one goroutine per view, which may take seconds, and gives up reading when
//     the client cancels it or the target is to be resumed.
//
// # Frames and identifiers
//
// Added frames have ids from 1<<30 up, which no Delve reaches. They are never
// used twice in a session and are valid until the target is resumed; then they
// get an error. Delve would take them for its selected frame in evaluate, so
// the proxy answers for its whole range itself. Ids of groups and of nodes of
// the spawn tree are numbers of another kind, with the same life.
package dapproxy
