// Package examples_test plans every example through a real terraform, and checks
// what each is there to show.
package examples_test

import (
	"context"
	"errors"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/terraformtest"
)

// cases are the checks by directory. Each gets a copy of the example.
var cases = map[string]func(*workspace){
	"algosec":           algosecLoop,
	"audit":             audit,
	"ci":                differs,
	"compose":           differs,
	"deliver":           deliverLive,
	"live":              liveSources,
	"deny-flow":         denyFlow,
	"estate":            estateWays,
	"diff":              diff,
	"gate":              gate,
	"inline-rules":      inlineRules,
	"inventory":         inventory,
	"inventory-yaml":    inventory,
	"module":            module,
	"multiple-rulesets": multipleRulesets,
	"nat":               natWays,
	"nested-addresses":  nestedAddresses,
	"policies":          policies,
	"python-subclass":   pythonSubclass,
	"quickstart":        quickstart,
	"single-flow":       singleFlow,
}

func TestAccExamples(t *testing.T) {
	found, err := filepath.Glob("*/main.tf")
	if err != nil || len(found) == 0 {
		t.Fatalf("no examples: %v", err)
	}
	for _, path := range found {
		name := filepath.Dir(path)
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			check, ok := cases[name]
			if !ok {
				t.Fatalf("no check for examples/%s in cases", name)
			}
			check(newWorkspace(t, name))
		})
	}
}

// algosecLoop goes through the loop by the script that shows it.
func algosecLoop(w *workspace) {
	ctx, cancel := context.WithTimeout(context.Background(), terraformtest.CommandTimeout)
	defer cancel()
	out, err := exec.CommandContext(ctx, "../scripts/demo-algosec").CombinedOutput()
	if err != nil {
		w.Fatalf("%v\n%s", err, out)
	}
	terraformtest.Contains(w, string(out), "TO CHANGE database", "TO CREATE reporting", "The apply creates the network objects 10.20.9.0/24, 10.30.2.0/28.",
		"1 added", "PENDING reporting change request 5301 is open", `~ status = "pending" -> "allowed"`)
	if n := strings.Count(string(out), "No changes."); n != 2 {
		w.Errorf("%d plans are empty, want 2:\n%s", n, out)
	}
}

// deliverLive goes through the delivery by the script that shows it.
func deliverLive(w *workspace) {
	ctx, cancel := context.WithTimeout(context.Background(), terraformtest.CommandTimeout)
	defer cancel()
	out, err := exec.CommandContext(ctx, "../scripts/demo-live").CombinedOutput()
	if failed := new(exec.ExitError); errors.As(err, &failed) && failed.ExitCode() == 77 {
		w.Skipf("%s", out)
	}
	if err != nil {
		w.Fatalf("%v\n%s", err, out)
	}
	terraformtest.Contains(w, string(out), "BLOCKED web 10.1.0.7 -> 10.2.0.7 tcp/443", "10.1.0.7 -> 10.2.0.7 tcp/443 PASSES", "delete rule inet fw forward handle ",
		`~ status = "blocked" -> "allowed"`, "Destroy complete! Resources: 1 destroyed.", "The firewall is what it was")
}

// differs is for examples whose own tests say the rest.
func differs(w *workspace) { w.plan(2) }

// module is called by others, and has tests in Terraform's own language. Here it is
// applied by itself.
func module(w *workspace) {
	w.Run(0, "validate")
	w.Write("provider.tf", "provider \"acl\" {\n  rulesets = { edge = { path = \"firewall/edge.json\" } }\n}\n")
	w.settle("-var=name=Shop", `-var=flows={"web":{"sources":["192.168.0.10"],"destinations":["172.16.0.5"],"services":["tcp/443"]}}`)
}

func inventory(w *workspace) {
	p := w.plan(2)
	p.output(w, "status", `{"Backup": {"agents": "pending"}, "Intranet": {"browser": "allowed", "search": "allowed"}}`)
	p.wants(w,
		`application "Backup": 0 of 1 flows as wanted, 1 partial`,
		`PARTIAL agents 10.50.0.0/16 -> 10.60.0.5 tcp/9103`,
	)
	intranet := p.changes[`acl_application.this["Intranet"]`]["flows"].(map[string]any)["browser"].(map[string]any)
	if users := asJSON(w, intranet["users"]); !strings.Contains(users, "all employees") {
		w.Errorf("users of the inventory are %s", users)
	}
	w.settle()
}

func singleFlow(w *workspace) {
	p := w.plan(2)
	p.wants(w, `PARTIAL mail 10.40.0.10 -> 10.50.0.25 tcp/587 core.json:3 "Everything else" deny any -> any any`)
	mail := p.outputs["mail"].(map[string]any)
	if mail["status"] != "pending" || len(mail["written"].([]any)) != 1 || !strings.HasPrefix(asJSON(w, mail["by"]), `"pending: allowed by `) {
		w.Errorf("planned is %s", asJSON(w, mail))
	}
	w.settle()

	// Somebody opens the port for all servers and takes our rule out of the file.
	w.Edit("firewall/core.json", `"dst_port": "tcp/25"`, `"dst_port": ["tcp/25", "tcp/587"]`)
	w.Write("firewall/core.additions.json", "[]\n")
	if p := w.plan(2); len(p.changes) != 0 {
		w.Errorf("only outputs change when the firewall comes to allow the flow by itself:\n%s", p.text)
	}
}

func gate(w *workspace) {
	w.plan(0)
	w.plan(0)

	w.Edit("firewall/dmz.json", `"dst_port": "udp/123"`, `"dst_port": "udp/124"`)
	w.plan(0).wants(w, "Warning: Check block assertion failed", "Not allowed yet: ntp.")

	w.Edit("firewall/dmz.json", `"dst_port": "tcp/443"`, `"dst_port": ["tcp/443", "tcp/22"]`)
	w.plan(1).wants(w,
		"Error: Resource postcondition failed",
		`admin is allowed: 0.0.0.0/0 -> 203.0.113.10 tcp/22: permitted by this rule: dmz.json:2 "Shop" permit any -> 203.0.113.10 tcp/22, tcp/443`,
	)
}

// estateWays finds the devices between zones, and names the one in the way.
func estateWays(w *workspace) {
	p := w.plan(2)
	p.output(w, "ways", `{"api": ["servers -> core -> dc -> cloud"], "browser": ["offices -> branch -> core -> servers"], "local": ["servers -> servers"], "reports": ["offices -> branch -> dc -> cloud"]}`)
	p.wants(w,
		`application "Shop": 3 of 4 flows as wanted, 1 blocked`,
		`BLOCKED reports 10.10.5.0/24 -> 10.30.0.10 tcp/8443 dc: dc.cfg: default deny, no rule matches`,
	)
}

func natWays(w *workspace) {
	p := w.plan(2)
	p.output(w, "translated", `{
		"real": [
			{"device": "provider", "compares": null, "change": "{\"src_ip\":[\"198.51.100.0/24\"],\"dst_ip\":[\"10.2.0.10\"],\"dst_port\":[\"tcp/443\"],\"action\":\"permit\"},"},
			{"device": "edge", "compares": null, "change": null}
		],
		"ssh": [{"device": "edge", "compares": "198.51.100.0/24 -> 10.2.0.10 tcp/22", "change": "access-list outside_in extended permit tcp 198.51.100.0 255.255.255.0 host 10.2.0.10 eq 22"}]
	}`)
	p.wants(w,
		`application "Shop": 3 of 5 flows as wanted, 2 blocked`,
		`BLOCKED ssh 198.51.100.0/24 -> 203.0.113.10 tcp/22 edge: edge.cfg: default deny, no rule matches`,
	)
	w.Edit("devices/provider.json", `"203.0.113.1"`, `"203.0.113.2"`)
	w.plan(2).wants(w, "BLOCKED updates 10.1.0.0/16 -> 192.0.2.80 tcp/443 provider: provider.json: default deny, no rule matches")
}

func audit(w *workspace) {
	p := w.plan(2)
	p.output(w, "remove", `[
		"no access-list EDGE extended permit tcp host 10.99.0.1 host 172.16.0.10 eq telnet",
		"no access-list EDGE extended permit tcp host 10.20.3.4 host 172.16.0.10 eq https"
	]`)
	p.output(w, "recertification", `{"edge.cfg:1": ["shop"], "edge.cfg:2": [], "edge.cfg:3": ["backups"], "edge.cfg:4": [], "edge.cfg:5": []}`)
	p.output(w, "wider", `{"edge.cfg:1": "declared flows want 4294967296 of 8589934592 packets that it decides"}`)
	w.Edit("firewall/edge.cfg", "permit tcp host 10.20.3.4", "deny tcp host 10.20.3.4")
	w.plan(1).wants(w, "Error: Resource postcondition failed", "edge.cfg:2", "packets that it is for are permitted before it")
}

func diff(w *workspace) {
	p := w.plan(2)
	p.output(w, "flows", `{"admin": "blocked -> allowed", "shop": "allowed -> allowed"}`)
	w.Edit("firewall/after.cfg", "eq ssh", "range ssh telnet")
	w.plan(1).wants(w, "The change opens what no declared flow wants", "10.30.0.7 -> 172.16.0.10 tcp/23")
}

func denyFlow(w *workspace) {
	p := w.plan(2)
	p.output(w, "status", `{"guests": "pending", "payments": "allowed"}`)
	p.wants(w,
		`application "Point of sale": 1 of 2 flows as wanted, 1 partial`,
		`PARTIAL guests 192.168.100.0/24 -> 10.80.0.0/24 tcp/9100 permitted by this rule: branch.json:3 "Printing"`,
	)
	w.settle()
}

func nestedAddresses(w *workspace) {
	p := w.plan(2)
	p.output(w, "products", `[
		"10.20.9.1-10.20.9.4 -> 10.20.2.10 6/3389", "10.20.9.1-10.20.9.4 -> 10.20.2.10 6/5432", "10.20.9.1-10.20.9.4 -> 10.20.2.10 6/22",
		"10.20.9.1-10.20.9.4 -> 10.20.2.11 6/3389", "10.20.9.1-10.20.9.4 -> 10.20.2.11 6/5432", "10.20.9.1-10.20.9.4 -> 10.20.2.11 6/22",
		"10.20.9.1-10.20.9.4 -> 10.21.2.10 6/3389", "10.20.9.1-10.20.9.4 -> 10.21.2.10 6/5432", "10.20.9.1-10.20.9.4 -> 10.21.2.10 6/22"
	]`)
	if admin := p.changes["acl_flow.admin"]; admin["status"] != "allowed" || admin["products"] != 9.0 {
		w.Errorf("planned is %s", asJSON(w, admin))
	}
	w.settle()

	w.Edit("main.tf", `["jump hosts"]`, `["jump hosts", "primary datacentre"]`)
	w.plan(1).wants(w, "management → primary datacentre → management")
}

func inlineRules(w *workspace) {
	p := w.plan(2)
	p.wants(w, "data.acl_match.offices will be read during apply")
	p.output(w, "as_written", `"allowed"`)
	w.settle()
	w.plan(2, "-var=office_prefix=192.168.0.0/21").wants(w, `~ as_built = "allowed" -> "partial"`)
}

func multipleRulesets(w *workspace) {
	p := w.plan(2)
	p.wants(w, `PARTIAL viewers 198.51.100.128/25 -> 10.100.0.8 tcp/443 core.json: default deny, no rule matches`)
	decided := p.outputs["deciding_rules"].(map[string]any)
	if viewers := asJSON(w, decided["viewers"]); !strings.Contains(viewers, "allowed by edge.json:2 Partners; core.additions.json acl-") {
		w.Errorf("the viewers' rules are %s", viewers)
	}
	w.settle()

	// The edge is read-only: what it blocks is planned as it is, and not applied.
	w.Edit("main.tf", `destinations = ["10.100.0.8"], services = ["tcp/443"]`, `destinations = ["10.100.0.8"], services = ["tcp/443", "tcp/8443"]`)
	p = w.plan(2)
	if status := p.changes["acl_application.reporting"]["status"]; status != "partial" {
		w.Errorf("status is planned as %v", status)
	}
	w.Apply(1)
}

// quickstart does what the README tells: it puts the changes that the plan names
// into the configuration of the firewall, and all is well.
func quickstart(w *workspace) {
	p := w.plan(2)
	p.output(w, "flows", `{
		"Billing/database": "partial: 10.30.0.128/25 tcp/5432 denied by edge.cfg:24 inside_in line 8",
		"Billing/dns": "allowed by edge.cfg:22 inside_in line 6",
		"Billing/web": "allowed by edge.cfg:21 inside_in line 5",
		"Payroll/portal": "allowed by edge.cfg:19 inside_in line 3",
		"Payroll/remote-desktop": "blocked: denied by edge.cfg:18 inside_in line 2"
	}`)
	p.wants(w,
		`application "Billing": 2 of 3 flows as wanted, 1 partial`,
		`application "Payroll": 1 of 2 flows as wanted, 1 blocked`,
	)
	p = w.override()
	w.paste(p.change("Billing", "database"), p.change("Payroll", "remote-desktop"))
	w.settle()
}

// change returns the change that closes the only gap of a flow of the quickstart.
func (p plan) change(application, flow string) string {
	results := p.changes[`acl_application.this["`+application+`"]`]["results"].(map[string]any)
	missing := results[flow].(map[string]any)["missing"].([]any)
	return missing[0].(map[string]any)["change"].(string)
}

// override says that the deny in the way of remote desktop is not meant for this flow, and
// plans again: then there is a change for it too.
func (w *workspace) override() plan {
	w.Helper()
	w.Edit("inventory.json", `"services": ["tcp/3389"] }`, `"services": ["tcp/3389"], "override_deny": true }`)
	return w.plan(2)
}

// paste adds commands to the configuration of the quickstart's firewall.
func (w *workspace) paste(commands ...string) {
	w.Helper()
	w.Edit("firewall/edge.cfg", "access-group inside_in", strings.Join(commands, "\n")+"\naccess-group inside_in")
}
