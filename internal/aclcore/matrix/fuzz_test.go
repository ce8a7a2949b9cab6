package matrix

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/flow"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
)

// A world has eight addresses of each family, four zones and the first ports of
// TCP and UDP.
const (
	hosts = 8
	ports = 4
)

var zoneNames = [...]string{"", "a", "b", "c"}

// A span is a declared run of addresses of one family, its bounds inclusive.
type span struct {
	six      bool
	from, to int
}

func (s span) holds(six bool, host int) bool { return s.six == six && s.from <= host && host <= s.to }

func (s span) text() string {
	if s.six {
		return fmt.Sprintf("::%d-::%d", s.from, s.to)
	}
	return fmt.Sprintf("10.0.0.%d-10.0.0.%d", s.from, s.to)
}

// A world is a definition by numbers, for the oracle, and the same as text.
type world struct {
	spans [len(zoneNames)][]span
	// cells[from][to] is nil where there is no cell; other is the default.
	cells [len(zoneNames)][len(zoneNames)]*lists
	other lists
}

// lists says for each action which ports of TCP and UDP are listed.
type lists [Allow + 1][2][ports]bool

func draw(r *rand.Rand) (w world) {
	for zone := range zoneNames {
		for range r.IntN(3) {
			a, b := r.IntN(hosts), r.IntN(hosts)
			w.spans[zone] = append(w.spans[zone], span{r.IntN(2) == 0, min(a, b), max(a, b)})
		}
	}
	for from := range zoneNames {
		for to := range zoneNames {
			if r.IntN(3) > 0 {
				drawn := drawLists(r)
				w.cells[from][to] = &drawn
			}
		}
	}
	w.other = drawLists(r)
	return w
}

func drawLists(r *rand.Rand) (l lists) {
	most := r.IntN(ports*2 + 1)
	for action := range l {
		for protocol := range l[action] {
			for port := range l[action][protocol] {
				l[action][protocol][port] = r.IntN(ports*2) < most && (action == int(Allow) || r.IntN(3) == 0)
			}
		}
	}
	return l
}

func (l lists) cell() Cell {
	texts := func(action Action) (out []string) {
		for protocol, name := range []string{"tcp", "udp"} {
			for port, listed := range l[action][protocol] {
				if listed {
					out = append(out, fmt.Sprintf("%s/%d", name, port))
				}
			}
		}
		return out
	}
	return Cell{Allow: texts(Allow), Notify: texts(Notify), Deny: texts(Deny)}
}

func (w world) definition() Definition {
	d := Definition{Zones: make(map[string][]string), Cells: make(map[string]map[string]Cell), Default: w.other.cell()}
	for zone, name := range zoneNames {
		// All zones are declared, some of them far away.
		d.Zones[name] = []string{fmt.Sprintf("192.0.2.%d", zone)}
		for _, s := range w.spans[zone] {
			d.Zones[name] = append(d.Zones[name], s.text())
		}
		d.Cells[name] = make(map[string]Cell)
		for to, c := range w.cells[zone] {
			if c != nil {
				d.Cells[name][zoneNames[to]] = c.cell()
			}
		}
	}
	return d
}

// clear reports whether the zone of every address is settled.
func (w world) clear() bool {
	for i := range w.spans {
		for j := range i {
			for _, a := range w.spans[i] {
				for _, b := range w.spans[j] {
					apart := a.six != b.six || a.to < b.from || b.to < a.from
					aInB := b.from <= a.from && a.to <= b.to
					bInA := a.from <= b.from && b.to <= a.to
					if !apart && aInB == bInA {
						return false
					}
				}
			}
		}
	}
	return true
}

// zone returns the zone with the fewest addresses around host.
func (w world) zone(six bool, host int) (found int) {
	smallest := hosts + 1
	for zone, spans := range w.spans {
		for _, s := range spans {
			if size := s.to - s.from + 1; s.holds(six, host) && size < smallest {
				found, smallest = zone, size
			}
		}
	}
	return found
}

// action says what becomes of one packet.
func (w world) action(six bool, from, to, protocol, port int) Action {
	c := w.cells[w.zone(six, from)][w.zone(six, to)]
	if c == nil {
		c = &w.other
	}
	for _, action := range []Action{Deny, Notify, Allow} {
		if c[action][protocol][port] {
			return action
		}
	}
	return Deny
}

// FuzzDecide compares the matrix with a look at every packet.
func FuzzDecide(f *testing.F) {
	for seed := range uint64(300) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) {
		r := rand.New(rand.NewPCG(seed, 5))
		w := draw(r)
		m, err := New(nil, w.definition())
		if (err == nil) != w.clear() {
			t.Fatalf("error %v, but zones are settled: %t\n%+v", err, w.clear(), w.definition())
		}
		if err != nil {
			return
		}
		for range 20 {
			checkProduct(t, w, m, r)
		}
	})
}

// question is a product by numbers.
type question struct {
	from, to []span
	protocol int
	ports    [2]int
}

func checkProduct(t *testing.T, w world, m *Matrix, r *rand.Rand) {
	t.Helper()
	spans := func() (out []span, set addr.Set) {
		for range 1 + r.IntN(3) {
			a, b := r.IntN(hosts), r.IntN(hosts)
			s := span{r.IntN(2) == 0, min(a, b), max(a, b)}
			l, err := addr.Parse(s.text())
			if err != nil {
				t.Fatal(err)
			}
			out, set = append(out, s), set.Union(l.Set)
		}
		return out, set
	}
	var q question
	var p flow.Product
	q.from, p.Source.Set = spans()
	q.to, p.Destination.Set = spans()
	q.protocol = r.IntN(2)
	a, b := r.IntN(ports), r.IntN(ports)
	q.ports = [2]int{min(a, b), max(a, b)}
	protocol := []uint8{service.TCP, service.UDP}[q.protocol]
	p.Service.Set = service.SetOf(service.Ports(protocol, uint16(q.ports[0]), uint16(q.ports[1])))

	parts := m.Parts(p)
	worst, packets := Allow, 0
	for _, six := range []bool{false, true} {
		for from := range hosts {
			for to := range hosts {
				if !holds(q.from, six, from) || !holds(q.to, six, to) {
					continue
				}
				for port := q.ports[0]; port <= q.ports[1]; port++ {
					packets++
					want := w.action(six, from, to, q.protocol, port)
					worst = min(worst, want)
					in := 0
					for _, part := range parts {
						if !part.Contains(host(six, from), host(six, to), protocol, 9, uint16(port)) {
							continue
						}
						in++
						if part.Action != want || part.From != zoneNames[w.zone(six, from)] || part.To != zoneNames[w.zone(six, to)] {
							t.Errorf("%d -> %d port %d: %+v, want %s\n%+v", from, to, port, part, want, w.definition())
						}
					}
					if in != 1 {
						t.Errorf("%d -> %d port %d is in %d parts", from, to, port, in)
					}
				}
			}
		}
	}
	if packets == 0 {
		worst = Deny
	}
	d := m.Decide(p)
	if d.Action != worst || packets > 0 && (d.Action != parts[0].Action || d.From != parts[0].From || d.To != parts[0].To || !d.Services.Equal(parts[0].Services)) {
		t.Errorf("%+v: %s, want %s\n%+v\n%+v", q, d, worst, parts, w.definition())
	}
	if packets == 0 && (parts != nil || !d.Services.IsEmpty()) {
		t.Errorf("%+v: %s with parts %v, but there is no packet", q, d, parts)
	}
}

func holds(spans []span, six bool, host int) bool {
	for _, s := range spans {
		if s.holds(six, host) {
			return true
		}
	}
	return false
}

func host(six bool, n int) netip.Addr {
	if six {
		return netip.AddrFrom16([16]byte{15: byte(n)})
	}
	return netip.AddrFrom4([4]byte{10, 0, 0, byte(n)})
}
