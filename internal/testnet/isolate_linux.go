package testnet

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

// exitSkip is the exit code of a process that finds out too late that namespaces cannot
// be used.
const exitSkip = 77

// envParent holds the parent's network namespace, in the process that was started
// in another.
const envParent = "ACL_TESTNET_PARENT"

// Isolate calls body in a network namespace of its own. The test that calls it runs
// twice, in this process up to Isolate and whole in the new one; what the new process
// prints is the test's log. The test is skipped where the kernel, the permissions or one
// of the programs is missing.
func Isolate(t *testing.T, programs []string, body func(t *testing.T)) {
	t.Helper()
	namespace, err := os.Readlink("/proc/self/ns/net")
	if err != nil {
		Skip(t, "no network namespaces here: %v", err)
	}
	if parent, inside := os.LookupEnv(envParent); inside {
		if parent == namespace {
			t.Fatal("not in a network namespace of its own; nothing is done")
		}
		body(t)
		return
	}
	for _, program := range programs {
		if _, err := lookPath(program); err != nil {
			Skip(t, "the program %s is not installed (Debian: nftables, iptables, iproute2)", program)
		}
	}
	again(t, namespace)
}

// Skip skips a test for what the machine does not have, or fails it with [EnvRequire].
func Skip(t *testing.T, format string, args ...any) {
	t.Helper()
	if os.Getenv(EnvRequire) != "" {
		t.Fatalf(format, args...)
	}
	t.Skipf(format, args...)
}

// Unavailable ends the process that [Isolate] started: its test is skipped for this
// reason.
func Unavailable(format string, args ...any) {
	fmt.Printf(format+"\n", args...) //nolint:forbidigo // the parent process reads it
	os.Exit(exitSkip)
}

// again runs the test in a new namespace.
func again(t *testing.T, namespace string) {
	t.Helper()
	elems := strings.Split(t.Name(), "/")
	for i, e := range elems {
		elems[i] = "^" + regexp.QuoteMeta(e) + "$"
	}
	args := []string{"-test.run=" + strings.Join(elems, "/"), "-test.count=1"}
	if testing.Verbose() {
		args = append(args, "-test.v")
	}
	if testing.Short() {
		args = append(args, "-test.short")
	}
	if deadline, ok := t.Deadline(); ok {
		args = append(args, "-test.timeout="+time.Until(deadline).String())
	}
	c := exec.Command("/proc/self/exe", args...)
	c.Env = append(os.Environ(), envParent+"="+namespace)
	c.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET, Pdeathsig: syscall.SIGKILL}
	if os.Geteuid() != 0 {
		c.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
		c.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}}
		c.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}}
	}
	runtime.LockOSThread() // Pdeathsig follows the thread
	defer runtime.UnlockOSThread()
	out, err := c.CombinedOutput()
	var exit *exec.ExitError
	switch {
	case err == nil:
		t.Logf("in a network namespace:\n%s", out)
	case errors.As(err, &exit) && exit.ExitCode() == exitSkip:
		Skip(t, "not possible in a network namespace here: %s", out)
	case errors.As(err, &exit):
		t.Fatalf("in a network namespace: %v\n%s", err, out)
	default:
		Skip(t, "no network namespace of its own is permitted here: %v", err)
	}
}

// lookPath finds a program also where users' PATH does not lead.
func lookPath(program string) (string, error) {
	path, err := exec.LookPath(program)
	if err == nil {
		return path, nil
	}
	for _, dir := range []string{"/usr/sbin", "/sbin"} {
		if path := filepath.Join(dir, program); isFile(path) {
			return path, nil
		}
	}
	return "", err
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// Command runs a program with input on its standard input, in the namespace of the
// calling thread, and returns what it prints.
func Command(input, program string, args ...string) (string, error) {
	path, err := lookPath(program)
	if err != nil {
		return "", err
	}
	c := exec.Command(path, args...)
	c.Stdin = strings.NewReader(input)
	var stderr strings.Builder
	c.Stderr = &stderr
	out, err := c.Output()
	if err != nil {
		return "", fmt.Errorf("%s: %w\n%s", program, err, stderr.String())
	}
	return string(out), nil
}
