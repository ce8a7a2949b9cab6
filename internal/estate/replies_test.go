package estate

import (
	"path/filepath"
	"strings"
	"testing"
)

// saved is an iptables-save whose chains have these lines.
func saved(input, forward, output string, rules ...string) string {
	return "*filter\n:INPUT " + input + " [0:0]\n:FORWARD " + forward + " [0:0]\n:OUTPUT " + output + " [0:0]\n" +
		strings.Join(append(rules, ""), "\n") + "COMMIT\n"
}

// TestReplies: a firewall that lets replies pass only where a rule says so is asked for
// them, and one rule for established connections is what it lacks.
func TestReplies(t *testing.T) {
	const (
		web = "-A FORWARD -d 198.51.100.7/32 -p tcp -m tcp --dport 443 -j ACCEPT"
		ssh = "-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT"
		nft = "table inet fw {\n\tchain forward {\n\t\ttype filter hook forward priority filter; policy drop;\n\t\tip daddr 198.51.100.7 tcp dport 443 accept\n\t}\n}\n"
	)
	off := false
	for name, tt := range map[string]struct {
		config                    RulesetConfig
		sources                   []string
		want, reason, by, changes string
	}{
		"nothing lets them pass": {
			config: RulesetConfig{Content: saved("ACCEPT", "DROP", "ACCEPT", web), ACL: "FORWARD"},
			want:   "blocked", reason: "no rule permits it (replies)", by: "host: default deny",
			changes: "-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
		},
		"both ways are missing": {
			config: RulesetConfig{Content: saved("ACCEPT", "DROP", "ACCEPT"), ACL: "FORWARD"},
			want:   "blocked", reason: "no rule permits it", by: "host: default deny",
			changes: "-A FORWARD -s 10.0.0.5/32 -d 198.51.100.7/32 -p tcp --dport 443 -j ACCEPT\n-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
		},
		"before a last drop": {
			config: RulesetConfig{Content: saved("ACCEPT", "ACCEPT", "ACCEPT", web, "-A FORWARD -j LOG", "-A FORWARD -j REJECT"), ACL: "FORWARD"},
			want:   "blocked", reason: "denied by this rule (replies)", by: "-A FORWARD -j REJECT",
			changes: "-I FORWARD 3 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
		},
		"a rule lets them pass": {
			config: RulesetConfig{Content: saved("ACCEPT", "DROP", "ACCEPT", web, "-A FORWARD -m state --state ESTABLISHED -j ACCEPT"), ACL: "FORWARD"},
			want:   "allowed",
		},
		"not asked": {
			config: RulesetConfig{Content: saved("ACCEPT", "DROP", "ACCEPT", web), ACL: "FORWARD", Stateless: &off},
			want:   "allowed",
		},
		"out by OUTPUT": {
			config: RulesetConfig{Content: saved("DROP", "DROP", "DROP", ssh), ACL: "INPUT"},
			want:   "blocked", reason: "denied by this rule (replies)", by: ":OUTPUT DROP",
			changes: "-A OUTPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
		},
		"OUTPUT lets them pass": {
			config: RulesetConfig{Content: saved("DROP", "DROP", "ACCEPT", ssh), ACL: "INPUT"},
			want:   "allowed",
		},
		"in by INPUT": {
			config: RulesetConfig{Content: saved("DROP", "DROP", "ACCEPT"), ACL: "OUTPUT"},
			want:   "blocked", reason: "denied by this rule (replies)", by: ":INPUT DROP",
			changes: "-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
		},
		"nftables": {
			config: RulesetConfig{Content: nft},
			want:   "blocked", reason: "no rule permits it (replies)", by: "host: default deny",
			changes: "nft add rule inet fw forward ct state established,related accept",
		},
		"several gaps": {
			config:  RulesetConfig{Content: saved("ACCEPT", "DROP", "ACCEPT", web, "-A FORWARD -d 10.0.0.5/32 -j DROP"), ACL: "FORWARD"},
			sources: []string{"10.0.0.5", "10.0.0.9"},
			want:    "blocked", reason: "denied by this rule (replies)", by: "-A FORWARD -d 10.0.0.5/32 -j DROP",
			changes: "-I FORWARD 2 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := Flow{Application: "a", Name: "f", Sources: []string{"10.0.0.5"}, Destinations: []string{"198.51.100.7"}, Services: []string{"tcp/443"}}
			if tt.sources != nil {
				f.Sources = tt.sources
			}
			if tt.config.ACL == "INPUT" {
				f.Services = []string{"tcp/22"}
			}
			e := New(Config{Rulesets: map[string]RulesetConfig{"host": tt.config}})
			found, err := e.Match(t.Context(), f)
			if err != nil {
				t.Fatal(err)
			}
			if found.Status.String() != tt.want {
				t.Fatalf("is %s, want %s: %+v", found.Status, tt.want, found)
			}
			if tt.want == "allowed" {
				return
			}
			m := found.Missing[0]
			if m.Reason != tt.reason || !strings.Contains(m.BlockedBy, tt.by) || m.Change != tt.changes {
				t.Errorf("got %q by %q, change\n%s\nwant %q by %q, change\n%s", m.Reason, m.BlockedBy, m.Change, tt.reason, tt.by, tt.changes)
			}
		})
	}
}

// TestRepliesAdded: the rule for established connections is added once for all flows, and
// is there as long as one of them needs it. Where replies meet another chain it cannot be.
func TestRepliesAdded(t *testing.T) {
	s := &site{T: t, dir: t.TempDir()}
	s.write("fw.rules", saved("DROP", "DROP", "DROP"))
	config := func(acl string) {
		s.Estate = New(Config{Rulesets: map[string]RulesetConfig{
			"edge": {Path: filepath.Join(s.dir, "fw.rules"), ACL: acl, Additions: filepath.Join(s.dir, "additions.json"), AdditionsEffective: true},
		}})
	}
	config("FORWARD")
	for _, text := range []string{"Shop/web 10.0.0.1 10.1.0.1 tcp/443", "Shop/mail 10.0.0.1 10.1.0.2 tcp/25"} {
		if a := s.deliver(text); a.Now.Status.String() != "allowed" {
			t.Errorf("%s is %s", text, a.Now.Status)
		}
		config("FORWARD")
		if a := s.assess(false, text); !a.Settled {
			t.Errorf("%s is not settled: %s", text, describe(a))
		}
	}
	if n := strings.Count(s.additions(), `"state": "established"`); n != 1 || strings.Count(s.additions(), `"action"`) != 3 {
		t.Errorf("%d rules for established connections in\n%s", n, s.additions())
	}
	if err := s.Release(t.Context(), "Shop/web"); err != nil {
		t.Fatal(err)
	}
	config("FORWARD")
	if a := s.assess(false, "Shop/mail 10.0.0.1 10.1.0.2 tcp/25"); !a.Settled || a.Now.Status.String() != "allowed" {
		t.Errorf("without the other flow: %s", describe(a))
	}
	config("INPUT")
	a := s.assess(true, "Shop/ssh 10.0.0.1 10.1.0.1 tcp/22")
	if a.Deliverable || !strings.Contains(a.Unmet(), "meet another list, OUTPUT") {
		t.Errorf("it can be delivered: %t, since\n%s", a.Deliverable, a.Unmet())
	}
}
