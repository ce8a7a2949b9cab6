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
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/iptables"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/nftables"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/testnet"
)

// envConnections says how many connections [TestKernelConnections] opens; 10000 is a
// thorough run, which takes minutes.
const envConnections = "ACL_KERNEL_CONNECTIONS"

// The router of the test has two neighbours, each in a namespace of its own.
var (
	lanHosts = []string{"10.1.0.1", "10.1.0.2"}
	wanHosts = []string{"10.2.0.1", "10.2.0.2"}
	ownHosts = []string{"10.1.0.254", "10.2.0.254", "127.0.0.1"}
	dstPorts = []uint16{22, 80, 443}
)

// A connection is one that a test tries to open.
type connection struct {
	// hook is the chain that is asked about it: input, forward or output; "self" for both
	// lists of the host.
	hook             string
	from, to         string
	srcPort, dstPort uint16
	in, out          string // the router's interfaces

	probe *testnet.Probe
}

func (c *connection) String() string {
	return fmt.Sprintf("%s: %s:%d -> %s:%d [%s>%s]", c.hook, c.from, c.srcPort, c.to, c.dstPort, c.in, c.out)
}

// question asks a list about the first packet of the connection, and its replies.
func (c *connection) question() match.Question {
	host := func(a string) addr.Set {
		ip := netip.MustParseAddr(a)
		return addr.SetOf(addr.RangeOf(ip, ip))
	}
	s := service.Range{ProtoFrom: 6, ProtoTo: 6, SrcFrom: c.srcPort, SrcTo: c.srcPort, DstFrom: c.dstPort, DstTo: c.dstPort}
	return match.Question{
		Products:   []traffic.Product{{Sources: host(c.from), Destinations: host(c.to), Services: service.SetOf(s)}},
		SourceZone: c.in, DestinationZone: c.out,
	}
}

// lab is the router with its two neighbours.
type lab struct {
	n            *testnet.Network
	fw, lan, wan *testnet.Host
}

func newLab(n *testnet.Network) *lab {
	l := &lab{n: n, fw: n.Router("fw"), lan: n.Host("lan"), wan: n.Host("wan")}
	for _, side := range []struct {
		name, gateway string
		host          *testnet.Host
		hosts         []string
	}{{"lan", "10.1.0.254", l.lan, lanHosts}, {"wan", "10.2.0.254", l.wan, wanHosts}} {
		wire := n.LAN(side.name)
		l.fw.Join(wire, side.name, side.gateway+"/24")
		var addresses []string
		for _, h := range side.hosts {
			addresses = append(addresses, h+"/24")
		}
		side.host.Join(wire, "eth0", addresses...)
		side.host.Route("default", side.gateway)
		side.host.Serve(dstPorts...)
	}
	l.fw.Serve(dstPorts...)
	return l
}

// draw makes a connection; no two have the same source port.
func (l *lab) draw(g *rand.Rand) *connection {
	c := &connection{dstPort: dstPorts[g.IntN(len(dstPorts))]}
	client := l.fw
	one := func(from []string) string { return from[g.IntN(len(from))] }
	switch g.IntN(8) {
	case 0, 1, 2:
		client, c.hook, c.from, c.to, c.in, c.out = l.lan, "forward", one(lanHosts), one(wanHosts), "lan", "wan"
	case 3:
		client, c.hook, c.from, c.to, c.in, c.out = l.wan, "forward", one(wanHosts), one(lanHosts), "wan", "lan"
	case 4, 5:
		client, c.hook, c.from, c.to, c.in = l.lan, "input", one(lanHosts), one(ownHosts[:2]), "lan"
	case 6:
		c.hook, c.from, c.to, c.out = "output", "10.2.0.254", one(wanHosts), "wan"
	default:
		c.hook, c.to, c.in, c.out = "self", one(ownHosts), "lo", "lo"
		c.from = c.to
	}
	from := l.n.FreshPort(c.from)
	c.srcPort = from.Port()
	c.probe = &testnet.Probe{Client: client, Protocol: testnet.TCP, From: from, To: netip.AddrPortFrom(netip.MustParseAddr(c.to), c.dstPort)}
	return c
}

// A filterRule is one rule that is written in either language.
type filterRule struct {
	from, to, in, out, state, target string
	srcPort, dstPort                 string
}

// drawRule makes a rule of a chain of the hook.
func drawRule(g *rand.Rand, hook string) filterRule {
	var r filterRule
	hosts := append(append([]string{}, lanHosts...), append(wanHosts, ownHosts...)...)
	pick := func(from ...string) string { return from[g.IntN(len(from))] }
	if g.IntN(4) == 0 {
		r.from = pick(hosts...)
	}
	if g.IntN(4) == 0 {
		r.to = pick(hosts...)
	}
	if hook != "output" && hook != "postrouting" && g.IntN(5) == 0 {
		r.in = pick("lan", "wan", "lo")
	}
	if hook != "input" && hook != "prerouting" && g.IntN(5) == 0 {
		r.out = pick("lan", "wan", "lo")
	}
	switch g.IntN(6) {
	case 0, 1:
		r.dstPort = pick("22", "80", "443")
	case 2:
		r.srcPort = pick("22", "80", "443")
	}
	if g.IntN(3) == 0 {
		r.state = pick("new", "established", "established", "related", "invalid", "new,established")
	}
	r.target = pick("accept", "accept", "accept", "drop", "return")
	return r
}

func (r filterRule) iptables(chain string) string {
	out := "-A " + chain
	add := func(option, value string) {
		if value != "" {
			out += " " + option + " " + value
		}
	}
	add("-s", r.from)
	add("-d", r.to)
	add("-i", r.in)
	add("-o", r.out)
	if r.srcPort+r.dstPort != "" {
		out += " -p tcp -m tcp"
	}
	add("--sport", r.srcPort)
	add("--dport", r.dstPort)
	add("-m conntrack --ctstate", strings.ToUpper(r.state))
	return out + " -j " + strings.ToUpper(r.target)
}

func (r filterRule) nft() string {
	var out string
	add := func(field, value string) {
		if value != "" {
			out += field + " " + value + " "
		}
	}
	add("ip saddr", r.from)
	add("ip daddr", r.to)
	add("iifname", r.in)
	add("oifname", r.out)
	add("tcp sport", r.srcPort)
	add("tcp dport", r.dstPort)
	add("ct state", r.state)
	return out + r.target
}

// drawRules makes a ruleset in the language of the loader.
func drawRules(g *rand.Rand, loader Loader) string {
	var out strings.Builder
	table := func(name string, hooks []string, most int, priority string) {
		if loader == IPTables {
			fmt.Fprintf(&out, "*%s\n", name)
		} else {
			fmt.Fprintf(&out, "table ip %s {\n", name)
		}
		var rules strings.Builder
		for _, hook := range hooks {
			policy := []string{"accept", "drop"}[g.IntN(2)]
			if name != "filter" {
				policy = "accept"
			}
			if loader == IPTables {
				fmt.Fprintf(&out, ":%s %s [0:0]\n", strings.ToUpper(hook), strings.ToUpper(policy))
			} else {
				fmt.Fprintf(&out, "chain %s {\n type filter hook %s priority %s; policy %s;\n", hook, hook, priority, policy)
			}
			for range g.IntN(most + 1) {
				r := drawRule(g, hook)
				if name != "filter" && g.IntN(2) == 0 {
					r.target = "drop"
				}
				if loader == IPTables {
					fmt.Fprintln(&rules, r.iptables(strings.ToUpper(hook)))
				} else {
					fmt.Fprintln(&out, r.nft())
				}
			}
			if loader != IPTables {
				out.WriteString("}\n")
			}
		}
		out.WriteString(rules.String())
		out.WriteString(map[bool]string{true: "COMMIT\n", false: "}\n"}[loader == IPTables])
	}
	if g.IntN(3) == 0 {
		table("mangle", []string{"prerouting", "input", "forward", "postrouting"}, 1, "mangle")
	}
	table("filter", []string{"input", "forward", "output"}, 5, "filter")
	return out.String()
}

// TestKernelConnections opens whole TCP connections, whose replies are filtered as well,
// through random rulesets in the chains INPUT, FORWARD and OUTPUT, and compares what comes
// of them with the engine's answers.
func TestKernelConnections(t *testing.T) {
	total := 500
	if text := os.Getenv(envConnections); text != "" {
		var err error
		if total, err = strconv.Atoi(text); err != nil {
			t.Fatalf("%s=%s: %v", envConnections, text, err)
		}
	}
	testnet.Run(t, func(t *testing.T, n *testnet.Network) {
		l := newLab(n)
		const each = 40
		agreed, allowed, undecided := 0, 0, 0
		for seed := 0; seed*each < total && !t.Failed(); seed++ {
			g := rand.New(rand.NewPCG(uint64(seed), 17))
			loader := []Loader{IPTables, NFT}[seed%2]
			rules := drawRules(g, loader)
			var all []*connection
			for range min(each, total-seed*each) {
				all = append(all, l.draw(g))
			}
			expected := answers(t, loader, rules, all)
			l.fw.Load(loader, rules)
			l.try(all, expected)
			for i, c := range all {
				switch {
				case expected[i] == match.Unknown:
					undecided++
				case c.probe.Answered != (expected[i] == match.Permitted):
					t.Errorf("%v: connected %t, and the engine says %v, of\n%s", c, c.probe.Answered, expected[i], rules)
				default:
					agreed++
					if c.probe.Answered {
						allowed++
					}
				}
			}
		}
		t.Logf("%d connections as expected, %d of them opened, %d indeterminate", agreed, allowed, undecided)
		if undecided*20 > agreed || allowed*10 < agreed {
			t.Error("too many are indeterminate, or too few open, to be of interest")
		}
	})
}

// try opens the connections side by side; those that are expected to open get time.
func (l *lab) try(all []*connection, expected []match.Outcome) {
	var probes []*testnet.Probe
	open := map[*testnet.Probe]bool{}
	for i, c := range all {
		probes = append(probes, c.probe)
		open[c.probe] = expected[i] == match.Permitted
	}
	l.n.Try(probes, func(p *testnet.Probe) bool { return open[p] })
}

// answers asks the engine about each connection.
func answers(t *testing.T, loader Loader, rules string, all []*connection) []match.Outcome {
	t.Helper()
	in := device.Input{Source: "rules", Content: []byte(rules)}
	parse := nftables.Parse
	if loader == IPTables {
		parse = iptables.Parse
	}
	doc, err := parse(in)
	if err != nil {
		t.Fatalf("%v, of\n%s", err, rules)
	}
	lists := make(map[string]*match.Index)
	for i := range doc.Lists {
		for _, alias := range doc.Lists[i].Aliases {
			lists[alias] = match.New(doc.Lists[i].Ruleset())
		}
	}
	ask := func(hook string, c *connection) match.Outcome {
		parts := lists[hook].Match(c.question()).Parts
		if len(parts) != 1 {
			t.Fatalf("%v has %d parts", c, len(parts))
		}
		return parts[0].Outcome
	}
	out := make([]match.Outcome, len(all))
	for i, c := range all {
		if c.hook != "self" {
			out[i] = ask(c.hook, c)
			continue
		}
		// What a host sends to itself crosses OUTPUT and INPUT, and so do its replies.
		sent, received := ask("output", c), ask("input", c)
		switch {
		case sent == match.Denied || received == match.Denied:
			out[i] = match.Denied
		case sent == match.Unknown || received == match.Unknown:
			out[i] = match.Unknown
		default:
			out[i] = match.Permitted
		}
	}
	return out
}
