package provider

import (
	"fmt"
	"strings"
	"testing"
)

// A create that fails leaves no state, and so nothing tainted: the next plan
// creates again, and does not replace.
func TestAccCreateFails(t *testing.T) {
	t.Parallel()
	w := newWorkspace(t, `
-- main.tf --
provider "acl" {
  rulesets = { edge = { path = "edge.json" } }
}
resource "acl_application" "shop" {
  name  = "Shop"
  flows = {
    mail = { sources = ["10.0.0.1"], destinations = ["10.0.0.25"], services = ["tcp/25"] }
  }
}
`+webFlow+`
-- edge.json --
`+dnsRule)
	out := w.Apply(1)
	contains(t, out, `Flow "Shop/web" is not allowed`, `Flow "Shop/mail" is not allowed`, "edge.json: default deny",
		`{"src_ip":["10.0.0.1"],"dst_ip":["10.0.0.2"],"dst_port":["tcp/443"],"action":"permit"}`)
	if s := w.State(); len(s) != 0 {
		t.Errorf("there is a state: %v", s)
	}
	p := w.PlanJSON(2)
	for _, address := range []string{"acl_flow.web", "acl_application.shop"} {
		if got := strings.Join(p.Change(t, address).Change.Actions, ","); got != "create" {
			t.Errorf("%s: %s is planned", address, got)
		}
	}
}

// An update that fails keeps what is true in state, so that the next plan shows
// the same difference.
func TestAccUpdateFails(t *testing.T) {
	t.Parallel()
	w := newWorkspace(t, `
-- main.tf --
provider "acl" {
  rulesets = { edge = { path = "edge.json" } }
}
`+webFlow+`
-- edge.json --
`+twoRules)
	w.Apply(0)
	w.Edit("main.tf", `services     = ["tcp/443"]`, `services     = ["tcp/443", "tcp/8443"]`)
	w.Plan(2)
	contains(t, w.Apply(1), `Flow "Shop/web" is not allowed`, "10.0.0.1 -> 10.0.0.2 tcp/8443", "edge.json: default deny")
	s := w.State()["acl_flow.web"]
	if got := fmt.Sprint(s["status"], " ", s["services"]); got != "partial [tcp/443 tcp/8443]" {
		t.Errorf("the state is %s", got)
	}
	if got := fmt.Sprint(s["missing"]); !strings.Contains(got, "tcp/8443") || strings.Contains(got, "tcp/443 ") {
		t.Errorf("missing is %s", got)
	}
	out := w.Plan(2)
	contains(t, out, `status = "partial" -> "allowed"`)
	lacks(t, out, "tainted", "replaced")
	w.Write("edge.json", strings.ReplaceAll(twoRules, `"tcp/443"`, `["tcp/443", "tcp/8443"]`))
	w.Settled()
}

// What can be written of an application is, and the error names the rest.
func TestAccUpdateFailsInPart(t *testing.T) {
	t.Parallel()
	w := newWorkspace(t, `
-- main.tf --
provider "acl" {
  rulesets = { edge = { path = "edge.json", additions = "edge.additions.json" } }
}
resource "acl_application" "shop" {
  name  = "Shop"
  flows = {
    web = { sources = ["10.0.0.1"], destinations = ["10.0.0.2"], services = ["tcp/443"] }
  }
}
-- edge.json --
[{"name": "quarantine", "dst_ip": "10.0.0.66", "action": "deny"}]
`)
	w.Apply(0)
	w.Edit("main.tf", "web = {", `good = { sources = ["10.0.0.1"], destinations = ["10.0.0.3"], services = ["tcp/443"] }
    bad = { sources = ["10.0.0.1"], destinations = ["10.0.0.66"], services = ["tcp/443"] }
    web = {`)
	out := w.Apply(1)
	contains(t, out, `Flow "Shop/bad" is not allowed`, `edge.json:1 "quarantine" deny any -> 10.0.0.66 any`, "override_deny = true")
	lacks(t, out, `Flow "Shop/good"`, `Flow "Shop/web"`)
	contains(t, w.Read("edge.additions.json"), "Shop/good", "Shop/web")
	lacks(t, w.Read("edge.additions.json"), "Shop/bad", "10.0.0.66")
	results := w.State()["acl_application.shop"]["results"].(map[string]any)
	got := ""
	for _, name := range []string{"bad", "good", "web"} {
		got += fmt.Sprint(name, " ", results[name].(map[string]any)["status"], " ")
	}
	if got != "bad blocked good pending web pending " {
		t.Errorf("the state is %s", got)
	}
	contains(t, w.Plan(2), `status = "blocked" -> "allowed"`)
}

// A flow that is taken out of its application, renamed, moved to another ruleset or
// to another resource gives up what it owned.
func TestAccFlowsGiveUpRules(t *testing.T) {
	t.Parallel()
	const provider = `
provider "acl" {
  rulesets = {
    edge = { path = "edge.json", additions = "edge.additions.json" }
    core = { path = "core.json", additions = "core.additions.json" }
  }
}
`
	application := func(flows string) string {
		return provider + "resource \"acl_application\" \"shop\" {\n  name = \"Shop\"\n  rulesets = [\"edge\"]\n  flows = {\n" + flows + "\n  }\n}\n"
	}
	const web = `web = { sources = ["10.0.0.1"], destinations = ["10.0.0.2"], services = ["tcp/443"] }`
	const dns = `dns = { sources = ["10.0.0.1"], destinations = ["10.0.0.53"], services = ["udp/53"] }`
	for _, c := range []struct {
		name, before, after string
		edge, core          []string // owners that are left
	}{
		{"removed", application(web + "\n" + dns), application(dns), []string{"Shop/dns"}, nil},
		{"removed last", application(web), application(""), nil, nil},
		{"renamed", application(web), application(strings.Replace(web, "web", "www", 1)), []string{"Shop/www"}, nil},
		{"smaller", application(strings.Replace(web, `["10.0.0.1"]`, `["10.0.0.1", "10.0.0.9"]`, 1)), application(web), []string{"Shop/web"}, nil},
		{"other ruleset", application(web), application(strings.Replace(web, "}", `, rulesets = ["core"] }`, 1)), nil, []string{"Shop/web"}},
		{"other ruleset of the application", application(web), strings.Replace(application(web), `["edge"]`, `["core"]`, 1), nil, []string{"Shop/web"}},
		{"both rulesets to one", strings.Replace(application(web), `["edge"]`, `["edge", "core"]`, 1), application(web), []string{"Shop/web"}, nil},
		{"application renamed", application(web), strings.Replace(application(web), `"Shop"`, `"Store"`, 1), []string{"Store/web"}, nil},
		{
			"flow of its own renamed", provider + strings.Replace(webFlow, "application", "rulesets = [\"edge\"]\napplication", 1),
			provider + strings.Replace(strings.Replace(webFlow, `"web"`+"\n", `"www"`+"\n", 1), "application", "rulesets = [\"edge\"]\napplication", 1),
			[]string{"Shop/www"}, nil,
		},
		{
			"flow of its own to another ruleset", provider + strings.Replace(webFlow, "application", "rulesets = [\"edge\"]\napplication", 1),
			provider + strings.Replace(webFlow, "application", "rulesets = [\"core\"]\napplication", 1),
			nil, []string{"Shop/web"},
		},
		{"turned into a deny", application(web), application(strings.Replace(web, "}", `, action = "deny" }`, 1)), nil, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorkspace(t, "-- main.tf --\n"+c.before+"-- edge.json --\n[]\n-- core.json --\n[]\n")
			w.Apply(0)
			w.Write("main.tf", c.after)
			w.Apply(0)
			w.Settled()
			w.owned("edge.additions.json", c.edge...)
			w.owned("core.additions.json", c.core...)
			w.Run(0, "destroy")
			w.owned("edge.additions.json")
			w.owned("core.additions.json")
		})
	}
}

// What a flow no longer declares, the rule that was written for it no longer
// permits: also where the flow stays as it is and a name in it becomes smaller.
func TestAccRulesShrink(t *testing.T) {
	t.Parallel()
	const config = `
-- main.tf --
provider "acl" {
  rulesets  = { edge = { path = "edge.json", additions = "edge.additions.json" } }
  addresses = { hr = ["10.0.0.1", "10.0.0.9"] }
}
resource "acl_flow" "hr" {
  application  = "HR"
  name         = "web"
  sources      = ["hr"]
  destinations = ["10.0.0.2"]
  services     = ["tcp/443", "tcp/80"]
}
-- edge.json --
[]
`
	for _, c := range []struct{ name, before, after, gone string }{
		{"name", `["10.0.0.1", "10.0.0.9"]`, `["10.0.0.1"]`, "10.0.0.9"},
		{"sources", `["hr"]`, `["10.0.0.1"]`, "10.0.0.9"},
		{"services", `["tcp/443", "tcp/80"]`, `["tcp/443"]`, "tcp/80"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorkspace(t, config)
			w.Apply(0)
			contains(t, w.Read("edge.additions.json"), c.gone)
			w.Edit("main.tf", c.before, c.after)
			contains(t, w.Plan(2), "managed_rules")
			w.Apply(0)
			lacks(t, w.Read("edge.additions.json"), c.gone)
			w.owned("edge.additions.json", "HR/web")
			w.Settled()
		})
	}
	t.Run("widened by hand", func(t *testing.T) {
		t.Parallel()
		w := newWorkspace(t, config)
		w.Apply(0)
		w.Edit("edge.additions.json", `"10.0.0.9"`, `"10.0.0.0/16"`)
		w.Plan(2)
		w.Apply(0)
		lacks(t, w.Read("edge.additions.json"), "10.0.0.0/16")
		w.Settled()
	})
}

// What is planned for a new flow rests on nothing that changes in the same apply:
// the rules of other flows come, go and move.
func TestAccPlanOfOneFlowAmongMany(t *testing.T) {
	t.Parallel()
	const provider = `
-- main.tf --
provider "acl" {
  rulesets = { edge = { path = "edge.json", additions = "edge.additions.json" } }
}
`
	// Each waits for the one before, so that it finds the file changed.
	chain := func(flows ...string) string {
		config, before := provider, ""
		for i, f := range flows {
			id := fmt.Sprintf("f%d", i)
			config += fmt.Sprintf("resource \"acl_flow\" %q {\n  application = \"Shop\"\n  name = %q\n%s\n%s}\n", id, id, f, before)
			before = "  depends_on = [acl_flow." + id + "]\n"
		}
		return config
	}
	const (
		web    = `sources = ["10.0.0.1"], destinations = ["10.0.0.2"], services = ["tcp/443"]`
		dns    = `sources = ["10.0.0.1"], destinations = ["10.0.0.53"], services = ["udp/53"]`
		wider  = `sources = ["10.0.0.0/24"], destinations = ["10.0.0.2"], services = ["tcp/443"]`
		ssh    = `sources = ["10.0.0.1"], destinations = ["10.0.0.2"], services = ["tcp/22"]`
		denied = `sources = ["10.0.0.66"], destinations = ["10.0.0.2"], services = ["tcp/443"], action = "deny"`
		byHand = "-- edge.additions.json --\n" + `[
  {"name": "by hand", "src_ip": "10.0.0.1", "dst_ip": "10.0.0.2", "dst_port": "tcp/22", "action": "permit"},
  {"dst_ip": "10.9.0.0/16", "action": "deny"}
]` + "\n"
	)
	for _, c := range []struct {
		name  string
		flows []string
		base  string
	}{
		{"the same rule", []string{web, web, web}, ""},
		{"rules put above", []string{web, dns, ssh, wider}, ""},
		{"decided by a hand-made rule that moves", []string{web, dns, ssh}, byHand},
		{"allowed already, and by another's rule too", []string{web, wider}, "allowed"},
		{"a deny put above", []string{denied, web, ssh}, byHand},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			base := "-- edge.json --\n[]\n" + c.base
			if c.base == "allowed" {
				base = "-- edge.json --\n" + `[{"name": "base", "src_ip": "10.0.0.1", "dst_ip": "10.0.0.2", "action": "permit"}]` + "\n"
			}
			flows := make([]string, len(c.flows))
			for i, f := range c.flows {
				flows[i] = strings.ReplaceAll("  "+f, "], ", "]\n  ")
			}
			w := newWorkspace(t, chain(flows...)+base)
			w.Apply(0)
			w.Settled()
			// A replacement finds its own rule gone.
			w.Apply(0, "-replace=acl_flow.f1")
			w.Settled()
			w.Run(0, "destroy")
			w.owned("edge.additions.json")
		})
	}
}

// Two flows of two configurations that want the opposite cannot both be satisfied: the
// one that is not says whose rule is in the way, in every apply.
func TestAccContradiction(t *testing.T) {
	t.Parallel()
	w := newWorkspace(t, `
-- main.tf --
provider "acl" {
  rulesets = { edge = { path = "edge.json", additions = "edge.additions.json" } }
}
resource "acl_flow" "never" {
  application  = "Isolation"
  name         = "never"
  sources      = ["10.0.0.0/24"]
  destinations = ["10.0.0.2"]
  services     = ["tcp/443"]
  action       = "deny"
}
-- edge.json --
[{"name": "base", "action": "permit"}]
`)
	w.Apply(0)
	second := newWorkspace(t, `
-- main.tf --
provider "acl" {
  rulesets = { edge = { path = `+quote(t, w.Path("edge.json"))+`, additions = `+quote(t, w.Path("edge.additions.json"))+` } }
}
`+webFlow)
	for range 2 {
		contains(t, second.Apply(1), `Flow "Shop/web" is not allowed`, "deny 10.0.0.0/24 -> 10.0.0.2 tcp/443")
	}
	w.Settled()
	if got := w.State()["acl_flow.never"]["status"]; got != "pending" {
		t.Errorf("never is %v", got)
	}
	w.owned("edge.additions.json", "Isolation/never")
}

// A create that fails leaves no rule behind either: without a state nobody would
// ever remove it.
func TestAccCreateFailsInPart(t *testing.T) {
	t.Parallel()
	w := newWorkspace(t, `
-- main.tf --
provider "acl" {
  rulesets = { edge = { path = "edge.json", additions = "own.json" } }
}
resource "acl_application" "shop" {
  name  = "Shop"
  flows = {
    mail = { sources = ["10.0.0.1"], destinations = ["10.0.0.25"], services = ["tcp/25"] }
    web  = { sources = ["10.0.0.1"], destinations = ["10.0.0.2"], services = ["tcp/443"] }
  }
}
-- edge.json --
[{ "name": "no mail", "dst_port": "tcp/25", "action": "deny" }]
-- own.json --
[
  {"name": "kept", "action": "permit", "src_ip": "10.9.0.1", "owners": ["Shop/web"]}
]
`)
	before := w.Read("own.json")
	contains(t, w.Apply(1), `Flow "Shop/mail" is not allowed`, `no mail`)
	if got := w.Read("own.json"); strings.Contains(got, "10.0.0.2") || !strings.Contains(got, "kept") {
		t.Errorf("the additions were\n%sand are\n%s", before, got)
	}
	w.Edit("edge.json", "deny", "permit")
	w.Apply(0)
	if got := w.Read("own.json"); !strings.Contains(got, "10.0.0.2") {
		t.Errorf("the additions are\n%s", got)
	}
	w.Settled()
}

// Two resources that declare one flow would take away each other's rules.
func TestAccFlowDeclaredTwice(t *testing.T) {
	t.Parallel()
	w := newWorkspace(t, `
-- main.tf --
provider "acl" {
  rulesets = { edge = { path = "edge.json", additions = "own.json" } }
}
`+webFlow+strings.ReplaceAll(strings.ReplaceAll(webFlow, `"web" {`, `"other" {`), "443", "8443")+`
-- edge.json --
`+dnsRule)
	contains(t, w.Apply(1), `Flow "Shop/web" is declared twice`)
	// The one that came first keeps what was written for it.
	state := w.State()
	if len(state) != 1 {
		t.Fatalf("the state has %d flows, want the first", len(state))
	}
	w.owned("own.json", "Shop/web")
	config := w.Read("main.tf")
	if _, ok := state["acl_flow.web"]; ok {
		config = config[:strings.Index(config, `resource "acl_flow" "other"`)]
	} else {
		config = config[:strings.Index(config, "resource")] + config[strings.Index(config, `resource "acl_flow" "other"`):]
	}
	w.Write("main.tf", config)
	w.Settled()
}
