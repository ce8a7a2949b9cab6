package topology

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/flow"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/zone"
)

// set reads a host, a prefix or "any".
func set(t testing.TB, text string) addr.Set {
	t.Helper()
	l, err := addr.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return l.Set
}

func services(t testing.TB, text string) service.Set {
	t.Helper()
	l, err := service.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return l.Set
}

func product(t testing.TB, from, to, services_ string) traffic.Product {
	t.Helper()
	return traffic.Product{Sources: set(t, from), Destinations: set(t, to), Services: services(t, services_)}
}

func static(t testing.TB, to string) device.Mapping {
	t.Helper()
	return device.Mapping{Kind: device.Static, To: set(t, to)}
}

// A row is two devices between the zones a, b and c; near is before far.
type row struct {
	top   *Topology
	lists map[string]*rule.Ruleset
}

// order is that of a device whose list sees destinations after their translation, and
// sources before.
var orderOfTests = device.Order{Steps: []device.Step{device.TranslateDestination, device.FilterBetween, device.TranslateSource}, Absent: device.Passes}

func newRow(t testing.TB, order device.Order, near, far []device.Translation, rules map[string][]rule.Rule) row {
	t.Helper()
	names, err := flow.NewNames(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	zones, err := zone.New(names, map[string][]string{"a": {"0.0.0.0/0"}, "b": {"10.0.1.0/24"}, "c": {"10.0.2.0/24"}, "d": {"10.0.3.0/24"}}, zone.Options{Key: "zones"})
	if err != nil {
		t.Fatal(err)
	}
	r := row{lists: map[string]*rule.Ruleset{}}
	dev := func(name string, sides map[string]string, nat []device.Translation) Device {
		list := device.List{Name: "all", Default: rule.Deny, Rules: rules[name]}
		if rules[name] == nil {
			list.Default = rule.Permit
		}
		rs := list.Ruleset()
		rs.Source = name
		r.lists[name] = rs
		return Device{Name: name, Source: name, Order: order, Interfaces: sides, Document: &device.Document{
			Lists: []device.List{list}, Translations: nat, Bindings: []device.Binding{{List: "all", Stage: device.StageBetween, V4: true, V6: true}},
		}}
	}
	r.top, err = New(Config{Zones: zones, Devices: []Device{
		dev("near", map[string]string{"out": "a", "in": "b", "lab": "d"}, near), dev("far", map[string]string{"out": "b", "in": "c"}, far),
	}})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func (r row) check(p traffic.Product, want rule.Action) *Finding {
	return r.top.Lay(Question{Region: flow.Region{Possible: []traffic.Product{p}}, Want: want}).Check(Lists{
		Matcher: func(s *Step) match.Matcher { return match.New(r.lists[s.Device]) },
	})
}

func permit(p traffic.Product) []rule.Rule {
	return []rule.Rule{{Action: rule.Permit, Traffic: p, Text: "rule"}}
}

// What a list compares is the packet as it is there; what is told of the flow is in its
// own addresses.
func TestTranslationsOnTheWay(t *testing.T) {
	forward := device.Translation{Text: "forward", Line: 7, From: []string{"out"}, Match: product(t, "any", "198.51.100.7", "tcp/8443"), Search: device.SearchDestination, Destination: static(t, "10.0.2.5")}
	forward.Destination.FirstPort, forward.Destination.LastPort = 443, 443
	hide := device.Translation{Text: "hide", Line: 8, From: []string{"out"}, To: []string{"in"}, Match: traffic.Any(), Search: device.SearchSource,
		Source: device.Mapping{Kind: device.Dynamic, To: set(t, "10.0.1.8/31")}}
	exempt := device.Translation{Text: "exempt", Line: 6, Match: product(t, "any", "10.0.2.0/24", "any"), Search: device.SearchSource}
	netmap := device.Translation{Text: "netmap", Line: 9, Match: product(t, "any", "198.51.100.0/28", "any"), Search: device.SearchDestination, Destination: static(t, "10.0.2.16/28")}
	twoWay := device.Translation{Text: "static", Line: 5, From: []string{"in"}, To: []string{"out"}, Match: product(t, "10.0.2.5", "any", "any"), Source: static(t, "198.51.100.5"), Reverse: true}
	unknown := forward
	unknown.Unknown = []string{"a time range"}
	unknownHide := hide
	unknownHide.Unknown = []string{"a mark"}
	for _, tt := range []struct {
		name       string
		near       []device.Translation
		rules      map[string][]rule.Rule
		asked      traffic.Product
		want       match.Verdict
		translated string // of the first gap
		reason     string // in it
	}{
		{name: "a port forward is compared behind it", near: []device.Translation{forward},
			rules: map[string][]rule.Rule{"near": permit(product(t, "any", "10.0.2.5", "tcp/443")), "far": permit(product(t, "any", "10.0.2.5", "tcp/443"))},
			asked: product(t, "203.0.113.9", "198.51.100.7", "tcp/8443"), want: match.Allowed},
		{name: "a gap is told in both addresses", near: []device.Translation{forward},
			rules: map[string][]rule.Rule{"far": permit(product(t, "any", "10.0.2.5", "tcp/80"))},
			asked: product(t, "203.0.113.9", "198.51.100.7", "tcp/8443"), want: match.Blocked, translated: "203.0.113.9 -> 10.0.2.5 tcp/443"},
		{name: "the public address in the list lets nothing through", near: []device.Translation{forward},
			rules: map[string][]rule.Rule{"near": permit(product(t, "any", "198.51.100.7", "tcp/8443"))},
			asked: product(t, "203.0.113.9", "198.51.100.7", "tcp/8443"), want: match.Blocked, translated: "203.0.113.9 -> 10.0.2.5 tcp/443"},
		{name: "other ports go to the device itself", near: []device.Translation{forward},
			asked: product(t, "203.0.113.9", "198.51.100.7", "tcp/22"), want: match.Indeterminate, reason: "near answers for this address on out"},
		{name: "what cannot be read is in doubt", near: []device.Translation{unknown},
			asked: product(t, "203.0.113.9", "198.51.100.7", "tcp/8443"), want: match.Indeterminate, reason: "a time range"},
		{name: "a prefix keeps its hosts", near: []device.Translation{netmap},
			rules: map[string][]rule.Rule{"far": permit(product(t, "any", "10.0.2.19", "any"))},
			asked: product(t, "203.0.113.9", "198.51.100.3", "tcp/80"), want: match.Allowed},
		{name: "a pool has to be permitted whole", near: []device.Translation{hide},
			rules: map[string][]rule.Rule{"far": permit(product(t, "10.0.1.8/31", "any", "any"))},
			asked: product(t, "203.0.113.9", "10.0.2.5", "tcp/80"), want: match.Allowed},
		{name: "half of a pool is not known", near: []device.Translation{hide},
			rules: map[string][]rule.Rule{"far": permit(product(t, "10.0.1.8", "any", "any"))},
			asked: product(t, "203.0.113.9", "10.0.2.5", "tcp/80"), want: match.Indeterminate, translated: "10.0.1.9 -> 10.0.2.5 tcp/80"},
		{name: "none of a pool is blocked", near: []device.Translation{hide},
			rules: map[string][]rule.Rule{"far": permit(product(t, "203.0.113.9", "any", "any"))},
			asked: product(t, "203.0.113.9", "10.0.2.5", "tcp/80"), want: match.Blocked},
		{name: "the source is itself where it is translated", near: []device.Translation{hide},
			rules: map[string][]rule.Rule{"near": permit(product(t, "203.0.113.9", "any", "any"))},
			asked: product(t, "203.0.113.9", "10.0.2.5", "tcp/80"), want: match.Allowed},
		{name: "an exemption ends the search", near: []device.Translation{exempt, hide},
			rules: map[string][]rule.Rule{"far": permit(product(t, "203.0.113.9", "any", "any"))},
			asked: product(t, "203.0.113.9", "10.0.2.5", "tcp/80"), want: match.Allowed},
		{name: "an unknown source is any that it may be", near: []device.Translation{unknownHide},
			rules: map[string][]rule.Rule{"far": append(permit(product(t, "203.0.113.9", "any", "any")), permit(product(t, "10.0.1.8/31", "any", "any"))...)},
			asked: product(t, "203.0.113.9", "10.0.2.5", "tcp/80"), want: match.Allowed},
		{name: "and not known where one of them is denied", near: []device.Translation{unknownHide},
			rules: map[string][]rule.Rule{"far": permit(product(t, "203.0.113.9", "any", "any"))},
			asked: product(t, "203.0.113.9", "10.0.2.5", "tcp/80"), want: match.Indeterminate},
		{name: "a static rule counts both ways", near: []device.Translation{twoWay},
			rules: map[string][]rule.Rule{"far": permit(product(t, "any", "10.0.2.5", "any"))},
			asked: product(t, "203.0.113.9", "198.51.100.5", "tcp/80"), want: match.Allowed},
		{name: "a hairpin needs its own translation", near: []device.Translation{twoWay},
			asked: product(t, "10.0.1.77", "198.51.100.5", "tcp/80"), want: match.Indeterminate, reason: "the device itself translates this address"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := newRow(t, orderOfTests, tt.near, nil, tt.rules).check(tt.asked, rule.Permit)
			if f.Verdict != tt.want {
				t.Fatalf("%s, want %s: %+v", f.Verdict, tt.want, f.Gaps)
			}
			if len(f.Gaps) == 0 {
				return
			}
			g := f.Gaps[0]
			if !g.Product.Equal(tt.asked) {
				t.Errorf("the gap is %s", g.Product)
			}
			seen := ""
			if g.Translated != nil {
				seen = g.Translated.String()
			}
			if tt.translated != "" && seen != tt.translated {
				t.Errorf("translated to %q, want %q", seen, tt.translated)
			}
			if !strings.Contains(g.Reason+g.By, tt.reason) {
				t.Errorf("reason %q by %q, want %q", g.Reason, g.By, tt.reason)
			}
		})
	}
}

// The reply of a packet has to meet the translation that the packet met.
func TestReversePath(t *testing.T) {
	order := orderOfTests
	order.ReversePath = true
	hide := device.Translation{Text: "hide", Line: 3, From: []string{"in"}, To: []string{"out"}, Match: product(t, "10.0.0.0/8", "any", "any"), Source: device.Mapping{Kind: device.Dynamic, To: set(t, "198.51.100.9")}}
	keep := device.Translation{Text: "exempt", Line: 2, From: []string{"in"}, To: []string{"out"}, Match: product(t, "10.0.2.0/24", "203.0.113.0/24", "any"), Reverse: true}
	asked := product(t, "203.0.113.9", "10.0.2.5", "tcp/80")
	for _, tt := range []struct {
		name string
		nat  []device.Translation
		want match.Verdict
	}{
		{"dynamic", []device.Translation{hide}, match.Blocked},
		{"an exemption before it", []device.Translation{keep, hide}, match.Allowed},
		{"an exemption after it", []device.Translation{hide, keep}, match.Blocked},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := newRow(t, order, tt.nat, nil, nil).check(asked, rule.Permit)
			if f.Verdict != tt.want {
				t.Fatalf("%s, want %s: %+v", f.Verdict, tt.want, f.Gaps)
			}
			if tt.want == match.Blocked && !strings.Contains(f.Gaps[0].By, "305013") {
				t.Errorf("by %q", f.Gaps[0].By)
			}
		})
	}
}

// A wanted deny holds only if nothing that a packet may become gets through.
func TestDenyBehindAPool(t *testing.T) {
	hide := device.Translation{Text: "hide", From: []string{"out"}, To: []string{"in"}, Match: traffic.Any(), Search: device.SearchSource, Source: device.Mapping{Kind: device.Dynamic, To: set(t, "10.0.1.8/31")}}
	r := newRow(t, orderOfTests, []device.Translation{hide}, nil, map[string][]rule.Rule{"far": permit(product(t, "10.0.1.8", "any", "any"))})
	f := r.check(product(t, "203.0.113.9", "10.0.2.5", "tcp/80"), rule.Deny)
	if f.Satisfied || f.Verdict != match.Indeterminate || len(f.Gaps) == 0 {
		t.Errorf("%s, satisfied %t, %+v", f.Verdict, f.Satisfied, f.Gaps)
	}
}

// Many pieces end in doubt, never in a longer run or a wrong answer.
func TestTooManyPieces(t *testing.T) {
	var nat []device.Translation
	from, to := netip.MustParseAddr("198.51.0.0"), netip.MustParseAddr("10.0.2.5")
	for i := range maxWalked + 10 {
		host := addr.SetOf(addr.RangeOf(from, from))
		nat = append(nat, device.Translation{Text: "one", Line: i + 1, Search: device.SearchDestination, Destination: device.Mapping{Kind: device.Static, To: addr.SetOf(addr.RangeOf(to, to))},
			Match: traffic.Product{Sources: addr.Any4(), Destinations: host, Services: service.Any()}})
		from = from.Next()
	}
	f := newRow(t, orderOfTests, nat, nil, nil).check(product(t, "203.0.113.9", "198.51.0.0/16", "tcp/80"), rule.Permit)
	if f.Verdict == match.Allowed {
		t.Error(f.Verdict)
	}
	one := newRow(t, orderOfTests, nat, nil, nil).check(product(t, "203.0.113.9", "198.51.0.77", "tcp/80"), rule.Permit)
	if one.Verdict != match.Allowed {
		t.Errorf("%s %+v", one.Verdict, one.Gaps)
	}
}
