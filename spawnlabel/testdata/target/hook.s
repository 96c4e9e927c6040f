//go:build !cgo

// Lets hook be declared without a body.
