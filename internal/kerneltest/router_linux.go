package kerneltest

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"strings"
	"syscall"
	"unsafe"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/testnet"
)

const tunDevice = "/dev/net/tun"

// Router is a router in a network namespace of its own. It is not safe for
// concurrent use.
type Router struct {
	hook   Hook
	ports  []*port
	routes []route
	// local holds raw sockets that hear what the router itself receives, by family
	// and protocol; out4 and out6 send what it sends.
	local      map[[2]int]int
	out4, out6 int
	round      uint32
	buf        []byte
}

type port struct {
	name string
	fd   int
}

type route struct {
	prefix netip.Prefix
	port   *port
}

// settings let every packet through that the rules let through: addresses are not
// checked for plausibility, and rejections are not rationed. /proc/sys/net is that
// of the reader's namespace.
var settings = []string{
	"ipv4/ip_forward=1", "ipv6/conf/all/forwarding=1",
	"ipv4/conf/all/rp_filter=0", "ipv4/conf/default/rp_filter=0",
	"ipv4/conf/all/accept_local=1", "ipv4/conf/default/accept_local=1",
	"ipv4/conf/all/send_redirects=0", "ipv4/conf/default/send_redirects=0",
	"ipv6/conf/all/accept_dad=0", "ipv6/conf/default/accept_dad=0",
	"ipv6/conf/default/addr_gen_mode=1", "ipv6/conf/default/router_solicitations=0",
	"ipv4/icmp_echo_ignore_all=1", "ipv6/icmp/echo_ignore_all=1",
	// Connection tracking takes the checksum of UDP-Lite for one of UDP.
	"netfilter/nf_conntrack_checksum=0",
}

func newRouter(c Config) (*Router, error) {
	for _, s := range settings {
		file, value, _ := strings.Cut(s, "=")
		// Not every kernel has every setting; a probe that suffers is Unsendable.
		_ = os.WriteFile("/proc/sys/net/"+file, []byte(value), 0o600)
	}
	if len(c.Ports) == 0 {
		c.Ports = []Port{{Name: "in0"}, {"out0", []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0"), netip.MustParsePrefix("::/0")}}}
	}
	r := &Router{hook: c.Hook, local: make(map[[2]int]int), buf: make([]byte, 1<<16)}
	// The addresses from which the router rejects.
	setup := []string{"link set lo up", "addr add 192.0.0.8/32 dev lo", "addr add 100::8/128 dev lo"}
	for _, p := range c.Ports {
		fd, err := openTun(p.Name)
		if err != nil {
			return nil, fmt.Errorf("port %s: %w", p.Name, err)
		}
		opened := &port{p.Name, fd}
		r.ports = append(r.ports, opened)
		setup = append(setup, "link set "+p.Name+" up")
		for _, n := range p.Networks {
			r.routes = append(r.routes, route{n, opened})
			setup = append(setup, fmt.Sprintf("route replace %s dev %s", n, p.Name))
		}
	}
	for _, p := range c.Local {
		setup = append(setup, fmt.Sprintf("route add local %s dev lo table local", p))
	}
	if _, err := testnet.Command(strings.Join(setup, "\n")+"\n", "ip", "-batch", "-"); err != nil {
		return nil, err
	}
	if _, err := testnet.Command("", "nft", "list", "ruleset"); err != nil {
		return nil, err
	}
	var err4, err6 error
	if c.Hook == Output {
		r.out4, err4 = syscall.Socket(syscall.AF_INET, syscall.SOCK_RAW|syscall.SOCK_CLOEXEC, syscall.IPPROTO_RAW)
		r.out6, err6 = syscall.Socket(syscall.AF_INET6, syscall.SOCK_RAW|syscall.SOCK_CLOEXEC, syscall.IPPROTO_RAW)
	}
	return r, errors.Join(err4, err6)
}

// openTun makes the TUN interface and returns its end of the wire.
func openTun(name string) (int, error) {
	fd, err := syscall.Open(tunDevice, syscall.O_RDWR|syscall.O_NONBLOCK|syscall.O_CLOEXEC, 0)
	if err != nil {
		return 0, err
	}
	var request [40]byte // struct ifreq
	copy(request[:syscall.IFNAMSIZ-1], name)
	binary.NativeEndian.PutUint16(request[syscall.IFNAMSIZ:], syscall.IFF_TUN|syscall.IFF_NO_PI)
	_, _, errno := syscall.Syscall(syscall.SYS_IOCTL, uintptr(fd), syscall.TUNSETIFF, uintptr(unsafe.Pointer(&request)))
	if errno != 0 {
		_ = syscall.Close(fd)
		return 0, errno
	}
	return fd, nil
}

// Command runs a program in the namespace and returns what it prints.
func (r *Router) Command(program string, args ...string) (string, error) {
	return testnet.Command("", program, args...)
}

// Ask loads the ruleset, in the place of what was there, and tells for each probe
// whether it passes.
func (r *Router) Ask(l Loader, ruleset string, probes []Probe) ([]Verdict, error) {
	if _, err := testnet.Command("", "nft", "flush", "ruleset"); err != nil {
		return nil, err
	}
	bare, err := r.send(probes, nil)
	if err != nil {
		return nil, err
	}
	program := strings.Fields(string(l))
	if _, err := testnet.Command(ruleset, program[0], program[1:]...); err != nil {
		return nil, err
	}
	verdicts, err := r.send(probes, bare)
	if err != nil {
		return nil, err
	}
	for i, v := range bare {
		if v != Passed {
			verdicts[i] = Unsendable
		}
	}
	return verdicts, nil
}

// portFor returns the port behind which the address is.
func (r *Router) portFor(a netip.Addr) *port {
	best := route{port: r.ports[0], prefix: netip.Prefix{}}
	if r.ports[0].name == "in0" {
		return r.ports[0]
	}
	for _, c := range r.routes {
		if c.prefix.Contains(a) && (!best.prefix.IsValid() || c.prefix.Bits() > best.prefix.Bits()) {
			best = c
		}
	}
	return best.port
}
