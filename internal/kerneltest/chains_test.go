package kerneltest

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/iptables"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/nftables"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
)

// TestKernelChains loads random chains that call each other, with all that the
// parsers claim to decide, and compares the kernel's verdicts with the engine's.
func TestKernelChains(t *testing.T) {
	total := probeCount(t, 12_000)
	Run(t, Config{Ports: estate}, func(t *testing.T, r *Router) {
		var c tally
		const each = 500
		for seed := 0; seed*each < total && !t.Failed(); seed++ {
			g := writer{generator: generator{rand.New(rand.NewPCG(uint64(seed), 11)), seed%3 == 2}}
			var probes []Probe
			for range each {
				probes = append(probes, g.around())
			}
			if seed%2 == 0 {
				nftChains(t, r, &c, &g, probes, seed)
			} else {
				iptablesChains(t, r, &c, &g, probes, seed)
			}
		}
		t.Log(&c)
		if c.indeterminate*20 > c.agreed {
			t.Errorf("%d of %d answers are indeterminate, too many to be of interest: %s", c.indeterminate, c.indeterminate+c.agreed, c.example)
		}
	})
}

// A writer writes random rules as text. It writes about few addresses and ports, so
// that rules meet, and sends probes there.
type writer struct {
	generator
	spots []rule.Rule
}

// around returns a probe near what was written, or will be.
func (w *writer) around() Probe {
	if len(w.spots) == 0 {
		for range 30 {
			w.spots = append(w.spots, w.rule(false))
		}
	}
	r := w.spots[w.IntN(len(w.spots))]
	return w.probe(&r)
}

func (w *writer) spot() rule.Rule { return w.spots[w.IntN(len(w.spots))] }

// onePrefix returns a prefix near a spot.
func (w *writer) onePrefix() netip.Prefix {
	r := pick(w.generator, w.spot().Traffic.Sources.Ranges())
	a := pick(w.generator, []netip.Addr{r.From, r.To, w.address()})
	if a.Is4() == w.six || a.IsUnspecified() || a.As16()[12] == 255 || a.As16()[0] == 255 {
		a = w.address()
	}
	p, _ := a.Prefix(a.BitLen() - pick(w.generator, []int{0, 0, 1, 3, 6, 8, 8, 12, 16}))
	return p
}

func (w *writer) oneRange() string {
	r := addr.RangeOfPrefix(w.onePrefix())
	return r.From.String() + "-" + r.To.String()
}

func (w *writer) not() string {
	if w.chance(5) {
		return "! "
	}
	return ""
}

func (w *writer) port() uint16 { return pick(w.generator, hotPorts) }

func (w *writer) portRange(sign string) string {
	from, to := w.ports()
	if from == to {
		return fmt.Sprint(from)
	}
	return fmt.Sprintf("%d%s%d", from, sign, to)
}

// iptablesRule writes the options of a rule.
func (w *writer) iptablesRule(targets []string) string {
	var o []string
	add := func(format string, args ...any) { o = append(o, fmt.Sprintf(format, args...)) }
	if w.chance(3) {
		add("%s-s %s", w.not(), w.onePrefix())
	}
	if w.chance(3) {
		add("%s-d %s", w.not(), w.onePrefix())
	}
	if w.chance(8) && !w.six {
		add("%s-s 10.%d.%d.0/255.%d.255.0", w.not(), w.IntN(8), w.IntN(8), w.IntN(8))
		o = o[len(o)-1:]
	}
	if w.chance(6) {
		add("%s-i %s", w.not(), pick(w.generator, estate).Name)
	}
	if w.chance(6) {
		add("%s-o %s", w.not(), pick(w.generator, estate).Name)
	}
	switch w.IntN(12) {
	case 0:
		add("-p tcp -m tcp %s--dport %s", w.not(), w.portRange(":"))
	case 1:
		add("-p udp -m udp %s--dport %s", w.not(), w.portRange(":"))
	case 2:
		add("-p tcp -m multiport %s--dports %d,%s", w.not(), w.port(), w.portRange(":"))
	case 3:
		add("-p udp -m multiport %s--ports %d,%s", w.not(), w.port(), w.portRange(":"))
	case 4:
		add("-p sctp -m multiport --dports %s", w.portRange(":"))
	case 5:
		if w.six {
			add("-p ipv6-icmp -m icmp6 %s--icmpv6-type %s", w.not(), pick(w.generator, []string{"128", "1/3", "echo-request", "packet-too-big", "135"}))
		} else {
			add("-p icmp -m icmp %s--icmp-type %s", w.not(), pick(w.generator, []string{"8", "3/1", "0", "any", "host-unreachable", "13"}))
		}
	case 6:
		add("%s-p %s", w.not(), pick(w.generator, []string{"tcp", "udp", "47", "esp", "sctp"}))
	case 7:
		add("-p tcp -m tcp %s--tcp-flags %s", w.not(), pick(w.generator, []string{"FIN,SYN,RST,ACK SYN", "SYN,ACK SYN,ACK", "ALL SYN", "ALL NONE", "RST RST"}))
	case 8:
		add("-p tcp %s--syn", w.not())
	}
	switch w.IntN(10) {
	case 0:
		add("-m conntrack %s--ctstate %s", w.not(), pick(w.generator, []string{"NEW", "RELATED,ESTABLISHED", "INVALID", "NEW,ESTABLISHED", "INVALID,UNTRACKED", "UNTRACKED,NEW"}))
	case 1:
		add("-m state %s--state %s", w.not(), pick(w.generator, []string{"NEW", "ESTABLISHED", "INVALID"}))
	case 2:
		add("-m iprange %s--src-range %s", w.not(), w.oneRange())
	case 3:
		add("-m iprange --dst-range %s", w.oneRange())
	}
	if w.chance(10) {
		add(`-m comment --comment "a \"rule\" with -j DROP in it"`)
	}
	switch t := pick(w.generator, targets); {
	case w.chance(30):
		add("-m limit --limit 1000/s -j LOG")
	case strings.HasPrefix(t, "user") && w.chance(3):
		add("-g %s", t)
	case t == "REJECT":
		o = append(o, "-j REJECT")
	default:
		add("-j %s", t)
	}
	return strings.Join(o, " ")
}

func iptablesChains(t *testing.T, r *Router, c *tally, w *writer, probes []Probe, seed int) {
	t.Helper()
	loader, save, header := IPTables, "iptables-nft-save", "# Generated by iptables-save\n"
	if w.six {
		loader, save, header = IP6Tables, "ip6tables-nft-save", "# Generated by ip6tables-save\n"
	}
	var b strings.Builder
	b.WriteString(header)
	if w.chance(3) {
		b.WriteString("*mangle\n:PREROUTING ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n")
		for range w.IntN(4) {
			fmt.Fprintf(&b, "-A FORWARD %s\n", w.iptablesRule([]string{"ACCEPT", "DROP", "RETURN"}))
		}
		b.WriteString("COMMIT\n")
	}
	b.WriteString("*filter\n:FORWARD " + pick(w.generator, []string{"ACCEPT", "DROP"}) + " [0:0]\n")
	const chains = 4
	for i := range chains {
		fmt.Fprintf(&b, ":user%d - [0:0]\n", i)
	}
	targets := []string{"ACCEPT", "DROP", "RETURN", "REJECT"}
	for i := range chains {
		for range w.IntN(6) {
			fmt.Fprintf(&b, "-A user%d %s\n", i, w.iptablesRule(targets))
		}
		targets = append(targets, fmt.Sprintf("user%d", i))
	}
	for range 3 + w.IntN(12) {
		fmt.Fprintf(&b, "-A FORWARD %s\n", w.iptablesRule(targets))
	}
	b.WriteString("COMMIT\n")
	text := b.String()
	verdicts, err := r.Ask(loader, text, probes)
	if err != nil {
		t.Fatalf("seed %d: %v\n%s", seed, err, text)
	}
	saved, err := r.Command(save)
	if err != nil {
		t.Fatal(err)
	}
	ok := true
	for form, content := range map[string]string{"file": text, "save": saved} {
		doc, err := iptables.Parse(device.Input{Source: form, Content: []byte(content)})
		if err != nil {
			t.Fatalf("seed %d: %v\n%s", seed, err, content)
		}
		ok = c.compare(t, fmt.Sprintf("seed %d iptables %s", seed, form), ruleset(t, doc, "FORWARD"), estate, probes, verdicts) && ok
	}
	if !ok {
		t.Log(text)
	}
}

// ip is the header of addresses.
func (w *writer) ip() string {
	if w.six {
		return "ip6"
	}
	return "ip"
}

// addressValue writes what an address is compared with.
func (w *writer) addressValue() string {
	switch w.IntN(6) {
	case 0:
		return w.oneRange()
	case 1:
		return "!= " + w.onePrefix().String()
	case 2:
		return "{ " + w.addressElements() + " }"
	case 3:
		return "!= { " + w.addressElements() + " }"
	case 4:
		return pick(w.generator, []string{"@hosts", "!= @hosts", "@nobody", "!= @nobody"})
	}
	return w.onePrefix().String()
}

// addressElements writes elements of a set, which must not overlap.
func (w *writer) addressElements() string {
	return strings.Join(addr.SetOf(addr.RangeOfPrefix(w.onePrefix()), addr.RangeOfPrefix(w.onePrefix())).Strings(), ", ")
}

func (w *writer) portElements() string {
	from, to := w.ports()
	a := service.Ports(6, from, to)
	b := service.Ports(6, w.port(), 65535)
	b.DstTo = b.DstFrom
	var texts []string
	for _, r := range service.SetOf(a, b).Ranges() {
		texts = append(texts, strings.TrimPrefix(fmt.Sprintf("%d-%d", r.DstFrom, r.DstTo), ""))
	}
	return strings.Join(texts, ", ")
}

func (w *writer) portValue() string {
	switch w.IntN(6) {
	case 0:
		return "{ " + w.portElements() + " }"
	case 1:
		return "!= { " + w.portElements() + " }"
	case 2:
		return fmt.Sprintf("%s %d", pick(w.generator, []string{"<=", ">=", "<", ">", "!="}), 1+w.IntN(65000))
	case 3:
		return pick(w.generator, []string{"@web", "!= @web"})
	}
	return w.portRange("-")
}

// nftRule writes one rule.
func (w *writer) nftRule(verdicts []string) string {
	var o []string
	add := func(format string, args ...any) { o = append(o, fmt.Sprintf(format, args...)) }
	if w.chance(6) {
		add(pick(w.generator, []string{"iifname %q", "iifname != %q", "oifname %q", "oifname != %q"}), pick(w.generator, estate).Name)
	}
	if w.chance(12) {
		add(`iifname { "lan", "wan" }`)
	}
	if w.chance(3) {
		add("%s saddr %s", w.ip(), w.addressValue())
	}
	if w.chance(3) {
		add("%s daddr %s", w.ip(), w.addressValue())
	}
	transport := w.IntN(16)
	switch transport {
	case 0, 1, 2:
		add("tcp dport %s", w.portValue())
	case 3, 4:
		add("udp dport %s", w.portValue())
	case 5:
		add("meta l4proto { tcp, udp } th dport %s", w.portValue())
	case 6:
		add("udp sport %s", w.portValue())
	case 7:
		if w.six {
			add("icmpv6 type %s", pick(w.generator, []string{"echo-request", "{ 1, 2, 135 }", "!= 128", "nd-neighbor-solicit icmpv6 code 0"}))
		} else {
			add("icmp type %s", pick(w.generator, []string{"echo-request", "{ 0, 3, 8 }", "!= 8", "3 icmp code host-unreachable", "< 9"}))
		}
	case 8:
		add("meta l4proto %s", pick(w.generator, []string{"tcp", "!= tcp", "{ udp, 47 }", "!= { udp, esp }", "sctp"}))
	case 9:
		add("tcp flags %s", pick(w.generator, []string{"syn", "== syn", "!= syn", "& (fin | syn | rst | ack) == syn", "syn / syn,ack", "{ syn, ack }", "& (syn | ack) != 0", "fin,rst"}))
	case 10:
		add("%s saddr . %s daddr @pairs", w.ip(), w.ip())
	case 11:
		add("%s saddr . tcp dport %s{ %s . %s }", w.ip(), strings.ReplaceAll(w.not(), "! ", "!= "), w.onePrefix(), w.portRange("-"))
	case 12:
		if len(o) == 0 { // nft refuses a family that contradicts an address
			add("meta protocol %s", pick(w.generator, []string{"ip", "ip6", "!= ip6"}))
		}
	}
	switch w.IntN(12) {
	case 0:
		add("ct state %s", pick(w.generator, []string{"new", "established,related", "invalid", "{ new, established }", "!= new", "!= { established, invalid }", "untracked", "new,untracked"}))
	case 1:
		add("counter")
	}
	if !w.six && w.chance(12) {
		o = []string{fmt.Sprintf("ip daddr & 255.%d.255.0 == 10.%d.%d.0", w.IntN(4), w.IntN(4), w.IntN(3))}
	}
	switch {
	case transport > 12 && w.chance(3):
		return strings.Join(append(o, "tcp dport vmap { 22 : accept, 80-1024 : drop, 5432 : "+elementVerdict(w, verdicts)+", * : "+elementVerdict(w, verdicts)+" }"), " ")
	case w.chance(14):
		return strings.Join(append(o, w.ip()+" daddr . meta l4proto vmap @routes"), " ")
	case w.chance(20):
		return strings.Join(append(o, "ct state vmap { established : accept, related : accept, invalid : drop }"), " ")
	}
	v := pick(w.generator, verdicts)
	if name, ok := strings.CutPrefix(v, "jump "); ok && w.chance(3) {
		v = "goto " + name
	}
	return strings.Join(append(o, v), " ")
}

// elementVerdict picks a verdict that a map can have.
func elementVerdict(w *writer, verdicts []string) string {
	if v := pick(w.generator, verdicts); v != "reject" {
		return v
	}
	return "continue"
}

func nftChains(t *testing.T, r *Router, c *tally, w *writer, probes []Probe, seed int) {
	t.Helper()
	family := pick(w.generator, []string{"inet", "inet", w.ip()})
	var b strings.Builder
	address := map[bool]string{false: "ipv4_addr", true: "ipv6_addr"}[w.six]
	fmt.Fprintf(&b, "table %s fw {\n", family)
	fmt.Fprintf(&b, "set hosts { type %s; flags interval; elements = { %s }; }\nset nobody { type %s; }\n", address, w.addressElements(), address)
	fmt.Fprintf(&b, "set web { type inet_service; flags interval; elements = { 80, 443, 8000-8099 }; }\n")
	fmt.Fprintf(&b, "set pairs { type %s . %s; flags interval; elements = { %s . %s }; }\n", address, address, w.onePrefix(), w.onePrefix())
	verdicts := []string{"accept", "drop", "return", "accept", "drop", "reject"}
	const chains = 4
	for i := range chains {
		fmt.Fprintf(&b, "chain user%d {\n", i)
		for range w.IntN(5) {
			fmt.Fprintf(&b, "\t%s\n", strings.ReplaceAll(w.nftRule(verdicts), "vmap @routes", "vmap @none"))
		}
		b.WriteString("}\n")
		verdicts = append(verdicts, fmt.Sprintf("jump user%d", i))
	}
	fmt.Fprintf(&b, "map none { type %s . inet_proto : verdict; }\n", address)
	fmt.Fprintf(&b, "map routes { type %s . inet_proto : verdict; flags interval; elements = { %s . tcp : jump user%d, %s . udp : goto user%d, %s . 47 : accept }; }\n",
		address, w.onePrefix(), w.IntN(chains), w.onePrefix(), w.IntN(chains), w.onePrefix())
	bases := 1 + w.IntN(4)/2
	var name string
	for i := range bases {
		name = fmt.Sprintf("base%d", i)
		fmt.Fprintf(&b, "chain %s {\n\ttype filter hook forward priority %d; policy %s;\n", name, 10*i, pick(w.generator, []string{"accept", "drop"}))
		for range 2 + w.IntN(9) {
			fmt.Fprintf(&b, "\t%s\n", w.nftRule(verdicts))
		}
		b.WriteString("}\n")
	}
	if w.chance(4) {
		fmt.Fprintf(&b, "chain early {\n\ttype filter hook prerouting priority -300; policy accept;\n\t%s\n}\n",
			pick(w.generator, []string{"ct state new drop", "tcp dport 22 drop", `iifname "wan" udp dport 53 drop`, `oifname "lan" drop`, "ct state invalid accept"}))
	}
	b.WriteString("}\n")
	text := b.String()
	verdictsGot, err := r.Ask(NFT, text, probes)
	if err != nil {
		t.Fatalf("seed %d: %v\n%s", seed, err, text)
	}
	listed, err1 := r.Command("nft", "list", "ruleset")
	inJSON, err2 := r.Command("nft", "-j", "list", "ruleset")
	if err1 != nil || err2 != nil {
		t.Fatal(err1, err2)
	}
	ok := true
	for form, content := range map[string]string{"file": text, "listing": listed, "JSON": inJSON} {
		doc, err := nftables.Parse(device.Input{Source: form, Content: []byte(content)})
		if err != nil {
			t.Fatalf("seed %d: %v\n%s", seed, err, content)
		}
		ok = c.compare(t, fmt.Sprintf("seed %d nftables %s", seed, form), ruleset(t, doc, "forward"), estate, probes, verdictsGot) && ok
	}
	if !ok {
		t.Log(text)
	}
}
