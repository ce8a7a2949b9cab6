package kerneltest

import (
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"os"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/iptables"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/nftables"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
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

// A netns is a network namespace, that of one thread, which does what it is told.
type netns struct {
	tid  int
	work chan func()
}

// newNetns starts a thread in a new network namespace.
func newNetns() (*netns, error) {
	n := &netns{work: make(chan func())}
	started := make(chan error)
	go func() {
		runtime.LockOSThread() // and never unlocked: the thread ends with the namespace
		err := syscall.Unshare(syscall.CLONE_NEWNET)
		n.tid = syscall.Gettid()
		started <- err
		for f := range n.work {
			f()
		}
	}()
	return n, <-started
}

// do runs f in the namespace and waits for it.
func (n *netns) do(f func()) {
	done := make(chan struct{})
	n.work <- func() { defer close(done); f() }
	<-done
}

// listen accepts connections to the ports, in the namespace of the calling thread.
func listen() error {
	for _, p := range dstPorts {
		l, err := net.Listen("tcp4", fmt.Sprintf("0.0.0.0:%d", p))
		if err != nil {
			return err
		}
		go func() {
			for {
				c, err := l.Accept()
				if err != nil {
					return
				}
				_ = c.Close()
			}
		}()
	}
	return nil
}

// neighbour makes a namespace with these addresses behind an interface of the router.
func neighbour(name, gateway string, hosts []string) (*netns, error) {
	n, err := newNetns()
	if err != nil {
		return nil, err
	}
	peer := name + "peer"
	if _, err := command("", "ip", "link", "add", name, "type", "veth", "peer", "name", peer); err != nil {
		return nil, err
	}
	setup := fmt.Sprintf("link set %s netns %d\nlink set %s up\naddr add %s/24 dev %s\n", peer, n.tid, name, gateway, name)
	if _, err := command(setup, "ip", "-batch", "-"); err != nil {
		return nil, err
	}
	inside := "link set lo up\nlink set " + peer + " up\n"
	for _, h := range hosts {
		inside += "addr add " + h + "/24 dev " + peer + "\n"
	}
	inside += "route add default via " + gateway + "\n"
	n.do(func() {
		if _, err = command(inside, "ip", "-batch", "-"); err == nil {
			err = listen()
		}
	})
	return n, err
}

// A connection is one that a test tries to open.
type connection struct {
	// hook is the chain that is asked about it: input, forward or output; "self" for both
	// lists of the host.
	hook             string
	from, to         string
	srcPort, dstPort uint16
	in, out          string // the router's interfaces

	fd        int
	connected bool
}

func (c *connection) String() string {
	return fmt.Sprintf("%s: %s:%d -> %s:%d [%s>%s]", c.hook, c.from, c.srcPort, c.to, c.dstPort, c.in, c.out)
}

// start sends the first packet, from the namespace of the calling thread.
func (c *connection) start() {
	c.connected = false
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_NONBLOCK|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		c.fd = -1
		return
	}
	c.fd = fd
	_ = syscall.SetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_REUSEADDR, 1)
	_ = syscall.SetsockoptLinger(fd, syscall.SOL_SOCKET, syscall.SO_LINGER, &syscall.Linger{Onoff: 1})
	_ = syscall.Bind(fd, &syscall.SockaddrInet4{Addr: netip.MustParseAddr(c.from).As4(), Port: int(c.srcPort)})
	_ = syscall.Connect(fd, &syscall.SockaddrInet4{Addr: netip.MustParseAddr(c.to).As4(), Port: int(c.dstPort)})
}

// check notes whether the connection is there by now.
func (c *connection) check() {
	if c.fd >= 0 && !c.connected {
		_, err := syscall.Getpeername(c.fd)
		c.connected = err == nil
	}
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

// lab is the router with its neighbours.
type lab struct {
	lan, wan *netns
	nextPort uint16
}

// try opens the connections side by side.
func (l *lab) try(all []*connection, wait time.Duration) {
	start := func(of func(c *connection) bool) func() {
		return func() {
			for _, c := range all {
				if of(c) {
					c.start()
				}
			}
		}
	}
	own := func(c *connection) bool {
		return strings.HasSuffix(c.from, ".254") || strings.HasPrefix(c.from, "127.")
	}
	start(own)() // any thread but those of the neighbours is in the router's namespace
	l.lan.do(start(func(c *connection) bool { return !own(c) && strings.HasPrefix(c.from, "10.1.") }))
	l.wan.do(start(func(c *connection) bool { return !own(c) && strings.HasPrefix(c.from, "10.2.") }))
	for until := time.Now().Add(wait); time.Now().Before(until); time.Sleep(wait / 20) {
		open := false
		for _, c := range all {
			c.check()
			open = open || !c.connected
		}
		if !open {
			break
		}
	}
	for _, c := range all {
		if c.fd >= 0 {
			_ = syscall.Close(c.fd)
		}
	}
}

// draw makes a connection; no two have the same source port.
func (l *lab) draw(g *rand.Rand) *connection {
	l.nextPort++
	c := &connection{srcPort: 10_000 + l.nextPort%50_000, dstPort: dstPorts[g.IntN(len(dstPorts))]}
	one := func(from []string) string { return from[g.IntN(len(from))] }
	switch g.IntN(8) {
	case 0, 1, 2:
		c.hook, c.from, c.to, c.in, c.out = "forward", one(lanHosts), one(wanHosts), "lan", "wan"
	case 3:
		c.hook, c.from, c.to, c.in, c.out = "forward", one(wanHosts), one(lanHosts), "wan", "lan"
	case 4, 5:
		c.hook, c.from, c.to, c.in = "input", one(lanHosts), one(ownHosts[:2]), "lan"
	case 6:
		c.hook, c.from, c.to, c.out = "output", "10.2.0.254", one(wanHosts), "wan"
	default:
		c.hook, c.to, c.in, c.out = "self", one(ownHosts), "lo", "lo"
		c.from = c.to
	}
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
	Run(t, Config{}, func(t *testing.T, _ *Router) {
		l := &lab{}
		var err error
		if l.lan, err = neighbour("lan", "10.1.0.254", lanHosts); err == nil {
			if l.wan, err = neighbour("wan", "10.2.0.254", wanHosts); err == nil {
				err = listen()
			}
		}
		if err != nil {
			skip(t, "no neighbours here: %v", err)
		}
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
			load(t, loader, rules)
			l.try(all, 250*time.Millisecond)
			l.again(all, expected)
			for i, c := range all {
				switch {
				case expected[i] == match.Unknown:
					undecided++
				case c.connected != (expected[i] == match.Permitted):
					t.Errorf("%v: connected %t, and the engine says %v, of\n%s", c, c.connected, expected[i], rules)
				default:
					agreed++
					if c.connected {
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

// load puts the rules in the place of those that are there.
func load(t *testing.T, loader Loader, rules string) {
	t.Helper()
	if _, err := command("", "nft", "flush", "ruleset"); err != nil {
		t.Fatal(err)
	}
	program := strings.Fields(string(loader))
	if _, err := command(rules, program[0], program[1:]...); err != nil {
		t.Fatalf("%v, of\n%s", err, rules)
	}
}

// again gives connections time that should have been opened and were not, since the
// machine may be slow.
func (l *lab) again(all []*connection, expected []match.Outcome) {
	var late []*connection
	for i, c := range all {
		if !c.connected && expected[i] == match.Permitted {
			l.nextPort++
			late = append(late, c)
		}
	}
	if len(late) > 0 {
		l.try(late, 3*time.Second)
	}
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
