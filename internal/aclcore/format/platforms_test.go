package format_test

import (
	"net/netip"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/oracle"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/testshared"
)

// A platform is one policy in the language of one device, and how its device treats
// traffic otherwise than the first platform of the policy does.
type platform struct {
	file, acl, format string
	// more and less hold what it permits beyond the first one and what it does not,
	// empty if nothing; why says what the device does.
	more, less string
	why        string
}

// policies are policies that a generator wrote for several devices.
var policies = []struct {
	name      string
	platforms []platform
}{
	{"edge-inbound", []platform{
		{file: "sample_multitarget.acl", acl: "edge-inbound", format: "cisco_ios"},
		{file: "sample_multitarget.bacl", acl: "edge-inbound", format: "cisco_ios"},
		{file: "sample_multitarget.eacl", acl: "edge-inbound", format: "cisco_ios"},
		{file: "sample_multitarget.nxacl", acl: "edge-inbound", format: "cisco_nxos"},
		{file: "sample_multitarget.xacl", acl: "edge-inbound", format: "cisco_xr"},
		{file: "sample_multitarget.jcl", acl: "edge-inbound", format: "junos"},
		{file: "sample_multitarget.ipt", acl: "INPUT", format: "iptables"},
		{
			file: "sample_multitarget.asa", acl: "asa_in", format: "cisco_asa",
			more: "0.0.0.0/0 -> 200.1.1.1-200.1.1.5 tcp",
			why:  "it has no established: the generator writes permit tcp any host, which lets new connections in too",
		},
	}},
	{"edge-outbound", []platform{
		{file: "sample_multitarget.acl", acl: "edge-outbound", format: "cisco_ios"},
		{file: "sample_multitarget.jcl", acl: "edge-outbound", format: "junos"},
		{
			file: "sample_multitarget.ipt", acl: "OUTPUT", format: "iptables",
			less: "0.0.0.0/0 -> 0.0.0.0/0 icmp,icmpv6",
			why:  "it permits state NEW, and to Linux only the queries of ICMP open a connection",
		},
		{file: "sample_multitarget.asa", acl: "asa_out", format: "cisco_asa"},
	}},
	{"allowtointernet", []platform{
		{file: "sample_cisco_lab.acl", acl: "allowtointernet", format: "cisco_ios"},
		{file: "sample_cisconx.nxacl", acl: "allowtointernet", format: "cisco_nxos"},
	}},
}

// TestPlatforms: the same policy means the same on every device, over all of IPv4, or
// the difference is what the device really does.
func TestPlatforms(t *testing.T) {
	for _, corpus := range []string{"capirca_samples", "aerleon_samples"} {
		for _, p := range policies {
			t.Run(corpus+"/"+p.name, func(t *testing.T) {
				first := load(t, corpus, p.platforms[0])
				want := permitted(t, first)
				probes := edges(first.Rules)
				for _, device := range p.platforms[1:] {
					rs := load(t, corpus, device)
					got := permitted(t, rs)
					differ(t, device.file+" permits more", subtract(got, want), device.more)
					differ(t, device.file+" permits less", subtract(want, got), device.less)
					// Once more without the algebra: packet by packet, at the edges of the rules.
					for _, packet := range probes {
						a, b := oracle.Decide(first, packet).Permit, oracle.Decide(rs, packet).Permit
						if a == b || a && device.less != "" && inside(t, packet, device.less) || b && device.more != "" && inside(t, packet, device.more) {
							continue
						}
						t.Fatalf("%+v: permitted %v by %s, %v by %s", packet, a, p.platforms[0].file, b, device.file)
					}
				}
			})
		}
	}
}

// differ fails unless the traffic lies in what is known to differ, which is some if
// anything is known to.
func differ(t *testing.T, what string, got []traffic.Product, known string) {
	t.Helper()
	if known == "" {
		if len(got) > 0 {
			t.Errorf("%s: %s", what, texts(got))
		}
		return
	}
	if rest := subtract(got, []traffic.Product{product(t, known)}); len(got) == 0 || len(rest) > 0 {
		t.Errorf("%s: %s, want a part of %s", what, texts(got), known)
	}
}

func inside(t *testing.T, p oracle.Packet, known string) bool {
	t.Helper()
	return p.In(product(t, known))
}

// product reads "SOURCES -> DESTINATIONS SERVICES", services with commas.
func product(t *testing.T, text string) traffic.Product {
	t.Helper()
	sources, rest, _ := strings.Cut(text, " -> ")
	destinations, services, _ := strings.Cut(rest, " ")
	src, err := addr.Parse(sources)
	if err != nil {
		t.Fatal(err)
	}
	dst, err := addr.Parse(destinations)
	if err != nil {
		t.Fatal(err)
	}
	p := traffic.Product{Sources: src.Set, Destinations: dst.Set}
	for _, s := range strings.Split(services, ",") {
		l, err := service.Parse(s)
		if err != nil {
			t.Fatal(err)
		}
		p.Services = p.Services.Union(l.Set)
	}
	return p
}

// load reads a list of the corpus; the format is detected.
func load(t *testing.T, corpus string, p platform) *rule.Ruleset {
	t.Helper()
	content, err := os.ReadFile(testshared.Dir(t, "corpora", corpus, "out", p.file))
	if err != nil {
		t.Fatal(err)
	}
	rs, _, err := format.Parse(content, format.Options{Name: p.file, Source: p.file, ACL: p.acl, Stateless: new(bool)}) // the packet that opens a connection
	if err != nil {
		t.Fatal(err)
	}
	if rs.Format != p.format {
		t.Errorf("%s is taken for %s, want %s", p.file, rs.Format, p.format)
	}
	return rs
}

var all4 = traffic.Product{Sources: addr.Any4(), Destinations: addr.Any4(), Services: service.Any()}

// permitted returns the IPv4 traffic that the ruleset permits.
func permitted(t *testing.T, rs *rule.Ruleset) []traffic.Product {
	t.Helper()
	a := match.New(rs).Match(match.Question{Products: []traffic.Product{all4}})
	if a.Cut {
		t.Fatalf("%s: the answer is cut", rs.Name)
	}
	var out []traffic.Product
	for _, p := range a.Parts {
		switch p.Outcome {
		case match.Permitted:
			out = append(out, p.Product)
		case match.Unknown:
			t.Errorf("%s: %s is not decided: %s", rs.Name, p.Product, p.Reason)
		}
	}
	return out
}

func subtract(from, what []traffic.Product) []traffic.Product {
	rest := from
	for _, w := range what {
		var next []traffic.Product
		for _, p := range rest {
			next = append(next, p.Subtract(w)...)
		}
		rest = next
	}
	return rest
}

func texts(products []traffic.Product) []string {
	var out []string
	for _, p := range traffic.Merge(products) {
		out = append(out, p.String())
	}
	return out
}

// maxProbes bounds the packets of a comparison, which the oracle takes its time for.
const maxProbes = 5000

// edges returns packets on both sides of the bounds of the rules, evenly chosen.
func edges(rules []rule.Rule) []oracle.Packet {
	var sources, destinations []netip.Addr
	var services []service.Range
	bounds := func(s addr.Set) (out []netip.Addr) {
		for _, r := range s.Ranges() {
			for _, a := range []netip.Addr{r.From.Prev(), r.From, r.To, r.To.Next()} {
				if a.Is4() {
					out = append(out, a)
				}
			}
		}
		return out
	}
	for i := range rules {
		p := rules[i].Traffic
		sources = append(sources, bounds(p.Sources)...)
		destinations = append(destinations, bounds(p.Destinations)...)
		services = append(services, p.Services.Ranges()...)
	}
	var asked []oracle.Packet
	add := func(protocol uint8, src, dst int) {
		if src < 0 || src > 65535 || dst < 0 || dst > 65535 {
			return
		}
		asked = append(asked, oracle.Packet{Protocol: protocol, SourcePort: uint16(src), DestinationPort: uint16(dst)})
	}
	for _, s := range services {
		for _, protocol := range []uint8{s.ProtoFrom, s.ProtoTo} {
			for _, src := range []int{int(s.SrcFrom) - 1, int(s.SrcFrom), int(s.SrcTo), int(s.SrcTo) + 1} {
				for _, dst := range []int{int(s.DstFrom) - 1, int(s.DstFrom), int(s.DstTo), int(s.DstTo) + 1} {
					add(protocol, src, dst)
				}
			}
		}
	}
	sources, destinations, asked = unique(sources), unique(destinations), uniquePackets(asked)
	n := len(sources) * len(destinations) * len(asked)
	step := n/maxProbes + 1
	for step > 1 && (len(asked)%step == 0 || len(destinations)%step == 0) {
		step++ // do not ask the same services of all addresses
	}
	var out []oracle.Packet
	for i := 0; i < n; i += step {
		p := asked[i%len(asked)]
		p.To = destinations[i/len(asked)%len(destinations)]
		p.From = sources[i/len(asked)/len(destinations)]
		out = append(out, p)
	}
	return out
}

func unique(list []netip.Addr) []netip.Addr {
	slices.SortFunc(list, netip.Addr.Compare)
	return slices.Compact(list)
}

func uniquePackets(list []oracle.Packet) []oracle.Packet {
	seen := make(map[oracle.Packet]bool)
	return slices.DeleteFunc(list, func(p oracle.Packet) bool {
		if seen[p] {
			return true
		}
		seen[p] = true
		return false
	})
}
