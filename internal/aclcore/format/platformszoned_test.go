package format_test

import (
	"os"
	"regexp"
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

// factoryServices are services that a FortiGate has from the factory, which the generator
// names and does not define.
const factoryServices = `config firewall service custom
edit "SMTP"
set tcp-portrange 25
next
edit "SMTPS"
set tcp-portrange 465
next
edit "POP3S"
set tcp-portrange 995
next
edit "HTTP"
set tcp-portrange 80
next
edit "HTTPS"
set tcp-portrange 443
next
end
`

var singleQuoted = regexp.MustCompile(`'([^'\n]*)'`)

// forwarding turns a text of the generator, which has one policy for traffic to the
// FortiGate itself, into one for traffic that it forwards, with the same matches. It puts
// each name of a list in quotes of its own; the generator puts them in one pair.
func forwarding(text string) string {
	text = singleQuoted.ReplaceAllStringFunc(text, func(list string) string {
		return `"` + strings.Join(strings.Fields(strings.Trim(list, "'")), `" "`) + `"`
	})
	text = strings.ReplaceAll(text, "config firewall local-in-policy", "config firewall policy")
	text = strings.ReplaceAll(text, "    edit 0\n", "    edit 1000\n") // 0 asks for a free number
	return factoryServices + strings.ReplaceAll(text, "set intf any", "set srcintf any\nset dstintf any")
}

// TestFortiGateAgrees: the policy that a generator wrote for a FortiGate permits what it
// permits on other devices, over all of IPv4 and at every edge of the rules, but for what
// is said here.
func TestFortiGateAgrees(t *testing.T) {
	content, err := os.ReadFile(testshared.Dir(t, "corpora", "capirca_samples", "out", "sample_multitarget.fcl"))
	if err != nil {
		t.Fatal(err)
	}
	fortigate, _, err := format.Parse([]byte(forwarding(string(content))), format.Options{Name: "fcl", Source: "fcl"})
	if err != nil || fortigate.Format != "fortios" {
		t.Fatalf("%v %v", fortigate, err)
	}
	got := permitted(t, fortigate)
	for _, other := range []struct{ file, acl, more, less, why string }{
		{
			"sample_multitarget.asa", "asa_in", "0.0.0.0/0 -> 200.1.1.1-200.1.1.5 tcp", "",
			"the ASA has no established: the generator writes permit tcp any host, which lets new connections in too",
		},
		{"sample_multitarget.acl", "edge-inbound", "", "", ""},
		{"sample_multitarget.nxacl", "edge-inbound", "", "", ""},
		{"sample_multitarget.ipt", "INPUT", "", "", ""},
	} {
		rs := load(t, "capirca_samples", platform{file: other.file, acl: other.acl, format: formatOf[other.file]})
		want := permitted(t, rs)
		// The generator writes all ports as 1-65535 for a FortiGate.
		more := subtract(subtract(want, got), []traffic.Product{product(t, "0.0.0.0/0 -> 200.1.1.1-200.1.1.5 udp/0")})
		differ(t, other.file+" permits more", more, other.more)
		differ(t, other.file+" permits less", subtract(got, want), other.less)
		for _, packet := range edges(append(fortigate.Rules, rs.Rules...)) {
			a, b := oracle.Decide(fortigate, packet).Permit, oracle.Decide(rs, packet).Permit
			if a != b && packet.DestinationPort != 0 && (other.more == "" || !inside(t, packet, other.more)) {
				t.Fatalf("%+v: permitted %v by the FortiGate, %v by %s", packet, a, b, other.file)
			}
		}
	}
}

var formatOf = map[string]string{
	"sample_multitarget.asa": "cisco_asa", "sample_multitarget.acl": "cisco_ios", "sample_multitarget.nxacl": "cisco_nxos", "sample_multitarget.ipt": "iptables",
}

// TestPaloAltoAgrees: the policy that a generator wrote for a Palo Alto firewall permits
// the same TCP and UDP between its zones as it does on an SRX, over IPv4 and IPv6. Other
// protocols are applications to the firewall, so that a flow declares its own. A policy of
// IPv4 alone is for any address on the SRX, where the generator does not tell the versions
// apart, and so permits IPv6 too.
func TestPaloAltoAgrees(t *testing.T) {
	ported := service.SetOf(service.Whole(service.TCP), service.Whole(service.UDP))
	for _, corpus := range []string{"capirca_samples", "aerleon_samples"} {
		palo := zonedPlatform(t, corpus, "sample_stateful_multitarget_simple.xml", "panos")
		srx := zonedPlatform(t, corpus, "sample_stateful_multitarget_simple.srx", "junos")
		for _, zones := range [][2]string{{"internal", "external"}, {"external", "internal"}, {"unknown", "internal"}, {"external", "unknown"}} {
			for _, all := range []addr.Set{addr.Any4(), addr.Any6()} {
				q := match.Question{
					Products: []traffic.Product{{Sources: all, Destinations: all, Services: ported}}, SourceZone: zones[0], DestinationZone: zones[1],
					Identity: match.Identity{Applications: []string{"web-browsing"}},
				}
				more := ""
				if zones[0] == "internal" && all.Equal(addr.Any6()) {
					more = "::/0 -> ::/0 tcp,udp"
				}
				a, b := permittedOf(t, palo, q), permittedOf(t, srx, q)
				differ(t, corpus+" from "+zones[0]+": the Palo Alto permits more", subtract(a, b), "")
				differ(t, corpus+" from "+zones[0]+": the SRX permits more", subtract(b, a), more)
			}
		}
	}
}

func zonedPlatform(t *testing.T, corpus, file, kind string) *rule.Ruleset {
	t.Helper()
	content, err := os.ReadFile(testshared.Dir(t, "corpora", corpus, "out", file))
	if err != nil {
		t.Fatal(err)
	}
	rs, _, err := format.Parse(content, format.Options{Name: file, Source: file})
	if err != nil || rs.Format != kind {
		t.Fatalf("%s: %v, %v", file, rs, err)
	}
	return rs
}

func permittedOf(t *testing.T, rs *rule.Ruleset, q match.Question) []traffic.Product {
	t.Helper()
	a := match.New(rs).Match(q)
	if a.Cut {
		t.Fatalf("%s: the answer is cut", rs.Name)
	}
	var out []traffic.Product
	for _, p := range a.Parts {
		switch p.Outcome {
		case match.Permitted:
			out = append(out, p.Product)
		case match.Unknown:
			t.Errorf("%s from %s: %s is not decided: %s", rs.Name, q.SourceZone, p.Product, p.Reason)
		}
	}
	return out
}
