package algosec_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/algosec"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/algosec/algosectest"
)

// estate is ten applications of 100 flows each, and what changes in them: ten flows
// of each.
func estate(s *algosectest.Server) []algosec.Desired {
	var out []algosec.Desired
	for a := range 10 {
		d := algosec.Desired{Application: fmt.Sprint("App ", a), Exclusive: true}
		var seeds []algosectest.Flow
		for f := range 100 {
			name, src, dst, svc := fmt.Sprint("flow ", f), fmt.Sprintf("10.%d.0.%d", a, f+1), "10.200.0.1", fmt.Sprintf("tcp/%d", 1000+f)
			seeds = append(seeds, seed(name, src, dst, svc))
			if f < 10 {
				dst = fmt.Sprintf("10.201.0.%d", f)
			}
			d.Flows = append(d.Flows, flow(name, src, dst, svc))
		}
		s.AddApplication(d.Application, seeds...)
		out = append(out, d)
	}
	return out
}

// inParallel runs f for all at once, as Terraform does with ten resources.
func inParallel(b *testing.B, all []algosec.Desired, f func(algosec.Desired) error) {
	b.Helper()
	var wg sync.WaitGroup
	for _, d := range all {
		wg.Go(func() {
			if err := f(d); err != nil {
				b.Error(err)
			}
		})
	}
	wg.Wait()
}

// BenchmarkTenApplications plans and applies against a server that takes 50 ms for
// a reply. Reported are the requests, and the time as a multiple of the latency:
// round trips in a row. Reading takes 3 (login, application, flows) and a handshake,
// however many applications there are; what an apply takes beyond that is its
// writes, one after the other.
func BenchmarkTenApplications(b *testing.B) {
	const latency = 50 * time.Millisecond
	for _, bench := range []struct {
		name string
		do   func(b *testing.B, c *algosec.Client, all []algosec.Desired)
	}{
		{"read", func(b *testing.B, c *algosec.Client, all []algosec.Desired) {
			// Each flow asks for its application.
			inParallel(b, all, func(d algosec.Desired) error {
				for range d.Flows {
					if _, err := c.Read(context.Background(), d.Application); err != nil {
						return err
					}
				}
				return nil
			})
		}},
		{"plan", func(b *testing.B, c *algosec.Client, all []algosec.Desired) {
			inParallel(b, all, func(d algosec.Desired) error {
				_, err := c.Diff(context.Background(), d, algosec.Progress{})
				return err
			})
		}},
		{"apply", func(b *testing.B, c *algosec.Client, all []algosec.Desired) {
			inParallel(b, all, func(d algosec.Desired) error {
				_, _, err := c.Apply(context.Background(), d, algosec.Progress{})
				return err
			})
		}},
	} {
		b.Run(bench.name, func(b *testing.B) {
			var requests int
			for b.Loop() {
				b.StopTimer()
				s := algosectest.New(b, algosectest.Options{Latency: latency})
				all := estate(s)
				c := connect(b, s)
				b.StartTimer()
				bench.do(b, c, all)
				b.StopTimer()
				requests += len(s.Requests())
				b.StartTimer()
			}
			b.ReportMetric(float64(requests)/float64(b.N), "requests/op")
			b.ReportMetric(float64(b.Elapsed())/float64(b.N)/float64(latency), "roundtrips/op")
		})
	}
}

// A server that goes away is reported once, not for each of a hundred flows.
func TestServerGoesAway(t *testing.T) {
	s := algosectest.New(t)
	d := estate(s)[0]
	c := connect(t, s, func(c *algosec.Config) { c.Timeout = 50 * time.Millisecond })
	app, err := c.Read(context.Background(), d.Application)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, f := range app.Flows {
		all = append(all, f.Name)
	}
	s.ForgetRequests()
	s.Inject(algosectest.Fault{Times: -1, Drop: true})
	if _, err = c.Verify(context.Background(), app, all); err == nil || strings.Count(err.Error(), "check_connectivity") != 1 {
		t.Error(err)
	}
	if n := len(s.Requests()); n > 20 {
		t.Errorf("%d requests", n)
	}
}

// Reads of one application are shared: as many requests for a hundred askers as for
// one.
func TestReadsAreShared(t *testing.T) {
	s := algosectest.New(t)
	all := estate(s)
	c := connect(t, s)
	var wg sync.WaitGroup
	for range 10 {
		for _, d := range all {
			wg.Go(func() {
				if _, err := c.Read(context.Background(), d.Application); err != nil {
					t.Error(err)
				}
			})
		}
	}
	wg.Wait()
	if n := len(s.Requests()); n != 1+2*len(all) {
		t.Errorf("%d requests, want %d", n, 1+2*len(all))
	}
	s.ForgetRequests()
	for _, d := range all {
		if ch, err := c.Diff(context.Background(), d, algosec.Progress{}); err != nil || len(ch.Modify) != 10 {
			t.Error(ch, err)
		}
	}
	// Ten new destinations are looked for once, not once for each application.
	if n := len(s.Requests()); n != 20 {
		t.Errorf("%d requests, want 20: %q", n, methods(s.Requests()))
	}
}
