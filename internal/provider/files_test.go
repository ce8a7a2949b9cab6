package provider

import (
	"os"
	"strings"
	"testing"
)

// Rulesets are never written, however the additions file is spelled and whatever links
// lead to it: that is an error before anything is written.
func TestAccRulesetsAreNeverWritten(t *testing.T) {
	t.Parallel()
	const rules = `[{"name": "mine", "src_ip": "10.9.0.0/16", "action": "deny"}]`
	config := func(rulesets string) string {
		return `
-- main.tf --
provider "acl" {
  rulesets = { ` + rulesets + ` }
}
resource "acl_flow" "web" {
  application  = "Shop"
  name         = "web"
  rulesets     = ["edge"]
  sources      = ["10.0.0.1"]
  destinations = ["10.0.0.2"]
  services     = ["tcp/443"]
}
-- edge.json --
` + rules + `
-- core.json --
` + rules + `
-- empty.json --
[]
`
	}
	const own, others, shared = "would write its additions over its own rules", "would write its additions over the rules of ruleset", "share the additions file"
	for _, c := range []struct{ name, rulesets, want string }{
		{"dot", `edge = { path = "edge.json", additions = "./edge.json" }`, own},
		{"up and down", `edge = { path = "edge.json", additions = "here/../edge.json" }`, own},
		{"absolute", `edge = { path = "edge.json", additions = "DIR/edge.json" }`, own},
		{"a link to the ruleset", `edge = { path = "edge.json", additions = "link.json" }`, own},
		{"the ruleset is a link", `edge = { path = "link.json", additions = "edge.json" }`, own},
		{"a hard link", `edge = { path = "edge.json", additions = "hard.json" }`, own},
		{"a directory that is a link", `edge = { path = "edge.json", additions = "here/edge.json" }`, own},
		{"another ruleset", `edge = { path = "edge.json", additions = "core.json" }, core = { path = "core.json" }`, others},
		{"another ruleset, not named by any flow, by a link", `edge = { path = "core.json", additions = "link.json" }, core = { path = "./edge.json" }`, others},
		{"shared", `edge = { path = "edge.json", additions = "new.json" }, core = { path = "core.json", additions = "DIR/./new.json" }`, shared},
		{"shared, by a link", `edge = { path = "core.json", additions = "empty.json" }, core = { path = "core.json", additions = "toempty.json" }`, shared},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorkspace(t, config(c.rulesets))
			w.Write("main.tf", strings.ReplaceAll(w.Read("main.tf"), "DIR", w.Path("")))
			before := w.Read("edge.json") + w.Read("core.json") + w.Read("empty.json")
			for from, to := range map[string]string{"link.json": "edge.json", "toempty.json": "empty.json", "here": "."} {
				if err := os.Symlink(to, w.Path(from)); err != nil {
					t.Fatal(err)
				}
			}
			if err := os.Link(w.Path("edge.json"), w.Path("hard.json")); err != nil {
				t.Fatal(err)
			}
			for _, verb := range []string{"validate", "apply"} {
				contains(t, strings.Join(strings.Fields(w.Run(1, verb)), " "), c.want)
			}
			if got := w.Read("edge.json") + w.Read("core.json") + w.Read("empty.json"); got != before {
				t.Errorf("the files are now\n%s", got)
			}
			w.Absent("new.json")
		})
	}
}

// A path that is known only when the provider is configured, and a link that changes
// after the plan, are found as well.
func TestAccRulesetsAreNeverWrittenLater(t *testing.T) {
	t.Parallel()
	w := newWorkspace(t, `
-- main.tf --
resource "terraform_data" "name" { input = "./edge.json" }
provider "acl" {
  rulesets = { edge = { path = "edge.json", additions = terraform_data.name.output } }
}
`+webFlow+`
-- edge.json --
[]
`)
	w.Run(0, "apply", "-target=terraform_data.name")
	contains(t, strings.Join(strings.Fields(w.Run(1, "apply")), " "), "would write its additions over its own rules in ./edge.json")

	w = newWorkspace(t, `
-- main.tf --
provider "acl" {
  rulesets = { edge = { path = "edge.json", additions = "link.json" } }
}
`+webFlow+`
-- edge.json --
[]
-- additions.json --
[]
`)
	if err := os.Symlink("additions.json", w.Path("link.json")); err != nil {
		t.Fatal(err)
	}
	w.Run(2, "plan", "-out=saved")
	if err := os.Remove(w.Path("link.json")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("edge.json", w.Path("link.json")); err != nil {
		t.Fatal(err)
	}
	w.Run(1, "apply", "saved")
	if got := w.Read("edge.json"); strings.TrimSpace(got) != "[]" {
		t.Errorf("the ruleset is now\n%s", got)
	}
}

// A directory of additions that is not there is made when there is something to write.
func TestAccAdditionsDirectory(t *testing.T) {
	t.Parallel()
	w := newWorkspace(t, `
-- main.tf --
provider "acl" {
  rulesets = {
    a = { content = jsonencode([{ src_ip = "10.0.0.1", action = "permit" }]), additions = "additions/a.json" }
    b = { content = jsonencode([{ action = "permit" }]), additions = "additions/deep/b.json" }
  }
}
resource "acl_application" "open" {
  name     = "Open"
  rulesets = ["a"]
  flows    = { allowed-already = { sources = ["10.0.0.1"], destinations = ["10.0.0.2"], services = ["tcp/1"] } }
}
`)
	w.Apply(0)
	w.Absent("additions")
	w.Write("main.tf", w.Read("main.tf")+`
resource "acl_application" "new" {
  name     = "New"
  rulesets = ["a"]
  flows    = { needs-a-rule = { sources = ["10.0.0.9"], destinations = ["10.0.0.2"], services = ["tcp/1"] } }
}
`)
	w.Apply(0)
	w.Settled()
	w.owned("additions/a.json", "New/needs-a-rule")
	w.Absent("additions/deep")
	w.Run(0, "destroy")
	w.owned("additions/a.json")
}
