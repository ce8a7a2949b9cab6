package tfplan

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/gcp"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/jsontree"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/zoned"
)

// googleResources reads the resources of Google Cloud.
type googleResources struct{ *reader }

var googleVendor = vendor{
	prefix: "google_",
	read: []string{
		"compute_firewall", "compute_network", "compute_instance",
		"compute_firewall_policy", "compute_firewall_policy_rule", "compute_firewall_policy_association", "compute_firewall_policy_with_rules",
		"compute_network_firewall_policy", "compute_network_firewall_policy_rule", "compute_network_firewall_policy_association", "compute_network_firewall_policy_with_rules",
		"compute_region_network_firewall_policy", "compute_region_network_firewall_policy_rule", "compute_region_network_firewall_policy_association",
		"compute_region_network_firewall_policy_with_rules",
	},
	// The packet mirroring rule of a policy copies packets and lets them pass.
	harmless: []string{"compute_network_firewall_policy_packet_mirroring_rule"},
	filters:  regexp.MustCompile(`^compute_(organization_security_policy|.*firewall)`),
	beside:   regexp.MustCompile(`^(compute_(region_)?security_policy|network_security_|network_services_)`),
	lists:    func(r *reader) ([]device.List, error) { return googleResources{r}.googleLists() },
	write:    gcp.Write,
}

// A googleNetwork is a VPC network with its rules and the policies that are associated
// with it.
type googleNetwork struct {
	name   string
	res    *resource // nil if the file has only rules of it
	line   int
	rules  []jsontree.Value
	stages []jsontree.Value
	why    []string
}

// googleLists returns the lists of every network, and of policies that are associated with
// none.
func (r googleResources) googleLists() ([]device.List, error) {
	networks := r.googleNetworks()
	policies := r.googlePolicies()
	r.associate(networks, policies)
	machines := r.googleMachines()
	var out []device.List
	for _, n := range networks {
		if len(n.rules)+len(n.stages) == 0 {
			continue
		}
		lists, notes := gcp.Lists(n.answers(r, machines))
		for i := range lists {
			l := &lists[i]
			direction := l.Name[strings.LastIndexByte(l.Name, ' ')+1:]
			if n.res != nil {
				l.Aliases = append(l.Aliases, n.res.address+" "+direction)
			}
			for _, why := range n.why {
				l.Rules = append(zoned.Undecided(n.line, "network "+n.name, why, zoned.AnyMatch()), l.Rules...)
			}
		}
		for i := range notes {
			notes[i].Line = n.line
		}
		r.notes = append(r.notes, notes...)
		out = append(out, lists...)
	}
	for _, p := range policies {
		if !p.associated {
			lists, _ := gcp.Lists(append([]jsontree.Value{p.value("")}, machines...))
			for i := range lists {
				direction := lists[i].Name[strings.LastIndexByte(lists[i].Name, ' ')+1:]
				if p.res != nil {
					lists[i].Aliases = append(lists[i].Aliases, p.res.address+" "+direction)
				}
			}
			out = append(out, lists...)
		}
	}
	return out, nil
}

// answers returns the network as gcloud shows its effective firewalls, where a policy of
// the file is associated with it, else as a list of rules.
func (n *googleNetwork) answers(r googleResources, machines []jsontree.Value) []jsontree.Value {
	out := slices.Clone(machines)
	if n.res != nil {
		if order := r.text(n.res.values, "network_firewall_policy_enforcement_order"); order != "" {
			out = append(out, newObject(n.line).text("name", n.name).text("networkFirewallPolicyEnforcementOrder", order).Value)
		}
	}
	if len(n.stages) == 0 {
		return append(out, n.rules...)
	}
	if len(n.rules) == 0 { // names the network
		n.rules = []jsontree.Value{newObject(n.line).text("name", n.name).text("network", n.name).text("disabled", "true").
			list("allowed", []jsontree.Value{newObject(n.line).text("IPProtocol", "all").Value}).Value}
	}
	o := newObject(n.line).list("firewalls", n.rules).list("firewallPolicys", n.stages)
	return append(out, o.Value)
}

// googleNetworks returns the networks of the file with their VPC firewall rules.
func (r googleResources) googleNetworks() []*googleNetwork {
	var out []*googleNetwork
	at := make(map[string]*googleNetwork)
	for _, res := range r.kinds(true, "google_compute_network") {
		n := &googleNetwork{res: res, line: res.line, name: cmp.Or(r.text(res.values, "name"), res.address)}
		if !res.data && r.changes[res.address].created {
			at[res.address], at[n.name] = n, n
			out = append(out, n)
			continue
		}
		n.why = []string{fmt.Sprintf("%sthe network %s may have others", outside, n.name)}
		if at[n.name] == nil {
			at[n.name], at[res.address] = n, n
			out = append(out, n)
		}
	}
	var homeless []string
	for _, res := range r.kinds(false, "google_compute_firewall") {
		key := r.refers(res, "network")
		n := at[key]
		if n == nil {
			n = at[lastPart(key)]
		}
		switch {
		case key == "":
			homeless = append(homeless, res.address)
			r.homelessNote(res, "network")
			continue
		case n == nil:
			name := lastPart(key)
			n = &googleNetwork{name: name, line: res.line, why: []string{fmt.Sprintf("%sthe network %s may have others", outside, name)}}
			at[name] = n
			out = append(out, n)
		}
		n.rules = append(n.rules, r.vpcRule(res, n.name)...)
	}
	for _, n := range out {
		if len(homeless) > 0 {
			n.why = append(n.why, fmt.Sprintf("the network of %s is known only after apply", homeless[0]))
		}
	}
	return out
}

// vpcRule returns a google_compute_firewall in the shape of the API: one for each direction
// while that is not known.
func (r googleResources) vpcRule(res *resource, network string) []jsontree.Value {
	if res.values.get("direction").isUnknown() && !r.startsEmpty(res, "direction") {
		return append(r.vpcRuleOf(res, network, "INGRESS"), r.vpcRuleOf(res, network, "EGRESS")...)
	}
	return r.vpcRuleOf(res, network, "INGRESS")
}

func (r googleResources) vpcRuleOf(res *resource, network, direction string) []jsontree.Value {
	return r.lowered(res, res.values, res.line, func(a *attributes) *object {
		o := newObject(res.line).text("name", cmp.Or(a.text("name"), res.address)).text("network", network)
		o.text("direction", cmp.Or(a.defaulted("direction", ""), direction)).text("priority", cmp.Or(a.defaulted("priority", "1000"), "0")).text("disabled", a.defaulted("disabled", "false"))
		anySource := false
		for _, l := range []struct{ attribute, key string }{
			{"source_ranges", "sourceRanges"}, {"destination_ranges", "destinationRanges"}, {"source_tags", "sourceTags"}, {"target_tags", "targetTags"},
			{"source_service_accounts", "sourceServiceAccounts"}, {"target_service_accounts", "targetServiceAccounts"},
		} {
			if a.fillsIn(l.attribute) {
				a.known = append(a.known, l.attribute)
				continue
			}
			words, open := a.words(l.attribute)
			switch {
			case open && strings.HasPrefix(l.attribute, "source_"):
				anySource = true
				continue
			case open && l.attribute == "destination_ranges":
				words = everywhere
			case open:
				continue
			}
			o.list(l.key, texts(res.line, words...))
		}
		if anySource { // whatever else is a source
			if i := slices.Index(o.Keys, "sourceRanges"); i >= 0 {
				o.Keys, o.Items = slices.Delete(o.Keys, i, i+1), slices.Delete(o.Items, i, i+1)
			}
			o.list("sourceRanges", texts(res.line, everywhere...))
		}
		for _, kind := range []struct{ attribute, key string }{{"allow", "allowed"}, {"deny", "denied"}} {
			o.list(kind.key, a.protocols(kind.attribute, "protocol", "IPProtocol"))
		}
		if o.Get("allowed") == nil && o.Get("denied") == nil { // the API takes one of them
			a.strange = append(a.strange, "the rule neither allows nor denies")
			for _, key := range []string{"allowed", "denied"} {
				o.list(key, []jsontree.Value{newObject(res.line).text("IPProtocol", "all").Value})
			}
		}
		a.rest("id", "self_link", "project", "description", "creation_timestamp", "log_config", "enable_logging", "timeouts", "network", "params")
		return o
	})
}

// everywhere are both address families: without ranges the API takes IPv4 alone.
var everywhere = []string{"0.0.0.0/0", "::/0"}

// protocols reads blocks of a protocol with ports. What is not known of one leaves it
// whole.
func (a *attributes) protocols(attribute, protocolKey, key string) []jsontree.Value {
	var out []jsontree.Value
	blocks, open := a.blocks(attribute)
	if open {
		return []jsontree.Value{newObject(a.line).text(key, "all").Value}
	}
	for _, w := range blocks {
		a.within(w, func(b *attributes) {
			protocol := b.text(protocolKey)
			ports, open := b.words("ports")
			if open {
				ports = nil
			}
			if protocol == "" {
				protocol, ports = "all", nil
			}
			b.rest()
			out = append(out, newObject(w.line(a.line)).text(key, protocol).list("ports", texts(a.line, ports...)).Value)
		})
	}
	return out
}

// googleMachines returns the instances of the file, with the addresses that are known.
func (r googleResources) googleMachines() []jsontree.Value {
	var out []jsontree.Value
	for _, res := range r.kinds(true, "google_compute_instance") {
		o := newObject(res.line)
		var interfaces, accounts []jsontree.Value
		for _, w := range res.values.get("network_interface").items() {
			interfaces = append(interfaces, newObject(res.line).text("networkIP", r.text(w, "network_ip")).text("ipv6Address", r.text(w, "ipv6_address")).Value)
		}
		for _, w := range res.values.get("service_account").items() {
			accounts = append(accounts, newObject(res.line).text("email", r.text(w, "email")).Value)
		}
		tags, _ := r.strings(res.values, "tags")
		o.put("networkInterfaces", jsontree.Value{Kind: jsontree.Array, Items: interfaces}).list("serviceAccounts", accounts)
		o.put("tags", newObject(res.line).list("items", copies(tags)).Value)
		out = append(out, o.Value)
	}
	return out
}
