package kerneltest

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/iptables"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/nftables"
)

// local are the router's own addresses in the tests of what reaches it.
var local = []netip.Prefix{prefix("10.2.0.0/24")}

// TestKernelWays loads chains that pass something on to those that follow: marks, packets
// that are exempt from connection tracking, destinations that are rewritten; and
// conditions that are decided by where a packet is. It reads what the programs print in
// every mode of output.
func TestKernelWays(t *testing.T) { ways(t, Forward) }

// TestKernelWaysIn is the same for packets to the router itself.
func TestKernelWaysIn(t *testing.T) { ways(t, Input) }

func ways(t *testing.T, hook Hook) {
	t.Helper()
	total := probeCount(t, 6_000)
	config := Config{Ports: estate, Hook: hook}
	if hook == Input {
		config.Local = local
	}
	Run(t, config, func(t *testing.T, r *Router) {
		var c tally
		const each = 200
		for seed := 0; seed*each < total && !t.Failed(); seed++ {
			g := wayWriter{writer{generator: generator{rand.New(rand.NewPCG(uint64(seed), 29)), false}}, hook, 0}
			var probes []Probe
			for range each {
				probes = append(probes, g.wayProbe())
			}
			if seed%2 == 0 {
				g.nft(t, r, &c, probes, seed)
			} else {
				g.iptables(t, r, &c, probes, seed)
			}
		}
		t.Log(&c)
		if c.indeterminate*4 > c.agreed {
			t.Errorf("%d of %d answers are indeterminate, too many to be of interest: %s", c.indeterminate, c.indeterminate+c.agreed, c.example)
		}
	})
}

type wayWriter struct {
	writer
	hook Hook
	// sent is how many probes were made: each is of a connection of its own.
	sent int
}

// wayProbe returns a packet about few hosts and ports.
func (w *wayWriter) wayProbe() Probe {
	host := func(net byte) netip.Addr { return netip.AddrFrom4([4]byte{10, net, 0, byte(1 + w.IntN(3))}) }
	p := Probe{From: host(pick(w.generator, []byte{1, 7})), To: host(2), SrcPort: uint16(30000 + w.sent%30000), Protocol: pick(w.generator, []uint8{6, 6, 17, 1, 47})}
	w.sent++
	p.DstPort = pick(w.generator, []uint16{22, 80, 443})
	if p.Protocol == 1 {
		p.DstPort = pick(w.generator, []uint16{8 << 8, 0, 3<<8 | 1})
	}
	if w.hook == Forward && p.Protocol != 47 && w.chance(4) { // whose answers look alike
		p.From, p.To = p.To, p.From
	}
	return p
}

func (w *wayWriter) host() string {
	return fmt.Sprintf("10.%d.0.%d", pick(w.generator, []int{1, 2, 7}), 1+w.IntN(3))
}

// nftWayMatch writes conditions.
func (w *wayWriter) nftWayMatch() string {
	var o []string
	if w.chance(3) {
		o = append(o, pick(w.generator, []string{`iifname "la*"`, `iifname != "l*"`, `iifname { "wan", "d*" }`, `iifname "lan"`}))
	}
	if w.hook == Forward && w.chance(8) {
		o = append(o, pick(w.generator, []string{`oifname "d*"`, `oifname != "dm*"`, `oifname "wan"`}))
	}
	if w.chance(3) {
		o = append(o, pick(w.generator, []string{"ip saddr ", "ip daddr "})+w.host())
	}
	switch w.IntN(12) {
	case 0, 1:
		o = append(o, fmt.Sprintf("tcp dport %d", pick(w.generator, []int{22, 80, 443})))
	case 2:
		o = append(o, fmt.Sprintf("udp dport { %d, 22-80 }", 443))
	case 3, 4:
		o = append(o, "meta mark "+pick(w.generator, []string{"0x1", "& 0x3 == 0x1", "!= 0x0", "& 0x2 != 0x0", "{ 0x1, 0x2 }", "!= { 0x0, 0x3 }", "& 0x1 == 0x0"}))
	case 5:
		o = append(o, "ct state "+pick(w.generator, []string{"new", "untracked", "! new", "! established,related", "{ new, untracked }", "!= { invalid, new }", "invalid"}))
	case 6:
		o = append(o, "ct status "+pick(w.generator, []string{"dnat", "! dnat", "snat,dnat", "!= dnat", "& (snat | dnat) == 0x0"}))
	case 7:
		o = append(o, "fib daddr type "+pick(w.generator, []string{"local", "!= local", "{ local, broadcast }", "multicast", "unicast"}))
	case 8:
		o = append(o, "tcp flags "+pick(w.generator, []string{"! syn", "! fin,rst", "syn / fin,syn,rst,ack", "!= syn"}))
	}
	return strings.Join(o, " ")
}

func (w *wayWriter) nftSet() string {
	return "meta mark set " + pick(w.generator, []string{"0x1", "0x2", "0x0", "meta mark | 0x2", "meta mark & 0xfffffffe", "meta mark ^ 0x1", "meta mark & 0xfffffffc | 0x1"})
}

func (w *wayWriter) nftWayRule(verdicts []string) string {
	parts := []string{w.nftWayMatch()}
	if w.chance(4) {
		parts = append(parts, w.nftSet())
	}
	if w.chance(10) {
		parts = append(parts, "counter")
	}
	if len(strings.Join(parts, "")) == 0 || !w.chance(5) {
		parts = append(parts, pick(w.generator, verdicts))
	}
	return strings.TrimSpace(strings.Join(parts, " "))
}

func (w *wayWriter) nft(t *testing.T, r *Router, c *tally, probes []Probe, seed int) {
	t.Helper()
	var b strings.Builder
	b.WriteString("table inet fw {\n")
	chain := func(head string, n int, verdicts []string) {
		fmt.Fprintf(&b, "\tchain %s\n", head)
		for range n {
			fmt.Fprintf(&b, "\t\t%s\n", w.nftWayRule(verdicts))
		}
		b.WriteString("\t}\n")
	}
	b.WriteString("\tset some { type ipv4_addr; elements = { 10.1.0.1 }; }\n")
	chain("user0 {", w.IntN(4), []string{"accept", "drop", "return", "return"})
	chain("user1 {", w.IntN(4), []string{"accept", "drop", "return", "jump user0", "goto user0"})
	usual := []string{"accept", "drop", "jump user0", "jump user1", "goto user1", "return"}
	if w.chance(2) {
		chain("raw {\n\t\ttype filter hook prerouting priority raw; policy accept;", w.IntN(3), []string{"notrack", "accept", "notrack", w.nftSet()})
	}
	if w.chance(2) {
		chain("early {\n\t\ttype filter hook prerouting priority mangle; policy accept;", 1+w.IntN(3), append([]string{w.nftSet(), w.nftSet()}, usual...))
	}
	if w.chance(3) {
		same := w.host()
		b.WriteString("\tchain nat {\n\t\ttype nat hook prerouting priority dstnat; policy accept;\n")
		fmt.Fprintf(&b, "\t\tip daddr %s tcp dport 80 dnat ip to %s:80\n\t\tip daddr %s udp dport 22 dnat ip to %s\n\t\t%s drop\n", same, same, same, same, w.nftWayMatch())
		b.WriteString("\t}\n")
	}
	name := map[Hook]string{Forward: "forward", Input: "input"}[w.hook]
	for i := range 1 + w.IntN(3)/2 {
		last := append([]string{"reject", "reject with tcp reset", "reject with icmp port-unreachable", "reject with icmpv6 no-route", "reject with icmpx admin-prohibited", "accept", "drop"}, usual...)
		chain(fmt.Sprintf("base%d {\n\t\ttype filter hook %s priority %d; policy %s;", i, name, i, pick(w.generator, []string{"accept", "drop"})), 2+w.IntN(6), last)
	}
	b.WriteString("}\n")
	text := b.String()
	verdicts, err := r.Ask(NFT, text, probes)
	if err != nil && (strings.Contains(err.Error(), "conflicting") || strings.Contains(err.Error(), "cannot use tcp reset")) { // a reset of UDP, and the like
		return
	}
	if err != nil {
		t.Fatalf("seed %d: %v\n%s", seed, err, text)
	}
	texts := map[string]string{"file": text}
	for _, option := range []string{"", "-a", "-n", "-nn", "-s", "-S", "-t", "-j", "-y", "-p"} {
		args := append(strings.Fields(option), "list", "ruleset")
		if texts["listing "+option], err = r.Command("nft", args...); err != nil {
			t.Fatal(err)
		}
	}
	ok := true
	for form, content := range texts {
		doc, err := nftables.Parse(device.Input{Source: form, Content: []byte(content)})
		if err != nil {
			t.Fatalf("seed %d: %v\n%s", seed, err, content)
		}
		ok = c.compare(t, fmt.Sprintf("seed %d nftables %s", seed, form), ruleset(t, doc, name), estate, probes, verdicts) && ok
	}
	if !ok {
		t.Log(text)
	}
}

// iptablesWayMatch writes conditions.
func (w *wayWriter) iptablesWayMatch(in bool) string {
	var o []string
	if w.chance(3) {
		o = append(o, pick(w.generator, []string{"-i la+", "! -i l+", "-i lan", "! -i wan", "-i +"}))
	}
	if !in && w.hook == Forward && w.chance(8) {
		o = append(o, pick(w.generator, []string{"-o d+", "! -o dm+", "-o wan"}))
	}
	if w.chance(3) {
		o = append(o, pick(w.generator, []string{"-s ", "-d ", "! -d "})+w.host())
	}
	switch w.IntN(12) {
	case 0, 1:
		o = append(o, fmt.Sprintf("-p tcp -m tcp --dport %d", pick(w.generator, []int{22, 80, 443})))
	case 2:
		o = append(o, "-p udp -m udp --dport "+pick(w.generator, []string{"22:80", "443", "22"}))
	case 3, 4:
		o = append(o, "-m mark "+w.not()+"--mark "+pick(w.generator, []string{"0x1", "0x1/0x3", "0x0", "0x2/0x2", "0x0/0x1", "0x3"}))
	case 5:
		o = append(o, "-m conntrack "+w.not()+"--ctstate "+pick(w.generator, []string{"NEW", "UNTRACKED", "RELATED,ESTABLISHED,DNAT", "INVALID", "NEW,UNTRACKED", "DNAT", "SNAT"}))
	case 6:
		o = append(o, "-m conntrack "+w.not()+"--ctproto "+pick(w.generator, []string{"6", "17", "1"}))
	case 7:
		o = append(o, "-m conntrack "+w.not()+"--ctorigdstport "+pick(w.generator, []string{"22", "80:443"}))
	case 8:
		o = append(o, "-m conntrack "+w.not()+pick(w.generator, []string{"--ctorigdst ", "--ctorigsrc "})+w.host())
	case 9:
		o = append(o, "-m addrtype "+w.not()+"--dst-type "+pick(w.generator, []string{"LOCAL", "MULTICAST", "BROADCAST", "LOCAL,BROADCAST", "UNICAST"}))
	}
	return strings.Join(o, " ")
}

func (w *wayWriter) iptables(t *testing.T, r *Router, c *tally, probes []Probe, seed int) {
	t.Helper()
	var b strings.Builder
	table := func(name, policies string, chains func()) {
		fmt.Fprintf(&b, "*%s\n%s\n", name, policies)
		chains()
		b.WriteString("COMMIT\n")
	}
	rules := func(chain string, n int, early bool, targets ...string) {
		for range n {
			target := pick(w.generator, targets)
			if target == "MARK" {
				target = "MARK --set-xmark " + pick(w.generator, []string{"0x1/0xffffffff", "0x2/0x2", "0x0/0x1", "0x1/0x3", "0x0/0xffffffff"})
			}
			if target == "DNAT" {
				host := w.host()
				fmt.Fprintf(&b, "-A %s -d %s/32 -p tcp -m tcp --dport 80 -j DNAT --to-destination %s:80\n", chain, host, host)
				continue
			}
			fmt.Fprintf(&b, "-A %s %s -j %s\n", chain, w.iptablesWayMatch(early), target)
		}
	}
	hook := map[Hook]string{Forward: "FORWARD", Input: "INPUT"}[w.hook]
	b.WriteString("# Generated by iptables-save\n")
	if w.chance(2) {
		table("raw", ":PREROUTING ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]", func() {
			rules("PREROUTING", w.IntN(3), true, "NOTRACK", "CT --notrack", "ACCEPT", "MARK")
		})
	}
	if w.chance(2) {
		table("mangle", ":PREROUTING ACCEPT [0:0]\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:POSTROUTING ACCEPT [0:0]\n:sub - [0:0]", func() {
			rules("sub", w.IntN(3), true, "MARK", "ACCEPT", "RETURN")
			rules("PREROUTING", w.IntN(4), true, "MARK", "MARK", "sub", "ACCEPT", "DROP")
		})
	}
	if w.chance(3) {
		table("nat", ":PREROUTING ACCEPT [0:0]\n:INPUT ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:POSTROUTING ACCEPT [0:0]", func() {
			rules("PREROUTING", 1+w.IntN(2), true, "MARK", "DNAT", "ACCEPT")
		})
	}
	policies := fmt.Sprintf(":INPUT %s [0:0]\n:FORWARD %s [0:0]\n:OUTPUT ACCEPT [0:0]\n:user0 - [0:0]\n:user1 - [0:0]",
		pick(w.generator, []string{"ACCEPT", "DROP"}), pick(w.generator, []string{"ACCEPT", "DROP"}))
	table("filter", policies, func() {
		rules("user0", w.IntN(4), false, "MARK", "ACCEPT", "DROP", "RETURN")
		rules("user1", w.IntN(4), false, "MARK", "ACCEPT", "DROP", "RETURN", "user0")
		rules(hook, 2+w.IntN(6), false, "MARK", "ACCEPT", "DROP", "user0", "user1", "RETURN", "REJECT")
	})
	text := b.String()
	verdicts, err := r.Ask(IPTables, text, probes)
	if err != nil {
		t.Fatalf("seed %d: %v\n%s", seed, err, text)
	}
	texts := map[string]string{"file": text, "headless": strings.TrimPrefix(text, "# Generated by iptables-save\n")}
	texts["save"], err = r.Command("iptables-nft-save")
	texts["counted save"], _ = r.Command("iptables-nft-save", "-c")
	for _, name := range []string{"filter", "nat", "mangle", "raw"} {
		listed, err := r.Command("iptables-nft", "-t", name, "-S")
		if err != nil {
			t.Fatal(err)
		}
		texts["-S"] += listed
	}
	if err != nil {
		t.Fatal(err)
	}
	ok := true
	for form, content := range texts {
		doc, err := iptables.Parse(device.Input{Source: form, Content: []byte(content)})
		if err != nil {
			t.Fatalf("seed %d: %v\n%s", seed, err, content)
		}
		ok = c.compare(t, fmt.Sprintf("seed %d iptables %s", seed, form), ruleset(t, doc, hook), estate, probes, verdicts) && ok
	}
	if !ok {
		t.Log(text)
	}
}
