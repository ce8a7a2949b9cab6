package rulelist

import (
	"fmt"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/flow"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
)

func parse(t *testing.T, format, text string) []rule.Rule {
	t.Helper()
	d, err := Parse(device.Input{Source: "edge", Content: []byte(text)}, format)
	if err != nil {
		t.Fatalf("Parse: %v", err)
	}
	if d.Format != format || len(d.Lists) != 1 || d.Lists[0].Name != "" || d.Lists[0].Default != rule.Deny {
		t.Fatalf("document %+v is not one unnamed %s list that denies", d, format)
	}
	return d.Lists[0].Rules
}

// show writes what a rule means on one line.
func show(r rule.Rule) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d %q %s %s", r.Line, r.Name, r.Action, r.Traffic)
	if r.SourceZones != nil || r.DestinationZones != nil {
		fmt.Fprintf(&b, " zones %q %q", r.SourceZones, r.DestinationZones)
	}
	if r.Unknown != nil {
		fmt.Fprintf(&b, " unknown %q", r.Unknown)
	}
	return b.String()
}

func TestMeaning(t *testing.T) {
	for _, c := range []struct{ name, json, yaml, want string }{
		{"netutils keys",
			`[{"name":"web","src_ip":"10.0.0.1","dst_ip":["10.1.0.0/24","10.1.1.7-10.1.1.9"],"dst_port":["tcp/443","udp/53"],"src_zone":"in","dst_zone":["dmz","out"],"action":"permit"}]`,
			`[{name: web, src_ip: 10.0.0.1, dst_ip: [10.1.0.0/24, 10.1.1.7-10.1.1.9], dst_port: [tcp/443, udp/53], src_zone: in, dst_zone: [dmz, out], action: permit}]`,
			`1 "web" permit 10.0.0.1 -> 10.1.0.0/24, 10.1.1.7, 10.1.1.8/31 tcp/443, udp/53 zones ["in"] ["dmz" "out"]`},
		{"our keys",
			`[{"sources":"10.0.0.1","destinations":"10.0.0.2","services":"tcp/22","source_zone":"a","destination_zone":"b","action":"drop"}]`,
			`[{sources: 10.0.0.1, destinations: 10.0.0.2, services: tcp/22, source_zone: a, destination_zone: b, action: drop}]`,
			`1 "" deny 10.0.0.1 -> 10.0.0.2 tcp/22 zones ["a"] ["b"]`},
		{"absent is any", `[{"action":"deny"}]`, `[{action: deny}]`, `1 "" deny any -> any any`},
		{"null is absent",
			`[{"name":"","src_ip":null,"dst_ip":null,"dst_port":null,"src_port":null,"src_zone":null,"dst_zone":null,"condition":"","owners":null,"action":"deny"}]`,
			`[{name: , src_ip: null, dst_ip: null, dst_port: ~, src_port: ~, src_zone: null, dst_zone: , condition: "", owners: null, action: deny}]`,
			`1 "" deny any -> any any`},
		{"wrapped", `{"rules":[{"action":"permit","src_ip":"any"}]}`, `rules: [{action: permit, src_ip: any}]`, `1 "" permit any -> any any`},
		{"with a schema", `{"$schema":"rule.schema.json","rules":[{"action":"deny"}]}`, "{$schema: rule.schema.json, rules: [{action: deny}]}\n", `1 "" deny any -> any any`},
		{"with a schema at the end", `{"rules":[{"action":"deny"}],"$schema":"rule.schema.json"}`, "rules: [{action: deny}]\n$schema: rule.schema.json\n", `1 "" deny any -> any any`},
		{"source ports", `[{"dst_port":["tcp/80","udp/53"],"src_port":[1024,"2000-2010"],"action":"permit"}]`,
			`[{dst_port: [tcp/80, udp/53], src_port: [1024, 2000-2010], action: permit}]`,
			`1 "" permit any -> any tcp/80 from 1024, tcp/80 from 2000-2010, udp/53 from 1024, udp/53 from 2000-2010`},
		{"source port by name", `[{"dst_port":"tcp","src_port":"https","action":"permit"}]`, `[{dst_port: tcp, src_port: https, action: permit}]`,
			`1 "" permit any -> any tcp/* from 443`},
		{"any source port", `[{"dst_port":"tcp/80","src_port":"*","action":"permit"}]`, `[{dst_port: tcp/80, src_port: "*", action: permit}]`,
			`1 "" permit any -> any tcp/80`},
		{"condition", `[{"condition":["application ssl","user bob"],"comment":{"a":[1,2]},"owners":["a/b"],"action":"permit"}]`,
			`[{condition: [application ssl, user bob], comment: {a: [1, 2]}, owners: [a/b], action: permit}]`,
			`1 "" permit any -> any any unknown ["application ssl" "user bob"]`},
		{"one condition", `[{"condition":"nights","action":"permit"}]`, `[{condition: nights, action: permit}]`, `1 "" permit any -> any any unknown ["nights"]`},
		{"escapes", `[{"n\u0061me":"a\"\u00e9\ud83d\ude00\n","action":"\u0070ermit"}]`, `[{name: "a\"é😀\n", action: permit}]`, `1 "a\"é😀\n" permit any -> any any`},
		{"lines", "[\r\n{\r\n\"action\":\"deny\"},\r\n\r\n{\"src_ip\":\"::1\",\r\n\"action\":\"permit\"}\r\n]\r\n", "\r\n- action: deny\r\n\r\n\r\n- src_ip: '::1'\r\n  action: permit\r\n",
			"2 \"\" deny any -> any any\n5 \"\" permit ::1 -> any any"},
		{"no rules", "[ ]", "[]", ""},
		{"no rules, wrapped", `{"rules": []}`, "rules: []\n", ""},
		{"zone any is a name", `[{"src_zone":"any","action":"deny"}]`, `[{src_zone: any, action: deny}]`, `1 "" deny any -> any any zones ["any"] []`},
	} {
		t.Run(c.name, func(t *testing.T) {
			for format, text := range map[string]string{JSON: c.json, YAML: c.yaml} {
				var got []string
				for _, r := range parse(t, format, text) {
					got = append(got, show(r))
				}
				if g := strings.Join(got, "\n"); g != c.want {
					t.Errorf("%s means\n%s\nwant\n%s", format, g, c.want)
				}
			}
		})
	}
}

func TestYAMLOnly(t *testing.T) {
	for _, c := range []struct{ name, yaml, want string }{
		{"block style", "---\n# rules of the edge\n- name: web\n  src_ip:\n    - 10.0.0.1\n    - 10.0.0.2\n  action: permit\n- name: rest\n  action: deny\n",
			"3 \"web\" permit 10.0.0.1, 10.0.0.2 -> any any\n8 \"rest\" deny any -> any any"},
		{"aliases", "- &a\n  src_ip: &h [10.0.0.1]\n  action: permit\n- dst_ip: *h\n  action: deny\n- *a\n",
			"1 \"\" permit 10.0.0.1 -> any any\n4 \"\" deny any -> 10.0.0.1 any\n6 \"\" permit 10.0.0.1 -> any any"},
		{"dates and words are text", "- name: 2026-09-18\n  src_zone: no\n  dst_zone: off\n  action: deny\n", "1 \"2026-09-18\" deny any -> any any zones [\"no\"] [\"off\"]"},
		{"byte order mark", "\ufeff- action: deny\n", "1 \"\" deny any -> any any"},
	} {
		var got []string
		for _, r := range parse(t, YAML, c.yaml) {
			got = append(got, show(r))
		}
		if g := strings.Join(got, "\n"); g != c.want {
			t.Errorf("%s:\n%s\nwant\n%s", c.name, g, c.want)
		}
	}
}

func TestSniff(t *testing.T) {
	for _, c := range []struct {
		text, format string
		score        int
	}{
		{`[{"name":"a","src_ip":"10.0.0.1","action":"permit"}]`, JSON, certain},
		{` { "rules" : [ {"services":["tcp/80"]`, JSON, certain},
		{`[{"name":"a","sources":["10.0.0.1"], broken`, JSON, certain},
		{`[{"name":"all","action":"deny"}]`, JSON, probable},
		{`[]`, JSON, possible},
		{`{"rules":[]}`, JSON, probable},
		{`{"$schema": "rule.schema.json", "rules":[{"src_ip":"10.0.0.1"}]}`, JSON, certain},
		{`{"$schema": "rule.schema.json", "rule":[]}`, JSON, 0},
		{"\ufeff[{\"src_ip\":\"\"}]", JSON, certain},
		{`{"NetworkAcls":[{"Entries":[{"CidrBlock":"0.0.0.0/0","RuleAction":"allow"}]}]}`, JSON, 0},
		{`{"SecurityGroups":[]}`, JSON, 0},
		{`[{"GroupId":"sg-1","IpProtocol":"tcp"}]`, JSON, 0},
		{`[{"name":"a","allowed":[{"IPProtocol":"tcp"}],"direction":"INGRESS"}]`, JSON, 0},
		{`{"format_version":"1.2","planned_values":{}}`, JSON, 0},
		{`{"nftables":[{"rule":{}}]}`, JSON, 0},
		{`{"action":"permit"}`, JSON, 0},
		{`["a"]`, JSON, 0},
		{"- name: a\n  src_ip: 10.0.0.1\n  action: permit\n", YAML, certain},
		{"# ours\n---\nrules:\n  - dst_port:\n      - tcp/80\n    action: permit\n  - action: deny\n", YAML, certain},
		{"# yaml-language-server: $schema=rule.schema.json\n- src_ip: 10.0.0.1\n  action: permit\n", YAML, certain},
		{"$schema: rule.schema.json\nrules:\n  - src_ip: 10.0.0.1\n    action: permit\n", YAML, certain},
		{"$schema: rule.schema.json\ntasks:\n  - name: a\n    action: permit\n", YAML, 0},
		{"- {src_ip: 10.0.0.1, action: permit}\n- !!!broken", YAML, certain},
		{"- name: all\n  action: deny\n", YAML, probable},
		{"- hosts: all\n  tasks: []\n", YAML, 0},
		{"- a\n- b\n", YAML, 0},
		{"access-list 1 permit any\n", YAML, 0},
		{"*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -j DROP\n", YAML, 0},
		{"table inet filter {\n}\n", YAML, 0},
		{"", "", 0},
		{" \n", "", 0},
	} {
		if format, score := Sniff([]byte(c.text)); format != c.format && c.score > 0 || score != c.score {
			t.Errorf("Sniff(%q) = %s %d, want %s %d", c.text, format, score, c.format, c.score)
		}
	}
}

// TestDictionary: names in rules stand for what they stand for in flows.
func TestDictionary(t *testing.T) {
	names, err := flow.NewNames(
		map[string][]string{"web": {"10.0.0.1", "10.0.0.3"}, "all": {"web", "10.0.1.0/24"}},
		map[string][]string{"HTTP": {"tcp/80"}, "both": {"HTTP", "tcp/443"}},
	)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		rule map[string]any
		want string
	}{
		{map[string]any{"src_ip": "all", "dst_ip": []any{"10.9.9.9", "web"}, "dst_port": "both", "action": "deny"},
			`0 "" deny 10.0.0.1, 10.0.0.3, 10.0.1.0/24 -> 10.0.0.1, 10.0.0.3, 10.9.9.9 tcp/80, tcp/443`},
		{map[string]any{"src_ip": "any", "dst_port": "HTTP", "src_port": "53", "src_zone": "web", "action": "deny"},
			`0 "" deny any -> any tcp/80 from 53 zones ["web"] []`},
		{map[string]any{"src_ip": []any{"web", "Web"}, "dst_port": "http", "action": "deny"},
			`rules[0].src_ip: address "Web" is neither a name in addresses nor a host (10.0.0.1, 2001:db8::1), a prefix (10.0.0.0/24), a range (10.0.0.1-10.0.0.9) or any; did you mean "web"?` + "\n" +
				`rules[0].dst_port: service "http" is neither a name in services nor ` + service.Accepted + `; did you mean "HTTP"?`},
	} {
		d, err := FromValues("rules", []map[string]any{c.rule}, names)
		got := fmt.Sprint(err)
		if err == nil {
			got = show(d.Lists[0].Rules[0])
		}
		if got != c.want {
			t.Errorf("%v means\n%s, want\n%s", c.rule, got, c.want)
		}
	}
}
