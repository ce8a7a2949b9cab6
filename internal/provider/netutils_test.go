package provider

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/types"
)

// matchOf asks the function match, and returns "action status", or the error. An
// answer that satisfies the question ends in "!".
func matchOf(t *testing.T, question, rules, options string) string {
	t.Helper()
	v, problem := callWith(t, matchFunction{}, types.ObjectUnknown(answerTypes), options, question, rules)
	if problem != "" {
		return problem
	}
	plain, err := plainValue(v)
	if err != nil {
		t.Fatal(err)
	}
	found, _ := plain.(map[string]any)
	action, _ := found["action"].(string)
	status, _ := found["status"].(string)
	if satisfied, _ := found["satisfied"].(bool); satisfied {
		status += "!"
	}
	return action + " " + status
}

// TestMatch asks what a user of netutils asks: a question and rules that differ from
// plain ones in one field each.
func TestMatch(t *testing.T) {
	t.Parallel()
	const q = `{"src_ip": "10.0.0.5", "dst_ip": "10.1.0.5", "dst_port": "tcp/80"Q}`
	const r = `{"src_ip": "10.0.0.0/24", "dst_ip": ["10.1.0.0/24"], "dst_port": ["tcp/80"], "action": "permit"R}`
	const permitted, blocked = "permit allowed!", "deny blocked"
	with := func(text, mark, fields string) string {
		if fields == "" {
			return strings.Replace(text, mark, "", 1)
		}
		// The last of equal keys counts.
		return strings.Replace(text, mark, ", "+fields, 1)
	}
	for _, c := range []struct{ q, r, want string }{
		{"", "", permitted},
		// Actions: any word for what is wanted, the answer does not depend on it.
		{`"action": "permit"`, "", permitted},
		{`"action": "allow"`, `"action": "accept"`, permitted},
		{`"action": "deny"`, "", "permit allowed"},
		{`"action": "drop"`, `"action": "drop"`, "deny blocked!"},
		{`"action": "reject"`, `"action": "discard"`, "deny blocked!"},
		{`"action": null`, "", permitted},
		{`"action": ["permit"]`, "", permitted},
		{`"action": "Permit"`, "", `0: flow: action is not understood: unknown action "Permit"; write it in lower case: "permit"`},
		{`"action": ["permit", "deny"]`, "", "0: flow: action has 2 values; write one"},
		{`"action": 1`, "", "0: flow: action is a number; write a string, or a list of strings"},
		{"", `"action": "permitted"`, `1: rules[0].action: unknown action "permitted"`},
		{"", `"action": null`, "1: rules[0].action: is empty"},
		{"", `"action": ["permit"]`, "1: rules[0].action: is a list"},
		// A field that is absent from a rule is any; what is empty is nothing that can be meant.
		{"", `"src_ip": null`, permitted},
		{"", `"src_ip": ""`, "1: rules[0].src_ip: is an empty string, which could mean any"},
		{"", `"dst_port": []`, "1: rules[0].dst_port: is an empty list, which could mean any or none"},
		{`"src_ip": null`, "", "0: flow: src_ip: is empty; list at least one entry"},
		{`"src_ip": [null]`, "", "0: flow: src_ip [0] is null; write a string"},
		{`"dst_ip": ""`, "", `0: flow: dst_ip: address "": is empty`},
		{`"dst_port": []`, "", "0: flow: dst_port: is empty; list at least one entry"},
		{`"dst_port": 80`, "", "0: flow: dst_port is a number; write a string, or a list of strings"},
		{"", `"dst_port": 80`, `1: rules[0].dst_port: 80 has no protocol; write "tcp/80" or "udp/80"`},
		{`"src_ip": ["10.0.0.5/24", "x"], "dst_port": "80"`, "", `0: flow: src_ip: address "10.0.0.5/24": has host bits set; the prefix is 10.0.0.0/24, the host is 10.0.0.5; ` +
			`src_ip: address "x" is neither a name in addresses nor a host (10.0.0.1, 2001:db8::1), a prefix (10.0.0.0/24), a range (10.0.0.1-10.0.0.9) or any; ` +
			`dst_port: service "80": has no protocol before the port`},
		// Keys: what is kept for people does not count, what could narrow is refused.
		{`"name": 5, "comment": "x", "users": ["all"], "network_applications": null`, `"name": "x", "comment": ["y"], "owners": []`, permitted},
		{`"protocol": "tcp"`, "", `0: flow: unknown key "protocol"; write sources,`},
		{`"enabled": false`, "", `0: flow: unknown key "enabled"`},
		{"", `"enabled": false`, `1: rules[0]: unknown key "enabled"`},
		{"", `"disabled": true`, `1: rules[0]: unknown key "disabled"`},
		{`"sources": "10.0.0.5"`, "", "0: flow: sources and src_ip are two names of one field; write one of them"},
		{"", `"condition": "at night"`, "deny indeterminate"},
		// Zones.
		{`"src_zone": "in"`, `"src_zone": ["in", "dmz"]`, permitted},
		{`"src_zone": "in", "dst_zone": "out"`, `"src_zone": "in", "dst_zone": "dmz"`, blocked},
		{`"src_zone": "in"`, "", permitted},
		{"", `"src_zone": "in"`, "deny indeterminate"},
		{`"src_zone": ""`, `"src_zone": "in"`, "deny indeterminate"},
		{`"src_zone": ["in", "dmz"]`, `"src_zone": "in"`, "0: flow: src_zone has 2 values; write one"},
		// A zone called any is one zone for a permit, and may be all of them for a deny.
		{`"src_zone": "any"`, `"src_zone": "any"`, permitted},
		{`"src_zone": "in"`, `"src_zone": "any"`, blocked},
		{`"src_zone": "in"`, `"src_zone": ["dmz", "Any"], "action": "deny"}, {"action": "permit"`, "deny indeterminate"},
		{`"dst_zone": "in"`, `"dst_zone": "*", "action": "deny"}, {"action": "permit"`, "deny indeterminate"},
		{`"src_zone": "any"`, `"src_zone": "in", "action": "deny"}, {"action": "permit"`, "deny indeterminate"},
		{`"src_zone": "any"`, `"action": "deny"}, {"action": "permit"`, "deny blocked"},
		{`"src_zone": "in"`, `"src_zone": "any", "action": "deny"}, {"action": "deny"`, "deny blocked"},
		{`"src_zone": "any"`, `"src_zone": "in"`, "deny indeterminate"},
		// Addresses and services are sets.
		{`"src_ip": "10.0.0.0/23"`, `"src_ip": ["10.0.0.0/24", "10.0.1.0/24"]`, permitted},
		{`"src_ip": "10.0.0.0/255.255.255.128"`, "", permitted},
		{`"src_ip": "0.0.0.0/0"`, "", "deny partial"},
		{`"src_ip": "any", "dst_ip": "any"`, `"src_ip": "0.0.0.0/0", "dst_ip": "any"`, "deny partial"},
		{`"src_ip": "2001:db8::1", "dst_ip": "2001:db8::2"`, `"src_ip": "0.0.0.0/0", "dst_ip": "0.0.0.0/0"`, blocked},
		{`"dst_port": "tcp/80-90"`, `"dst_port": "6/1-1024"`, permitted},
		{`"dst_port": "tcp"`, `"dst_port": "tcp/1-65535"`, "deny partial"},
		{`"dst_port": ["icmp/8", "icmp/0"]`, `"dst_port": "icmp"`, permitted},
		{`"dst_port": "icmp"`, `"dst_port": "icmp/0"`, "deny partial"},
		{`"dst_port": "esp/0"`, `"dst_port": "50/0"`, permitted},
		{`"dst_port": "tcp/443"`, `"dst_port": "0/0"`, `1: rules[0].dst_port: service "0/0": could be every protocol or number 0`},
		{`"dst_ip": "10.0.0.5"`, `"dst_ip": "any"`, "0: flow: dst_ip: every product of the flow is from a host to itself (10.0.0.5), which crosses no firewall"},
	} {
		if got := matchOf(t, with(q, "Q", c.q), "["+with(r, "R", c.r)+"]", ""); !strings.HasPrefix(got, c.want) || len(c.want) < 20 && got != c.want {
			t.Errorf("%s of %s:\n%s, want\n%s", c.q, c.r, got, c.want)
		}
	}
}

// TestMatchNames: rules may use the names of the options, as the question does.
func TestMatchNames(t *testing.T) {
	t.Parallel()
	const options = `{"addresses": {"web": ["10.0.0.5"], "servers": ["web", "10.0.0.6"], "deep": ["servers"], "deeper": ["deep"], "app": "10.1.0.5"},
		"services": {"HTTP": ["tcp/80"], "Web, both": ["HTTP", "tcp/443"]}}`
	for _, c := range []struct{ question, rule, want string }{
		{`{"src_ip": "deeper", "dst_ip": "app", "dst_port": "HTTP"}`, `{"src_ip": ["servers"], "dst_ip": "app", "dst_port": "Web, both", "action": "permit"}`, "permit allowed!"},
		{`{"src_ip": "deeper", "dst_ip": "app", "dst_port": "HTTP"}`, `{"src_ip": ["web"], "dst_ip": "app", "dst_port": "Web, both", "action": "permit"}`, "deny partial"},
		{`{"src_ip": "10.0.0.6", "dst_ip": "10.1.0.5", "dst_port": "tcp/443"}`, `{"src_ip": ["10.9.9.9", "deeper"], "dst_port": "Web, both", "action": "deny"}, {"action": "permit"}`, "deny blocked"},
		{`{"src_ip": "web", "dst_ip": "app", "dst_port": "HTTP"}`, `{"src_ip": ["Web", "srv"], "dst_port": "http", "action": "permit"}`,
			`1: rules[0].src_ip: address "Web" is neither a name in addresses nor a host (10.0.0.1, 2001:db8::1), a prefix (10.0.0.0/24), a range (10.0.0.1-10.0.0.9) or any; did you mean "web"?; rules[0].src_ip: address "srv"`},
		{`{"src_ip": "web,servers", "dst_ip": "app", "dst_port": "HTTP"}`, `{"action": "permit"}`, `0: flow: src_ip: address "web,servers" is neither a name in addresses nor`},
	} {
		if got := matchOf(t, c.question, "["+c.rule+"]", options); !strings.HasPrefix(got, c.want) {
			t.Errorf("%s of %s:\n%s, want\n%s", c.question, c.rule, got, c.want)
		}
	}
}

// TestExpand expands a rule that differs from a plain one in some fields. Products are
// written as their values in netutils' order.
func TestExpand(t *testing.T) {
	t.Parallel()
	const options = `{"addresses": {"w": ["10.0.0.5", "10.0.0.10", "10.0.0.9"], "b": ["w", "10.0.0.5"], "c": ["b"], "d": ["c", "w"], "six": ["fe80::1", "2001:db8::1"]},
		"services": {"W": ["tcp/80", "tcp/443"], "Z": ["W", "udp/53"]}}`
	order := []string{"name", "src_ip", "src_zone", "dst_ip", "dst_port", "dst_zone", "action"}
	for _, c := range []struct{ fields, want string }{
		{``, "a 10.0.0.1 10.0.0.2 6/80"},
		// The last field varies fastest: name, source, zone, destination, service, zone, action.
		{`"name": ["a", "b"], "src_zone": ["x", "y"]`, "a 10.0.0.1 x 10.0.0.2 6/80; a 10.0.0.1 y 10.0.0.2 6/80; b 10.0.0.1 x 10.0.0.2 6/80; b 10.0.0.1 y 10.0.0.2 6/80"},
		{`"src_ip": ["10.0.0.1", "10.0.0.3"], "src_zone": ["x", "y"]`, "a 10.0.0.1 x 10.0.0.2 6/80; a 10.0.0.1 y 10.0.0.2 6/80; a 10.0.0.3 x 10.0.0.2 6/80; a 10.0.0.3 y 10.0.0.2 6/80"},
		{`"src_zone": ["x", "y"], "dst_ip": ["10.0.0.2", "10.0.0.4"]`, "a 10.0.0.1 x 10.0.0.2 6/80; a 10.0.0.1 x 10.0.0.4 6/80; a 10.0.0.1 y 10.0.0.2 6/80; a 10.0.0.1 y 10.0.0.4 6/80"},
		{`"dst_ip": ["10.0.0.2", "10.0.0.4"], "dst_port": ["tcp/80", "udp/53"]`, "a 10.0.0.1 10.0.0.2 6/80; a 10.0.0.1 10.0.0.2 17/53; a 10.0.0.1 10.0.0.4 6/80; a 10.0.0.1 10.0.0.4 17/53"},
		{`"dst_port": ["tcp/80", "udp/53"], "dst_zone": ["x", "y"]`, "a 10.0.0.1 10.0.0.2 6/80 x; a 10.0.0.1 10.0.0.2 6/80 y; a 10.0.0.1 10.0.0.2 17/53 x; a 10.0.0.1 10.0.0.2 17/53 y"},
		{`"dst_zone": ["x", "y"], "action": ["permit", "deny"]`, "a 10.0.0.1 10.0.0.2 6/80 x permit; a 10.0.0.1 10.0.0.2 6/80 x deny; a 10.0.0.1 10.0.0.2 6/80 y permit; a 10.0.0.1 10.0.0.2 6/80 y deny"},
		// What is empty is in no product, what repeats is in several.
		{`"name": null, "src_zone": "", "dst_port": [], "action": 0`, "10.0.0.1 10.0.0.2"},
		{`"src_ip": ["10.0.0.1", "10.0.0.1"], "dst_port": ["tcp/80", "6/www-http"]`, "a 10.0.0.1 10.0.0.2 6/80; a 10.0.0.1 10.0.0.2 6/80; a 10.0.0.1 10.0.0.2 6/80; a 10.0.0.1 10.0.0.2 6/80"},
		{`"name": 5, "action": true, "comment": "x", "users": ["y"], "network_applications": []`, "5 10.0.0.1 10.0.0.2 6/80 true"},
		// A host to itself, by its text.
		{`"dst_ip": ["10.0.0.1", "10.0.0.1/32", "10.0.0.1-10.0.0.1"]`, "a 10.0.0.1 10.0.0.1/32 6/80; a 10.0.0.1 10.0.0.1-10.0.0.1 6/80"},
		{`"src_ip": ["10.0.0.0/24", "any"], "dst_ip": ["10.0.0.0/24", "any"]`, "a 10.0.0.0/24 10.0.0.0/24 6/80; a 10.0.0.0/24 any 6/80; a any 10.0.0.0/24 6/80; a any any 6/80"},
		{`"src_ip": "2001:db8::1", "dst_ip": ["2001:db8::1", "2001:DB8::1", "10.0.0.2"]`, "a 2001:db8::1 2001:DB8::1 6/80; a 2001:db8::1 10.0.0.2 6/80"},
		// Services.
		{`"dst_port": ["TCP/HTTPS", "17/domain", "sctp/ssh", "icmp/8", "icmp/3/4", "50/0", "esp", "tcp/1000-2000", "tcp/*", "any", "protocol/47"]`,
			"a 10.0.0.1 10.0.0.2 6/443; a 10.0.0.1 10.0.0.2 17/53; a 10.0.0.1 10.0.0.2 132/ssh; a 10.0.0.1 10.0.0.2 1/8; a 10.0.0.1 10.0.0.2 1/3/4; a 10.0.0.1 10.0.0.2 50/0; " +
				"a 10.0.0.1 10.0.0.2 50/*; a 10.0.0.1 10.0.0.2 6/1000-2000; a 10.0.0.1 10.0.0.2 6/*; a 10.0.0.1 10.0.0.2 any; a 10.0.0.1 10.0.0.2 47/*"},
		// Names: sorted as text, each once, at any depth.
		{`"src_ip": ["10.0.0.99", "d", "b", "10.0.0.5"]`, "a 10.0.0.10 10.0.0.2 6/80; a 10.0.0.5 10.0.0.2 6/80; a 10.0.0.9 10.0.0.2 6/80; a 10.0.0.99 10.0.0.2 6/80"},
		{`"src_ip": "six", "dst_port": ["Z", "tcp/22"]`, "a 2001:db8::1 10.0.0.2 6/22; a 2001:db8::1 10.0.0.2 6/443; a 2001:db8::1 10.0.0.2 6/80; a 2001:db8::1 10.0.0.2 17/53; " +
			"a fe80::1 10.0.0.2 6/22; a fe80::1 10.0.0.2 6/443; a fe80::1 10.0.0.2 6/80; a fe80::1 10.0.0.2 17/53"},

		{`"src_ip": ["10.0.0.9-10.0.0.1", "10.0.0.1 - 10.0.0.2"]`, `0: rule: src_ip: address "10.0.0.9-10.0.0.1": is reversed; write 10.0.0.1-10.0.0.9; address "10.0.0.1 - 10.0.0.2": has blanks in it; write 10.0.0.1-10.0.0.2`},
		{`"src_ip": [null]`, "0: rule: src_ip: has null; write a string, or a list of strings"},
		{`"src_ip": {"a": 1}`, "0: rule: src_ip: has an object; write a string, or a list of strings"},
		{`"dst_port": ["tcp/80", 80]`, "0: rule: dst_port: 80 is not a string; write it in quotes"},
		{`"src_zone": ["x", null]`, "0: rule: src_zone: has null; write a string, or a list of strings"},
		{`"sources": "10.0.0.1"`, "0: rule: src_ip and sources: the same field under two names"},
		{`"Name": "x"`, `0: rule: unknown key "Name"; write name,`},
	} {
		rule := `{"name": "a", "src_ip": "10.0.0.1", "dst_ip": "10.0.0.2", "dst_port": "tcp/80"` + strings.TrimSuffix(", "+c.fields, ", ") + `}`
		v, problem := call(t, expandFunction{}, types.DynamicUnknown(), rule, options)
		got := problem
		if problem == "" {
			plain, err := plainValue(v)
			if err != nil {
				t.Fatal(err)
			}
			products, _ := plain.([]any)
			var texts []string
			for _, p := range products {
				product, _ := p.(map[string]any)
				var values []string
				for _, key := range order {
					if value, ok := product[key]; ok {
						values = append(values, fmt.Sprint(value))
					}
				}
				texts = append(texts, strings.Join(values, " "))
			}
			got = strings.Join(texts, "; ")
		}
		if got != c.want && (problem == "" || !strings.HasPrefix(got, c.want)) {
			t.Errorf("%s:\n%s, want\n%s", c.fields, got, c.want)
		}
	}
}

// TestEnforceNetutils: a matrix in netutils' shape, with a zone within a zone, and
// rules and cells that differ from plain ones in one place. Where netutils finds no
// zone or no service it says deny; no answer here is more than netutils allows, but
// where texts stand for the same.
func TestEnforceNetutils(t *testing.T) {
	t.Parallel()
	const zones = `"red": ["10.1.100.0/23", "10.1.102.0/24"], "blue": ["10.1.200.0/23"], "printer": "10.1.100.7", "green": "10.1.200.7-10.1.200.9"`
	const rows = `"printer": {"blue": {"notify": ["6/80"]}}, "blue": {"red": {"allow": ["6/443"]}}, "": {"blue": {"allow": ["6/80"]}, "": {"notify": ["17/53"]}}`
	const plain = `{"allow": ["6/80", "6/443"], "notify": ["6/25"]}`
	for _, c := range []struct{ fields, cell, more, want string }{
		{"", plain, "", "allow"},
		{`"dst_port": ["tcp/25", "tcp/22", "udp/80", "6/080", "tcp/http", "tcp/80-80", "tcp/80-81", "tcp", "any"]`, plain, "", "notify deny deny allow allow allow deny deny deny"},
		{`"src_ip": ["10.1.100.7", "10.1.100.0/24", "10.1.101.0/24", "10.1.102.9", "10.1.100.0-10.1.102.255"]`, plain, "", "notify notify allow allow notify"},
		{`"src_ip": ["1.1.1.1", "10.1.0.0/16", "10.1.100.0/22", "any", "2001:db8::1"]`, plain, "", "allow deny notify deny deny"},
		{`"dst_ip": ["10.1.200.8", "10.1.200.6-10.1.200.8", "10.1.200.10-10.1.200.20", "2.2.2.2", "10.1.100.6", "10.1.100.5"]`, plain, "", "deny deny allow deny deny"},
		{`"src_ip": "10.1.200.1", "dst_ip": "10.1.100.5", "dst_port": ["tcp/443", "tcp/80"]`, plain, "", "allow deny"},
		{`"src_ip": "1.1.1.1", "dst_ip": "2.2.2.2", "dst_port": "udp/53"`, plain, "", "notify"},
		{`"name": ["a", "b"], "action": "deny", "src_zone": "in"`, plain, "", "allow allow"},
		{"", `{"allow": "6/80"}`, "", "allow"},
		{"", `{"allow": "6/8080"}`, "", "deny"},
		{"", `{"allow": ["6/1-1024"]}`, "", "allow"},
		{"", `{"allow": ["any"], "deny": ["tcp/www-http"]}`, "", "deny"},
		{"", `{"allow": ["6/80"], "notify": ["6/80"]}`, "", "allow"},
		{"", `{"notify": ["6/80"], "deny": ["tcp/1-1024"]}`, "", "deny"},
		{"", `{"allow": [], "notify": null}`, "", "deny"},
		{"", `{}`, "", "deny"},
		{"", plain, `"pink": ["2001:db8::/32"]`, "allow"},

		{"", `{"permit": ["6/80"]}`, "", `1: options: matrix["red"]["blue"]: unknown key "permit"`},
		{"", `{"allow": "6/80,6/443"}`, "", `1: options: matrix["red"]["blue"].allow: service "6/80,6/443": is a list in one string`},
		{"", `{"allow": ["6/99999"]}`, "", `1: options: matrix["red"]["blue"].allow: service "6/99999"`},
		{"", `"6/80"`, "", `1: options: matrix["red"]["blue"] is not an object`},
		{"", plain, `"pink": ["10.1.100.0/23"]`, `1: options: matrix_definition["pink"] and matrix_definition["red"]: both hold 10.1.100.0/23`},
		{"", plain, `"pink": ["10.1.99.0-10.1.100.10"]`, `1: options: matrix_definition["pink"] and matrix_definition["red"]: 10.1.99.0-10.1.100.10 and 10.1.100.0/23 overlap`},
		{"", plain, `"pink": "10.1.1.5/24"`, `1: options: matrix_definition["pink"]: address "10.1.1.5/24": has host bits set`},
		{"", plain, `"pink": 5`, `1: options: matrix_definition["pink"] is a number; write a string, or a list of strings`},
		{`"dst_port": ""`, plain, "", "0: rule: dst_port: is missing"},
	} {
		joined := func(text, more string) string { return "{" + strings.TrimSuffix(text+", "+more, ", ") + "}" }
		options := `{"matrix_definition": ` + joined(zones, c.more) + `, "matrix": ` + joined(rows, `"red": {"blue": `+c.cell+`}`) + `}`
		rule := joined(`"src_ip": "10.1.100.5", "dst_ip": "10.1.200.1", "dst_port": "tcp/80"`, c.fields)
		v, problem := call(t, enforceFunction{}, types.ListUnknown(types.ObjectType{AttrTypes: enforcedTypes}), rule, options)
		got := problem
		if problem == "" {
			plain, err := plainValue(v)
			if err != nil {
				t.Fatal(err)
			}
			answers, _ := plain.([]any)
			var actions []string
			for _, a := range answers {
				answer, _ := a.(map[string]any)
				actions = append(actions, fmt.Sprint(answer["action"]))
			}
			got = strings.Join(actions, " ")
		}
		if got != c.want && (problem == "" || !strings.HasPrefix(got, c.want)) {
			t.Errorf("%s, cell %s, zones %s:\n%s, want\n%s", c.fields, c.cell, c.more, got, c.want)
		}
	}
}
