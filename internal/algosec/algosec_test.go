package algosec_test

import (
	"context"
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/algosec"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/algosec/algosectest"
)

// connect returns a client for the server, as configured by the changes.
func connect(t testing.TB, s *algosectest.Server, changes ...func(*algosec.Config)) *algosec.Client {
	t.Helper()
	conf := algosec.Config{
		URL: s.URL, CACertificate: s.CA, Username: algosectest.Username, Password: algosectest.Password,
		Timeout: 10 * time.Second, RetryWait: time.Millisecond, SettleTime: 20 * time.Millisecond, BatchWindow: 20 * time.Millisecond,
	}
	for _, change := range changes {
		change(&conf)
	}
	c, err := algosec.New(conf)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func flow(name, source, destination string, services ...string) algosec.DesiredFlow {
	return algosec.DesiredFlow{Name: name, Sources: []string{source}, Destinations: []string{destination}, Services: services}
}

func seed(name, source, destination string, services ...string) algosectest.Flow {
	return algosectest.Flow{Name: name, Sources: []string{source}, Destinations: []string{destination}, Services: services}
}

func apply(t *testing.T, c *algosec.Client, d algosec.Desired) algosec.Result {
	t.Helper()
	res, p, err := c.Apply(context.Background(), d, algosec.Progress{})
	if err != nil {
		t.Fatal(err)
	}
	if !p.IsZero() {
		t.Fatalf("progress after success: %+v", p)
	}
	return res
}

func methods(requests []algosectest.Request) []string {
	var out []string
	for _, r := range requests {
		out = append(out, r.Method+" "+r.Path[len("/BusinessFlow/rest/v1"):])
	}
	return out
}

func TestApplyCreatesWhatIsMissing(t *testing.T) {
	s := algosectest.New(t)
	s.AddService("HTTPS", "TCP/443")
	s.AddObject("HR Payroll server", "10.20.0.7")
	s.AddApplication("Billing / EU", seed("old", "10.0.0.1", "10.0.0.2", "tcp/22"), seed("theirs", "10.0.0.3", "10.0.0.4", "tcp/23"))
	c := connect(t, s)
	d := algosec.Desired{
		Application: "Billing / EU",
		Flows: []algosec.DesiredFlow{
			flow("web", "HR Payroll server", "192.168.0.0/16", "HTTPS", "tcp/8443"),
			flow("six", "2001:db8::1", "2001:db8:1::/64", "udp/domain"),
			flow("range", "10.1.0.5-10.1.0.9", "10.0.0.1", "tcp/22"),
		},
		Owned: []string{"old", "web", "six", "range"},
	}
	ch, err := c.Diff(context.Background(), d, algosec.Progress{})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(ch.Add, []string{"range", "six", "web"}) || !slices.Equal(ch.Delete, []string{"old"}) || len(ch.Modify) != 0 || ch.Refused != nil {
		t.Errorf("diff: %+v", ch)
	}
	if want := []string{"10.1.0.5-10.1.0.9", "192.168.0.0/16", "2001:db8:1::/64", "2001:db8::1"}; !slices.Equal(ch.Objects, want) {
		t.Errorf("objects to create: %q, want %q", ch.Objects, want)
	}
	if want := []string{"tcp/8443", "udp/53"}; !slices.Equal(ch.Services, want) {
		t.Errorf("services to create: %q, want %q", ch.Services, want)
	}
	if n := len(s.Writes()); n != 0 {
		t.Fatalf("%d writes by Diff", n)
	}

	res := apply(t, c, d)
	if len(s.Tickets()) != 1 || res.ChangeRequest == nil || res.ChangeRequest.ID != s.Tickets()[0].ID || res.ChangeRequest.Status != "OPEN" {
		t.Errorf("change request %+v, tickets %+v", res.ChangeRequest, s.Tickets())
	}
	for name, want := range map[string]string{"10.1.0.5-10.1.0.9": "Range", "192.168.0.0/16": "Network", "2001:db8:1::/64": "Network", "2001:db8::1": "Host"} {
		if got, _, _ := s.Object(name); got != want {
			t.Errorf("object %s has type %q, want %q", name, got, want)
		}
	}
	snap, _ := s.Application("Billing / EU")
	var names []string
	for _, f := range snap.Flows {
		names = append(names, f.Name)
	}
	if !slices.Equal(names, []string{"range", "six", "theirs", "web"}) || snap.Status != algosectest.Pending {
		t.Errorf("application: %+v", snap)
	}

	// While the request is open, and after, there is nothing left to do.
	for range 2 {
		s.ForgetRequests()
		ch, err = connect(t, s).Diff(context.Background(), d, algosec.Progress{})
		if err != nil || !ch.Empty() {
			t.Errorf("second diff: %+v, %v", ch, err)
		}
		if res := apply(t, c, d); res.ChangeRequest != nil || len(s.Writes()) != 0 {
			t.Errorf("second apply: %+v, %q", res, methods(s.Writes()))
		}
		s.CloseTickets()
	}
	app, err := connect(t, s).Read(context.Background(), "Billing / EU")
	if err != nil {
		t.Fatal(err)
	}
	if got := app.Finding("web"); got.Status != match.Allowed {
		t.Errorf("finding: %+v", got)
	}
}

func TestApplyOrder(t *testing.T) {
	s := algosectest.New(t)
	s.AddApplication("App",
		seed("b-change", "10.0.0.1", "10.0.0.2", "tcp/1"), seed("a-change", "10.0.0.1", "10.0.0.2", "tcp/2"),
		seed("c-delete", "10.0.0.1", "10.0.0.2", "tcp/3"), seed("keep", "10.0.0.1", "10.0.0.2", "TCP/200"))
	before, _ := s.Application("App")
	res := apply(t, connect(t, s), algosec.Desired{
		Application: "App", Exclusive: true,
		Flows: []algosec.DesiredFlow{
			flow("keep", "10.0.0.1", "10.0.0.2", "tcp/200"), flow("b-change", "10.0.0.1", "10.0.0.2", "tcp/3"),
			flow("a-change", "10.0.0.1", "10.0.0.2", "tcp/1"), flow("a-new", "10.0.0.1", "10.0.0.2", "tcp/2"),
		},
	})
	if !slices.Equal(res.Modify, []string{"a-change", "b-change"}) || !slices.Equal(res.Add, []string{"a-new"}) || !slices.Equal(res.Delete, []string{"c-delete"}) {
		t.Errorf("result: %+v", res)
	}
	after, _ := s.Application("App")
	if after.Revision != before.Revision+1 || len(s.Tickets()) != 1 {
		t.Errorf("revision %d after %d, tickets %v", after.Revision, before.Revision, s.Tickets())
	}
	var kinds []string
	for _, w := range s.Writes() {
		kinds = append(kinds, w.Method)
	}
	if want := []string{"DELETE", "DELETE", "DELETE", "POST", "POST", "POST", "POST"}; !slices.Equal(kinds, want) {
		t.Errorf("writes %q", methods(s.Writes()))
	}
}

// throughJSON returns the progress as it comes back from where it was kept.
func throughJSON(t *testing.T, p algosec.Progress) algosec.Progress {
	t.Helper()
	text, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	var out algosec.Progress
	if err := json.Unmarshal(text, &out); err != nil {
		t.Fatal(err)
	}
	return out
}
