package format_test

import (
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// TestChange: every language that is read is written, in its own words.
func TestChange(t *testing.T) {
	source, err := addr.Parse("10.1.0.0/16")
	if err != nil {
		t.Fatal(err)
	}
	in := rule.Insertion{Base: &rule.Ruleset{}, Rules: []rule.Rule{{
		Action: rule.Permit,
		Traffic: traffic.Product{
			Sources: source.Set, Destinations: addr.Any4(), Services: service.SetOf(service.Ports(service.TCP, 443, 443)),
		},
	}}}
	words := map[string]struct{ list, text string }{
		"json":       {"", `{"src_ip":["10.1.0.0/16"],"dst_ip":["0.0.0.0/0"],"dst_port":["tcp/443"],"action":"permit"},`},
		"yaml":       {"", `- {"src_ip":["10.1.0.0/16"],"dst_ip":["0.0.0.0/0"],"dst_port":["tcp/443"],"action":"permit"}`},
		"cisco_ios":  {"edge", "permit tcp 10.1.0.0 0.0.255.255 any eq 443"},
		"cisco_nxos": {"edge", "permit tcp 10.1.0.0/16 any eq 443"},
		"cisco_xr":   {"edge", "permit tcp 10.1.0.0 0.0.255.255 any eq 443"},
		"cisco_asa":  {"edge", "access-list edge extended permit tcp 10.1.0.0 255.255.0.0 any eq 443"},
		"fortios":    {"policy", "set subnet 10.1.0.0 255.255.0.0"},
		"junos":      {"edge", "set firewall family inet filter edge term acl-1 from source-address 10.1.0.0/16"},
		"checkpoint": {"Network", "mgmt_cli add service-tcp name acl-tcp-443 port 443"},
		"pf_conf":    {"in", "pass in inet proto tcp from 10.1.0.0/16 to any port 443"},
		"opnsense":   {"in", "<source><address>10.1.0.0/16</address></source>"},
		"pfsense":    {"in", "<destination><any/><port>443</port></destination>"},
		"azure":      {"web inbound", `resource "azurerm_network_security_rule"`},
		"gcp":        {"default ingress", `resource "google_compute_firewall"`},
		"kubernetes": {"shop/api ingress", "no pod of the text has the address"},
		"panos":      {"security", "set service acl-tcp-443 protocol tcp port 443"},
		"iptables":   {"INPUT", "-A INPUT -s 10.1.0.0/16 -p tcp --dport 443 -j ACCEPT"},
		"nftables":   {"inet filter input", "add rule inet filter input"},
		"aws":        {"sg-1 ingress", `resource "aws_vpc_security_group_ingress_rule"`},
		"terraform":  {"aws_security_group.web ingress", "security_group_id = aws_security_group.web.id"},
	}
	for _, name := range format.Names {
		want, ok := words[name]
		if !ok {
			t.Errorf("nothing is expected of %s", name)
			continue
		}
		got, err := format.Change(name, want.list, in)
		if name == "kubernetes" {
			// A policy selects pods by their labels, and only the text of a cluster has them.
			if err == nil || !strings.Contains(err.Error(), want.text) {
				t.Errorf("%s without a cluster: %v\n%s\nwant %s", name, err, got, want.text)
			}
			continue
		}
		if err != nil || !strings.Contains(got, want.text) {
			t.Errorf("%s: %v\n%s\nwant %s", name, err, got, want.text)
		}
	}
	if _, err := format.Change("cobol", "x", in); err == nil || !strings.Contains(err.Error(), `the format "cobol"; write json, `+strings.Join(format.Names[1:], ", ")) {
		t.Errorf("an unknown format: %v", err)
	}
}

// TestChangeState: a rule for packets of one state is written with it, or not at all: it
// would permit everything.
func TestChangeState(t *testing.T) {
	for _, state := range []rule.State{rule.New, rule.Established} {
		in := rule.Insertion{Base: &rule.Ruleset{}, Rules: []rule.Rule{{Action: rule.Permit, Traffic: traffic.Any(), State: state}}}
		written := 0
		for _, name := range format.Names {
			got, err := format.Change(name, map[string]string{"nftables": "inet filter input"}[name]+map[string]string{"iptables": "INPUT"}[name], in)
			switch {
			case err == nil && strings.Contains(strings.ToLower(got), state.String()):
				written++
			case err == nil:
				t.Errorf("%s: %s", name, got)
			case !strings.Contains(err.Error(), "do not tell apart"):
				t.Errorf("%s: %v", name, err)
			}
		}
		if written != 4 {
			t.Errorf("%d formats write %s, want json, yaml, iptables and nftables", written, state)
		}
	}
}
