package examples_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/policy"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/terraformtest"
)

func policies(w *workspace) {
	w.Write("report.tf", "output \"report\" {\n  value = provider::acl::report(acl_application.shop)\n}\n")
	p := w.plan(2)
	report, _ := p.outputs["report"].(string)
	for _, text := range []string{
		"<b>denied</b> by policy, blocked in the rulesets: <code>Shop/console</code>", "excepted: `the scale speaks nothing else (until 9999-12-31)`",
		"expired: <code>Shop/migration</code>", "⏳ 1 of 4 flows is pending",
	} {
		if !strings.Contains(report, text) {
			w.Errorf("no %q in the report\n%s", text, report)
		}
	}
	p.output(w, "violations", `{
		"console": [
			"review change: console names no change in its comment",
			"notify matrix: 10.20.0.7 → 10.30.0.5 tcp/22: the matrix wants somebody told of it from zone office to zone plant",
			"deny matrix: 10.20.0.7 → 10.30.0.5 tcp/3389: the matrix does not allow it from zone office to zone plant"
		],
		"migration": ["notify expires: expired on 2026-06-30"],
		"payment": [],
		"scale": ["deny no-telnet: tcp/23 from 10.20.0.8 to 10.40.0.9 is or holds an insecure service (tcp/23)"]
	}`)
	guide := policiesGuide(w)
	for _, text := range []string{
		`application "Shop": 2 of 4 flows as wanted, 1 denied, 1 blocked, 1 expired`,
		"DENIED   console    matrix: 10.20.0.7 → 10.30.0.5 tcp/3389: the matrix does not allow it from zone office to zone plant",
		"review  change: console names no change in its comment",
		"EXPIRED  migration  expired on 2026-06-30",
		"excepted  no-telnet: the scale speaks nothing else (until 9999-12-31)",
	} {
		p.wants(w, text)
		if !strings.Contains(guide, text) {
			w.Errorf("the guide does not show %q", text)
		}
	}
	if out := w.Apply(1); !strings.Contains(out, `Flow "Shop/console" is denied by policy`) {
		w.Errorf("the apply prints\n%s", out)
	}
	w.Absent("firewall/core.additions.json")
	w.Edit("main.tf", `["tcp/22", "tcp/3389"]`, `["tcp/22"]`)
	w.settle()
	if written := w.Read("firewall/core.additions.json"); !strings.Contains(written, "Shop/console") || strings.Contains(written, "Shop/migration") {
		w.Errorf("written is %s", written)
	}
}

func pythonSubclass(w *workspace) {
	p := w.plan(2)
	p.output(w, "satisfied", `{"mail": true, "near": false, "range": false, "ssh": false, "web": true}`)
	p.output(w, "enforced", `["6/80 allow", "6/25 notify", "6/22 deny"]`)
	p.output(w, "results", `{
		"mail": [
			{"policy": "matrix", "severity": "notify", "message": "10.1.100.1 → 10.1.200.25 tcp/25: the matrix wants somebody told of it from zone red to zone blue"},
			{"policy": "no-mail", "severity": "review", "message": "mail goes by the relay, not from 10.1.100.1 to 10.1.200.25"}
		],
		"near": [{"policy": "same-network", "severity": "deny", "message": "10.1.100.1 and 10.1.100.2 are in the same network 10.1.100.0/23: no firewall is between them"}],
		"range": [{"policy": "one-service", "severity": "deny", "message": "tcp/1000-2000 is a range of ports; name the ports"}],
		"ssh": [{"policy": "matrix", "severity": "deny", "message": "10.1.100.1 → 10.1.200.7 tcp/22: the matrix does not allow it from zone red to zone blue"}],
		"web": []
	}`)
	w.settle()
}

func policiesGuide(t testing.TB) string {
	t.Helper()
	text, err := os.ReadFile("../templates/guides/policies.md.tmpl")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// The guide lists the ready-made policies as the code has them.
func TestGuideListsReadyMadePolicies(t *testing.T) {
	var want strings.Builder
	want.WriteString("| `use` | asked about each | parameters | what it asks for |\n| --- | --- | --- | --- |\n")
	for _, p := range policy.ReadyMade() {
		var parameters []string
		for _, name := range p.Required {
			parameters = append(parameters, "`"+name+"`")
		}
		for _, name := range p.Optional {
			parameters = append(parameters, "`"+name+"` (optional)")
		}
		fmt.Fprintf(&want, "| `%s` | %s | %s | %s |\n", p.Name, p.Scope, strings.Join(parameters, ", "), strings.ReplaceAll(p.Doc, "|", `\|`))
	}
	if guide := policiesGuide(t); !strings.Contains(guide, want.String()) {
		t.Errorf("the guide should list\n%s\n%s", want.String(), terraformtest.Difference(want.String(), guide))
	}
}
