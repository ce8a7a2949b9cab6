package live

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// envHelper has this test's program behave as a firewall's.
const envHelper = "ACL_LIVE_TEST_HELPER"

func TestMain(m *testing.M) {
	if behaviour := os.Getenv(envHelper); behaviour != "" {
		os.Exit(behave(behaviour, os.Args[1:]))
	}
	os.Exit(m.Run())
}

// behave is what a program does that is run by a test. It returns its exit status.
func behave(how string, args []string) int {
	switch how {
	case "echo":
		fmt.Print(strings.Join(args, "|"))
	case "cat":
		_, _ = io.Copy(os.Stdout, os.Stdin)
	case "environment":
		fmt.Print(strings.Join(os.Environ(), "\n"))
	case "directory":
		dir, _ := os.Getwd()
		fmt.Print(dir)
	case "fail":
		fmt.Print("half of it")
		fmt.Fprintln(os.Stderr, "Permission denied for token s3cr3t-token-value.\nsecond line\x1b[2J")
		return 1
	case "complain":
		for i := range 100_000 {
			fmt.Fprintf(os.Stderr, "line %d\n", i)
		}
		fmt.Print("text")
	case "hang":
		signal.Ignore(syscall.SIGTERM)
		fmt.Fprintln(os.Stderr, "I wait")
		time.Sleep(time.Hour)
	case "drip":
		for {
			fmt.Print("a")
			time.Sleep(10 * time.Millisecond)
		}
	case "endless":
		for chunk := bytes.Repeat([]byte("x"), 1<<20); ; {
			if _, err := os.Stdout.Write(chunk); err != nil {
				time.Sleep(time.Hour) // it does not care
			}
		}
	case "read":
		gone := Command{Args: []string{os.Args[0], args[0]}, Environment: map[string]string{envHelper: "name-and-hang"}, Reading: true}
		_, _ = gone.Run(context.Background(), open())
	case "name-and-hang":
		_ = os.WriteFile(args[0], []byte(strconv.Itoa(os.Getpid())), 0o600)
		time.Sleep(time.Hour)
	case "leave", "leave-quietly", "family":
		return family(how, args)
	}
	return 0
}

// family starts a program that hangs and writes its number to the file that args name.
func family(how string, args []string) int {
	child := exec.Command(os.Args[0])
	child.Env = []string{envHelper + "=hang"}
	if how == "leave" {
		child.Stdout = os.Stdout
	}
	if err := child.Start(); err != nil {
		return 2
	}
	if err := os.WriteFile(args[0], []byte(strconv.Itoa(child.Process.Pid)), 0o600); err != nil {
		return 2
	}
	if how == "family" {
		time.Sleep(time.Hour)
	}
	fmt.Print("text")
	return 0
}

// helper is a command that behaves so.
func helper(t *testing.T, how string, args ...string) Command {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return Command{
		Args: append([]string{program}, args...), Timeout: 20 * time.Second,
		Environment: map[string]string{envHelper: how},
	}
}

func open() Gate { return NewGate(func(string) string { return CommandsAllowed }) }

func TestGate(t *testing.T) {
	file := filepath.Join(t.TempDir(), "ran")
	for _, value := range []string{"", "deny", "Allow", "1", "true", " allow", "allow "} {
		gate := NewGate(func(name string) string {
			if name != EnvCommands {
				t.Errorf("reads %s", name)
			}
			return value
		})
		c := helper(t, "leave-quietly", file)
		_, err := c.Run(t.Context(), gate)
		refused := new(GateError)
		if !errors.As(err, &refused) || !strings.Contains(err.Error(), "ACL_COMMANDS=allow") {
			t.Errorf("%q: %v", value, err)
		}
		if value != "" && strings.Contains(err.Error(), strconv.Quote(value)) {
			t.Errorf("%q: repeated in %v", value, err)
		}
	}
	if _, err := os.Stat(file); err == nil {
		t.Error("a command ran")
	}
	if (Gate{}).Check() == nil {
		t.Error("the zero gate is open")
	}
}

func TestRun(t *testing.T) {
	args := []string{"a b", `"c"`, "$HOME", "*", "; echo x", ""}
	r, err := helper(t, "echo", args...).Run(t.Context(), open())
	if got := string(r.Output); err != nil || got != strings.Join(args, "|") {
		t.Errorf("arguments came as %q, %v", got, err)
	}

	c := helper(t, "cat")
	c.Input = bytes.Repeat([]byte("0123456789"), 1_000_000)
	if r, err = c.Run(t.Context(), open()); err != nil || !bytes.Equal(r.Output, c.Input) {
		t.Errorf("of %d bytes of input %d came back, %v", len(c.Input), len(r.Output), err)
	}
	c.Input = nil
	if r, err = c.Run(t.Context(), open()); err != nil || len(r.Output) != 0 {
		t.Errorf("without input there is %q, %v", r.Output, err)
	}

	c = helper(t, "directory")
	c.Dir, _ = filepath.EvalSymlinks(t.TempDir())
	if r, err = c.Run(t.Context(), open()); err != nil || string(r.Output) != c.Dir {
		t.Errorf("runs in %q, not in %q, %v", r.Output, c.Dir, err)
	}

	c = helper(t, "complain")
	if r, err = c.Run(t.Context(), open()); err != nil || string(r.Output) != "text" {
		t.Errorf("%q, %v", r.Output, err)
	}
	if len(r.Complaint) > 2*shownComplaint || !strings.HasSuffix(r.Complaint, "line 99999") || !strings.HasPrefix(r.Complaint, "… line ") {
		t.Errorf("complaint of %d bytes: %q", len(r.Complaint), r.Complaint)
	}
}

func TestEnvironment(t *testing.T) {
	t.Setenv("ALGOSEC_PASSWORD", "not for others")
	t.Setenv("TF_VAR_token", "not for others")
	t.Setenv("AWS_PROFILE", "audit")
	c := helper(t, "environment")
	c.Environment["KEY"] = "stated"
	c.PassEnvironment = []string{"AWS_PROFILE", "ABSENT"}
	r, err := c.Run(t.Context(), open())
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(r.Output), "\n")
	for _, want := range []string{"KEY=stated", "AWS_PROFILE=audit", "PATH=" + os.Getenv("PATH")} {
		if !slices.Contains(lines, want) {
			t.Errorf("%s is missing in %q", want, lines)
		}
	}
	for _, line := range lines {
		name, value, _ := strings.Cut(line, "=")
		if value == "not for others" || name == "ABSENT" || name == EnvCommands {
			t.Errorf("is given %s", line)
		}
	}
}

func TestFaults(t *testing.T) {
	program, _ := os.Executable()
	for _, test := range []struct {
		name   string
		change func(*Command)
		is     error
		want   string // with PROGRAM for the program
	}{
		{"exit status", func(c *Command) { c.Environment[envHelper] = "fail" }, nil, `the command "PROGRAM" ended with exit status 1; it says: Permission denied for token (hidden).⏎second line<U+001B>[2J`},
		{"timeout", func(c *Command) { c.Environment[envHelper], c.Timeout = "hang", 300*time.Millisecond }, ErrTimeout, `the command "PROGRAM" did not end within 300ms and was killed; it says: I wait`},
		{"slow drip", func(c *Command) { c.Environment[envHelper], c.Timeout = "drip", 300*time.Millisecond }, ErrTimeout, `the command "PROGRAM" did not end within 300ms and was killed`},
		{"endless", func(c *Command) { c.Environment[envHelper], c.MaxOutput = "endless", 10<<20 }, ErrTooLong, `the command "PROGRAM" writes more than 10485760 bytes and was killed`},
		{"no program", func(c *Command) { c.Args = nil }, ErrInvalid, `the command "" names no program`},
		{"empty program", func(c *Command) { c.Args = []string{""} }, ErrInvalid, `the command "" names no program`},
		{"unknown program", func(c *Command) { c.Args = []string{"no-such-program-here", "s3cr3t"} }, exec.ErrNotFound, `the command "no-such-program-here" is not found: it is no program in PATH`},
		{"unknown file", func(c *Command) { c.Args = []string{"./no-such-program-here"} }, os.ErrNotExist, `the command "./no-such-program-here" is not found: there is no such file`},
		{"a directory", func(c *Command) { c.Args = []string{os.TempDir()} }, nil, fmt.Sprintf(`the command %q cannot be run: it is no file that may be executed`, os.TempDir())},
		{"unknown directory", func(c *Command) { c.Dir = "/no/such/place" }, os.ErrNotExist, `the command "PROGRAM" cannot be run: its directory "/no/such/place" is none`},
		{"NUL", func(c *Command) { c.Args = append(c.Args, "a\x00b") }, ErrInvalid, `the command "PROGRAM" has an argument with a NUL byte in it`},
		{"variable", func(c *Command) { c.Environment["A=B"] = "c" }, ErrInvalid, `the command "PROGRAM" has an environment variable "A=B", which cannot be set: a name has no =, and neither name nor value a NUL byte`},
		{"secret name", func(c *Command) { c.Args = []string{"s3cr3t-token-value"} }, exec.ErrNotFound, `the command "(hidden)" is not found: it is no program in PATH`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c := helper(t, "echo")
			c.Secrets = []string{"s3cr3t-token-value"}
			test.change(&c)
			began := time.Now()
			r, err := c.Run(t.Context(), open())
			if err == nil {
				t.Fatalf("no error, and %d bytes", len(r.Output))
			}
			if got, want := err.Error(), strings.ReplaceAll(test.want, "PROGRAM", program); got != want {
				t.Errorf("got  %s\nwant %s", got, want)
			}
			if failed := new(CommandError); !errors.As(err, &failed) || test.is != nil && !errors.Is(err, test.is) {
				t.Errorf("%#v is not %v", err, test.is)
			}
			if r.Output != nil {
				t.Errorf("there is output beside the error")
			}
			if took := time.Since(began); took > 15*time.Second {
				t.Errorf("took %s", took)
			}
		})
	}
}

func TestCanceled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(300*time.Millisecond, cancel)
	_, err := helper(t, "hang").Run(ctx, open())
	if !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "was killed: the operation is canceled") {
		t.Error(err)
	}
	if _, err = helper(t, "echo").Run(ctx, open()); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// TestGroup ends what a program has started too, however the program itself ends.
func TestGroup(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("what a program started is left to itself on Windows")
	}
	for how, want := range map[string]error{"leave": ErrUnfinished, "leave-quietly": nil, "family": ErrTimeout} {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "pid")
			c := helper(t, how, file)
			if how == "family" {
				c.Timeout = time.Second
			}
			r, err := c.Run(t.Context(), open())
			if !errors.Is(err, want) {
				t.Errorf("%q, %v", r.Output, err)
			}
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			pid, err := strconv.Atoi(string(text))
			if err != nil {
				t.Fatal(err)
			}
			for range 100 {
				if !runs(pid) {
					return
				}
				time.Sleep(20 * time.Millisecond)
			}
			t.Errorf("process %d is left", pid)
		})
	}
}

// TestReading kills the process that reads: what it runs is gone with it.
func TestReading(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux kills a program with the one that started it")
	}
	file := filepath.Join(t.TempDir(), "pid")
	reader := exec.Command(os.Args[0], file)
	reader.Env = append(os.Environ(), envHelper+"=read")
	if err := reader.Start(); err != nil {
		t.Fatal(err)
	}
	pid := 0
	for range 200 {
		if text, err := os.ReadFile(file); err == nil && len(text) > 0 {
			pid, _ = strconv.Atoi(string(text))
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	_ = reader.Process.Kill()
	_ = reader.Wait()
	if pid == 0 {
		t.Fatal("nothing was run")
	}
	for range 100 {
		if !runs(pid) {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Errorf("process %d is left", pid)
}

// runs reports whether the process is there and not merely waiting to be buried.
func runs(pid int) bool {
	p, err := os.FindProcess(pid)
	if err != nil || p.Signal(syscall.Signal(0)) != nil {
		return false
	}
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err != nil || !bytes.Contains(status, []byte(") Z "))
}

// TestInput leaves no file behind.
func TestInput(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	t.Setenv("TMP", dir)
	c := helper(t, "cat")
	c.Input = []byte("script")
	if _, err := c.Run(t.Context(), open()); err != nil {
		t.Fatal(err)
	}
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("%s is left", left[0].Name())
	}
}

func TestSecrets(t *testing.T) {
	s := NewSecrets("Bearer abc/def+gh", "Basic dXNlcjpwYXNzd29yZA==", "a-line-of-a-key\nanother-line", "no", "")
	for text, want := range map[string]string{
		"got Bearer abc/def+gh":       "got (hidden)",
		"token abc/def+gh is wrong":   "token (hidden) is wrong",
		"?key=abc%2Fdef%2Bgh":         "?key=(hidden)",
		"user:password":               "(hidden)",
		"the password is password":    "the (hidden) is (hidden)",
		"a-line-of-a-key":             "(hidden)",
		"no secret":                   "no secret",
		"dXNlcjpwYXNzd29yZA== in log": "(hidden) in log",
	} {
		if got := s.Hide(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
		if s.In(text) != (text != want) {
			t.Errorf("%q: In says %v", text, s.In(text))
		}
	}
	if got := s.With(NewSecrets("another-one")).Hide("another-one, user:password"); got != "(hidden), (hidden)" {
		t.Error(got)
	}
}

func TestSecretLines(t *testing.T) {
	got := SecretLines("enable\npa55\nterminal pager 0\nshow running-config\nexit\n", "configure terminal", "conf t", "write memory", "username a password b")
	if want := []string{"pa55", "username a password b"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
