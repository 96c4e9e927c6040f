package delve

import (
	"errors"
	"fmt"
	"net"
	"os"
	"regexp"
	"strings"

	"github.com/go-delve/delve/cmd/dlv/cmds"
	"github.com/go-delve/delve/pkg/config"
	"github.com/go-delve/delve/pkg/goversion"
	"github.com/go-delve/delve/pkg/logflags"
	"github.com/go-delve/delve/pkg/version"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// Commands returns dlv's whole command tree, hidden commands included, whose
// texts call the program dlvx. Every command does what it does in dlv; the
// caller replaces what it wants to differ.
//
// Like dlv, it sets CGO_CFLAGS for the builds of this process where the user
// has not, so that C code can be debugged.
func Commands() *cobra.Command {
	// Read by Delve's New: cmd/dlv/main.go does the same before it.
	if os.Getenv("CGO_CFLAGS") == "" {
		os.Setenv("CGO_CFLAGS", "-O0 -g")
	} else {
		logflags.WriteCgoFlagsWarning()
	}
	root := cmds.New(false)
	root.Use = "dlvx"
	rename(root)

	// Delve hides the flags that only its commands take from the usage of its
	// root, which it knows by its name.
	usage := root.UsageFunc()
	root.SetUsageFunc(func(cmd *cobra.Command) error {
		if cmd == root || cmd.Name() == "help" {
			hide := func(f *pflag.Flag) { f.Hidden = true }
			root.PersistentFlags().VisitAll(hide)
			cmd.Flags().VisitAll(hide)
		}
		return usage(cmd)
	})
	return root
}

var dlvWord = regexp.MustCompile(`\bdlv\b`)

func rename(cmd *cobra.Command) {
	for _, text := range []*string{&cmd.Short, &cmd.Long, &cmd.Example} {
		*text = dlvWord.ReplaceAllString(*text, "dlvx")
	}
	fix := func(f *pflag.Flag) { f.Usage = dlvWord.ReplaceAllString(f.Usage, "dlvx") }
	cmd.Flags().VisitAll(fix)
	cmd.PersistentFlags().VisitAll(fix)
	for _, sub := range cmd.Commands() {
		rename(sub)
	}
}

// Version returns the version of the Delve that is built in, as "1.27.2".
func Version() string {
	v := version.DelveVersion
	return strings.Join([]string{v.Major, v.Minor, v.Patch}, ".")
}

// VersionText returns what `dlv version` prints.
func VersionText() string {
	return fmt.Sprintf("Delve Debugger\n%s\n", version.DelveVersion)
}

// BuildDetails returns what `dlv version -v` adds.
func BuildDetails() string { return version.BuildInfo() }

// Options are the flags that dlv's commands share, by dlv's names and with
// dlv's meanings.
type Options struct {
	AcceptMulticlient           bool
	AllowNonTerminalInteractive bool
	APIVersion                  int
	Backend                     string
	BuildFlags                  string // quoted as in dlv: single quotes, backslash inside them
	CheckGoVersion              bool
	Continue                    bool
	DisableASLR                 bool
	Headless                    bool
	Init                        string
	Listen                      string
	Log                         bool
	LogDest                     string
	LogOutput                   string
	OnlySameUser                bool
	Output                      string // of a build; "": a temporary file
	Redirects                   []string
	RRCleanup                   bool
	RROnProcess                 int // of a recording of several: which; 0: the first
	TTY                         string
	WorkingDir                  string
}

// OptionsOf returns the options that one of dlv's commands was called with.
// Flags that the command does not have keep their zero value.
func OptionsOf(cmd *cobra.Command) Options {
	flags := cmd.Flags()
	str := func(name string) string { v, _ := flags.GetString(name); return v }
	is := func(name string) bool { v, _ := flags.GetBool(name); return v }
	apiVersion, _ := flags.GetInt("api-version")
	redirects, _ := flags.GetStringArray("redirect")
	return Options{
		AcceptMulticlient:           is("accept-multiclient"),
		AllowNonTerminalInteractive: is("allow-non-terminal-interactive"),
		APIVersion:                  apiVersion,
		Backend:                     str("backend"),
		BuildFlags:                  str("build-flags"),
		CheckGoVersion:              is("check-go-version"),
		Continue:                    is("continue"),
		DisableASLR:                 is("disable-aslr"),
		Headless:                    is("headless"),
		Init:                        str("init"),
		Listen:                      str("listen"),
		Log:                         is("log"),
		LogDest:                     str("log-dest"),
		LogOutput:                   str("log-output"),
		OnlySameUser:                is("only-same-user"),
		Output:                      str("output"),
		Redirects:                   redirects,
		RRCleanup:                   is("rr-cleanup"),
		TTY:                         str("tty"),
		WorkingDir:                  str("wd"),
	}
}

// SetupLog turns on the logging that the options ask for, which is Delve's
// own, and returns the function that ends it.
func (o Options) SetupLog() (end func(), err error) {
	if err := logflags.Setup(o.Log, o.LogOutput, o.LogDest); err != nil {
		return nil, err
	}
	return logflags.Close, nil
}

// loadConfig reads the user's dlv configuration; one that cannot be read is
// logged and taken as empty, as dlv does.
func loadConfig() *config.Config {
	conf, err := config.LoadConfig()
	if err != nil {
		logflags.DebuggerLogger().Errorf("%v", err)
	}
	if conf == nil {
		conf = &config.Config{}
	}
	return conf
}

// redirects returns the paths that -r gives for the target's standard input,
// output and error.
func (o Options) redirects() (paths [3]string, err error) {
	if len(o.Redirects) > 0 && o.TTY != "" {
		return paths, errors.New("can not use -r and --tty together")
	}
	names := [3]string{"stdin", "stdout", "stderr"}
	for _, redirect := range o.Redirects {
		at := 0
		for i, name := range names {
			if path, ok := strings.CutPrefix(redirect, name+":"); ok {
				at, redirect = i, path
				break
			}
		}
		if paths[at] != "" {
			return paths, fmt.Errorf("redirect error: %s redirected twice", names[at])
		}
		paths[at] = redirect
	}
	return paths, nil
}

// DAPConfig returns what the options say about a DAP session.
func (o Options) DAPConfig() DAPConfig {
	return DAPConfig{
		CheckGoVersion:       o.CheckGoVersion,
		DisableASLR:          o.DisableASLR,
		DebugInfoDirectories: loadConfig().DebugInfoDirectories,
	}
}

// WriteDAPListening prints the line that clients of `dlv dap` wait for: on the
// standard output, or where --log-dest says.
func WriteDAPListening(addr net.Addr) { logflags.WriteDAPListeningMessage(addr) }

// DebugInfoDirectories returns the folders in which Delve looks for debug
// information that is not in the binary: the user's configuration says so.
func DebugInfoDirectories() []string { return loadConfig().DebugInfoDirectories }

// NewerGo tells whether a release of Go ("go1.26.8") is newer than those that
// Delve knows, and which of them is the newest.
func NewerGo(version string) (newest string, newer bool) {
	major, minor := goversion.MaxSupportedVersionOfGoMajor, goversion.MaxSupportedVersionOfGoMinor
	v, ok := goversion.Parse(version)
	next := goversion.GoVersion{Major: major, Minor: minor + 1}
	return fmt.Sprintf("%d.%d", major, minor), ok && (v.Major > next.Major || v.Major == next.Major && v.Minor >= next.Minor)
}
