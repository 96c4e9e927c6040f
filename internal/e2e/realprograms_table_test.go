package e2e

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// realPrograms are the programs that TestRealPrograms knows, quickest to build
// first.
var realPrograms = []realProgram{
	{
		// A message broker, with persistent streams.
		name: "nats-server", pkg: "github.com/nats-io/nats-server/v2", version: "v2.15.2",
		start: func(t *testing.T, dir string, port func(string) int) (args, env []string) {
			return []string{"-a", "127.0.0.1", "-p", fmt.Sprint(port("main")), "-m", fmt.Sprint(port("monitor")), "-js", "-sd", filepath.Join(dir, "js")}, nil
		},
		use: func(t *testing.T, port func(string) int) {
			for i := range 20 {
				conn := dial(t, port("main"))
				fmt.Fprintf(conn, "CONNECT {\"verbose\":false}\r\nSUB subject.%d 1\r\nPING\r\n", i)
				readUntil(t, conn, "PONG")
			}
			get(t, port("monitor"), "/varz")
		},
	},
	{
		// A BitTorrent client that looks for what nobody has.
		name: "torrent", pkg: "github.com/anacrolix/torrent/cmd/torrent", version: "v1.59.1",
		start: func(t *testing.T, dir string, port func(string) int) (args, env []string) {
			peer, err := net.Listen("tcp", loopback(port("peer"))) // never answers
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { peer.Close() })
			magnet := fmt.Sprintf("magnet:?xt=urn:btih:%s&x.pe=%s", strings.Repeat("ab", 20), loopback(port("peer")))
			return []string{
				"download", "--addr=" + loopback(port("main")), "--dht=false", "--port-forward=false", "--webtorrent=false",
				"--ipv6=false", "--pex=false", "--seed", magnet,
			}, nil
		},
		use: func(t *testing.T, port func(string) int) {
			for range 10 {
				fmt.Fprint(dial(t, port("main")), "\x13BitTorrent protocol")
			}
		},
	},
	{
		// A database that agrees with others of its kind on every write.
		name: "etcd", pkg: "go.etcd.io/etcd/server/v3", version: "v3.7.3",
		start: func(t *testing.T, dir string, port func(string) int) (args, env []string) {
			client, peer := "http://"+loopback(port("main")), "http://"+loopback(port("peer"))
			return []string{
				"--data-dir", filepath.Join(dir, "data"), "--listen-client-urls", client, "--advertise-client-urls", client,
				"--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer, "--initial-cluster", "default=" + peer,
			}, nil
		},
		use: func(t *testing.T, port func(string) int) {
			post := func(path, body, answer string) {
				conn := dial(t, port("main"))
				fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s", path, len(body), body)
				readUntil(t, conn, answer)
			}
			post("/v3/kv/put", `{"key":"a2V5","value":"YQ=="}`, `"revision"`)
			for range 10 { // watches, which stay open
				post("/v3/watch", `{"create_request":{"key":"a2V5"}}`, `"created":true`)
			}
		},
	},
	{
		// A web server and proxy; one of its sites is the other's backend.
		name: "caddy", pkg: "github.com/caddyserver/caddy/v2/cmd/caddy", version: "v2.11.9",
		start: func(t *testing.T, dir string, port func(string) int) (args, env []string) {
			const config = `{
				admin 127.0.0.1:%d
				auto_https off
			}
			http://127.0.0.1:%d {
				bind 127.0.0.1
				reverse_proxy 127.0.0.1:%d
			}
			http://127.0.0.1:%d {
				bind 127.0.0.1
				respond hello
			}`
			path := write(t, dir, "Caddyfile", fmt.Sprintf(config, port("admin"), port("main"), port("backend"), port("backend")))
			return []string{"run", "--config", path, "--adapter", "caddyfile"}, []string{"XDG_DATA_HOME=" + dir, "XDG_CONFIG_HOME=" + dir}
		},
		use: func(t *testing.T, port func(string) int) {
			for range 20 {
				conn := dial(t, port("main"))
				fmt.Fprintf(conn, "GET / HTTP/1.1\r\nHost: %s\r\n\r\n", loopback(port("main")))
				readUntil(t, conn, "hello")
			}
		},
	},
	{
		// A DNS server.
		name: "coredns", pkg: "github.com/coredns/coredns", version: "v1.15.0",
		start: func(t *testing.T, dir string, port func(string) int) (args, env []string) {
			const config = `.:%d {
				bind 127.0.0.1
				cache
				whoami
				health 127.0.0.1:%d
				prometheus 127.0.0.1:%d
			}`
			return []string{"-conf", write(t, dir, "Corefile", fmt.Sprintf(config, port("main"), port("health"), port("metrics")))}, nil
		},
		use: func(t *testing.T, port func(string) int) {
			for range 20 {
				dial(t, port("main")) // waits for a question
			}
			get(t, port("health"), "/health")
		},
	},
}

// dial returns a connection that stays open to the end of the test. An answer
// that never comes is an error.
func dial(t *testing.T, port int) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", loopback(port))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if err := conn.SetReadDeadline(time.Now().Add(hang)); err != nil {
		t.Fatal(err)
	}
	return conn
}

// readUntil reads up to a text.
func readUntil(t *testing.T, r io.Reader, text string) {
	t.Helper()
	var got strings.Builder
	for b := make([]byte, 1<<10); !strings.Contains(got.String(), text); {
		n, err := r.Read(b)
		got.Write(b[:n])
		if err != nil {
			t.Fatalf("waiting for %q: %v after %q", text, err, got.String())
		}
	}
}

func get(t *testing.T, port int, path string) int {
	t.Helper()
	r, err := http.Get("http://" + loopback(port) + path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	return r.StatusCode
}

func write(t *testing.T, dir, name, text string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}
