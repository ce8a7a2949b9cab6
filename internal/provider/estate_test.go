package provider

import (
	"fmt"
	"strings"
	"testing"
)

// Three devices in a row: an ASA, a router, and the firewall of the server itself.
const (
	estateHead = `
-- edge.cfg --
ASA Version 9.16
hostname edge
interface GigabitEthernet0/0
 nameif users
 security-level 100
 ip address 10.1.0.1 255.255.0.0
interface GigabitEthernet0/1
 nameif transit
 security-level 50
 ip address 192.0.2.1 255.255.255.0
access-list users_in extended permit tcp 10.1.0.0 255.255.0.0 10.3.0.0 255.255.0.0 eq 443
access-group users_in in interface users
-- core.cfg --
hostname core
interface GigabitEthernet0/0
 ip address 192.0.2.2 255.255.255.0
 ip access-group FROM_TRANSIT in
interface GigabitEthernet0/1
 ip address 10.3.0.1 255.255.0.0
ip access-list extended FROM_TRANSIT
 permit tcp 10.1.0.0 0.0.255.255 10.3.0.0 0.0.255.255 eq 443
 permit icmp any any
-- web.rules --
*filter
:INPUT DROP [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
-A INPUT -p tcp -m tcp --dport 443 -j ACCEPT
COMMIT
`
	estateDevices = `
    edge = { path = "edge.cfg", interfaces = { users = "users", transit = "transit" } }
    core = { path = "core.cfg", interfaces = { "GigabitEthernet0/0" = "transit", "GigabitEthernet0/1" = "servers" } }
    web  = { path = "web.rules", guards = ["10.3.0.7"] }
`
	estateZones = `
  zones = { users = ["10.1.0.0/16"], transit = ["192.0.2.0/24"], servers = ["10.3.0.0/16"] }
`
	estateFlow = `
resource "acl_flow" "web" {
  application  = "Shop"
  name         = "web"
  sources      = ["10.1.5.0/24"]
  destinations = ["10.3.0.7"]
  services     = ["tcp/443"]
}
`
)

// A rule that vanishes on the second of three devices is drift that names the device.
func TestAccEstateDrift(t *testing.T) {
	t.Parallel()
	w := newWorkspace(t, "-- main.tf --\nprovider \"acl\" {"+estateZones+"devices = {"+estateDevices+"}\n}\n"+estateFlow+estateHead)
	w.Apply(0)
	w.Settled()
	state := w.State()["acl_flow.web"]
	if state["status"] != "allowed" {
		t.Fatalf("status %v", state["status"])
	}
	if path := fmt.Sprint(state["path"]); !strings.Contains(path, "device:edge") || !strings.Contains(path, "in:users") || !strings.Contains(path, "lists:[FROM_TRANSIT]") {
		t.Errorf("path %s", path)
	}
	w.Edit("core.cfg", " permit tcp 10.1.0.0 0.0.255.255 10.3.0.0 0.0.255.255 eq 443\n", "")
	out := w.Plan(2)
	contains(t, out, "core")
	p := w.PlanJSON(2)
	m := fmt.Sprint(p.Change(t, "acl_flow.web").Change.Before)
	if !strings.Contains(m, "device:core") || !strings.Contains(m, "list:FROM_TRANSIT") || strings.Contains(m, "device:edge list") {
		t.Errorf("before the change: %s", m)
	}
	contains(t, w.Apply(1), `device "core"`, "FROM_TRANSIT")
}

// Rules go to the additions of each device, and make the flow allowed together.
func TestAccEstateAdditions(t *testing.T) {
	t.Parallel()
	devices := strings.ReplaceAll(estateDevices, `", interfaces`, `", additions = "X.json", interfaces`)
	devices = strings.Replace(devices, "X.json", "edge.json", 1)
	devices = strings.Replace(devices, "X.json", "core.json", 1)
	flow := strings.Replace(estateFlow, "10.3.0.7", "10.3.0.8", 1)
	flow = strings.Replace(flow, "443", "8443", 1)
	w := newWorkspace(t, "-- main.tf --\nprovider \"acl\" {"+estateZones+"devices = {"+devices+"}\n}\n"+flow+estateHead)
	w.Plan(2)
	w.Apply(0)
	w.Settled()
	contains(t, w.Read("edge.json"), `"list": "users_in"`)
	contains(t, w.Read("core.json"), `"list": "FROM_TRANSIT"`)
	w.Run(0, "destroy", "-auto-approve")
	if strings.Contains(w.Read("edge.json")+w.Read("core.json"), "users_in") {
		t.Error("the rules are still there")
	}
}

// What is wrong with the declaration is told with its attribute, as early as it can be.
func TestAccEstateMistakes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, config, want, command string }{
		{"zone in two places", `zones = { a = ["10.0.0.0/8"], b = ["10.0.0.0/8"] }`, `zones["a"] and zones["b"]: both hold 10.0.0.0/8`, "validate"},
		{"unknown zone", estateZones + `devices = { edge = { path = "edge.cfg", interfaces = { users = "user", transit = "transit" } } }`, `there is no zone "user" (is "users" meant?); zones has "servers", "transit", "users"`, "validate"},
		{"no such interface", estateZones + `devices = { edge = { path = "edge.cfg", interfaces = { inside = "users", transit = "transit" } } }`, `has no interface "inside"; it has "users", "transit"`, "plan"},
		{"between no two zones", estateZones + `devices = { edge = { path = "edge.cfg", interfaces = { users = "users" } } }`, `the device filters between no two zones`, "plan"},
		{"another zone", estateZones + `devices = { edge = { path = "edge.cfg", interfaces = { users = "transit", transit = "users" } } }`, `its connected prefix 10.1.0.0/16 lies in zone "users"`, "plan"},
		{"no zones", `devices = { edge = { path = "edge.cfg" } }`, `there are devices and no zones between which they stand`, "plan"},
		{"neither", estateZones + `devices = { edge = {} }`, `The device "edge" sets none of path, content and source; set exactly one`, "validate"},
		{"paths", estateZones + `devices = {` + estateDevices + `}
		  paths = [{ from = ["users"], to = ["servers"], via = ["edge"] }]`, `does not lead from "users" to "servers"`, "validate"},
		{"zone in paths", estateZones + `devices = {` + estateDevices + `}
		  paths = [{ from = ["usr"], to = ["servers"], via = ["edge"] }]`, `there is no zone "usr"`, "validate"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorkspace(t, "-- main.tf --\nprovider \"acl\" {\n"+c.config+"\n}\n"+estateFlow+estateHead)
			contains(t, w.Run(1, c.command), c.want)
		})
	}
}

// Policies may speak of the estate's zones, and a matrix needs none of its own.
func TestAccEstateZonesInPolicies(t *testing.T) {
	t.Parallel()
	w := newWorkspace(t, `-- main.tf --
provider "acl" {
  zones    = { users = ["10.1.0.0/16"], servers = ["10.3.0.0/16"] }
  rulesets = { edge = { content = jsonencode([{ action = "permit" }]) } }
  matrix   = { cells = { users = { servers = { deny = ["any"] } } } }
}
`+estateFlow)
	contains(t, w.Plan(2), "matrix")
}

// Files alone give a first declaration, which can be pasted and fits.
func TestAccTopologySuggests(t *testing.T) {
	t.Parallel()
	const show = `
data "acl_topology" "all" {}
output "suggestion" { value = data.acl_topology.all.suggestion }
output "problem" { value = coalesce(data.acl_topology.all.problem, "none") }
`
	w := newWorkspace(t, "-- main.tf --\nprovider \"acl\" {\n  devices = { edge = { path = \"edge.cfg\" }, core = { path = \"core.cfg\" }, web = { path = \"web.rules\" } }\n}\n"+show+estateHead)
	w.Apply(0)
	var outputs map[string]struct{ Value string }
	w.Decode(&outputs, "output", "-json")
	suggestion := outputs["suggestion"].Value
	w.Write("suggestion.tfvars", suggestion)
	w.Run(0, "fmt", "-check", "suggestion.tfvars")
	suggestion = strings.Replace(suggestion, "    # The text has no interfaces: map its own names of them to zones in interfaces,\n    # or set guards to the addresses that it filters for.\n", "    guards = [\"10.3.0.7\"]\n", 1)
	for _, want := range []string{`guards = ["10.3.0.7"]`, `users           = ["10.1.0.0/16"]`, `transit         = ["192.0.2.0/24"]`, `"GigabitEthernet0/0" = "transit"`, `path = "edge.cfg"`} {
		if !strings.Contains(suggestion, want) {
			t.Fatalf("no %s in\n%s", want, suggestion)
		}
	}
	w.Write("main.tf", "provider \"acl\" {\n"+suggestion+"}\n"+show+strings.Replace(estateFlow, "10.3.0.7", "10.3.0.8", 1))
	w.Apply(0)
	if status := w.State()["acl_flow.web"]["status"]; status != "allowed" {
		t.Errorf("status %v", status)
	}
	w.Decode(&outputs, "output", "-json")
	if got := outputs["problem"].Value; got != "none" {
		t.Error(got)
	}
	// What contradicts is shown.
	w.Edit("main.tf", `["10.1.0.0/16"]`, `["10.9.0.0/16"]`)
	w.Edit("main.tf", `["192.0.2.0/24"]`, `["192.0.2.0/24", "10.1.0.0/16"]`)
	w.Edit("main.tf", "resource \"acl_flow\" \"web\" {", "output \"contradictions\" { value = [for c in data.acl_topology.all.contradictions : c.text] }\nresource \"acl_flow\" \"web\" {")
	contains(t, w.Run(1, "apply", "-auto-approve"), `its connected prefix 10.1.0.0/16 lies in zone "transit"`)
}

// The report draws the estate, and marks the device in the way of a flow; with
// data acl_topology also what no flow crosses.
func TestAccEstateReport(t *testing.T) {
	t.Parallel()
	w := newWorkspace(t, "-- main.tf --\nprovider \"acl\" {"+estateZones+"devices = {"+estateDevices+"}\n}\n"+strings.Replace(estateFlow, "tcp/443", "tcp/22", 1)+`
data "acl_topology" "this" {}
output "paths" { value = provider::acl::report(acl_flow.web) }
output "all" { value = provider::acl::report(acl_flow.web, { topology = data.acl_topology.this }) }
`+estateHead)
	out := w.PlanJSON(2).OutputChanges
	paths, _ := out["paths"].After.(string)
	all, _ := out["all"].After.(string)
	contains(t, paths, `["✗ edge"]:::against`, `["✗ core"]:::against`, `(["servers"])`)
	contains(t, all, `["✗ edge"]:::against`, `(["transit"])`, `["✗ web"]:::against`, " -.- ")
	w.Edit("main.tf", "topology = data.acl_topology.this", `topology = "estate"`)
	contains(t, w.Plan(1), "topology is not data.acl_topology.NAME")
}
