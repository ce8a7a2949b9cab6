package tfplan_test

import (
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/parsetest"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/tfplan"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// TestWriteVendors: a change for a list of a plan is a resource of the list's own provider,
// or the reason why none can be.
func TestWriteVendors(t *testing.T) {
	source, err := addr.Parse("198.51.100.7")
	if err != nil {
		t.Fatal(err)
	}
	permit := rule.Rule{Action: rule.Permit, Traffic: traffic.Product{Sources: source.Set, Destinations: addr.Any4(), Services: service.SetOf(service.Ports(service.TCP, 9, 9))}}
	for _, tt := range []struct{ file, list, want, refusal string }{
		{"azurerm_new", "azurerm_network_security_group.web inbound", "network_security_group_name = azurerm_network_security_group.web.name", ""},
		{"azurerm_new", "azurerm_network_security_group.web inbound", "resource_group_name         = azurerm_network_security_group.web.resource_group_name", ""},
		{"azurerm_change", "web inbound", "", "the resource lists its rules itself"},
		{"google_new", "prod ingress", `resource "google_compute_firewall"`, ""},
		{"panos_policy", "panos vsys1", "", "has all rules of its rulebase"},
		{"panos_groups", "panos vsys1", `resource "panos_security_policy_rules"`, ""},
		{"fortios_moved", "fortios root", `resource "fortios_firewall_policy"`, ""},
		{"fortios_unsorted", "fortios lab", "", "for the VDOM root alone"},
		{"junos_filter", "edge", `Add the term acl-1 to the junos_firewall_filter of the name "edge"`, ""},
		{"checkpoint_new", "checkpoint edge", `resource "checkpoint_management_access_rule"`, ""},
		{"iosxe", "IN", "", "add them to the resource that has its rules"},
		{"state", "aws_security_group.web ingress", `resource "aws_vpc_security_group_ingress_rule"`, ""},
	} {
		archive, err := txtar.ParseFile(filepath.Join("testdata", tt.file+".txtar"))
		if err != nil {
			t.Fatal(err)
		}
		content := string(archive.Files[0].Data)
		if tt.refusal != "" { // the configuration lists the rules of the group
			content = strings.Replace(content, `"expressions": {"name"`, `"expressions": {"security_rule": [{}], "name"`, 1)
		}
		doc, err := tfplan.Parse(device.Input{Source: "plan.json", Content: []byte(content)})
		if err != nil {
			t.Fatal(err)
		}
		l := parsetest.Find(doc, tt.list)
		if l == nil {
			t.Fatalf("%s has no list %s", tt.file, tt.list)
		}
		rs := l.Ruleset()
		rs.Source = "plan.json"
		text, err := tfplan.Write(l.Name, rule.Insertion{Base: rs, Before: len(rs.Rules), Rules: []rule.Rule{permit}})
		switch {
		case tt.refusal != "" && (err == nil || !strings.Contains(err.Error(), tt.refusal)):
			t.Errorf("%s %s: %v, want %q", tt.file, tt.list, err, tt.refusal)
		case tt.refusal == "" && (err != nil || !strings.Contains(text, tt.want)):
			t.Errorf("%s %s: %v\n%s\nwant %s", tt.file, tt.list, err, text, tt.want)
		}
	}
}
