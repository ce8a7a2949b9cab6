package kerneltest

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// envProbes says how many probes each of the random tests sends in all.
const envProbes = "ACL_KERNEL_PROBES"

// probeCount is the number of probes of a random test.
func probeCount(t *testing.T, usual int) int {
	t.Helper()
	text := os.Getenv(envProbes)
	if text == "" {
		if testing.Short() {
			return usual / 10
		}
		return usual
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("%s=%s: %v", envProbes, text, err)
	}
	return n
}

func prefix(text string) netip.Prefix { return netip.MustParsePrefix(text) }

// estate is the networks around the router of the random tests.
var estate = []Port{
	{"lan", []netip.Prefix{prefix("10.1.0.0/16"), prefix("2001:db8:1::/48")}},
	{"dmz", []netip.Prefix{prefix("10.2.0.0/16"), prefix("2001:db8:2::/48")}},
	{"wan", []netip.Prefix{prefix("0.0.0.0/0"), prefix("::/0")}},
}

// zone returns the port behind which the address is, as the router decides it.
func zone(ports []Port, a netip.Addr) string {
	best, bits := "", -1
	for _, p := range ports {
		for _, n := range p.Networks {
			if n.Contains(a) && n.Bits() > bits {
				best, bits = p.Name, n.Bits()
			}
		}
	}
	return best
}

// question asks about the probe as a packet of a flow.
func (p Probe) question(ports []Port) match.Question {
	host := func(a netip.Addr) addr.Set { return addr.SetOf(addr.RangeOf(a, a)) }
	s := service.Range{ProtoFrom: p.Protocol, ProtoTo: p.Protocol, SrcFrom: p.SrcPort, SrcTo: p.SrcPort, DstFrom: p.DstPort, DstTo: p.DstPort}
	if !service.HasPorts(p.Protocol) {
		s.SrcFrom, s.SrcTo = 0, 65535
		if !service.HasTypes(p.Protocol) {
			s.DstFrom, s.DstTo = 0, 65535
		}
	}
	return match.Question{
		Products:   []traffic.Product{{Sources: host(p.From), Destinations: host(p.To), Services: service.SetOf(s)}},
		SourceZone: zone(ports, p.From), DestinationZone: zone(ports, p.To),
	}
}

func (p Probe) String() string {
	return fmt.Sprintf("%s:%d -> %s protocol %d port %d (type %d code %d)", p.From, p.SrcPort, p.To, p.Protocol, p.DstPort, p.DstPort>>8, p.DstPort&255)
}

// tally counts what came of comparisons.
type tally struct {
	agreed, indeterminate, unsendable int
	// example is one answer that was indeterminate.
	example string
}

func (c *tally) String() string {
	return fmt.Sprintf("%d verdicts agree, %d indeterminate, %d unsendable", c.agreed, c.indeterminate, c.unsendable)
}

// compare holds the verdicts of the kernel against those of the ruleset. what names
// the ruleset in errors. It returns false after the first difference.
func (c *tally) compare(t *testing.T, what string, rs *rule.Ruleset, ports []Port, probes []Probe, verdicts []Verdict) bool {
	t.Helper()
	x := match.New(rs)
	for i, p := range probes {
		if verdicts[i] == Unsendable {
			c.unsendable++
			continue
		}
		part := x.Match(p.question(ports)).Parts[0]
		switch {
		case part.Outcome == match.Unknown:
			c.indeterminate++
			c.example = fmt.Sprintf("%s: %v: %s by %s", what, p, part.Reason, rs.Describe(part.Rule))
		case (part.Outcome == match.Permitted) != (verdicts[i] == Passed):
			t.Errorf("%s: %v: the engine says %v by %s, the kernel %v", what, p, part.Outcome, rs.Describe(part.Rule), verdicts[i])
			return false
		default:
			c.agreed++
		}
	}
	return true
}

// ruleset takes a list out of a document.
func ruleset(t *testing.T, doc *device.Document, name string) *rule.Ruleset {
	t.Helper()
	var names []string
	for _, l := range doc.Lists {
		for _, n := range append([]string{l.Name}, l.Aliases...) {
			if n == name {
				return &rule.Ruleset{Source: l.Name, Format: doc.Format, Rules: l.Rules, Default: l.Default}
			}
			names = append(names, n)
		}
	}
	t.Fatalf("no list %q, there are %s", name, strings.Join(names, ", "))
	return nil
}

// generator makes random rules and probes around the estate.
type generator struct {
	*rand.Rand
	six bool
}

func (g generator) chance(n int) bool { return g.IntN(n) == 0 }

func pick[T any](g generator, from []T) T { return from[g.IntN(len(from))] }

// address returns an address near the few networks that the rules are about.
func (g generator) address() netip.Addr {
	low := uint32(g.IntN(1 << pick(g, []int{4, 8, 12, 16})))
	if g.six {
		base := pick(g, []string{"2001:db8:1::", "2001:db8:2::", "2001:db8:7::"})
		b := netip.MustParseAddr(base).As16()
		b[14], b[15], b[7] = byte(low>>8), byte(low), byte(g.IntN(3))
		return netip.AddrFrom16(b)
	}
	net := pick(g, []byte{1, 2, 7})
	return netip.AddrFrom4([4]byte{10, net, byte(low >> 8), byte(low)})
}

func (g generator) addresses() addr.Set {
	var ranges []addr.Range
	for range 1 + g.IntN(4)/3 {
		a := g.address()
		if g.chance(4) {
			b := a
			for range g.IntN(40) {
				b = b.Next()
			}
			ranges = append(ranges, addr.RangeOf(a, b))
			continue
		}
		bits := a.BitLen() - pick(g, []int{0, 0, 1, 2, 4, 8, 8, 12, 16})
		ranges = append(ranges, addr.RangeOfPrefix(netip.PrefixFrom(a, bits)))
	}
	s := addr.SetOf(ranges...)
	all := addr.Any4()
	if g.six {
		all = addr.Any6()
	}
	switch {
	case g.chance(5):
		return all
	case g.chance(8):
		return all.Subtract(s)
	}
	return s
}

var hotPorts = []uint16{0, 1, 22, 53, 80, 443, 1023, 1024, 5432, 8080, 32768, 65534, 65535}

func (g generator) ports() (from, to uint16) {
	from = pick(g, hotPorts)
	if g.chance(2) {
		return from, from
	}
	return from, uint16(min(65535, int(from)+pick(g, []int{1, 2, 10, 100, 1000})))
}

func (g generator) services() service.Set {
	var ranges []service.Range
	for range 1 + g.IntN(5)/3 {
		switch g.IntN(12) {
		case 0:
			return service.Any()
		case 1:
			ranges = append(ranges, service.Whole(pick(g, []uint8{1, 6, 17, 47, 50, 58, 132})))
		case 2:
			p := g.icmp()
			ranges = append(ranges, service.Type(p, pick(g, []uint8{0, 3, 8, 13, 128, 129})))
		case 3:
			ranges = append(ranges, service.Code(g.icmp(), 3, uint8(g.IntN(4))))
		case 4:
			r := service.All()
			r.ProtoFrom, r.ProtoTo = 5, pick(g, []uint8{6, 7, 17, 18})
			ranges = append(ranges, r)
		default:
			r := service.Whole(pick(g, []uint8{6, 6, 6, 17, 17, 132, 136}))
			r.DstFrom, r.DstTo = g.ports()
			if g.chance(6) {
				r.SrcFrom, r.SrcTo = g.ports()
			}
			ranges = append(ranges, r)
		}
	}
	return service.SetOf(ranges...)
}

func (g generator) icmp() uint8 {
	if g.six {
		return service.ICMPv6
	}
	return service.ICMP
}

func (g generator) rule(zones bool) rule.Rule {
	r := rule.Rule{Action: rule.Action(g.IntN(2)), Traffic: traffic.Product{Sources: g.addresses(), Destinations: g.addresses(), Services: g.services()}}
	if zones && g.chance(6) {
		r.SourceZones = []string{pick(g, estate).Name}
	}
	if zones && g.chance(6) {
		r.DestinationZones = []string{pick(g, estate).Name}
	}
	return r
}

// probe returns a packet near the edges of a rule.
func (g generator) probe(r *rule.Rule) Probe {
	p := Probe{From: g.near(r.Traffic.Sources), To: g.near(r.Traffic.Destinations), SrcPort: 40000}
	s := pick(g, r.Traffic.Services.Ranges())
	p.Protocol = pick(g, []uint8{s.ProtoFrom, s.ProtoTo, s.ProtoFrom, s.ProtoTo, s.ProtoFrom - 1, s.ProtoTo + 1, 6, 17})
	if g.six && p.Protocol == service.ICMP || !g.six && p.Protocol == service.ICMPv6 || !sendable(p.Protocol) {
		p.Protocol = pick(g, []uint8{6, 17, 47, 132, g.icmp()})
	}
	p.DstPort = pick(g, []uint16{s.DstFrom, s.DstTo, s.DstFrom - 1, s.DstTo + 1, pick(g, hotPorts)})
	if s.SrcFrom != 0 || s.SrcTo != 65535 {
		p.SrcPort = pick(g, []uint16{s.SrcFrom, s.SrcTo, s.SrcFrom - 1, s.SrcTo + 1})
	}
	if p.Protocol == g.icmp() && g.chance(2) {
		p.DstPort = uint16(pick(g, []uint8{0, 3, 8, 13, 17, 128, 129, 135}))<<8 | uint16(g.IntN(5))
	}
	return p
}

// sendable are the protocols that a bare router passes as they are built here:
// extension headers of IPv6 would have to be real ones.
func sendable(protocol uint8) bool {
	switch protocol {
	case 0, 33, 41, 43, 44, 51, 59, 60, 135, 139, 140:
		return false
	}
	return protocol < 140
}

func (g generator) near(s addr.Set) netip.Addr {
	r := pick(g, s.Ranges())
	a := pick(g, []netip.Addr{r.From, r.To, r.From.Prev(), r.To.Next(), g.address(), g.address()})
	if !a.IsValid() || a.Is4() == g.six || a.IsUnspecified() || a.IsLoopback() || a.IsMulticast() {
		return g.address()
	}
	return a
}
