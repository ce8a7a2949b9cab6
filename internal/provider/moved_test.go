package provider

import (
	"strings"
	"testing"
)

// A flow that changes its place in the configuration, from one resource to another
// and without a moved block, is destroyed and created in one apply, in no
// particular order. It keeps its rules whichever comes first.
func TestAccFlowMoves(t *testing.T) {
	t.Parallel()
	const provider = `
provider "acl" {
  rulesets = { edge = { path = "edge.json", additions = "edge.additions.json" } }
}
`
	const application = `
resource "acl_application" "shop" {
  name  = "Shop"
  flows = {
    web = { sources = ["10.0.0.1"], destinations = ["10.0.0.2"], services = ["tcp/443"] }
  }
}
`
	for _, c := range []struct{ name, before, after string }{
		{"to another address", webFlow, strings.Replace(webFlow, `"web" {`, `"www" {`, 1)},
		{"to an application", webFlow, application},
		{"out of an application", application, webFlow},
		{"out of an application that stays", strings.Replace(application, "flows = {", "flows = {\n    dns = { sources = [\"10.0.0.1\"], destinations = [\"10.0.0.53\"], services = [\"udp/53\"] }", 1),
			strings.Replace(strings.Replace(application, "web = {", "dns = {", 1), "10.0.0.2\"], services = [\"tcp/443", "10.0.0.53\"], services = [\"udp/53", 1) + webFlow},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorkspace(t, "-- main.tf --\n"+provider+c.before+"-- edge.json --\n[]\n")
			w.Apply(0)
			for _, config := range []string{c.after, c.before, c.after} {
				w.Write("main.tf", provider+config)
				w.Apply(0)
				w.Settled()
				contains(t, w.Read("edge.additions.json"), `"Shop/web@`)
			}
			w.Run(0, "destroy")
			w.owned("edge.additions.json")
		})
	}
}
