package provider

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
)

// TestAccExclusions: what a list takes away is gone wherever lists are: flows, names,
// rules and questions of functions, zones of a matrix, policies and their expressions.
func TestAccExclusions(t *testing.T) {
	_, edge := rulesetFile(t, `[{"name": "web", "src_ip": "10.0.0.0/8", "dst_ip": "any", "dst_port": "tcp/443", "action": "permit"},
		{"name": "guests", "src_ip": "192.168.0.0/16", "dst_ip": "any", "dst_port": "any", "action": "permit"}]`)
	config := `
provider "acl" {
  rulesets  = { edge = { path = ` + edge + ` } }
  addresses = { site = ["rfc1918", "!lab"], lab = ["172.16.0.0/12", "192.168.0.0/17"] }
  services  = { web = ["tcp/443", "tcp/8443", "!tcp/8443"] }
  matrix = {
    zones = { inside = ["private"], outside = ["any", "!private"] }
    cells = { inside = { outside = { allow = ["any", "!tcp/25"] } } }
  }
  policies = {
    ours    = { use = "source_in_networks", networks = ["site", "!192.168.255.0/24"], severity = "review" }
    no_mail = { assert = "!overlaps_service(product.service, ['tcp', '!tcp/443'])", severity = "review" }
  }
}
resource "acl_flow" "web" {
  application  = "A"
  name         = "web"
  sources      = ["site", "!192.168.0.0/16"]
  destinations = ["any", "!private"]
  services     = ["web"]
}
`
	acceptance(t,
		resource.TestStep{
			Config:      config + `output "x" { value = provider::acl::expand({ src_ip = ["!10.0.0.0/8"], dst_ip = "any", dst_port = "any" }) }`,
			ExpectError: wrapped("src_ip: the list only takes away (!); list what it takes away from too, such as any"),
		},
		resource.TestStep{
			Config: config + `
output "status" { value = acl_flow.web.status }
output "violations" { value = length(coalesce(acl_flow.web.violations, [])) }
output "expand" {
  value = [for p in provider::acl::expand({ src_ip = ["10.0.0.0/30", "!10.0.0.1"], dst_ip = ["rfc1918", "!rest"], dst_port = ["tcp/80-90", "!tcp/85"] }, {
    addresses = { rest = ["172.16.0.0/12", "192.168.0.0/16"] } }) : "${p.src_ip} ${p.dst_ip} ${p.dst_port}"]
}
output "match" {
  value = provider::acl::match({ sources = ["10.0.0.0/30", "!10.0.0.1"], destinations = ["192.0.2.1"], services = ["tcp/443"] },
    [{ name = "all but one", src_ip = ["any", "!10.0.0.1"], dst_ip = "any", dst_port = "any", action = "permit" }]).status
}
`,
			ConfigStateChecks: []statecheck.StateCheck{
				output("status", text("allowed")), output("violations", knownvalue.Int64Exact(0)), output("match", text("allowed")),
				output("expand", knownvalue.TupleExact([]knownvalue.Check{
					text("10.0.0.0 10.0.0.0/8 6/80-84"), text("10.0.0.0 10.0.0.0/8 6/86-90"), text("10.0.0.2/31 10.0.0.0/8 6/80-84"), text("10.0.0.2/31 10.0.0.0/8 6/86-90"),
				})),
			},
		},
	)
}
