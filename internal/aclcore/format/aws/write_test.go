package aws_test

import (
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2/hclwrite"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/aws"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// newRule reads "SOURCES -> DESTINATIONS SERVICES", each a list with commas.
func newRule(t *testing.T, a rule.Action, name, text string) rule.Rule {
	t.Helper()
	sources, rest, _ := strings.Cut(text, " -> ")
	destinations, services, _ := strings.Cut(rest, " ")
	addresses := func(list string) (s addr.Set) {
		for _, text := range strings.Split(list, ",") {
			l, err := addr.Parse(text)
			if err != nil {
				t.Fatal(err)
			}
			s = s.Union(l.Set)
		}
		return s
	}
	p := traffic.Product{Sources: addresses(sources), Destinations: addresses(destinations)}
	for _, text := range strings.Split(services, ",") {
		l, err := service.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		p.Services = p.Services.Union(l.Set)
	}
	return rule.Rule{Action: a, Name: name, Traffic: p}
}

func TestWrite(t *testing.T) {
	for _, tt := range []struct {
		list   string
		action rule.Action
		name   string
		rule   string
		want   string
	}{
		{"sg-0a11aa11aa11aa11a ingress", rule.Permit, "Billing/flow2", "10.0.0.0/8 -> any tcp/443", `
resource "aws_vpc_security_group_ingress_rule" "sg-0a11aa11aa11aa11a_ingress_tcp_443_from_10_0_0_0_8" {
  security_group_id = "sg-0a11aa11aa11aa11a"
  description       = "Billing/flow2"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  cidr_ipv4         = "10.0.0.0/8"
}`},
		{"sg-1", rule.Permit, "", "2001:db8::1 -> 2001:db8:1::/64 any", `
# More than was declared: this is for every destination, not only 2001:db8:1::/64.
resource "aws_vpc_security_group_ingress_rule" "sg-1_ingress_all_from_2001-db8--1_128" {
  security_group_id = "sg-1"
  ip_protocol       = "-1"
  cidr_ipv6         = "2001:db8::1/128"
}`},
		{`module.net["a.b"].module.x.aws_security_group.this["c"] egress`, rule.Permit, "a\nb ${x} é", "any -> 10.0.0.4-10.0.0.6 icmp/8,udp/53 from 1024-65535", `
# in module.net["a.b"].module.x
resource "aws_vpc_security_group_egress_rule" "module_net_a_b_module_x_aws_security_group_this_c_egress_icmp_8_-1_to_10_0_0_4_31" {
  security_group_id = aws_security_group.this["c"].id
  description       = "a_b $${x} _"
  ip_protocol       = "icmp"
  from_port         = 8
  to_port           = -1
  cidr_ipv4         = "10.0.0.4/31"
}

# in module.net["a.b"].module.x
resource "aws_vpc_security_group_egress_rule" "module_net_a_b_module_x_aws_security_group_this_c_egress_icmp_8_-1_to_10_0_0_6_32" {
  security_group_id = aws_security_group.this["c"].id
  description       = "a_b $${x} _"
  ip_protocol       = "icmp"
  from_port         = 8
  to_port           = -1
  cidr_ipv4         = "10.0.0.6/32"
}

# in module.net["a.b"].module.x
# More than was declared: this is for every source port, not only 1024-65535.
resource "aws_vpc_security_group_egress_rule" "module_net_a_b_module_x_aws_security_group_this_c_egress_udp_53_to_10_0_0_4_31" {
  security_group_id = aws_security_group.this["c"].id
  description       = "a_b $${x} _"
  ip_protocol       = "udp"
  from_port         = 53
  to_port           = 53
  cidr_ipv4         = "10.0.0.4/31"
}

# in module.net["a.b"].module.x
# More than was declared: this is for every source port, not only 1024-65535.
resource "aws_vpc_security_group_egress_rule" "module_net_a_b_module_x_aws_security_group_this_c_egress_udp_53_to_10_0_0_6_32" {
  security_group_id = aws_security_group.this["c"].id
  description       = "a_b $${x} _"
  ip_protocol       = "udp"
  from_port         = 53
  to_port           = 53
  cidr_ipv4         = "10.0.0.6/32"
}`},
		{"aws_default_network_acl.main ingress", rule.Deny, "no\nssh", "10.0.0.0/8 -> any tcp/22,icmp/3/4,esp", `
# no ssh
resource "aws_network_acl_rule" "aws_default_network_acl_main_ingress_deny_icmp_3_4_from_10_0_0_0_8" {
  network_acl_id = aws_default_network_acl.main.id
  rule_number    = 10
  egress         = false
  rule_action    = "deny"
  protocol       = "1"
  icmp_type      = 3
  icmp_code      = 4
  cidr_block     = "10.0.0.0/8"
}

# no ssh
resource "aws_network_acl_rule" "aws_default_network_acl_main_ingress_deny_tcp_22_from_10_0_0_0_8" {
  network_acl_id = aws_default_network_acl.main.id
  rule_number    = 20
  egress         = false
  rule_action    = "deny"
  protocol       = "6"
  from_port      = 22
  to_port        = 22
  cidr_block     = "10.0.0.0/8"
}

# no ssh
resource "aws_network_acl_rule" "aws_default_network_acl_main_ingress_deny_50_from_10_0_0_0_8" {
  network_acl_id = aws_default_network_acl.main.id
  rule_number    = 30
  egress         = false
  rule_action    = "deny"
  protocol       = "50"
  cidr_block     = "10.0.0.0/8"
}`},
		{"acl-1 egress", rule.Permit, "", "any -> ::/0 icmpv6/128,sctp/80", `
resource "aws_network_acl_rule" "acl-1_egress_allow_icmpv6_128_-1_to_--_0" {
  network_acl_id  = "acl-1"
  rule_number     = 10
  egress          = true
  rule_action     = "allow"
  protocol        = "58"
  icmp_type       = 128
  icmp_code       = -1
  ipv6_cidr_block = "::/0"
}

# More than was declared: this is for every port of protocol 132, not only 80.
resource "aws_network_acl_rule" "acl-1_egress_allow_132_to_--_0" {
  network_acl_id  = "acl-1"
  rule_number     = 20
  egress          = true
  rule_action     = "allow"
  protocol        = "132"
  ipv6_cidr_block = "::/0"
}`},
	} {
		text, err := aws.Write(tt.list, rule.Insertion{Rules: []rule.Rule{newRule(t, tt.action, tt.name, tt.rule)}})
		if err != nil {
			t.Errorf("%s: %v", tt.list, err)
			continue
		}
		if want := strings.TrimPrefix(tt.want, "\n"); text != want {
			t.Errorf("%s:\n%s\nwant:\n%s", tt.list, text, want)
		}
		if formatted := string(hclwrite.Format([]byte(text))); formatted != text {
			t.Errorf("terraform fmt changes it to:\n%s", formatted)
		}
		blocks(t, text)
	}
}

func TestWriteRefuses(t *testing.T) {
	permit := func(text string) rule.Insertion {
		return rule.Insertion{Rules: []rule.Rule{newRule(t, rule.Permit, "r", text)}}
	}
	for _, tt := range []struct {
		list string
		in   rule.Insertion
		want string
	}{
		{"ACL", permit("any -> any any"), `list "ACL": write the id or the address of a security group or network ACL`},
		{"", permit("any -> any any"), `list "": write the id`},
		{"web ingress", permit("any -> any any"), `list "web ingress": write the id`},
		{"aws_instance.web ingress", permit("any -> any any"), "write the id"},
		{"aws_security_group.web[each.key] ingress", permit("any -> any any"), "write the id"},
		{"sg-1 \" ingress", permit("any -> any any"), "write the id"},
		{"sg-1 ingress", rule.Insertion{Rules: []rule.Rule{newRule(t, rule.Deny, "r", "any -> any tcp/22")}}, "a security group can only permit"},
		{"sg-1 ingress", permit("10.0.0.1 -> 2001:db8::1 tcp/80"), "no source and destination are of one address family"},
		{"sg-1 ingress", permit("2001:db8::1 -> 2001:db8::2 icmp/8"), "no source and destination are of one address family"},
		{"sg-1 ingress", permit("any -> any protocol/0-5,protocol/7-255"), ""},
		{"sg-1 ingress", permit("0.0.0.1-255.255.255.254 -> any protocol/0-5,protocol/7-255"), "takes more than 1,000 resources"},
		{"acl-1 ingress", rule.Insertion{Base: &rule.Ruleset{}, Before: 1, Rules: permit("any -> any tcp/80").Rules}, "list acl-1 ingress has no rule 1 to come before"},
	} {
		_, err := aws.Write(tt.list, tt.in)
		if tt.want == "" {
			if err != nil {
				t.Errorf("Write(%q): %v", tt.list, err)
			}
			continue
		}
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("Write(%q): %v, want %q", tt.list, err, tt.want)
		}
	}
}

// acl makes a base of entries "NUMBER ACTION RULE" in one direction.
func acl(t *testing.T, direction string, entries ...string) *rule.Ruleset {
	t.Helper()
	rs := &rule.Ruleset{Source: "acl.json", Stateless: true}
	for _, text := range entries {
		number, rest, _ := strings.Cut(text, " ")
		action, rest, _ := strings.Cut(rest, " ")
		a, err := rule.ParseAction(action)
		if err != nil {
			t.Fatal(err)
		}
		r := newRule(t, a, number, rest)
		r.Place = "acl-1 " + direction + " " + number
		if number == "?" { // an entry whose number is not known
			r.Place, r.Unknown = "acl-1 "+direction, []string{"its rule number is not known"}
		}
		rs.Rules = append(rs.Rules, r)
	}
	return rs
}

func TestNumbers(t *testing.T) {
	const everything = "* deny any -> any any"
	for _, tt := range []struct {
		name   string
		base   []string
		before int
		rules  []string
		want   string // numbers, or a part of the error
	}{
		{"an empty list", nil, 0, []string{"permit 10.0.0.0/8 -> any tcp/80"}, "10"},
		{"before the default entry", []string{"100 permit 10.0.0.0/8 -> any tcp/22", everything}, 1, []string{"permit 10.0.0.0/8 -> any tcp/80,tcp/82"}, "110 120"},
		{"before an entry", []string{"100 deny 10.0.0.0/8 -> any tcp/22", everything}, 0, []string{"permit 10.1.0.0/16 -> any tcp/22"}, "10"},
		{"between entries", []string{"100 permit any -> any tcp/22", "105 deny any -> any tcp/23", everything}, 1, []string{"permit any -> any tcp/23"}, "101 102"},
		{"no room, past one that does not matter", []string{"100 permit any -> any tcp/22", "101 deny any -> any tcp/23", everything}, 1, []string{"permit 10.0.0.0/8 -> any tcp/23"}, "99"},
		{"no room, past one that matters", []string{"100 deny 10.0.0.1 -> any tcp/23", "101 deny any -> any tcp/23", everything}, 1, []string{"permit 10.0.0.0/8 -> any tcp/23"},
			"list acl-1 ingress has 0 free rule numbers between 100 and 101 and needs 1: give entry 101 a higher number first"},
		{"room only behind, where it does not matter", []string{"1 deny 10.9.0.0/16 -> any tcp/22", "2 deny 10.0.0.0/8 -> any tcp/23", everything}, 0, []string{"permit 10.0.0.0/8 -> any tcp/24"}, "3"},
		{"the last number is taken", []string{"32766 deny 10.0.0.0/8 -> any tcp/23", everything}, 1, []string{"permit 10.0.0.0/8 -> any tcp/23"},
			"between 32766 and 32767 and needs 1: renumber its entries"},
		{"an entry without a number", []string{"? deny 10.0.0.0/8 -> any tcp/23", "100 deny any -> any tcp/23", everything}, 1, []string{"permit 10.0.0.0/8 -> any tcp/23"}, "10"},
		{"the same twice", []string{everything}, 0, []string{"permit 10.0.0.0/8 -> 10.1.0.1 tcp/23", "permit 10.0.0.0/8 -> 10.1.0.2 tcp/23"}, "10"},
	} {
		in := rule.Insertion{Base: acl(t, "ingress", tt.base...), Before: tt.before}
		for _, text := range tt.rules {
			action, rest, _ := strings.Cut(text, " ")
			a, err := rule.ParseAction(action)
			if err != nil {
				t.Fatal(err)
			}
			in.Rules = append(in.Rules, newRule(t, a, "", strings.Replace(rest, "any ->", "0.0.0.0/0,::/0 ->", 1)))
		}
		got, err := aws.Write("acl-1 ingress", in)
		if err != nil {
			if !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%s: %v, want %q", tt.name, err, tt.want)
			}
			continue
		}
		if n := numbers(blocks(t, got)); n != tt.want {
			t.Errorf("%s: numbers %s, want %s", tt.name, n, tt.want)
		}
	}
}

// TestReplies: the rules that replies meet are those of the other direction, whatever
// list was chosen.
func TestReplies(t *testing.T) {
	back := acl(t, "egress", "100 permit any -> 10.0.0.0/8 tcp/443", "* deny any -> any any")
	in := rule.Insertion{Base: back, Before: 1, Rules: []rule.Rule{newRule(t, rule.Permit, "", "any -> 10.9.0.1 tcp/* from 443")}}
	text := render(t, "acl-1 ingress", in)
	all := blocks(t, text)
	if len(all) != 1 || all[0].values["egress"] != true || all[0].values["cidr_block"] != "10.9.0.1/32" || numbers(all) != "110" {
		t.Errorf("replies go in by\n%s", text)
	}
	if !strings.Contains(text, "every source port, not only 443") {
		t.Errorf("nothing is said of the source port:\n%s", text)
	}
}

func BenchmarkWrite(b *testing.B) {
	l, err := addr.Parse("10.0.0.1-10.0.255.254")
	if err != nil {
		b.Fatal(err)
	}
	r := rule.Rule{Action: rule.Permit, Traffic: traffic.Product{Sources: l.Set, Destinations: addr.Any(), Services: service.Any()}}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := aws.Write("acl-1 ingress", rule.Insertion{Rules: []rule.Rule{r}}); err != nil {
			b.Fatal(err)
		}
	}
}
