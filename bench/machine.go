package main

import (
	"os"
	"runtime"
	"strings"
)

// A machine says where figures come from.
type machine struct {
	Go       string `json:"go"` // the one that builds what is measured
	Platform string `json:"platform"`
	Cores    int    `json:"cores"`
	CPU      string `json:"cpu"`  // model; "": not known
	Load     string `json:"load"` // averages over 1, 5 and 15 minutes at the start; "": not known
}

func thisMachine(goVersion string) machine {
	m := machine{Go: goVersion, Platform: runtime.GOOS + "/" + runtime.GOARCH, Cores: runtime.NumCPU()}
	// Linux only; elsewhere the files are not there.
	if text, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		for line := range strings.Lines(string(text)) {
			if key, value, _ := strings.Cut(line, ":"); strings.TrimSpace(key) == "model name" {
				m.CPU = strings.TrimSpace(value)
				break
			}
		}
	}
	if text, err := os.ReadFile("/proc/loadavg"); err == nil {
		if fields := strings.Fields(string(text)); len(fields) > 3 {
			m.Load = strings.Join(fields[:3], " ")
		}
	}
	return m
}
