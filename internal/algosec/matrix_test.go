package algosec_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/algosec"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/algosec/algosectest"
)

// A shelf is a Keeper in memory, of which a copy can be taken at any moment: what a
// process leaves that is killed then.
type shelf struct {
	mu   sync.Mutex
	kept map[string]algosec.Progress
}

func (s *shelf) Load(key string) (algosec.Progress, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.kept[key], nil
}

func (s *shelf) Store(key string, p algosec.Progress) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.kept == nil {
		s.kept = map[string]algosec.Progress{}
	}
	if s.kept[key] = p; p.IsZero() {
		delete(s.kept, key)
	}
	return nil
}

func (s *shelf) copy() *shelf {
	s.mu.Lock()
	defer s.mu.Unlock()
	return &shelf{kept: maps.Clone(s.kept)}
}

// faultsOf are the faults of one request.
func faultsOf(write bool) map[string]algosectest.Fault {
	faults := map[string]algosectest.Fault{
		"lost before": {Drop: true},
		"500":         {Status: 500, Body: `{"message":"out of memory"}`},
		"truncated":   {Truncate: true},
		"timeout":     {Delay: 60 * time.Millisecond, Status: 500},
	}
	for name, f := range algosectest.Replies() {
		faults[name] = f
	}
	if !write {
		return faults
	}
	for _, name := range []string{"500", "200 error", "200 page", "200 null"} {
		f := faults[name]
		f.Execute = true
		faults[name+" after"] = f
	}
	faults["lost after"] = algosectest.Fault{Drop: true, Execute: true}
	faults["400"] = algosectest.Fault{Status: 400, Body: "no"}
	faults["late"] = algosectest.Fault{Delay: 60 * time.Millisecond, Pass: true}
	return faults
}

// What an application is to become in the matrix.
var sites = map[string]func(*testing.T) (*algosectest.Server, algosec.Desired){
	"create": func(t *testing.T) (*algosectest.Server, algosec.Desired) { return crashSite(t, true) },
	"update": func(t *testing.T) (*algosectest.Server, algosec.Desired) { return crashSite(t, false) },
	"destroy": func(t *testing.T) (*algosectest.Server, algosec.Desired) {
		s, _ := crashSite(t, false)
		return s, algosec.Desired{Application: "App", Owned: []string{"change", "delete", "keep"}}
	},
}

// What is left of the first apply for the next one.
const (
	returned = "returned"         // it returned, and its caller kept what it returned
	killed   = "killed"           // it was killed, on the same machine
	moved    = "killed elsewhere" // it was killed, and the next one runs on another machine
)

// TestMatrix breaks an apply at each of its requests, by each fault, once or for good,
// and lets it return or be killed there. The applies that follow make it good: none
// ends without an error over flows that are not as wanted, there is one change request
// in all, and nobody has to do anything.
func TestMatrix(t *testing.T) {
	var (
		cells = 0
		slots = make(chan struct{}, 16)
		wg    sync.WaitGroup
	)
	for site, start := range sites {
		s, d := start(t)
		apply(t, connect(t, s), d)
		for k, r := range s.Requests() {
			for name, fault := range faultsOf(r.IsWrite()) {
				for _, left := range []string{returned, killed, moved} {
					for _, once := range []bool{true, false} {
						switch {
						case left != returned && (once || !strings.HasPrefix(name, "lost")):
							continue // what is killed sees no reply, and sends nothing more
						case once && !r.IsWrite() && !strings.HasPrefix(name, "200"):
							continue // a read that gets no reply, once or always, is one that fails
						case left == moved && site == "create":
							continue // nothing is known of what was there before; see TestUnknownDraft
						}
						cells++
						c := cell{site: site, k: k, fault: fault, left: left, once: once}
						// Most of the time they wait, so that more run at once than there are processors.
						slots <- struct{}{}
						wg.Go(func() {
							t.Run(fmt.Sprintf("%s/%d %s/%s/%s once %t", site, k, methods([]algosectest.Request{r})[0], name, left, once), c.run)
							<-slots
						})
					}
				}
			}
		}
	}
	wg.Wait()
	if cells < 700 {
		t.Errorf("%d cells", cells)
	}
}

type cell struct {
	site  string
	k     int
	fault algosectest.Fault
	left  string
	once  bool
}

func (c cell) run(t *testing.T) {
	s, d := sites[c.site](t)
	ctx := context.Background()
	if c.site != "create" {
		app, err := connect(t, s).Read(ctx, "App")
		if err != nil {
			t.Fatal(err)
		}
		d.Since = app.Baseline()
		s.ForgetRequests()
	}
	keep := &shelf{}
	var atFault atomic.Pointer[shelf]
	atFault.Store(keep)
	fault := c.fault
	fault.Skip, fault.Before = c.k, func() { atFault.Store(keep.copy()) }
	s.Inject(fault)
	if !c.once {
		s.Inject(algosectest.Fault{Skip: c.k, Times: -1, Drop: true})
	}
	client := func(keep *shelf) *algosec.Client {
		return connect(t, s, func(conf *algosec.Config) {
			conf.Keep = keep
			if fault.Delay > 0 {
				conf.Timeout, conf.ApplyTimeout = fault.Delay/2, fault.Delay/2
			}
		})
	}
	_, p, err := client(keep).Apply(ctx, d, algosec.Progress{})
	if err == nil && c.left == returned {
		c.good(t, s)
	}
	s.ClearFaults()
	switch c.left {
	case returned:
		p = throughJSON(t, p)
	case killed:
		p, keep = algosec.Progress{}, atFault.Load()
	case moved:
		p, keep = algosec.Progress{}, &shelf{}
	}
	if fault.Delay > 0 {
		time.Sleep(2 * fault.Delay) // the server ends what it is at
	}
	next := connect(t, s, func(conf *algosec.Config) { conf.Keep = keep })
	if ch, err := next.Diff(ctx, d, p); err != nil || ch.Refused != nil && ch.Application.Status == algosec.RevisionDraft {
		t.Errorf("diff: %v, %v", err, ch)
	}
	if _, p, err = next.Apply(ctx, d, p); err != nil || !p.IsZero() {
		t.Fatalf("%v, progress %+v\n%s", err, p, strings.Join(methods(s.Requests()), "\n"))
	}
	c.good(t, s)
	if len(keep.kept) != 0 {
		t.Errorf("kept %+v", keep.kept)
	}
}

// good expects the flows that are wanted, in one change request.
func (c cell) good(t *testing.T, s *algosectest.Server) {
	t.Helper()
	snap, _ := s.Application("App")
	var got []string
	for _, f := range snap.Flows {
		got = append(got, fmt.Sprintf("%s%v%v%v", f.Name, f.Sources, f.Destinations, strings.ToLower(fmt.Sprint(f.Services))))
	}
	want := map[string][]string{
		"create":  {"change[10.0.0.1][10.0.0.2][https]", "keep[10.0.0.1][10.0.0.2][tcp/3]", "new[10.7.0.0/24][10.0.0.2][tcp/77]"},
		"destroy": {"theirs[10.0.0.1][10.0.0.2][tcp/4]"},
	}
	want["update"] = append(slices.Clone(want["create"]), want["destroy"]...)
	if !slices.Equal(got, want[c.site]) || snap.Status != algosectest.Pending || len(s.Tickets()) != 1 {
		t.Errorf("%s %q, want %q; %d change requests\n%s", snap.Status, got, want[c.site], len(s.Tickets()), strings.Join(methods(s.Requests()), "\n"))
	}
}
