package provider

import (
	"strings"
	"testing"
)

// destroyConfig has a flow that is allowed, one that is not, and an application
// with both. Its enforcement is put in for MODE.
const destroyConfig = `
-- main.tf --
provider "acl" {
  rulesets    = { edge = { path = "edge.json", additions = "edge.additions.json" } }
  enforcement = "MODE"
}
resource "acl_flow" "good" {
  application  = "Shop"
  name         = "good"
  sources      = ["10.0.0.1"]
  destinations = ["10.0.0.2"]
  services     = ["tcp/443"]
}
resource "acl_application" "both" {
  name  = "Both"
  flows = {
    good = { sources = ["10.0.0.1"], destinations = ["10.0.0.2"], services = ["tcp/443"] }
    more = { sources = ["10.0.0.1"], destinations = ["10.0.0.3"], services = ["tcp/443"] }
  }
}
-- edge.json --
[{"name": "web", "src_ip": "10.0.0.1", "dst_ip": "10.0.0.2", "dst_port": "tcp/443", "action": "permit"}]
`

// denied is a ruleset that no rule of ours may overrule.
const denied = `[{"name": "freeze", "dst_ip": "10.0.0.0/24", "action": "deny"}]`

// Destroy is never blocked by a flow that is not as wanted, except in the mode that
// fails plans, where the error tells how.
func TestAccDestroyUnsatisfied(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"apply", "advisory", "plan"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			w := newWorkspace(t, strings.Replace(destroyConfig, "MODE", mode, 1))
			w.Apply(0)
			w.Write("edge.json", denied)
			w.Write("edge.additions.json", "[]")
			if mode == "plan" {
				contains(t, w.Run(1, "destroy"), "terraform destroy -refresh=false")
				w.Run(0, "destroy", "-refresh=false")
			} else {
				w.Run(0, "destroy")
			}
			if s := w.State(); len(s) != 0 {
				t.Errorf("there is a state: %v", s)
			}
		})
	}
}

// A block that is taken out of the configuration is destroyed in every mode by a
// plain apply, since no plan of it is made.
func TestAccDestroyByRemoval(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"apply", "plan"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			w := newWorkspace(t, strings.Replace(destroyConfig, "MODE", mode, 1))
			w.Apply(0)
			w.Write("edge.json", denied)
			w.Write("edge.additions.json", "[]")
			config := w.Read("main.tf")
			w.Write("main.tf", config[:strings.Index(config, "resource")])
			w.Apply(0)
			if s := w.State(); len(s) != 0 {
				t.Errorf("there is a state: %v", s)
			}
		})
	}
}

// The files a flow was matched against may be gone when it is destroyed.
func TestAccDestroyWithoutFiles(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		spoil func(w *workspace)
	}{
		{"ruleset gone", func(w *workspace) { w.Remove("edge.json") }},
		{"ruleset malformed", func(w *workspace) { w.Write("edge.json", "[{") }},
		{"ruleset no longer configured", func(w *workspace) {
			w.Edit("main.tf", `edge = { path = "edge.json", additions = "edge.additions.json" }`, `other = { path = "edge.json" }`)
		}},
		{"additions gone", func(w *workspace) { w.Remove("edge.additions.json") }},
		{"name gone", func(w *workspace) { w.Edit("main.tf", `addresses = { web = ["10.0.0.2"] }`, "") }},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			config := strings.Replace(destroyConfig, "MODE", "apply", 1)
			config = strings.Replace(config, `enforcement =`, `addresses = { web = ["10.0.0.2"] }`+"\n  enforcement =", 1)
			config = strings.Replace(config, `destinations = ["10.0.0.2"]`, `destinations = ["web"]`, 1)
			w := newWorkspace(t, config)
			w.Apply(0)
			w.owned("edge.additions.json", "Both/more")
			c.spoil(w)
			out, exit := w.Try("destroy")
			if exit != 0 {
				// As long as it refreshes.
				contains(t, out, "terraform destroy -refresh=false")
				w.Run(0, "destroy", "-refresh=false")
			}
			if s := w.State(); len(s) != 0 {
				t.Errorf("there is a state: %v", s)
			}
			if c.name != "ruleset no longer configured" {
				w.owned("edge.additions.json")
			}
		})
	}
}

// A malformed additions file cannot be given rules back from: destroy says where
// it is wrong and keeps the state.
func TestAccDestroyMalformedAdditions(t *testing.T) {
	t.Parallel()
	w := newWorkspace(t, strings.Replace(destroyConfig, "MODE", "apply", 1))
	w.Apply(0)
	good := w.Read("edge.additions.json")
	w.Write("edge.additions.json", good+"]")
	contains(t, w.Run(1, "destroy", "-refresh=false"), "edge.additions.json:")
	if s := w.State(); len(s) == 0 {
		t.Error("the state is gone")
	}
	w.Write("edge.additions.json", good)
	w.Run(0, "destroy")
	w.owned("edge.additions.json")
}
