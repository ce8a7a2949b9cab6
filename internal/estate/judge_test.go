package estate

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/flow"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/matrix"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/policy"
)

var noTelnet = policy.Definition{Name: "no-telnet", Use: "insecure_services"}

// judged opens the site anew with policies, at noon of a day.
func (s *site) judged(day string, definitions ...policy.Definition) {
	s.Helper()
	set, err := policy.Compile(definitions, policy.Options{})
	if err != nil {
		s.Fatal(err)
	}
	now, err := time.Parse("2006-01-02 15", day+" 12")
	if err != nil {
		s.Fatal(err)
	}
	s.Estate = New(Config{
		Rulesets: map[string]RulesetConfig{"edge": {Path: filepath.Join(s.dir, "edge.json"), Additions: filepath.Join(s.dir, "additions.json"), AdditionsEffective: s.effective}},
		Policies: set, Now: now,
	})
}

func (s *site) of(f Flow, isNew bool) *Assessment {
	s.Helper()
	a, err := s.Estate.assess(context.Background(), f, isNew)
	if err != nil {
		s.Fatal(err)
	}
	return a
}

func TestDeniedFlowGetsNothing(t *testing.T) {
	s := newSite(t, `[]`, "")
	s.judged("2026-11-22", noTelnet)
	f := parseFlow("Shop/old 10.0.0.1 10.0.0.2 tcp/23")
	a := s.of(f, true)
	if a.Settled || a.Deliverable || len(a.Planned.Managed) > 0 || a.Planned.Status != match.Blocked || !slices.Equal(a.Planned.DeniedBy, []string{"no-telnet"}) {
		t.Errorf("assessed as %+v", a)
	}
	if _, err := s.Deliver(context.Background(), f, a); !errors.Is(err, ErrDenied) || !strings.Contains(err.Error(), "10.0.0.1 -> 10.0.0.2 tcp/23") {
		t.Errorf("delivered with %v", err)
	}
	if s.additions() != "" {
		t.Errorf("written is %s", s.additions())
	}

	t.Log("an exception lets it pass")
	f.Exceptions = map[string]string{"no-telnet": "until 2026-12-31: the switch speaks nothing else"}
	a = s.of(f, true)
	if !a.Deliverable || a.Denied() || a.Now.Violations[0].Exception != "the switch speaks nothing else (until 2026-12-31)" {
		t.Errorf("assessed as %+v", a)
	}
	if _, err := s.Deliver(context.Background(), f, a); err != nil {
		t.Fatal(err)
	}
	written := s.additions()
	if !strings.Contains(written, "Shop/old") {
		t.Fatalf("written is %q", written)
	}

	t.Log("the exception ends: the rule stays, and the flow is not as wanted")
	s.judged("2027-01-01", noTelnet)
	a = s.of(f, false)
	if a.Settled || !a.Denied() || a.Now.Status != match.Allowed || len(a.Planned.Managed) != 1 {
		t.Errorf("assessed as %+v", a)
	}
	if v := a.Now.Violations[0]; v.Exception != "" || !strings.HasSuffix(v.Message, "(the exception ended on 2026-12-31: the switch speaks nothing else)") {
		t.Errorf("violated is %+v", v)
	}
	if _, err := s.Deliver(context.Background(), f, a); !errors.Is(err, ErrDenied) || s.additions() != written {
		t.Errorf("delivered with %v: %s", err, s.additions())
	}
	if err := a.VerifyJudgement(nil, false); !errors.Is(err, ErrStale) || !strings.Contains(err.Error(), `"no-telnet"`) {
		t.Errorf("verified with %v", err)
	}
	if err := a.VerifyJudgement([]string{"no-telnet"}, false); err != nil {
		t.Error(err)
	}
}

func TestExpiredFlowGivesUpItsRules(t *testing.T) {
	s := newSite(t, `[]`, "")
	f := parseFlow("Shop/web 10.0.0.1 10.0.0.2 tcp/443")
	f.Expires = "2026-11-22"
	s.judged("2026-11-22")
	a := s.of(f, true)
	if a.Expired || !a.Deliverable {
		t.Fatalf("assessed as %+v", a)
	}
	if _, err := s.Deliver(context.Background(), f, a); err != nil || !strings.Contains(s.additions(), "Shop/web") {
		t.Fatal(err, s.additions())
	}

	s.judged("2026-11-23")
	a = s.of(f, false)
	if a.Settled || !a.Expired || !a.Deliverable || a.Now.Status != match.Allowed || a.Planned.Status != match.Blocked || len(a.Planned.Managed)+len(a.Planned.Missing) != 0 {
		t.Errorf("assessed as %+v", a)
	}
	if v := a.Planned.Violations; len(v) != 1 || v[0].Policy != ExpiresPolicy || v[0].Message != "expired on 2026-11-22" {
		t.Errorf("violated is %+v", v)
	}
	if err := a.VerifyJudgement(nil, false); !errors.Is(err, ErrStale) {
		t.Errorf("verified with %v", err)
	}
	after, err := s.Deliver(context.Background(), f, a)
	if err != nil || !after.Settled || strings.Contains(s.additions(), "Shop/web") {
		t.Errorf("delivered with %v: %+v\n%s", err, after, s.additions())
	}
	if a := s.of(f, true); !a.Settled || len(a.Planned.Managed) > 0 || a.Now.Satisfied != true || len(a.Now.Missing) > 0 {
		t.Errorf("a new one is assessed as %+v", a)
	}

	t.Log("a policy that denies what has expired does not keep its rules")
	s.judged("2026-11-22")
	f.Expires = "2026-11-22"
	if _, err := s.Deliver(context.Background(), f, s.of(f, true)); err != nil {
		t.Fatal(err)
	}
	s.judged("2026-11-23", policy.Definition{Name: "no-remains", Use: "expires_valid"})
	if _, err := s.Deliver(context.Background(), f, s.of(f, false)); !errors.Is(err, ErrDenied) || strings.Contains(s.additions(), "Shop/web") {
		t.Errorf("delivered with %v: %s", err, s.additions())
	}
}

func TestReviewChangesNothing(t *testing.T) {
	s := newSite(t, `[{"action": "permit", "src_ip": "10.0.0.1", "dst_ip": "10.0.0.2", "dst_port": "tcp/23"}]`, "")
	review := noTelnet
	review.Severity = policy.Review
	s.judged("2026-11-22", review)
	f := parseFlow("Shop/old 10.0.0.1 10.0.0.2 tcp/23")
	if a := s.of(f, false); !a.Settled || a.Denied() || a.Now.Violations[0].Severity != "review" {
		t.Errorf("assessed as %+v", a)
	}
}

// A list that is cut still names every policy that denies, and shows it first.
func TestViolationsAreCut(t *testing.T) {
	var many []policy.Definition
	for i := range 60 {
		d := policy.Definition{Name: string(rune('A'+i/26)) + string(rune('a'+i%26)), Assert: "false", Severity: policy.Notify}
		if i >= 57 {
			d.Severity = policy.Deny
		}
		many = append(many, d)
	}
	s := newSite(t, `[]`, "")
	s.judged("2026-11-22", many...)
	f := parseFlow("Shop/old 10.0.0.1 10.0.0.2 tcp/23")
	f.Expires = "2026-11-21"
	v := s.of(f, true).Now.Violations
	if len(v) != MaxEntries || v[0].Policy != ExpiresPolicy || !v[1].Denies() || !v[3].Denies() || v[4].Denies() || !strings.HasSuffix(v[MaxEntries-1].Message, "(and 11 more violations)") {
		t.Errorf("%d violations: %+v", len(v), v)
	}
}

func TestMatrixRules(t *testing.T) {
	m, err := matrix.New(nil, matrix.Definition{
		Zones: map[string][]string{"office": {"10.0.0.0/24"}, "pci": {"10.1.0.0/24"}},
		Cells: map[string]map[string]matrix.Cell{"office": {"pci": {Allow: []string{"tcp/443"}, Notify: []string{"tcp/22"}}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	set, err := policy.Compile(nil, PolicyOptions(nil, m))
	if err != nil {
		t.Fatal(err)
	}
	e := New(Config{Policies: set})
	for _, tt := range []struct{ flow, want string }{
		{"a/https 10.0.0.1 10.1.0.1 tcp/443", ""},
		{"a/ssh 10.0.0.1 10.1.0.1 tcp/22", "notify: 10.0.0.1 → 10.1.0.1 tcp/22: the matrix wants somebody told of it from zone office to zone pci"},
		{"a/dns 10.0.0.1 10.1.0.1 udp/53", "deny: 10.0.0.1 → 10.1.0.1 udp/53: the matrix does not allow it from zone office to zone pci"},
		{"a/out 10.0.0.1 8.8.8.8 udp/53", "deny: 10.0.0.1 → 8.8.8.8 udp/53: the matrix does not allow it from zone office to outside of all zones"},
	} {
		j, err := e.Judge(parseFlow(tt.flow))
		got := ""
		for _, v := range j.Violations {
			got += v.Severity + ": " + v.Message
		}
		if err != nil || got != tt.want {
			t.Errorf("%s: %q, %v; want %q", tt.flow, got, err, tt.want)
		}
	}
}

func TestParseException(t *testing.T) {
	for _, tt := range []struct{ text, reason, until, problem string }{
		{"legacy: see ticket 4711", "legacy: see ticket 4711", "0001-01-01T00:00:00Z", ""},
		{"until 2026-12-31: being replaced", "being replaced", "2027-01-01T00:00:00Z", ""},
		{"until 2026-12-31T18:00:00Z: tonight", "tonight", "2026-12-31T18:00:00Z", ""},
		{"until: x", "until: x", "0001-01-01T00:00:00Z", ""},
		{"until the switch is replaced", "", "", "has no colon and reason"},
		{"until 31.12.2026: x", "", "", `"31.12.2026" is not a date`},
		{"until 2026-12-31: ", "", "", "gives no reason"},
		{" ", "", "", "gives no reason"},
	} {
		x, err := ParseException(tt.text)
		switch {
		case tt.problem != "":
			if err == nil || !strings.Contains(err.Error(), tt.problem) {
				t.Errorf("%q: %v, want %q", tt.text, err, tt.problem)
			}
		case err != nil || x.Reason != tt.reason || x.Until.Format(time.RFC3339) != tt.until:
			t.Errorf("%q: %+v, %v", tt.text, x, err)
		}
	}
}

func TestJudgeRefuses(t *testing.T) {
	e := New(Config{})
	f := parseFlow("a/b 10.0.0.1 10.0.0.2 tcp/443")
	f.Expires, f.Exceptions = "soon", map[string]string{"pci": ""}
	_, err := e.Judge(f)
	if !errors.Is(err, flow.ErrDeclared) || !strings.HasPrefix(err.Error(), "expires: \"soon\"") || !strings.Contains(err.Error(), "\nexceptions[\"pci\"]: gives no reason") {
		t.Errorf("judged with %v", err)
	}
	f.Expires, f.Exceptions = "", map[string]string{"pci": "why not"}
	if _, err = e.Judge(f); !errors.Is(err, flow.ErrDeclared) || !strings.Contains(err.Error(), "there is no such policy") {
		t.Errorf("judged with %v", err)
	}
}
