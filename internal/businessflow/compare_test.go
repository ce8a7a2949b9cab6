package businessflow

import (
	"context"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/policy"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/algosec"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/algosec/algosectest"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/estate"
)

func seed(name, source, destination, service string) algosectest.Flow {
	return algosectest.Flow{Name: name, Sources: []string{source}, Destinations: []string{destination}, Services: []string{service}}
}

func connect(t *testing.T, server *algosectest.Server, changes ...func(*algosec.Config)) *algosec.Client {
	t.Helper()
	conf := algosec.Config{URL: server.URL, CACertificate: server.CA, Username: algosectest.Username, Password: algosectest.Password, SettleTime: time.Millisecond}
	for _, change := range changes {
		change(&conf)
	}
	c, err := algosec.New(conf)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// shopServer has the application Shop, of which each flow goes from 10.0.0.1 to 10.0.0.2
// by tcp/443, with one word each.
func shopServer(t *testing.T, words map[string]string) (Server, *algosectest.Server) {
	t.Helper()
	server := algosectest.New(t)
	var flows []algosectest.Flow
	for _, name := range slices.Sorted(maps.Keys(words)) {
		f := seed(name, "10.0.0.1", "10.0.0.2", "TCP/443")
		f.Connectivity = words[name]
		flows = append(flows, f)
	}
	server.AddApplication("Shop", flows...)
	set, err := policy.Compile([]policy.Definition{{Name: "no-telnet", Use: "insecure_services"}}, policy.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return Server{
		Client: connect(t, server), Enforcement: AtApply,
		Estate: estate.New(estate.Config{
			Rulesets: map[string]estate.RulesetConfig{"open": {Content: `[{"action": "permit"}]`}, "shut": {Content: `[{"name": "no", "action": "deny"}]`}},
			Policies: set, Now: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC),
		}),
	}, server
}

// shop declares flows from 10.0.0.1 to 10.0.0.2 by a service each.
func shop(services map[string]string, rulesets ...string) Declaration {
	d := Declaration{Application: "Shop", Flows: map[string]estate.Flow{}}
	for name, service := range services {
		d.Flows[name] = estate.Flow{
			Application: "Shop", Name: name, Rulesets: rulesets,
			Sources: []string{"10.0.0.1"}, Destinations: []string{"10.0.0.2"}, Services: []string{service},
		}
	}
	return d
}

// Nothing but AlgoSec's word for it about the very flow that is declared, and an
// active revision, is allowed.
func TestCompareStatus(t *testing.T) {
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
			s, server := shopServer(t, map[string]string{"web": tt.word})
			server.OnCheck(func(_, _ string) string { return tt.check })
			if tt.revision != "" {
				server.SetStatus("Shop", tt.revision)
			}
			service := "tcp/443"
			if tt.service != "" {
				service = tt.service
			}
			d := shop(map[string]string{"web": service}, tt.rulesets...)
			j := &Journal{}
			if tt.drafted {
				if _, _, err := s.Compare(context.Background(), d, j); err != nil {
					t.Fatal(err)
				}
				server.PutFlow("Shop", seed("theirs", "10.0.0.1", "10.0.0.2", "TCP/443"))
				s.Client = connect(t, server) // another process
			}
			seen, found, err := s.Compare(context.Background(), d, j)
			if err != nil {
				t.Fatal(err)
			}
			var actions []string
			for _, e := range found["web"].Decisions {
				actions = append(actions, e.Action)
			}
			if got := strings.Join(actions, " "); found["web"].Status.String() != tt.status || got != tt.action || seen.Settled("web") != tt.settled || seen.Writes() != tt.writes {
				t.Errorf("status %s, decided %q, settled %t, writes %t", found["web"].Status, got, seen.Settled("web"), seen.Writes())
			}
			for _, fresh := range []bool{true, false} {
				want := AsFound
				switch {
				case tt.writes:
					want = WhilePending
				case !fresh && !tt.settled:
					want = AsWanted
				}
				if p := s.Plan(d, seen, fresh); p.Flows["web"] != want || p.Writes != tt.writes || len(p.Problems) > 0 {
					t.Errorf("fresh %t: planned %+v, want %d", fresh, p, want)
				}
			}
		})
	}
}

// A check that a change request was opened for is repeated until it passes.
func TestVerifiesWhatWasChanged(t *testing.T) {
	t.Parallel()
	s, server := shopServer(t, map[string]string{"web": "Allowed"})
	d := shop(map[string]string{"web": "tcp/443"})
	j := Journal{Unverified: []string{"gone", "web"}}
	for _, tt := range []struct{ check, status, left string }{
		{"Blocked", "blocked", "web"},
		{"Grand", "indeterminate", "web"},
		{"Pass", "allowed", ""},
		{"Blocked", "allowed", ""}, // is not asked again
	} {
		server.OnCheck(func(_, _ string) string { return tt.check })
		_, found, err := s.Compare(context.Background(), d, &j)
		if err != nil || found["web"].Status.String() != tt.status || strings.Join(j.Unverified, " ") != tt.left {
			t.Errorf("%s: %v, %v; left %v", tt.check, found["web"].Status, err, j.Unverified)
		}
	}
}

func TestSimulationNamesRules(t *testing.T) {
	t.Parallel()
	s, server := shopServer(t, map[string]string{"web": "No connectivity information"})
	s.Simulate = true
	s.Client = connect(t, server, func(c *algosec.Config) { c.Simulate = true })
	server.OnSimulate(func(algosectest.Query) algosectest.Simulation {
		return algosectest.Simulation{Result: "Blocked", Routing: "Routed", Devices: []algosectest.SimulatedDevice{{Name: "edge", Word: "Blocked", Rules: []string{"no web"}}}}
	})
	_, found, err := s.Compare(context.Background(), shop(map[string]string{"web": "tcp/443"}), &Journal{})
	if err != nil {
		t.Fatal(err)
	}
	f := found["web"]
	if f.Status != match.Blocked || len(f.Decisions) != 2 || !strings.HasPrefix(f.Decisions[1].Rule, "edge: Blocked, ") || !strings.HasSuffix(f.Decisions[1].Rule, " no web") {
		t.Errorf("found %+v", f)
	}
}

// The apply of a plan that rests on another revision writes nothing.
func TestStalePlan(t *testing.T) {
	t.Parallel()
	s, server := shopServer(t, map[string]string{"web": "Allowed"})
	d := shop(map[string]string{"web": "tcp/8443"})
	seen, _, err := s.Compare(context.Background(), d, &Journal{})
	if err != nil {
		t.Fatal(err)
	}
	server.PutFlow("Shop", seed("more", "10.0.0.1", "10.0.0.2", "TCP/443"))
	server.ApplyDraft("Shop")
	server.CloseTickets()
	s.Client = connect(t, server) // the apply is another process
	server.ForgetRequests()
	out := s.Apply(context.Background(), d, Journal{}, seen)
	if len(out.Problems) != 1 || out.Problems[0].Kind != Stale || out.Delivered || len(server.Writes()) > 0 {
		t.Errorf("applied with %+v, %v", out.Problems, server.Writes())
	}
}
