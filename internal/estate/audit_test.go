package estate

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/policy"
)

// TestAuditApplications takes no rule of PAN-OS for covered by one for another
// application, and two such rules for no same thing.
func TestAuditApplications(t *testing.T) {
	text := func(first, second string) string {
		return `set service web protocol tcp port 443
set rulebase security rules one from any to any source any destination any application ` + first + ` service web action allow
set rulebase security rules two from any to any source any destination any application ` + second + ` service web action allow
`
	}
	kinds := func(content string) (out []string) {
		e := New(Config{Rulesets: map[string]RulesetConfig{"fw": {Content: content, Format: "panos"}}})
		found, err := e.Audit(AuditQuestion{Everything: true})
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range found.Findings {
			out = append(out, f.Kind+" "+f.Rule)
		}
		return out
	}
	if got := kinds(text("web-browsing", "ssl")); slices.Contains(got, "shadowed two") {
		t.Errorf("another application: %v", got)
	}
	if got := kinds(text("web-browsing", "ssl")); slices.Contains(got, "possibly_shadowed two") {
		t.Errorf("another application shadows nothing: %v", got)
	}
	if got := kinds(text("ssl", "ssl")); !slices.Contains(got, "possibly_shadowed two") {
		t.Errorf("the same application: %v", got)
	}
	if got := kinds(text("any", "ssl")); !slices.Contains(got, "shadowed two") {
		t.Errorf("any application covers: %v", got)
	}
	e := New(Config{})
	d, err := e.Diff(DiffSide{Text: &RulesetConfig{Content: text("web-browsing", "dns")}}, DiffSide{Text: &RulesetConfig{Content: text("web-browsing", "ssl")}})
	if err != nil || d.Same {
		t.Errorf("another application is not the same: %+v, %v", d, err)
	}
	side := DiffSide{Text: &RulesetConfig{Content: text("web-browsing", "ssl")}}
	f, err := e.MatchSide(side, Flow{Sources: []string{"10.0.0.1"}, Destinations: []string{"10.0.0.2"}, Services: []string{"tcp/443"}, NetworkApplications: []string{"ssl"}})
	if err != nil || f.Status != match.Allowed {
		t.Errorf("a flow is %s, %v: %v", f.Status, err, f.Missing)
	}
}

// TestAuditChains proposes no removal of a rule in a chain that another list may use.
func TestAuditChains(t *testing.T) {
	e := New(Config{Rulesets: map[string]RulesetConfig{"host": {Format: "iptables", ACL: "INPUT", Content: `*filter
:INPUT DROP [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
:WEB - [0:0]
-A INPUT -s 10.0.0.0/8 -p tcp -m tcp --dport 443 -j ACCEPT
-A INPUT -s 10.1.0.0/16 -p tcp -m tcp --dport 443 -j ACCEPT
-A INPUT -j WEB
-A FORWARD -j WEB
-A WEB -s 10.2.0.0/16 -p tcp -m tcp --dport 443 -j ACCEPT
COMMIT
`}}})
	found, err := e.Audit(AuditQuestion{Everything: true})
	if err != nil {
		t.Fatal(err)
	}
	removed := map[int64][]string{}
	for _, f := range found.Findings {
		if f.Kind == "shadowed" {
			removed[f.Line] = f.Remove
		}
	}
	if want := []string{"iptables -D INPUT -s 10.1.0.0/16 -p tcp -m tcp --dport 443 -j ACCEPT"}; !slices.Equal(removed[7], want) {
		t.Errorf("a rule of the list: %v", removed)
	}
	if commands, shadowed := removed[10]; !shadowed || len(commands) > 0 {
		t.Errorf("a rule of a chain: %v", removed)
	}
}

// TestAuditHits tells of rules that the device has counted no packet for.
func TestAuditHits(t *testing.T) {
	e := New(Config{Rulesets: map[string]RulesetConfig{"fw": {Content: "access-list A; 2 elements; name hash: 0x1\n" +
		"access-list A line 1 extended permit tcp any host 10.0.0.1 eq www (hitcnt=12) 0xa\n" +
		"access-list A line 2 extended permit tcp any host 10.0.0.1 eq 22 (hitcnt=0) 0xb\n"}}})
	found, err := e.Audit(AuditQuestion{Everything: true})
	if err != nil || len(found.Findings) != 1 || found.Findings[0].Kind != "no_hits" || found.Findings[0].Line != 3 {
		t.Errorf("%+v, %v", found, err)
	}
}

// TestAuditMostImportantFirst lists the widest of many rules that nobody wants, and of
// policies that are violated those that deny.
func TestAuditMostImportantFirst(t *testing.T) {
	var text strings.Builder
	for i := range MaxFindings + 50 {
		fmt.Fprintf(&text, "access-list A extended permit tcp host 10.0.%d.%d host 192.0.2.1 eq 23\n", i/200, i%200)
	}
	text.WriteString("access-list A extended permit tcp 172.16.0.0 255.240.0.0 any4 range 1 1024\n")
	set, err := policy.Compile([]policy.Definition{
		{Name: "told", Use: "insecure_services", Severity: policy.Notify},
		{Name: "narrow", Use: "max_hosts", Parameters: policy.Parameters{MaxHosts: 1 << 16}},
	}, policy.Options{})
	if err != nil {
		t.Fatal(err)
	}
	found, err := New(Config{Rulesets: map[string]RulesetConfig{"fw": {Content: text.String()}}, Policies: set}).Audit(AuditQuestion{Everything: true, Declared: true})
	if err != nil {
		t.Fatal(err)
	}
	first := map[string]AuditFinding{}
	listed := map[string]int64{}
	for _, f := range found.Findings {
		if listed[f.Kind]++; listed[f.Kind] == 1 {
			first[f.Kind] = f
		}
	}
	for _, kind := range []string{violates, "unused"} {
		if first[kind].Line != MaxFindings+51 || listed[kind] != MaxFindings || found.Summary[kind] <= MaxFindings {
			t.Errorf("%s: line %d is the first of %d that are listed of %d", kind, first[kind].Line, listed[kind], found.Summary[kind])
		}
	}
}
