package provider

import (
	"fmt"
	"strings"
	"testing"
)

// An ASA shows the server 10.3.0.7 as 192.0.2.7, and permits half of what is asked.
const natEdge = `
-- edge.cfg --
ASA Version 9.16
hostname edge
interface GigabitEthernet0/0
 nameif outside
 security-level 0
 ip address 192.0.2.1 255.255.255.0
interface GigabitEthernet0/1
 nameif servers
 security-level 50
 ip address 10.3.0.1 255.255.0.0
object network web
 host 10.3.0.7
 nat (servers,outside) static 192.0.2.7
access-list outside_in extended permit tcp 10.1.0.0 255.255.255.0 host 10.3.0.7 eq 443
access-group outside_in in interface outside
`

// What a device translates is missing in the flow's own addresses; translated and change
// have the device's. A policy of real addresses without a table asks the device.
func TestAccTranslatedAddresses(t *testing.T) {
	t.Parallel()
	w := newWorkspace(t, `
-- main.tf --
provider "acl" {
  zones = { users = ["10.1.0.0/16"], transit = ["192.0.2.0/24"], servers = ["10.3.0.0/16"] }
  devices = {
    isp  = { content = jsonencode([{ action = "permit" }]), interfaces = { users = "users", transit = "transit" } }
    edge = { path = "edge.cfg", interfaces = { outside = "transit", servers = "servers" } }
  }
  policies = { real = { use = "real_addresses", severity = "review", kind = "validate" } }
}
resource "acl_flow" "web" {
  application  = "Shop"
  name         = "web"
  sources      = ["10.1.0.0/23"]
  destinations = ["192.0.2.7"]
  services     = ["tcp/443"]
}
`+natEdge)
	w.Plan(2)
	p := w.PlanJSON(2)
	after := p.Change(t, "acl_flow.web").Change.After
	if after["status"] != "partial" {
		t.Fatalf("status %v", after["status"])
	}
	missing := after["missing"].([]any)[0].(map[string]any)
	if got := fmt.Sprint(missing["sources"], missing["destinations"]); got != "[10.1.1.0/24] <nil>" { // null: all of the flow's
		t.Errorf("missing %s", got)
	}
	if got := fmt.Sprint(missing["translated"]); got != "10.1.1.0/24 -> 10.3.0.7 tcp/443" {
		t.Errorf("translated %s", got)
	}
	if got := fmt.Sprint(missing["change"]); !strings.Contains(got, "host 10.3.0.7 eq 443") && !strings.Contains(got, "host 10.3.0.7 eq https") {
		t.Errorf("change %s", got)
	}
	if got := fmt.Sprint(after["violations"]); !strings.Contains(got, "192.0.2.7 is an address of NAT; the real one is 10.3.0.7") {
		t.Errorf("violations %s", got)
	}
	if got := fmt.Sprint(after["summary"]); !strings.Contains(got, "10.3.0.7") {
		t.Errorf("summary %s", got)
	}
}
