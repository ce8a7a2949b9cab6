package algosec_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/algosec"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/algosec/algosectest"
)

// At whatever moment somebody else edits the application, their edit is never in a
// draft that we apply: nothing is applied, and the error says what is in the way.
func TestSomebodyElseEdits(t *testing.T) {
	edits := map[string]func(*algosectest.Server){
		"adds":    func(s *algosectest.Server) { s.PutFlow("App", seed("intruder", "10.0.0.1", "10.0.0.2", "tcp/1")) },
		"changes": func(s *algosectest.Server) { s.PutFlow("App", seed("theirs", "10.0.0.1", "10.0.0.2", "tcp/666")) },
		"deletes": func(s *algosectest.Server) { s.RemoveFlow("App", "theirs") },
		"repeats": func(s *algosectest.Server) { s.PutFlow("App", seed("new", "10.0.0.1", "10.0.0.2", "tcp/666")) },
	}
	clean, d := crashSite(t, false)
	apply(t, connect(t, clean), d)
	applies := slices.IndexFunc(clean.Requests(), isApply)
	for name, edit := range edits {
		for k := 1; k < applies; k++ { // what is read before it is what counts
			t.Run(fmt.Sprintf("%s after request %d", name, k), func(t *testing.T) {
				t.Parallel()
				s, d := crashSite(t, false)
				requests := 0
				var edited algosectest.Snapshot
				c := connect(t, s, func(c *algosec.Config) {
					c.Log = func(context.Context, string, map[string]any) {
						if requests++; requests == k {
							edit(s)
							edited, _ = s.Application("App")
						}
					}
				})
				_, p, err := c.Apply(context.Background(), d, algosec.Progress{})
				if err == nil {
					// Only if their edit is not in what was applied, or is what we want too.
					t.Fatalf("applied: %+v\n%s", edited, strings.Join(methods(s.Requests()), "\n"))
				}
				if len(s.Tickets()) != 0 {
					t.Errorf("%d change requests, error %v", len(s.Tickets()), err)
				}
				// Nor is it applied the next time.
				if _, _, err = connect(t, s).Apply(context.Background(), d, p); err == nil {
					t.Error("the next apply applied it")
				}
				var refused *algosec.RefusedError
				if !errors.As(err, &refused) || refused.Revision == 0 || !strings.Contains(err.Error(), "somebody else") {
					t.Errorf("error %v", err)
				}
				// It is, if that is wanted.
				included := connect(t, s, func(c *algosec.Config) { c.ForeignDrafts = algosec.IncludeForeignDrafts })
				if _, _, err := included.Apply(context.Background(), d, p); err != nil || len(s.Tickets()) != 1 {
					t.Errorf("with foreign_drafts = include: %v, %d change requests", err, len(s.Tickets()))
				}
			})
		}
	}
}

// After the last look at the draft nothing can keep an edit out of it. It is told.
func TestSomebodyElseEditsLast(t *testing.T) {
	for name, tt := range map[string]struct {
		edit    func(*algosectest.Server)
		strange string
		err     string
	}{
		"adds":         {func(s *algosectest.Server) { s.PutFlow("App", seed("intruder", "10.0.0.1", "10.0.0.2", "tcp/1")) }, `flow "intruder" was added`, ""},
		"changes":      {func(s *algosectest.Server) { s.PutFlow("App", seed("theirs", "10.0.0.1", "10.0.0.2", "tcp/666")) }, `flow "theirs" was changed`, ""},
		"deletes":      {func(s *algosectest.Server) { s.RemoveFlow("App", "theirs") }, `flow "theirs" was deleted`, ""},
		"changes ours": {func(s *algosectest.Server) { s.PutFlow("App", seed("new", "10.0.0.1", "10.0.0.2", "tcp/666")) }, `flow "new" was added`, "just before the draft was applied, and change request 5301 is open"},
		"deletes ours": {func(s *algosectest.Server) { s.RemoveFlow("App", "keep") }, `flow "keep" was deleted`, `flow "keep" is not in revision 402`},
		"puts back":    {func(s *algosectest.Server) { s.PutFlow("App", seed("delete", "10.0.0.1", "10.0.0.2", "tcp/2")) }, "", `flow "delete" is still in revision 402`},
	} {
		t.Run(name, func(t *testing.T) {
			s, d := crashSite(t, false)
			s.Inject(algosectest.Fault{Match: isApply, Before: func() { tt.edit(s) }, Pass: true})
			res, p, err := connect(t, s).Apply(context.Background(), d, algosec.Progress{})
			if res.Strange != tt.strange || !p.IsZero() || len(s.Tickets()) != 1 || res.ChangeRequest == nil {
				t.Errorf("strange %q, progress %+v, %d change requests", res.Strange, p, len(s.Tickets()))
			}
			if (err == nil) != (tt.err == "") || err != nil && !strings.Contains(err.Error(), tt.err) {
				t.Errorf("error %v, want %q", err, tt.err)
			}
		})
	}
}

// A draft that is thrown away under our hands is begun anew the next time.
func TestDraftIsDiscarded(t *testing.T) {
	clean, d := crashSite(t, false)
	apply(t, connect(t, clean), d)
	for k := range slices.IndexFunc(clean.Requests(), isApply) {
		t.Run(fmt.Sprint(k), func(t *testing.T) {
			t.Parallel()
			s, d := crashSite(t, false)
			requests := 0
			c := connect(t, s, func(c *algosec.Config) {
				c.Log = func(context.Context, string, map[string]any) {
					if requests++; requests == k+1 {
						s.Discard("App")
					}
				}
			})
			_, p, err := c.Apply(context.Background(), d, algosec.Progress{})
			if err != nil {
				_, p, err = connect(t, s).Apply(context.Background(), d, p)
			}
			if err != nil || !p.IsZero() || len(s.Tickets()) != 1 {
				t.Errorf("%v, %+v, %d change requests", err, p, len(s.Tickets()))
			}
		})
	}
}

// The server is still at the apply whose reply was not waited for: it is not asked
// a second time.
func TestSlowApply(t *testing.T) {
	s, d := crashSite(t, false)
	s.Inject(algosectest.Fault{Match: isApply, Delay: 400 * time.Millisecond, Pass: true})
	conf := func(c *algosec.Config) { c.ApplyTimeout, c.SettleTime = 100*time.Millisecond, time.Minute }
	_, p, err := connect(t, s, conf).Apply(context.Background(), d, algosec.Progress{})
	if err == nil || !strings.Contains(err.Error(), "no whole reply within 100ms") {
		t.Fatal(err)
	}
	if p.Applied.IsZero() || p.Draft == 0 {
		t.Errorf("progress %+v", p)
	}
	// Watched at intervals of a twentieth of SettleTime.
	conf = func(c *algosec.Config) { c.SettleTime = 2 * time.Second }
	res, p, err := connect(t, s, conf).Apply(context.Background(), d, throughJSON(t, p))
	if err != nil || !p.IsZero() {
		t.Fatal(err, p)
	}
	if n := len(s.Tickets()); n != 1 {
		t.Errorf("%d change requests", n)
	}
	// Its number is not known, but that there is one.
	if r := res.ChangeRequest; r == nil || r.ID != 0 || r.Status != "OPEN" || !r.Open(res.Application) || !strings.Contains(r.URL, "/BusinessFlow/#application/") {
		t.Errorf("change request %+v", r)
	}
}

// A reply that is lost once is found out about in the same run.
func TestLostReplyToApply(t *testing.T) {
	s, d := crashSite(t, false)
	s.Inject(algosectest.Fault{Match: isApply, Drop: true, Execute: true})
	res := apply(t, connect(t, s), d)
	if r := res.ChangeRequest; r == nil || r.ID != 0 || r.Status != "OPEN" || !r.Open(res.Application) || len(s.Tickets()) != 1 {
		t.Errorf("change request %+v, %d in all", r, len(s.Tickets()))
	}
}

// Names of the server that mean something else than they seem to.
func TestTreacherousNames(t *testing.T) {
	for _, tt := range []struct {
		name   string
		before func(*algosectest.Server)
		flow   algosec.DesiredFlow
		want   []string
	}{
		{"object named like an address", func(s *algosectest.Server) { s.AddObject("10.9.9.9", "10.0.0.66") },
			flow("f", "10.9.9.9", "10.0.0.2", "tcp/1"), []string{`flow "f"`, `"10.9.9.9"`, "holds other addresses: 10.0.0.66"}},
		{"service named like a port", func(s *algosectest.Server) { s.AddService("tcp/99", "TCP/8080") },
			flow("f", "10.0.0.1", "10.0.0.2", "tcp/99"), []string{`"tcp/99"`, "is something else: TCP/8080"}},
		{"unknown names, all of them", nil,
			algosec.DesiredFlow{Name: "f", Sources: []string{"nobody", "10.0.0.1"}, Destinations: []string{"nowhere"}, Services: []string{"nothing"}},
			[]string{`"nobody" is neither a network object of AlgoSec nor an address`, `"nowhere"`, `"nothing" is neither a service of AlgoSec nor protocol/port`}},
		{"host bits", nil, flow("f", "10.0.0.1/8", "10.0.0.2", "tcp/1"), []string{`"10.0.0.1/8" is neither`, "the prefix is 10.0.0.0/8"}},
		{"ports that cannot be created", nil, flow("f", "10.0.0.1", "10.0.0.2", "tcp/1000-2000"), []string{`no service "tcp/1000-2000"`, "create it there"}},
		{"ICMP that cannot be created", nil, flow("f", "10.0.0.1", "10.0.0.2", "icmp/8"), []string{`no service "icmp/8"`}},
		{"port of several names", nil, flow("f", "10.0.0.1", "10.0.0.2", "tcp/nosuch"), []string{`"tcp/nosuch" is neither`, "nosuch"}},
		{"empty list", nil, algosec.DesiredFlow{Name: "f", Sources: []string{"10.0.0.1"}, Services: []string{"tcp/1"}}, []string{`flow "f": destinations is empty`}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := algosectest.New(t)
			s.AddApplication("App", seed("a", "10.0.0.1", "10.0.0.2", "tcp/1"))
			if tt.before != nil {
				tt.before(s)
			}
			d := algosec.Desired{Application: "App", Flows: []algosec.DesiredFlow{tt.flow}}
			_, diffErr := connect(t, s).Diff(context.Background(), d, algosec.Progress{})
			_, p, err := connect(t, s).Apply(context.Background(), d, algosec.Progress{})
			if err == nil || diffErr == nil {
				t.Fatalf("no error: %v, %v", diffErr, err)
			}
			for _, want := range tt.want {
				if !strings.Contains(err.Error(), want) || !strings.Contains(diffErr.Error(), want) {
					t.Errorf("errors %q, %q: want %q", diffErr, err, want)
				}
			}
			if n := len(s.Writes()); n != 0 || !p.IsZero() {
				t.Errorf("%d writes, progress %+v", n, p)
			}
		})
	}
}

// A name that the server resolves to something else than we found is noticed in
// the draft, which is not applied.
func TestDraftIsNotWhatWasWritten(t *testing.T) {
	for _, drafts := range []algosec.ForeignDrafts{algosec.RefuseForeignDrafts, algosec.IncludeForeignDrafts} {
		for _, first := range []bool{false, true} {
			t.Run(fmt.Sprint(drafts, first), func(t *testing.T) { draftIsNotWhatWasWritten(t, drafts, first) })
		}
	}
}

func draftIsNotWhatWasWritten(t *testing.T, drafts algosec.ForeignDrafts, first bool) {
	s := algosectest.New(t)
	s.AddService("TCP/99", "TCP/8080")
	s.AddApplication("App", seed("a", "10.0.0.1", "10.0.0.2", "tcp/1"))
	// The look-up minds capitals, unlike the creation of flows.
	s.Inject(algosectest.Fault{Match: func(r algosectest.Request) bool { return strings.Contains(r.Path, "/service_name/") }, Times: -1, Status: 404})
	d := algosec.Desired{Application: "App", Flows: []algosec.DesiredFlow{flow("f", "10.0.0.1", "10.0.0.2", "tcp/99")}}
	if !first {
		d.Flows = append(d.Flows, flow("earlier", "10.0.0.1", "10.0.0.2", "tcp/1"))
	}
	_, p, err := connect(t, s, func(c *algosec.Config) { c.ForeignDrafts = drafts }).Apply(context.Background(), d, algosec.Progress{})
	if err == nil || !strings.Contains(err.Error(), `flow "f"`) || !strings.Contains(err.Error(), "is not what was written") || len(s.Tickets()) != 0 || p.IsZero() {
		t.Errorf("%v, %+v, %d change requests", err, p, len(s.Tickets()))
	}
}

// Objects and services that exist are used, whatever they are called in detail.
func TestNothingIsCreatedTwice(t *testing.T) {
	s := algosectest.New(t)
	s.AddObject("10.5.0.1", "10.5.0.1")
	s.AddObject("10.5.0.0/24", "10.5.0.0/24")
	s.AddObject("10.5.0.1-10.5.0.3", "10.5.0.1-10.5.0.3")
	s.AddObject("web servers", "10.5.0.1")
	s.AddObject("2001:db8::1", "2001:db8::1")
	s.AddService("TCP/5000", "TCP/5000")
	s.AddService("Any", "*")
	s.AddObject("Any", "*")
	s.AddApplication("App")
	d := algosec.Desired{Application: "App", Flows: []algosec.DesiredFlow{
		{
			Name: "f", Sources: []string{"10.5.0.1", "10.5.0.1/32", "10.5.0.0/255.255.255.0", "2001:db8:0::1"},
			Destinations: []string{"10.5.0.1-10.5.0.3", "web servers"}, Services: []string{"tcp/5000", "TCP/5000", "Any"},
			Users: []string{"alice"}, NetworkApplications: []string{"ssl"},
		},
		flow("g", "any", "10.5.0.1", "any"),
	}}
	apply(t, connect(t, s), d)
	writes := methods(s.Writes())
	if len(writes) != 3 || !strings.HasSuffix(writes[0], "/flows/new") || !strings.HasSuffix(writes[2], "/apply") {
		t.Errorf("writes %q", writes)
	}
	snap, _ := s.Application("App")
	if f := snap.Flows[0]; !slices.Equal(f.Sources, []string{"10.5.0.1", "10.5.0.0/24", "2001:db8::1"}) || !slices.Equal(f.Users, []string{"alice"}) {
		t.Errorf("flow %+v", f)
	}
	if g := snap.Flows[1]; g.Sources[0] != "Any" || g.Services[0] != "Any" {
		t.Errorf("flow %+v", g)
	}
	s.ForgetRequests()
	apply(t, connect(t, s), d)
	if n := len(s.Writes()); n != 0 {
		t.Errorf("%d writes the second time", n)
	}
}

// An object that somebody else creates at the same moment is no error, and one
// client creates what several applications need once.
func TestCreatedMeanwhile(t *testing.T) {
	s := algosectest.New(t)
	s.AddObject("10.0.0.1", "10.0.0.1")
	creates := func(r algosectest.Request) bool {
		return strings.HasSuffix(r.Path, "/network_objects/new") || strings.HasSuffix(r.Path, "/network_services/new")
	}
	s.Inject(algosectest.Fault{Match: creates, Times: 2, Execute: true, Status: 400, Body: "Service name already exists"})
	c := connect(t, s)
	for _, app := range []string{"A", "B"} {
		s.AddApplication(app)
		apply(t, c, algosec.Desired{Application: app, Flows: []algosec.DesiredFlow{flow("f", "10.0.0.1", "10.66.0.1", "tcp/6600")}})
	}
	n := 0
	for _, r := range s.Writes() {
		if creates(r) {
			n++
		}
	}
	if n != 2 {
		t.Errorf("%q", methods(s.Writes()))
	}
}

// Flows of another type, and fields that a server leaves out, are no difference.
func TestOtherServers(t *testing.T) {
	s := algosectest.New(t)
	shared := seed("a", "10.0.0.1", "10.0.0.2", "tcp/99")
	shared.Type = "SHARED_FLOW"
	s.AddApplication("App", seed("a", "10.0.0.1", "10.0.0.2", "tcp/1"), shared)
	s.HideAny()
	d := algosec.Desired{Application: "App", Exclusive: true, Flows: []algosec.DesiredFlow{flow("a", "10.0.0.1", "10.0.0.2", "tcp/1")}}
	apply(t, connect(t, s), d)
	if n := len(s.Writes()); n != 0 {
		t.Errorf("%q", methods(s.Writes()))
	}
	// A flow that is not declared any more goes, the shared one stays.
	d.Flows = nil
	apply(t, connect(t, s), d)
	if snap, _ := s.Application("App"); len(snap.Flows) != 1 || snap.Flows[0].Type != "SHARED_FLOW" {
		t.Errorf("%+v", snap)
	}
}

func TestNewApplication(t *testing.T) {
	for _, active := range []bool{false, true} {
		s := algosectest.New(t)
		if active {
			s.NewApplicationsActive()
		}
		d := algosec.Desired{Application: "New", Flows: []algosec.DesiredFlow{flow("b", "10.0.0.1", "10.0.0.2", "tcp/1")}}
		if _, _, err := connect(t, s).Apply(context.Background(), d, algosec.Progress{}); !errors.Is(err, algosec.ErrNotFound) {
			t.Error(err)
		}
		d.Create = true
		ch, err := connect(t, s).Diff(context.Background(), d, algosec.Progress{})
		if err != nil || ch.Empty() || ch.Application != nil || !slices.Equal(ch.Add, []string{"b"}) {
			t.Errorf("%+v, %v", ch, err)
		}
		apply(t, connect(t, s), d)
		if n := len(s.Tickets()); n != 1 {
			t.Errorf("%d change requests", n)
		}
	}

	// Without flows there is nothing to request; the draft stays ours.
	s := algosectest.New(t)
	d := algosec.Desired{Application: "New", Create: true}
	_, p, err := connect(t, s).Apply(context.Background(), d, algosec.Progress{})
	if err != nil || len(s.Tickets()) != 0 || p.Draft == 0 {
		t.Errorf("%v, %+v", err, p)
	}
	d.Flows = []algosec.DesiredFlow{flow("b", "10.0.0.1", "10.0.0.2", "tcp/1")}
	if _, p, err = connect(t, s).Apply(context.Background(), d, p); err != nil || len(s.Tickets()) != 1 || !p.IsZero() {
		t.Errorf("%v, %+v", err, p)
	}
}

func TestVerify(t *testing.T) {
	for _, tt := range []struct {
		listed, checked string
		want            match.Verdict
	}{
		{"Allowed", "Allowed", match.Allowed},
		{"Allowed", "Pass", match.Allowed},
		{"No connectivity information", "Pass", match.Allowed},
		{"Allowed", "Blocked", match.Blocked},
		{"Blocked", "Allowed", match.Blocked},
		{"Allowed", "Partially blocked", match.Partial},
		{"Allowed", "Success", match.Indeterminate},
		{"Allowed", "", match.Indeterminate},
		{"Unprotected", "Allowed", match.NotRouted},
	} {
		s := algosectest.New(t)
		f := seed("a", "10.0.0.1", "10.0.0.2", "tcp/1")
		f.Connectivity = tt.listed
		s.AddApplication("App", f)
		s.OnCheck(func(string, string) string { return tt.checked })
		c := connect(t, s, func(c *algosec.Config) { c.ReadOnly = true })
		app, err := c.Read(context.Background(), "App")
		if err != nil {
			t.Fatal(err)
		}
		found, err := c.Verify(context.Background(), app, []string{"a", "missing"})
		if err != nil || found["a"].Status != tt.want || found["missing"].Status != match.Indeterminate {
			t.Errorf("listed %q, checked %q: %+v, %v", tt.listed, tt.checked, found, err)
		}
	}
}

func TestDecommission(t *testing.T) {
	s := algosectest.New(t)
	s.AddApplication("App", seed("a", "10.0.0.1", "10.0.0.2", "tcp/1"))
	s.AddApplication("Draft", seed("a", "10.0.0.1", "10.0.0.2", "tcp/1"))
	s.PutFlow("Draft", seed("b", "10.0.0.1", "10.0.0.2", "tcp/1"))
	c := connect(t, s)
	for range 2 { // the second time it is not there
		if _, err := c.Decommission(context.Background(), "App"); err != nil {
			t.Error(err)
		}
	}
	if _, ok := s.Application("App"); ok {
		t.Error("the application is still there")
	}
	if _, err := c.Decommission(context.Background(), "Draft"); err == nil || !strings.Contains(err.Error(), `"Draft"`) {
		t.Error(err)
	}
	readOnly := connect(t, s, func(c *algosec.Config) { c.ReadOnly = true })
	if _, err := readOnly.Decommission(context.Background(), "Draft"); err == nil {
		t.Error("decommissioned in spite of read_only")
	}
	if n := len(s.Writes()); n != 1 {
		t.Errorf("%q", methods(s.Writes()))
	}
}
