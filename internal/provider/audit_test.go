package provider

import (
	"regexp"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
)

// auditedASA has a rule of each kind that an audit finds.
const auditedASA = `
provider "acl" {
  rulesets = {
    edge = { content = <<-EOT
      access-list EDGE extended permit tcp 10.1.0.0 255.255.0.0 host 172.16.0.10 eq 443
      access-list EDGE extended permit tcp host 10.1.0.7 host 172.16.0.10 eq 443
      access-list EDGE extended deny tcp 10.1.9.0 255.255.255.0 host 172.16.0.10 eq 443
      access-list EDGE extended permit tcp host 10.2.0.5 host 172.16.0.10 eq 22
      access-list EDGE extended permit udp any any eq 53 time-range NIGHT
      access-list EDGE extended permit icmp host 10.3.0.1 host 172.16.0.10
      access-list EDGE extended permit icmp 10.3.0.0 255.255.255.0 host 172.16.0.10
      access-list EDGE extended deny ip any any
    EOT
    }
  }
}
`

func TestAccAudit(t *testing.T) {
	t.Parallel()
	acceptance(t, resource.TestStep{
		Config: auditedASA + `
data "acl_audit" "edge" {
  flows = {
    web  = { sources = ["10.1.4.0/24"], destinations = ["172.16.0.10"], services = ["tcp/443"] }
    ping = { sources = ["10.3.0.0/24"], destinations = ["172.16.0.10"], services = ["icmp"] }
    again = { sources = ["10.3.0.0/28"], destinations = ["172.16.0.10"], services = ["icmp"] }
  }
}
data "acl_audit" "alone" { rulesets = ["edge"] }
output "found" { value = [for f in data.acl_audit.edge.findings : "${f.kind} ${coalesce(f.line, 0)} ${join("|", f.serves)} ${join("|", f.remove)}"] }
output "covered" { value = [for f in data.acl_audit.edge.findings : f.covered_by if f.kind == "shadowed"] }
output "wider" { value = [for f in data.acl_audit.edge.findings : [f.excess[0].sources[0], format("%s", f.packets), f.reason] if f.kind == "wider"] }
output "serves" { value = { for r in data.acl_audit.edge.rules : r.line => r.serves if length(r.serves) > 0 } }
output "alone" { value = [data.acl_audit.alone.summary["unused"], data.acl_audit.alone.summary["shadowed"], data.acl_audit.alone.unknown] }
`,
		ConfigStateChecks: []statecheck.StateCheck{
			statecheck.ExpectKnownOutputValue("found", knownvalue.ListExact([]knownvalue.Check{
				knownvalue.StringExact("contradicts 3  "),
				knownvalue.StringExact("wider 1 web "),
				knownvalue.StringExact("unused 5  no access-list EDGE extended permit udp any any eq 53 time-range NIGHT"),
				knownvalue.StringExact("unused 4  no access-list EDGE extended permit tcp host 10.2.0.5 host 172.16.0.10 eq 22"),
				knownvalue.StringExact("shadowed 2  no access-list EDGE extended permit tcp host 10.1.0.7 host 172.16.0.10 eq 443"),
				knownvalue.StringExact("shadowed 3  no access-list EDGE extended deny tcp 10.1.9.0 255.255.255.0 host 172.16.0.10 eq 443"),
				knownvalue.StringExact("redundant 6 again|ping no access-list EDGE extended permit icmp host 10.3.0.1 host 172.16.0.10"),
				knownvalue.StringExact("redundant 8  "),
				knownvalue.StringExact("undecidable 5  "),
				knownvalue.StringExact("contained_flow 0 ping "),
			})),
			statecheck.ExpectKnownOutputValue("covered", knownvalue.ListExact([]knownvalue.Check{
				knownvalue.ListExact([]knownvalue.Check{knownvalue.StringExact("edge:1 access-list EDGE extended permit tcp 10.1.0.0 255.255.0.0 host 172.16.0.10 eq 443")}),
				knownvalue.ListExact([]knownvalue.Check{knownvalue.StringExact("edge:1 access-list EDGE extended permit tcp 10.1.0.0 255.255.0.0 host 172.16.0.10 eq 443")}),
			})),
			statecheck.ExpectKnownOutputValue("wider", knownvalue.ListExact([]knownvalue.Check{
				knownvalue.ListExact([]knownvalue.Check{
					knownvalue.StringExact("10.1.0.0/22"), knownvalue.StringExact("4278190080"),
					knownvalue.StringExact("declared flows want 16777216 of 4294967296 packets that it decides"),
				}),
			})),
			statecheck.ExpectKnownOutputValue("serves", knownvalue.MapExact(map[string]knownvalue.Check{
				"1": knownvalue.ListExact([]knownvalue.Check{knownvalue.StringExact("web")}),
				"6": knownvalue.ListExact([]knownvalue.Check{knownvalue.StringExact("again"), knownvalue.StringExact("ping")}),
				"7": knownvalue.ListExact([]knownvalue.Check{knownvalue.StringExact("again"), knownvalue.StringExact("ping")}),
			})),
			statecheck.ExpectKnownOutputValue("alone", knownvalue.ListExact([]knownvalue.Check{knownvalue.Int64Exact(0), knownvalue.Int64Exact(2), knownvalue.Int64Exact(0)})),
		},
	}, resource.TestStep{
		Config:      auditedASA + `data "acl_audit" "x" { rulesets = ["dmz"] }`,
		ExpectError: regexp.MustCompile(`(?s)Unable to audit.*Unknown ruleset "dmz"`),
	}, resource.TestStep{
		Config:      `data "acl_audit" "x" {}`,
		ExpectError: regexp.MustCompile(`(?s)Unable to audit.*The provider has no rulesets and no devices to audit; add one`),
	}, resource.TestStep{
		Config: `provider "acl" { rulesets = { edge = { content = "access-list A extended permit ip any any\naccess-list B extended permit ip any any\n" } } }
data "acl_audit" "x" {}`,
		ExpectError: regexp.MustCompile(`(?s)Unable to read ruleset "edge".*\bedge: has 2 access lists`), // a name stays as it is
	})
}

func TestAccDiff(t *testing.T) {
	t.Parallel()
	acceptance(t, resource.TestStep{
		Config: auditedASA + `
data "acl_diff" "change" {
  before = { ruleset = "edge" }
  after = {
    content = <<-EOT
      access-list EDGE extended permit tcp 10.1.0.0 255.255.0.0 host 172.16.0.10 eq 443
      access-list EDGE extended permit tcp host 10.2.0.5 host 172.16.0.10 range 22 23
      access-list EDGE extended permit icmp 10.3.0.0 255.255.255.128 host 172.16.0.10
    EOT
  }
  flows = {
    telnet = { sources = ["10.2.0.5"], destinations = ["172.16.0.10"], services = ["tcp/23"] }
  }
}
data "acl_diff" "language" {
  before = { content = "access-list A extended permit tcp 10.1.0.0 255.255.0.0 host 172.16.0.10 eq 443\n" }
  after = {
    content = jsonencode([
      { src_ip = ["10.1.128.0/17", "10.1.0.0/17"], dst_ip = ["172.16.0.10"], dst_port = ["tcp/443"], action = "permit" },
      { src_ip = ["0.0.0.0/0"], dst_ip = ["0.0.0.0/0"], dst_port = ["any"], action = "deny" },
    ])
  }
}
output "opened" { value = [for d in data.acl_diff.change.opened : "${d.sources[0]} ${d.services[0]} ${d.line} ${d.before} / ${d.after}"] }
output "closed" { value = [for d in data.acl_diff.change.closed : "${d.sources[0]} ${d.services[0]} ${d.after}"] }
output "uncertain" { value = distinct([for d in data.acl_diff.change.uncertain : d.services[0]]) }
output "same" { value = [data.acl_diff.change.same, data.acl_diff.language.same, data.acl_diff.language.complete] }
output "unwanted" { value = [for d in data.acl_diff.change.unwanted : "${d.sources[0]} ${d.destinations[0]} ${d.services[0]} ${coalesce(d.line, 0)}"] }
output "telnet" { value = data.acl_diff.change.results["telnet"].after }
output "inline" {
  value = provider::acl::diff(
    [{ src_ip = ["10.0.0.0/24"], dst_ip = ["any"], dst_port = ["tcp/443"], action = "permit" }],
    [{ src_ip = ["10.0.0.0/23"], dst_ip = ["any"], dst_port = ["tcp/443"], action = "permit" }],
  ).opened[0].sources
}
output "audited" {
  value = provider::acl::audit([
    { name = "wide", src_ip = ["10.0.0.0/24"], dst_ip = ["any"], dst_port = ["tcp/443"], action = "permit" },
    { name = "narrow", src_ip = ["10.0.0.1"], dst_ip = ["any"], dst_port = ["tcp/443"], action = "permit" },
  ], null).findings[*].rule
}
`,
		ConfigStateChecks: []statecheck.StateCheck{
			statecheck.ExpectKnownOutputValue("opened", knownvalue.ListExact([]knownvalue.Check{
				knownvalue.StringExact("10.2.0.5 tcp/23 2 edge:8 access-list EDGE extended deny ip any any / after:2 access-list EDGE extended permit tcp host 10.2.0.5 host 172.16.0.10 range 22 23"),
			})),
			statecheck.ExpectKnownOutputValue("closed", knownvalue.ListExact([]knownvalue.Check{
				knownvalue.StringExact("10.3.0.128/25 icmp after: default deny, no rule matches"),
			})),
			statecheck.ExpectKnownOutputValue("uncertain", knownvalue.ListExact([]knownvalue.Check{knownvalue.StringExact("udp/53")})),
			statecheck.ExpectKnownOutputValue("same", knownvalue.ListExact([]knownvalue.Check{knownvalue.Bool(false), knownvalue.Bool(true), knownvalue.Bool(true)})),
			statecheck.ExpectKnownOutputValue("unwanted", knownvalue.ListExact([]knownvalue.Check{})), // telnet is declared, and what may close opens nothing
			statecheck.ExpectKnownOutputValue("telnet", knownvalue.StringExact("allowed")),
			statecheck.ExpectKnownOutputValue("inline", knownvalue.ListExact([]knownvalue.Check{knownvalue.StringExact("10.0.1.0/24")})),
			statecheck.ExpectKnownOutputValue("audited", knownvalue.ListExact([]knownvalue.Check{knownvalue.StringExact("narrow")})),
		},
	})
}

// TestAccAuditPolicies puts rules to the policies: to those over traffic, and not to those
// that ask who wants a flow.
func TestAccAuditPolicies(t *testing.T) {
	t.Parallel()
	acceptance(t, resource.TestStep{
		Config: `
provider "acl" {
  rulesets = { edge = { content = jsonencode([
    { name = "web", src_ip = ["10.0.0.0/8"], dst_ip = ["172.16.0.10"], dst_port = ["tcp/443"], action = "permit" },
    { name = "old", src_ip = ["10.0.0.0/8"], dst_ip = ["172.16.0.11"], dst_port = ["tcp/22-23"], action = "permit" },
    { name = "no more", src_ip = ["10.0.0.0/8"], dst_ip = ["172.16.0.12"], dst_port = ["tcp/23"], action = "deny" },
  ]) } }
  policies = {
    no-telnet = { use = "insecure_services" }
    owner     = { use = "owner_required", severity = "notify" }
  }
}
data "acl_audit" "edge" {}
output "violates" { value = [for f in data.acl_audit.edge.findings : [f.rule, split(":", f.reason)[0], f.excess[0].services[0]] if f.kind == "violates"] }
output "count" { value = data.acl_audit.edge.summary["violates"] }
`,
		ConfigStateChecks: []statecheck.StateCheck{
			statecheck.ExpectKnownOutputValue("violates", knownvalue.ListExact([]knownvalue.Check{
				knownvalue.ListExact([]knownvalue.Check{knownvalue.StringExact("old"), knownvalue.StringExact("no-telnet (deny)"), knownvalue.StringExact("tcp/22-23")}),
			})),
			statecheck.ExpectKnownOutputValue("count", knownvalue.Int64Exact(1)),
		},
	})
}

// TestAccAuditText finds what a text says of its rules: those that are switched off, that
// have expired, and what the device has counted, of rulesets and devices.
func TestAccAuditText(t *testing.T) {
	t.Parallel()
	config := `
provider "acl" {
  rulesets = { counted = { content = <<-EOT
    access-list EDGE; 2 elements; name hash: 0x1
    access-list EDGE line 1 extended permit tcp any host 10.0.0.1 eq www (hitcnt=12) 0xa
    access-list EDGE line 2 extended permit tcp any host 10.0.0.1 eq 22 (hitcnt=0) 0xb
  EOT
  } }
  devices = { fw = { content = <<-EOT
    time-range OLD
     absolute end 12:00 31 December 2020
    access-list EDGE extended permit tcp any host 10.0.0.1 eq 22 time-range OLD
    access-list EDGE extended permit tcp any host 10.0.0.1 eq 23 inactive
    access-list EDGE extended permit tcp any host 10.0.0.1 eq 80
    access-list EDGE extended permit tcp host 10.9.9.9 host 10.0.0.1 eq 80
  EOT
  } }
}
`
	acceptance(t, resource.TestStep{
		Config:      config + `data "acl_audit" "x" { as_of = "31.12.2020" }`,
		ExpectError: regexp.MustCompile(`"31.12.2020" is no day; write one as 2026-12-31`),
	}, resource.TestStep{
		Config: config + `
data "acl_audit" "all" { as_of = "2021-01-01" }
data "acl_audit" "undated" { devices = ["fw"] }
output "found" { value = [for f in data.acl_audit.all.findings : "${coalesce(f.device, f.ruleset)} ${f.line} ${f.kind} ${join("|", f.remove)}"] }
output "hits" { value = [for r in data.acl_audit.all.rules : r.hits if r.ruleset == "counted"] }
output "undated" { value = data.acl_audit.undated.summary["expired"] }
`,
		ConfigStateChecks: []statecheck.StateCheck{
			statecheck.ExpectKnownOutputValue("found", knownvalue.ListExact([]knownvalue.Check{
				knownvalue.StringExact("fw 6 shadowed no access-list EDGE extended permit tcp host 10.9.9.9 host 10.0.0.1 eq 80"),
				knownvalue.StringExact("fw 3 expired no access-list EDGE extended permit tcp any host 10.0.0.1 eq 22 time-range OLD"),
				knownvalue.StringExact("fw 4 disabled no access-list EDGE extended permit tcp any host 10.0.0.1 eq 23 inactive"),
				knownvalue.StringExact("fw 3 undecidable "),
				knownvalue.StringExact("counted 3 no_hits "),
			})),
			statecheck.ExpectKnownOutputValue("hits", knownvalue.ListExact([]knownvalue.Check{knownvalue.Int64Exact(12), knownvalue.Int64Exact(0)})),
			statecheck.ExpectKnownOutputValue("undated", knownvalue.Int64Exact(0)),
		},
	})
}
