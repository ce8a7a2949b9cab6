package algosec_test

import (
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/algosec"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/algosec/algosectest"
)

// baseline reads what the application holds.
func baseline(t *testing.T, s *algosectest.Server) *algosec.Baseline {
	t.Helper()
	app, err := connect(t, s).Read(context.Background(), "App")
	if err != nil {
		t.Fatal(err)
	}
	return app.Baseline()
}

// A deletion or a flow of which the server says, with status 200, that it failed is
// not gone over.
func TestStopsAtRefusal(t *testing.T) {
	for name, fault := range algosectest.Replies() {
		for method, writes := range map[string]int{http.MethodDelete: 1, "/flows/new": 3} {
			s, d := crashSite(t, false)
			fault.Match = func(r algosectest.Request) bool { return r.Method == method || strings.HasSuffix(r.Path, method) }
			s.Inject(fault)
			d.Flows[2] = flow("new", "10.0.0.1", "10.0.0.2", "HTTPS") // nothing to create first
			_, p, err := connect(t, s).Apply(context.Background(), d, algosec.Progress{})
			var failed *algosec.Error
			if !errors.As(err, &failed) || failed.Status != 200 || len(s.Writes()) != writes || p.IsZero() {
				t.Errorf("%s to %s: %v, %d writes", name, method, err, len(s.Writes()))
			}
		}
	}
}

// The reply to an apply is not believed: the application has to show it.
func TestReplyToApplyIsNotBelieved(t *testing.T) {
	s, d := crashSite(t, false)
	s.Inject(algosectest.Fault{Match: isApply, Body: `{"changeRequest":{"id":7,"status":"OPEN"},"application":{"revisionStatus":"Pending Implementation"}}`})
	res, p, err := connect(t, s).Apply(context.Background(), d, algosec.Progress{})
	if err == nil || !strings.Contains(err.Error(), `shows revision 402 with the status "Draft"`) || res.ChangeRequest != nil {
		t.Fatal(err, res.ChangeRequest)
	}
	if _, p, err = connect(t, s).Apply(context.Background(), d, throughJSON(t, p)); err != nil || !p.IsZero() || len(s.Tickets()) != 1 {
		t.Error(err, p, len(s.Tickets()))
	}
}

// A draft that is found by its content, with all in it, may be in the middle of being
// applied: it is watched before it is applied.
func TestFoundDraftIsWatched(t *testing.T) {
	s, d := crashSite(t, false)
	d.Since = baseline(t, s)
	s.Inject(algosectest.Fault{Match: isApply, Delay: 300 * time.Millisecond, Pass: true})
	if _, _, err := connect(t, s, func(c *algosec.Config) { c.ApplyTimeout = 50 * time.Millisecond }).Apply(context.Background(), d, algosec.Progress{}); err == nil {
		t.Fatal("no error")
	}
	_, _, err := connect(t, s, func(c *algosec.Config) { c.SettleTime = 2 * time.Second }).Apply(context.Background(), d, algosec.Progress{})
	applies := slices.DeleteFunc(s.Requests(), func(r algosectest.Request) bool { return !isApply(r) })
	if err != nil || len(applies) != 1 || len(s.Tickets()) != 1 {
		t.Errorf("%v, %d applies", err, len(applies))
	}
}

// A draft of which nothing is known, that has what is wanted: it is not in force, and
// it is not ours to apply. It is neither passed over nor touched.
func TestUnknownDraft(t *testing.T) {
	ctx := context.Background()
	for name, tt := range map[string]struct {
		since     bool
		edit      func(*algosectest.Server) // of the draft
		want      func(*algosec.Desired)
		unapplied string
		resume    bool
	}{
		"nothing known":          {unapplied: "change delete keep new"},
		"nothing known, destroy": {want: func(d *algosec.Desired) { d.Flows, d.Owned = nil, []string{"delete"} }, unapplied: "delete"},
		"all of it ours":         {since: true, resume: true},
		"somebody else's flow in it": {since: true, unapplied: "change delete new",
			edit: func(s *algosectest.Server) { s.PutFlow("App", seed("intruder", "10.0.0.1", "10.0.0.2", "tcp/1")) }},
		"nothing of ours in it": {since: true, want: func(d *algosec.Desired) { d.Flows, d.Owned = d.Flows[1:2], nil }},
	} {
		t.Run(name, func(t *testing.T) {
			s, d := crashSite(t, false)
			since := baseline(t, s)
			s.Inject(algosectest.Fault{Match: isApply, Status: 400})
			if _, _, err := connect(t, s).Apply(ctx, d, algosec.Progress{}); err == nil {
				t.Fatal("no error")
			}
			if tt.edit != nil {
				tt.edit(s)
			}
			if tt.want != nil {
				tt.want(&d)
			}
			if tt.since {
				d.Since = since
			}
			s.ForgetRequests()
			ch, err := connect(t, s).Diff(ctx, d, algosec.Progress{})
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(ch.Unapplied, " "); got != tt.unapplied || ch.Resume != tt.resume || (ch.Refused == nil) != (tt.unapplied == "") {
				t.Errorf("unapplied %q, resume %t, refused %v", got, ch.Resume, ch.Refused)
			}
			_, p, err := connect(t, s).Apply(ctx, d, algosec.Progress{})
			if tt.resume {
				if err != nil || len(s.Tickets()) != 1 {
					t.Error(err, len(s.Tickets()))
				}
				return
			}
			if (err == nil) != (tt.unapplied == "") || !p.IsZero() || len(s.Writes()) != 0 {
				t.Errorf("%v, progress %+v, %q", err, p, methods(s.Writes()))
			}
		})
	}
}

// Files outlive a client; what cannot be read counts for nothing, and what cannot be
// written stops nothing.
func TestKeepIn(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "deep", "down")
	keep := algosec.KeepIn(dir)
	if p, err := keep.Load("k"); err != nil || !p.IsZero() {
		t.Error(p, err)
	}
	want := algosec.Progress{Application: 1, Base: 2, Draft: 3, Flows: map[string]string{"f": "digest"}}
	if err := keep.Store("k", want); err != nil {
		t.Fatal(err)
	}
	if p, err := algosec.KeepIn(dir).Load("k"); err != nil || p.Draft != 3 || p.Flows["f"] != "digest" {
		t.Error(p, err)
	}
	if p, err := keep.Load("other"); err != nil || !p.IsZero() {
		t.Error(p, err)
	}
	if err := keep.Store("k", algosec.Progress{}); err != nil {
		t.Error(err)
	}
	if files, err := os.ReadDir(dir); err != nil || len(files) != 0 {
		t.Error(files, err)
	}
	if err := keep.Store("k", algosec.Progress{}); err != nil {
		t.Error(err) // there is none to remove
	}

	broken := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(broken, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	s, d := crashSite(t, false)
	rec := &recorder{}
	apply(t, connect(t, s, func(c *algosec.Config) { c.Keep, c.Log = algosec.KeepIn(broken), rec.log }), d)
	if !strings.Contains(rec.String(), "progress cannot be") {
		t.Error("nothing in the log")
	}
}
