package examples_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

type object = map[string]any

// runGate runs the gate on the JSON of a plan and returns what it prints, with its exit
// status. It needs no terraform.
func runGate(t *testing.T, plan string, env ...string) (string, int) {
	t.Helper()
	for _, name := range []string{"jq", "sh"} {
		if _, err := exec.LookPath(name); err != nil {
			t.Skipf("there is no %s on PATH, which the gate of examples/ci needs", name)
		}
	}
	cmd := exec.Command("sh", filepath.Join("ci", "gate.sh"), "-")
	cmd.Stdin, cmd.Env = strings.NewReader(plan), append(os.Environ(), env...)
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return string(out), cmd.ProcessState.ExitCode()
}

// gateFlow is what a plan holds of a flow: its declaration, and what was found.
type gateFlow struct{ declared, found object }

func gateValue(flows map[string]gateFlow) any {
	if flows == nil {
		return nil
	}
	declared, results := object{}, object{}
	for name, f := range flows {
		declared[name], results[name] = f.declared, f.found
	}
	return object{"name": "Shop", "flows": declared, "results": results}
}

// gatePlan is the JSON of a plan with one application, as it was in the state, as the
// refresh found it, and as planned.
func gatePlan(t testing.TB, state, refreshed, planned map[string]gateFlow) string {
	t.Helper()
	const address = `acl_application.shop`
	change := func(before, after map[string]gateFlow) any {
		return object{"address": address, "mode": "managed", "type": "acl_application", "change": object{"before": gateValue(before), "after": gateValue(after)}}
	}
	plan := object{"format_version": "1.2", "planned_values": object{}, "resource_changes": []any{change(refreshed, planned)}}
	if state != nil {
		plan["resource_drift"] = []any{change(state, refreshed)}
	}
	text, err := json.Marshal(plan)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

var (
	gateWeb   = object{"sources": []any{"10.0.0.1"}, "destinations": []any{"10.0.0.2"}, "services": []any{"tcp/443"}}
	gateDeny  = object{"sources": []any{"10.0.0.1"}, "destinations": []any{"10.0.0.2"}, "services": []any{"tcp/443"}, "action": "deny"}
	gateMoved = object{"sources": []any{"10.0.0.1"}, "destinations": []any{"10.0.0.9"}, "services": []any{"tcp/443"}}
)

func gateFound(status, summary string, violations ...any) object {
	o := object{"status": status, "summary": summary, "violations": violations}
	if status == "blocked" || status == "partial" {
		o["missing"] = []any{object{"blocked_by": "edge.cfg:9 deny ip any any", "reason": "denied by this rule"}}
	}
	return o
}

func gateViolation(policy, severity string) any {
	return object{"policy": policy, "severity": severity, "message": "not " + policy}
}

// Every state counts by itself, whatever else is true of the flow.
func TestGateStates(t *testing.T) {
	flows := map[string]gateFlow{
		"both":    {gateWeb, gateFound("blocked", "blocked: denied by edge.cfg:9", gateViolation("pci", "deny"), gateViolation("owner", "review"), gateViolation("pci", "deny"))},
		"drifted": {gateWeb, gateFound("allowed", "partial: tcp/443 denied by edge.cfg:9")},
		"expired": {gateWeb, gateFound("blocked", "blocked; the flow has expired", gateViolation("expires", "notify"))},
		"fine":    {gateWeb, gateFound("allowed", "allowed by edge.cfg:3", gateViolation("ticket", "notify"))},
		"later":   {gateWeb, nil},
		"night":   {gateWeb, gateFound("indeterminate", "indeterminate: time-range NIGHT in edge.cfg:4")},
		"nowhere": {gateWeb, gateFound("not_routed", "not_routed: no path")},
		"open":    {gateDeny, gateFound("allowed", "allowed: permitted by edge.cfg:3")},
		"shut":    {gateDeny, gateFound("blocked", "blocked by edge.cfg:9")},
		"soon":    {gateWeb, gateFound("pending", "pending: allowed by edge.additions.json acl-1")},
		"soonbad": {gateWeb, gateFound("pending", "pending: allowed by edge.additions.json acl-2", gateViolation("pci", "deny"))},
	}
	plan := gatePlan(t, nil, nil, flows)
	const denied = "edge.cfg:9 deny ip any any"
	for _, tt := range []struct {
		failOn string
		want   string
	}{
		{"blocked", "blocked\tShop/both\t" + denied + "\n1"},
		{"partial", "partial\tShop/drifted\tpartial: tcp/443 denied by edge.cfg:9\n1"},
		{"violation", "violation\tShop/both\tpci: not pci\nviolation\tShop/soonbad\tpci: not pci\n2"},
		{"review", "review\tShop/both\towner: not owner\n1"},
		{"notify", "notify\tShop/fine\tticket: not ticket\n1"},
		{"indeterminate", "indeterminate\tShop/night\tindeterminate: time-range NIGHT in edge.cfg:4\n1"},
		{"not_routed", "not_routed\tShop/nowhere\tnot_routed: no path\n1"},
		{"open", "open\tShop/open\tallowed: permitted by edge.cfg:3\n1"},
		{"pending", "pending\tShop/soon\tpending: allowed by edge.additions.json acl-1\npending\tShop/soonbad\tpending: allowed by edge.additions.json acl-2\n2"},
		{"unknown", "unknown\tShop/later\tnot known before the apply\n1"},
		{"blocked  violation", "blocked\tShop/both\t" + denied + "\nviolation\tShop/both\tpci: not pci\nviolation\tShop/soonbad\tpci: not pci\n2"},
	} {
		lines, number, _ := cutLast(tt.want, "\n")
		want := fmt.Sprintf("%s\nthe gate fails: %s of 11 flows, 2 pending, 1 not known before the apply (%s)\n", lines, number, tt.failOn)
		if got, exit := runGate(t, plan, "FAIL_ON="+tt.failOn); got != want || exit != 1 {
			t.Errorf("FAIL_ON=%s: exit status %d\n%s\nwant\n%s", tt.failOn, exit, got, want)
		}
	}
}

func cutLast(s, sep string) (before, after string, found bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

// ONLY=changed passes over what was there, as it was there.
func TestGateOnlyChanged(t *testing.T) {
	blocked := gateFound("blocked", "blocked: denied by edge.cfg:9")
	allowed := gateFound("allowed", "allowed by edge.cfg:3")
	violating := gateFound("blocked", "blocked: denied by edge.cfg:9", gateViolation("pci", "deny"))
	one := func(declared, found object) map[string]gateFlow { return map[string]gateFlow{"web": {declared, found}} }
	commented := object{"comment": "why"}
	for k, v := range gateWeb {
		commented[k] = v
	}
	for _, tt := range []struct {
		name                      string
		state, refreshed, planned map[string]gateFlow
		exit                      int
	}{
		{"created", nil, nil, one(gateWeb, blocked), 1},
		{"added", nil, map[string]gateFlow{"old": {gateWeb, blocked}}, map[string]gateFlow{"old": {gateWeb, blocked}, "web": {gateWeb, blocked}}, 1},
		{"unchanged", nil, one(gateWeb, blocked), one(gateWeb, blocked), 0},
		{"commented", nil, one(gateWeb, blocked), one(commented, blocked), 0},
		{"declared otherwise", nil, one(gateWeb, blocked), one(gateMoved, blocked), 1},
		{"turned", nil, one(gateWeb, allowed), one(gateDeny, allowed), 1},
		{"the ruleset changed", one(gateWeb, allowed), one(gateWeb, blocked), one(gateWeb, blocked), 1},
		{"a policy came", nil, one(gateWeb, blocked), one(gateWeb, violating), 1},
		{"unknown", nil, one(gateWeb, blocked), one(gateWeb, nil), 1},
	} {
		out, exit := runGate(t, gatePlan(t, tt.state, tt.refreshed, tt.planned), "ONLY=changed", "FAIL_ON=blocked violation open unknown")
		if exit != tt.exit || strings.Contains(out, "Shop/old") {
			t.Errorf("%s: exit status %d, want %d\n%s", tt.name, exit, tt.exit, out)
		}
		if tt.exit == 0 && !strings.Contains(out, "the gate holds: 0 flows, 1 not changed") {
			t.Errorf("%s: it is not said what was passed over:\n%s", tt.name, out)
		}
	}
}

// BASELINE passes over what failed before, but over nothing that came to it: another
// state, another policy, another flow.
func TestGateBaseline(t *testing.T) {
	before := gatePlan(t, nil, nil, map[string]gateFlow{"web": {gateWeb, gateFound("partial", "partial: x", gateViolation("pci", "deny"))}})
	lines, _ := runGate(t, before)
	for _, baseline := range []string{before, lines} {
		file := filepath.Join(t.TempDir(), "baseline")
		if err := os.WriteFile(file, []byte(baseline), 0o644); err != nil {
			t.Fatal(err)
		}
		for _, tt := range []struct {
			name, flow string
			found      object
			want       string
		}{
			{"same", "web", gateFound("partial", "partial: y", gateViolation("pci", "deny")), "the gate holds: 1 flow, 1 failing in the baseline too"},
			{"worse", "web", gateFound("blocked", "blocked: x", gateViolation("pci", "deny")), "blocked\tShop/web\t"},
			{"another policy", "web", gateFound("partial", "partial: x", gateViolation("pci", "deny"), gateViolation("gdpr", "deny")), "violation\tShop/web\tgdpr: not gdpr\nthe gate fails: 1 of 1 flow ("},
			{"another flow", "db", gateFound("partial", "partial: x"), "partial\tShop/db\t"},
		} {
			out, exit := runGate(t, gatePlan(t, nil, nil, map[string]gateFlow{tt.flow: {gateWeb, tt.found}}), "BASELINE="+file)
			if !strings.HasPrefix(out, tt.want) || exit != map[bool]int{true: 0, false: 1}[tt.name == "same"] {
				t.Errorf("%s: exit status %d\n%s\nwant\n%s", tt.name, exit, out, tt.want)
			}
		}
	}
}

// What cannot be asked is an error of its own.
func TestGateRefuses(t *testing.T) {
	plan := gatePlan(t, nil, nil, map[string]gateFlow{"web": {gateWeb, gateFound("allowed", "allowed by x")}})
	half := filepath.Join(t.TempDir(), "half.json")
	if err := os.WriteFile(half, []byte(plan[:len(plan)/2]), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, env := range []string{"FAIL_ON=block", "ONLY=new", "BASELINE=/does/not/exist", "BASELINE=" + half} {
		if out, exit := runGate(t, plan, env); exit != 2 {
			t.Errorf("%s: exit status %d\n%s", env, exit, out)
		}
	}
}

// An errored plan fails, names what it does not have, and does not pass off the number
// of its flows for the whole.
func TestGateErrored(t *testing.T) {
	plan := `{"errored": true, "resource_changes": [
		{"address": "module.a.acl_flow.f[\"x\"]", "mode": "managed", "type": "acl_flow", "change": {"before": null, "after": {"application": "A", "name": "f", "status": "allowed", "summary": "allowed by r"}}}],
		"configuration": {"root_module": {
			"resources": [{"address": "acl_application.this", "mode": "managed", "type": "acl_application"}, {"address": "aws_vpc.v", "mode": "managed", "type": "aws_vpc"}],
			"module_calls": {"a": {"module": {"resources": [{"address": "acl_flow.f", "mode": "managed", "type": "acl_flow"}]}}}}}}`
	want := "errored\tthe plan\tTerraform reported an error: see its output; what follows is not all\n" +
		"errored\tacl_application.this\tis not in the plan\n" +
		"the gate fails: the plan erred; 0 of the 1 flow that it has (blocked)\n"
	if got, exit := runGate(t, plan, "FAIL_ON=blocked"); got != want || exit != 1 {
		t.Errorf("exit status %d\n%s\nwant\n%s", exit, got, want)
	}
}

// A flow of an action that is put off, as Terraform does it where a provider is not
// configured yet, is not passed over.
func TestGateDeferred(t *testing.T) {
	plan := `{"planned_values": {}, "deferred_changes": [{"reason": "provider_config_unknown", "resource_change":
		{"address": "acl_application.a", "mode": "managed", "type": "acl_application", "change": {"before": null, "after": {"name": "A"}}}}]}`
	if got, exit := runGate(t, plan, "FAIL_ON=unknown"); exit != 1 || !strings.HasPrefix(got, "unknown\tacl_application.a\t") {
		t.Errorf("exit status %d\n%s", exit, got)
	}
}

// A large plan is judged whole, and its last line counts all flows. BenchmarkGate tells
// what that costs.
func TestGateTenThousandFlows(t *testing.T) {
	runGate(t, "{}") // skips where there is no jq
	got, exit := runGate(t, largePlan(t))
	want := "the gate fails: 10000 of 10000 flows (blocked partial open violation indeterminate not_routed unwanted)\n"
	if exit != 1 || !strings.HasSuffix(got, want) {
		t.Errorf("exit status %d, and the end is %s", exit, got[max(0, len(got)-200):])
	}
}

// What 10,000 flows that violate a policy cost the gate, its start of jq included.
func BenchmarkGate(b *testing.B) {
	if _, err := exec.LookPath("jq"); err != nil {
		b.Skip("there is no jq on PATH")
	}
	plan := []byte(largePlan(b))
	for b.Loop() {
		cmd := exec.Command("sh", filepath.Join("ci", "gate.sh"), "-")
		cmd.Stdin = bytes.NewReader(plan)
		if _, err := cmd.Output(); cmd.ProcessState == nil {
			b.Fatal(err)
		}
	}
}

// largePlan is a plan of 10,000 flows that all violate a policy.
func largePlan(t testing.TB) string {
	flows := map[string]gateFlow{}
	for i := range 10_000 {
		status := []string{"allowed", "blocked", "partial"}[i%3]
		flows[fmt.Sprintf("flow-%05d", i)] = gateFlow{gateWeb, gateFound(status, status+": x", gateViolation("pci", "deny"))}
	}
	return gatePlan(t, nil, nil, flows)
}
