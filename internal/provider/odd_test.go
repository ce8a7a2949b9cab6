package provider

import (
	"strings"
	"testing"
)

// What nobody means to write, and a for expression may: an error that says where,
// or a plan, and never a conversion error of the framework.
func TestAccOddValues(t *testing.T) {
	t.Parallel()
	const rulesets = `rulesets = { edge = { content = "[]" } }`
	const app = `
resource "acl_application" "a" {
  name  = "Shop"
  flows = FLOWS
}
`
	for _, c := range []struct {
		name, provider, config string
		exit                   int
		want                   string
	}{
		{"null flow", rulesets, strings.Replace(app, "FLOWS", "{ web = null }", 1), 1, `flows["web"].services`},
		{"null flows", rulesets, strings.Replace(app, "FLOWS", "null", 1), 1, "flows"},
		{"odd names", rulesets, strings.NewReplacer("Shop", `Büro “東京” \u001b[31m\n$${x}`, "FLOWS", `jsondecode(jsonencode({
    "a\nb\u001b[2K" = { sources = ["10.0.0.1"], destinations = ["10.0.0.2"], services = ["tcp/1"], comment = null }
    "日本 %%{y}/z|*"    = { sources = ["10.0.0.1"], destinations = ["10.0.0.2"], services = ["tcp/2"], users = ["ü"], network_applications = null }
  }))`).Replace(app), 2, `BLOCKED  a⏎b<U+001B>[2K`},
		{"null ruleset", `rulesets = { edge = null }`, webFlow, 1, "null"},
		{"null rulesets", `rulesets = null`, webFlow, 1, "the provider has none"},
		{"null address", rulesets + "\naddresses = { a = [null] }", webFlow, 1, "null"},
		{"null addresses", rulesets + "\naddresses = { a = null }", webFlow, 1, `addresses["a"]`},
		{"null question", rulesets, `data "acl_match" "m" { flows = { a = null } }`, 1, `flows["a"].services`},
		{"null rule", rulesets, `
data "acl_match" "m" {
  sources      = ["10.0.0.1"]
  destinations = ["10.0.0.2"]
  services     = ["tcp/443"]
  rules        = [null]
}`, 1, "[0] is not an object"},
		{"rules in a set", rulesets, `
data "acl_match" "m" {
  sources      = ["10.0.0.1"]
  destinations = ["10.0.0.2"]
  services     = ["tcp/443"]
  rules        = toset([{ src_ip = "10.0.0.1", action = "permit" }])
}`, 1, "is a set, which Terraform sorts"},
		{"rules of many types", rulesets, `
data "acl_match" "m" {
  sources      = ["10.0.0.1"]
  destinations = ["10.0.0.2"]
  services     = ["tcp/443"]
  rules        = [{ src_ip = "10.0.0.1", action = "permit" }, { src_ip = ["10.0.0.2"], dst_zone = null, name = "x", action = "deny" }]
}`, 0, ""},
		{"rules are text", rulesets, `
data "acl_match" "m" {
  sources      = ["10.0.0.1"]
  destinations = ["10.0.0.2"]
  services     = ["tcp/443"]
  rules        = jsonencode([])
}`, 1, "is a text and not a list of rules"},
		{"no flows", rulesets, strings.Replace(app, "FLOWS", "{}", 1), 2, ""},
		{"no questions", rulesets, `data "acl_match" "m" { flows = {} }`, 0, ""},
		{"duplicates", rulesets, `
resource "acl_flow" "f" {
  application  = "Shop"
  name         = "web"
  sources      = ["10.0.0.1", "10.0.0.1", "10.0.0.0/24"]
  destinations = ["10.0.0.1", "any"]
  services     = ["tcp/443", "tcp/https", "tcp"]
}`, 2, ""},
		{"a host to itself", rulesets, strings.Replace(webFlow, "10.0.0.2", "10.0.0.1", 1), 1, "from a host to itself"},
		{"families that never meet", rulesets, strings.Replace(webFlow, "10.0.0.2", "2001:db8::1", 1), 2, "a packet has one IP version"},
		{"everything", rulesets, strings.NewReplacer("10.0.0.1", "any", "10.0.0.2", "any", "tcp/443", "any").Replace(webFlow), 2, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorkspace(t, "-- main.tf --\nprovider \"acl\" {\n"+c.provider+"\n}\n"+c.config+"\n")
			out := w.Plan(c.exit)
			contains(t, out, c.want)
			lacks(t, out, "Value Conversion Error", "bug in the provider", "always an error in the provider", "panic")
		})
	}
}
