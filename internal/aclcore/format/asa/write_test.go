package asa_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/asa"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

func addresses(t *testing.T, texts string) addr.Set {
	t.Helper()
	var out addr.Set
	for text := range strings.SplitSeq(texts, ",") {
		l, err := addr.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		out = out.Union(l.Set)
	}
	return out
}

// rules reads "ACTION SOURCES DESTINATIONS SERVICES" lines, each a list with commas.
func rules(t *testing.T, text string) []rule.Rule {
	t.Helper()
	var out []rule.Rule
	for line := range strings.SplitSeq(text, "\n") {
		word := strings.SplitN(line, " ", 4)
		action, err := rule.ParseAction(word[0])
		if err != nil {
			t.Fatal(err)
		}
		var services service.Set
		for text := range strings.SplitSeq(word[3], ",") {
			l, err := service.Parse(text)
			if err != nil {
				t.Fatal(err)
			}
			services = services.Union(l.Set)
		}
		out = append(out, rule.Rule{Action: action, Traffic: traffic.Product{
			Sources: addresses(t, word[1]), Destinations: addresses(t, word[2]), Services: services,
		}})
	}
	return out
}

func TestWrite(t *testing.T) {
	for _, tt := range []struct{ rules, want string }{
		{"permit 10.0.0.1 10.0.0.2 udp/501", "access-list x extended permit udp host 10.0.0.1 host 10.0.0.2 eq 501"},
		{"deny any any ip", "access-list x extended deny ip any any"},
		{"permit 0.0.0.0/0 0.0.0.0/0 tcp", "access-list x extended permit tcp any4 any4"},
		{"permit ::/0 ::/0 icmpv6", "access-list x extended permit icmp6 any6 any6"},
		{"permit any 10.0.0.0/24 tcp/1-1023", "access-list x extended permit tcp any 10.0.0.0 255.255.255.0 range 1 1023"},
		{"permit 10.0.0.0/8 any icmp/8", "access-list x extended permit icmp 10.0.0.0 255.0.0.0 any 8"},
		{"permit 10.0.0.0/8 any icmp/3/4", "access-list x extended permit icmp 10.0.0.0 255.0.0.0 any 3 4"},
		{"permit 2001:db8::/64 2001:db8:1::1 esp", "access-list x extended permit esp 2001:db8::/64 host 2001:db8:1::1"},
		{"permit 10.0.0.1 10.0.0.2 protocol/99", "access-list x extended permit 99 host 10.0.0.1 host 10.0.0.2"},
		{"permit 10.0.0.1 10.0.0.2 tcp/0-79", "access-list x extended permit tcp host 10.0.0.1 host 10.0.0.2 lt 80"},
		{"permit 10.0.0.1 10.0.0.2 tcp/80-65535 from 1024-65535", "access-list x extended permit tcp host 10.0.0.1 gt 1023 host 10.0.0.2 gt 79"},
		// both families need an entry each
		{
			"permit 10.0.0.1,2001:db8::1 any tcp/80",
			"access-list x extended permit tcp host 10.0.0.1 any eq 80\naccess-list x extended permit tcp host 2001:db8::1 any eq 80",
		},
		// four entries are fewer lines than a group and two
		{
			"permit 10.0.0.1,10.0.0.3 10.0.1.1 tcp/80,tcp/443",
			"access-list x extended permit tcp host 10.0.0.1 host 10.0.1.1 eq 80\n" +
				"access-list x extended permit tcp host 10.0.0.1 host 10.0.1.1 eq 443\n" +
				"access-list x extended permit tcp host 10.0.0.3 host 10.0.1.1 eq 80\n" +
				"access-list x extended permit tcp host 10.0.0.3 host 10.0.1.1 eq 443",
		},
		// a range is an object, and the same object twice is defined once
		{
			"permit 10.0.0.1-10.0.0.9 10.0.1.1 tcp/80\ndeny 10.0.0.1-10.0.0.9 any ip",
			"object network acl-range-ff3a3ff7d4b5\n range 10.0.0.1 10.0.0.9\n" +
				"access-list x extended permit tcp object acl-range-ff3a3ff7d4b5 host 10.0.1.1 eq 80\n" +
				"access-list x extended deny ip object acl-range-ff3a3ff7d4b5 any",
		},
		{
			"permit 10.0.0.1,10.0.0.3,10.0.0.5,10.0.0.7 10.0.1.1 tcp/80,udp/53",
			"object-group network acl-net-N\n network-object host 10.0.0.1\n network-object host 10.0.0.3\n" +
				" network-object host 10.0.0.5\n network-object host 10.0.0.7\n" +
				"access-list x extended permit tcp object-group acl-net-N host 10.0.1.1 eq 80\n" +
				"access-list x extended permit udp object-group acl-net-N host 10.0.1.1 eq 53",
		},
		{
			"permit 10.0.0.1,10.0.0.3 10.0.1.1,10.0.1.3 tcp/80,udp/53 from 53,icmp/8,gre,tcp/1,tcp/3",
			"object-group service acl-svc-S\n service-object icmp 8\n service-object tcp destination eq 1\n" +
				" service-object tcp destination eq 3\n service-object tcp destination eq 80\n" +
				" service-object udp source eq 53 destination eq 53\n service-object gre\n" +
				"access-list x extended permit object-group acl-svc-S host 10.0.0.1 host 10.0.1.1\n" +
				"access-list x extended permit object-group acl-svc-S host 10.0.0.1 host 10.0.1.3\n" +
				"access-list x extended permit object-group acl-svc-S host 10.0.0.3 host 10.0.1.1\n" +
				"access-list x extended permit object-group acl-svc-S host 10.0.0.3 host 10.0.1.3",
		},
	} {
		got, err := asa.Write("x", rule.Insertion{Base: &rule.Ruleset{}, Rules: rules(t, tt.rules)})
		if err != nil {
			t.Errorf("%s: %v", tt.rules, err)
		}
		for _, r := range rules(t, tt.rules)[:1] {
			if rest := missing(r.Traffic, parse(t, "ASA Version 9.16(1)\n"+got, "x").Rules); len(rest) > 0 {
				t.Errorf("%s\n%s\nlacks %v", tt.rules, got, rest)
			}
		}
		if got := blankHashes(got, tt.want); got != tt.want {
			t.Errorf("%s\n%s\nwant\n%s", tt.rules, got, tt.want)
		}
	}
}

// missing returns what of the product no rule surely matches, apart from packets
// whose ends are of two families.
func missing(p traffic.Product, rules []rule.Rule) []traffic.Product {
	rest := []traffic.Product{p}
	for _, r := range rules {
		if len(r.Unknown) > 0 {
			continue
		}
		var next []traffic.Product
		for _, p := range rest {
			next = append(next, p.Subtract(r.Traffic)...)
		}
		rest = next
	}
	return slices.DeleteFunc(rest, func(p traffic.Product) bool {
		src4, src6 := p.Sources.Split()
		dst4, dst6 := p.Destinations.Split()
		return (src4.IsEmpty() || dst4.IsEmpty()) && (src6.IsEmpty() || dst6.IsEmpty())
	})
}

// blankHashes writes the names that are made of hashes as want has them.
func blankHashes(got, want string) string {
	for _, kind := range []string{"acl-range-", "acl-net-", "acl-svc-"} {
		name := func(text string) string {
			_, rest, ok := strings.Cut(text, kind)
			if !ok {
				return ""
			}
			return kind + rest[:max(0, strings.IndexAny(rest+"\n", " \n"))]
		}
		if have := name(got); have != "" {
			got = strings.ReplaceAll(got, have, name(want))
		}
	}
	return got
}

// TestWriteTypes writes ICMP codes that do not begin or end with a type.
func TestWriteTypes(t *testing.T) {
	box := service.Ports(service.ICMP, 3<<8|254, 5<<8|1)
	r := rule.Rule{Action: rule.Permit, Traffic: traffic.Product{
		Sources: addr.Any4(), Destinations: addresses(t, "10.0.0.1"), Services: service.SetOf(box),
	}}
	got, err := asa.Write("x", rule.Insertion{Rules: []rule.Rule{r}})
	if err != nil {
		t.Fatal(err)
	}
	var types []string
	for line := range strings.SplitSeq(got, "\n") {
		_, icmp, _ := strings.Cut(line, "host 10.0.0.1 ")
		types = append(types, icmp)
	}
	if want := "3 254,3 255,4,5 0,5 1"; strings.Join(types, ",") != want {
		t.Errorf("types %v, want %s", types, want)
	}
}

func TestWriteErrors(t *testing.T) {
	for _, tt := range []struct{ list, rules, want string }{
		{"", "permit any any ip", "takes a name without blanks"},
		{"a b", "permit any any ip", "takes a name without blanks"},
		{"x", "permit any any protocol/0", "takes protocol 0 for every protocol"},
		{"x", "permit any any dccp/80", "knows no ports of protocol 33"},
	} {
		_, err := asa.Write(tt.list, rule.Insertion{Base: &rule.Ruleset{}, Rules: rules(t, tt.rules)})
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("Write(%q, %s) = %v, want %q", tt.list, tt.rules, err, tt.want)
		}
	}
}

// TestWriteTo refuses lists that an ASA cannot put an extended entry into.
func TestWriteTo(t *testing.T) {
	for _, tt := range []struct{ text, list, want string }{
		{"access-list x extended permit ip any any", "x", ""},
		{"access-list x permit ip any any", "x", ""},
		{"access-list x standard permit any4", "x", "is a standard list"},
		{"access-list x line 1 standard permit any4 (hitcnt=0) 0x1", "x", "is a standard list"},
		{"ASA Version 8.2(1)\nipv6 access-list x permit ip any any", "x", "before release 9.0"},
	} {
		in := rule.Insertion{Base: parse(t, tt.text, tt.list), Rules: rules(t, "permit 10.0.0.1 any tcp/80")}
		_, err := asa.Write(tt.list, in)
		if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
			t.Errorf("%s: %v, want %q", tt.text, err, tt.want)
		}
	}
}

// TestLineNumber puts a rule before each rule of a list with remarks and inactive
// lines, whose own numbers the ASA counts too.
func TestLineNumber(t *testing.T) {
	const text = `access-list in remark one
access-list in extended permit tcp any any eq 1
access-list in extended permit tcp any any eq 2 inactive
access-list in remark four
access-list in extended permit tcp any any eq 5
access-list in remark six
access-list all extended permit tcp any any eq 1
access-group in in interface inside
access-group all global
`
	base := parse(t, text, "in")
	for before, want := range map[int]string{
		0: "access-list in line 2 extended deny ip any any",
		1: "access-list in line 5 extended deny ip any any",
		2: "access-list in extended deny ip any any", // the global list follows
		3: "access-list in extended deny ip any any",
	} {
		for _, list := range []string{"in", "inside in"} {
			got, err := asa.Write(list, rule.Insertion{Base: base, Before: before, Rules: rules(t, "deny any any ip")})
			if err != nil || got != want {
				t.Errorf("before %d of %s: %q, %v, want %q", before, list, got, err, want)
			}
		}
	}
}

func parse(t testing.TB, text, list string) *rule.Ruleset {
	t.Helper()
	doc, err := asa.Parse(device.Input{Source: "asa.cfg", Content: []byte(text)})
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	for _, l := range doc.Lists {
		if l.Name == list {
			return &rule.Ruleset{Format: doc.Format, Rules: l.Rules, Default: l.Default}
		}
	}
	return &rule.Ruleset{Format: doc.Format}
}
