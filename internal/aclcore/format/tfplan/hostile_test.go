package tfplan_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/flow"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/tfplan"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// A denied is a plan whose rules deny what is asked, 10.9.9.9 to 10.0.1.1 on TCP 443, before
// others permit it.
type denied struct {
	list string
	// resources are in the plan; that at hostile has the rule that denies, at the path deny.
	resources []planned
	hostile   int
	// spared are what a change gives another meaning: keys, or changes as a failure names them.
	spared []string
}

// A planned is a resource as it is after the apply. refers are its references.
type planned struct {
	kind, name, values string
	refers             map[string]string
}

var deniedPlans = []denied{
	{list: "azurerm_network_security_group.g inbound", hostile: 1, resources: []planned{
		{"azurerm_network_security_group", "g", `{"name": "g", "resource_group_name": "rg", "security_rule": []}`, nil},
		{"azurerm_network_security_rule", "deny", azureRule("deny", 100, "Deny", "10.9.9.9", "443"), map[string]string{"network_security_group_name": "azurerm_network_security_group.g"}},
		{"azurerm_network_security_rule", "allow", azureRule("allow", 200, "Allow", "*", "*"), map[string]string{"network_security_group_name": "azurerm_network_security_group.g"}},
	}},
	{list: "azurerm_network_security_group.g inbound", resources: []planned{
		{"azurerm_network_security_group", "g", `{"name": "g", "resource_group_name": "rg", "security_rule": [` +
			azureRule("deny", 100, "Deny", "10.9.9.9", "443") + "," + azureRule("allow", 200, "Allow", "*", "*") + `]}`, nil},
	}, spared: []string{"security_rule[1]"}},
	{list: "n ingress", hostile: 1, resources: []planned{
		{"google_compute_network", "n", `{"name": "n"}`, nil},
		{"google_compute_firewall", "deny", googleRule("deny", 900, "[]", `[{"protocol": "tcp", "ports": ["443"]}]`, "10.9.0.0/16"), map[string]string{"network": "google_compute_network.n"}},
		{"google_compute_firewall", "allow", googleRule("allow", 1000, `[{"protocol": "tcp", "ports": []}]`, "[]", "0.0.0.0/0"), map[string]string{"network": "google_compute_network.n"}},
	}, spared: []string{"disabled"}},
	{list: "policy p ingress", hostile: 1, resources: []planned{
		{"google_compute_network_firewall_policy", "p", `{"name": "p"}`, nil},
		{"google_compute_network_firewall_policy_rule", "deny", googlePolicyRule(90, "deny", "10.9.0.0/16", "443"), map[string]string{"firewall_policy": "google_compute_network_firewall_policy.p"}},
		{"google_compute_network_firewall_policy_rule", "allow", googlePolicyRule(100, "allow", "0.0.0.0/0", "1-65535"), map[string]string{"firewall_policy": "google_compute_network_firewall_policy.p"}},
	}, spared: []string{"disabled"}},
	{list: "policy p ingress", resources: []planned{
		{"google_compute_network_firewall_policy_with_rules", "p", `{"name": "p", "rule": [` + googlePolicyRule(90, "deny", "10.9.0.0/16", "443") + "," + googlePolicyRule(100, "allow", "0.0.0.0/0", "1-65535") + `]}`, nil},
	}, spared: []string{"disabled", "rule[1]"}},
	{list: "ingress", resources: []planned{
		{"kubernetes_network_policy_v1", "db", `{"metadata": [{"name": "db", "namespace": "shop"}], "spec": [{"pod_selector": [{"match_labels": {"app": "db"}, "match_expressions": []}], "policy_types": ["Ingress"],
			"ingress": [{"from": [{"ip_block": [{"cidr": "10.0.0.0/8", "except": ["10.9.0.0/16"]}]}], "ports": [{"port": "443", "protocol": "TCP"}]}], "egress": []}]}`, nil},
		{"kubectl_manifest", "pods", `{"yaml_body": "apiVersion: v1\nkind: Pod\nmetadata: {name: db, namespace: shop, labels: {app: db}}\nstatus: {podIP: 10.0.1.1}\n"}`, nil},
	}, spared: []string{"from = null", "from = []", "from left out", "except = null", "except = []", "except left out", "ingress[0] = {}"}},
	{list: "ingress", resources: []planned{ // the policy is for another pod
		{"kubernetes_network_policy_v1", "db", `{"metadata": [{"name": "db", "namespace": "shop"}], "spec": [{"pod_selector": [{"match_labels": {"app": "db"}, "match_expressions": [{"key": "tier", "operator": "Exists", "values": []}]}],
			"policy_types": ["Ingress"], "ingress": [{"from": [{"ip_block": [{"cidr": "10.0.0.0/8", "except": []}]}], "ports": []}], "egress": []}]}`, nil},
		{"kubectl_manifest", "pods", `{"yaml_body": "apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: shop, labels: {app: web, tier: back}}\nstatus: {podIP: 10.0.1.1}\n"}`, nil},
	}, spared: []string{"match_labels = null", "match_labels = {}", "match_labels left out", "pod_selector[0] = {}", "match_labels.app left out"}},
	{list: "iosxe_access_list_extended.in", resources: []planned{
		{"iosxe_access_list_extended", "in", `{"name": "IN", "entries": [
			{"sequence": 10, "ace_rule_action": "deny", "ace_rule_protocol": "tcp", "source_prefix": "10.9.0.0", "source_prefix_mask": "0.0.255.255", "destination_host": "10.0.1.1", "destination_port_equal": "443"},
			{"sequence": 20, "ace_rule_action": "permit", "ace_rule_protocol": "ip", "source_any": true, "destination_any": true}]}`, nil},
	}, spared: []string{"entries[1]"}},
	{list: "iosxe_access_list_standard.s", resources: []planned{
		{"iosxe_access_list_standard", "s", `{"name": "10", "entries": [{"sequence": 10, "deny_prefix": "10.9.0.0", "deny_prefix_mask": "0.0.255.255"}, {"sequence": 20, "permit_any": true}]}`, nil},
	}, spared: []string{"entries[1]"}},
	{list: "nxos_ipv4_access_list.a", resources: []planned{
		{"nxos_ipv4_access_list", "a", `{"name": "A", "entries": [` + nexusEntry("sequence", 10, "deny", "tcp", "10.9.0.0", "16") + "," + nexusEntry("sequence", 20, "permit", "ip", "0.0.0.0", "0") + `]}`, nil},
	}, spared: []string{"entries[1]"}},
	{list: "nxos_ipv4_access_list.b", hostile: 1, resources: []planned{
		{"nxos_ipv4_access_list", "b", `{"name": "B"}`, nil},
		{"nxos_ipv4_access_list_entry", "deny", strings.Replace(nexusEntry("sequence_number", 10, "deny", "tcp", "10.9.0.0", "16"), "{", `{"name": "B", `, 1), nil},
		{"nxos_ipv4_access_list_entry", "permit", strings.Replace(nexusEntry("sequence_number", 20, "permit", "ip", "0.0.0.0", "0"), "{", `{"name": "B", `, 1), nil},
	}, spared: []string{`name = "?!"`}}, // of another list
	{list: "ciscoasa_acl.a", resources: []planned{
		{"ciscoasa_acl", "a", `{"name": "edge", "rule": [
			{"source": "10.9.0.0/16", "destination": "10.0.1.1", "destination_service": "tcp/443", "source_service": "", "active": true, "permit": false},
			{"source": "any", "destination": "any", "destination_service": "ip", "source_service": "", "active": true, "permit": true}]}`, nil},
	}, spared: []string{"active", "permit", "rule[1]"}},
}

func azureRule(name string, priority int, access, source, port string) string {
	return fmt.Sprintf(`{"name": %q, "priority": %d, "direction": "Inbound", "access": %q, "protocol": "Tcp", "source_port_range": "*", "source_port_ranges": null,
		"destination_port_range": %q, "destination_port_ranges": null, "source_address_prefix": %q, "source_address_prefixes": null,
		"destination_address_prefix": "*", "destination_address_prefixes": null, "source_application_security_group_ids": null, "destination_application_security_group_ids": null,
		"network_security_group_name": "g", "resource_group_name": "rg"}`, name, priority, access, port, source)
}

func googleRule(name string, priority int, allow, deny, source string) string {
	return fmt.Sprintf(`{"name": %q, "allow": %s, "deny": %s, "direction": "INGRESS", "disabled": null, "priority": %d, "source_ranges": [%q], "destination_ranges": null,
		"source_service_accounts": null, "source_tags": null, "target_service_accounts": null, "target_tags": null}`, name, allow, deny, priority, source)
}

func googlePolicyRule(priority int, action, source, port string) string {
	return fmt.Sprintf(`{"priority": %d, "action": %q, "direction": "INGRESS", "disabled": null, "target_service_accounts": null, "target_secure_tags": [],
		"match": [{"src_ip_ranges": [%q], "dest_ip_ranges": null, "src_fqdns": null, "src_region_codes": null, "src_secure_tags": [], "layer4_configs": [{"ip_protocol": "tcp", "ports": [%q]}]}]}`, priority, action, source, port)
}

func nexusEntry(key string, sequence int, action, protocol, source, length string) string {
	return fmt.Sprintf(`{%q: %d, "action": %q, "protocol": %q, "source_prefix": %q, "source_prefix_length": %q, "destination_prefix": "0.0.0.0", "destination_prefix_length": "0"}`, key, sequence, action, protocol, source, length)
}

// plan writes the plan. unknown, if not nil, is what is known after apply of the hostile
// resource.
func (d denied) plan(values, unknown any) []byte {
	var resources, changes, configured []any
	for i, r := range d.resources {
		var v any
		_ = json.Unmarshal([]byte(r.values), &v)
		after := map[string]any{"id": true}
		if i == d.hostile {
			v = values
			if u, ok := unknown.(map[string]any); ok {
				maps.Copy(after, u)
			}
		}
		where := map[string]any{"address": r.kind + "." + r.name, "mode": "managed", "type": r.kind, "name": r.name}
		resource, change := maps.Clone(where), maps.Clone(where)
		resource["values"] = v
		change["change"] = map[string]any{"actions": []string{"create"}, "before": nil, "after": v, "after_unknown": after}
		expressions := map[string]any{}
		if m, ok := v.(map[string]any); ok {
			for k := range m {
				expressions[k] = map[string]any{}
			}
		}
		for k, to := range r.refers {
			expressions[k] = map[string]any{"references": []string{to + ".name", to}}
		}
		resources, changes = append(resources, resource), append(changes, change)
		configured = append(configured, map[string]any{"address": r.kind + "." + r.name, "mode": "managed", "type": r.kind, "name": r.name, "expressions": expressions})
	}
	out, _ := json.MarshalIndent(map[string]any{
		"format_version": "1.2", "terraform_version": "1.11.4",
		"planned_values":   map[string]any{"root_module": map[string]any{"resources": resources}},
		"resource_changes": changes,
		"configuration":    map[string]any{"root_module": map[string]any{"resources": configured}},
	}, "", " ")
	return out
}

// verdict asks the list of a plan; ok is false where it is not read, or has no such list.
func (d denied) verdict(content []byte) (v match.Verdict, ok bool) {
	doc, err := tfplan.Parse(device.Input{Source: "plan.json", Content: content})
	if err != nil {
		return v, false
	}
	host := func(text string) addr.Set {
		a := netip.MustParseAddr(text)
		return addr.SetOf(addr.RangeOf(a, a))
	}
	for i := range doc.Lists {
		if doc.Lists[i].Name != d.list {
			continue
		}
		asked := traffic.Product{Sources: host("10.9.9.9"), Destinations: host("10.0.1.1"), Services: service.SetOf(service.Ports(service.TCP, 443, 443))}
		found := match.Check([]match.Matcher{match.New(doc.Lists[i].Ruleset())}, match.Request{Region: flow.Region{Possible: []traffic.Product{asked}}, Want: rule.Permit})
		return found.Verdict, true
	}
	return v, false
}

// A change is a value at a path that another one replaces.
type change struct {
	path   string
	values any
	// unknown is what is known after apply.
	unknown any
}

// hostileValues are put in the place of every value.
var hostileValues = []string{"null", `""`, "[]", "{}", "[null]", `{"a": true}`, `"?!"`, `["?!"]`, "-1", "1.5", "[[]]"}

// changes returns the values with each part of them replaced by each hostile value, left out,
// and known after apply only.
func changes(v any, path string, spared []string) (out []change) {
	if slices.ContainsFunc(spared, func(s string) bool { return path == s || strings.HasSuffix(path, "."+s) }) {
		return nil
	}
	if path != "" {
		for _, text := range hostileValues {
			var other any
			_ = json.Unmarshal([]byte(text), &other)
			out = append(out, change{path + " = " + text, other, nil})
		}
		out = append(out, change{path + " unknown", nil, true})
	}
	switch v := v.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			for _, c := range changes(v[key], strings.TrimPrefix(path+"."+key, "."), spared) {
				values := maps.Clone(v)
				if values[key] = c.values; c.unknown == true {
					delete(values, key)
				}
				var unknown any
				if c.unknown != nil {
					unknown = map[string]any{key: c.unknown}
				}
				out = append(out, change{c.path, values, unknown})
			}
			if values := maps.Clone(v); !slices.Contains(spared, key) {
				delete(values, key)
				out = append(out, change{path + "." + key + " left out", values, nil})
			}
		}
	case []any:
		for i := range v {
			for _, c := range changes(v[i], fmt.Sprintf("%s[%d]", path, i), spared) {
				values := slices.Clone(v)
				values[i] = c.values
				var unknown any
				if c.unknown != nil {
					list := make([]any, len(v))
					for j := range list {
						list[j] = map[string]any{}
					}
					list[i] = c.unknown
					unknown = list
				}
				out = append(out, change{c.path, values, unknown})
			}
		}
	}
	return out
}

// TestHostilePlans changes plans that deny in every place where what denies could be read
// wrongly: none may come out allowed.
func TestHostilePlans(t *testing.T) {
	tried, read := 0, 0
	for _, d := range deniedPlans {
		hostile := d.resources[d.hostile]
		var values any
		if err := json.Unmarshal([]byte(hostile.values), &values); err != nil {
			t.Fatal(err)
		}
		if v, ok := d.verdict(d.plan(values, nil)); !ok || v == match.Allowed {
			t.Errorf("%s: %v, %v before any change", hostile.kind, v, ok)
		}
		for _, c := range changes(values, "", d.spared) {
			if slices.ContainsFunc(d.spared, func(s string) bool { return strings.HasSuffix(c.path, s) }) {
				continue
			}
			tried++
			v, ok := d.verdict(d.plan(c.values, c.unknown))
			if ok {
				read++
			}
			if ok && v == match.Allowed {
				t.Errorf("%s: %s: allowed", hostile.kind, c.path)
			}
		}
	}
	if tried < 1000 || read < tried/3 {
		t.Errorf("%d of %d plans are read", read, tried)
	}
}

// rewrites change a plan as Terraform may write the same resources: none of them may open what
// the resources deny.
var rewrites = map[string]func(d *denied, plan map[string]any){
	"counted":     func(d *denied, plan map[string]any) { index(d, plan, "[0]", 0) },
	"for each":    func(d *denied, plan map[string]any) { index(d, plan, `["a"]`, "a") },
	"in a module": func(_ *denied, plan map[string]any) { intoModule(plan) },
	"reversed": func(_ *denied, plan map[string]any) {
		for _, list := range [][]any{resourcesOf(plan), plan["resource_changes"].([]any)} {
			slices.Reverse(list)
		}
	},
	"blocks reversed": func(_ *denied, plan map[string]any) {
		for _, key := range []string{"entries", "security_rule"} { // ordered by numbers
			eachValue(plan, func(values map[string]any) {
				if list, ok := values[key].([]any); ok {
					slices.Reverse(list)
				}
			})
		}
	},
	"deposed": func(d *denied, plan map[string]any) {
		for _, c := range plan["resource_changes"].([]any) {
			old := maps.Clone(c.(map[string]any))
			old["deposed"] = "0f1e2d3c"
			old["change"] = map[string]any{"actions": []any{"delete"}, "before": map[string]any{}, "after": nil, "after_unknown": map[string]any{}}
			plan["resource_changes"] = append(plan["resource_changes"].([]any), old)
		}
	},
	"moved": func(d *denied, plan map[string]any) {
		eachChange(plan, func(c map[string]any) { c["previous_address"] = c["type"].(string) + ".before" })
	},
	"replaced": func(d *denied, plan map[string]any) {
		eachChange(plan, func(c map[string]any) {
			c["change"].(map[string]any)["actions"], c["action_reason"] = []any{"delete", "create"}, "replace_because_cannot_update"
		})
	},
	"updated": func(d *denied, plan map[string]any) {
		eachChange(plan, func(c map[string]any) { c["change"].(map[string]any)["actions"] = []any{"update"} })
	},
	"kept": func(d *denied, plan map[string]any) {
		eachChange(plan, func(c map[string]any) { c["change"].(map[string]any)["actions"] = []any{"no-op"} })
	},
	"of two aliases": func(d *denied, plan map[string]any) {
		for i, r := range configuredIn(plan) {
			r.(map[string]any)["provider_config_key"] = fmt.Sprintf("p.alias%d", i)
		}
	},
	"depending": func(d *denied, plan map[string]any) {
		for _, r := range configuredIn(plan) {
			r.(map[string]any)["depends_on"] = []any{"null_resource.x"}
		}
	},
	"without changes":       func(_ *denied, plan map[string]any) { delete(plan, "resource_changes") },
	"without configuration": func(_ *denied, plan map[string]any) { delete(plan, "configuration") },
	"from a variable": func(_ *denied, plan map[string]any) {
		for _, r := range configuredIn(plan) {
			for key, e := range r.(map[string]any)["expressions"].(map[string]any) {
				if len(e.(map[string]any)) > 0 {
					r.(map[string]any)["expressions"].(map[string]any)[key] = map[string]any{"references": []any{"var.home"}}
				}
			}
		}
	},
	"dynamic": func(_ *denied, plan map[string]any) {
		for _, r := range configuredIn(plan) {
			r.(map[string]any)["expressions"] = map[string]any{}
		}
	},
	"one number for all": func(_ *denied, plan map[string]any) {
		eachValue(plan, func(values map[string]any) { sameNumber(values) })
	},
	"blocks as objects": func(_ *denied, plan map[string]any) {
		eachValue(plan, func(values map[string]any) {
			for _, key := range []string{"entries", "security_rule", "rule", "deny", "match"} {
				if list, ok := values[key].([]any); ok {
					object := map[string]any{}
					for i, v := range list {
						object[fmt.Sprint(i)] = v
					}
					values[key] = object
				}
			}
		})
	},
}

func resourcesOf(plan map[string]any) []any {
	return plan["planned_values"].(map[string]any)["root_module"].(map[string]any)["resources"].([]any)
}

func configuredIn(plan map[string]any) []any {
	return plan["configuration"].(map[string]any)["root_module"].(map[string]any)["resources"].([]any)
}

func eachChange(plan map[string]any, do func(c map[string]any)) {
	for _, c := range plan["resource_changes"].([]any) {
		do(c.(map[string]any))
	}
}

// eachValue visits the values of every resource, and those of its changes.
func eachValue(plan map[string]any, do func(values map[string]any)) {
	for _, r := range resourcesOf(plan) {
		do(r.(map[string]any)["values"].(map[string]any))
	}
	eachChange(plan, func(c map[string]any) { do(c["change"].(map[string]any)["after"].(map[string]any)) })
}

// index gives the resource that denies an index, as count and for_each do.
func index(d *denied, plan map[string]any, suffix string, key any) {
	for _, list := range [][]any{resourcesOf(plan), plan["resource_changes"].([]any)} {
		r := list[d.hostile].(map[string]any)
		r["address"], r["index"] = r["address"].(string)+suffix, key
	}
	d.list = strings.Replace(d.list, d.resources[d.hostile].kind+"."+d.resources[d.hostile].name, d.resources[d.hostile].kind+"."+d.resources[d.hostile].name+suffix, 1)
}

// intoModule puts all resources into a module.
func intoModule(plan map[string]any) {
	for _, list := range [][]any{resourcesOf(plan), plan["resource_changes"].([]any)} {
		for _, r := range list {
			r.(map[string]any)["address"] = "module.m." + r.(map[string]any)["address"].(string)
		}
	}
	eachChange(plan, func(c map[string]any) { c["module_address"] = "module.m" })
	planned := plan["planned_values"].(map[string]any)
	planned["root_module"] = map[string]any{"child_modules": []any{map[string]any{"address": "module.m", "resources": resourcesOf(plan)}}}
	configuration := plan["configuration"].(map[string]any)
	configuration["root_module"] = map[string]any{"module_calls": map[string]any{"m": map[string]any{"module": configuration["root_module"]}}}
}

// sameNumber gives all rules one priority.
func sameNumber(v any) {
	switch v := v.(type) {
	case map[string]any:
		for _, key := range []string{"priority", "sequence", "sequence_number"} {
			if _, ok := v[key]; ok {
				v[key] = 100
			}
		}
		for _, part := range v {
			sameNumber(part)
		}
	case []any:
		for _, part := range v {
			sameNumber(part)
		}
	}
}

// TestRewrittenPlans reads plans that Terraform writes in other ways.
func TestRewrittenPlans(t *testing.T) {
	tried, read := 0, 0
	for _, d := range deniedPlans {
		for name, rewrite := range rewrites {
			var values any
			if err := json.Unmarshal([]byte(d.resources[d.hostile].values), &values); err != nil {
				t.Fatal(err)
			}
			var plan map[string]any
			if err := json.Unmarshal(d.plan(values, nil), &plan); err != nil {
				t.Fatal(err)
			}
			d := d
			rewrite(&d, plan)
			content, err := json.MarshalIndent(plan, "", " ")
			if err != nil {
				t.Fatal(err)
			}
			tried++
			for _, list := range []string{d.list, "module.m." + d.list} {
				d.list = list
				v, ok := d.verdict(content)
				if ok {
					read++
				}
				if ok && v == match.Allowed {
					t.Errorf("%s %s: allowed", d.resources[d.hostile].kind, name)
				}
			}
		}
	}
	if read < tried*3/4 {
		t.Errorf("%d of %d plans are read", read, tried)
	}
}
