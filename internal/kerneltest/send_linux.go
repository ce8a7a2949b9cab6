package kerneltest

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"syscall"
	"time"
)

const (
	// batch is how many probes are sent before the ports are read; a TUN interface
	// queues 500 packets.
	batch = 64
	// flushAfter is after how many probes connection tracking forgets them, long
	// before its table is full.
	flushAfter = 20_000
	// patience is how long a packet may be under way. One that is written to a TUN
	// interface has usually crossed the router when write returns.
	patience = 20 * time.Millisecond
)

// send sends each probe and returns Passed or Stopped for it. Probes that did not
// pass in an earlier round, bare, are left out.
func (r *Router) send(probes []Probe, bare []Verdict) ([]Verdict, error) {
	r.round++
	verdicts := make([]Verdict, len(probes))
	if err := forgetConnections(); err != nil {
		return nil, err
	}
	for i, p := range probes {
		if bare != nil && bare[i] != Passed {
			continue
		}
		if err := r.sendOne(p, uint32(i)); err != nil {
			return nil, fmt.Errorf("probe %d %+v: %w", i, p, err)
		}
		if i%batch == batch-1 {
			r.receive(probes, verdicts)
		}
		if i%flushAfter == flushAfter-1 || r.hook == Input && i%batch == batch-1 {
			time.Sleep(patience / 10)
			r.receive(probes, verdicts)
			if err := forgetConnections(); err != nil {
				return nil, err
			}
		}
	}
	for quiet := false; !quiet; {
		quiet = !r.receive(probes, verdicts)
		time.Sleep(patience)
		quiet = !r.receive(probes, verdicts) && quiet
	}
	return verdicts, nil
}

func (r *Router) sendOne(p Probe, number uint32) error {
	packet := p.build(r.round, number)
	if r.hook != Output {
		if r.hook == Input {
			if err := r.listen(p); err != nil {
				return err
			}
		}
		_, err := syscall.Write(r.portFor(p.From).fd, packet)
		return err
	}
	var err error
	if p.To.Is4() {
		err = syscall.Sendto(r.out4, packet, 0, &syscall.SockaddrInet4{Addr: p.To.As4()})
	} else {
		err = syscall.Sendto(r.out6, packet, 0, &syscall.SockaddrInet6{Addr: p.To.As16()})
	}
	// A packet that the rules or the routes refuse is told at once.
	for _, refused := range []error{syscall.EPERM, syscall.EINVAL, syscall.ENETUNREACH, syscall.EHOSTUNREACH, syscall.EACCES} {
		if errors.Is(err, refused) {
			return nil
		}
	}
	return err
}

// listen makes the router hear packets like p that are for itself.
func (r *Router) listen(p Probe) error {
	family := syscall.AF_INET
	if p.To.Is6() {
		family = syscall.AF_INET6
	}
	key := [2]int{family, int(p.Protocol)}
	if _, ok := r.local[key]; ok {
		return nil
	}
	fd, err := syscall.Socket(family, syscall.SOCK_RAW|syscall.SOCK_NONBLOCK|syscall.SOCK_CLOEXEC, int(p.Protocol))
	if err != nil {
		return fmt.Errorf("raw socket for protocol %d: %w", p.Protocol, err)
	}
	r.local[key] = fd
	return nil
}

// receive takes what came out and reports whether there was anything.
func (r *Router) receive(probes []Probe, verdicts []Verdict) (any bool) {
	if r.hook == Input {
		for _, fd := range r.local {
			for {
				n, sender, err := syscall.Recvfrom(fd, r.buf, 0)
				if err != nil || n == 0 {
					break
				}
				any = true
				r.passed(r.buf[:n], senderOf(sender), netip.Addr{}, probes, verdicts)
			}
		}
	}
	for _, p := range r.ports {
		for {
			n, err := syscall.Read(p.fd, r.buf)
			if err != nil || n == 0 {
				break
			}
			if r.hook == Input {
				continue // what the router answers
			}
			any = true
			from, to := ends(r.buf[:n])
			r.passed(r.buf[:n], from, to, probes, verdicts)
		}
	}
	return any
}

func senderOf(s syscall.Sockaddr) netip.Addr {
	switch s := s.(type) {
	case *syscall.SockaddrInet4:
		return netip.AddrFrom4(s.Addr)
	case *syscall.SockaddrInet6:
		return netip.AddrFrom16(s.Addr)
	}
	return netip.Addr{}
}

// passed notes the probe whose mark is in the packet, if the packet is the probe
// itself and not an error message about it.
func (r *Router) passed(packet []byte, from, to netip.Addr, probes []Probe, verdicts []Verdict) {
	n, ok := findMark(packet, r.round)
	if !ok || int(n) >= len(probes) || probes[n].From != from {
		return
	}
	if to.IsValid() && probes[n].To != to {
		return
	}
	verdicts[n] = Passed
}

// forgetConnections empties the namespace's table of connections.
func forgetConnections() error {
	const (
		netlinkNetfilter = 12
		ctDelete         = 1<<8 | 2 // NFNL_SUBSYS_CTNETLINK, IPCTNL_MSG_CT_DELETE
	)
	fd, err := syscall.Socket(syscall.AF_NETLINK, syscall.SOCK_RAW|syscall.SOCK_CLOEXEC, netlinkNetfilter)
	if err != nil {
		return fmt.Errorf("connection tracking: %w", err)
	}
	defer func() { _ = syscall.Close(fd) }()
	request := make([]byte, 20) // struct nlmsghdr, struct nfgenmsg
	binary.NativeEndian.PutUint32(request, uint32(len(request)))
	binary.NativeEndian.PutUint16(request[4:], ctDelete)
	binary.NativeEndian.PutUint16(request[6:], syscall.NLM_F_REQUEST|syscall.NLM_F_ACK)
	if err := syscall.Sendto(fd, request, 0, &syscall.SockaddrNetlink{Family: syscall.AF_NETLINK}); err != nil {
		return fmt.Errorf("connection tracking: %w", err)
	}
	answer := make([]byte, 4096)
	n, _, err := syscall.Recvfrom(fd, answer, 0)
	if err != nil || n < 20 {
		return fmt.Errorf("connection tracking answers %d bytes: %w", n, err)
	}
	if errno := -int32(binary.NativeEndian.Uint32(answer[16:])); errno != 0 && syscall.Errno(errno) != syscall.ENOENT {
		return fmt.Errorf("connection tracking: %w", syscall.Errno(errno))
	}
	return nil
}
