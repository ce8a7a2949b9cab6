package aws

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/cut"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/shell"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
)

var ruleID = regexp.MustCompile(`^sgr-[0-9a-f]+$`)

// Remove returns the command of the AWS command line that takes an entry out of a
// network ACL, or a permission out of a security group: by the id of the rule where the
// text has it, else by what it permits, which AWS compares as it was entered (AWS CLI
// reference, ec2 delete-network-acl-entry and revoke-security-group-ingress).
func Remove(_ *rule.Ruleset, r *rule.Rule) ([]string, error) {
	t, err := targetOf(r.Place, nil)
	parts := place.FindStringSubmatch(r.Place)
	direction := "ingress"
	if t.egress {
		direction = "egress"
	}
	switch {
	case err != nil || parts[4] == "elsewhere":
		return nil, errors.New("it is no rule of the list itself")
	case t.acl && parts[3] == "":
		return nil, errors.New("it is no numbered entry")
	case t.acl:
		return []string{fmt.Sprintf("aws ec2 delete-network-acl-entry --network-acl-id %s --%s --rule-number %s", t.name, direction, parts[3])}, nil
	case !strings.HasPrefix(r.Text, t.name+" "):
		return nil, errors.New("it stands in another security group of the interfaces")
	}
	what := "--security-group-rule-ids " + r.Name
	if !ruleID.MatchString(r.Name) {
		permission, err := permissionOf(r, t.egress)
		if err != nil {
			return nil, err
		}
		what = "--ip-permissions " + shell.Quote(permission)
	}
	return []string{fmt.Sprintf("aws ec2 revoke-security-group-%s --group-id %s %s", direction, t.name, what)}, nil
}

// permissionOf writes the permission of one CIDR and one range of ports.
func permissionOf(r *rule.Rule, egress bool) (string, error) {
	far := r.Traffic.Sources
	if egress {
		far = r.Traffic.Destinations
	}
	prefixes := far.Prefixes()
	ranges := r.Traffic.Services.Ranges()
	if far.IsAny() || len(prefixes) != 1 || len(ranges) != 1 || len(r.Unknown) > 0 {
		return "", errors.New("revoke it by the id that aws ec2 describe-security-group-rules shows: what it permits is not one CIDR and one range of ports")
	}
	if !strings.Contains(prefixes[0], "/") {
		prefixes[0] += map[bool]string{true: "/32", false: "/128"}[far.Ranges()[0].Is4()]
	}
	var p strings.Builder
	switch s := ranges[0]; {
	case r.Traffic.Services.IsAny():
		p.WriteString(`"IpProtocol":"-1"`)
	case s.ProtoFrom == s.ProtoTo && (s.ProtoFrom == service.TCP || s.ProtoFrom == service.UDP) && s.SrcFrom == 0 && s.SrcTo == 65535:
		fmt.Fprintf(&p, `"IpProtocol":%q,"FromPort":%d,"ToPort":%d`, map[uint8]string{service.TCP: "tcp", service.UDP: "udp"}[s.ProtoFrom], s.DstFrom, s.DstTo)
	default:
		return "", errors.New("revoke it by the id that aws ec2 describe-security-group-rules shows")
	}
	if far.Overlaps(addr.Any4()) {
		return fmt.Sprintf(`[{%s,"IpRanges":[{"CidrIp":%q}]}]`, &p, prefixes[0]), nil
	}
	return fmt.Sprintf(`[{%s,"Ipv6Ranges":[{"CidrIpv6":%q}]}]`, &p, prefixes[0]), nil
}

// Cut returns a text without the entries and permissions that start on the lines. A
// permission that nobody is left in goes as a whole, as AWS does it.
func Cut(content []byte, lines []int) ([]byte, error) {
	left, err := cut.Values(content, lines)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	dec := json.NewDecoder(bytes.NewReader(left))
	dec.UseNumber()
	for {
		var v any
		if err := dec.Decode(&v); errors.Is(err, io.EOF) {
			return out.Bytes(), nil
		} else if err != nil {
			return nil, err
		}
		if err := json.NewEncoder(&out).Encode(withoutEmpty(v)); err != nil {
			return nil, err
		}
	}
}

// withoutEmpty takes out permissions whose lists of peers are all empty.
func withoutEmpty(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for key, value := range v {
			v[key] = withoutEmpty(value)
		}
	case []any:
		kept := []any{}
		for _, e := range v {
			if o, ok := e.(map[string]any); !ok || !isForNobody(o) {
				kept = append(kept, withoutEmpty(e))
			}
		}
		return kept
	}
	return v
}

func isForNobody(o map[string]any) bool {
	if _, permission := o["IpProtocol"]; !permission {
		return false
	}
	some := false
	for _, key := range []string{"IpRanges", "Ipv6Ranges", "PrefixListIds", "UserIdGroupPairs"} {
		list, ok := o[key].([]any)
		some = some || ok
		if len(list) > 0 {
			return false
		}
	}
	return some
}
