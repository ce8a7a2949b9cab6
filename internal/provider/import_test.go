package provider

import (
	"strings"
	"testing"
)

const importConfig = `
-- main.tf --
provider "acl" {
  rulesets = { edge = { path = "edge.json", additions = "edge.additions.json" } }
}
resource "acl_application" "shop" {
  name  = "Shop: e-commerce"
  flows = {
    web = { sources = ["10.0.0.1"], destinations = ["10.0.0.2"], services = ["tcp/443"] }
    new = { sources = ["10.0.0.1"], destinations = ["10.0.0.3"], services = ["tcp/443"] }
  }
}
resource "acl_flow" "f" {
  application  = "Shop"
  name         = "web/eu"
  sources      = ["10.0.0.1"]
  destinations = ["10.0.0.2"]
  services     = ["tcp/443"]
}
-- edge.json --
[{"name": "web", "src_ip": "10.0.0.1", "dst_ip": "10.0.0.2", "dst_port": "tcp/443", "action": "permit"}]
`

func TestAccImport(t *testing.T) {
	t.Parallel()
	t.Run("command", func(t *testing.T) {
		t.Parallel()
		w := newWorkspace(t, importConfig)
		w.Run(0, "import", "acl_application.shop", "Shop: e-commerce")
		w.Run(0, "import", "acl_flow.f", "Shop/web/eu")
		for _, c := range w.PlanJSON(2).ResourceChanges {
			if got := strings.Join(c.Change.Actions, ","); got != "update" {
				t.Errorf("%s: %s is planned, want an update", c.Address, got)
			}
		}
		w.Apply(0)
		w.Settled()
		w.owned("edge.additions.json", "Shop: e-commerce/new")
	})
	t.Run("block", func(t *testing.T) {
		t.Parallel()
		w := newWorkspace(t, importConfig)
		w.Write("import.tf", "import {\n  to = acl_application.shop\n  id = \"Shop: e-commerce\"\n}\nimport {\n  to = acl_flow.f\n  id = \"Shop/web/eu\"\n}\n")
		contains(t, w.Apply(0), "2 imported, 0 added, 2 changed")
		w.Settled()
	})
	// The state of a workspace is lost; its rules are there. Import takes them over.
	t.Run("lost state", func(t *testing.T) {
		t.Parallel()
		w := newWorkspace(t, importConfig)
		w.Apply(0)
		before := w.Read("edge.additions.json")
		w.Remove("terraform.tfstate")
		w.Run(0, "import", "acl_application.shop", "Shop: e-commerce")
		w.Run(0, "import", "acl_flow.f", "Shop/web/eu")
		w.Apply(0)
		w.Settled()
		if got := w.Read("edge.additions.json"); got != before {
			t.Errorf("the additions file is\n%s\nwas\n%s", got, before)
		}
		w.Run(0, "destroy")
		w.owned("edge.additions.json")
	})
	t.Run("bad ids", func(t *testing.T) {
		t.Parallel()
		w := newWorkspace(t, importConfig)
		for _, id := range []string{"Shop", "Shop/", "/web", ""} {
			out := w.Run(1, "import", "acl_flow.f", id)
			if id != "" { // Terraform itself refuses that
				contains(t, out, "A flow is imported by application/name, as in Billing/web")
			}
		}
		contains(t, w.Run(1, "import", "acl_application.shop", "Shop/web"), "An application is imported by its name", "has a slash")
	})
	// An id that is not that of the configuration is replaced, and says so.
	t.Run("another id", func(t *testing.T) {
		t.Parallel()
		w := newWorkspace(t, importConfig)
		w.Run(0, "import", "acl_flow.f", "Shop/other")
		contains(t, w.Plan(2), `name = "other" -> "web/eu" # forces replacement`)
		w.Apply(0)
		w.Settled()
	})
}
