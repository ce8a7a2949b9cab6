// Package kerneltest asks the Linux kernel what a packet filter does: it builds a
// router in a network namespace of its own, loads a ruleset there with nft or
// iptables-restore, sends one real packet for each probe through it, and reports
// which came out. Nothing outside the namespace is touched, and it ends with the
// test.
//
// [Run] starts the test again in the new namespace, as package testnet does. Where that,
// /dev/net/tun, or a program is missing the test is skipped.
//
// Each probe is the first packet of a connection: TCP with SYN alone, SCTP with
// INIT, an ICMP message of the probe's type and code. TestKernelConnections opens whole
// TCP connections between namespaces, since replies are filtered too: 500, or as many as
// ACL_KERNEL_CONNECTIONS says.
package kerneltest

import (
	"net/netip"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/testnet"
)

// Hook is the way that probes take through the router.
type Hook uint8

const (
	// Forward is from one port to another.
	Forward Hook = iota
	// Input is from a port to the router itself.
	Input
	// Output is from the router itself to a port.
	Output
)

// Port is an interface of the router and the networks behind it.
type Port struct {
	Name     string
	Networks []netip.Prefix
}

// Config describes a router.
type Config struct {
	Hook Hook
	// Ports are the interfaces. A probe comes in by the port with the longest prefix
	// for its source, and is routed in the same way to its destination. Without
	// ports there are in0, where everything comes in, and out0, where it goes.
	Ports []Port
	// Local are the router's own addresses, where probes of the Input hook go.
	Local []netip.Prefix
}

// Probe is one packet. For ICMP and ICMPv6 DstPort is type*256 + code, as in
// service.Range; protocols without ports ignore both ports.
type Probe struct {
	From, To         netip.Addr
	Protocol         uint8
	SrcPort, DstPort uint16
}

// Verdict is what became of a probe.
type Verdict uint8

const (
	// Stopped says that it did not come out, dropped or rejected.
	Stopped Verdict = iota
	// Passed says that it came out.
	Passed
	// Unsendable says that it does not come out without any rules either (its source is a
	// broadcast address, say), which tells nothing of the rules.
	Unsendable
)

// String returns the verdict in words.
func (v Verdict) String() string { return [...]string{"stopped", "passed", "unsendable"}[v] }

// The programs that load a ruleset.
const (
	NFT       = testnet.NFT
	IPTables  = testnet.IPTables
	IP6Tables = testnet.IP6Tables
)

// Loader is a program that takes a ruleset on its standard input.
type Loader = testnet.Loader
