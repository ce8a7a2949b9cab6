package algosec_test

import (
	"context"
	"reflect"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/algosec"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/algosec/algosectest"
)

func simulating(c *algosec.Config) { c.Simulate = true }

// verifyOne asks for the one flow of a server.
func verifyOne(t *testing.T, c *algosec.Client) (algosec.Finding, error) {
	t.Helper()
	app, err := c.Read(context.Background(), "App")
	if err != nil {
		t.Fatal(err)
	}
	found, err := c.Verify(context.Background(), app, []string{"f"})
	return found["f"], err
}

func TestSimulate(t *testing.T) {
	type devices = []algosectest.SimulatedDevice
	allowed := algosectest.SimulatedDevice{Name: "core", Word: "Allowed"}
	aside := algosectest.SimulatedDevice{Name: "other", Word: "Source and Destination behind the same interface"}
	for _, tt := range []struct {
		name, listed string
		found        algosectest.Simulation
		want         match.Verdict
		reason       string
	}{
		{"allowed", "", algosectest.Simulation{Result: "Allowed", Routing: "Routed", Devices: devices{allowed, aside}}, match.Allowed, ""},
		{"allowed, no word on routing", "", algosectest.Simulation{Result: "Allowed", Devices: devices{allowed}}, match.Allowed, ""},
		// As recorded.
		{"blocked", "", algosectest.Simulation{Result: "Blocked", Routing: "Routed", Devices: devices{
			{Name: "edge", Word: "Blocked (x1)", Rules: []string{"drop-all"}}, {Name: "inner", Word: "Blocked by default device behavior"}, aside,
		}}, match.Blocked, `AlgoSec says "Blocked": edge: Blocked (x1), rule drop-all (deny); inner: Blocked by default device behavior`},
		{"partial", "", algosectest.Simulation{Result: "Partially Blocked", Devices: devices{allowed, {Name: "edge", Word: "Blocked"}}}, match.Partial, "edge: Blocked"},
		{"not routed", "", algosectest.Simulation{Result: "Not Routed"}, match.NotRouted, "Not Routed"},
		{"no result", "", algosectest.Simulation{Devices: devices{allowed}}, match.Indeterminate, "says nothing"},
		{"unknown result", "", algosectest.Simulation{Result: "Permitted", Devices: devices{allowed}}, match.Indeterminate, `"Permitted", a word that is not known`},
		{"no device", "", algosectest.Simulation{Result: "Allowed", Routing: "Routed"}, match.Indeterminate, "names no device that allows it"},
		{"only devices aside", "", algosectest.Simulation{Result: "Allowed", Devices: devices{aside}}, match.Indeterminate, "names no device that allows it"},
		{"unknown device", "", algosectest.Simulation{Result: "Allowed", Devices: devices{allowed, {Name: "x", Word: "Unmanaged"}}}, match.Indeterminate, `of device "x" it says "Unmanaged"`},
		{"a device contradicts", "", algosectest.Simulation{Result: "Allowed", Devices: devices{allowed, {Name: "x", Word: "Blocked (x1)"}}}, match.Blocked, `of device "x" it says "Blocked (x1)"`},
		{"routed in part", "", algosectest.Simulation{Result: "Allowed", Routing: "PartiallyRouted", Devices: devices{allowed}}, match.Indeterminate, `its routing is "PartiallyRouted"`},
		{"not executed", "", algosectest.Simulation{Result: "Allowed", Routing: "NotExecuted", Devices: devices{allowed}}, match.Indeterminate, "NotExecuted"},
		{"the list is worse", "Blocked", algosectest.Simulation{Result: "Allowed", Devices: devices{allowed}}, match.Blocked, `AlgoSec says "Blocked"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := algosectest.New(t)
			f := seed("f", "10.0.0.1", "10.0.0.2", "tcp/1")
			if f.Connectivity = tt.listed; tt.listed == "" {
				f.Connectivity = "No connectivity information"
			}
			s.AddApplication("App", f)
			s.OnSimulate(func(algosectest.Query) algosectest.Simulation { return tt.found })
			got, err := verifyOne(t, connect(t, s, simulating))
			if err != nil || got.Status != tt.want || !strings.Contains(got.Reason, tt.reason) || (got.Reason == "") != (tt.want == match.Allowed) {
				t.Errorf("%+v, %v", got, err)
			}
			if len(got.Devices) != len(tt.found.Devices) || !strings.HasPrefix(got.Link, s.URL+"/fa/query/results/") {
				t.Errorf("%+v", got)
			}
		})
	}
}

// What is asked is what the flow means, in one query.
func TestSimulatedQuery(t *testing.T) {
	s := algosectest.New(t)
	s.AddObject("servers <&>", "10.0.0.1", "10.0.1.0/24")
	s.AddService("HTTPS", "TCP/443")
	s.AddService("everything", "*")
	f := seed("f", "servers <&>", "10.0.0.2", "HTTPS", "everything", "udp/53")
	f.Sources = append(f.Sources, "10.0.2.1-10.0.2.9")
	f.Users = []string{"alice"}
	s.AddApplication("App", f)
	var asked []algosectest.Query
	s.OnSimulate(func(q algosectest.Query) algosectest.Simulation {
		asked = append(asked, q)
		return algosectest.Simulation{}
	})
	if _, err := verifyOne(t, connect(t, s, simulating)); err != nil {
		t.Fatal(err)
	}
	want := []algosectest.Query{{
		Source: []string{"10.0.0.1", "10.0.1.0/24", "10.0.2.1-10.0.2.9"}, Destination: []string{"10.0.0.2"},
		Service: []string{"tcp/443", "everything", "udp/53"}, User: []string{"alice"},
	}}
	if !reflect.DeepEqual(asked, want) {
		t.Errorf("asked %+v, want %+v", asked, want)
	}
	if n := len(s.Writes()); n != 0 {
		t.Errorf("%d writes", n)
	}
	// The request is in the namespace, its children are not, as recorded.
	requests := s.Requests()
	body := requests[len(requests)-1].Body
	for _, want := range []string{
		`xmlns:afa="https://www.algosec.com/afa-ws"`, `<afa:QueryRequest><SessionID>`,
		`</SessionID><QueryInput><Source>10.0.0.1</Source>`, `</QueryInput></afa:QueryRequest>`,
	} {
		if !strings.Contains(body, want) {
			t.Errorf("%s is not in %s", want, body)
		}
	}
}

func TestSimulationSessionAndFaults(t *testing.T) {
	fault := func(text string) string {
		return `<E:Envelope xmlns:E="http://schemas.xmlsoap.org/soap/envelope/"><E:Body><E:Fault><faultstring>` + text + `</faultstring></E:Fault></E:Body></E:Envelope>`
	}
	isQuery := func(r algosectest.Request) bool { return strings.Contains(r.Body, "QueryRequest") }
	isConnect := func(r algosectest.Request) bool { return strings.Contains(r.Body, "ConnectRequest") }
	for _, tt := range []struct {
		name     string
		fault    algosectest.Fault
		want     string // "" is no error
		requests int    // of SOAP
	}{
		{"none", algosectest.Fault{}, "", 2},
		{"session ran out", algosectest.Fault{Match: isQuery, Status: 500, Body: fault("Invalid session")}, "", 4},
		{"fault with 200", algosectest.Fault{Match: isQuery, Times: -1, Body: fault("boom\x1b[0m " + "x")}, "not XML", 2},
		{"fault for good", algosectest.Fault{Match: isQuery, Times: -1, Status: 500, Body: fault("boom")}, "POST /AFA/php/ws.php: status 500: boom", 4},
		{"no permission", algosectest.Fault{Match: isQuery, Times: -1, Status: 500, Body: fault("code 505")}, "code 505 (the user has no permission for this)", 2},
		{"connect refused", algosectest.Fault{Match: isConnect, Times: -1, Status: 500, Body: fault("bad password")}, "bad password", 1},
		{"connect without session", algosectest.Fault{Match: isConnect, Times: -1, Body: `<Envelope><Body/></Envelope>`}, "holds no session", 1},
		{"HTML", algosectest.Fault{Match: isQuery, Times: -1, ContentType: "text/html", Body: `<html><body></body></html>`}, "<html>, not a SOAP envelope", 2},
		{"502", algosectest.Fault{Match: isQuery, Times: -1, Status: 502, Body: `bad gateway`}, "status 502: bad gateway", 2},
		{"truncated", algosectest.Fault{Match: isQuery, Times: -1, Truncate: true}, "connection ended", 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := algosectest.New(t)
			s.AddApplication("App", seed("f", "10.0.0.1", "10.0.0.2", "tcp/1"))
			if tt.fault.Match != nil {
				s.Inject(tt.fault)
			}
			rec := &recorder{}
			got, err := verifyOne(t, connect(t, s, simulating, func(c *algosec.Config) { c.Log = rec.log }))
			reason := got.Reason
			if err != nil {
				reason = err.Error()
			}
			if !strings.Contains(reason, tt.want) || (reason == "") != (got.Status == match.Allowed) {
				t.Errorf("%+v, %v", got, err)
			}
			if lost := tt.name == "truncated"; lost != (err != nil) {
				t.Errorf("error %v", err)
			}
			soap := 0
			for _, r := range s.Requests() {
				if strings.HasPrefix(r.Path, "/AFA/") {
					soap++
				}
			}
			if soap != tt.requests {
				t.Errorf("%d requests, want %d", soap, tt.requests)
			}
			for _, secret := range secrets {
				if strings.Contains(reason+rec.String(), secret) {
					t.Errorf("%q is in the error or in the log", secret)
				}
			}
		})
	}
}
