//go:build http

package main

import (
	"net/http"
	"net/http/httptest"
)

// An HTTP handler.
var _ = scenario("http", serve)

func serve() {
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { here("http") }))
	http.Get(s.URL)
}
