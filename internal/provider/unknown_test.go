package provider

import (
	"strings"
	"testing"
)

// unknowns returns the paths that a plan leaves open.
func unknowns(v any, path string) (out []string) {
	switch v := v.(type) {
	case bool:
		if v {
			return []string{strings.TrimPrefix(path, ".")}
		}
	case map[string]any:
		for key, e := range v {
			out = append(out, unknowns(e, path+"."+key)...)
		}
	case []any:
		for _, e := range v {
			out = append(out, unknowns(e, path+"[]")...)
		}
	}
	return out
}

// Nothing that can be known is "(known after apply)", in any mode.
func TestAccCreateIsKnown(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"apply", "advisory", "plan"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			w := newWorkspace(t, strings.Replace(destroyConfig, "MODE", mode, 1))
			p := w.PlanJSON(2)
			for _, c := range p.ResourceChanges {
				if open := unknowns(c.Change.AfterUnknown, ""); len(open) > 0 {
					t.Errorf("%s is open in %q", c.Address, open)
				}
			}
		})
	}
}

// An input that another resource will set leaves one flow open, and only that. It
// is settled at apply, also where it then is not as wanted.
func TestAccUnknownInput(t *testing.T) {
	t.Parallel()
	const config = `
-- main.tf --
provider "acl" {
  rulesets = { edge = { path = "edge.json", additions = "edge.additions.json" } }
}
resource "terraform_data" "host" {
  input = "10.0.0.7"
}
resource "acl_flow" "own" {
  application  = "Shop"
  name         = "own"
  sources      = [terraform_data.host.output, "10.0.0.1"]
  destinations = ["10.0.0.2"]
  services     = ["tcp/443"]
}
resource "acl_application" "shop" {
  name   = "App"
  labels = { host = terraform_data.host.output }
  flows = {
    known   = { sources = ["10.0.0.1"], destinations = ["10.0.0.2"], services = ["tcp/443"] }
    address = { sources = ["10.0.0.1"], destinations = [terraform_data.host.output], services = ["tcp/443"] }
    service = { sources = ["10.0.0.1"], destinations = ["10.0.0.2"], services = ["tcp/${length(terraform_data.host.output)}"] }
    list    = { sources = split(",", terraform_data.host.output), destinations = ["10.0.0.2"], services = ["tcp/443"] }
    zone    = { sources = ["10.0.0.1"], destinations = ["10.0.0.2"], services = ["tcp/443"], source_zone = terraform_data.host.output }
    comment = { sources = ["10.0.0.1"], destinations = ["10.0.0.2"], services = ["tcp/443"], comment = terraform_data.host.output }
    users   = { sources = ["10.0.0.1"], destinations = ["10.0.0.2"], services = ["tcp/443"], users = [terraform_data.host.output], network_applications = ["ssl", terraform_data.host.output] }
    anybody = { sources = ["10.0.0.1"], destinations = ["10.0.0.2"], services = ["tcp/443"], users = split(",", terraform_data.host.output) }
  }
}
-- edge.json --
[{"name": "web", "src_ip": "10.0.0.1", "dst_ip": "10.0.0.2", "dst_port": "tcp/443", "action": "permit"}]
`
	w := newWorkspace(t, config)
	p := w.PlanJSON(2)
	flow := p.Change(t, "acl_flow.own").Change
	for _, attribute := range []string{"status", "missing", "decisions", "managed_rules", "products"} {
		if flow.AfterUnknown[attribute] != true {
			t.Errorf("%s of the flow is not open: %v", attribute, flow.After[attribute])
		}
	}
	app := p.Change(t, "acl_application.shop").Change
	open := strings.Join(unknowns(app.AfterUnknown["results"], ""), " ")
	for _, name := range []string{"address", "service", "list", "zone"} {
		if !strings.Contains(open, name+".status") {
			t.Errorf("%s is not open", name)
		}
	}
	for _, name := range []string{"known", "comment", "users", "anybody"} {
		if strings.Contains(open, name+".") {
			t.Errorf("%s is open", name)
		}
	}
	if app.AfterUnknown["status"] != true {
		t.Error("the status of the application is not open")
	}
	w.Apply(0)
	w.Settled()

	// On a change, too, only what depends on it is open.
	w.Edit("main.tf", `input = "10.0.0.7"`, `input = "10.0.0.8"`)
	p = w.PlanJSON(2)
	if got := p.Change(t, "acl_flow.own").Change.AfterUnknown["status"]; got != true {
		t.Error("the changed flow is not open")
	}
	open = strings.Join(unknowns(p.Change(t, "acl_application.shop").Change.AfterUnknown, ""), " ")
	for _, name := range []string{"known", "comment", "users", "anybody"} {
		if strings.Contains(open, "results."+name) {
			t.Errorf("%s does not depend on it and is open: %s", name, open)
		}
	}
	w.Apply(0)
	w.Settled()
	lacks(t, w.Read("edge.additions.json"), "10.0.0.7")
}

// An unknown that turns out blocked fails the create, and leaves no state.
func TestAccUnknownInputBlocked(t *testing.T) {
	t.Parallel()
	w := newWorkspace(t, `
-- main.tf --
provider "acl" {
  rulesets = { edge = { path = "edge.json" } }
}
resource "terraform_data" "host" {
  input = "10.0.0.7"
}
resource "acl_flow" "own" {
  application  = "Shop"
  name         = "own"
  sources      = [terraform_data.host.output]
  destinations = ["10.0.0.2"]
  services     = ["tcp/443"]
}
-- edge.json --
[]
`)
	contains(t, w.Apply(1), `Flow "Shop/own" is not allowed`, "10.0.0.7 -> 10.0.0.2 tcp/443")
	if _, ok := w.State()["acl_flow.own"]; ok {
		t.Error("there is a state")
	}
	w.Edit("main.tf", "provider \"acl\" {", "provider \"acl\" {\n  enforcement = \"plan\"")
	w.Edit("main.tf", `"10.0.0.7"`, `"10.0.0.8"`)
	// The plan cannot know; the apply is stricter than advisory all the same.
	w.Plan(2)
	contains(t, w.Apply(1), `Flow "Shop/own" is not allowed`, "10.0.0.8")
}

// A flow that is not known as a whole, as that of a variable is while variables have no
// values, is no flow without sources.
func TestAccUnknownObject(t *testing.T) {
	t.Parallel()
	w := newWorkspace(t, `
-- main.tf --
variable "web" {
  type    = object({ sources = list(string), destinations = list(string), services = list(string) })
  default = { sources = ["10.0.0.1"], destinations = ["10.0.0.2"], services = ["tcp/443"] }
}
provider "acl" {
  rulesets = { edge = { content = jsonencode([{ src_ip = "10.0.0.1", action = "permit" }]), additions = "edge.additions.json" } }
}
resource "terraform_data" "dns" {
  input = { sources = ["10.0.0.9"], destinations = ["10.0.0.53"], services = ["udp/53"] }
}
resource "acl_application" "shop" {
  name  = "Shop"
  flows = { web = var.web, dns = terraform_data.dns.output }
}
data "acl_match" "shop" {
  flows = { web = var.web, dns = terraform_data.dns.output }
}
output "dns" { value = data.acl_match.shop.results["dns"].status }
`)
	w.Run(0, "validate")
	p := w.PlanJSON(2)
	app := p.Change(t, "acl_application.shop").Change
	if open := strings.Join(unknowns(app.AfterUnknown["results"], ""), " "); strings.Contains(open, "web.") || !strings.Contains(open, "dns.status") {
		t.Errorf("what is open is %s", open)
	}
	contains(t, w.Apply(0), `dns = "blocked"`)
	w.Plan(2) // the output: the rule is written now
	w.Apply(0)
	w.Settled()
	w.owned("edge.additions.json", "Shop/dns")

	// What is known is missed all the same.
	w.Edit("main.tf", `dns = terraform_data.dns.output }
}
data`, `dns = terraform_data.dns.output, ntp = { sources = ["10.0.0.9"], destinations = null, services = ["udp/123"] } }
}
data`)
	out := w.Run(1, "validate")
	contains(t, out, `Must set a configuration value for the flows["ntp"].destinations attribute`)
	lacks(t, out, `flows["web"]`, `flows["dns"]`)
}

// An unknown that turns out null is no host less: that would allow what nobody
// declared.
func TestAccUnknownInputNull(t *testing.T) {
	t.Parallel()
	w := newWorkspace(t, `
-- main.tf --
provider "acl" {
  rulesets = { edge = { content = "[]", default_action = "permit" } }
}
resource "terraform_data" "first" {}
resource "terraform_data" "host" {
  input = terraform_data.first.id == "" ? "10.0.0.9" : null
}
resource "acl_flow" "own" {
  application  = "Shop"
  name         = "own"
  sources      = ["10.0.0.1", terraform_data.host.output]
  destinations = ["10.0.0.2"]
  services     = ["tcp/443"]
}
`)
	contains(t, w.Apply(1), "Attribute sources[1] is null; give it a value, or leave it out.")
	if _, ok := w.State()["acl_flow.own"]; ok {
		t.Error("there is a state")
	}
}

// While the provider's configuration is not known nothing is read, and everything
// is planned open.
func TestAccUnknownProviderConfiguration(t *testing.T) {
	t.Parallel()
	const config = `
-- main.tf --
resource "terraform_data" "rules" {
  input = jsonencode([{ name = "web", src_ip = "10.0.0.1", dst_ip = "10.0.0.2", dst_port = "tcp/443", action = "permit" }])
}
provider "acl" {
  rulesets = { edge = { content = terraform_data.rules.output } }
}
` + webFlow + `
resource "acl_application" "shop" {
  name  = "App"
  flows = {
    web = { sources = ["10.0.0.1"], destinations = ["10.0.0.2"], services = ["tcp/443"] }
  }
}
`
	w := newWorkspace(t, config)
	p := w.PlanJSON(2)
	if p.Change(t, "acl_flow.web").Change.AfterUnknown["status"] != true || p.Change(t, "acl_application.shop").Change.AfterUnknown["results"] != true {
		t.Error("something is planned before the ruleset is known")
	}
	w.Apply(0)
	w.Settled()
	if got := w.State()["acl_flow.web"]["status"]; got != "allowed" {
		t.Errorf("web is %v", got)
	}
	// The ruleset changes in the same apply that the flows are read in.
	w.Edit("main.tf", `dst_port = "tcp/443"`, `dst_port = "tcp/444"`)
	w.Plan(2)
	contains(t, w.Apply(1), `Flow "Shop/web" is not allowed`, `Flow "App/web" is not allowed`)
	contains(t, w.Plan(2), `status = "blocked" -> "allowed"`)
	w.Run(0, "destroy")
}

// A data source cannot say what it cannot know: an unknown question is answered at
// apply, an unknown ruleset is an error that says why.
func TestAccUnknownMatch(t *testing.T) {
	t.Parallel()
	const question = `
resource "terraform_data" "host" {
  input = "10.9.9.9"
}
data "acl_match" "q" {
  sources      = [terraform_data.host.output]
  destinations = ["10.0.0.2"]
  services     = ["tcp/443"]
  rules        = [{ name = "web", src_ip = "10.0.0.1", action = "permit" }]
}
output "status" { value = data.acl_match.q.status }
output "action" { value = data.acl_match.q.action }
`
	t.Run("question", func(t *testing.T) {
		t.Parallel()
		w := newWorkspace(t, "-- main.tf --\n"+question)
		p := w.PlanJSON(2)
		for _, name := range []string{"status", "action"} {
			if p.OutputChanges[name].AfterUnknown != true {
				t.Errorf("%s is planned as %v", name, p.OutputChanges[name].After)
			}
		}
		contains(t, w.Apply(0), `action = "deny"`, `status = "blocked"`)
		w.Settled()
	})
	t.Run("rules", func(t *testing.T) {
		t.Parallel()
		w := newWorkspace(t, "-- main.tf --\n"+strings.Replace(strings.Replace(question,
			`[terraform_data.host.output]`, `["10.9.9.9"]`, 1), `src_ip = "10.0.0.1"`, `src_ip = terraform_data.host.output`, 1))
		if got := w.PlanJSON(2).OutputChanges["status"]; got.AfterUnknown != true {
			t.Errorf("status is planned as %v", got.After)
		}
		contains(t, w.Apply(0), `status = "allowed"`)
		w.Settled()
	})
	t.Run("ruleset", func(t *testing.T) {
		t.Parallel()
		w := newWorkspace(t, `
-- main.tf --
resource "terraform_data" "rules" {
  input = "[]"
}
provider "acl" {
  rulesets = { edge = { content = terraform_data.rules.output } }
}
data "acl_match" "q" {
  sources      = ["10.0.0.1"]
  destinations = ["10.0.0.2"]
  services     = ["tcp/443"]
}
`)
		contains(t, w.Plan(1), `The configuration of provider "acl" is not known at plan time`)
	})
}
