package provider

import (
	"os"
	"strings"
	"testing"
)

const shopWeb = `
resource "acl_application" "shop" {
  name  = "Shop"
  flows = { web = { sources = ["10.0.0.1"], destinations = ["10.0.0.2"], services = ["SERVICE"] } }
}
`

// Two configurations that own the same application and flow in one file are told so,
// and neither takes away the rules of the other.
func TestAccTwoConfigurationsOneFlow(t *testing.T) {
	t.Parallel()
	first := newWorkspace(t, `
-- main.tf --
provider "acl" {
  rulesets = { edge = { content = "[]", additions = "edge.additions.json" } }
}
`+strings.Replace(shopWeb, "SERVICE", "tcp/80", 1))
	second := newWorkspace(t, `
-- main.tf --
provider "acl" {
  rulesets = { edge = { content = "[]", additions = `+quote(t, first.Path("edge.additions.json"))+` } }
}
`+strings.Replace(shopWeb, "SERVICE", "tcp/443", 1))
	first.Apply(0)
	const told = `flow "Shop/web" is in two configurations`
	contains(t, second.Apply(0), told, "belong to another configuration")
	for _, w := range []*workspace{first, second} {
		contains(t, w.Run(0, "plan"), told, "No changes")
		w.Settled()
	}
	for _, service := range []string{`"tcp/80"`, `"tcp/443"`} {
		contains(t, first.Read("edge.additions.json"), service)
	}
	second.Run(0, "destroy")
	if got := first.Read("edge.additions.json"); !strings.Contains(got, `"tcp/80"`) || strings.Contains(got, `"tcp/443"`) {
		t.Errorf("the destroy left\n%s", got)
	}
	if out := first.Run(0, "plan"); strings.Contains(out, told) {
		t.Errorf("still told:\n%s", out)
	}
	first.Settled()
}

// An additions file of 0.1.0 has owners without the id of a configuration: they are of
// whoever declares the flow.
func TestAccOwnersWithoutID(t *testing.T) {
	t.Parallel()
	w := newWorkspace(t, `
-- main.tf --
provider "acl" {
  rulesets = { edge = { content = "[]", additions = "edge.additions.json" } }
}
`+strings.Replace(shopWeb, "SERVICE", "tcp/80", 1))
	w.Apply(0)
	old := anyConfiguration.ReplaceAllString(w.Read("edge.additions.json"), "")
	w.Write("edge.additions.json", old)
	w.Settled()
	w.Edit("main.tf", "tcp/80", "tcp/81")
	w.Apply(0)
	w.owned("edge.additions.json", "Shop/web")
	contains(t, w.Read("edge.additions.json"), `"Shop/web@`, `"tcp/81"`)
	w.Write("edge.additions.json", anyConfiguration.ReplaceAllString(w.Read("edge.additions.json"), ""))
	w.Run(0, "destroy")
	w.owned("edge.additions.json")
}

// What is created in one place is this configuration's wherever the state goes.
func TestAccOwnersElsewhere(t *testing.T) {
	t.Parallel()
	w := newWorkspace(t, `
-- main.tf --
provider "acl" {
  rulesets = { edge = { content = "[]", additions = "edge.additions.json" } }
}
`+strings.Replace(shopWeb, "SERVICE", "tcp/80", 1))
	w.Apply(0)
	moved := newWorkspace(t, "-- main.tf --\n"+w.Read("main.tf"))
	for _, name := range []string{"terraform.tfstate", "edge.additions.json"} {
		moved.Write(name, w.Read(name))
	}
	if out := moved.Run(0, "plan"); strings.Contains(out, "two configurations") {
		t.Errorf("the same configuration in another directory:\n%s", out)
	}
	moved.Edit("main.tf", "tcp/80", "tcp/81")
	moved.Apply(0)
	moved.owned("edge.additions.json", "Shop/web")
	// Imported, since the state is lost: the rules that are there are its own.
	moved = newWorkspace(t, "-- main.tf --\n"+w.Read("main.tf"))
	moved.Write("edge.additions.json", w.Read("edge.additions.json"))
	moved.Run(0, "import", "acl_application.shop", "Shop")
	if out := moved.Apply(0); strings.Contains(out, "two configurations") {
		t.Errorf("imported:\n%s", out)
	}
	moved.Settled()
	moved.Run(0, "destroy")
	moved.owned("edge.additions.json")
}

// A ruleset that is taken out of the provider leaves no rules in its additions file.
func TestAccRulesetRemoved(t *testing.T) {
	t.Parallel()
	both := `
provider "acl" {
  rulesets = {
    edge = { content = "[]", additions = "edge.additions.json" }
    core = { content = "[]", additions = "core.additions.json" }
  }
}
resource "acl_application" "shop" {
  name     = "Shop"
  rulesets = ["edge", "core"]
  flows    = { web = { sources = ["10.0.0.1"], destinations = ["10.0.0.2"], services = ["tcp/80"] } }
}
resource "acl_flow" "dns" {
  application  = "Names"
  name         = "dns"
  rulesets     = ["core"]
  sources      = ["10.0.0.1"]
  destinations = ["10.0.0.53"]
  services     = ["udp/53"]
}
`
	edge := strings.NewReplacer("    core = { content = \"[]\", additions = \"core.additions.json\" }\n", "", `["edge", "core"]`, `["edge"]`, `["core"]`, `["edge"]`).Replace(both)
	w := newWorkspace(t, "-- main.tf --\n"+both)
	w.Apply(0)
	w.owned("core.additions.json", "Shop/web", "Names/dns")
	w.Write("main.tf", edge)
	contains(t, w.Apply(0), "rules of a ruleset that the provider no longer has", "core.additions.json")
	w.owned("core.additions.json")
	w.owned("edge.additions.json", "Shop/web", "Names/dns")
	w.Settled()

	w.Write("main.tf", both)
	w.Apply(0)
	w.Write("main.tf", edge)
	w.Run(0, "destroy", "-refresh=false")
	w.owned("core.additions.json")
	w.owned("edge.additions.json")

	// The file is a ruleset now, and so is not written.
	w.Write("main.tf", both)
	w.Apply(0)
	before := w.Read("core.additions.json")
	w.Write("main.tf", strings.Replace(edge, "    edge =", "    old  = { path = \"core.additions.json\" }\n    edge =", 1))
	contains(t, w.Run(1, "apply"), "rulesets are never written")
	if got := w.Read("core.additions.json"); got != before {
		t.Errorf("the ruleset is now\n%s", got)
	}
	if err := os.Remove(w.Path("core.additions.json")); err != nil {
		t.Fatal(err)
	}
}
