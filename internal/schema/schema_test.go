package schema

import (
	"encoding/json"
	"strings"
	"testing"
)

func decode(t *testing.T, text string) (v any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return v
}

func must(t *testing.T, of func() (*Schema, error)) *Schema {
	t.Helper()
	s, err := of()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestProblems: the place, what is wrong there, and what is accepted.
func TestProblems(t *testing.T) {
	const (
		keys    = `action, comment, condition, destination_zone, destinations, dst_ip, dst_port, dst_zone, list, name, owners, services, source_zone, sources, src_ip, src_port, src_zone, state`
		action  = `permit, allow, accept or pass; deny, drop, reject, block, discard, reset, reset-client, reset-server or reset-both`
		address = `a host (10.0.0.1, 2001:db8::1), a prefix (10.0.0.0/24), a range (10.0.0.1-10.0.0.9) or any`
		service = `protocol/port (tcp/443, udp/1000-2000, tcp/https, tcp/*), icmp/TYPE or icmp/TYPE/CODE, a protocol (tcp, icmp, esp, protocol/47) or any`
	)
	for _, c := range []struct {
		schema     func() (*Schema, error)
		data, want string
	}{
		{Rules, `[]`, ""},
		{Rules, `{"$schema": "x", "rules": [{"action": "deny"}]}`, ""},
		{Rules, `{"action": "permit", "src_ip": "10.0.0.0/8", "dst_port": ["tcp/443", "ip", "6/80-90", "tcp/80 from 1024-65535"]}`, ""},
		{Rules, `5`, `is a number; write a list of rules`},
		{Rules, `[{}]`, `/0: action is missing; write ` + action},
		{Rules, `[{"action": "PERMIT"}]`, `/0/action: is "PERMIT"; write ` + action},
		{Rules, `[{"action": "deny"}, {"action": "deny", "scr_ip": "any"}]`, `/1: unknown key "scr_ip"; accepted are ` + keys},
		{Rules, `[{"action": "deny", "src_ip": ["10.0.0.1", 5]}]`, `/0/src_ip/1: is a number; write ` + address + `, as a string`},
		{Rules, `[{"action": "deny", "src_ip": "web"}]`, `/0/src_ip: is "web"; write ` + address + `, as a string`},
		{Rules, `[{"action": "deny", "src_ip": {}}]`, `/0/src_ip: is an object; write ` + address + `, or a list of these; leave the key out for any`},
		{Rules, `[{"action": "deny", "dst_port": []}]`, `/0/dst_port: is an empty list; write ` + service + `, or a list of these; leave the key out for any`},
		{Rules, `{"rules": [{"action": "deny", "dst_port": "443"}]}`, `/rules/0/dst_port: is "443"; write ` + service + `, as a string`},
		{Rules, `{"action": "deny", "src_port": 70000}`, `/src_port: maximum: got 70,000, want 65,535; write a port from 0 to 65535, a range (1024-65535), a name or *`},
		{Rules, `{"action": "deny", "sources": "any", "src_ip": "any"}`, `/src_ip: src_ip and sources are two names of one field; write one of them`},
		{Rules, `{"action": "deny", "src_zone": ["in", ""]}`, `/src_zone/1: is an empty string; write the name of a zone, a string`},
		{Rules, `{"action": "deny", "condition": 5}`, `/condition: is a number; write what else has to hold, a string or a list of strings: such a rule cannot be decided, and what it alone would permit is indeterminate`},
		{Rules, `{"rules": [], "version": 1}`, `unknown key "version"; accepted are $schema, rules`},
		{Rules, `[{"name": 5, "action": "deny"}, {"action": "deny"}, "x"]`, "/0/name: is a number; write the rule's name, a string\n" +
			`/2: is a string; write a rule: its action, and the traffic that it is for; a key that is left out stands for every value`},

		// The cases of netutils.
		{Asked, `{"name": "n", "src_ip": "web tier", "dst_ip": ["10.0.0.2"], "dst_port": "tcp/80", "action": "permit"}`, ""},
		{Asked, `{"name": 5}`, `/name: is a number; write a string`},
		{Asked, `{"action": ["permit"]}`, `/action: is a list; write a string`},
		{Asked, `{"src_zone": 5}`, `/src_zone: is a number; write the name of a zone, or a list of names; leave the key out for every zone`},
		{Asked, `{"dst_port": []}`, `/dst_port: is an empty list; write a string, or a list of strings with at least one`},
		{Result, `{"src_ip": "10.0.0.1", "dst_port": ["6/80", "17/53"]}`, ""},
		{Result, `{"dst_port": ["6/80", "17/53", "6/80"]}`, `/dst_port: holds the same at 0 and 2; write services as protocol number and port, none of them twice`},
		{Result, `{"dst_ip": ["10.0.0.1", "10.0.0.1"]}`, `/dst_ip: holds the same at 0 and 1; write addresses, none of them twice`},

		{Inventory, `{"$schema": "x", "version": 1, "applications": [{"app_name": "a", "team": "b", "app_flows": {"f": {"sources": ["web"], "destinations": ["any"], "services": ["tcp/80"], "users": null}}}]}`, ""},
		{Inventory, `{"applications": [{"app_name": "a", "app_flows": {"f": {"sources": ["a"], "destinations": ["b"], "services": ["c"], "expires": "2026-12-31", "exceptions": {"no-telnet": "until 2026-12-31: a switch"}}}}]}`, ""},
		{Inventory, `{"applications": [{"app_name": "a", "app_flows": {"f": {"sources": ["a"], "destinations": ["b"], "services": ["c"], "expires": "31.12.2026", "exceptions": {"no-telnet": " "}}}}]}`,
			`application "a", flow "f": /applications/0/app_flows/f/exceptions/no-telnet: is " "; write the reason of the exception, with something in it` + "\n" +
				`application "a", flow "f": /applications/0/app_flows/f/expires: is "31.12.2026"; write the last day on which the flow is wanted (2026-12-31), or an instant (2026-12-31T18:00:00Z)`},
		{Inventory, `{"applications": [{"app_flows": {}}, 5, {"app_name": "a\n", "app_flows": {"ü \"q\"": null}}]}`,
			"/applications/0: app_name is missing; write the application's name, unique in the inventory and without a slash\n" +
				"/applications/1: is a number; write an application: its name, its flows, and what else the configuration makes use of\n" +
				`application "a\n", flow "ü \"q\"": /applications/2/app_flows/ü "q": is null; write sources, destinations and services; Terraform ignores keys that it does not know, so they are refused here`},
		{Inventory, `[]`, `is a list; write applications and the flows that they need`},
		{Inventory, `{}`, `applications is missing; write a list of applications`},
		{Inventory, `{"applications": [{"app_name": "a/b", "app_flows": []}]}`, `application "a/b": /applications/0/app_flows: is a list; write the application's flows by name` + "\n" +
			`application "a/b": /applications/0/app_name: is "a/b"; write the application's name, unique in the inventory and without a slash`},
		{Inventory, `{"applications": [{"app_name": "a", "app_flows": {"a/b~c": {"sources": "any", "destinations": [" x"], "service": ["tcp/80"]}}}]}`,
			`application "a", flow "a/b~c": /applications/0/app_flows/a~1b~0c: services is missing; write a list of services (tcp/443, udp/1000-2000, tcp/https, tcp/*, icmp/8, esp, any) and names from the provider's services` + "\n" +
				`application "a", flow "a/b~c": /applications/0/app_flows/a~1b~0c: unknown key "service"; accepted are KEYS` + "\n" +
				`application "a", flow "a/b~c": /applications/0/app_flows/a~1b~0c/destinations/0: is " x"; write a host (10.0.0.1), a prefix (10.0.0.0/24), a range (10.0.0.1-10.0.0.9), any, or a name from the provider's addresses, as a string without blanks around it` + "\n" +
				`application "a", flow "a/b~c": /applications/0/app_flows/a~1b~0c/sources: is a string; write a list of hosts (10.0.0.1, 2001:db8::1), prefixes (10.0.0.0/24), ranges (10.0.0.1-10.0.0.9), any, and names from the provider's addresses`},
		{Inventory, `{"applications": [{"app_name": "a", "app_flows": {"": {"sources": ["any"], "destinations": [], "services": ["any"], "action": "allow", "rulesets": ["x", "x"]}}}]}`,
			`application "a", flow "": /applications/0/app_flows/: the key is empty; it is the name of the flow`},
		{Inventory, `{"applications": [{"app_name": "a", "app_flows": {"f": {"sources": ["any"], "destinations": [], "services": ["any"], "action": "allow", "rulesets": ["x", "x"]}}}]}`,
			`application "a", flow "f": /applications/0/app_flows/f/action: is "allow"; write permit, or deny for traffic that must stay blocked` + "\n" +
				`application "a", flow "f": /applications/0/app_flows/f/destinations: is an empty list; write a list of hosts (10.0.0.1, 2001:db8::1), prefixes (10.0.0.0/24), ranges (10.0.0.1-10.0.0.9), any, and names from the provider's addresses` + "\n" +
				`application "a", flow "f": /applications/0/app_flows/f/rulesets: holds the same at 0 and 1; write names of the provider's rulesets, in the order in which they are crossed and none of them twice`},
	} {
		s := must(t, c.schema)
		got := ""
		if err := s.Check(decode(t, c.data)); err != nil {
			got = err.Error()
		}
		if want := strings.Replace(c.want, "KEYS", s.keys("#/$defs/flow"), 1); got != want {
			t.Errorf("%s:\n%s\nwant\n%s", c.data, got, want)
		}
	}
}

// netutilsInput is a schema in the manner of netutils: alternatives by oneOf.
const netutilsInput = `{
	"type": "object",
	"properties": {
		"src_ip": {"oneOf": [{"type": "string", "pattern": "^\\d+\\.\\d+$"}, {"type": "array", "items": {"type": "string"}}]},
		"dst_port": {"type": "array", "minItems": 2, "items": {"type": "string", "pattern": "^\\S+\\/\\S+$"}},
		"zone": {"enum": ["in", "out"]},
		"n": {"anyOf": [{"const": 1}, {"const": 2}], "description": "1 or 2"},
		"m": {"oneOf": [{"type": "integer"}, {"type": "number"}]},
		"none": false
	},
	"propertyNames": {"maxLength": 8},
	"required": ["src_ip"]
}`

func TestCompile(t *testing.T) {
	s, err := Compile(decode(t, netutilsInput))
	if err != nil {
		t.Fatal(err)
	}
	for data, want := range map[string]string{
		`{"src_ip": ["web"], "more": 5, "n": 2}`: "",
		`{"src_ip": "1.2", "dst_port": ["6/80", "80"], "zone": "up"}`: `/dst_port/1: is "80"; write text that matches ^\S+\/\S+$` + "\n" +
			`/zone: is "up"; write one of in, out`,
		`{"src_ip": "web"}`: `/src_ip: fits no alternative: is "web"; write text that matches ^\d+\.\d+$, or is a string; write array`,
		`{"src_ip": [5]}`:   `/src_ip: fits no alternative: /0: is a number; write string, or is a list; write string`,
		`{"src_ip": ["a"], "n": 3, "m": 1, "none": null, "dst_port": ["a/b"]}`: "/dst_port: minItems: got 1, want 2\n" +
			"/m: fits several alternatives of which one has to fit\n/n: fits no alternative; write 1 or 2\n/none: is not accepted here",
		`{}`: `src_ip is missing`,
		`{"src_ip": ["a"], "much_too_long": 1, "zone": "in"}`: `the key "much_too_long" maxLength: got 13, want 8`,
	} {
		got := ""
		if err := s.Check(decode(t, data)); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%s:\n%s\nwant\n%s", data, got, want)
		}
	}
}

// TestCompileRefuses: what is no schema, and what would be read from elsewhere.
func TestCompileRefuses(t *testing.T) {
	for text, want := range map[string]string{
		`5`:                               `is not an object; write a JSON schema`,
		`{"type": "text"}`:                `is not a JSON schema: /type: `,
		`{"properties": []}`:              `is not a JSON schema: /properties: is a list; write object`,
		`{"pattern": "(?<!x)"}`:           `is not a JSON schema: /pattern: `,
		`{"$ref": "#/$defs/gone"}`:        `is not a JSON schema: `,
		`{"$ref": "file:///etc/passwd"}`:  `file:///etc/passwd is not part of the schema; put what is referred to under $defs`,
		`{"$ref": "other.json"}`:          ` other.json is not part of the schema; put what is referred to under $defs`,
		`{"$ref": "https://example.com"}`: `https://example.com is not part of the schema; put what is referred to under $defs`,
	} {
		if _, err := Compile(decode(t, text)); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
	if s, err := Compile(decode(t, `{"properties": {"a/b c%": {"type": "string", "description": "text"}}}`)); err != nil || s.Check(decode(t, `{"a/b c%": 5}`)).Error() != `/a~1b c%: is a number; write text` {
		t.Errorf("%v, %v", err, s.Check(decode(t, `{"a/b c%": 5}`)))
	}
	if s, err := Compile(map[string]any{"type": "object", "minProperties": int64(2)}); err != nil || s.Check(map[string]any{"a": int64(1)}) == nil {
		t.Errorf("numbers of a configuration: %v", err)
	}
}
