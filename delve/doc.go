// Package delve is the only one that knows Delve's packages. It starts debug
// sessions (a DAP session in this process, Delve's own terminal, the whole of
// dlv's command line), and looks into their stopped targets on the side: its
// sessions are the [goruntime.Session] of a debugger in this process and of an
// RPC client.
//
// It is not a debugger: what a session does is Delve's, unless it is about
// recording spawns or showing chains. Each session runs the goroutines that
// Delve runs for it, and they end with its Close.
package delve
