package flow_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/flow"
)

func names(t testing.TB, addresses, services map[string][]string) *flow.Names {
	t.Helper()
	n, err := flow.NewNames(addresses, services)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func parse(t testing.TB, n *flow.Names, sources, destinations, services string) *flow.Flow {
	t.Helper()
	f, err := flow.New(n, strings.Fields(sources), strings.Fields(destinations), strings.Fields(services))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func productTexts(f *flow.Flow) (out []string) {
	for p := range f.Products() {
		out = append(out, p.Source.Text+" "+p.Destination.Text+" "+p.Service.Text)
	}
	return out
}

func TestProducts(t *testing.T) {
	none := names(t, nil, nil)
	for _, tt := range []struct {
		name, sources, destinations, services string
		want                                  []string
	}{
		{"the last field varies fastest", "10.0.0.1 10.0.0.2", "10.1.0.1 10.1.0.2", "tcp/1 tcp/2", []string{
			"10.0.0.1 10.1.0.1 tcp/1", "10.0.0.1 10.1.0.1 tcp/2", "10.0.0.1 10.1.0.2 tcp/1", "10.0.0.1 10.1.0.2 tcp/2",
			"10.0.0.2 10.1.0.1 tcp/1", "10.0.0.2 10.1.0.1 tcp/2", "10.0.0.2 10.1.0.2 tcp/1", "10.0.0.2 10.1.0.2 tcp/2",
		}},
		{"duplicates stay", "10.0.0.1 10.0.0.1", "10.1.0.1", "tcp/1", []string{"10.0.0.1 10.1.0.1 tcp/1", "10.0.0.1 10.1.0.1 tcp/1"}},
		{"a host to itself is left out", "10.0.0.1 10.0.0.2", "10.0.0.1 10.0.0.2", "tcp/1", []string{"10.0.0.1 10.0.0.2 tcp/1", "10.0.0.2 10.0.0.1 tcp/1"}},
		{"a prefix to itself stays", "10.0.0.0/24", "10.0.0.0/24", "tcp/1", []string{"10.0.0.0/24 10.0.0.0/24 tcp/1"}},
		{"any to any stays", "any", "any", "any", []string{"any any any"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := parse(t, none, tt.sources, tt.destinations, tt.services)
			if got := productTexts(f); !slices.Equal(got, tt.want) || f.Count() != len(tt.want) {
				t.Errorf("%d: %q\nwant %q", f.Count(), got, tt.want)
			}
		})
	}
}

func TestNewRefuses(t *testing.T) {
	n := names(t, map[string][]string{"web": {"10.0.0.1"}}, nil)
	many := make([]string, 4000)
	for i := range many {
		many[i] = fmt.Sprintf("10.0.%d.%d", i/256, i%256)
	}
	for _, tt := range []struct {
		name                            string
		sources, destinations, services []string
		want                            []string
	}{
		{"every list is named", nil, []string{"10.0.0.0/33"}, []string{"tcp/x"}, []string{"sources: is empty", "destinations: ", "services: "}},
		{"unknown name", []string{"wbe"}, []string{"web"}, []string{"tcp/80"}, []string{`"wbe"`, "addresses"}},
		{"several in one list", []string{"10.0.0.5/24", "nope"}, []string{"web"}, []string{"tcp/80"}, []string{"10.0.0.0/24", `"nope"`}},
		{"too many products", many, many, []string{"tcp/80"}, []string{"16000000 products"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := flow.New(n, tt.sources, tt.destinations, tt.services)
			if err == nil {
				t.Fatal("accepted")
			}
			for _, want := range tt.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%s\nwant %q in it", err, want)
				}
			}
		})
	}
}

func TestNames(t *testing.T) {
	n := names(t, map[string][]string{
		"HR Payroll server": {"10.20.0.7"},
		"hr":                {"HR Payroll server", "10.20.1.0/24"},
		"all":               {"hr", "10.20.0.7", "2001:db8::1"},
		"deep":              {"all"},
	}, map[string][]string{"web": {"tcp/443", "tcp/80"}})
	for _, tt := range []struct{ entry, want string }{
		{"HR Payroll server", "10.20.0.7"},
		{"hr", "10.20.0.7 10.20.1.0/24"},
		{"deep", "10.20.0.7 10.20.1.0/24 2001:db8::1"},
		{"10.1.1.1", "10.1.1.1"},
	} {
		got, err := n.Addresses([]string{tt.entry})
		if err != nil {
			t.Errorf("%s: %s", tt.entry, err)
			continue
		}
		var texts []string
		for _, l := range got {
			texts = append(texts, l.Text)
		}
		if strings.Join(texts, " ") != tt.want {
			t.Errorf("%s stands for %q, want %s", tt.entry, texts, tt.want)
		}
	}
	services, err := n.Services([]string{"web", "tcp/22"})
	if err != nil || len(services) != 3 || services[0].Text != "tcp/22" || services[2].Text != "tcp/80" {
		t.Errorf("web and tcp/22 stand for %v, %v", services, err)
	}
}

func TestNamesRefuse(t *testing.T) {
	for _, tt := range []struct {
		name      string
		addresses map[string][]string
		want      string
	}{
		{"cycle", map[string][]string{"a": {"b"}, "b": {"c"}, "c": {"a"}}, "a → b → c → a"},
		{"to itself", map[string][]string{"a": {"a"}}, "a → a"},
		{"unknown below", map[string][]string{"a": {"b"}, "b": {"nobody"}}, `"nobody" (through a → b)`},
		{"bad literal", map[string][]string{"a": {"10.0.0.5/24"}}, "10.0.0.0/24"},
		{"empty", map[string][]string{"a": {}}, "is empty"},
		{"name is a literal", map[string][]string{"10.0.0.1": {"10.0.0.2"}}, "choose another name"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := flow.NewNames(tt.addresses, nil)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%v; want %q in it", err, tt.want)
			}
		})
	}
}

// TestMeant: an entry that is no name is compared with the names that there are, and
// with what people write elsewhere.
func TestMeant(t *testing.T) {
	n := names(t, map[string][]string{"web-tier": {"10.0.0.1"}, "HR server": {"10.0.0.2"}}, map[string][]string{"oracle": {"tcp/1521"}})
	for _, tt := range []struct{ address, service, want string }{
		{"web-teir", "any", `or any; did you mean "web-tier"?`},
		{"Hr Server", "any", `did you mean "HR server"?`},
		{"*", "any", "did you mean any?"},
		{"nowhere", "any", "or any"},
		{"10.0.0.300", "any", "or any"},
		{"any", "Orcale", `did you mean "oracle"?`},
		{"any", "https", "did you mean tcp/https or udp/https?"},
		{"any", "SNMP", "did you mean tcp/snmp or udp/snmp?"},
		{"any", "ping", "did you mean icmp/echo?"},
		{"any", "all", "did you mean any?"},
		{"any", "tcp:443", "did you mean tcp/443?"},
		{"any", "TCP 443", "did you mean tcp/443?"},
		{"any", "443-udp", "did you mean udp/443?"},
		{"any", "443", "protocol/N for an IP protocol"},
		{"any", "nothing", "or any"},
	} {
		_, err := flow.New(n, []string{tt.address}, []string{"any"}, []string{tt.service})
		if err == nil || !strings.HasSuffix(err.Error(), tt.want) {
			t.Errorf("%s, %s: %v; want %q at the end", tt.address, tt.service, err, tt.want)
		}
	}
}

// TestProblemsAreBounded: who leaves a dictionary out is told so by some of the names.
func TestProblemsAreBounded(t *testing.T) {
	many, bad := make([]string, 1000), map[string][]string{}
	for i := range many {
		many[i] = fmt.Sprintf("server-%d", i)
		bad[many[i]] = []string{"nowhere"}
	}
	_, err := flow.New(names(t, nil, nil), many, []string{"any"}, []string{"any"})
	if n := strings.Count(err.Error(), "\n"); n != 20 || !strings.HasSuffix(err.Error(), "sources: 980 more entries were not looked at") {
		t.Errorf("%d lines: %s", n+1, err)
	}
	_, err = flow.NewNames(bad, nil)
	if n := strings.Count(err.Error(), "\n"); n != 20 || !strings.HasSuffix(err.Error(), "addresses: 980 more names were not looked at") {
		t.Errorf("%d lines: %s", n+1, err)
	}
}
