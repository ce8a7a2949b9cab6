package policy_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/flow"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/policy"
)

// now is the instant of all tests.
var now = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func someNames(t testing.TB) *flow.Names {
	t.Helper()
	n, err := flow.NewNames(
		map[string][]string{"web": {"10.0.0.0/24"}, "pci": {"10.9.0.0/16", "2001:db8:9::/48"}, "hosts": {"web", "10.0.1.1"}},
		map[string][]string{"HTTPS": {"tcp/443"}},
	)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// zones puts pci into "pci", the rest of 10.0.0.0/8 into "office", the rest into "".
func zones(l addr.Literal) (out []string) {
	set := func(text string) addr.Set { s, _ := addr.Parse(text); return s.Set }
	pci := set("10.9.0.0/16").Union(set("2001:db8:9::/48"))
	office := set("10.0.0.0/8").Subtract(pci)
	if !pci.Union(office).ContainsSet(l.Set) {
		out = append(out, "")
	}
	if office.Overlaps(l.Set) {
		out = append(out, "office")
	}
	if pci.Overlaps(l.Set) {
		out = append(out, "pci")
	}
	return out
}

func compile(t testing.TB, definitions ...policy.Definition) *policy.Set {
	t.Helper()
	for i := range definitions {
		if definitions[i].Name == "" {
			definitions[i].Name = "p"
		}
	}
	s, err := policy.Compile(definitions, policy.Options{Names: someNames(t), Zones: zones})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// ask is a flow "sources > destinations services", with blanks between entries.
func ask(t testing.TB, text string) policy.Question {
	t.Helper()
	sources, rest, _ := strings.Cut(text, " > ")
	words := strings.Fields(rest)
	cut := slices.IndexFunc(words, func(w string) bool { _, err := someNames(t).Services([]string{w}); return err == nil && w != "any" })
	if cut < 0 {
		cut = len(words) - 1
	}
	q := policy.Question{
		Application: policy.Application{Name: "Billing", Owner: "finance", Labels: map[string]string{"tier": "1"}},
		Name:        "f", Sources: strings.Fields(sources), Destinations: words[:cut], Services: words[cut:],
		SourceZone: "inside", DestinationZone: "dmz", Comment: "monthly", Users: []string{"ann"}, NetworkApplications: []string{"web-browsing"},
	}
	var err error
	if q.Flow, err = flow.New(someNames(t), q.Sources, q.Destinations, q.Services); err != nil {
		t.Fatal(err)
	}
	return q
}

func check(t testing.TB, s *policy.Set, q policy.Question) []policy.Violation {
	t.Helper()
	v, err := s.Check(q, now)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// brief writes violations as "policy: sources > destinations services", one a line.
func brief(all []policy.Violation) string {
	var out []string
	for _, v := range all {
		line := v.Policy
		if v.Undecided {
			line += "?"
		}
		if v.Sources != nil {
			line += fmt.Sprintf(": %s > %s %s", strings.Join(v.Sources, " "), strings.Join(v.Destinations, " "), strings.Join(v.Services, " "))
		}
		out = append(out, line)
	}
	return strings.Join(out, "\n")
}

// TestExpressions asks one expression about one product.
func TestExpressions(t *testing.T) {
	for _, tt := range []struct {
		assert, flow string
		want         string // yes, no or why it is undecided
	}{
		{`product.source == "10.0.0.0/24"`, "10.0.0.0/255.255.255.0 > 10.1.0.1 tcp/80", "yes"},
		{`product.source == "10.0.0.0/24"`, "10.0.0.0-10.0.0.255 > 10.1.0.1 tcp/80", "yes"},
		{`product.destination == "any"`, "10.0.0.1 > any tcp/80", "yes"},
		{`product.protocol == "tcp" && product.protocol_number == 6`, "10.0.0.1 > 10.1.0.1 tcp/80", "yes"},
		{`product.service == "tcp/443"`, "10.0.0.1 > 10.1.0.1 tcp/https", "yes"},
		{`product.port_low == 20 && product.port_high == 30`, "10.0.0.1 > 10.1.0.1 tcp/20-30", "yes"},
		{`product.port_low == 0 && product.port_high == 65535 && product.protocol == "any" && product.protocol_number == -1`, "10.0.0.1 > 10.1.0.1 any", "yes"},
		{`product.port_low == -1 && product.port_high == -1 && product.protocol == "esp"`, "10.0.0.1 > 10.1.0.1 esp", "yes"},
		{`product.port_low == -1`, "10.0.0.1 > 10.1.0.1 icmp/8", "yes"},
		{`product.action == "permit" && flow.action == "permit"`, "10.0.0.1 > 10.1.0.1 tcp/80", "yes"},
		{`product.zones.source == ["office"] && "pci" in product.zones.destination`, "10.0.0.1 > 10.0.0.0/8 tcp/80", "yes"},
		{`"" in product.zones.destination`, "10.0.0.1 > any tcp/80", "yes"},
		{`within(product.source, "10.0.0.0/8")`, "10.0.0.0/24 > 10.1.0.1 tcp/80", "yes"},
		{`within(product.source, "10.0.0.0/25")`, "10.0.0.0/24 > 10.1.0.1 tcp/80", "no"},
		{`within(product.source, ["10.0.0.0/25", "10.0.0.128/25"])`, "10.0.0.0/24 > 10.1.0.1 tcp/80", "yes"},
		{`within(product.source, "web")`, "10.0.0.0/24 > 10.1.0.1 tcp/80", "yes"},
		{`within(product.source, "0.0.0.0/0")`, "2001:db8::1 > 2001:db8::2 tcp/80", "no"},
		{`within(flow.sources, "hosts")`, "web 10.0.1.1 > 10.1.0.1 tcp/80", "yes"},
		{`overlaps(product.source, ["10.0.0.255", "10.5.0.0/16"])`, "10.0.0.0/24 > 10.1.0.1 tcp/80", "yes"},
		{`overlaps(product.source, "10.0.1.0/24")`, "10.0.0.0/24 > 10.1.0.1 tcp/80", "no"},
		{`in_group(product.source, "hosts")`, "10.0.1.1 > 10.1.0.1 tcp/80", "yes"},
		{`in_group(product.source, "web")`, "10.0.0.0/23 > 10.1.0.1 tcp/80", "no"},
		{`is_private(product.source) && is_private(product.destination)`, "10.0.0.1 192.168.1.0/24 172.31.0.0/16 > fd00::1 tcp/80", "yes"},
		{`is_private(product.source)`, "10.0.0.0/7 > 10.1.0.1 tcp/80", "no"},
		{`!is_private(product.source)`, "9.255.255.255 11.0.0.0 172.15.255.255 172.32.0.0 192.167.255.255 192.169.0.0 > 10.1.0.1 tcp/80", "yes"},
		{`!is_private(product.source)`, "fbff::1 fe00::1 fe80::1 ::1 > fd00::1 tcp/80", "yes"},
		{`is_private(product.source)`, "100.64.0.1 > 10.1.0.1 tcp/80", "no"},
		{`prefix_length(product.source) == 24 && prefix_length(product.destination) == 128`, "10.0.0.0/24 > 2001:db8::1 tcp/80", "yes"},
		{`prefix_length(product.source) == 23`, "10.0.0.255-10.0.1.0 > 10.1.0.1 tcp/80", "yes"},
		{`prefix_length(product.source) == 0`, "any > 10.1.0.1 tcp/80", "yes"},
		{`address_count(product.source) == 256`, "10.0.0.0/24 > 10.1.0.1 tcp/80", "yes"},
		{`address_count(product.source) > 9000000000000000000`, "any > 10.1.0.1 tcp/80", "yes"},
		{`covers_service(product.service, "tcp/23")`, "10.0.0.1 > 10.1.0.1 tcp/1-1024", "yes"},
		{`covers_service(product.service, "tcp/23")`, "10.0.0.1 > 10.1.0.1 udp/23", "no"},
		{`covers_service(["HTTPS", "tcp/80"], product.service)`, "10.0.0.1 > 10.1.0.1 tcp/https", "yes"},
		{`overlaps_service(product.service, "tcp/20-22")`, "10.0.0.1 > 10.1.0.1 tcp/22-30", "yes"},
		{`overlaps_service(product.service, "tcp/20-21")`, "10.0.0.1 > 10.1.0.1 tcp/22-30", "no"},
		{`flow.name == "f" && flow.source_zone == "inside" && flow.destination_zone == "dmz" && flow.comment == "monthly"`, "10.0.0.1 > 10.1.0.1 tcp/80", "yes"},
		{`flow.users == ["ann"] && "web-browsing" in flow.network_applications && flow.services == ["tcp/80"]`, "10.0.0.1 > 10.1.0.1 tcp/80", "yes"},
		{`application.name == "Billing" && application.owner == "finance" && application.labels.tier == "1"`, "10.0.0.1 > 10.1.0.1 tcp/80", "yes"},
		{`application.labels["stage"] == "prod"`, "10.0.0.1 > 10.1.0.1 tcp/80", "no such key: stage"},
		{`"stage" in application.labels && application.labels["stage"] == "prod"`, "10.0.0.1 > 10.1.0.1 tcp/80", "no"},
		{`now == timestamp("2026-03-01T12:00:00Z")`, "10.0.0.1 > 10.1.0.1 tcp/80", "yes"},
		{`flow.expires < now`, "10.0.0.1 > 10.1.0.1 tcp/80", "the flow has no expires; ask has(flow.expires) first"},
		{`has(flow.expires)`, "10.0.0.1 > 10.1.0.1 tcp/80", "no"},
		{`within(flow.comment, "web")`, "10.0.0.1 > 10.1.0.1 tcp/80", `within: address "monthly" is neither a name in addresses`},
		{`dyn(product).source == "10.0.0.1" && dyn(product).zones.source == ["office"]`, "10.0.0.1 > 10.1.0.1 tcp/80", "yes"},
		{`dyn(product).sauce == "10.0.0.1"`, "10.0.0.1 > 10.1.0.1 tcp/80", "no such field sauce"},
		{`product == product && [product][0].source == "10.0.0.1"`, "10.0.0.1 > 10.1.0.1 tcp/80", "yes"},
		{`product.source.startsWith("10.") ? product.port_low == 80 : false`, "10.0.0.1 > 10.1.0.1 tcp/80", "yes"},
		{`flow.sources.exists(s, within(s, "web"))`, "10.5.0.1 web > 10.1.0.1 tcp/80", "yes"},
		{`[{"source": "web"}].exists(product, product.source == "web")`, "10.0.0.1 > 10.1.0.1 tcp/80", "yes"},
		// What decides makes up for what fails, on either side.
		{`application.labels["x"] == "y" || product.port_low == 80`, "10.0.0.1 > 10.1.0.1 tcp/80", "yes"},
		{`product.port_low == 81 && application.labels["x"] == "y"`, "10.0.0.1 > 10.1.0.1 tcp/80", "no"},
		{`application.labels["x"] == "y" || product.port_low == 81`, "10.0.0.1 > 10.1.0.1 tcp/80", "no such key: x"},
		{`!(application.labels["x"] == "y")`, "10.0.0.1 > 10.1.0.1 tcp/80", "no such key: x"},
		{`application.labels["x"] == "y" ? true : true`, "10.0.0.1 > 10.1.0.1 tcp/80", "no such key: x"},
	} {
		got := "yes"
		if v := check(t, compile(t, policy.Definition{Assert: tt.assert}), ask(t, tt.flow)); len(v) > 0 {
			got = "no"
			if v[0].Undecided {
				_, got, _ = strings.Cut(v[0].Message, "not passed: ")
				if strings.HasPrefix(got, tt.want) {
					got = tt.want
				}
			}
		}
		if got != tt.want {
			t.Errorf("%s of %s is %s, want %s", tt.assert, tt.flow, got, tt.want)
		}
	}
}

// TestViolations shows how violations are merged, and in which order they come.
func TestViolations(t *testing.T) {
	notTelnet := policy.Definition{Name: "telnet", Assert: `!covers_service(product.service, "tcp/23")`}
	for _, tt := range []struct {
		name        string
		definitions []policy.Definition
		flow        string
		want        []string
	}{
		{"none", []policy.Definition{notTelnet}, "10.0.0.1 > 10.1.0.1 tcp/22", nil},
		{"by service", []policy.Definition{notTelnet}, "10.0.0.1 10.0.0.2 10.0.0.3 > 10.1.0.1 any tcp/22 tcp/telnet tcp/1-1024",
			[]string{"telnet: 10.0.0.1 10.0.0.2/31 > any tcp/1-1024"}},
		{"two entries", []policy.Definition{{Name: "p", Assert: `within(product.source, "web") || product.service == "tcp/22"`}},
			"10.0.0.1 10.5.0.1 > 10.1.0.1 tcp/22 tcp/23", []string{"p: 10.5.0.1 > 10.1.0.1 tcp/23"}},
		{"a cross", []policy.Definition{{Name: "p", Assert: `within(product.source, "web") && product.service == "tcp/22"`}},
			"10.0.0.1 10.5.0.1 > 10.1.0.1 tcp/22 tcp/23", []string{"p: 10.0.0.1 > 10.1.0.1 tcp/23", "p: 10.5.0.1 > 10.1.0.1 tcp/22-23"}},
		{"a host to itself cuts nothing", []policy.Definition{notTelnet}, "10.0.0.1 10.0.0.2 > 10.0.0.1 10.0.0.2 10.0.0.3 tcp/23",
			[]string{"telnet: 10.0.0.1 10.0.0.2 > 10.0.0.1 10.0.0.2/31 tcp/23"}},
		{"a host to itself is no product", []policy.Definition{{Name: "p", Assert: "product.source != product.destination"}}, "10.0.0.1 10.0.0.2 > 10.0.0.1 10.0.0.2 tcp/23", nil},
		{"but written twice it is one", []policy.Definition{{Name: "p", Assert: "product.source != product.destination"}}, "10.0.0.1 10.0.0.1/32 > 10.0.0.1 tcp/23",
			[]string{"p: 10.0.0.1 > 10.0.0.1 tcp/23"}},
		{"IPv4 to IPv6 is no product", []policy.Definition{{Name: "p", Assert: `product.zones.source == product.zones.destination`}}, "10.0.0.1 2001:db8:9::1 > 10.0.0.2 2001:db8:9::2 tcp/23", nil},
		{"different reasons", []policy.Definition{{Name: "p", Assert: `{"10.0.0.1": true}[product.source]`}}, "10.0.0.1 10.0.0.2 10.0.0.3 > 10.1.0.1 tcp/23",
			[]string{"p?: 10.0.0.2 > 10.1.0.1 tcp/23", "p?: 10.0.0.3 > 10.1.0.1 tcp/23"}},
		{"validate first, then by order and name", []policy.Definition{
			{Name: "b", Assert: "false"}, {Name: "a", Assert: "false"}, {Name: "z", Assert: "false", Order: -1}, {Name: "y", Kind: policy.Validate, Severity: policy.Review, Assert: "false"},
		}, "10.0.0.1 > 10.1.0.1 tcp/23", []string{"y: 10.0.0.1 > 10.1.0.1 tcp/23", "z: 10.0.0.1 > 10.1.0.1 tcp/23", "a: 10.0.0.1 > 10.1.0.1 tcp/23", "b: 10.0.0.1 > 10.1.0.1 tcp/23"}},
		{"what validate refuses is not put to enforce", []policy.Definition{
			{Name: "v", Kind: policy.Validate, Assert: `product.service != "tcp/22"`}, {Name: "e", Assert: "false"},
		}, "10.0.0.1 > 10.1.0.1 tcp/22 tcp/23", []string{"v: 10.0.0.1 > 10.1.0.1 tcp/22", "e: 10.0.0.1 > 10.1.0.1 tcp/23"}},
		{"nor a flow", []policy.Definition{
			{Name: "v", Kind: policy.Validate, Scope: policy.ScopeFlow, Assert: "false"}, {Name: "e", Assert: "false"}, {Name: "f", Scope: policy.ScopeFlow, Assert: "false"},
			{Name: "w", Kind: policy.Validate, Assert: "false"},
		}, "10.0.0.1 > 10.1.0.1 tcp/22", []string{"v", "w: 10.0.0.1 > 10.1.0.1 tcp/22"}},
		{"nor one of which no product is left", []policy.Definition{
			{Name: "v", Kind: policy.Validate, Assert: "false"}, {Name: "f", Scope: policy.ScopeFlow, Assert: "false"},
		}, "10.0.0.1 > 10.1.0.1 tcp/22", []string{"v: 10.0.0.1 > 10.1.0.1 tcp/22"}},
		{"when", []policy.Definition{{Name: "p", When: `product.service == "tcp/23"`, Assert: "false"}}, "10.0.0.1 > 10.1.0.1 tcp/22 tcp/23", []string{"p: 10.0.0.1 > 10.1.0.1 tcp/23"}},
		{"a when that fails", []policy.Definition{{Name: "p", When: `application.labels["x"] == "y"`, Assert: "true"}}, "10.0.0.1 > 10.1.0.1 tcp/22", []string{"p?: 10.0.0.1 > 10.1.0.1 tcp/22"}},
		{"violated before undecided", []policy.Definition{{Name: "p", Assert: `product.service == "tcp/22" ? application.labels.x == "" : false`}}, "10.0.0.1 > 10.1.0.1 tcp/22 tcp/23",
			[]string{"p: 10.0.0.1 > 10.1.0.1 tcp/23", "p?: 10.0.0.1 > 10.1.0.1 tcp/22"}},
		{"other labels", []policy.Definition{{Name: "p", Assert: "false", Flows: map[string]string{"tier": "2"}}, {Name: "q", Assert: "false", Flows: map[string]string{"tear": "1"}}}, "10.0.0.1 > 10.1.0.1 tcp/22", nil},
		{"these labels", []policy.Definition{{Name: "p", Assert: "false", Scope: policy.ScopeFlow, Flows: map[string]string{"tier": "1"}}}, "10.0.0.1 > 10.1.0.1 tcp/22", []string{"p"}},
		{"a flow without products", []policy.Definition{{Name: "p", Assert: "false"}, {Name: "f", Scope: policy.ScopeFlow, Assert: "false"}}, "10.0.0.1 > 10.0.0.1 tcp/22", []string{"f"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got, want := brief(check(t, compile(t, tt.definitions...), ask(t, tt.flow))), strings.Join(tt.want, "\n"); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// TestManyReasons bounds what is said of one flow.
func TestManyReasons(t *testing.T) {
	var sources []string
	for i := range 200 {
		sources = append(sources, fmt.Sprintf("10.0.0.%d", i))
	}
	s := compile(t, policy.Definition{Assert: `{"x": true}[product.source]`})
	all := check(t, s, ask(t, strings.Join(sources, " ")+" > 10.1.0.1 tcp/80"))
	if len(all) != 33 {
		t.Fatalf("%d violations", len(all))
	}
	slices.Reverse(sources)
	if again := check(t, s, ask(t, strings.Join(sources, " ")+" > 10.1.0.1 tcp/80")); brief(again) != brief(all) {
		t.Errorf("the order of the sources matters:\n%s\n%s", brief(all), brief(again))
	}
	count := 0
	for _, v := range all {
		if !v.Undecided {
			t.Errorf("%+v", v)
		}
		for _, r := range addressSet(t, v.Sources).Ranges() {
			for a := r.From; a.Compare(r.To) <= 0; a = a.Next() {
				count++
			}
		}
	}
	if count != 200 {
		t.Errorf("%d of 200 sources are in a violation", count)
	}
}
