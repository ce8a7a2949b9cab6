package examples_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"unicode"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/terraformtest"
)

// ciWorkspace is a copy of examples/ci, with what its gate needs.
func ciWorkspace(t *testing.T) *workspace {
	t.Helper()
	t.Parallel()
	for _, name := range []string{"jq", "sh"} {
		if _, err := exec.LookPath(name); err != nil {
			t.Skipf("there is no %s on PATH, which the gate of examples/ci needs", name)
		}
	}
	w := newWorkspace(t, "ci")
	if err := os.Chmod(w.Path("gate.sh"), 0o755); err != nil {
		t.Fatal(err)
	}
	return w
}

// gate runs gate.sh on the plan that [workspace.plan] has saved, or on the text of
// standard input, insists on its exit status and returns what it prints.
func (w *workspace) gate(exit int, stdin string, env ...string) string {
	w.Helper()
	cmd := exec.Command("./gate.sh", terraformtest.PlanFile)
	if stdin != "" {
		cmd.Args[1] = "-"
		cmd.Stdin = strings.NewReader(stdin)
	}
	cmd.Dir, cmd.Env = w.Dir, append(append(w.Env, "TERRAFORM="+terraformtest.Program.Path), env...)
	out, err := cmd.CombinedOutput()
	var failed *exec.ExitError
	if err != nil && !errors.As(err, &failed) {
		w.Fatal(err)
	}
	if got := cmd.ProcessState.ExitCode(); got != exit {
		w.Fatalf("gate.sh %v: exit status %d, want %d\n%s", env, got, exit, out)
	}
	return string(out)
}

// gateSays compares all lines that the gate prints.
func (w *workspace) gateSays(exit int, want ...string) {
	w.Helper()
	if got := strings.Split(strings.TrimSpace(w.gate(exit, "")), "\n"); strings.Join(got, "\n") != strings.Join(want, "\n") {
		w.Errorf("the gate prints\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// savedPlan is the saved plan as terraform show -json gives it.
func (w *workspace) savedPlan() string {
	w.Helper()
	var plan json.RawMessage
	w.Decode(&plan, "show", "-json", terraformtest.PlanFile)
	return string(plan)
}

const (
	gateStates   = "(blocked partial open violation indeterminate not_routed unwanted)"
	ciDatabase   = "edge.cfg:24 access-list inside_in extended deny ip any any log"
	ciDesktop    = "edge.cfg:18 access-list inside_in extended deny tcp any 10.20.0.0 255.255.0.0 eq 3389"
	databaseLine = "partial\tBilling/database\t" + ciDatabase
)

// The states that the inventory of the example goes through: not there yet, there,
// and gone again.
func TestAccGate(t *testing.T) {
	w := ciWorkspace(t)
	first := w.plan(2)
	w.gateSays(1,
		databaseLine,
		"blocked\tPayroll/remote-desktop\t"+ciDesktop,
		"the gate fails: 2 of 5 flows "+gateStates,
	)

	t.Log("FAIL_ON and standard input")
	plan := w.savedPlan()
	if out := w.gate(1, plan, "FAIL_ON=blocked"); out != "blocked\tPayroll/remote-desktop\t"+ciDesktop+"\nthe gate fails: 1 of 5 flows (blocked)\n" {
		t.Errorf("the gate prints\n%s", out)
	}
	w.gate(0, plan, "FAIL_ON=indeterminate open")
	if out := w.gate(2, plan, "FAIL_ON=block"); !strings.Contains(out, "there is no state block") {
		t.Errorf("the gate prints\n%s", out)
	}

	t.Log("what is not a plan")
	var state struct {
		FormatVersion string `json:"format_version"`
		Values        any    `json:"values"`
	}
	state.FormatVersion = "1.0"
	ofState, err := json.Marshal(state)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"\n", "{}", "[]", "null", "no JSON", plan[:len(plan)/2], plan + plan, string(ofState)} {
		w.gate(2, text)
	}

	meant := w.override()
	w.paste(meant.change("Payroll", "remote-desktop"), first.change("Billing", "database"))
	w.plan(2)
	w.gateSays(0, "the gate holds: 5 flows "+gateStates)
	w.apply()
	w.plan(0)
	w.gateSays(0, "the gate holds: 5 flows "+gateStates)

	t.Log("drift that an apply cannot put right: the plan promises allowed")
	w.Edit("firewall/edge.cfg", first.change("Billing", "database")+"\n", "")
	drifted := w.plan(2)
	results := drifted.changes[`acl_application.this["Billing"]`]["results"].(map[string]any)
	if status := results["database"].(map[string]any)["status"]; status != "allowed" {
		t.Fatalf("the plan promises %v", status)
	}
	w.gateSays(1, databaseLine, "the gate fails: 1 of 5 flows "+gateStates)

	t.Log("drift that it can put right")
	w.Edit("main.tf", `path = "firewall/edge.cfg" }`, `path = "firewall/edge.cfg", additions = "firewall/edge.additions.json" }`)
	w.plan(2)
	w.gateSays(0, "the gate holds: 5 flows, 1 pending "+gateStates)
	w.gate(1, "", "FAIL_ON=pending")

	t.Log("a plan file that cannot be read")
	w.Write(terraformtest.PlanFile, "no plan")
	w.gate(2, "")
	w.Remove(terraformtest.PlanFile)
	w.gate(2, "")
}

// A plan with errors is saved too, without the resources that have them.
func TestAccGateErroredPlan(t *testing.T) {
	w := ciWorkspace(t)
	w.Edit("main.tf", "rulesets = {", "enforcement = \"plan\"\n  rulesets = {")
	w.plan(1)
	if _, err := os.Stat(w.Path(terraformtest.PlanFile)); err != nil {
		t.Skip("this version saves no plan that has errors")
	}
	out := w.gate(1, "", "FAIL_ON=open")
	if !strings.HasPrefix(out, "errored\tthe plan\t") {
		t.Errorf("the gate prints\n%s", out)
	}
}

// ciStates has a flow in each state that the inventory of the example has not.
const ciStates = `
terraform {
  required_providers {
    acl = { source = "terraform-provider-acl/acl" }
  }
}

provider "acl" {
  rulesets = {
    edge = { content = jsonencode([
      { name = "backups", dst_ip = "10.0.0.1", condition = "time-range NIGHT", action = "permit" },
      { name = "web", dst_ip = "10.0.0.2", dst_port = "tcp/443", action = "permit" },
    ]) }
  }
}

resource "terraform_data" "host" {
  input = "10.0.0.7"
}

resource "acl_application" "states" {
  name = "States"
  flows = {
    night  = { sources = ["10.1.0.1"], destinations = ["10.0.0.1"], services = ["tcp/22"] }
    shut   = { sources = ["10.1.0.1"], destinations = ["10.0.0.3"], services = ["tcp/443"], action = "deny" }
    open   = { sources = ["10.1.0.2"], destinations = ["10.0.0.2"], services = ["tcp/443"], action = "deny" }
    ajar   = { sources = ["10.1.0.2"], destinations = ["10.0.0.2"], services = ["tcp/443", "tcp/80"], action = "deny" }
    later  = { sources = [terraform_data.host.output], destinations = ["10.0.0.3"], services = ["tcp/443"] }
  }
}

resource "acl_flow" "single" {
  application  = "Single"
  name         = "web"
  sources      = ["10.1.0.1"]
  destinations = ["10.0.0.2"]
  services     = ["tcp/443"]
}
`

func TestAccGateStates(t *testing.T) {
	w := ciWorkspace(t)
	w.Write("main.tf", ciStates)
	w.Remove("report.tf")
	w.Remove("rules.tf")
	w.plan(2)
	const web = `permitted by this rule: edge:1 "web" permit any -> 10.0.0.2 tcp/443`
	w.gateSays(1,
		"open\tStates/ajar\t"+web,
		"indeterminate\tStates/night\t"+`edge:1 "backups" permit any -> 10.0.0.1 any (indeterminate: time-range NIGHT)`,
		"open\tStates/open\t"+web,
		"the gate fails: 3 of 6 flows, 1 not known before the apply "+gateStates,
	)
	w.gate(1, "", "FAIL_ON=unknown")
}

// hostileNames try to break out of a line, a table, a terminal or a job's log.
var hostileNames = []string{
	"a\nok\tb", "tab\there", "\x1b[31mred\x1b[0m\a", "\u202egnp.exe", "zero\u200bwidth", "line\u2028separator", `back\slash\n`, "'; exit 0; '", "$(exit 0)`exit 0`",
	"%s%n%d", "::error::x", "-n", `"quoted"`, "<b>|`x`|", "blocked partial",
}

// However flows and applications are called, each takes one line of printable text.
func TestAccGateHostileNames(t *testing.T) {
	w := ciWorkspace(t)
	type flow struct {
		Sources      []string `json:"sources"`
		Destinations []string `json:"destinations"`
		Services     []string `json:"services"`
		Comment      string   `json:"comment"`
	}
	var inventory struct {
		Applications []any `json:"applications"`
	}
	for _, name := range hostileNames {
		inventory.Applications = append(inventory.Applications, map[string]any{
			"app_name":  name,
			"app_flows": map[string]flow{name: {[]string{"192.0.2.1"}, []string{"172.16.0.10"}, []string{"tcp/22"}, name}},
		})
	}
	text, err := json.Marshal(inventory)
	if err != nil {
		t.Fatal(err)
	}
	w.Write("inventory.json", string(text))
	p := w.plan(2)
	lines := strings.Split(strings.TrimSpace(w.gate(1, "")), "\n")
	if want := len(hostileNames) + 1; len(lines) != want {
		t.Errorf("the gate prints %d lines, want %d:\n%s", len(lines), want, strings.Join(lines, "\n"))
	}
	for _, line := range lines[:len(lines)-1] {
		if !strings.HasPrefix(line, "blocked\t") || !strings.HasSuffix(line, "\t"+ciDatabase) {
			t.Errorf("the gate prints %q", line)
		}
	}
	report, _ := p.outputs["connectivity_report"].(string)
	for _, text := range []string{strings.Join(lines, ""), strings.ReplaceAll(report, "\n", "")} {
		if i := strings.IndexFunc(text, func(r rune) bool { return r != '\t' && unicode.Is(unicode.C, r) }); i >= 0 {
			t.Errorf("what cannot be seen is printed: %q", text[max(0, i-40):min(len(text), i+40)])
		}
	}
	// What Terraform prints of values is its own; nothing reaches the terminal by way of
	// our warnings and logs either.
	w.Env = append(w.Env[:len(w.Env):len(w.Env)], "TF_LOG_PROVIDER=DEBUG")
	logged := w.plan(2).text
	if !strings.Contains(logged, "flow is assessed") {
		t.Error("the log does not tell that flows are assessed")
	}
	for _, text := range []string{p.text, logged} {
		if i := strings.IndexFunc(text, func(r rune) bool { return r != '\t' && r != '\n' && r != '\r' && unicode.IsControl(r) }); i >= 0 {
			t.Errorf("a control character is printed: %q", text[max(0, i-40):min(len(text), i+40)])
		}
	}
}

// A promise counts for nothing while the decisions are those of before, even if none
// of those that are listed tells against it.
func TestAccGateDistrustsPromises(t *testing.T) {
	w := ciWorkspace(t)
	const plan = `{"planned_values": {}, "resource_changes": [{
		"address": "acl_flow.f", "mode": "managed", "type": "acl_flow", "change": {
			"before": {"application": "A", "name": "f", "status": "partial", "decisions": [{"action": "permit", "rule": "r"}], "missing": [{"blocked_by": "e.cfg:9 deny"}]},
			"after": {"application": "A", "name": "f", "status": "allowed", "decisions": [{"action": "permit", "rule": "NEW"}], "missing": []}}}]}`
	w.gate(0, plan)
	if out := w.gate(1, strings.ReplaceAll(plan, "NEW", "r")); !strings.HasPrefix(out, "partial\tA/f\te.cfg:9 deny\n") {
		t.Errorf("the gate prints\n%s", out)
	}
}

// A policy that denies a flow fails the gate, whatever the firewalls do; one that is
// excepted, or only wants to be looked at, does not.
func TestAccGateViolations(t *testing.T) {
	w := ciWorkspace(t)
	const plan = `{"resource_changes": [{
		"address": "acl_flow.f", "mode": "managed", "type": "acl_flow", "change": {
			"after": {"application": "A", "name": "f", "status": "allowed", "decisions": [{"action": "permit", "rule": "r"}], "missing": [], "violations": [
				{"policy": "look", "severity": "review", "message": "m"}, {"policy": "p", "severity": "deny", "message": "no", "exception": "E"}]}}}]}`
	w.gate(0, plan)
	denied := strings.ReplaceAll(plan, `"E"`, "null")
	if out := w.gate(1, denied); !strings.HasPrefix(out, "violation\tA/f\tp: no\n") {
		t.Errorf("the gate prints\n%s", out)
	}
	w.gate(0, denied, "FAIL_ON=blocked partial")
	if out := w.gate(1, plan, "FAIL_ON=review notify"); !strings.HasPrefix(out, "review\tA/f\tlook: m\n") {
		t.Errorf("the gate prints\n%s", out)
	}
	expired := strings.NewReplacer(`"look"`, `"expires"`, `"review"`, `"notify"`, `"status": "allowed"`, `"status": "blocked"`, `"action": "permit"`, `"action": "deny"`).Replace(plan)
	w.gate(0, expired, "FAIL_ON=blocked notify")
}

// The report and SARIF of the example are known when planned, and say of a drifted
// flow what the gate says of it.
func TestAccReportOutputs(t *testing.T) {
	w := ciWorkspace(t)
	p := w.plan(2)
	md, _ := p.outputs["connectivity_report"].(string)
	for _, text := range []string{"❌ 2 of 5 flows are not as wanted.", "### Not as wanted", "Billing/database", ciDesktop} {
		if !strings.Contains(md, text) {
			t.Errorf("no %q in the report\n%s", text, md)
		}
	}
	text, _ := p.outputs["connectivity_sarif"].(string)
	var sarif struct {
		Runs []struct {
			Results []struct {
				Locations []struct {
					PhysicalLocation struct {
						ArtifactLocation struct{ URI string }
						Region           struct{ StartLine int }
					}
				}
			}
		}
	}
	if err := json.Unmarshal([]byte(text), &sarif); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	var at []string
	for _, r := range sarif.Runs[0].Results {
		l := r.Locations[0].PhysicalLocation
		at = append(at, fmt.Sprintf("%s:%d", l.ArtifactLocation.URI, l.Region.StartLine))
	}
	if got := strings.Join(at, " "); got != "inventory.json:8 inventory.json:15 firewall/edge.cfg:21 firewall/edge.cfg:23 firewall/edge.cfg:18 firewall/edge.cfg:24" {
		t.Errorf("the results are at %s\n%s", got, text)
	}
}

// TestAccRulesGate fails a pull request that opens what no flow wants, at the line that
// opens it, and where FAIL_ON says so one whose rules contradict each other.
func TestAccRulesGate(t *testing.T) {
	w := ciWorkspace(t)
	text, err := os.ReadFile(w.Path("firewall/edge.cfg"))
	if err != nil {
		t.Fatal(err)
	}
	w.Write("main/edge.cfg", string(text))
	w.plan(2)
	w.gate(0, "", "FAIL_ON=unwanted contradicts")
	w.Edit("firewall/edge.cfg", "host 172.16.0.53 eq domain", "host 172.16.0.53 eq domain\naccess-list inside_in extended permit tcp host 192.168.0.9 host 172.16.0.10 eq telnet\naccess-list inside_in extended deny tcp host 192.168.0.9 host 172.16.0.10 eq 443")
	p := w.plan(2)
	const opened = "unwanted\tinside_in 192.168.0.9 -> 172.16.0.10 tcp/23\tedge.cfg:23 access-list inside_in extended permit tcp host 192.168.0.9 host 172.16.0.10 eq telnet"
	if out := w.gate(1, "", "FAIL_ON=unwanted"); out != opened+"\nthe gate fails: 0 of 5 flows, 1 about rules (unwanted)\n" {
		t.Errorf("the gate prints\n%s", out)
	}
	if out := w.gate(1, "", "FAIL_ON=contradicts"); !strings.HasPrefix(out, "contradicts\tedge access-list inside_in extended deny tcp host 192.168.0.9") {
		t.Errorf("the gate prints\n%s", out)
	}
	w.gate(1, "", "FAIL_ON=unwanted", "ONLY=changed")
	w.gate(0, "", "FAIL_ON=contradicts", "ONLY=changed")
	w.Write("baseline", opened+"\n")
	w.gate(0, "", "FAIL_ON=unwanted", "BASELINE=baseline")
	md, _ := p.outputs["connectivity_report"].(string)
	sarif, _ := p.outputs["connectivity_sarif"].(string)
	for _, want := range []string{"The change opens traffic: 1 part.", "### Rules of the firewalls"} {
		if !strings.Contains(md, want) {
			t.Errorf("no %q in the report\n%s", want, md)
		}
	}
	if !strings.Contains(sarif, `"ruleId": "change-opened"`) || !strings.Contains(sarif, `"startLine": 23`) {
		t.Errorf("SARIF has no result at the line that opens traffic\n%s", sarif)
	}
}

// With before.json, as the workflows write it from the state, the report of a pull
// request begins with what it adds and alters.
func TestAccReportOfAChange(t *testing.T) {
	w := ciWorkspace(t)
	w.Edit("main.tf", "rulesets = {", "enforcement = \"advisory\"\n  rulesets = {")
	w.plan(2)
	w.apply()
	var outputs map[string]struct{ Value any }
	w.Decode(&outputs, "output", "-json")
	before, _ := outputs["connectivity_json"].Value.(string)
	w.Write("before.json", before)
	w.Edit("inventory.json", `"dns": {`, `"ntp": { "sources": ["offices"], "destinations": ["172.16.0.53"], "services": ["udp/domain"] },
        "dns": {`)
	p := w.plan(2)
	md, _ := p.outputs["connectivity_report"].(string)
	want := "### This change adds or alters\n\n| verdict | flow | source | destination | service | rule |\n| --- | --- | --- | --- | --- | --- |\n" +
		"| ✅ allowed, new | `Billing/ntp` | `offices` | `172.16.0.53` | `udp/domain` | `edge.cfg:22 inside_in line 6`, no change necessary |\n\n### Not as wanted, not changed\n"
	if !strings.Contains(md, want) {
		t.Errorf("the report is\n%s\nwant in it\n%s", md, want)
	}
	page, _ := p.outputs["connectivity_page"].(string)
	for _, text := range []string{`"change":"new"`, "access-list inside_in extended permit udp", `"hit":true`} {
		if !strings.Contains(page, text) {
			t.Errorf("no %s in the page", text)
		}
	}
	if strings.Contains(p.text, "<!DOCTYPE") {
		t.Error("the plan prints the page")
	}
	if out := w.gate(0, "", "ONLY=changed"); !strings.HasPrefix(out, "the gate holds: 1 flow, 5 not changed") {
		t.Errorf("the gate prints\n%s", out)
	}
}

// report.md and comment.md come about by the commands of the workflow.
func TestAccWorkflowCommands(t *testing.T) {
	w := ciWorkspace(t)
	w.plan(2)
	w.Write("plan.json", w.savedPlan())
	for _, file := range []string{"github-actions.yml", "gitlab-ci.yml"} {
		text, err := os.ReadFile(w.Path(file))
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for line := range strings.Lines(string(text)) {
			command := strings.TrimPrefix(strings.TrimSpace(line), "- ")
			if !strings.HasPrefix(command, "jq -r '.planned_values") {
				continue
			}
			n++
			cmd := exec.Command("sh", "-euc", command)
			cmd.Dir = w.Dir
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("%s: %v\n%s", command, err, out)
			}
		}
		if n == 0 {
			t.Errorf("%s makes no report", file)
		}
		for name, begins := range map[string]string{"report.md": "## Application connectivity\n", "connectivity.sarif": "{"} {
			content, err := os.ReadFile(w.Path(name))
			if err == nil && !bytes.HasPrefix(content, []byte(begins)) {
				t.Errorf("%s writes %s:\n%s", file, name, content)
			}
		}
	}
}
