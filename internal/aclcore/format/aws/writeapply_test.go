package aws_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclparse"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/aws"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/tfplan"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// A block is a resource of a change.
type block struct {
	kind, name string
	values     map[string]any
}

var validName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_-]*$`)

// blocks reads a change as Terraform would. A reference becomes the address of the
// resource whose id it is.
func blocks(t *testing.T, text string) []block {
	t.Helper()
	file, diags := hclparse.NewParser().ParseHCL([]byte(text), "change.tf")
	if diags.HasErrors() {
		t.Fatalf("%v\n%s", diags, text)
	}
	var out []block
	seen := make(map[string]bool)
	for _, b := range file.Body.(*hclsyntax.Body).Blocks {
		if b.Type != "resource" || len(b.Labels) != 2 || !validName.MatchString(b.Labels[1]) || seen[b.Labels[1]] {
			t.Fatalf("%s %q: no resource, or its name is taken\n%s", b.Type, b.Labels, text)
		}
		seen[b.Labels[1]] = true
		values := make(map[string]any)
		for name, a := range b.Body.Attributes {
			values[name] = value(t, a.Expr, text)
		}
		out = append(out, block{b.Labels[0], b.Labels[1], values})
	}
	return out
}

func value(t *testing.T, e hcl.Expression, text string) any {
	t.Helper()
	if len(e.Variables()) > 0 {
		r := e.Range()
		return strings.TrimSuffix(text[r.Start.Byte:r.End.Byte], ".id")
	}
	v, diags := e.Value(nil)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	switch v.Type() {
	case cty.Bool:
		return v.True()
	case cty.Number:
		n, _ := v.AsBigFloat().Int64()
		return int(n)
	}
	return v.AsString()
}

// state applies the blocks to a state that has a security group sg-1 and a network
// ACL acl-1, and reads the list.
func state(t *testing.T, list string, all []block) *rule.Ruleset {
	t.Helper()
	resources := []map[string]any{
		{"address": "aws_security_group.web", "type": "aws_security_group", "values": map[string]any{"id": "sg-1", "ingress": []any{}, "egress": []any{}}},
		{"address": "aws_network_acl.main", "type": "aws_network_acl", "values": map[string]any{"id": "acl-1", "ingress": []any{}, "egress": []any{}}},
	}
	ids := map[string]string{"aws_security_group.web": "sg-1", "aws_network_acl.main": "acl-1"}
	for _, b := range all {
		values := make(map[string]any)
		for k, v := range b.values {
			if id, ok := ids[fmt.Sprint(v)]; ok {
				v = id
			}
			values[k] = v
		}
		resources = append(resources, map[string]any{"address": b.kind + "." + b.name, "type": b.kind, "values": values})
	}
	return read(t, list, tfplan.Parse, map[string]any{
		"format_version": "1.0", "values": map[string]any{"root_module": map[string]any{"resources": resources}},
	})
}

// export applies the blocks to the export of a security group sg-1 and a network ACL
// acl-1, and reads the list.
func export(t *testing.T, list string, all []block) *rule.Ruleset {
	t.Helper()
	var in, out, entries []any
	for _, egress := range []bool{false, true} {
		entries = append(entries, map[string]any{"RuleNumber": 32767, "RuleAction": "deny", "Protocol": "-1", "CidrBlock": "0.0.0.0/0", "Egress": egress})
	}
	for _, b := range all {
		v := b.values
		switch b.kind {
		case "aws_network_acl_rule":
			e := map[string]any{"RuleNumber": v["rule_number"], "RuleAction": v["rule_action"], "Protocol": v["protocol"], "Egress": v["egress"]}
			set(e, "CidrBlock", v["cidr_block"])
			set(e, "Ipv6CidrBlock", v["ipv6_cidr_block"])
			if v["from_port"] != nil {
				e["PortRange"] = map[string]any{"From": v["from_port"], "To": v["to_port"]}
			}
			if v["icmp_type"] != nil {
				e["IcmpTypeCode"] = map[string]any{"Type": v["icmp_type"], "Code": v["icmp_code"]}
			}
			entries = append(entries, e)
		default:
			p := map[string]any{"IpProtocol": v["ip_protocol"]}
			set(p, "FromPort", v["from_port"])
			set(p, "ToPort", v["to_port"])
			if v["cidr_ipv4"] != nil {
				p["IpRanges"] = []any{map[string]any{"CidrIp": v["cidr_ipv4"]}}
			} else {
				p["Ipv6Ranges"] = []any{map[string]any{"CidrIpv6": v["cidr_ipv6"]}}
			}
			if strings.Contains(b.kind, "ingress") {
				in = append(in, p)
			} else {
				out = append(out, p)
			}
		}
	}
	return read(t, list, aws.Parse, map[string]any{
		"SecurityGroups": []any{map[string]any{"GroupId": "sg-1", "IpPermissions": notNil(in), "IpPermissionsEgress": notNil(out)}},
		"NetworkAcls":    []any{map[string]any{"NetworkAclId": "acl-1", "Entries": entries}},
	})
}

func set(m map[string]any, key string, v any) {
	if v != nil {
		m[key] = v
	}
}

func notNil(list []any) []any {
	if list == nil {
		return []any{}
	}
	return list
}

func read(t *testing.T, list string, parse func(device.Input) (*device.Document, error), v any) *rule.Ruleset {
	t.Helper()
	content, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	doc, err := parse(device.Input{Source: "t.json", Content: content})
	if err != nil {
		t.Fatalf("%v\n%s", err, content)
	}
	for _, l := range doc.Lists {
		if l.Name == list {
			for _, r := range l.Rules {
				if len(r.Unknown) > 0 {
					t.Fatalf("%s is not understood: %q\n%s", r.Text, r.Unknown, content)
				}
			}
			return &rule.Ruleset{Source: "t.json", Format: doc.Format, Rules: l.Rules, Default: l.Default, Stateless: l.Stateless, Return: l.Return, ReturnDefault: l.ReturnDefault}
		}
	}
	t.Fatalf("no list %q", list)
	return nil
}

// numbers returns the rule numbers of a change in its order.
func numbers(all []block) string {
	var out []string
	for _, b := range all {
		out = append(out, strconv.Itoa(b.values["rule_number"].(int)))
	}
	return strings.Join(out, " ")
}
