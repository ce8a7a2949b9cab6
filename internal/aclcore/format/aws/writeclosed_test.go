package aws_test

import (
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/aws"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/rendertest"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// TestClosed: where a resource of its own would do nothing, there is no change.
func TestClosed(t *testing.T) {
	const (
		group   = `{"GroupId": "sg-1", "IpPermissions": [], "IpPermissionsEgress": []}`
		eni     = `{"NetworkInterfaceId": "eni-1", "Groups": [{"GroupId": "sg-2"}], "PrivateIpAddress": "10.5.0.1"}`
		rules   = `"ingress": [{"protocol": "tcp", "from_port": 80, "to_port": 80, "cidr_blocks": ["10.0.0.0/8"]}], "egress": []`
		entries = `"ingress": [{"rule_no": 100, "action": "deny", "protocol": "-1", "cidr_block": "10.0.0.0/8"}], "egress": []`
		inline  = "the resource lists its rules itself"
	)
	plan := func(kind, values, configuration string) string {
		return `{"format_version": "1.2", "planned_values": {"root_module": {"resources": [{"address": "` + kind + `.x", "mode": "managed", "type": "` + kind +
			`", "values": {` + values + `}}]}}, "configuration": {"root_module": {"resources": [{"address": "` + kind + `.x", "expressions": {` + configuration + `}}]}}}`
	}
	for _, tt := range []struct{ text, acl, want string }{
		{`{"SecurityGroups": [` + group + `]}`, "sg-1", ""},
		{`{"SecurityGroups": [` + group + `], "NetworkInterfaces": [` + eni + `]}`, "sg-1", "no network interface with this address carries sg-1"},
		{plan("aws_security_group", rules, ""), "aws_security_group.x", ""},
		{plan("aws_security_group", rules, `"ingress": [{}]`), "aws_security_group.x", inline},
		{plan("aws_security_group", rules, `"egress": [{}]`), "aws_security_group.x", ""},
		{plan("aws_default_security_group", rules, ""), "aws_default_security_group.x", inline},
		{plan("aws_network_acl", entries, ""), "aws_network_acl.x", ""},
		{plan("aws_network_acl", entries, `"ingress": [{}]`), "aws_network_acl.x", inline},
		{plan("aws_default_network_acl", entries, ""), "aws_default_network_acl.x", inline},
	} {
		rs, list, err := format.Parse([]byte(tt.text), format.Options{Name: "net", Source: "net.json", ACL: tt.acl})
		if err != nil {
			t.Fatal(err)
		}
		rs.Stateless = false // one way is enough
		answer := rendertest.Ask(rs, newRule(t, rule.Permit, "", "10.9.0.1 -> 10.5.0.1 tcp/443").Traffic, rule.Permit)
		changes, err := answer.Changes(func(in rule.Insertion) (string, error) { return aws.Write(list, in) })
		switch {
		case tt.want == "" && (err != nil || len(changes) == 0):
			t.Errorf("%s: no change: %v", tt.text, err)
		case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)):
			t.Errorf("%s: %v, want %q", tt.text, err, tt.want)
		}
	}
}
