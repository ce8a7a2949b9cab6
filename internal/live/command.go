package live

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"
)

// Bounds of a command, unless it says less.
const (
	DefaultTimeout = time.Minute
	// MaxOutput is how much of standard output is read, in bytes.
	MaxOutput = 256 << 20
	// MaxInput is how much is handed to a command, in bytes.
	MaxInput = 256 << 20
)

// A Command is a program that is run directly, without a shell: nothing in Args is
// expanded, split or quoted.
type Command struct {
	// Args are the program and its arguments. A name without a slash is looked for in
	// the PATH of this process; another one starts in Dir.
	Args []string
	// Dir is the directory that the program runs in; empty means that of this process.
	Dir string
	// Environment is set for the program. Its values are kept secret.
	Environment map[string]string
	// Names are set for the program as well, and are no secrets: what a device is called.
	Names map[string]string
	// Inherit are open files that the program and all that it starts keep open: a lock is
	// held as long as they run. Windows hands on none.
	Inherit []*os.File
	// Reading says that the program changes nothing, so that it is of no use once this
	// process is gone: where the system can (Linux), it is killed with it.
	Reading bool
	// PassEnvironment names variables of this process that are handed on, besides those
	// that say where things are, see [PassedAlways]. Nothing else is: a program that
	// reads a firewall is not shown the credentials of other systems.
	PassEnvironment []string
	// Input is what standard input holds. The program can read all of it also if this
	// process is killed meanwhile. Nil is an empty input.
	Input []byte
	// Timeout is how long the program may take; zero means [DefaultTimeout].
	Timeout time.Duration
	// MaxOutput bounds standard output, in bytes; zero means [MaxOutput].
	MaxOutput int
	// Secrets are in no error, besides the values of Environment and PassEnvironment.
	Secrets []string
}

// PassedAlways are the variables that a program is given without being named: they
// say who and where it is, and hold no credentials. SSH_AUTH_SOCK is the address of an
// agent, which signs and never hands out a key.
var PassedAlways = []string{
	"PATH", "HOME", "USER", "LOGNAME", "SHELL", "TERM", "LANG", "LANGUAGE", "LC_ALL", "LC_CTYPE", "LC_MESSAGES", "LC_TIME", "TZ", "TMPDIR",
	"SSH_AUTH_SOCK", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR",
	// Windows.
	"SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "COMSPEC", "PATHEXT", "TEMP", "TMP", "USERNAME", "USERPROFILE", "HOMEDRIVE", "HOMEPATH",
	"APPDATA", "LOCALAPPDATA", "PROGRAMDATA", "PROGRAMFILES",
}

// A Result is what a command that ended with exit status 0 has written.
type Result struct {
	// Output is all of standard output.
	Output []byte
	// Complaint is the end of standard error, without secrets, as people may read it.
	Complaint string
	// Took is how long the command ran.
	Took time.Duration
}

// A CommandError says why a command has no result.
type CommandError struct {
	// Program is the first argument. The others are not shown: they may hold secrets.
	Program string
	// Reason says what happened, without secrets.
	Reason string
	// Complaint is the end of standard error, without secrets; empty if there was none.
	Complaint string
	// Err is what lies behind it: [ErrTimeout], [ErrTooLong], [*exec.ExitError] and
	// others. Its own text is not part of Error.
	Err error
}

func (e *CommandError) Error() string {
	text := fmt.Sprintf("the command %q %s", e.Program, e.Reason)
	if e.Complaint != "" {
		text += "; it says: " + e.Complaint
	}
	return text
}

// Unwrap returns Err.
func (e *CommandError) Unwrap() error { return e.Err }

var (
	// ErrTimeout says that a program took longer than it may, and was killed.
	ErrTimeout = errors.New("the time is over")
	// ErrTooLong says that a program wrote more than is read, and was killed.
	ErrTooLong = errors.New("the output is too long")
	// ErrUnfinished says that a program ended and left another one that keeps its output
	// open, so that nobody knows whether it is whole.
	ErrUnfinished = errors.New("the output has no end")
	// ErrInvalid says that a command cannot be run as it is declared.
	ErrInvalid = errors.New("the command is not valid")
)

// Run runs the command where the gate allows it, and waits for its end and that of all
// that it started. The error is a [*GateError], or a [*CommandError]; there is no result
// then. A program that ends with another status than 0, or is ended by a signal, is an
// error whatever it has written.
func (c Command) Run(ctx context.Context, gate Gate) (Result, error) {
	if err := gate.Check(); err != nil {
		return Result{}, err
	}
	if problem := c.problem(); problem != "" {
		return Result{}, c.failure(problem, "", ErrInvalid)
	}
	cmd, err := c.prepare()
	if err != nil {
		return Result{}, err
	}
	input, err := inputFile(c.Input)
	if err != nil {
		return Result{}, c.failure("has no input: "+err.Error(), "", err)
	}
	if input != nil {
		defer input.remove()
		cmd.Stdin = input.File
	}
	return c.run(ctx, cmd)
}

// problem says why the command cannot be run as it is declared.
func (c Command) problem() string {
	switch {
	case len(c.Args) == 0 || c.Args[0] == "":
		return "names no program"
	case slices.ContainsFunc(c.Args, func(a string) bool { return strings.ContainsRune(a, 0) }):
		return "has an argument with a NUL byte in it"
	case c.Timeout < 0:
		return "has a negative timeout"
	case len(c.Input) > MaxInput:
		return fmt.Sprintf("is given %d bytes; at most %d are handed to a command", len(c.Input), MaxInput)
	}
	for name, value := range c.Environment {
		if name == "" || strings.ContainsAny(name, "=\x00") || strings.ContainsRune(value, 0) {
			return fmt.Sprintf("has an environment variable %q, which cannot be set: a name has no =, and neither name nor value a NUL byte", name)
		}
	}
	return ""
}

// prepare finds the program and the directory.
func (c Command) prepare() (*exec.Cmd, error) {
	if c.Dir != "" {
		if info, err := os.Stat(c.Dir); err != nil || !info.IsDir() {
			return nil, c.failure(fmt.Sprintf("cannot be run: its directory %q is none", c.Dir), "", cmp.Or(err, fs.ErrNotExist))
		}
	}
	program := c.Args[0]
	if c.Dir != "" && filepath.Base(program) != program && !filepath.IsAbs(program) {
		program = filepath.Join(c.Dir, program)
		if !filepath.IsAbs(program) {
			absolute, err := filepath.Abs(program)
			if err != nil {
				return nil, c.failure("cannot be run: "+err.Error(), "", err)
			}
			program = absolute
		}
	}
	found, err := exec.LookPath(program)
	switch {
	case errors.Is(err, exec.ErrDot):
		return nil, c.failure("lies in the working directory, which PATH names: write ./ before its name, if it is meant", "", err)
	case errors.Is(err, exec.ErrNotFound):
		return nil, c.failure("is not found: it is no program in PATH", "", err)
	case errors.Is(err, fs.ErrNotExist):
		return nil, c.failure("is not found: there is no such file", "", err)
	case err != nil:
		return nil, c.failure("cannot be run: it is no file that may be executed", "", err)
	}
	return &exec.Cmd{Path: found, Args: slices.Clone(c.Args), Dir: c.Dir, Env: c.environ(os.LookupEnv), ExtraFiles: inheritable(c.Inherit)}, nil
}

// environ is the environment of the program.
func (c Command) environ(lookup func(string) (string, bool)) []string {
	var out []string
	for _, name := range slices.Concat(PassedAlways, c.PassEnvironment) {
		if value, ok := lookup(name); ok {
			out = append(out, name+"="+value)
		}
	}
	for name, value := range c.Environment {
		out = append(out, name+"="+value) // the last one of a name counts
	}
	for name, value := range c.Names {
		out = append(out, name+"="+value)
	}
	slices.Sort(out[len(out)-len(c.Environment)-len(c.Names):])
	return out
}

// inheritable are the files that can be handed on.
func inheritable(files []*os.File) []*os.File {
	if runtime.GOOS == "windows" {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(files), func(f *os.File) bool { return f == nil })
}

// secrets are what no error may show.
func (c Command) secrets() Secrets {
	texts := slices.Clone(c.Secrets)
	for _, value := range c.Environment {
		texts = append(texts, value)
	}
	for _, name := range c.PassEnvironment {
		texts = append(texts, os.Getenv(name))
	}
	return NewSecrets(texts...)
}

// failure is an error without secrets.
func (c Command) failure(reason, complaint string, err error) error {
	hide := c.secrets().Hide
	program := ""
	if len(c.Args) > 0 {
		program = hide(c.Args[0])
	}
	return &CommandError{Program: program, Reason: hide(reason), Complaint: hide(complaint), Err: err}
}

func (c Command) timeout() time.Duration {
	if c.Timeout > 0 {
		return c.Timeout
	}
	return DefaultTimeout
}

func (c Command) maxOutput() int {
	if c.MaxOutput > 0 {
		return c.MaxOutput
	}
	return MaxOutput
}
