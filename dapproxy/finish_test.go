package dapproxy

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"testing"
)

// A client that goes on sending must still be able to read all that was sent
// to it before the end.
func TestEndDoesNotResetTheConnection(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	client, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	proxyClient, err := listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	delve, proxyDelve := net.Pipe()
	served := make(chan error, 1)
	go func() { served <- Serve(context.Background(), proxyClient, proxyDelve, Config{}) }()

	// More than all buffers hold, so that some of it is still unread at the end.
	flood := make(chan error, 1)
	go func() {
		for {
			if err := writeBody(client, []byte(`{"seq":1,"type":"request","command":"threads"}`)); err != nil {
				flood <- err
				return
			}
		}
	}()
	if _, err := readBody(bufio.NewReader(delve)); err != nil {
		t.Fatal(err)
	}
	if err := writeBody(delve, []byte(`{"seq":1,"type":"event","event":"terminated"}`)); err != nil {
		t.Fatal(err)
	}
	delve.Close()

	in := bufio.NewReader(client)
	terminated := false
	for {
		body, err := readBody(in)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("the client's reading ended by %v, not by the end", err)
		}
		m, err := parseMessage(body)
		if err != nil {
			t.Fatal(err)
		}
		terminated = terminated || m.event == "terminated"
	}
	if !terminated {
		t.Error("the event did not come")
	}
	client.Close()
	<-flood
	if err := <-served; err != nil {
		t.Error(err)
	}
}
