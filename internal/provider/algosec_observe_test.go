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

// shop declares flows from 10.0.0.1 to 10.0.0.2 by a service each.
func shop(services map[string]string, rulesets ...string) declaration {
	d := declaration{application: "Shop", flows: map[string]estate.Flow{}}
	for name, service := range services {
		d.flows[name] = estate.Flow{
			Application: "Shop", Name: name, Rulesets: rulesets,
			Sources: []string{"10.0.0.1"}, Destinations: []string{"10.0.0.2"}, Services: []string{service},
		}
	}
	return d
}

// Nothing but AlgoSec's word for it about the very flow that is declared, and an
// active revision, is allowed.
func TestAlgosecStatus(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, word, service, revision, check string
		rulesets                             []string
		status, action                       string
		settled, writes                      bool
		drafted                              bool // by somebody else, after we saw it active
	}{
		{name: "allowed", word: "Allowed", status: "allowed", settled: true},
		{name: "allowed by rulesets too", word: "Allowed", rulesets: []string{"open"}, status: "allowed", action: "permit permit", settled: true},
		{name: "blocked by rulesets", word: "Allowed", rulesets: []string{"shut"}, status: "blocked", action: "permit deny"},
		{name: "blocked, whatever rulesets say", word: "Blocked", rulesets: []string{"open"}, status: "blocked", action: "deny permit"},
		{name: "in part", word: "Partially blocked", status: "partial", action: "indeterminate"},
		{name: "unprotected", word: "Unprotected", status: "not_routed", action: "deny"},
		{name: "an unknown word", word: "Splendid", check: "Grand", status: "indeterminate", action: "indeterminate"},
		{name: "no word, and a check that passes", word: "No connectivity information", check: "Pass", status: "allowed", settled: true},
		{name: "no word, and a check that does not", word: "No connectivity information", check: "Blocked", status: "blocked", action: "deny"},
		{name: "another flow", word: "Allowed", service: "tcp/8443", status: "indeterminate", action: "indeterminate", writes: true},
		{name: "a change request is open", word: "Allowed", revision: "Pending Implementation", status: "pending", settled: true},
		{name: "open, and blocked by rulesets", word: "Allowed", rulesets: []string{"shut"}, revision: "Pending Implementation", status: "pending", action: "deny", settled: true},
		{name: "a draft, and nothing known before", word: "Allowed", revision: "Draft", status: "indeterminate", action: "indeterminate", settled: true, writes: true},
		{name: "somebody else's draft", word: "Allowed", drafted: true, status: "indeterminate", action: "indeterminate", settled: true},
		{name: "a revision of no known kind", word: "Allowed", revision: "Obsolete", status: "indeterminate", action: "indeterminate", settled: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, server := algosecSession(t, map[string]string{"web": tt.word})
			server.OnCheck(func(_, _ string) string { return tt.check })
			if tt.revision != "" {
				server.SetStatus("Shop", tt.revision)
			}
			service := "tcp/443"
			if tt.service != "" {
				service = tt.service
			}
			d := shop(map[string]string{"web": service}, tt.rulesets...)
			j := &journal{}
			if tt.drafted {
				if _, _, err := s.observe(context.Background(), d, j); err != nil {
					t.Fatal(err)
				}
				server.PutFlow("Shop", serverFlow("theirs", "10.0.0.1", "10.0.0.2", "TCP/443"))
				s.algosec = newAlgosecServer(s.algosec.conf, nil) // another process
			}
			seen, found, err := s.observe(context.Background(), d, j)
			if err != nil {
				t.Fatal(err)
			}
			var actions []string
			for _, e := range found["web"].Decisions {
				actions = append(actions, e.Action)
			}
			if got := strings.Join(actions, " "); found["web"].Status.String() != tt.status || got != tt.action || seen.settled("web") != tt.settled || seen.writes() != tt.writes {
				t.Errorf("status %s, decided %q, settled %t, writes %t", found["web"].Status, got, seen.settled("web"), seen.writes())
			}
			for _, isNew := range []bool{true, false} {
				p, diags := s.planDeclaration(d, seen, (&session{}).briefAll(found), isNew)
				want := tt.status
				switch {
				case tt.writes:
					want = "pending"
				case !isNew && !tt.settled:
					want = "allowed"
				}
				if got := p.found["web"].Status.ValueString(); got != want || diags.HasError() {
					t.Errorf("new %t: planned as %s, want %s; %v", isNew, got, want, diags)
				}
			}
		})
	}
}

// A check that a change request was opened for is repeated until it passes.
func TestAlgosecVerifiesWhatWasChanged(t *testing.T) {
	t.Parallel()
	s, server := algosecSession(t, map[string]string{"web": "Allowed"})
	d := shop(map[string]string{"web": "tcp/443"})
	j := journal{Unverified: []string{"gone", "web"}}
	for _, tt := range []struct{ check, status, left string }{
		{"Blocked", "blocked", "web"},
		{"Grand", "indeterminate", "web"},
		{"Pass", "allowed", ""},
		{"Blocked", "allowed", ""}, // is not asked again
	} {
		server.OnCheck(func(_, _ string) string { return tt.check })
		_, found, err := s.observe(context.Background(), d, &j)
		if err != nil || found["web"].Status.String() != tt.status || strings.Join(j.Unverified, " ") != tt.left {
			t.Errorf("%s: %v, %v; left %v", tt.check, found["web"].Status, err, j.Unverified)
		}
	}
}

func TestAlgosecSimulation(t *testing.T) {
	t.Parallel()
	s, server := algosecSession(t, map[string]string{"web": "No connectivity information"})
	s.algosec.conf.Simulate = true
	s.algosec = newAlgosecServer(s.algosec.conf, nil)
	server.OnSimulate(func(algosectest.Query) algosectest.Simulation {
		return algosectest.Simulation{Result: "Blocked", Routing: "Routed", Devices: []algosectest.SimulatedDevice{{Name: "edge", Word: "Blocked", Rules: []string{"no web"}}}}
	})
	_, found, err := s.observe(context.Background(), shop(map[string]string{"web": "tcp/443"}), &journal{})
	if err != nil {
		t.Fatal(err)
	}
	f := found["web"]
	if f.Status != match.Blocked || len(f.Decisions) != 2 || !strings.HasPrefix(f.Decisions[1].Rule, "edge: Blocked, ") || !strings.HasSuffix(f.Decisions[1].Rule, " no web") {
		t.Errorf("found %+v", f)
	}
}

// Policies are asked of what is written to AlgoSec, and what has expired is deleted.
func TestAlgosecPolicies(t *testing.T) {
	t.Parallel()
	s, server := algosecSession(t, map[string]string{"old": "Allowed", "web": "Allowed"})
	d := shop(map[string]string{"old": "tcp/443", "telnet": "tcp/23", "web": "tcp/443"})
	old := d.flows["old"]
	old.Expires = "2026-11-01"
	d.flows["old"] = old
	seen, found, err := s.observe(context.Background(), d, &journal{})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(seen.Delete, []string{"old"}) || !slices.Equal(seen.denied(), []string{"telnet"}) || !slices.Equal(found["telnet"].DeniedBy, []string{"no-telnet"}) {
		t.Errorf("seen %+v", seen)
	}
	p, diags := s.planDeclaration(d, seen, (&session{}).briefAll(found), true)
	if names := slices.Sorted(maps.Keys(p.inventory.Elements())); diags.HasError() || !slices.Equal(names, []string{"telnet", "web"}) {
		t.Errorf("planned is %v, %v", names, diags)
	}
	s.enforcement = enforcePlan
	if _, diags := s.planDeclaration(d, seen, (&session{}).briefAll(found), true); !strings.Contains(said(diags), `"Shop/telnet" is denied by policy`) {
		t.Errorf("planned with %v", diags)
	}
	s.enforcement = enforceApply
	diags = nil
	if out := s.applyDeclaration(context.Background(), d, journal{}, nil, &diags); out.delivered || !strings.Contains(said(diags), "no-telnet") || len(server.Writes()) > 0 {
		t.Errorf("applied with %v", diags)
	}
	delete(d.flows, "telnet")
	s.delivered.Clear()
	diags = nil
	if out := s.applyDeclaration(context.Background(), d, journal{}, nil, &diags); !out.delivered || diags.HasError() {
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
	out := s.applyDeclaration(context.Background(), d, journal{}, nil, &diags)
	if !out.delivered || diags.HasError() || out.seen.Answers["web"].Status != match.Pending || out.journal.Request == nil {
		t.Fatalf("applied with %v: %+v", diags, out)
	}
	server.ForgetRequests()

	d = shop(map[string]string{"web": "tcp/9443"})
	s.delivered.Clear()
	seen, found, err := s.observe(context.Background(), d, &out.journal)
	if err != nil || !seen.writes() || seen.settled("web") {
		t.Fatalf("seen %+v, %v", seen, err)
	}
	if p, diags := s.planDeclaration(d, seen, s.briefAll(found), true); diags.HasError() || p.found["web"].Status.ValueString() != "pending" {
		t.Errorf("planned %+v, %v", p, diags)
	}
	diags = nil
	s.warnDeclaration(&diags, d, seen)
	if text := said(diags); !strings.Contains(text, "Change request 5301 is open") || !strings.Contains(text, "The apply will be refused") {
		t.Errorf("warned %s", text)
	}
	diags = nil
	out = s.applyDeclaration(context.Background(), d, out.journal, nil, &diags)
	if out.delivered || !strings.Contains(said(diags), `status "Pending Implementation"`) || len(server.Writes()) > 0 || len(server.Tickets()) != 1 {
		t.Errorf("applied with %s, %v", said(diags), server.Writes())
	}
}

// The apply of a plan that rests on another revision writes nothing.
func TestAlgosecStalePlan(t *testing.T) {
	t.Parallel()
	s, server := algosecSession(t, map[string]string{"web": "Allowed"})
	d := shop(map[string]string{"web": "tcp/8443"})
	seen, _, err := s.observe(context.Background(), d, &journal{})
	if err != nil {
		t.Fatal(err)
	}
	server.PutFlow("Shop", serverFlow("more", "10.0.0.1", "10.0.0.2", "TCP/443"))
	server.ApplyDraft("Shop")
	server.CloseTickets()
	s.algosec = newAlgosecServer(s.algosec.conf, nil) // the apply is another process
	server.ForgetRequests()
	var diags diag.Diagnostics
	s.applyDeclaration(context.Background(), d, journal{}, seen, &diags)
	if !strings.Contains(said(diags), "changed in AlgoSec after this plan was made, plan again") || len(server.Writes()) > 0 {
		t.Errorf("applied with %v, %v", diags, server.Writes())
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
