//go:build !linux

package testnet

import (
	"net/netip"
	"testing"
)

// Network is hosts and the LANs between them; only Linux has them.
type Network struct{}

// LAN is an Ethernet.
type LAN struct{}

// Host is a network namespace.
type Host struct{ Name string }

// Run skips the test.
func Run(t *testing.T, _ func(t *testing.T, n *Network)) {
	t.Helper()
	t.Skip("networks are built of network namespaces, which only Linux has")
}

// Host is never called.
func (n *Network) Host(string) *Host { return nil }

// Router is never called.
func (n *Network) Router(string) *Host { return nil }

// LAN is never called.
func (n *Network) LAN(string) *LAN { return nil }

// FreshPort is never called.
func (n *Network) FreshPort(string) netip.AddrPort { return netip.AddrPort{} }

// Try is never called.
func (n *Network) Try([]*Probe, func(*Probe) bool) {}

// Do is never called.
func (h *Host) Do(func()) {}

// Command is never called.
func (h *Host) Command(string, string, ...string) (string, error) { return "", nil }

// Join is never called.
func (h *Host) Join(*LAN, string, ...string) {}

// Route is never called.
func (h *Host) Route(string, string) {}

// Load is never called.
func (h *Host) Load(Loader, string) {}

// Serve is never called.
func (h *Host) Serve(...uint16) {}

// Enter is never called.
func (h *Host) Enter() []string { return nil }
