package matrix

import (
	"encoding/json"
	"fmt"
	"os"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/flow"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/testshared"
)

// differs lists the cases in which we answer otherwise than netutils on purpose,
// and why. A case that does not differ must not be in it.
var differs = map[string]string{
	"quirk/matrix/names-not-translated":     "tcp/80 in a matrix is the same service as 6/80",
	"quirk/matrix/string-is-substring-test": "6/80 is not allowed by 6/8080",
}

func TestNetutilsConformance(t *testing.T) {
	text, err := os.ReadFile(testshared.Dir(t, "conformance", "netutils_cases.json"))
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Name, Kind string
		Rule       map[string]any
		Options    struct {
			Matrix     map[string]map[string]map[string]oneOrMore
			Definition map[string]oneOrMore `json:"matrix_definition"`
		}
		Expected struct {
			Enforce []struct {
				Obj    [3]string
				Action string
			}
		}
	}
	// Fields of the wrong type are those of cases of another kind.
	if err := json.Unmarshal(text, &cases); err != nil && len(cases) == 0 {
		t.Fatal(err)
	}
	ran, found := 0, make(map[string]bool)
	for _, c := range cases {
		if c.Kind != "enforce" {
			continue
		}
		ran++
		found[c.Name] = true
		t.Run(c.Name, func(t *testing.T) {
			definition, cells := make(map[string][]string), make(map[string]map[string]Cell)
			for name, entries := range c.Options.Definition {
				definition[name] = entries
			}
			for from, row := range c.Options.Matrix {
				cells[from] = make(map[string]Cell)
				for to, lists := range row {
					cells[from][to] = Cell{Allow: lists["allow"], Notify: lists["notify"]}
				}
			}
			names, err := flow.NewNames(nil, nil)
			if err != nil {
				t.Fatal(err)
			}
			answers, err := mustNew(t, Netutils(definition, cells)).Enforce(names, c.Rule)
			if err != nil {
				t.Fatal(err)
			}
			var got, want []string
			for _, e := range answers {
				got = append(got, fmt.Sprint(e.Source, e.Destination, e.Service, e.Decision.Action))
			}
			for _, e := range c.Expected.Enforce {
				want = append(want, fmt.Sprint(e.Obj[0], e.Obj[1], e.Obj[2], e.Action))
			}
			why, onPurpose := differs[c.Name]
			if same := fmt.Sprint(got) == fmt.Sprint(want); same == onPurpose {
				t.Errorf("got %q, want %q\nlisted as different: %t %s", got, want, onPurpose, why)
			}
		})
	}
	for name := range differs {
		if !found[name] {
			t.Errorf("there is no case %q", name)
		}
	}
	if ran == 0 {
		t.Error("there is no case of enforce")
	}
}

// oneOrMore is a list, or a string that stands for a list of one.
type oneOrMore []string

func (o *oneOrMore) UnmarshalJSON(text []byte) error {
	var one string
	if json.Unmarshal(text, &one) == nil {
		*o = oneOrMore{one}
		return nil
	}
	return json.Unmarshal(text, (*[]string)(o))
}

func TestEnforce(t *testing.T) {
	m := mustNew(t, Netutils(
		map[string][]string{"red": {"10.1.0.0/24", "10.1.1.0/24"}, "blue": {"10.2.0.0/16", "2001:db8::/32"}},
		map[string]map[string]Cell{
			"red": {"blue": {Allow: []string{"tcp/80", "6/8000-8999", "icmp"}, Notify: []string{"any"}}},
			"":    {"blue": {Allow: []string{"any"}}},
		},
	))
	names, err := flow.NewNames(map[string][]string{"web": {"10.1.0.2", "10.1.0.1"}}, map[string][]string{"HTTP": {"tcp/http"}})
	if err != nil {
		t.Fatal(err)
	}
	list := func(texts ...string) (out []any) {
		for _, text := range texts {
			out = append(out, text)
		}
		return out
	}
	for _, c := range []struct {
		rule map[string]any
		want string
	}{
		// The last field varies fastest, names are resolved and sorted, and any key of
		// the rule multiplies.
		{map[string]any{"sources": "web", "destinations": "10.2.0.1", "services": list("HTTP", "udp/53")},
			"[10.1.0.1 10.2.0.1 6/80 allow; 10.1.0.1 10.2.0.1 17/53 notify; 10.1.0.2 10.2.0.1 6/80 allow; 10.1.0.2 10.2.0.1 17/53 notify]"},
		{map[string]any{"src_ip": "10.1.0.1", "dst_ip": "10.2.0.1", "dst_port": "icmp/8", "action": list("permit", "deny")},
			"[10.1.0.1 10.2.0.1 1/8 allow; 10.1.0.1 10.2.0.1 1/8 allow]"},
		// Ranges of ports are numbers.
		{map[string]any{"src_ip": "10.1.0.1", "dst_ip": "10.2.0.1", "dst_port": list("tcp/8000-8010", "tcp/8990-9000", "6/*")},
			"[10.1.0.1 10.2.0.1 6/8000-8010 allow; 10.1.0.1 10.2.0.1 6/8990-9000 notify; 10.1.0.1 10.2.0.1 6/* notify]"},
		// Two entries hold it together; then some of it is in no zone.
		{map[string]any{"src_ip": list("10.1.0.0/23", "10.1.0.0/22"), "dst_ip": "10.2.0.1", "dst_port": "udp/53"},
			"[10.1.0.0/23 10.2.0.1 17/53 notify; 10.1.0.0/22 10.2.0.1 17/53 notify]"},
		{map[string]any{"src_ip": "10.0.0.0/8", "dst_ip": "10.2.0.1", "dst_port": "tcp/80"},
			"[10.0.0.0/8 10.2.0.1 6/80 deny]"},
		// The families do not meet.
		{map[string]any{"src_ip": list("10.1.0.1", "2001:db9::1"), "dst_ip": "2001:db8::1", "dst_port": "tcp/80"},
			"[10.1.0.1 2001:db8::1 6/80 deny; 2001:db9::1 2001:db8::1 6/80 allow]"},
		// A host and itself is no traffic.
		{map[string]any{"src_ip": "10.1.0.1", "dst_ip": "10.1.0.1", "dst_port": "tcp/80"}, "[]"},
		{map[string]any{"src_ip": "10.1.0.1", "dst_port": list()},
			`dst_ip: is missing; a matrix decides traffic from somewhere to somewhere: write "any" for all of it` + "\n" +
				`dst_port: is missing; a matrix decides traffic from somewhere to somewhere: write "any" for all of it`},
		{map[string]any{"src_ip": "10.1.0.1/24", "dst_ip": "any", "dst_port": "any"},
			`src_ip: address "10.1.0.1/24": has host bits set; the prefix is 10.1.0.0/24, the host is 10.1.0.1`},
	} {
		answers, err := m.Enforce(names, c.rule)
		got := "["
		for i, e := range answers {
			if i > 0 {
				got += "; "
			}
			got += fmt.Sprint(e.Source, " ", e.Destination, " ", e.Service, " ", e.Decision.Action)
		}
		got += "]"
		if err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("%v:\n%s, want\n%s", c.rule, got, c.want)
		}
	}
}
