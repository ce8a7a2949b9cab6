//go:build !linux

package kerneltest

import "testing"

// Router is a router in a network namespace; only Linux has them.
type Router struct{}

// Run skips the test.
func Run(t *testing.T, _ Config, _ func(t *testing.T, r *Router)) {
	t.Helper()
	t.Skip("the packet filter of Linux is asked on Linux only")
}

// Ask is never called.
func (r *Router) Ask(Loader, string, []Probe) ([]Verdict, error) { return nil, nil }

// Command is never called.
func (r *Router) Command(string, ...string) (string, error) { return "", nil }
