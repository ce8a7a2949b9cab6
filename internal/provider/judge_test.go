package provider

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/policy"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/estate"
)

// onDay is a session at noon of a day, with an empty ruleset that may be added to.
func onDay(t *testing.T, additions, day string) *session {
	t.Helper()
	set, err := policy.Compile([]policy.Definition{{Name: "no-telnet", Use: "insecure_services"}}, policy.Options{})
	if err != nil {
		t.Fatal(err)
	}
	now, err := time.Parse(time.DateOnly, day)
	if err != nil {
		t.Fatal(err)
	}
	return &session{enforcement: enforceApply, estate: estate.New(estate.Config{
		Rulesets: map[string]estate.RulesetConfig{"edge": {Content: "[]", Format: "json", Additions: additions}},
		Policies: set, Now: now.Add(12 * time.Hour),
	})}
}

// refresh is what Read leaves of a flow.
func (s *session) refresh(t *testing.T, f estate.Flow) *priorFlow {
	t.Helper()
	a, err := s.estate.Assess(context.Background(), f)
	if err != nil {
		t.Fatal(err)
	}
	return &priorFlow{found: newFoundModel(a.Now), evidence: newEvidence(a)}
}

func said(diags diag.Diagnostics) string {
	out := ""
	for _, d := range diags {
		out += d.Summary() + ": " + d.Detail() + "\n"
	}
	return out
}

// A plan is made on one day and applied on the next.
func TestClockBetweenPlanAndApply(t *testing.T) {
	ctx := context.Background()
	telnet := estate.Flow{Application: "Shop", Name: "old", Sources: []string{"10.0.0.1"}, Destinations: []string{"10.0.0.2"}, Services: []string{"tcp/23"}}
	excepted, expiring := telnet, telnet
	excepted.Exceptions = map[string]string{"no-telnet": "until 2026-12-31: legacy"}
	expiring.Services, expiring.Expires = []string{"tcp/443"}, "2026-12-31"
	calm := expiring
	calm.Expires = "2027-01-31"
	for _, tt := range []struct {
		name string
		flow estate.Flow
		want string // the error of the apply, none where it holds
	}{
		{"the exception ends", excepted, `What policies say of the flow changed after this plan was made, plan again; it is now denied by "no-telnet"`},
		{"the flow expires", expiring, "Whether the flow has expired changed after this plan was made, plan again"},
		{"neither", calm, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			additions := t.TempDir() + "/additions.json"
			today, tomorrow := onDay(t, additions, "2026-12-31"), onDay(t, additions, "2027-01-01")
			prior := today.refresh(t, tt.flow)
			planned, _, diags := today.planFlow(ctx, tt.flow, prior, path.Empty())
			if diags.HasError() || planned.Status.ValueString() != "pending" {
				t.Fatalf("planned %s: %s", planned.Status, said(diags))
			}
			again, _, diags := tomorrow.planFlow(ctx, tt.flow, prior, path.Empty())
			if diags.HasError() || !again.object().Equal(planned.object()) {
				t.Errorf("a plan of a flow in the state depends on the clock:\n%s\n%s", planned.object(), again.object())
			}
			d, diags := tomorrow.prepare(ctx, tt.flow, planned, prior, path.Empty())
			if tt.want != "" {
				if got := said(diags); !strings.Contains(got, tt.want) || !strings.Contains(got, "Nothing was written") {
					t.Errorf("prepared with %q, want %q", got, tt.want)
				}
				return
			}
			if diags.HasError() {
				t.Fatal(said(diags))
			}
			found, _, diags := tomorrow.deliver(ctx, &d)
			if diags.HasError() || !found.object().Equal(planned.object()) {
				t.Errorf("delivered is %s, planned was %s: %s", found.object(), planned.object(), said(diags))
			}
		})
	}
}

// Under advisory nothing fails, and what policies say is recorded.
func TestDeniedUnderEachEnforcement(t *testing.T) {
	ctx := context.Background()
	f := estate.Flow{Application: "Shop", Name: "old", Sources: []string{"10.0.0.1"}, Destinations: []string{"10.0.0.2"}, Services: []string{"tcp/23"}}
	for _, tt := range []struct {
		enforcement          string
		planFails, applyFail bool
	}{{enforceApply, false, true}, {enforceAdvisory, false, false}, {enforcePlan, true, true}} {
		t.Run(tt.enforcement, func(t *testing.T) {
			for _, isNew := range []bool{true, false} {
				s := onDay(t, t.TempDir()+"/additions.json", "2026-12-31")
				s.enforcement = tt.enforcement
				var prior *priorFlow
				if !isNew {
					prior = s.refresh(t, f)
				}
				planned, row, diags := s.planFlow(ctx, f, prior, path.Empty())
				if diags.HasError() != tt.planFails || tt.planFails && !strings.Contains(said(diags), "denied by policy") {
					t.Errorf("new %t: planned with %q", isNew, said(diags))
				}
				if row.ok() || row.remark != "denied" || len(planned.Violations.Elements()) != 1 {
					t.Errorf("new %t: the row is %+v, planned is %s", isNew, row, planned.object())
				}
				differs := !isNew && tt.enforcement != enforceAdvisory
				if empty := len(planned.DeniedBy.Elements()) == 0; empty != differs {
					t.Errorf("new %t: denied_by is planned as %s", isNew, planned.DeniedBy)
				}
				d, diags := s.prepare(ctx, f, planned, prior, path.Empty())
				if diags.HasError() {
					t.Fatal(said(diags))
				}
				if got := s.refuse([]delivery{d}, &diags); got != tt.applyFail {
					t.Errorf("new %t: refused is %t", isNew, got)
				}
				_, _, diags = s.deliver(ctx, &d)
				if diags.HasError() != tt.applyFail {
					t.Errorf("new %t: delivered with %q", isNew, said(diags))
				}
			}
		})
	}
}

func TestRemarks(t *testing.T) {
	v := func(policy, severity, exception string) estate.Violation {
		return estate.Violation{Policy: policy, Severity: severity, Message: "no", Exception: exception}
	}
	flow := estate.Flow{Name: "f"}
	for _, tt := range []struct {
		name       string
		settled    bool
		violations []estate.Violation
		want       string
	}{
		{"quiet", true, nil, "  allowed  f"},
		{"excepted", true, []estate.Violation{v("a", "deny", "why")}, "  allowed  f  excepted  a: why"},
		{"review", true, []estate.Violation{v("n", "notify", ""), v("r", "review", ""), v("r", "review", "")}, "  REVIEW  f  r: no  (+1 more)\n             notify  n: no"},
		{"a gap comes first", false, []estate.Violation{v("r", "review", "")}, "  ALLOWED  f  gap\n              review  r: no"},
		{"denied", false, []estate.Violation{v("r", "review", ""), v("d", "deny", ""), v("e", "deny", "")}, "  DENIED  f  d: no\n             denied  e: no\n             review  r: no"},
	} {
		reason := ""
		if !tt.settled {
			reason = "gap"
		}
		row := newSummaryRow(flow, match.Allowed, tt.settled, reason)
		row.judge(tt.violations)
		if got := table([]summaryRow{row}); got != tt.want {
			t.Errorf("%s:\n%s\nwant\n%s", tt.name, got, tt.want)
		}
	}
	rows := []summaryRow{
		{name: "a", verdict: match.Allowed, wanted: match.Allowed, settled: true, remark: "review"}, {name: "b", verdict: match.Allowed, wanted: match.Allowed, settled: true, remark: "expired"},
		{name: "c", verdict: match.Allowed, wanted: match.Allowed, remark: "denied"}, {name: "d", verdict: match.Blocked, wanted: match.Allowed}, {name: "e", verdict: match.Allowed, wanted: match.Allowed, settled: true},
	}
	if got := counts(rows); got != "3 of 5 flows as wanted, 1 denied, 1 blocked, 1 expired, 1 to review" {
		t.Error(got)
	}
}

// TestSummary: a flow that is not known yet is counted and makes no noise, and what
// is as wanted is counted where it would drown the rest.
func TestSummary(t *testing.T) {
	fine := func(n int) (rows []summaryRow) {
		for i := range n {
			rows = append(rows, summaryRow{name: fmt.Sprintf("f%02d", i), verdict: match.Allowed, wanted: match.Allowed, settled: true})
		}
		return rows
	}
	blocked := summaryRow{name: "db", verdict: match.Blocked, wanted: match.Allowed, reason: "a rule"}
	excepted := summaryRow{name: "x", verdict: match.Allowed, wanted: match.Allowed, settled: true, reason: "excepted  a: why"}
	for _, tt := range []struct {
		name, mode, summary, detail string
		rows                        []summaryRow
	}{
		{"known after apply alone", summaryProblems, "", "", append(fine(1), laterRow("vm"))},
		{"known after apply", summaryProblems, `application "Shop": 1 of 3 flows as wanted, 1 blocked, 1 known after apply`,
			"  BLOCKED  db   a rule\n  unknown  vm   known after apply\n  allowed  f00", append(fine(1), laterRow("vm"), blocked)},
		{"many", summaryProblems, `application "Shop": 12 of 13 flows as wanted, 1 blocked`,
			"  BLOCKED  db  a rule\n  allowed  x   excepted  a: why\n  … and 11 flows as wanted", append(fine(11), blocked, excepted)},
		{"stuck", summaryProblems, `application "Shop": 1 of 3 flows as wanted, 2 blocked`,
			"  BLOCKED  db   a rule\n  BLOCKED  ssh\n  allowed  f00\n  An apply will fail: it cannot make \"db\" and \"ssh\" as wanted.",
			append(fine(1), summaryRow{name: "db", verdict: match.Blocked, wanted: match.Allowed, reason: "a rule", stuck: true}, summaryRow{name: "ssh", verdict: match.Blocked, wanted: match.Allowed, stuck: true})},
		{"all of many", summaryAlways, `application "Shop": 11 of 11 flows as wanted`, table(fine(11)), fine(11)},
	} {
		var diags diag.Diagnostics
		s := &session{summary: tt.mode}
		s.warnApplication(&diags, "Shop", tt.rows)
		var summary, detail string
		for _, d := range diags {
			summary, detail = summary+d.Summary(), detail+d.Detail()
		}
		if summary != tt.summary || detail != tt.detail {
			t.Errorf("%s:\n%s\n%s\nwant\n%s\n%s", tt.name, summary, detail, tt.summary, tt.detail)
		}
	}
}

// What policies read has to be known, unless there are none.
func TestJudgeable(t *testing.T) {
	with := onDay(t, t.TempDir()+"/additions.json", "2026-12-31")
	without := &session{estate: estate.New(estate.Config{})}
	known := declaredModel{judged: judged{Exceptions: types.MapNull(types.StringType)}}
	comment := known
	comment.Comment = types.StringUnknown()
	expires := known
	expires.Expires = types.StringUnknown()
	exceptions := known
	exceptions.Exceptions = types.MapValueMust(types.StringType, map[string]attr.Value{"a": types.StringUnknown()})
	owner := applicant{Owner: types.StringUnknown()}
	for _, tt := range []struct {
		name          string
		flow          declaredModel
		by            applicant
		with, without bool
	}{
		{"known", known, applicant{}, true, true},
		{"comment", comment, applicant{}, false, true},
		{"owner", known, owner, false, true},
		{"expires", expires, applicant{}, false, false},
		{"exceptions", exceptions, applicant{}, false, false},
	} {
		if with.judgeable(tt.flow, tt.by) != tt.with || without.judgeable(tt.flow, tt.by) != tt.without {
			t.Errorf("%s: %t with policies, %t without", tt.name, with.judgeable(tt.flow, tt.by), without.judgeable(tt.flow, tt.by))
		}
	}
}

// What only policies read makes a flow a changed one where there are policies; its
// end and its exceptions always do.
func TestSameAsked(t *testing.T) {
	with := onDay(t, t.TempDir()+"/additions.json", "2026-12-31")
	without := &session{estate: estate.New(estate.Config{})}
	text := types.StringValue
	none := judged{Exceptions: types.MapNull(types.StringType)}
	base := declaredModel{judged: none, NetworkApplications: types.ListNull(types.StringType), Users: types.ListNull(types.StringType)}
	comment, users, expires, excepted := base, base, base, base
	comment.Comment = text("CHG1")
	users.Users = types.ListValueMust(types.StringType, []attr.Value{text("kim")})
	expires.Expires = text("2026-12-31")
	excepted.Exceptions = types.MapValueMust(types.StringType, map[string]attr.Value{"a": text("b")})
	for _, tt := range []struct {
		name          string
		flow          declaredModel
		with, without bool
	}{
		{"nothing", base, true, true},
		{"comment", comment, false, true},
		{"users", users, false, true},
		{"expires", expires, false, false},
		{"exceptions", excepted, false, false},
	} {
		if with.sameAsked(base, tt.flow) != tt.with || without.sameAsked(base, tt.flow) != tt.without {
			t.Errorf("%s: the same %t with policies, %t without", tt.name, with.sameAsked(base, tt.flow), without.sameAsked(base, tt.flow))
		}
	}
	owner := applicant{Owner: text("net")}
	if with.sameApplicant(applicant{}, owner) || !without.sameApplicant(applicant{}, owner) {
		t.Error("the owner counts where there are policies, and only there")
	}
}

// A flow that has expired does not count for the status of its application.
func TestWorstStatusOfExpired(t *testing.T) {
	found := func(status string, v ...estate.Violation) foundModel {
		return newFoundModel(estate.Found{Status: match.VerdictOf(status), Violations: v})
	}
	expired := estate.Violation{Policy: estate.ExpiresPolicy, Severity: "notify"}
	for _, tt := range []struct {
		of   map[string]foundModel
		want string
	}{
		{map[string]foundModel{"a": found("allowed"), "b": found("blocked", expired)}, "allowed"},
		{map[string]foundModel{"a": found("partial"), "b": found("blocked", expired)}, "partial"},
		{map[string]foundModel{"a": found("blocked", estate.Violation{Policy: "x", Severity: "notify"})}, "blocked"},
	} {
		if got := worstStatus(map[string]declaredModel{}, tt.of).ValueString(); got != tt.want {
			t.Errorf("%s, want %s", got, tt.want)
		}
	}
}
