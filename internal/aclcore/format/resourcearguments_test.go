package format_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/enginetest"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// documented are the arguments and blocks of resources, and with a dot behind them the keys
// of objects in them, as the documentation of the vendors' providers has them:
// PaloAltoNetworks/panos 2.0, fortinetdev/fortios, CheckPointSW/checkpoint.
var documented = map[string]string{
	"panos_service": `location location.vsys location.vsys.name location.device_group location.device_group.name location.shared name protocol protocol.tcp
		protocol.tcp.destination_port protocol.tcp.source_port protocol.udp protocol.udp.destination_port protocol.udp.source_port`,
	"panos_security_policy_rules": `location location.vsys location.vsys.name location.device_group location.device_group.name location.device_group.rulebase
		location.shared location.shared.rulebase position position.where position.directly position.pivot rules rules.name rules.source_zones rules.destination_zones
		rules.source_addresses rules.destination_addresses rules.source_users rules.category rules.applications rules.services rules.action`,
	"fortios_firewall_address":       `name type subnet start_ip end_ip vdomparam`,
	"fortios_firewall_address6":      `name type ip6 start_ip end_ip vdomparam`,
	"fortios_firewallservice_custom": `name protocol protocol_number icmptype icmpcode tcp_portrange udp_portrange sctp_portrange vdomparam`,
	"fortios_firewall_policy": `policyid name action schedule logtraffic vdomparam depends_on srcintf srcintf.name dstintf dstintf.name srcaddr srcaddr.name
		dstaddr dstaddr.name srcaddr6 srcaddr6.name dstaddr6 dstaddr6.name service service.name`,
	"fortios_firewall_policy_move":        `policyid_src policyid_dst move vdomparam depends_on`,
	"checkpoint_management_host":          `name ipv4_address ipv6_address`,
	"checkpoint_management_network":       `name subnet4 mask_length4 subnet6 mask_length6`,
	"checkpoint_management_address_range": `name ipv4_address_first ipv4_address_last ipv6_address_first ipv6_address_last`,
	"checkpoint_management_service_tcp":   `name port source_port`,
	"checkpoint_management_service_udp":   `name port source_port`,
	"checkpoint_management_service_sctp":  `name port source_port`,
	"checkpoint_management_service_icmp":  `name icmp_type icmp_code`,
	"checkpoint_management_service_icmp6": `name icmp_type icmp_code`,
	"checkpoint_management_service_other": `name ip_protocol`,
	"checkpoint_management_access_rule":   `layer name position position.above position.bottom source destination service action track track.type depends_on`,
}

// TestResourceArguments: resources have the arguments that the vendors' providers know.
func TestResourceArguments(t *testing.T) {
	dice := rand.New(rand.NewPCG(5, 6))
	seen := map[string]bool{}
	for _, tt := range []struct{ format, list string }{{"panos", "security"}, {"fortios", "policy"}, {"checkpoint", "Network"}} {
		for range 300 {
			r := rule.Rule{Name: "web", Action: rule.Action(dice.IntN(2)), Traffic: enginetest.DrawProduct(dice), SourceZones: []string{"a"}, DestinationZones: []string{"b"}}
			if r.Traffic.IsEmpty() || isWide(r.Traffic.Services) {
				continue
			}
			text, err := format.Resources(tt.format, tt.list, rule.Insertion{Base: &rule.Ruleset{}, Rules: []rule.Rule{r}})
			if err != nil {
				continue // what the device cannot say
			}
			file, diags := hclsyntax.ParseConfig([]byte(text), "f", hcl.InitialPos)
			if diags.HasErrors() {
				t.Fatalf("%v\n%s", diags, text)
			}
			for _, b := range file.Body.(*hclsyntax.Body).Blocks {
				seen[b.Labels[0]] = true
				known := strings.Fields(documented[b.Labels[0]])
				for _, path := range argumentsOf(b.Body, "") {
					if !slices.Contains(known, path) {
						t.Fatalf("%s has no argument %s:\n%s", b.Labels[0], path, text)
					}
				}
			}
		}
	}
	for _, kind := range []string{"panos_service", "panos_security_policy_rules", "fortios_firewallservice_custom", "fortios_firewall_policy", "checkpoint_management_service_other", "checkpoint_management_access_rule"} {
		if !seen[kind] {
			t.Errorf("no %s is written", kind)
		}
	}
}

// argumentsOf returns the paths of arguments, of blocks and of what stands in them.
func argumentsOf(body *hclsyntax.Body, at string) (out []string) {
	for name, a := range body.Attributes {
		out = append(append(out, at+name), keysOf(a.Expr, at+name+".")...)
	}
	for _, b := range body.Blocks {
		out = append(append(out, at+b.Type), argumentsOf(b.Body, at+b.Type+".")...)
	}
	return out
}

// keysOf returns the paths of the keys of objects in an expression.
func keysOf(e hclsyntax.Expression, at string) (out []string) {
	switch e := e.(type) {
	case *hclsyntax.ObjectConsExpr:
		for _, item := range e.Items {
			key := hcl.ExprAsKeyword(item.KeyExpr)
			out = append(append(out, at+key), keysOf(item.ValueExpr, at+key+".")...)
		}
	case *hclsyntax.TupleConsExpr:
		for _, item := range e.Exprs {
			out = append(out, keysOf(item, at)...)
		}
	}
	return out
}
