package provider

import (
	"context"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/policy"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/algosec"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/algosec/algosectest"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/businessflow"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/estate"
)

// algosecSession is a session with a server that has the application Shop, of which
// each flow goes from 10.0.0.1 to 10.0.0.2 by tcp/443, with one word each.
func algosecSession(t *testing.T, words map[string]string) (*session, *algosectest.Server) {
	t.Helper()
	server := algosectest.New(t)
	var flows []algosectest.Flow
	for _, name := range slices.Sorted(maps.Keys(words)) {
		f := serverFlow(name, "10.0.0.1", "10.0.0.2", "TCP/443")
		f.Connectivity = words[name]
		flows = append(flows, f)
	}
	server.AddApplication("Shop", flows...)
	set, err := policy.Compile([]policy.Definition{{Name: "no-telnet", Use: "insecure_services"}}, policy.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return &session{
		enforcement: enforceApply, summary: summaryProblems,
		estate: estate.New(estate.Config{
			Rulesets: map[string]estate.RulesetConfig{"open": {Content: `[{"action": "permit"}]`}, "shut": {Content: `[{"name": "no", "action": "deny"}]`}},
			Policies: set, Now: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC),
		}),
		algosec: newAlgosecServer(algosec.Config{
			URL: server.URL, CACertificate: server.CA, Username: algosectest.Username, Password: algosectest.Password,
		}, nil),
	}, server
}

// planned plans what was compared just now.
func planned(t *testing.T, s *session, d businessflow.Declaration, seen *businessflow.Comparison, found map[string]estate.Found) (applicationValues, diag.Diagnostics) {
	t.Helper()
	server, err := s.algosecTarget().businessFlow()
	if err != nil {
		t.Fatal(err)
	}
	return s.algosecTarget().planDeclaration(server, d, seen, s.briefAll(found), true)
}

// shop declares flows from 10.0.0.1 to 10.0.0.2 by a service each.
func shop(services map[string]string, rulesets ...string) businessflow.Declaration {
	d := businessflow.Declaration{Application: "Shop", Flows: map[string]estate.Flow{}}
	for name, service := range services {
		d.Flows[name] = estate.Flow{
			Application: "Shop", Name: name, Rulesets: rulesets,
			Sources: []string{"10.0.0.1"}, Destinations: []string{"10.0.0.2"}, Services: []string{service},
		}
	}
	return d
}

// Policies are asked of what is written to AlgoSec, and what has expired is deleted.
func TestAlgosecPolicies(t *testing.T) {
	t.Parallel()
	s, server := algosecSession(t, map[string]string{"old": "Allowed", "web": "Allowed"})
	d := shop(map[string]string{"old": "tcp/443", "telnet": "tcp/23", "web": "tcp/443"})
	old := d.Flows["old"]
	old.Expires = "2026-11-01"
	d.Flows["old"] = old
	seen, found, err := s.algosecTarget().compare(context.Background(), d, &businessflow.Journal{})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(seen.Delete, []string{"old"}) || !slices.Equal(seen.Denied(), []string{"telnet"}) || !slices.Equal(found["telnet"].DeniedBy, []string{"no-telnet"}) {
		t.Errorf("seen %+v", seen)
	}
	p, diags := planned(t, s, d, seen, found)
	if names := slices.Sorted(maps.Keys(p.inventory.Elements())); diags.HasError() || !slices.Equal(names, []string{"telnet", "web"}) {
		t.Errorf("planned is %v, %v", names, diags)
	}
	s.enforcement = enforcePlan
	if _, diags := planned(t, s, d, seen, found); !strings.Contains(said(diags), `"Shop/telnet" is denied by policy`) {
		t.Errorf("planned with %v", diags)
	}
	s.enforcement = enforceApply
	diags = nil
	if out := s.algosecTarget().applyDeclaration(context.Background(), d, businessflow.Journal{}, nil, &diags); out.Delivered || !strings.Contains(said(diags), "no-telnet") || len(server.Writes()) > 0 {
		t.Errorf("applied with %v", diags)
	}
	delete(d.Flows, "telnet")
	s.delivered.Clear()
	diags = nil
	if out := s.algosecTarget().applyDeclaration(context.Background(), d, businessflow.Journal{}, nil, &diags); !out.Delivered || diags.HasError() {
		t.Errorf("applied with %v", diags)
	}
	if app, _ := server.Application("Shop"); len(app.Flows) != 1 || app.Flows[0].Name != "web" {
		t.Errorf("AlgoSec has %+v", app.Flows)
	}
}

// A change that is declared while a change request is open waits for it: the plan
// says so with its number, and no other one is opened.
func TestAlgosecChangeWhilePending(t *testing.T) {
	t.Parallel()
	s, server := algosecSession(t, map[string]string{"web": "Allowed"})
	d := shop(map[string]string{"web": "tcp/8443"})
	var diags diag.Diagnostics
	out := s.algosecTarget().applyDeclaration(context.Background(), d, businessflow.Journal{}, nil, &diags)
	if !out.Delivered || diags.HasError() || out.Seen.Answers["web"].Status != match.Pending || out.Journal.Request == nil {
		t.Fatalf("applied with %v: %+v", diags, out)
	}
	server.ForgetRequests()

	d = shop(map[string]string{"web": "tcp/9443"})
	s.delivered.Clear()
	seen, found, err := s.algosecTarget().compare(context.Background(), d, &out.Journal)
	if err != nil || !seen.Writes() || seen.Settled("web") {
		t.Fatalf("seen %+v, %v", seen, err)
	}
	if p, diags := planned(t, s, d, seen, found); diags.HasError() || p.found["web"].Status.ValueString() != "pending" {
		t.Errorf("planned %+v, %v", p, diags)
	}
	diags = nil
	s.algosecTarget().warnDeclaration(&diags, d, seen)
	if text := said(diags); !strings.Contains(text, "Change request 5301 is open") || !strings.Contains(text, "The apply will be refused") {
		t.Errorf("warned %s", text)
	}
	diags = nil
	out = s.algosecTarget().applyDeclaration(context.Background(), d, out.Journal, nil, &diags)
	if out.Delivered || !strings.Contains(said(diags), `status "Pending Implementation"`) || len(server.Writes()) > 0 || len(server.Tickets()) != 1 {
		t.Errorf("applied with %s, %v", said(diags), server.Writes())
	}
}

func TestKeepSpelling(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		list      string
		was, plan []string
		kept      bool
	}{
		{"services", []string{"TCP/443", "HTTPS"}, []string{"https", "tcp/443"}, true},
		{"services", []string{"TCP/443"}, []string{"tcp/443", "TCP/443"}, true},
		{"services", []string{"TCP/443"}, []string{"udp/443"}, false},
		{"sources", []string{"10.0.0.1", "hr"}, []string{"hr", "10.0.0.1/32"}, true},
		{"sources", []string{"hr"}, []string{"HR"}, false},
		{"users", []string{"a", "b"}, []string{"b", "a"}, true},
		{"users", []string{"a", "b"}, []string{"a"}, false},
	} {
		got := keepList(stringsList(tt.was), stringsList(tt.plan), spellings[tt.list])
		if kept := got.Equal(stringsList(tt.was)); kept != tt.kept {
			t.Errorf("%s %v for %v: kept %t", tt.list, tt.was, tt.plan, kept)
		}
	}
	if got := keepList(types.ListNull(types.StringType), stringsList([]string{"any"}), oneAddress); got.IsNull() {
		t.Error("null is kept for a value, which Terraform refuses")
	}
}

func TestParseTimeout(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{"90": 90 * time.Second, "2m": 2 * time.Minute, "": 0, "0": 0, "-1s": 0, "soon": 0} {
		if got, err := parseTimeout(text); got != want || (err == nil) != (want > 0) {
			t.Errorf("%q is %v, %v", text, got, err)
		}
	}
}
