package estate

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
)

// longList is a text of n rules for hosts in 10.0.0.0/16, and what is at its end; flows
// are from 10.1.0.0/16, which nothing permits.
func longList(format string, n int) string {
	r := rand.New(rand.NewPCG(1, 2))
	var b strings.Builder
	line := map[string]func(i int, action, from, to string, port int){
		"iptables": func(_ int, action, from, to string, port int) {
			fmt.Fprintf(&b, "-A FORWARD -s %s/32 -d %s/32 -p tcp -m tcp --dport %d -j %s\n", from, to, port, map[string]string{"permit": "ACCEPT", "deny": "DROP"}[action])
		},
		"nftables": func(i int, action, from, to string, port int) {
			fmt.Fprintf(&b, "\t\tip saddr %s ip daddr %s tcp dport %d %s # handle %d\n", from, to, port, map[string]string{"permit": "accept", "deny": "drop"}[action], i+2)
		},
		"cisco_asa": func(_ int, action, from, to string, port int) {
			fmt.Fprintf(&b, "access-list edge extended %s tcp host %s host %s eq %d\n", action, from, to, port)
		},
		"cisco_ios": func(i int, action, from, to string, port int) {
			fmt.Fprintf(&b, " %d %s tcp host %s host %s eq %d\n", 100_000+10*i, action, from, to, port)
		},
	}[format]
	b.WriteString(map[string]string{
		"iptables":  "*filter\n:FORWARD DROP [0:0]\n-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n",
		"nftables":  "table inet fw {\n\tchain forward {\n\t\ttype filter hook forward priority filter; policy drop;\n\t\tct state established,related accept # handle 1\n",
		"cisco_ios": "ip access-list extended edge\n",
	}[format])
	for i := range n {
		action := []string{"permit", "permit", "permit", "deny"}[r.IntN(4)]
		line(i, action, fmt.Sprintf("10.0.%d.%d", r.IntN(256), r.IntN(256)), fmt.Sprintf("10.2.%d.%d", r.IntN(256), r.IntN(256)), 1+r.IntN(1000))
	}
	b.WriteString(map[string]string{"iptables": "COMMIT\n", "nftables": "\t}\n}\n"}[format])
	return b.String()
}

func manyScriptFlows(n int) []Flow {
	r := rand.New(rand.NewPCG(3, 4))
	out := make([]Flow, n)
	for i := range out {
		out[i] = Flow{
			Application: "bench", Name: fmt.Sprintf("flow%04d", i), Rulesets: []string{"edge"}, Sources: []string{fmt.Sprintf("10.1.%d.%d", i/256, i%256)},
			Destinations: []string{fmt.Sprintf("10.2.%d.%d", r.IntN(256), r.IntN(256))}, Services: []string{fmt.Sprintf("tcp/%d", 1+r.IntN(1000))},
		}
	}
	return out
}

var scriptFormats = []string{"iptables", "nftables", "cisco_asa", "cisco_ios"}

// The text with the script, which another hand than the script's own made it to, permits
// each flow, and nothing else but what it did.
func TestScripts(t *testing.T) {
	for _, format := range scriptFormats {
		t.Run(format, func(t *testing.T) {
			text, flows := longList(format, 300), manyScriptFlows(40)
			e := New(Config{Rulesets: map[string]RulesetConfig{"edge": {Content: text, Format: format}}})
			set, err := e.Scripts(context.Background(), nil, nil, flows)
			if err != nil {
				t.Fatal(err)
			}
			if len(set.Scripts) != 1 || len(set.Open) > 0 || len(set.Proof) != 41 || !strings.Contains(set.Proof[0], "has 40 of our rules") || set.Proof[1] != `flow "flow0000": blocked before, allowed after` {
				t.Fatalf("%d scripts, open %v, proof\n%s", len(set.Scripts), set.Open, strings.Join(set.Proof, "\n"))
			}
			again, err := New(e.config).Scripts(context.Background(), nil, nil, flows)
			if err != nil || again.Scripts[0] != set.Scripts[0] {
				t.Errorf("another script for the same input, error %v", err)
			}
			after, err := applyChange(format, text, []string{commandsOf(format, set.Scripts[0].Commands)})
			if err != nil {
				t.Fatal(err)
			}
			then := New(Config{Rulesets: map[string]RulesetConfig{"edge": {Content: text, Format: format}, "after": {Content: after, Format: format}}})
			for _, f := range flows {
				f.Rulesets = []string{"after"}
				if a, err := then.Match(context.Background(), f); err != nil || a.Status != match.Allowed {
					t.Errorf("flow %s: %v, error %v", f.Name, a.Status, err)
				}
			}
			d, err := then.Diff(DiffSide{Ruleset: "edge"}, DiffSide{Ruleset: "after"})
			if err != nil || len(d.Closed) > 0 || len(d.Uncertain) > 0 || len(d.Opened) == 0 {
				t.Fatalf("error %v, closed %d, uncertain %d, opened %d", err, len(d.Closed), len(d.Uncertain), len(d.Opened))
			}
			for _, o := range d.Opened {
				for _, from := range o.Sources {
					if !strings.HasPrefix(from, "10.1.") {
						t.Errorf("opened from %s", from)
					}
				}
			}
		})
	}
}

// commandsOf are the commands of a script as the changes of these tests have them.
func commandsOf(format, script string) string {
	var out []string
	for line := range strings.Lines(script) {
		line = strings.TrimRight(line, "\n")
		switch {
		case strings.HasPrefix(line, "#"), strings.HasPrefix(line, "!"), line == "*filter", line == "COMMIT":
		case format == "nftables":
			out = append(out, "nft "+line)
		default:
			out = append(out, line)
		}
	}
	return strings.Join(out, "\n")
}

// BenchmarkScripts writes the script of 1,000 flows for a list of 10,000 rules, which is
// read in each round.
func BenchmarkScripts(b *testing.B) {
	for _, format := range scriptFormats {
		b.Run(format, func(b *testing.B) {
			text, flows := longList(format, 10_000), manyScriptFlows(1000)
			for b.Loop() {
				set, err := New(Config{Rulesets: map[string]RulesetConfig{"edge": {Content: text, Format: format}}}).Scripts(context.Background(), nil, nil, flows)
				if err != nil || len(set.Open) > 0 || len(set.Scripts) != 1 {
					b.Fatal(err, set)
				}
			}
		})
	}
}
