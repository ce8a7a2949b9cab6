package algosec_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/algosec"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/algosec/algosectest"
)

func TestRefused(t *testing.T) {
	one := algosec.Desired{Application: "App", Flows: []algosec.DesiredFlow{flow("new", "10.9.0.1", "10.9.0.2", "tcp/999")}}
	for _, tt := range []struct {
		name   string
		before func(*algosectest.Server)
		conf   func(*algosec.Config)
		want   []string // in the error; none: not refused
	}{
		{"foreign draft", func(s *algosectest.Server) { s.PutFlow("App", seed("x", "10.0.0.1", "10.0.0.2", "tcp/1")) }, nil,
			[]string{"App", "revision 402", `"Draft"`, "somebody else", "foreign_drafts"}},
		{"foreign draft included", func(s *algosectest.Server) { s.PutFlow("App", seed("x", "10.0.0.1", "10.0.0.2", "tcp/1")) },
			func(c *algosec.Config) { c.ForeignDrafts = algosec.IncludeForeignDrafts }, nil},
		{"pending", func(s *algosectest.Server) {
			s.PutFlow("App", seed("x", "10.0.0.1", "10.0.0.2", "tcp/1"))
			s.ApplyDraft("App")
		}, nil, []string{"revision 402", "Pending Implementation", "change request is open"}},
		{"unknown status", func(s *algosectest.Server) { s.SetStatus("App", "Being\x1b[31mRemoved") }, nil, []string{"revision 401", `"Being [31mRemoved"`}},
		{"read only", nil, func(c *algosec.Config) { c.ReadOnly = true }, []string{"read_only"}},
		{"not in the list", nil, func(c *algosec.Config) { c.Applications = []string{"Other"} }, []string{"algosec.applications"}},
		{"empty list", nil, func(c *algosec.Config) { c.Applications = []string{} }, []string{"algosec.applications"}},
		{"in the list", nil, func(c *algosec.Config) { c.Applications = []string{"App"} }, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := algosectest.New(t)
			s.AddApplication("App", seed("a", "10.0.0.1", "10.0.0.2", "tcp/1"))
			if tt.before != nil {
				tt.before(s)
			}
			if tt.conf == nil {
				tt.conf = func(*algosec.Config) {}
			}
			c := connect(t, s, tt.conf)
			ch, err := c.Diff(context.Background(), one, algosec.Progress{})
			if err != nil {
				t.Fatal(err)
			}
			_, p, err := c.Apply(context.Background(), one, algosec.Progress{})
			if tt.want == nil {
				if err != nil || ch.Refused != nil {
					t.Fatalf("refused: %v, %v", err, ch.Refused)
				}
				return
			}
			var refused *algosec.RefusedError
			if !errors.As(err, &refused) || ch.Refused == nil {
				t.Fatalf("error %v, in the diff %v", err, ch.Refused)
			}
			for _, want := range tt.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error %q does not mention %q", err, want)
				}
			}
			if n := len(s.Writes()); n != 0 || !p.IsZero() {
				t.Errorf("%d writes, progress %+v", n, p)
			}
		})
	}
}

// Who has included somebody else's draft once, and failed, has not adopted it.
func TestIncludedDraftIsNotOurs(t *testing.T) {
	for _, broken := range []func(algosectest.Request) bool{isNew, isApply} {
		s := algosectest.New(t)
		s.AddApplication("App", seed("a", "10.0.0.1", "10.0.0.2", "tcp/1"))
		s.PutFlow("App", seed("theirs", "10.0.0.1", "10.0.0.2", "tcp/1"))
		s.Inject(algosectest.Fault{Match: broken, Status: 400})
		include := func(c *algosec.Config) { c.ForeignDrafts = algosec.IncludeForeignDrafts }
		d := algosec.Desired{Application: "App", Flows: []algosec.DesiredFlow{flow("ours", "10.0.0.1", "10.0.0.2", "tcp/1")}}
		_, p, err := connect(t, s, include).Apply(context.Background(), d, algosec.Progress{})
		if err == nil {
			t.Fatal("no error")
		}
		_, refusedP, err := connect(t, s).Apply(context.Background(), d, throughJSON(t, p))
		if err == nil || !strings.Contains(err.Error(), "somebody else began this draft") {
			t.Error(err)
		}
		if _, p, err = connect(t, s, include).Apply(context.Background(), d, refusedP); err != nil || !p.IsZero() || len(s.Tickets()) != 1 {
			t.Error(err, p, len(s.Tickets()))
		}
	}
}

// A first write that is refused has begun nothing.
func TestRefusedWriteLeavesNothing(t *testing.T) {
	s := algosectest.New(t)
	s.AddApplication("App", seed("a", "10.0.0.1", "10.0.0.2", "tcp/1"))
	s.Inject(algosectest.Fault{Match: isNew, Status: 400, Body: "Flow isn't editable"})
	_, p, err := connect(t, s).Apply(context.Background(), single("f", "tcp/1"), algosec.Progress{})
	if err == nil || !strings.Contains(err.Error(), "status 400: Flow isn't editable") || !p.IsZero() {
		t.Error(err, p)
	}
}

// What is read after an apply that failed is what is there, not what was there.
func TestReadAfterFailure(t *testing.T) {
	s := algosectest.New(t)
	s.AddApplication("App", seed("a", "10.0.0.1", "10.0.0.2", "tcp/1"))
	s.Inject(algosectest.Fault{Match: isNew, Drop: true, Execute: true})
	c := connect(t, s)
	_, p, err := c.Apply(context.Background(), single("f", "tcp/1"), algosec.Progress{})
	if err == nil || p.IsZero() {
		t.Fatal(err, p)
	}
	if app, err := c.Read(context.Background(), "App"); err != nil || app.Status != algosec.RevisionDraft || app.Flow("f") == nil {
		t.Errorf("%+v, %v", app, err)
	}
}

// crashSite returns a server and a change that takes all kinds of writes.
func crashSite(t *testing.T, create bool) (*algosectest.Server, algosec.Desired) {
	t.Helper()
	s := algosectest.New(t)
	s.AddService("HTTPS", "TCP/443")
	s.AddObject("10.0.0.1", "10.0.0.1")
	s.AddObject("10.0.0.2", "10.0.0.2")
	if !create {
		s.AddApplication("App",
			seed("change", "10.0.0.1", "10.0.0.2", "tcp/1"), seed("delete", "10.0.0.1", "10.0.0.2", "tcp/2"),
			seed("keep", "10.0.0.1", "10.0.0.2", "TCP/3"), seed("theirs", "10.0.0.1", "10.0.0.2", "tcp/4"))
	}
	return s, algosec.Desired{
		Application: "App", Create: create, Owned: []string{"delete"},
		Flows: []algosec.DesiredFlow{
			flow("change", "10.0.0.1", "10.0.0.2", "HTTPS"), flow("keep", "10.0.0.1", "10.0.0.2", "tcp/3"),
			flow("new", "10.7.0.0/24", "10.0.0.2", "tcp/77"),
		},
	}
}
