package main

import (
	"context"
	"io"
	"log/slog"
	"sync"
	"time"

	"github.com/dlvx/dlvx/dapproxy"
	"github.com/dlvx/dlvx/delve"
)

// headless serves a program to Delve's clients; DAP sessions get stitched
// stacks.
func headless(ctx context.Context, o delve.Options, p delve.Program) error {
	log := newLog(o)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var sessions sync.WaitGroup
	err := delve.Headless(ctx, o, p, func(client io.ReadWriteCloser, served delve.Served) io.ReadWriteCloser {
		proxySide, delveSide := dapproxy.Pipe()
		sessions.Go(func() {
			err := dapproxy.Serve(ctx, client, proxySide, dapproxy.Config{
				Log:     log,
				Version: version(),
				NewChains: func(inj *dapproxy.Injector) dapproxy.Chains {
					return newChains(inj, served.Target)
				},
				Stop: served.Stop,
			})
			if err != nil && ctx.Err() == nil {
				log.Warn("a DAP session ended", "why", err)
			}
		})
		return delveSide
	})
	waitFor(&sessions, cancel, log)
	return err
}

// lastWords is how long clients may take to read what Delve has sent them
// before it ended.
const lastWords = 2 * time.Second

// waitFor waits until sessions have ended by themselves, or ends them.
func waitFor(sessions *sync.WaitGroup, end context.CancelFunc, log *slog.Logger) {
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		sessions.Wait()
	}()
	select {
	case <-ended:
	case <-time.After(lastWords):
		log.Info("closing the connections of clients that do not read")
		end()
		<-ended
	}
}
