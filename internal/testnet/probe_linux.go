package testnet

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"syscall"
	"time"
)

const (
	// patience is how long a probe may take. An answer comes after less than a
	// millisecond where nothing else runs.
	patience = 250 * time.Millisecond
	// longPatience is for probes that should have been answered: the machine may be slow.
	longPatience = 5 * time.Second
	// poll is how often answers are looked for.
	poll = 5 * time.Millisecond
)

// FreshPort returns the address with a port that it did not return before.
func (n *Network) FreshPort(address string) netip.AddrPort {
	const first, ports = 10_000, 50_000
	p := netip.AddrPortFrom(netip.MustParseAddr(address), first+n.nextPort%ports)
	n.nextPort++
	return p
}

// Serve answers TCP connections and UDP datagrams to the ports of all addresses that the
// host has, 127.0.0.1 among them, each with what was seen.
func (h *Host) Serve(ports ...uint16) {
	h.n.t.Helper()
	var err error
	h.Do(func() {
		for _, a := range h.addresses {
			for _, p := range ports {
				err = errors.Join(err, h.serve(netip.AddrPortFrom(a, p)))
			}
		}
	})
	if err != nil {
		h.n.t.Fatalf("host %s: %v", h.Name, err)
	}
}

// serve answers at one address, from which also the answers to datagrams come.
func (h *Host) serve(at netip.AddrPort) error {
	l, err := net.ListenTCP("tcp", net.TCPAddrFromAddrPort(at))
	if err != nil {
		return err
	}
	u, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(at))
	if err != nil {
		_ = l.Close()
		return err
	}
	h.n.t.Cleanup(func() { _, _ = l.Close(), u.Close() })
	go func() {
		for {
			c, err := l.AcceptTCP()
			if err != nil {
				return
			}
			_, _ = fmt.Fprintf(c, "%s %s %s", h.Name, c.RemoteAddr(), c.LocalAddr())
			_ = c.Close()
		}
	}()
	go func() {
		request := make([]byte, 64)
		for {
			_, from, err := u.ReadFromUDPAddrPort(request)
			if err != nil {
				return
			}
			_, _ = u.WriteToUDPAddrPort(fmt.Appendf(nil, "%s %s %s", h.Name, from, at), from)
		}
	}()
	return nil
}

// Try tries all probes side by side. Those that expect says will be answered are tried
// again, and for longer, if they are not; expect may be nil.
func (n *Network) Try(probes []*Probe, expect func(*Probe) bool) {
	n.t.Helper()
	n.try(probes, patience)
	if expect == nil {
		return
	}
	var late []*Probe
	for _, p := range probes {
		if !p.Answered && expect(p) {
			late = append(late, p)
		}
	}
	if len(late) > 0 {
		n.try(late, longPatience)
	}
}

func (n *Network) try(probes []*Probe, wait time.Duration) {
	n.t.Helper()
	var open []*exchange
	for _, p := range probes {
		x := &exchange{Probe: p}
		p.Answered, p.Seen = false, Seen{}
		p.Client.Do(func() {
			if err := x.start(); err != nil {
				n.t.Errorf("host %s: probe from %s to %s: %v", p.Client.Name, p.From, p.To, err)
				return
			}
			open = append(open, x)
		})
	}
	for until := time.Now().Add(wait); len(open) > 0 && time.Now().Before(until); time.Sleep(poll) {
		rest := open[:0]
		for _, x := range open {
			if !x.check() {
				rest = append(rest, x)
				continue
			}
			_ = syscall.Close(x.fd)
		}
		open = rest
	}
	for _, x := range open {
		_ = syscall.Close(x.fd)
	}
}

// An exchange is a probe that is under way.
type exchange struct {
	*Probe
	fd int
}

// start sends the first packet, from the namespace of the calling thread.
func (x *exchange) start() (err error) {
	family, kind := syscall.AF_INET, syscall.SOCK_STREAM
	if x.From.Addr().Is6() {
		family = syscall.AF_INET6
	}
	if x.Protocol == UDP {
		kind = syscall.SOCK_DGRAM
	}
	x.fd, err = syscall.Socket(family, kind|syscall.SOCK_NONBLOCK|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	_ = syscall.SetsockoptInt(x.fd, syscall.SOL_SOCKET, syscall.SO_REUSEADDR, 1)
	if x.Protocol == TCP { // nothing is left behind when it is closed
		_ = syscall.SetsockoptLinger(x.fd, syscall.SOL_SOCKET, syscall.SO_LINGER, &syscall.Linger{Onoff: 1})
	}
	if err := syscall.Bind(x.fd, socketAddress(x.From)); err != nil {
		_ = syscall.Close(x.fd)
		return fmt.Errorf("bind: %w", err)
	}
	// What the rules or the routes refuse may be told at once, and is not answered.
	err = syscall.Connect(x.fd, socketAddress(x.To))
	if x.Protocol == UDP && err == nil {
		_, _ = syscall.Write(x.fd, []byte("?"))
	}
	return nil
}

func socketAddress(a netip.AddrPort) syscall.Sockaddr {
	if a.Addr().Is4() {
		return &syscall.SockaddrInet4{Addr: a.Addr().As4(), Port: int(a.Port())}
	}
	return &syscall.SockaddrInet6{Addr: a.Addr().As16(), Port: int(a.Port())}
}

// check notes what has arrived by now, and reports whether there is nothing more to wait
// for.
func (x *exchange) check() bool {
	if x.Protocol == TCP {
		if _, err := syscall.Getpeername(x.fd); err == nil {
			x.Answered = true
		}
	}
	answer := make([]byte, 256)
	count, err := syscall.Read(x.fd, answer)
	switch {
	case err == nil && count > 0:
		x.Answered = true
		x.Seen = parseSeen(string(answer[:count]))
		return true
	case errors.Is(err, syscall.EAGAIN), errors.Is(err, syscall.ENOTCONN):
		return false
	}
	return true // refused, or told to be unreachable
}

func parseSeen(text string) (s Seen) {
	words := strings.Fields(text)
	if len(words) != 3 {
		return s
	}
	s.Host = words[0]
	s.From, _ = netip.ParseAddrPort(words[1])
	s.To, _ = netip.ParseAddrPort(words[2])
	return s
}
