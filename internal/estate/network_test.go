package estate

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/testnet"
)

// envFlows says how many flows each test of a network tries, where there are several ways
// on each of them; 5000 is a thorough run, which takes minutes.
const envFlows = "ACL_NETWORK_FLOWS"

// flowsPerRound is how many flows are tried with the same rules.
const flowsPerRound = 40

// A lab is a network of namespaces that is declared as an estate too.
type lab struct {
	*testnet.Network
	config Config
	lans   map[string]*testnet.LAN
	// routers and guards are hosts by the name of their device.
	routers, guards map[string]*testnet.Host
	// ends are where flows begin and end.
	ends []end
	// sides are the interfaces of routers, by device.
	sides map[string][]string
	// translate, if not nil, writes tables of translations for a router. shown are addresses
	// that flows from a zone go to besides those of the ends, translated what lists may see.
	translate  func(g *rand.Rand, router string, loader testnet.Loader) string
	shown      map[string][]string
	translated []string
	// routings are the routings that a packet may meet: each is set up, and has to have the
	// outcome that the estate tells of all of them.
	routings []func()
}

// An end is an address of a host.
type end struct {
	host    *testnet.Host
	address string
}

// newLab makes a LAN for each zone. Zone number i has the prefix 10.i.0.0/24.
func newLab(n *testnet.Network, zones ...string) *lab {
	l := &lab{
		Network: n, lans: map[string]*testnet.LAN{}, routers: map[string]*testnet.Host{}, guards: map[string]*testnet.Host{}, sides: map[string][]string{},
		config: Config{Zones: map[string][]string{}, Devices: map[string]DeviceConfig{}}, routings: []func(){func() {}},
	}
	for i, zone := range zones {
		l.lans[zone] = n.LAN(zone)
		l.config.Zones[zone] = []string{fmt.Sprintf("10.%d.0.0/24", i)}
	}
	return l
}

// address is that of host number k in a zone.
func (l *lab) address(zone string, k int) string {
	return netip.MustParsePrefix(l.config.Zones[zone][0]).Addr().Next().String()[:len("10.0.0.")] + strconv.Itoa(k)
}

// router puts a router with number k between zones. Its interface in a zone is called as
// the zone.
func (l *lab) router(name string, k int, zones ...string) *testnet.Host {
	r := l.Router(name)
	interfaces := map[string]string{}
	for _, zone := range zones {
		r.Join(l.lans[zone], zone, l.address(zone, k)+"/24")
		interfaces[zone] = zone
	}
	l.routers[name], l.sides[name] = r, zones
	l.config.Devices[name] = DeviceConfig{Interfaces: interfaces}
	return r
}

// host puts a host with two addresses in a zone, which sends everything to a gateway.
func (l *lab) host(name, zone, gateway string) *testnet.Host {
	h := l.Host(name)
	first := 10 * (1 + len(l.ends))
	for k := range 2 {
		l.ends = append(l.ends, end{h, l.address(zone, first+k)})
	}
	h.Join(l.lans[zone], "eth0", l.address(zone, first)+"/24", l.address(zone, first+1)+"/24")
	h.Route("default", gateway)
	h.Serve(networkPorts...)
	return h
}

// guard gives a host a firewall of its own.
func (l *lab) guard(h *testnet.Host) {
	name := "guard-" + h.Name
	l.guards[name] = h
	d := DeviceConfig{}
	for _, e := range l.ends {
		if e.host == h {
			d.Guards = append(d.Guards, e.address)
		}
	}
	l.config.Devices[name] = d
}

var networkPorts = []uint16{22, 53, 443}

// zoneOf finds the zone of an address.
func (l *lab) zoneOf(address string) string {
	for zone, entries := range l.config.Zones {
		if netip.MustParsePrefix(entries[0]).Contains(netip.MustParseAddr(address)) {
			return zone
		}
	}
	return ""
}

// A trial is a flow of one packet and its answer, and what became of it with each routing.
type trial struct {
	probe    *testnet.Probe
	flow     Flow
	found    Found
	answered []bool
}

func (l *lab) draw(g *rand.Rand) *trial {
	from := l.ends[g.IntN(len(l.ends))]
	to := netip.MustParseAddr(l.ends[g.IntN(len(l.ends))].address)
	for from.address == to.String() || l.zoneOf(from.address) == l.zoneOf(to.String()) && g.IntN(10) > 0 {
		to = netip.MustParseAddr(l.ends[g.IntN(len(l.ends))].address)
	}
	if shown := l.shown[l.zoneOf(from.address)]; len(shown) > 0 && g.IntN(2) == 0 {
		to = netip.MustParseAddr(shown[g.IntN(len(shown))])
	}
	if g.IntN(30) == 0 {
		to = netip.MustParseAddr("203.0.113.9") // in no zone
	}
	port := networkPorts[g.IntN(len(networkPorts))]
	protocol, name := testnet.TCP, "tcp"
	if g.IntN(3) == 0 {
		protocol, name = testnet.UDP, "udp"
	}
	source := l.FreshPort(from.address)
	return &trial{
		probe: &testnet.Probe{Client: from.host, Protocol: protocol, From: source, To: netip.AddrPortFrom(to, port)},
		flow: Flow{
			Application: "lab", Name: source.String(), Sources: []string{from.address}, Destinations: []string{to.String()},
			Services: []string{fmt.Sprintf("%s/%d from %d", name, port, source.Port())},
		},
	}
}

// try sends the flows with each routing.
func (l *lab) try(trials []*trial) {
	probes := make([]*testnet.Probe, len(trials))
	expected := map[*testnet.Probe]bool{}
	for _, route := range l.routings {
		route()
		for i, x := range trials {
			x.probe.From = l.FreshPort(x.probe.From.Addr().String()) // devices remember the last one
			x.flow.Services[0] = x.flow.Services[0][:strings.LastIndex(x.flow.Services[0], " ")+1] + strconv.Itoa(int(x.probe.From.Port()))
			probes[i] = x.probe
			expected[x.probe] = x.found.Status == match.Allowed
		}
		l.Try(probes, func(p *testnet.Probe) bool { return expected[p] })
		for _, x := range trials {
			x.answered = append(x.answered, x.probe.Answered)
		}
	}
}

// load draws rules for every device, and loads them where they are for.
func (l *lab) load(g *rand.Rand) {
	for _, at := range []struct {
		hosts  map[string]*testnet.Host
		chains []string
	}{{l.routers, []string{"forward"}}, {l.guards, []string{"input", "output"}}} {
		for name, h := range inOrder(at.hosts) {
			w := ruleWriter{Rand: g, sides: l.sides[name]}
			for _, e := range l.ends {
				w.addresses = append(w.addresses, e.address)
			}
			for _, zone := range l.config.Zones {
				w.addresses = append(w.addresses, zone[0])
			}
			slices.Sort(w.addresses)
			w.addresses = append(w.addresses, l.translated...)
			d := l.config.Devices[name]
			loader := []testnet.Loader{testnet.NFT, testnet.IPTables}[g.IntN(2)]
			d.Content = w.write(loader, at.chains)
			if l.translate != nil && at.hosts[name] == l.routers[name] {
				d.Content += l.translate(g, name, loader)
			}
			h.Load(loader, d.Content)
			l.config.Devices[name] = d
		}
	}
}

func inOrder(hosts map[string]*testnet.Host) func(yield func(string, *testnet.Host) bool) {
	return func(yield func(string, *testnet.Host) bool) {
		var names []string
		for name := range hosts {
			names = append(names, name)
		}
		slices.Sort(names)
		for _, name := range names {
			if !yield(name, hosts[name]) {
				return
			}
		}
	}
}

// A ruleWriter writes random rules about few addresses, so that they meet flows.
type ruleWriter struct {
	*rand.Rand
	addresses, sides []string
}

func (w ruleWriter) one(from ...string) string { return from[w.IntN(len(from))] }

// write writes a ruleset with chains of these hooks.
func (w ruleWriter) write(loader testnet.Loader, hooks []string) string {
	var b, rules strings.Builder
	if loader == testnet.IPTables {
		b.WriteString("*filter\n:INPUT ACCEPT [0:0]\n")
	} else {
		b.WriteString("table ip filter {\n")
	}
	for _, hook := range hooks {
		policy := w.one("accept", "accept", "drop")
		if loader == testnet.IPTables {
			fmt.Fprintf(&b, ":%s %s [0:0]\n", strings.ToUpper(hook), strings.ToUpper(policy))
		} else {
			fmt.Fprintf(&b, "\tchain %s {\n\t\ttype filter hook %s priority filter; policy %s;\n", hook, hook, policy)
		}
		if w.IntN(3) > 0 {
			w.rule(&b, &rules, loader, hook, map[string]string{"state": "established"}, "accept")
		}
		for range w.IntN(5) {
			w.rule(&b, &rules, loader, hook, w.match(hook), w.one("accept", "accept", "drop"))
		}
		if loader == testnet.NFT {
			b.WriteString("\t}\n")
		}
	}
	if loader == testnet.IPTables {
		return strings.Replace(b.String(), ":INPUT ACCEPT [0:0]\n:INPUT", ":INPUT", 1) + rules.String() + "COMMIT\n"
	}
	return b.String() + "}\n"
}

// match draws the conditions of a rule.
func (w ruleWriter) match(hook string) map[string]string {
	m := map[string]string{}
	if w.IntN(3) == 0 {
		m["from"] = w.one(w.addresses...)
	}
	if w.IntN(3) == 0 {
		m["to"] = w.one(w.addresses...)
	}
	if hook == "forward" && w.IntN(5) == 0 {
		m["in"] = w.one(w.sides...)
	}
	if hook == "forward" && w.IntN(5) == 0 {
		m["out"] = w.one(w.sides...)
	}
	if w.IntN(2) == 0 {
		m["protocol"] = w.one("tcp", "udp")
		m[w.one("port", "port", "port", "reply")] = w.one("22", "53", "443")
	}
	if w.IntN(6) == 0 {
		m["state"] = w.one("new", "established")
	}
	return m
}

func (w ruleWriter) rule(b, rules *strings.Builder, loader testnet.Loader, hook string, m map[string]string, action string) {
	if loader == testnet.IPTables {
		fmt.Fprintf(rules, "-A %s", strings.ToUpper(hook))
		for _, o := range [][2]string{{"from", "-s"}, {"to", "-d"}, {"in", "-i"}, {"out", "-o"}, {"protocol", "-p"}, {"port", "--dport"}, {"reply", "--sport"}} {
			if m[o[0]] != "" {
				fmt.Fprintf(rules, " %s %s", o[1], m[o[0]])
			}
		}
		if m["state"] != "" {
			fmt.Fprintf(rules, " -m conntrack --ctstate %s", strings.ToUpper(m["state"]))
		}
		fmt.Fprintf(rules, " -j %s\n", strings.ToUpper(action))
		return
	}
	b.WriteString("\t\t")
	for _, o := range [][2]string{{"from", "ip saddr"}, {"to", "ip daddr"}, {"in", "iifname"}, {"out", "oifname"}, {"port", m["protocol"] + " dport"}, {"reply", m["protocol"] + " sport"}, {"state", "ct state"}} {
		if v := m[o[0]]; v != "" {
			if o[0] == "in" || o[0] == "out" {
				v = strconv.Quote(v)
			}
			fmt.Fprintf(b, "%s %s ", o[1], v)
		}
	}
	b.WriteString(action + "\n")
}

// compare draws rules and flows, and compares what the estate says with what arrives.
func (l *lab) compare(t *testing.T, seed uint64) {
	t.Helper()
	total := 320
	if testing.Short() {
		total = 40
	}
	if text := os.Getenv(envFlows); text != "" {
		var err error
		if total, err = strconv.Atoi(text); err != nil {
			t.Fatalf("%s=%s: %v", envFlows, text, err)
		}
	}
	tally := map[match.Verdict]int{}
	for round := 0; round*flowsPerRound < total && !t.Failed(); round++ {
		g := rand.New(rand.NewPCG(uint64(round), seed))
		l.load(g)
		e := New(l.config)
		var trials []*trial
		for range min(flowsPerRound, total-round*flowsPerRound) {
			x := l.draw(g)
			var err error
			if x.found, err = e.Match(context.Background(), x.flow); err != nil {
				t.Fatal(err)
			}
			trials = append(trials, x)
		}
		l.try(trials)
		for _, x := range trials {
			tally[x.found.Status]++
			if !x.agrees() {
				t.Errorf("round %d: %s -> %s %s is %s, and with each routing arrives: %v\nways %+v\ndecisions %+v\nmissing %+v", round, x.flow.Sources, x.flow.Destinations, x.flow.Services, x.found.Status, x.answered, x.found.Ways, x.found.Decisions, x.found.Missing)
			}
		}
		l.close(t, e, trials)
		if t.Failed() {
			for name, d := range l.config.Devices {
				t.Logf("%s:\n%s", name, d.Content)
			}
		}
	}
	t.Logf("as the estate says: %v", tally)
	unsure := 10
	if l.translate != nil {
		unsure = 5 // what a pool or a router itself does is not always known
	}
	if total >= 200 && (tally[match.Allowed]*20 < total || tally[match.Blocked]*8 < total || tally[match.Indeterminate]*unsure > total) {
		t.Errorf("the flows are too much alike to be of interest: %v", tally)
	}
}

// close types what a change set says for the blocked flows on the devices, and tries the
// flows again: they arrive.
func (l *lab) close(t *testing.T, e *Estate, trials []*trial) {
	t.Helper()
	var blocked []*trial
	var flows []Flow
	for _, x := range trials {
		if x.found.Status == match.Blocked && len(blocked) < 10 {
			f := x.flow // from any port
			f.Services, f.OverrideDeny = []string{strings.Fields(f.Services[0])[0]}, true
			blocked, flows = append(blocked, x), append(flows, f)
		}
	}
	set, err := e.ChangeSet(t.Context(), Changeable{}, flows)
	if l.translate != nil && err == nil && len(set.Open) > 0 {
		return // a translation is in doubt there too
	}
	if err != nil || len(set.Open) > 0 {
		t.Errorf("changes for blocked flows: %v, open %v", err, set.Open)
		return
	}
	for _, name := range set.Targets() {
		d := l.config.Devices[name]
		loader, language := testnet.NFT, "nftables"
		if strings.HasPrefix(d.Content, "*") {
			loader, language = testnet.IPTables, "iptables"
		}
		d.Content, _ = format.Apply(language, d.Content, set.Commands(name))
		host := l.routers[name]
		if host == nil {
			host = l.guards[name]
		}
		host.Load(loader, d.Content)
		l.config.Devices[name] = d
	}
	for i, x := range blocked {
		blocked[i] = &trial{probe: x.probe, flow: x.flow, found: Found{Status: match.Allowed}}
	}
	l.try(blocked)
	for _, x := range blocked {
		if !x.agrees() {
			t.Errorf("%s -> %s %s arrives %v with the commands\n%s", x.flow.Sources, x.flow.Destinations, x.flow.Services, x.answered, set.Ticket())
		}
	}
}

// agrees reports whether the verdict tells what arrived.
func (x *trial) agrees() bool {
	switch x.found.Status {
	case match.Allowed:
		return !slices.Contains(x.answered, false)
	case match.Blocked, match.NotRouted:
		return !slices.Contains(x.answered, true)
	case match.Partial:
		return slices.Contains(x.answered, true) && slices.Contains(x.answered, false)
	}
	return true
}

// Three routers in a row, hosts in every zone, and one host with rules of its own.
func TestNetworkInARow(t *testing.T) {
	testnet.Run(t, func(t *testing.T, n *testnet.Network) {
		l := newLab(n, "a", "ab", "bc", "c")
		r1, r2, r3 := l.router("r1", 1, "a", "ab"), l.router("r2", 2, "ab", "bc"), l.router("r3", 3, "bc", "c")
		to := func(r *testnet.Host, zone, between string, next int) {
			r.Route(l.config.Zones[zone][0], l.address(between, next))
		}
		to(r1, "bc", "ab", 2)
		to(r1, "c", "ab", 2)
		to(r2, "a", "ab", 1)
		to(r2, "c", "bc", 3)
		to(r3, "a", "bc", 2)
		to(r3, "ab", "bc", 2)
		l.host("ha", "a", l.address("a", 1))
		l.host("hb", "a", l.address("a", 1))
		between := l.host("hab", "ab", l.address("ab", 2))
		to(between, "a", "ab", 1)
		l.guard(l.host("hc", "c", l.address("c", 3)))
		l.compare(t, 1)
	})
}

// Three routers in a ring, a zone behind each: packets take the shorter way, and those
// that are declared to take the longer one do.
func TestNetworkInARing(t *testing.T) {
	testnet.Run(t, func(t *testing.T, n *testnet.Network) {
		l := newLab(n, "a", "b", "c", "ab", "bc", "ca")
		r := []*testnet.Host{l.router("r1", 1, "a", "ab", "ca"), l.router("r2", 2, "b", "ab", "bc"), l.router("r3", 3, "c", "bc", "ca")}
		to := func(k int, zone, between string, next int) {
			r[k-1].Route(l.config.Zones[zone][0], l.address(between, next))
		}
		to(1, "c", "ca", 3)
		to(2, "c", "bc", 3)
		to(3, "a", "ca", 1)
		to(3, "b", "bc", 2)
		// From a to b and back the long way.
		to(1, "b", "ca", 3)
		to(2, "a", "bc", 3)
		l.config.Paths = []PathConfig{{From: []string{"a"}, To: []string{"b"}, Via: []string{"r1", "r3", "r2"}}, {From: []string{"b"}, To: []string{"a"}, Via: []string{"r2", "r3", "r1"}}}
		l.host("ha", "a", l.address("a", 1))
		l.guard(l.host("hb", "b", l.address("b", 2)))
		l.host("hc", "c", l.address("c", 3))
		l.compare(t, 2)
	})
}

// Two routers side by side behind a third: whichever routing sends packets by, the verdict
// is that of both ways.
func TestNetworkSideBySide(t *testing.T) {
	testnet.Run(t, func(t *testing.T, n *testnet.Network) {
		l := newLab(n, "a", "ab", "ac", "d", "bc")
		r1 := l.router("r1", 1, "a", "ab", "ac")
		r2, r3 := l.router("r2", 2, "ab", "d", "bc"), l.router("r3", 3, "ac", "d", "bc")
		r2.Route(l.config.Zones["a"][0], l.address("ab", 1))
		r3.Route(l.config.Zones["a"][0], l.address("ac", 1))
		l.host("ha", "a", l.address("a", 1))
		hd := l.host("hd", "d", l.address("d", 2))
		l.routings = []func(){
			func() {
				r1.Route(l.config.Zones["d"][0], l.address("ab", 2))
				hd.Route("default", l.address("d", 2))
			},
			func() {
				r1.Route(l.config.Zones["d"][0], l.address("ac", 3))
				hd.Route("default", l.address("d", 3))
			},
		}
		l.compare(t, 3)
	})
}
