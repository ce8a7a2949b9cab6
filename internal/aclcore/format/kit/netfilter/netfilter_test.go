package netfilter

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// A packet of a tiny universe: six hosts of both families, a few services and
// three interfaces.
type packet struct {
	from, to netip.Addr
	protocol uint8
	port     uint16
	in, out  string
}

func (p packet) String() string {
	return fmt.Sprintf("%s %s -> %s %s %d/%d", p.in, p.from, p.out, p.to, p.protocol, p.port)
}

var (
	hosts4     = addresses("10.0.0.0", "10.0.0.1", "10.0.0.2", "10.0.0.3")
	hosts6     = addresses("2001:db8::1", "2001:db8::2")
	interfaces = []string{"eth0", "eth1", "lo"}
	services   = []struct {
		protocol uint8
		port     uint16
	}{{6, 1}, {6, 2}, {6, 3}, {17, 1}, {17, 2}, {1, 8 << 8}, {1, 0}, {47, 0}}
)

func addresses(texts ...string) (out []netip.Addr) {
	for _, t := range texts {
		out = append(out, netip.MustParseAddr(t))
	}
	return out
}

func universe() (out []packet) {
	for _, hosts := range [][]netip.Addr{hosts4, hosts6} {
		for _, from := range hosts {
			for _, to := range hosts {
				for _, s := range services {
					for _, in := range interfaces {
						for _, out1 := range interfaces {
							out = append(out, packet{from, to, s.protocol, s.port, in, out1})
						}
					}
				}
			}
		}
	}
	return out
}

func (p packet) question() match.Question {
	host := func(a netip.Addr) addr.Set { return addr.SetOf(addr.RangeOf(a, a)) }
	s := service.Range{ProtoFrom: p.protocol, ProtoTo: p.protocol, SrcFrom: 9, SrcTo: 9, DstFrom: p.port, DstTo: p.port}
	return match.Question{
		Products:   []traffic.Product{{Sources: host(p.from), Destinations: host(p.to), Services: service.SetOf(s)}},
		SourceZone: p.in, DestinationZone: p.out,
	}
}

// A machine walks packets through chains as the kernel does, one by one. hidden says
// whether a condition that the list cannot decide holds.
type machine struct {
	chains map[string]*Chain
	hidden func(reason string) bool
	// facts are the packet's mark and what else is true of it.
	facts *uint64
}

func inSet(s Interfaces, name string) bool { return !s.intersect(Only(name)).IsEmpty() }

func (d machine) matches(p packet, set Packets) bool {
	for _, u := range set.Unknown {
		if !d.hidden(u) {
			return false
		}
	}
	return set.State&First != 0 && (*d.facts^set.Facts.value)&set.Facts.mask == 0 && inSet(set.In, p.in) && inSet(set.Out, p.out) &&
		set.Traffic.Contains(p.from, p.to, p.protocol, 9, p.port)
}

// run returns Accept or Drop, or Return if the packet runs off the end.
func (d machine) run(p packet, c *Chain) Kind {
	for _, r := range c.Rules {
		for _, cl := range r.Clauses {
			hit := false
			for _, set := range cl.Packets {
				hit = hit || d.matches(p, set)
			}
			if !hit {
				continue
			}
			if c := cl.Verdict.Change; c != nil {
				*d.facts = *d.facts&^c.cleared | c.set
			}
			switch k := cl.Verdict.Kind; k {
			case Accept, Drop, Return:
				return k
			case Jump:
				if k := d.run(p, d.chains[cl.Verdict.Chain]); k != Return {
					return k
				}
			case Goto:
				return d.run(p, d.chains[cl.Verdict.Chain])
			}
			break
		}
	}
	return Return
}

func (d machine) base(p packet, c *Chain) bool {
	if f := map[bool]Families{true: V4, false: V6}[p.from.Is4()]; c.Families&f == 0 {
		return true
	}
	if !inSet(c.In, p.in) {
		return true
	}
	switch d.run(p, c) {
	case Accept:
		return true
	case Drop:
		return false
	}
	return c.Policy == Accept
}

// generator makes random chains.
type generator struct {
	*rand.Rand
	doubts, negations bool
	// marks says that rules set and test marks and exempt packets from tracking, symbols
	// that they have conditions which hold for a packet or not.
	marks   bool
	symbols *Symbols
}

func (g generator) chance(n int) bool { return g.IntN(n) == 0 }

func (g generator) hosts() addr.Set {
	var out addr.Set
	for _, h := range append(hosts4[:4:4], hosts6...) {
		if g.chance(2) {
			out = out.Union(addr.SetOf(addr.RangeOf(h, h)))
		}
	}
	return out
}

func (g generator) interfaces() Interfaces {
	s := Only(interfaces[g.IntN(3)])
	if g.chance(3) {
		s = s.Or(Like("eth"[:1+g.IntN(3)]))
	}
	if g.negations && g.chance(2) {
		return s.Complement()
	}
	return s
}

func (g generator) packets() Packets {
	p := All()
	if g.chance(2) {
		p.Traffic.Sources = g.hosts()
	}
	if g.chance(2) {
		p.Traffic.Destinations = g.hosts()
	}
	if g.chance(2) {
		s := services[g.IntN(len(services))]
		p.Traffic.Services = service.SetOf(service.Ports(s.protocol, s.port, s.port))
		if g.chance(3) {
			p.Traffic.Services = service.Any().Subtract(p.Traffic.Services)
		}
	}
	if g.chance(4) {
		p.In = g.interfaces()
	}
	if g.chance(4) {
		p.Out = g.interfaces()
	}
	if g.chance(6) {
		p.State = States(1 + g.IntN(3))
	}
	if g.marks && g.chance(3) {
		p = p.Intersect([]Packets{
			Marked(uint32(g.IntN(4)), 3, false)[0], Marked(1, 1, g.chance(2))[0], Marked(0, 2, g.chance(2))[0], AreUntracked(g.chance(2)),
		}[g.IntN(4)])
	}
	if g.symbols != nil && g.chance(3) {
		p = p.Intersect(g.symbols.Holds(fmt.Sprintf("doubt %d", g.IntN(3)), g.chance(2)))
	}
	if g.doubts && g.chance(5) {
		p = p.Because(fmt.Sprintf("doubt %d", g.IntN(3)))
	}
	return p
}

func (g generator) chain(name string, calls []string) *Chain {
	c := &Chain{Name: name, Families: V4V6, Policy: Accept}
	if g.chance(2) {
		c.Policy = Drop
	}
	for n := g.IntN(6); n > 0; n-- {
		line := len(c.Rules) + 1
		r := Rule{Line: line, Text: fmt.Sprintf("%s %d", name, line), Place: fmt.Sprintf("%s %d", name, line)}
		for m := 1 + g.IntN(8)/6; m > 0; m-- {
			v := Verdict{Kind: []Kind{Accept, Drop, Return, Jump, Goto, Accept, Drop, Jump}[g.IntN(8)]}
			if v.Kind == Jump || v.Kind == Goto {
				if len(calls) == 0 {
					v.Kind = Return
				} else {
					v.Chain = calls[g.IntN(len(calls))]
				}
			}
			if g.marks && g.chance(3) {
				v.Change = []*Change{SetMark(uint32(g.IntN(4)), 3), Mark(1, 1), Mark(0, 2), Mark(2, 3), Untrack()}[g.IntN(5)]
				if g.chance(2) {
					v = Verdict{Kind: Set, Change: v.Change}
				}
			}
			sets := []Packets{g.packets()}
			if g.chance(5) {
				sets = append(sets, g.packets())
			}
			r.Clauses = append(r.Clauses, Clause{sets, v})
			if len(r.Clauses) > 1 { // a verdict map has no two elements for a packet
				for i, c := range r.Clauses {
					p := c.Packets[0]
					p.Unknown, p.Traffic.Services = nil, service.SetOf(service.Ports(6, uint16(i+1), uint16(i+1)))
					r.Clauses[i].Packets = []Packets{p}
				}
			}
		}
		c.Rules = append(c.Rules, r)
	}
	return c
}

func (g generator) program() (bases []*Chain, chains map[string]*Chain) {
	chains = make(map[string]*Chain)
	var names []string
	for i := range 3 {
		name := fmt.Sprintf("user%d", i)
		chains[name] = g.chain(name, names)
		names = append(names, name)
	}
	for i := range 1 + g.IntN(5)/3 {
		c := g.chain(fmt.Sprintf("base%d", i), names)
		c.Families = Families(1 + g.IntN(3))
		if g.chance(2) {
			c.Families = V4V6
		}
		if g.chance(6) {
			c.In = Only("eth0")
		}
		bases = append(bases, c)
	}
	return bases, chains
}

func flattenAll(t *testing.T, bases []*Chain, chains map[string]*Chain, symbols *Symbols) *rule.Ruleset {
	t.Helper()
	s := Pass()
	for i := len(bases) - 1; i >= 0; i-- {
		first, err := Flatten(bases[i], chains)
		if err != nil {
			t.Fatal(err)
		}
		s = first.Then(s)
	}
	rules, last := s.List(Missing{"other family", "not in this file"}, Origin{Symbols: symbols})
	return &rule.Ruleset{Rules: rules, Default: last}
}

// TestFlattenAgainstWalk walks every packet of a small universe through random
// chains and compares with the list that they became.
func TestFlattenAgainstWalk(t *testing.T) {
	programs := 1500
	if testing.Short() {
		programs = 300
	}
	packets, doubted := universe(), 0
	for seed := range programs {
		g := generator{Rand: rand.New(rand.NewPCG(uint64(seed), 1)), doubts: seed%3 == 1, negations: seed%2 == 1, marks: seed%5 > 2}
		if seed%7 > 4 {
			g.symbols = &Symbols{}
		}
		bases, chains := g.program()
		rs := flattenAll(t, bases, chains, g.symbols)
		x := match.New(rs)
		covered := Families(0)
		for _, b := range bases {
			if b.In.IsEvery() {
				covered |= b.Families
			}
		}
		for n := range 60 {
			p := packets[g.IntN(len(packets))]
			family := map[bool]Families{true: V4, false: V6}[p.from.Is4()]
			q := p.question()
			part := x.Match(q).Parts[0]
			if covered&family == 0 {
				if part.Outcome == match.Permitted {
					t.Fatalf("seed %d: %v is permitted and its family is not filtered\n%s", seed, p, dump(rs))
				}
				continue
			}
			if part.Outcome == match.Unknown && !g.doubts && g.symbols == nil {
				if doubted++; doubted > programs*60/1000 {
					t.Fatalf("seed %d packet %d: %v is in doubt (%s), the %dth one\n%s", seed, n, p, part.Reason, doubted, dump(rs))
				}
			}
			blind := q
			blind.SourceZone, blind.DestinationZone = "", ""
			blindPart := x.Match(blind).Parts[0]
			for hidden := range 8 {
				var facts uint64
				d := machine{chains, func(reason string) bool {
					var i int
					_, _ = fmt.Sscanf(reason, "doubt %d", &i)
					return hidden>>i&1 == 1
				}, &facts}
				for i := range 64 - firstSymbol {
					if g.symbols != nil && i < len(g.symbols.texts) && d.hidden(g.symbols.texts[i]) {
						facts |= 1 << (firstSymbol + i)
					}
				}
				want := match.Permitted
				for _, b := range bases {
					if !d.base(p, b) {
						want = match.Denied
					}
				}
				if part.Outcome != match.Unknown && part.Outcome != want {
					t.Fatalf("seed %d packet %d: %v: list says %v by rule %d, the walk %v\n%s", seed, n, p, part.Outcome, part.Rule, want, dump(rs))
				}
				if blindPart.Outcome != match.Unknown && blindPart.Outcome != want {
					t.Fatalf("seed %d packet %d: %v: without interfaces the list says %v, the walk %v\n%s", seed, n, p, blindPart.Outcome, want, dump(rs))
				}
			}
		}
	}
}

func dump(rs *rule.Ruleset) string {
	var b strings.Builder
	for i, r := range rs.Rules {
		text := r.Text
		r.Text = ""
		fmt.Fprintf(&b, "%3d %s (%s) state %d unknown %v\n", i, r.String(), text, r.State, r.Unknown)
	}
	fmt.Fprintf(&b, "default %v\n", rs.Default)
	return b.String()
}

// TestCircle reports chains that call each other in a circle, as the kernel does.
func TestCircle(t *testing.T) {
	call := func(line int, chain string) Rule {
		return Rule{Line: line, Clauses: []Clause{{[]Packets{All()}, Verdict{Kind: Jump, Chain: chain}}}}
	}
	a := &Chain{Name: "a", Rules: []Rule{call(2, "b")}}
	b := &Chain{Name: "b", Rules: []Rule{call(3, "a")}}
	base := &Chain{Name: "FORWARD", Families: V4V6, Policy: Accept, Rules: []Rule{call(1, "a")}}
	_, err := Flatten(base, map[string]*Chain{"a": a, "b": b})
	var circle *LoopError
	if !errors.As(err, &circle) || circle.Line != 3 || circle.Chain != "a" {
		t.Errorf("error %v, want the call of a in line 3", err)
	}
}

// TestBounded flattens chains that would become 10^12 rules: what was not followed
// is in doubt.
func TestBounded(t *testing.T) {
	chains := make(map[string]*Chain)
	for level := range 12 {
		c := &Chain{Name: fmt.Sprint(level)}
		for range 10 {
			v := Verdict{Kind: Jump, Chain: fmt.Sprint(level + 1)}
			if level == 11 {
				v = Verdict{Kind: Accept}
			}
			p := From(addr.SetOf(addr.RangeOf(hosts4[0], hosts4[2])))
			c.Rules = append(c.Rules, Rule{Line: level + 1, Clauses: []Clause{{[]Packets{p}, v}}})
		}
		chains[c.Name] = c
	}
	base := &Chain{Families: V4V6, Policy: Drop, Rules: []Rule{{Line: 9, Clauses: []Clause{{[]Packets{All()}, Verdict{Kind: Jump, Chain: "0"}}}}}}
	s, err := Flatten(base, chains)
	if err != nil {
		t.Fatal(err)
	}
	rules, last := s.List(Missing{}, Origin{})
	if len(rules) > 2*maxEntries+1000 {
		t.Errorf("%d rules, bound %d", len(rules), maxEntries)
	}
	x := match.New(&rule.Ruleset{Rules: rules, Default: last})
	for _, c := range []struct {
		host netip.Addr
		want match.Outcome
	}{{hosts4[0], match.Permitted}, {hosts4[3], match.Unknown}} {
		got := x.Match(packet{c.host, hosts4[1], 6, 80, "", ""}.question()).Parts[0]
		if got.Outcome != c.want {
			t.Errorf("from %s: %v, want %v", c.host, got.Outcome, c.want)
		}
	}
}
