package fortios_test

import (
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/enginetest"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/fortios"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/parsetest"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/rendertest"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// written is the language without protocol 0 alone, for which it has no word. Multicast is
// for policies of another table.
var written = rendertest.Format{
	Head: "#config-version=FGVM64-7.2.5-FW-build1517\n", List: fortios.ListName, Parse: fortios.Parse, Write: fortios.Write,
	Sayable:   func(p traffic.Product) bool { return p.Services.IsAny() || !p.Services.Contains(0, 0, 0) },
	Elsewhere: addr.SetOf(addr.RangeOfPrefix(netip.MustParsePrefix("224.0.0.0/4")), addr.RangeOfPrefix(netip.MustParsePrefix("ff00::/8"))),
}

func TestWrite(t *testing.T) {
	dice := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		written.RoundTrip(t, dice)
		written.Insertion(t, dice)
	}
}

func FuzzWrite(f *testing.F) {
	f.Add([]byte("a drawn list, and what it is asked for"))
	f.Fuzz(func(t *testing.T, data []byte) {
		dice := enginetest.Bytes(data)
		written.Insertion(t, &dice)
	})
}

const base = `config vdom
edit "root"
next
edit "dmz"
config firewall address
    edit "shop"
        set subnet 10.0.1.0 255.255.255.0
    next
end
config firewall service custom
    edit "WEB"
        set tcp-portrange 443
    next
end
config firewall policy
    edit 12
        set srcintf "wan"
        set dstintf "lan"
        set srcaddr "all"
        set dstaddr "shop"
        set service "ALL"
        set schedule "always"
    next
end
next
end
`

// TestChange: a change uses the objects of the text, takes a free number, stands before
// the policy that blocks, in its VDOM, and then the flow is allowed.
func TestChange(t *testing.T) {
	parse := func(text string) *rule.Ruleset {
		t.Helper()
		doc, err := fortios.Parse(device.Input{Source: "fw.conf", Content: []byte(text), Context: "dmz"})
		if err != nil {
			t.Fatal(err)
		}
		return &rule.Ruleset{Source: "fw.conf", Format: doc.Format, Rules: doc.Lists[0].Rules, Writer: doc.Lists[0].Writer}
	}
	region := parsetest.Region(t, "198.51.100.0/24 -> 10.0.1.0/24 tcp/443")
	ask := func(rs *rule.Ruleset) match.Finding {
		return match.Check([]match.Matcher{match.New(rs)}, match.Request{Region: region, Want: rule.Permit, SourceZone: "wan", DestinationZone: "lan"})
	}
	rs := parse(base)
	missing := ask(rs).Missing
	if len(missing) != 1 {
		t.Fatalf("missing: %+v", missing)
	}
	change, err := fortios.Write("policy", rule.Insertion{Base: rs, Before: missing[0].Before, Rules: []rule.Rule{{Action: rule.Permit, Traffic: missing[0].Product}}})
	if err != nil {
		t.Fatal(err)
	}
	const want = `config vdom
edit "dmz"
config firewall address
    edit "acl-198.51.100.0_24"
        set subnet 198.51.100.0 255.255.255.0
    next
end
config firewall policy
    edit 13
        set name "acl-13"
        set srcintf "wan"
        set dstintf "lan"
        set srcaddr "acl-198.51.100.0_24"
        set dstaddr "shop"
        set service "WEB"
        set schedule "always"
        set action accept
        set logtraffic all
    next
    move 13 before 12
end
next
end`
	if change != want {
		t.Errorf("change:\n%s\nwant:\n%s", change, want)
	}
	if got := ask(parse(base + change + "\n")).Verdict; got != match.Allowed {
		t.Errorf("after the change: %s", got)
	}
	other := parsetest.Region(t, "198.51.100.0/24 -> 10.0.1.0/24 tcp/8443")
	second, err := fortios.Write("policy", rule.Insertion{
		Base: rs, Before: 0, Rules: []rule.Rule{{Action: rule.Permit, Traffic: other.Possible[0]}}, Beside: []string{change},
	})
	if err != nil || !strings.Contains(second, "    edit 14\n") || strings.Contains(second, "edit \"acl-198.51.100.0_24\"") {
		t.Errorf("a second change defines what the first one does, or takes its number: %v\n%s", err, second)
	}
}

// TestNames: a policy gets a name that no other has, since a FortiGate refuses a second one.
func TestNames(t *testing.T) {
	const text = `config firewall policy
    edit 1
        set name "web"
        set srcintf "any"
        set dstintf "any"
        set srcaddr "all"
        set dstaddr "all"
        set service "ALL"
        set schedule "always"
    next
    edit 7
        set status disable
        set name "acl-8"
    next
end
`
	doc, err := fortios.Parse(device.Input{Source: "fw.conf", Content: []byte(text)})
	if err != nil {
		t.Fatal(err)
	}
	rs := doc.Lists[0].Ruleset()
	any4, _ := traffic.Any().ByFamily()
	var rules []rule.Rule
	for _, name := range []string{"web", "db", "db", "it's", strings.Repeat("x", 36)} {
		rules = append(rules, rule.Rule{Name: name, Action: rule.Permit, Traffic: any4})
	}
	change, err := fortios.Write("policy", rule.Insertion{Base: rs, Rules: rules, Beside: []string{`set name "acl-11"`}})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for line := range strings.Lines(change) {
		if name, ok := strings.CutPrefix(strings.TrimSpace(line), "set name "); ok {
			names = append(names, name)
		}
	}
	if got, want := strings.Join(names, " "), `"acl-8-2" "db" "acl-10" "acl-11-2" "acl-12"`; got != want {
		t.Errorf("names %s, want %s", got, want)
	}
}

func TestWriteErrors(t *testing.T) {
	doc, err := fortios.Parse(device.Input{Source: "fw.conf", Content: []byte("config firewall vip\nedit v\nset extip 192.0.2.1\nset mappedip 10.0.0.1\nset extintf any\nnext\nend\n")})
	if err != nil {
		t.Fatal(err)
	}
	rs := &rule.Ruleset{Source: "fw.conf", Rules: doc.Lists[0].Rules, Writer: doc.Lists[0].Writer}
	any4, _ := traffic.Any().ByFamily()
	group := parsetest.Region(t, "10.0.0.1 -> 224.0.1.1 udp/5000").Possible[0]
	multicast, err := fortios.Parse(device.Input{Source: "fw.conf", Content: []byte("config firewall multicast-policy\nedit 1\nset srcintf lan\nnext\nend\n")})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		in   rule.Insertion
		want string
	}{
		{rule.Insertion{Base: multicast.Lists[0].Ruleset(), Before: 0, Rules: []rule.Rule{{Action: rule.Permit, Traffic: any4}}}, "firewall multicast-policy decides about multicast"},
		{rule.Insertion{Base: rs, Before: len(rs.Rules), Rules: []rule.Rule{{Action: rule.Permit, Traffic: group}}}, "firewall multicast-policy decides about multicast"},
		{rule.Insertion{Base: rs, Before: 0, Rules: []rule.Rule{{Action: rule.Permit, Traffic: any4}}}, "a policy has to name the virtual IP"},
	} {
		if _, err := fortios.Write("policy", tt.in); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%v, want %s", err, tt.want)
		}
	}
}
