package businessflow

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/algosec"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/algosec/algosectest"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/estate"
)

// What is planned follows from what was seen, and nothing else.
func TestPlan(t *testing.T) {
	allowed, blocked := Answer{Same: true, Status: match.Allowed}, Answer{Same: true, Status: match.Blocked, Reason: "no"}
	seen := func(change func(*Comparison)) Comparison {
		s := Comparison{Exists: true, Revision: 7, Status: algosec.RevisionActive, Answers: map[string]Answer{"web": allowed}}
		if change != nil {
			change(&s)
		}
		return s
	}
	writes := func(s *Comparison) { s.Add = []string{"web"}; s.Answers["web"] = Answer{Status: match.Indeterminate} }
	forbid := func(c *algosec.Config) { c.ReadOnly = true }
	for _, tt := range []struct {
		name string
		seen Comparison
		how  Enforcement
		conf func(*algosec.Config)
		make bool
		want string // promise of web when planning, promise on refresh, kinds of problems
	}{
		{"allowed", seen(nil), AtApply, nil, false, "0 0 []"},
		{"blocked", seen(func(s *Comparison) { s.Answers["web"] = blocked }), AtApply, nil, false, "0 2 []"},
		{"blocked, at plan", seen(func(s *Comparison) { s.Answers["web"] = blocked }), AtPlan, nil, false, "0 2 [5 web: no]"},
		{"blocked, advisory", seen(func(s *Comparison) { s.Answers["web"] = blocked }), Advisory, nil, false, "0 0 []"},
		{"blocked in a pending revision", seen(func(s *Comparison) { s.Answers["web"], s.Status = blocked, algosec.RevisionPending }), AtPlan, nil, false, "0 0 []"},
		{"to add", seen(writes), AtApply, nil, false, "1 1 []"},
		{"to add, forbidden", seen(writes), AtApply, forbid, false, "0 0 [2 : algosec.read_only is set in the provider]"},
		{"nothing to write, forbidden", seen(nil), AtApply, forbid, false, "0 0 []"},
		{"to add, refused", seen(func(s *Comparison) { writes(s); s.Refused = "busy" }), AtApply, nil, false, "1 1 []"},
		{"to add, refused at plan", seen(func(s *Comparison) { writes(s); s.Refused = "busy" }), AtPlan, nil, false, "0 0 [3 : busy]"},
		{"to add, denied", seen(func(s *Comparison) { writes(s); s.Answers["web"] = Answer{Denials: []string{"p"}} }), AtApply, nil, false, "1 1 []"},
		{"to add, denied at plan", seen(func(s *Comparison) { writes(s); s.Answers["web"] = Answer{Denials: []string{"p"}} }), AtPlan, nil, false, "0 0 [4 web: ]"},
		{"a draft to go on with", seen(func(s *Comparison) { s.Resume = true }), AtApply, nil, false, "1 1 []"},
		{"in a draft that nobody applied", seen(func(s *Comparison) { s.Unapplied = []string{"web"} }), AtApply, nil, false, "1 1 []"},
		{"no application", Comparison{}, AtApply, nil, false, "0 0 [1 : ]"},
		{"no application, to be created", Comparison{}, AtApply, nil, true, "1 1 []"},
		{"no application, advisory", Comparison{}, Advisory, nil, false, "0 0 []"},
		{"expired and gone", seen(func(s *Comparison) { s.Expired = []string{"web"} }), AtPlan, nil, false, "0 0 []"},
		{"expired and to be deleted", seen(func(s *Comparison) { s.Expired, s.Delete = []string{"web"}, []string{"web"} }), AtApply, nil, false, "1 1 []"},
	} {
		conf := algosec.Config{URL: "https://asms.example.com", Username: "u", Password: "p"}
		if tt.conf != nil {
			tt.conf(&conf)
		}
		client, err := algosec.New(conf) // contacts nobody
		if err != nil {
			t.Fatal(err)
		}
		s := Server{Client: client, Enforcement: tt.how}
		d := shop(map[string]string{"web": "tcp/443"})
		d.Create = tt.make
		plan, refresh := s.Plan(d, &tt.seen, true), s.Plan(d, &tt.seen, false)
		problems := []string{}
		for _, p := range plan.Problems {
			problems = append(problems, fmt.Sprintf("%d %s: %s", p.Kind, p.Flow, p.Reason))
		}
		if got := fmt.Sprintf("%d %d %v", plan.Flows["web"], refresh.Flows["web"], problems); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
		if plan.Writes != (plan.Flows["web"] == WhilePending) || plan.Writes != (plan.Inventory != nil) {
			t.Errorf("%s: %+v", tt.name, plan)
		}
	}
}

// An apply notes what it opened, and never says that it delivered what it did not.
func TestApply(t *testing.T) {
	isApply := func(r algosectest.Request) bool { return strings.HasSuffix(r.Path, "/apply") }
	isFlows := func(r algosectest.Request) bool {
		return r.Method == http.MethodGet && strings.HasSuffix(r.Path, "/flows")
	}
	for _, tt := range []struct {
		name      string
		fault     algosectest.Fault
		service   string
		how       Enforcement
		delivered bool
		check     func(Outcome) error
	}{
		{"opens a change request", algosectest.Fault{}, "tcp/8443", AtApply, true, func(o Outcome) error {
			if o.Journal.Request == nil || o.Journal.Request.ID == 0 || len(o.Journal.Unverified) != 1 || o.Seen.Status != algosec.RevisionPending || o.Journal.Base == nil || o.Journal.Base.Revision != o.Seen.Revision {
				return errors.New("not noted")
			}
			return nil
		}},
		{"nothing to write", algosectest.Fault{}, "tcp/443", AtApply, true, func(o Outcome) error { return noRequest(o) }},
		{"advisory", algosectest.Fault{}, "tcp/8443", Advisory, true, func(o Outcome) error { return noRequest(o) }},
		{"denied", algosectest.Fault{}, "tcp/23", AtApply, false, func(o Outcome) error {
			if len(o.Problems) != 1 || o.Problems[0].Kind != Denied {
				return errors.New("not denied")
			}
			return noRequest(o)
		}},
		{"cannot be compared", algosectest.Fault{Match: isFlows, Times: -1, Body: "null"}, "tcp/8443", AtApply, false, func(o Outcome) error { return failsAt(o, "compare") }},
		{"is not applied", algosectest.Fault{Match: isApply, Body: `{"error":"no","status":"FAILURE"}`}, "tcp/8443", AtApply, false, func(o Outcome) error {
			if o.Journal.Progress.IsZero() {
				return errors.New("the draft is forgotten")
			}
			return failsAt(o, "write")
		}},
		{"cannot be read after it", algosectest.Fault{Match: isFlows, Skip: 4, Times: -1, Status: 500}, "tcp/8443", AtApply, true, func(o Outcome) error {
			if o.Unread == nil || o.Seen != nil || o.Journal.Request == nil {
				return errors.New("not told")
			}
			return nil
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, server := shopServer(t, map[string]string{"web": "Allowed"})
			s.Enforcement = tt.how
			if tt.fault.Match != nil {
				server.Inject(tt.fault)
			}
			out := s.Apply(context.Background(), shop(map[string]string{"web": tt.service}), Journal{}, nil)
			if out.Delivered != tt.delivered {
				t.Errorf("delivered %t: %v, %v", out.Delivered, out.Err, out.Problems)
			}
			if err := tt.check(out); err != nil {
				t.Errorf("%v: %+v", err, out)
			}
		})
	}
}

func noRequest(o Outcome) error {
	if o.Journal.Request != nil {
		return errors.New("a change request")
	}
	return nil
}

func failsAt(o Outcome, step string) error {
	if o.Err == nil || o.Err.Step != step || o.Journal.Request != nil {
		return fmt.Errorf("does not fail to %s", step)
	}
	return nil
}

// A flow that is not allowed, with nothing to write for it, is a problem after an apply.
func TestApplyInsists(t *testing.T) {
	s, _ := shopServer(t, map[string]string{"web": "Blocked"})
	out := s.Apply(context.Background(), shop(map[string]string{"web": "tcp/443"}), Journal{}, nil)
	if !out.Delivered || len(out.Problems) != 1 || out.Problems[0].Kind != NotAllowed || out.Problems[0].Flow != "web" {
		t.Errorf("%+v", out)
	}
}

// A declaration is told in a line, and loses flows without changing its original.
func TestDeclaration(t *testing.T) {
	d := Declaration{Application: "Shop", Owned: []string{"a"}, Flows: map[string]estate.Flow{"b": {Sources: []string{"10.0.0.1"}, Destinations: []string{"x", "y"}, Services: []string{"tcp/1"}, Users: []string{"u"}, NetworkApplications: []string{"Any"}}}}
	if got := d.Inventory()["b"]; got != "10.0.0.1 -> x, y tcp/1 for users u" {
		t.Error(got)
	}
	w := d.Without([]string{"b"})
	if len(w.Flows) != 0 || strings.Join(w.Owned, " ") != "a b" || len(d.Flows) != 1 {
		t.Errorf("%+v, %+v", w, d)
	}
	if k, f := d.Key(), (Declaration{Application: "Shop", Single: true, Flows: d.Flows}).Key(); k != "application Shop" || f != "flow Shop/b" {
		t.Error(k, f)
	}
}
