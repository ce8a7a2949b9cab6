package provider

import (
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/terraformtest"
)

// Three flows of three applications need a rule at the same place of a router and of an
// ASA: one text for each device, each number once; a deny that is meant is overruled for
// the flow that says so; and what is typed closes the gaps, so that nothing is left.
func TestAccChangeSet(t *testing.T) {
	terraformtest.Need(t)
	t.Parallel()
	w := newWorkspace(t, `
-- main.tf --
provider "acl" {
  rulesets = {
    router = { path = "r.cfg", acl = "INBOUND" }
    edge   = { path = "edge.cfg" }
  }
}
data "acl_change_set" "release" {
  rulesets = ["router", "edge"]
  flows = {
    a      = { sources = ["192.0.2.1"], destinations = ["172.16.0.1"], services = ["tcp/443"] }
    b      = { sources = ["192.0.2.2"], destinations = ["172.16.0.2"], services = ["tcp/443"] }
    c      = { sources = ["192.0.2.3"], destinations = ["172.16.0.3"], services = ["tcp/443"] }
    again  = { sources = ["192.0.2.1"], destinations = ["172.16.0.1"], services = ["tcp/https"] }
    telnet = { sources = ["192.0.2.9"], destinations = ["172.16.0.1"], services = ["tcp/23"], rulesets = ["edge"] }
    meant  = { sources = ["192.0.2.8"], destinations = ["172.16.0.1"], services = ["tcp/23"], rulesets = ["edge"], override_deny = true }
  }
}
output "set" {
  value = data.acl_change_set.release
}
-- r.cfg --
hostname r
ip access-list extended INBOUND
 10 permit tcp 10.0.0.0 0.255.255.255 host 172.16.0.9 eq 443
 20 permit udp any any
 21 deny ip any any log
!
end
-- edge.cfg --
hostname edge
access-list outside_in extended deny tcp any any eq 23
access-list outside_in extended permit udp any any eq 53
access-list outside_in extended deny ip any any log
`)
	set := func() map[string]any {
		t.Helper()
		out, _ := w.PlanJSON(2).OutputChanges["set"].After.(map[string]any)
		return out
	}
	got := set()
	commands := got["commands"].(map[string]any)
	if want := strings.Join([]string{
		"access-list outside_in line 3 extended permit tcp host 192.0.2.1 host 172.16.0.1 eq 443",
		"access-list outside_in line 4 extended permit tcp host 192.0.2.2 host 172.16.0.2 eq 443",
		"access-list outside_in line 5 extended permit tcp host 192.0.2.3 host 172.16.0.3 eq 443",
		"access-list outside_in line 1 extended permit tcp host 192.0.2.8 host 172.16.0.1 eq 23",
	}, "\n"); commands["edge"] != want {
		t.Errorf("edge gets\n%s\nwant\n%s", commands["edge"], want)
	}
	if router, _ := commands["router"].(string); strings.Count(router, "resequence") != 1 || strings.Count(router, " permit tcp ") != 3 {
		t.Errorf("the router gets\n%s", router)
	}
	if open := got["open"].(map[string]any); len(open) != 1 || !strings.Contains(open["telnet"].(string), "outside_in line 2; a change would override") {
		t.Errorf("open is %v", open)
	}
	for _, c := range got["changes"].([]any) {
		c := c.(map[string]any)
		overrules, _ := c["overrules"].(string)
		if meant := strings.Contains(c["command"].(string), "192.0.2.8"); meant != strings.Contains(overrules, "deny tcp any any eq 23") {
			t.Errorf("%v overrules %q", c["command"], overrules)
		}
		if strings.Contains(c["command"].(string), "access-list outside_in line 3 ") && quote(t, c["flows"]) != `["a","again"]` {
			t.Errorf("%v is for %v", c["command"], c["flows"])
		}
	}
	contains(t, got["ticket"].(string), "## `router`", "## `edge`", "`a, again`", "To take them back:", "no access-list outside_in extended permit tcp host 192.0.2.8 host 172.16.0.1 eq 23", "Not solved by these changes")

	w.Edit("r.cfg", "!\nend\n", commands["router"].(string)+"\n!\nend\n")
	w.Write("edge.cfg", w.Read("edge.cfg")+commands["edge"].(string)+"\n")
	got = set()
	if len(got["changes"].([]any)) != 0 || len(got["commands"].(map[string]any)) != 0 {
		t.Errorf("once they are typed there are %v", got["changes"])
	}

	// The error of a flow stands at the flow.
	w.Edit("main.tf", `services = ["tcp/https"]`, `services = ["443"]`)
	contains(t, w.Plan(1), `data "acl_change_set" "release"`, "443")
	w.Edit("main.tf", `services = ["443"]`, `services = ["tcp/443"], rulesets = ["core"]`)
	contains(t, w.Plan(1), `nknown ruleset "core"`)
}

// A flow past three devices gets commands for each, by device and list; typed on the
// devices, nothing is left to do. What may not be changed stays open.
func TestAccChangeSetOfDevices(t *testing.T) {
	terraformtest.Need(t)
	t.Parallel()
	w := newWorkspace(t, "-- main.tf --\nprovider \"acl\" {"+estateZones+"devices = {"+estateDevices+"}\n}\n"+`
data "acl_change_set" "release" {
  flows = { ssh = { sources = ["10.1.5.0/24"], destinations = ["10.3.0.7"], services = ["tcp/22"] } }
}
output "set" {
  value = data.acl_change_set.release
}
`+estateHead)
	set := func() map[string]any {
		t.Helper()
		out, _ := w.PlanJSON(2).OutputChanges["set"].After.(map[string]any)
		return out
	}
	got := set()
	commands := got["commands"].(map[string]any)
	if len(commands) != 3 || commands["edge"] != "access-list users_in extended permit tcp 10.1.5.0 255.255.255.0 host 10.3.0.7 eq 22" {
		t.Errorf("commands are %v", commands)
	}
	if first, want := quote(t, got["changes"].([]any)[0]), `{"alternative":null,"command":"access-list users_in extended permit tcp 10.1.5.0 255.255.255.0 host 10.3.0.7 eq 22","device":"edge","flows":["ssh"],"list":"users_in","overrules":null,"ruleset":null}`; first != want {
		t.Errorf("the first change is\n%s\nwant\n%s", first, want)
	}
	contains(t, got["ticket"].(string), "## `edge`", "## `core`", "## `web`", "`FROM_TRANSIT`", "To take them back:")

	w.Write("edge.cfg", w.Read("edge.cfg")+commands["edge"].(string)+"\n")
	w.Write("core.cfg", w.Read("core.cfg")+commands["core"].(string)+"\n")
	w.Edit("main.tf", "  flows = { ssh", "  devices = [\"edge\", \"core\"]\n  flows = { ssh")
	got = set()
	if open := got["open"].(map[string]any); len(got["commands"].(map[string]any)) != 0 || !strings.Contains(open["ssh"].(string), "web") {
		t.Errorf("commands %v, open %v", got["commands"], open)
	}
	w.Edit("web.rules", "COMMIT\n", commands["web"].(string)+"\nCOMMIT\n")
	if open := set()["open"].(map[string]any); len(open) != 0 {
		t.Errorf("once all are typed, open is %v", open)
	}
	w.Edit("main.tf", `["edge", "core"]`, `["egde"]`)
	contains(t, w.Plan(1), `nknown device "egde": the provider has "core", "edge", "web"`)
}
