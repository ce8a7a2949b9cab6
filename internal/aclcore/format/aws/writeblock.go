package aws

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// block writes the entry as a Terraform resource, formatted as terraform fmt does.
func (e *entry) block(t target) string {
	var b strings.Builder
	reference, module := t.reference()
	if module != "" {
		fmt.Fprintf(&b, "# in %s\n", module)
	}
	if len(e.wider) > 0 {
		fmt.Fprintf(&b, "# More than was declared: this is for %s.\n", strings.Join(e.wider, "; "))
	}
	var attributes [][2]string
	add := func(name, value string) { attributes = append(attributes, [2]string{name, value}) }
	kind := "aws_network_acl_rule"
	if t.acl {
		if e.comment != "" {
			fmt.Fprintf(&b, "# %s\n", strings.Map(printable, e.comment))
		}
		add("network_acl_id", reference)
		add("rule_number", strconv.Itoa(e.number))
		add("egress", strconv.FormatBool(t.egress))
		add("rule_action", quote(verb(e.action)))
	} else {
		kind = "aws_vpc_security_group_ingress_rule"
		if t.egress {
			kind = "aws_vpc_security_group_egress_rule"
		}
		add("security_group_id", reference)
		if e.comment != "" {
			add("description", quote(description(e.comment)))
		}
	}
	e.service.attributes(t.acl, add)
	add(prefixAttribute(t.acl, e.ipv6), quote(e.prefix))

	width := 0
	for _, a := range attributes {
		width = max(width, len(a[0]))
	}
	fmt.Fprintf(&b, "resource %q %q {\n", kind, e.name(t))
	for _, a := range attributes {
		fmt.Fprintf(&b, "  %-*s = %s\n", width, a[0], a[1])
	}
	b.WriteString("}")
	return b.String()
}

// verb writes an action in AWS's words.
func verb(a rule.Action) string {
	if a == rule.Permit {
		return "allow"
	}
	return "deny"
}

func prefixAttribute(acl, ipv6 bool) string {
	switch {
	case acl && ipv6:
		return "ipv6_cidr_block"
	case acl:
		return "cidr_block"
	case ipv6:
		return "cidr_ipv6"
	}
	return "cidr_ipv4"
}

// attributes writes the service. A network ACL's entry has the protocol as a number,
// and the type and code of ICMP under names of their own.
func (p portion) attributes(acl bool, add func(name, value string)) {
	key, protocol := "ip_protocol", protocolName(p.protocol)
	if acl {
		key, protocol = "protocol", strconv.Itoa(int(p.protocol))
	}
	if p.all {
		protocol = "-1"
	}
	add(key, quote(protocol))
	if !p.limited {
		return
	}
	from, to := "from_port", "to_port"
	if acl && p.isICMP() {
		from, to = "icmp_type", "icmp_code"
	}
	add(from, strconv.Itoa(p.from))
	add(to, strconv.Itoa(p.to))
}

func (p portion) isICMP() bool { return protocolName(p.protocol)[0] == 'i' }

// name is the name of the resource: the list, what the entry does, the service and
// the prefix. Two entries that differ have different names.
func (e *entry) name(t target) string {
	words := []string{t.String()}
	if t.acl {
		words = append(words, verb(e.action))
	}
	switch {
	case e.service.all:
		words = append(words, "all")
	default:
		words = append(words, protocolName(e.service.protocol))
	}
	if e.service.limited {
		words = append(words, strconv.Itoa(e.service.from))
		if e.service.to != e.service.from || e.service.isICMP() {
			words = append(words, strconv.Itoa(e.service.to))
		}
	}
	if t.egress {
		words = append(words, "to", e.prefix)
	} else {
		words = append(words, "from", e.prefix)
	}
	return strings.Map(identifier, strings.Join(words, " "))
}

// identifier turns a character into one that Terraform takes in a name. IPv6 keeps
// its colons apart from the dots of IPv4.
func identifier(c rune) rune {
	switch {
	case '0' <= c && c <= '9', 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', c == '-':
		return c
	case c == '"' || c == ']':
		return -1
	case c == ':':
		return '-'
	}
	return '_'
}

// description keeps what AWS takes in the description of a rule: up to 255 of these
// characters.
func description(text string) string {
	const accepted = " ._-:/()#,@[]+=&;{}!$*"
	text = strings.Map(func(c rune) rune {
		if c < 128 && (strings.ContainsRune(accepted, c) || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z') {
			return c
		}
		return '_'
	}, text)
	return text[:min(len(text), 255)]
}

// printable keeps a comment on its line.
func printable(c rune) rune {
	if c < ' ' || c == 0x7f || c == 0x2028 || c == 0x2029 || c == 0x85 {
		return ' '
	}
	return c
}

// quote writes a string literal of HCL.
func quote(text string) string { return `"` + literal.Replace(text) + `"` }

// literal escapes the characters that end a literal or start a template in it.
var literal = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "${", "$${", "%{", "%%{")
