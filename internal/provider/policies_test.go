package provider

import "testing"

// acl_match answers for policies too, one question or many, also where the rules are
// given with it. What is not known yet is judged by the apply.
func TestAccMatchPolicies(t *testing.T) {
	t.Parallel()
	w := newWorkspace(t, `
-- main.tf --
provider "acl" {
  rulesets = { edge = { content = jsonencode([{ dst_ip = "10.0.0.2", action = "permit" }]) } }
  policies = {
    no-telnet = { use = "insecure_services" }
    ticket    = { scope = "flow", assert = "flow.comment.startsWith('CHG')", severity = "review", flows = { stage = "production" } }
    owner     = { use = "owner_required", severity = "notify" }
  }
}

locals {
  telnet = { sources = ["10.0.0.1"], destinations = ["10.0.0.2"], services = ["tcp/22-23"] }
  many = {
    denied   = local.telnet
    excepted = merge(local.telnet, { exceptions = { no-telnet = "no other way" }, owner = "net", labels = { stage = "production" } })
    ended    = merge(local.telnet, { exceptions = { no-telnet = "until 2020-01-01: no other way" } })
    expired  = { sources = ["10.0.0.1"], destinations = ["10.0.0.3"], services = ["tcp/443"], expires = "2020-01-01", owner = "net" }
    blocked  = { sources = ["10.0.0.1"], destinations = ["10.0.0.3"], services = ["tcp/443"], owner = "net", application = "Shop" }
    fine     = { sources = ["10.0.0.1"], destinations = ["10.0.0.2"], services = ["tcp/443"], owner = "net" }
  }
}

data "acl_match" "one" {
  sources      = local.telnet.sources
  destinations = local.telnet.destinations
  services     = local.telnet.services
  rules        = [{ action = "permit" }]
}

data "acl_match" "many" {
  flows = local.many
}

resource "terraform_data" "ticket" {
  input = "CHG4711"
}

resource "acl_flow" "later" {
  application  = "Shop"
  name         = "later"
  sources      = ["10.0.0.1"]
  destinations = ["10.0.0.2"]
  services     = ["tcp/443"]
  owner        = "net"
  labels       = { stage = "production" }
  comment      = terraform_data.ticket.output
}

output "one" {
  value = [data.acl_match.one.status, data.acl_match.one.satisfied, [for v in data.acl_match.one.violations : "${v.policy} ${v.severity} ${join(" ", v.services)}"]]
}

output "many" {
  value = { for name, r in data.acl_match.many.results : name => join("; ", [for v in concat([{ policy = r.status, severity = tostring(r.satisfied), exception = null }], r.violations) : "${v.policy} ${coalesce(v.exception, v.severity)}"]) }
}

output "all" {
  value = [data.acl_match.many.status, data.acl_match.many.satisfied]
}
`)
	p := w.PlanJSON(2)
	for name, want := range map[string]string{
		"one": `["allowed",false,["no-telnet deny tcp/22-23","owner notify "]]`,
		"many": `{"blocked":"blocked false","denied":"allowed false; no-telnet deny; owner notify","ended":"allowed false; no-telnet deny; owner notify",` +
			`"excepted":"allowed true; no-telnet no other way; ticket review","expired":"blocked true; expires notify","fine":"allowed true"}`,
		"all": `["blocked",false]`,
	} {
		if got := quote(t, p.OutputChanges[name].After); got != want {
			t.Errorf("%s is %s, want %s", name, got, want)
		}
	}
	later := p.Change(t, "acl_flow.later").Change
	if later.AfterUnknown["violations"] != true || later.AfterUnknown["status"] != true {
		t.Errorf("unknown is %v", later.AfterUnknown)
	}
	w.Apply(0)
	if got := quote(t, w.State()["acl_flow.later"]["violations"]); got != "null" {
		t.Errorf("violated is %s", got)
	}
	w.Settled()

	w.Edit("main.tf", `"CHG4711"`, `"please"`)
	w.Apply(0)
	contains(t, w.Plan(0), `application "Shop": flows to look at`, "REVIEW later ticket: ")
	w.Edit("main.tf", `no-telnet = "no other way"`, `telnet = "no other way"`)
	contains(t, w.Plan(1), `Exceptions["telnet"]: there is no such policy; there are no-telnet, owner, ticket`)
}
