package tfplan_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/parsetest"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/tfplan"
)

type values = map[string]any

// TestOneList: resources of one list are read as they will be once they are there.
func TestOneList(t *testing.T) {
	later := tfplan.Unknown{}
	https := values{"id": later, "arn": later, "security_group_id": later, "ip_protocol": "tcp", "from_port": int64(443), "to_port": int64(443), "cidr_ipv4": "10.0.0.0/8"}
	azure := values{
		"name": "https", "priority": int64(100), "direction": "Inbound", "access": "Allow", "protocol": "Tcp", "source_port_range": "*", "destination_port_range": "443",
		"source_address_prefix": "10.0.0.0/8", "destination_address_prefix": "*", "id": later,
	}
	for _, tt := range []struct {
		name      string
		resources values
		list      string
		want      string
	}{
		{"one rule", values{"aws_vpc_security_group_ingress_rule": https}, "this ingress", "permit 10.0.0.0/8 -> any tcp/443"},
		{"a map of them", values{"aws_vpc_security_group_ingress_rule": values{"a": https, "b": https}}, "this ingress", "permit 10.0.0.0/8 -> any tcp/443 | permit 10.0.0.0/8 -> any tcp/443"},
		{"the other direction has none", values{"aws_vpc_security_group_ingress_rule": []any{https}}, "this egress", "-"},
		{"the group computes its rules", values{"aws_security_group": values{"id": later, "ingress": later, "egress": later}, "aws_vpc_security_group_ingress_rule": https}, "this ingress", "permit 10.0.0.0/8 -> any tcp/443"},
		{"inline", values{"aws_security_group": values{"ingress": []any{values{
			"protocol": "tcp", "from_port": int64(22), "to_port": int64(22), "cidr_blocks": []any{"10.1.0.0/16"}, "security_groups": []any{}, "self": false,
		}}}}, "this ingress", "permit 10.1.0.0/16 -> any tcp/22"},
		{
			"another group is never looked up", values{"aws_vpc_security_group_ingress_rule": values{"ip_protocol": "-1", "referenced_security_group_id": "sg-1"}},
			"this ingress", "permit any -> any any ? referenced_security_group_id is known after apply",
		},
		{"a network ACL", values{"aws_network_acl_rule": values{
			"rule_number": int64(100), "egress": false, "rule_action": "allow", "protocol": "6", "from_port": "80", "to_port": "80", "cidr_block": "0.0.0.0/0", "network_acl_id": later,
		}}, "this ingress", "permit 0.0.0.0/0 -> any tcp/80 | deny any -> any any"},
		{"Azure", values{"azurerm_network_security_rule": azure}, "this inbound", "permit 10.0.0.0/8 -> any tcp/443 | permit any -> any any ? the addresses of the tag VirtualNetwork are not in the text | permit 168.63.129.16 -> any any | deny any -> any any"},
		{"Google", values{"google_compute_firewall": values{"name": "web", "source_ranges": []any{"10.0.0.0/8"}, "allow": []any{values{"protocol": "tcp", "ports": []any{"443"}}}, "deny": []any{}}}, "this ingress", "permit 10.0.0.0/8 -> any tcp/443"},
	} {
		text, unknown, err := tfplan.OneList(tt.resources)
		if err != nil || len(unknown) > 0 {
			t.Errorf("%s: %v, not known: %v", tt.name, err, unknown)
			continue
		}
		doc, err := tfplan.Parse(device.Input{Source: "this", Content: []byte(text)})
		if err != nil {
			t.Errorf("%s: %v\n%s", tt.name, err, text)
			continue
		}
		l := parsetest.Find(doc, tt.list)
		if l == nil {
			t.Errorf("%s: no list %s", tt.name, tt.list)
			continue
		}
		if got := parsetest.Describe(l.Rules); got != tt.want {
			t.Errorf("%s:\n%s\nwant\n%s", tt.name, got, tt.want)
		}
	}
}

// TestOneListLater: the text is known only if all that decides is known.
func TestOneListLater(t *testing.T) {
	later := tfplan.Unknown{}
	for _, tt := range []struct {
		resources values
		want      []string
	}{
		{values{"aws_vpc_security_group_ingress_rule": later}, []string{"aws_vpc_security_group_ingress_rule"}},
		{values{"aws_vpc_security_group_ingress_rule": []any{later}}, []string{"aws_vpc_security_group_ingress_rule[0]"}},
		{values{"aws_vpc_security_group_ingress_rule": values{"a": values{"cidr_ipv4": later, "ip_protocol": "-1"}}}, []string{`aws_vpc_security_group_ingress_rule["a"].cidr_ipv4`}},
		{values{"aws_security_group": values{"name": "x", "ingress": later}}, []string{"aws_security_group.ingress"}},
		{values{"google_compute_firewall": values{"name": "x", "direction": later}}, []string{"google_compute_firewall.direction"}},
	} {
		text, got, err := tfplan.OneList(tt.resources)
		if text != "" || err != nil || !slices.Equal(got, tt.want) {
			t.Errorf("%v: %q, %v, %v; want %v", tt.resources, text, got, err, tt.want)
		}
	}
}

func TestOneListRefuses(t *testing.T) {
	for _, tt := range []struct {
		resources values
		want      string
	}{
		{values{}, "holds no resources"},
		{values{"aws_instance": values{}}, "aws_instance: is no type that is read; write any of aws_network_acl, "},
		{values{"aws_network_acl": values{"name": "x"}, "aws_security_group": values{"name": "x"}}, "call the function once for each list"},
		{values{"aws_security_group": []any{values{"name": "x"}, values{"name": "y"}}}, "is there more than once"},
		{values{"aws_security_group": "x"}, "aws_security_group: is no object"},
		{values{"aws_security_group": []any{"x"}}, "aws_security_group[0]: is no object"},
	} {
		if _, _, err := tfplan.OneList(tt.resources); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%v: %v, want %q", tt.resources, err, tt.want)
		}
	}
}
