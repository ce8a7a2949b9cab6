package provider

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// After an apply there is nothing left to do, in every mode, for every resource,
// whatever the verdicts: neither at once nor when the refreshed state was saved.
func TestAccSettled(t *testing.T) {
	t.Parallel()
	const config = `
-- main.tf --
provider "acl" {
  rulesets    = { edge = { path = "edge.json"ADDITIONS } }
  enforcement = "MODE"
  addresses   = { hr = ["10.0.0.1", "hosts"], hosts = ["10.0.0.2", "10.0.0.9-10.0.0.12"] }
  services    = { web = ["tcp/80", "tcp/443"] }
}
resource "acl_flow" "f" {
  for_each     = { names = "hr", v6 = "2001:db8::/64", range = "10.0.0.1-10.0.0.77" }
  application  = "Shop"
  name         = each.key
  sources      = [each.value]
  destinations = [each.key == "v6" ? "2001:db8:1::1" : "10.1.0.1"]
  services     = ["web", "udp/53"]
}
resource "acl_application" "many" {
  name        = "Many"
  description = "many flows"
  owner       = "network"
  labels      = { env = "test" }
  flows = { for i in range(6) : "f${i}" => {
    sources              = ["10.2.${i}.0/24", "10.3.0.${i}"]
    destinations         = ["10.4.0.1", "10.4.0.${i % 3}"]
    services             = ["tcp/${8000 + i}", "udp/53"]
    network_applications = ["ssl"]
    users                = ["any"]
    comment              = "flow ${i}"
  } }
}
resource "acl_application" "none" {
  name  = "None"
  flows = {}
}
resource "acl_flow" "never" {
  application   = "Shop"
  name          = "never"
  sources       = ["10.2.0.0/16"]
  destinations  = ["10.66.0.0/16"]
  services      = ["any"]
  action        = "deny"
  override_deny = false
}
-- edge.json --
[
  {"name": "some", "src_ip": "10.2.0.0/18", "dst_ip": "10.4.0.0/24", "dst_port": "tcp/8000-8003", "action": "permit"},
  {"name": "dns", "dst_port": "udp/53", "dst_ip": ["10.0.0.0/8", "2001:db8::/32"], "action": "permit"},
  {"name": "rest", "action": "deny"}
]
`
	const writable = `, additions = "edge.additions.json"`
	for _, c := range []struct{ name, mode, additions, ruleset string }{
		{"apply", "apply", writable, ""},
		{"plan", "plan", writable, ""},
		{"advisory", "advisory", writable, ""},
		{"advisory read-only", "advisory", "", ""},
		{"default permit", "apply", writable + `, default_action = "permit"`, "[]"},
		{"stateless", "advisory", `, stateless = true`, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorkspace(t, strings.NewReplacer("MODE", c.mode, "ADDITIONS", c.additions).Replace(config))
			if c.ruleset != "" {
				w.Write("edge.json", c.ruleset)
			}
			w.Apply(0)
			w.Settled()
			w.Apply(0, "-refresh-only")
			w.Settled()
			if c.mode == "advisory" {
				w.Absent("edge.additions.json")
			}
		})
	}
}

// The order in which people list things is theirs: it changes neither a verdict nor
// anything else that is found.
func TestAccOrderOfLists(t *testing.T) {
	t.Parallel()
	const one = `sources = ["10.0.0.9", "10.0.0.1", "10.1.0.0/24", "hr"], destinations = ["10.9.0.2", "10.9.0.1", "2001:db8::2"], services = ["tcp/443", "udp/53", "tcp/80", "icmp/8"]`
	const other = `sources = ["hr", "10.1.0.0/24", "10.0.0.1", "10.0.0.9"], destinations = ["2001:db8::2", "10.9.0.1", "10.9.0.2"], services = ["icmp/8", "tcp/80", "udp/53", "tcp/443"]`
	config := func(flow, hr, more string) string {
		return `
-- main.tf --
provider "acl" {
  rulesets  = { edge = { path = "edge.json", additions = "edge.additions.json" }, base = { path = "edge.json" }` + more + ` }
  addresses = { hr = ` + hr + ` }
}
resource "acl_application" "shop" {
  name     = "Shop"
  rulesets = ["edge"]
  flows    = { web = { ` + flow + ` } }
}
data "acl_match" "web" {
  rulesets = ["base"]
  flows    = { web = { ` + flow + ` } }
}
output "web" { value = data.acl_match.web.results }
-- edge.json --
[
  {"name": "b", "src_ip": ["10.0.0.0/29", "2001:db8:1::/48"], "dst_port": ["udp/53", "tcp/443"], "action": "permit"},
  {"name": "a", "src_ip": "10.1.0.0/25", "dst_ip": "10.9.0.1", "action": "permit"}
]
`
	}
	first := newWorkspace(t, config(one, `["2001:db8:1::1", "10.7.0.1"]`, ""))
	second := newWorkspace(t, config(other, `["10.7.0.1", "2001:db8:1::1"]`, `, core = { content = "[]" }`))
	found := func(w *workspace) (results, answers string) {
		p := w.PlanJSON(2)
		results = indented(t, p.Change(t, "acl_application.shop").Change.After["results"])
		return results, indented(t, p.OutputChanges["web"].After)
	}
	results1, answers1 := found(first)
	results2, answers2 := found(second)
	if results1 != results2 {
		t.Error(difference(results1, results2))
	}
	if answers1 != answers2 {
		t.Error(difference(answers1, answers2))
	}

	// The same in one state: the lists change places, nothing else does.
	first.Apply(0)
	first.Settled()
	before, rules := first.State()["acl_application.shop"], first.Read("edge.additions.json")
	first.Edit("main.tf", "flows    = { web = { "+one+" } }\n}\ndata", "flows    = { web = { "+other+" } }\n}\ndata")
	lacks(t, first.Plan(2), "results", "status", "managed_rules")
	first.Apply(0)
	first.Settled()
	after := first.State()["acl_application.shop"]
	for _, attribute := range []string{"results", "status"} {
		if b, a := indented(t, before[attribute]), indented(t, after[attribute]); a != b {
			t.Errorf("%s: %s", attribute, difference(b, a))
		}
	}
	if got := first.Read("edge.additions.json"); got != rules {
		t.Error(difference(rules, got))
	}
}

func indented(t *testing.T, v any) string {
	t.Helper()
	b, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// Names are what people write. Whatever they write, nothing breaks, nothing is
// mixed up, and nothing reaches the terminal as a command.
func TestAccHostileNames(t *testing.T) {
	t.Parallel()
	names := []string{
		`quote " and \ backslash`, "new\nline", "tab\tand return\r", "ünïcødé 防火墙 🔥", "\x1b[31mred\x1b[0m", "${not} %{a template}",
		"-- a comment", "a/b/c", " blanks around ", "'; drop table", "<b>&amp;</b>", "\u202egnirts", strings.Repeat("long ", 60), "a,b;c", "[0]", "null",
	}
	flows, keys := map[string]any{}, map[string]any{}
	for i, name := range names {
		flows[name] = map[string]any{
			"sources": []string{fmt.Sprintf("10.0.0.%d", i)}, "destinations": []string{"10.1.0.1"}, "services": []string{"tcp/443"}, "comment": name,
		}
		if i > 5 {
			continue
		}
		keys[fmt.Sprint(i)] = map[string]any{"application": strings.ReplaceAll(name, "/", "|"), "name": name}
	}
	// JSON syntax takes names as they are; a "$" has to be doubled in it.
	text, err := json.Marshal(map[string]any{"flows": flows, "keys": keys})
	if err != nil {
		t.Fatal(err)
	}
	w := newWorkspace(t, `
-- main.tf --
provider "acl" {
  rulesets = { edge = { path = "edge.json", additions = "edge.additions.json" } }
}
locals {
  input = jsondecode(file("input.json"))
}
resource "acl_application" "all" {
  name  = "Names \"quoted\" \u001b[31m"
  flows = local.input.flows
}
resource "acl_flow" "f" {
  for_each     = local.input.keys
  application  = each.value.application
  name         = each.value.name
  sources      = ["10.9.0.${each.key}"]
  destinations = ["10.1.0.1"]
  services     = ["tcp/443"]
}
-- edge.json --
[]
`)
	w.Write("input.json", string(text))
	quiet := func(out string) {
		t.Helper()
		for _, r := range []string{"\x1b", "\r", "\u202e"} {
			if i := strings.Index(out, r); i >= 0 {
				t.Errorf("what is printed holds %q:\n%q", r, out[max(0, i-100):min(len(out), i+100)])
			}
		}
	}
	quiet(w.Plan(2))
	// The names of rules, in what is in the way.
	w.Write("edge.json", `[{"name": "\u001b[31m\u202e\r", "condition": "user \u001b[31m\u202e\r", "dst_ip": "10.1.0.0/16", "action": "deny"}, {"action": "permit"}]`)
	quiet(w.Apply(1))
	w.Write("edge.json", "[]")
	w.Apply(0)
	w.Settled()
	var owners []string
	for i, name := range names {
		owners = append(owners, "Names \"quoted\" \x1b[31m/"+name)
		if i <= 5 {
			owners = append(owners, strings.ReplaceAll(name, "/", "|")+"/"+name)
		}
	}
	w.owned("edge.additions.json", owners...)
	results := w.State()["acl_application.all"]["results"].(map[string]any)
	for _, name := range names {
		if r, ok := results[name].(map[string]any); !ok || r["status"] != "pending" {
			t.Errorf("the result of %q is %v", name, results[name])
		}
	}
	w.Run(0, "destroy")
	w.owned("edge.additions.json")
}
