package provider

import "testing"

// A condition that the user vouches for decides, is named, and leaves the plan settled; one
// that the text does not have is an error.
func TestAccAssume(t *testing.T) {
	t.Parallel()
	const config = `
-- edge.cfg --
ASA Version 9.16(4)
access-list edge extended permit tcp any any eq 443 time-range TRADING-HOURS
-- main.tf --
provider "acl" {
  rulesets = { edge = { path = "edge.cfg", assume = { "time-range TRADING-HOURS" = true } } }
}
resource "acl_flow" "web" {
  application  = "Shop"
  name         = "web"
  sources      = ["10.0.0.1"]
  destinations = ["10.1.0.1"]
  services     = ["tcp/443"]
}
`
	w := newWorkspace(t, config)
	contains(t, w.Plan(2), "assumed: time-range TRADING-HOURS")
	w.Apply(0)
	w.Settled()
	w.Write("edge.cfg", "ASA Version 9.16(4)\naccess-list edge extended permit tcp any any eq 443 time-range NIGHT\n")
	contains(t, w.Plan(1), `no rule has the condition`, `there are "time-range NIGHT"`)
}
