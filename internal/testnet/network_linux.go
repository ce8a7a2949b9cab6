package testnet

import (
	"fmt"
	"net/netip"
	"os"
	"runtime"
	"strings"
	"syscall"
	"testing"
)

// Network is hosts and the LANs between them. It is not safe for concurrent use.
type Network struct {
	t        *testing.T
	wires    int
	nextPort uint16
}

// LAN is an Ethernet.
type LAN struct {
	bridge *Host
}

// Host is a network namespace, that of one thread, which does what it is told.
type Host struct {
	Name string

	n         *Network
	tid       int
	work      chan func()
	addresses []netip.Addr
}

// Run calls body with an empty network; see [Isolate].
func Run(t *testing.T, body func(t *testing.T, n *Network)) {
	t.Helper()
	Isolate(t, []string{"ip", "nft", "iptables-nft-restore", "ip6tables-nft-restore"}, func(t *testing.T) {
		t.Helper()
		body(t, &Network{t: t})
	})
}

// Host returns a new host, which has the loopback interface alone.
func (n *Network) Host(name string) *Host {
	n.t.Helper()
	h := &Host{Name: name, n: n, work: make(chan func()), addresses: []netip.Addr{netip.MustParseAddr("127.0.0.1")}}
	started := make(chan error)
	go func() {
		runtime.LockOSThread() // and never unlocked: the thread ends with the namespace
		err := syscall.Unshare(syscall.CLONE_NEWNET)
		h.tid = syscall.Gettid()
		started <- err
		for f := range h.work {
			f()
		}
	}()
	if err := <-started; err != nil {
		Unavailable("no network namespace for host %s: %v", name, err)
	}
	n.t.Cleanup(func() { close(h.work) })
	// Addresses are not checked for plausibility, and work at once.
	h.set("ipv4/conf/all/rp_filter=0", "ipv4/conf/default/rp_filter=0", "ipv4/conf/all/send_redirects=0",
		"ipv4/conf/default/send_redirects=0", "ipv6/conf/all/accept_dad=0", "ipv6/conf/default/accept_dad=0",
		"ipv6/conf/default/router_solicitations=0")
	h.must("link set lo up\n", "ip", "-batch", "-")
	return h
}

// Router returns a new host that forwards packets.
func (n *Network) Router(name string) *Host {
	n.t.Helper()
	h := n.Host(name)
	// Ways side by side are chosen by ports too.
	h.set("ipv4/ip_forward=1", "ipv6/conf/all/forwarding=1", "ipv4/fib_multipath_hash_policy=1", "ipv6/fib_multipath_hash_policy=1")
	return h
}

// LAN returns a new Ethernet without anybody in it.
func (n *Network) LAN(name string) *LAN {
	n.t.Helper()
	l := &LAN{bridge: n.Host(name)}
	if _, err := l.bridge.Command("link add bridge0 type bridge\nlink set bridge0 up\n", "ip", "-batch", "-"); err != nil {
		Unavailable("no bridge for LAN %s: %v", name, err)
	}
	return l
}

// set writes settings below /proc/sys/net, which is that of the reader's namespace. Not
// every kernel has every setting.
func (h *Host) set(settings ...string) {
	h.Do(func() {
		for _, s := range settings {
			file, value, _ := strings.Cut(s, "=")
			_ = os.WriteFile("/proc/sys/net/"+file, []byte(value), 0o600)
		}
	})
}

// Do runs f in the namespace and waits for it. What f starts in other goroutines is not
// in the namespace, but sockets that it opens stay there.
func (h *Host) Do(f func()) {
	done := make(chan struct{})
	h.work <- func() { defer close(done); f() }
	<-done
}

// Command runs a program in the namespace with input on its standard input.
func (h *Host) Command(input, program string, args ...string) (out string, err error) {
	h.Do(func() { out, err = Command(input, program, args...) })
	return out, err
}

// must is Command that ends the test if it fails.
func (h *Host) must(input, program string, args ...string) string {
	h.n.t.Helper()
	out, err := h.Command(input, program, args...)
	if err != nil {
		h.n.t.Fatalf("host %s: %v\n%s", h.Name, err, input)
	}
	return out
}

// Join connects the host to a LAN by a new interface with these addresses, each with its
// prefix: 10.1.0.1/24.
func (h *Host) Join(l *LAN, name string, addresses ...string) {
	h.n.t.Helper()
	h.n.wires++
	port := fmt.Sprintf("port%d", h.n.wires)
	wire := fmt.Sprintf("link add name %s type veth peer name %s netns %d\n", port, name, h.tid)
	l.bridge.must(wire+fmt.Sprintf("link set dev %s master bridge0\nlink set dev %s up\n", port, port), "ip", "-batch", "-")
	var up strings.Builder
	fmt.Fprintf(&up, "link set dev %s up\n", name)
	for _, text := range addresses {
		p, err := netip.ParsePrefix(text)
		if err != nil {
			h.n.t.Fatalf("host %s: %v", h.Name, err)
		}
		h.addresses = append(h.addresses, p.Addr())
		fmt.Fprintf(&up, "addr add %s dev %s", p, name)
		if p.Addr().Is6() {
			up.WriteString(" nodad")
		}
		up.WriteString("\n")
	}
	h.must(up.String(), "ip", "-batch", "-")
}

// Route sends what is for a prefix, or "default", to a gateway. It takes the place of an
// earlier route for the prefix.
func (h *Host) Route(to, gateway string) {
	h.n.t.Helper()
	h.must(fmt.Sprintf("route replace %s via %s\n", to, gateway), "ip", "-batch", "-")
}

// Load puts rules in the place of all that the host has.
func (h *Host) Load(l Loader, rules string) {
	h.n.t.Helper()
	h.must("", "nft", "flush", "ruleset")
	program := strings.Fields(string(l))
	h.must(rules, program[0], program[1:]...)
}

// Enter is a command line that runs another program in the namespace of the host, from
// any process that the test starts: it is followed by the program and its arguments.
func (h *Host) Enter() []string {
	return []string{"nsenter", fmt.Sprintf("--net=/proc/%d/task/%d/ns/net", os.Getpid(), h.tid)}
}
