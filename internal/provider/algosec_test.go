package provider

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/algosec/algosectest"
)

// algosecConfig leaves address and credentials to the environment. Its certificate is
// that of the environment, or the credentials would have to be here too.
const algosecConfig = `
-- main.tf --
variable "ca" { type = string }
provider "acl" {
  algosec = { ca_certificate = var.ca }
}
resource "acl_application" "billing" {
  name   = "Billing"
  target = "algosec"
  flows = {
    web      = { sources = ["10.20.1.0/24"], destinations = ["10.30.1.1"], services = ["HTTPS"] }
    database = { sources = ["10.30.1.1"], destinations = ["10.30.1.10"], services = ["tcp/3306"] }
  }
}
output "status" { value = acl_application.billing.status }
`

// A bench is a workspace with a server of AlgoSec of its own.
type bench struct {
	*workspace
	server *algosectest.Server
}

// newBench starts a server that has the application Billing with the flow web, and
// one that somebody else added.
func newBench(t *testing.T, files string) *bench {
	t.Helper()
	w := newWorkspace(t, files)
	s := algosectest.New(t)
	s.AddService("HTTPS", "TCP/443")
	s.AddApplication("Billing",
		algosectest.Flow{Name: "web", Sources: []string{"10.20.1.0/24"}, Destinations: []string{"10.30.1.1"}, Services: []string{"HTTPS"}},
		algosectest.Flow{Name: "theirs", Sources: []string{"10.99.0.1"}, Destinations: []string{"10.30.1.1"}, Services: []string{"TCP/22"}})
	w.Env = append(w.Env, "ALGOSEC_URL="+s.URL, "ALGOSEC_USERNAME="+algosectest.Username, "ALGOSEC_PASSWORD="+algosectest.Password,
		"ALGOSEC_CA_CERTIFICATE="+s.CA, "TF_VAR_ca="+s.CA)
	return &bench{w, s}
}

// flow is a flow on the server, from one address to another.
func serverFlow(name, source, destination, service string) algosectest.Flow {
	return algosectest.Flow{Name: name, Sources: []string{source}, Destinations: []string{destination}, Services: []string{service}}
}

// wrote expects so many requests that ask for a change since the last call, and so
// many change requests in all.
func (b *bench) wrote(writes, tickets int) {
	b.Helper()
	var lines []string
	for _, r := range b.server.Writes() {
		lines = append(lines, fmt.Sprintf("%s %s %d", r.Method, r.Path, r.Status))
	}
	if len(lines) != writes || len(b.server.Tickets()) != tickets {
		b.Errorf("%d writes and %d change requests, want %d and %d:\n%s", len(lines), len(b.server.Tickets()), writes, tickets, strings.Join(lines, "\n"))
	}
	b.server.ForgetRequests()
}

// flows expects the names of the flows that Billing has on the server.
func (b *bench) flows(want ...string) {
	b.Helper()
	app, _ := b.server.Application("Billing")
	var got []string
	for _, f := range app.Flows {
		got = append(got, f.Name)
	}
	if strings.Join(got, " ") != strings.Join(want, " ") {
		b.Errorf("AlgoSec has %v, want %v", got, want)
	}
}

// status expects the status of acl_application.billing in the state.
func (b *bench) status(want string) {
	b.Helper()
	if got := b.State()["acl_application.billing"]["status"]; got != want {
		b.Errorf("status is %v, want %s", got, want)
	}
}

// TestAccAlgosecLoop goes through the life of an application: created, pending,
// implemented, changed, drifted, blocked, destroyed.
func TestAccAlgosecLoop(t *testing.T) {
	t.Parallel()
	b := newBench(t, algosecConfig)

	contains(t, b.Plan(2), `+ "database" = "10.30.1.1 -> 10.30.1.10 tcp/3306"`, `status = "pending"`, "TO CREATE database",
		"The apply creates the network objects 10.30.1.10.", "not declared here stay as they are: theirs")
	b.wrote(0, 0)
	b.Apply(0)
	b.wrote(4, 1) // an object, a service, a flow, the apply
	b.status("pending")
	contains(t, b.Plan(0), "0 of 2 flows as wanted, 2 pending", "change request 5301 is open", "#application/402/dashboard")
	b.Settled()

	t.Log("the change request is closed; the check finds the flow blocked")
	b.server.CloseTickets()
	b.server.OnCheck(func(_, _ string) string { return "Blocked" })
	contains(t, b.Plan(2), `~ status = "blocked" -> "allowed"`, `- reason = "AlgoSec says \"Blocked\""`, "1 of 2 flows as wanted, 1 blocked")
	contains(t, b.Apply(1), `Flow "Billing/database" is not allowed`, "no change request is open", `AlgoSec says "Blocked"`)
	b.status("blocked")
	b.server.OnCheck(func(_, _ string) string { return "Pass" })
	b.Run(0, "apply", "-refresh-only")
	b.status("allowed")
	b.Settled()
	b.wrote(0, 1)

	t.Log("a flow is changed, and another one no longer declared")
	b.Edit("main.tf", `["tcp/3306"]`, `["tcp/3307"]`)
	b.Edit("main.tf", `    web      = {`, `    portal = {`)
	contains(t, b.Plan(2), `~ "database" = "10.30.1.1 -> 10.30.1.10 tcp/3306" -> "10.30.1.1 -> 10.30.1.10 tcp/3307"`,
		`- "web" = "10.20.1.0/24 -> 10.30.1.1 HTTPS" -> null`, `+ "portal" = "10.20.1.0/24 -> 10.30.1.1 HTTPS"`, "TO DELETE web")
	b.Apply(0)
	b.wrote(6, 2) // a service, two deletions, two flows, the apply
	b.flows("database", "portal", "theirs")
	b.Settled()
	b.server.CloseTickets()
	b.Apply(0)
	b.Settled()

	t.Log("somebody edits and applies a flow in AlgoSec")
	b.server.PutFlow("Billing", serverFlow("portal", "10.30.1.10", "10.30.1.1", "TCP/22"))
	b.server.ApplyDraft("Billing")
	b.server.CloseTickets()
	contains(t, b.Plan(2), `~ "portal" = "10.30.1.10 -> 10.30.1.1 TCP/22" -> "10.20.1.0/24 -> 10.30.1.1 HTTPS"`, `status = "indeterminate" -> "pending"`)
	b.Apply(0)
	b.wrote(3, 4)
	b.server.CloseTickets()
	b.Apply(0)
	b.Settled()

	t.Log("destroy takes its own flows away, in one change request")
	contains(t, b.Run(0, "destroy"), "was opened to take it back")
	b.flows("theirs")
	b.wrote(3, 5)
}

// TestAccAlgosecSimulation: the plan names the device and the rule in the way.
func TestAccAlgosecSimulation(t *testing.T) {
	t.Parallel()
	b := newBench(t, strings.Replace(algosecConfig, "ca_certificate = var.ca", "ca_certificate = var.ca, traffic_simulation = true", 1))
	b.server.SetConnectivity("Billing", "web", "Blocked")
	b.server.OnSimulate(func(algosectest.Query) algosectest.Simulation {
		return algosectest.Simulation{Result: "Blocked", Devices: []algosectest.SimulatedDevice{{Name: "edge-fw", Word: "Blocked (x1)", Rules: []string{"drop-all"}}}}
	})
	contains(t, b.Plan(2), `AlgoSec says "Blocked": edge-fw: Blocked (x1), rule drop-all (deny)`)
	b.wrote(0, 0)
}

// TestAccAlgosecFailure: an apply that stops in the middle is continued by the next
// one, with one change request.
func TestAccAlgosecFailure(t *testing.T) {
	t.Parallel()
	// What is refused is not done. With another status the next apply would first wait
	// for the draft, which the tests of the client do with less patience.
	isApply := func(r algosectest.Request) bool { return strings.HasSuffix(r.Path, "/apply") }
	with := func(reply string, skip int, match func(algosectest.Request) bool) algosectest.Fault {
		f := algosectest.Replies()[reply]
		f.Match, f.Skip = match, skip
		return f
	}
	tests := []struct {
		name  string
		fault algosectest.Fault
	}{
		{"apply fails", algosectest.Fault{Match: isApply, Status: http.StatusConflict, Body: `{"message": "another draft was just applied"}`}},
		{"apply answers 200 with an error", with("200 error", 0, isApply)},
		{"apply answers 200 with null", with("200 null", 0, isApply)},
		{"second write answers 200 with a page", with("200 page", 1, func(r algosectest.Request) bool { return strings.HasSuffix(r.Path, "/flows/new") })},
		{"second write fails", algosectest.Fault{Match: func(r algosectest.Request) bool { return strings.HasSuffix(r.Path, "/flows/new") }, Skip: 1, Drop: true}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, strings.Replace(algosecConfig, "web      =", "portal   =", 1))
			b.server.Inject(tt.fault)
			contains(t, b.Apply(1), "Unable to write application \"Billing\" in AlgoSec", "Apply again: it goes on with the draft")
			b.server.ClearFaults()
			// Terraform says "so must", OpenTofu "so it must".
			contains(t, b.Plan(2), "is tainted, so", "must be replaced", "The apply goes on with revision 402, a draft that an earlier apply left")
			b.Apply(0)
			b.flows("database", "portal", "theirs", "web")
			b.Settled()
			if n := len(b.server.Tickets()); n != 1 {
				t.Errorf("%d change requests", n)
			}

			t.Log("an update that fails is continued, too")
			b.server.CloseTickets()
			b.Edit("main.tf", `["tcp/3306"]`, `["tcp/3307"]`)
			b.server.Inject(algosectest.Fault{Match: isApply, Status: http.StatusConflict})
			b.Apply(1)
			b.server.ClearFaults()
			contains(t, b.Plan(2), "goes on with revision 403")
			b.Apply(0)
			b.Settled()
			if n := len(b.server.Tickets()); n != 2 {
				t.Errorf("%d change requests", n)
			}
		})
	}
	t.Run("new application", func(t *testing.T) {
		t.Parallel()
		b := newBench(t, strings.Replace(algosecConfig, `"Billing"`, "\"Shop\"\n  create = true", 1))
		b.server.Inject(tests[0].fault)
		b.Apply(1)
		b.server.ClearFaults()
		b.Apply(0)
		b.Settled()
		if app, _ := b.server.Application("Shop"); len(app.Flows) != 2 || len(b.server.Tickets()) != 1 {
			t.Errorf("AlgoSec has %+v and %d change requests", app, len(b.server.Tickets()))
		}

		t.Log("a resource that is called otherwise takes over what is there")
		b.server.CloseTickets()
		b.server.ForgetRequests()
		b.Write("main.tf", strings.ReplaceAll(b.Read("main.tf"), "acl_application.billing", "acl_application.shop"))
		b.Edit("main.tf", `"acl_application" "billing"`, `"acl_application" "shop"`)
		b.Apply(0)
		b.Settled()
		b.wrote(0, 1)
	})
	t.Run("destroy of what was never created", func(t *testing.T) {
		t.Parallel()
		b := newBench(t, algosecConfig)
		b.server.Inject(algosectest.Fault{Match: isApply, Status: http.StatusConflict})
		b.Apply(1)
		contains(t, b.Run(0, "destroy"), "a draft is left in AlgoSec", "Discard the draft")
		b.server.ForgetRequests()
		b.wrote(0, 0)
	})
}

// TestAccAlgosecRefusals: what must not be written is not, and the plan says why.
func TestAccAlgosecRefusals(t *testing.T) {
	t.Parallel()
	with := func(more string) string {
		return strings.Replace(algosecConfig, "ca_certificate = var.ca", "ca_certificate = var.ca\n    "+more, 1)
	}
	t.Run("read_only", func(t *testing.T) {
		t.Parallel()
		b := newBench(t, with("read_only = true"))
		contains(t, b.Plan(1), `Application "Billing" may not be written`, "flow database to create", "algosec.read_only is set", "Nothing was written")
		b.server.PutFlow("Billing", serverFlow("database", "10.30.1.1", "10.30.1.10", "TCP/3306"))
		b.server.ApplyDraft("Billing")
		b.server.CloseTickets()
		b.Apply(0)
		b.Settled()
		contains(t, b.Run(1, "destroy"), "may not be written", "terraform state rm")
		b.wrote(0, 1)
	})
	t.Run("applications", func(t *testing.T) {
		t.Parallel()
		b := newBench(t, with(`applications = ["Shop"]`))
		contains(t, b.Apply(1), `the provider's list algosec.applications does not have "Billing"`)
		b.Edit("main.tf", `["Shop"]`, `["Shop", "Billing"]`)
		b.Apply(0)
	})
	t.Run("foreign draft", func(t *testing.T) {
		t.Parallel()
		b := newBench(t, algosecConfig)
		b.server.PutFlow("Billing", serverFlow("new", "10.99.0.2", "10.30.1.1", "TCP/22"))
		contains(t, b.Plan(2), "The apply will be refused", `revision 402 has the status "Draft"`)
		contains(t, b.Apply(1), `revision 402 has the status "Draft"`)
		b.wrote(0, 0)
		b.Edit("main.tf", "ca_certificate = var.ca", "ca_certificate = var.ca\n    foreign_drafts = \"include\"")
		b.Apply(0)
		b.flows("database", "new", "theirs", "web")
	})
	t.Run("enforcement", func(t *testing.T) {
		t.Parallel()
		b := newBench(t, strings.Replace(algosecConfig, "algosec = {", "enforcement = \"advisory\"\n  algosec = {", 1))
		b.Apply(0)
		b.status("indeterminate")
		contains(t, b.Plan(0), "NOT AS DECLARED: CREATE")
		contains(t, b.Run(0, "destroy"), "left as it is in AlgoSec")
		b.wrote(0, 0)
		b.server.PutFlow("Billing", serverFlow("new", "10.99.0.2", "10.30.1.1", "TCP/22"))
		b.Edit("main.tf", `"advisory"`, `"plan"`)
		contains(t, b.Plan(1), `Application "Billing" cannot be changed now`, `revision 402 has the status "Draft"`)
	})
	t.Run("no such application", func(t *testing.T) {
		t.Parallel()
		b := newBench(t, strings.Replace(algosecConfig, `"Billing"`, `"Biling"`, 1))
		contains(t, b.Plan(1), `Application "Biling" is not in AlgoSec`, "create = true")
		b.Edit("main.tf", `"Biling"`, "\"Biling\"\n  create = true")
		contains(t, b.Plan(2), "The apply creates the application")
		b.Apply(0)
		b.server.CloseTickets()
		b.Apply(0)
		b.Settled()
		b.Edit("main.tf", "create = true", "create = true\n  decommission = true")
		b.Apply(0)
		b.Run(0, "destroy")
		if _, there := b.server.Application("Biling"); there {
			t.Error("the application is not decommissioned")
		}
	})
}

// TestAccAlgosecImport takes over what is there.
func TestAccAlgosecImport(t *testing.T) {
	t.Parallel()
	b := newBench(t, `
-- main.tf --
variable "ca" { type = string }
provider "acl" {
  algosec = { ca_certificate = var.ca }
}
resource "acl_application" "billing" {
  name   = "Billing"
  target = "algosec"
  flows = {
    web    = { sources = ["10.20.1.0/24"], destinations = ["10.30.1.1"], services = ["HTTPS"] }
    theirs = { sources = ["10.99.0.1"], destinations = ["10.30.1.1"], services = ["tcp/22"] }
  }
}
`)
	b.Run(0, "import", "acl_application.billing", "algosec:Billing")
	b.Settled()
	contains(t, b.Run(1, "import", "acl_application.billing", "algosec:"), "imported by algosec:NAME")
	b.Run(0, "state", "rm", "acl_application.billing")
	b.Write("main.tf", strings.ReplaceAll(b.Read("main.tf"), "acl_application", "acl_flow"))
	b.Edit("main.tf", "name   = \"Billing\"", "application = \"Billing\"\n  name = \"theirs\"")
	b.Edit("main.tf", "  flows = {\n", "")
	b.Edit("main.tf", "    web    = { sources = [\"10.20.1.0/24\"], destinations = [\"10.30.1.1\"], services = [\"HTTPS\"] }\n", "")
	b.Edit("main.tf", "    theirs = { sources = [\"10.99.0.1\"], destinations = [\"10.30.1.1\"], services = [\"tcp/22\"] }\n  }\n",
		"  sources = [\"10.99.0.1\"]\n  destinations = [\"10.30.1.1\"]\n  services = [\"tcp/22\"]\n")
	contains(t, b.Run(1, "import", "acl_flow.billing", "algosec:Billing/none"), "has no flow none")
	b.Run(0, "import", "acl_flow.billing", "algosec:Billing/theirs")
	b.Settled()
	b.wrote(0, 0)
	b.Run(0, "destroy")
	b.flows("web")
}
