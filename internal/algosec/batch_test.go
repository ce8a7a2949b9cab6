package algosec_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/algosec"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/algosec/algosectest"
)

func single(name, service string) algosec.Desired {
	return algosec.Desired{
		Application: "App", Owned: []string{name},
		Flows: []algosec.DesiredFlow{flow(name, "10.0.0.1", "10.0.1.1", service)},
	}
}

func TestApplyFlowsShareOneChangeRequest(t *testing.T) {
	s := algosectest.New(t)
	s.AddApplication("App", seed("a", "10.0.0.1", "10.0.0.2", "tcp/1"))
	c := connect(t, s)
	var wg sync.WaitGroup
	ids := make([]int64, 10)
	for i := range ids {
		wg.Go(func() {
			res, p, err := c.ApplyFlows(context.Background(), single(fmt.Sprintf("flow-%d", i), fmt.Sprintf("tcp/%d", 100+i)), algosec.Progress{})
			if err != nil || !p.IsZero() || res.ChangeRequest == nil {
				t.Errorf("flow-%d: %+v, %+v, %v", i, res, p, err)
				return
			}
			ids[i] = res.ChangeRequest.ID
		})
	}
	// One of them asks for what cannot be: it fails alone.
	wg.Go(func() {
		if _, _, err := c.ApplyFlows(context.Background(), single("bad", "no such service"), algosec.Progress{}); err == nil || !strings.Contains(err.Error(), "no such service") {
			t.Error(err)
		}
	})
	// And one for what is there already.
	wg.Go(func() {
		d := single("a", "tcp/1")
		d.Flows[0].Destinations[0] = "10.0.0.2"
		if res, _, err := c.ApplyFlows(context.Background(), d, algosec.Progress{}); err != nil || res.ChangeRequest != nil {
			t.Errorf("%+v, %v", res, err)
		}
	})
	wg.Wait()
	if n := len(s.Tickets()); n != 1 || len(slices.Compact(ids)) != 1 {
		t.Errorf("%d change requests, ids %v", n, ids)
	}
	if snap, _ := s.Application("App"); len(snap.Flows) != 11 {
		t.Errorf("%d flows", len(snap.Flows))
	}

	// Who comes later finds the request open, and again when it is closed does not.
	if _, _, err := c.ApplyFlows(context.Background(), single("late", "tcp/1"), algosec.Progress{}); err == nil || !strings.Contains(err.Error(), "change request is open") {
		t.Error(err)
	}
	s.CloseTickets()
	if _, _, err := c.ApplyFlows(context.Background(), single("late", "tcp/1"), algosec.Progress{}); err != nil {
		t.Error(err)
	}
}

// Who comes while the first is still looking joins it.
func TestApplyFlowsWaitForOthers(t *testing.T) {
	s := algosectest.New(t)
	s.AddApplication("App", seed("a", "10.0.0.1", "10.0.0.2", "tcp/1"))
	looking := make(chan struct{})
	first := sync.OnceFunc(func() { close(looking) })
	c := connect(t, s, func(c *algosec.Config) {
		c.BatchWindow = time.Second
		c.Log = func(context.Context, string, map[string]any) { first() }
	})
	var wg sync.WaitGroup
	for i := range 2 {
		wg.Go(func() {
			if i == 1 {
				<-looking
			}
			if _, _, err := c.ApplyFlows(context.Background(), single(fmt.Sprint("f", i), "tcp/1"), algosec.Progress{}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := len(s.Tickets()); n != 1 {
		t.Errorf("%d change requests", n)
	}
}

func TestApplyFlowsFailTogether(t *testing.T) {
	s := algosectest.New(t)
	s.AddApplication("App", seed("a", "10.0.0.1", "10.0.0.2", "tcp/1"))
	s.Inject(algosectest.Fault{Match: isApply, Status: 500})
	c := connect(t, s, func(c *algosec.Config) { c.BatchWindow = 100 * time.Millisecond })
	var (
		wg   sync.WaitGroup
		left = make([]algosec.Progress, 2)
	)
	for i := range left {
		wg.Go(func() {
			var err error
			if _, left[i], err = c.ApplyFlows(context.Background(), single(fmt.Sprint("f", i), "tcp/1"), algosec.Progress{}); err == nil {
				t.Error("no error")
			}
		})
	}
	wg.Wait()
	if left[0].Draft == 0 || left[0].Draft != left[1].Draft {
		t.Fatalf("progress %+v, %+v", left[0], left[1])
	}
	// A new process, in which only one of them is tried again: both are in the draft.
	if _, p, err := connect(t, s).ApplyFlows(context.Background(), single("f1", "tcp/1"), left[1]); err != nil || !p.IsZero() {
		t.Error(err, p)
	}
	if snap, _ := s.Application("App"); len(snap.Flows) != 3 || len(s.Tickets()) != 1 {
		t.Errorf("%+v, %d change requests", snap, len(s.Tickets()))
	}
}

func TestApplyFlowsConflict(t *testing.T) {
	s := algosectest.New(t)
	s.AddApplication("App", seed("a", "10.0.0.1", "10.0.0.2", "tcp/1"))
	c := connect(t, s, func(c *algosec.Config) { c.BatchWindow = 100 * time.Millisecond })
	var wg sync.WaitGroup
	for i := range 2 {
		wg.Go(func() {
			_, _, err := c.ApplyFlows(context.Background(), single("same", fmt.Sprintf("tcp/%d", i+1)), algosec.Progress{})
			if err == nil || !strings.Contains(err.Error(), `flow "same" of application "App" is declared twice, differently`) {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := len(s.Writes()); n != 0 {
		t.Errorf("%d writes", n)
	}
}

// What was begun when everybody is canceled is known to everybody.
func TestApplyFlowsCanceled(t *testing.T) {
	s := algosectest.New(t)
	s.AddApplication("App", seed("a", "10.0.0.1", "10.0.0.2", "tcp/1"))
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	c := connect(t, s, func(c *algosec.Config) {
		c.Log = func(_ context.Context, _ string, fields map[string]any) {
			if strings.HasSuffix(fmt.Sprint(fields["path"]), "/flows/new") {
				cancel()
			}
		}
	})
	_, p, err := c.ApplyFlows(ctx, single("f", "tcp/1"), algosec.Progress{})
	if !errors.Is(err, context.Canceled) || p.IsZero() {
		t.Fatal(err, p)
	}
	if _, p, err = connect(t, s).ApplyFlows(context.Background(), single("f", "tcp/1"), throughJSON(t, p)); err != nil || !p.IsZero() || len(s.Tickets()) != 1 {
		t.Error(err, p, len(s.Tickets()))
	}
}

// A create of which nothing was kept goes on within the same process, as when
// Terraform deletes what is tainted and creates it anew.
func TestProgressIsRemembered(t *testing.T) {
	s := algosectest.New(t)
	s.AddApplication("App", seed("a", "10.0.0.1", "10.0.0.2", "tcp/1"))
	s.Inject(algosectest.Fault{Match: isApply, Status: 400})
	c := connect(t, s)
	if _, _, err := c.Apply(context.Background(), single("f", "tcp/1"), algosec.Progress{}); err == nil {
		t.Fatal("no error")
	}
	gone := algosec.Desired{Application: "App", Owned: []string{"f"}}
	if _, _, err := c.Apply(context.Background(), gone, algosec.Progress{}); err != nil {
		t.Error(err)
	}
	if n := len(s.Tickets()); n != 0 {
		t.Errorf("%d change requests for nothing", n)
	}
	if _, p, err := c.Apply(context.Background(), single("f", "tcp/1"), algosec.Progress{}); err != nil || !p.IsZero() || len(s.Tickets()) != 1 {
		t.Error(err, p, len(s.Tickets()))
	}
}
