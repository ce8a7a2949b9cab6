package provider

import (
	"strings"
	"testing"
)

const scriptFlows = `
    a   = { sources = ["192.0.2.1"], destinations = ["172.16.0.1"], services = ["tcp/443"] }
    b   = { sources = ["192.0.2.2", "192.0.2.9", "192.0.2.11", "192.0.2.13", "192.0.2.15", "192.0.2.17"], destinations = ["172.16.0.2"], services = ["tcp/443", "udp/53"] }
    old = { sources = ["192.0.2.1"], destinations = ["172.16.0.9"], services = ["tcp/443"] }
`

const scriptEdge = `
-- edge.cfg --
hostname edge
access-list outside_in extended permit tcp any host 172.16.0.9 eq 443
access-list outside_in extended deny tcp any any eq 23
access-list outside_in extended deny ip any any log
`

// The script beside additions has all that the additions of a ruleset need, and its undo
// takes it back; both stay as they are for the same input, and follow the flows.
func TestAccScript(t *testing.T) {
	t.Parallel()
	w := newWorkspace(t, `
-- main.tf --
provider "acl" {
  rulesets = { edge = { path = "edge.cfg", additions = "out/edge.json", script = "out/edge.script" } }
}
resource "acl_application" "shop" {
  name  = "Shop"
  flows = {`+scriptFlows+`}
}
`+scriptEdge)
	w.Apply(0)
	script, undo := w.Read("out/edge.script"), w.Read("out/edge.script.undo")
	for _, want := range []string{
		"! rules of terraform-provider-acl for ruleset \"edge\": 2 in, 0 out\n", "permit 192.0.2.1 -> 172.16.0.1 tcp/443\n!   for Shop/a@",
		"!   because of edge.cfg:4 outside_in line 3\n", "\naccess-list outside_in line 1 extended permit ",
		"\nobject-group network acl-net-",
	} {
		if !strings.Contains(script, want) {
			t.Errorf("the script lacks %q:\n%s", want, script)
		}
	}
	if strings.Contains(script, "172.16.0.9") || strings.Count(script, "access-list") != 3 {
		t.Errorf("the script is\n%s", script)
	}
	if strings.Count(undo, "\nno access-list outside_in extended permit ") != 3 || !strings.HasSuffix(undo, "\nno object-group network acl-net-"+word(script, "object-group network acl-net-")+"\n") {
		t.Errorf("the undo is\n%s", undo)
	}
	w.Settled()

	// The same for the same input, whichever way it came about.
	w.Run(0, "destroy")
	if got := w.Read("out/edge.script"); got != "" {
		t.Errorf("after the destruction the script is\n%s", got)
	}
	w.Apply(0)
	if got := w.Read("out/edge.script"); got != script {
		t.Errorf("the second script is\n%s\nthe first was\n%s", got, script)
	}

	// Once the device has it, nothing is left to do, and then something to take away.
	w.Write("edge.cfg", strings.Replace(w.Read("edge.cfg"), "hostname edge\n", "hostname edge\n"+unnumbered(script), 1))
	w.Edit("main.tf", `destinations = ["172.16.0.1"], services = ["tcp/443"] }`, `destinations = ["172.16.0.1"], services = ["tcp/8443"] }`)
	w.Apply(0)
	script = w.Read("out/edge.script")
	if !strings.Contains(script, "1 in, 1 out") || !strings.Contains(script, "\nno access-list outside_in extended permit tcp host 192.0.2.1 host 172.16.0.1 eq 443\n") || strings.Count(script, "access-list") != 2 {
		t.Errorf("for a device that has the first one the script is\n%s", script)
	}
}

// word is what follows a text up to the end of its line.
func word(text, before string) string {
	_, rest, _ := strings.Cut(text, before)
	rest, _, _ = strings.Cut(rest, "\n")
	return rest
}

// unnumbered are the commands of a script as a device shows them.
func unnumbered(script string) string {
	var out string
	for line := range strings.Lines(script) {
		if before, after, ok := strings.Cut(line, " line "); ok && strings.HasPrefix(line, "access-list") {
			_, entry, _ := strings.Cut(after, " ")
			line = before + " " + entry
		}
		out += line
	}
	return out
}

// A read-only ruleset is told the same as text, and so is a device.
func TestAccScriptData(t *testing.T) {
	t.Parallel()
	w := newWorkspace(t, `
-- main.tf --
provider "acl" {
  rulesets = { edge = { path = "edge.cfg" } }
}
data "acl_script" "release" {
  flows = {
    telnet = { sources = ["192.0.2.1"], destinations = ["172.16.0.1"], services = ["tcp/23"] }`+scriptFlows+`}
}
output "set" {
  value = data.acl_script.release
}
`+scriptEdge)
	got, _ := w.PlanJSON(2).OutputChanges["set"].After.(map[string]any)
	commands := got["commands"].(map[string]any)["edge"].(string)
	if strings.Count(commands, "access-list outside_in line ") != 3 || !strings.Contains(commands, "!   for a\n") {
		t.Errorf("commands are\n%s", commands)
	}
	if undo := got["undo"].(map[string]any)["edge"].(string); strings.Count(undo, "no access-list outside_in extended ") != 3 {
		t.Errorf("undo is\n%s", undo)
	}
	proof := got["proof"].(string)
	for _, want := range []string{
		`ruleset "edge": the script has 2 of our rules; read again with it`, `flow "a": blocked before, allowed after`,
		`flow "old": allowed before, allowed after`, `flow "telnet": blocked before, blocked after`,
	} {
		if !strings.Contains(proof, want) {
			t.Errorf("the proof lacks %q:\n%s", want, proof)
		}
	}
	if open := got["open"].(map[string]any); len(open) != 1 || !strings.Contains(open["telnet"].(string), "override_deny") {
		t.Errorf("open is %v", open)
	}
	w.Edit("main.tf", `rulesets = { edge = { path = "edge.cfg" } }`, `zones   = { out = ["192.0.2.0/24"], in = ["172.16.0.0/12"] }
  devices = { edge = { path = "edge.cfg", interfaces = { outside = "out", inside = "in" } } }`)
	w.Write("edge.cfg", w.Read("edge.cfg")+"access-group outside_in in interface outside\ninterface GigabitEthernet0/0\n nameif outside\n security-level 0\ninterface GigabitEthernet0/1\n nameif inside\n security-level 100\n")
	got, _ = w.PlanJSON(2).OutputChanges["set"].After.(map[string]any)
	if again := got["commands"].(map[string]any)["edge"].(string); strings.Count(again, "access-list outside_in line ") != 3 {
		t.Errorf("for a device, commands are\n%s\nproof %s\nopen %v", again, got["proof"], got["open"])
	}
}
