package tfplan

import (
	"fmt"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/jsontree"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/zoned"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// firewallPolicies returns the rule collection groups of the file in the shape of the
// API, and by the name of the policy what the file lacks of it.
func (r azureResources) firewallPolicies() (groups []jsontree.Value, doubts map[string][]rule.Rule) {
	doubts = make(map[string][]rule.Rule)
	policies := make(map[string]*resource)
	for _, res := range r.kinds(true, "azurerm_firewall_policy") {
		policies[r.key(res)], policies[res.address] = res, res
	}
	has := make(map[string]bool)
	for _, res := range r.kinds(false, "azurerm_firewall_policy_rule_collection_group") {
		has[r.text(res.values, "id")] = true
	}
	for _, res := range r.kinds(false, "azurerm_firewall_policy_rule_collection_group") {
		id := r.refers(res, "firewall_policy_id")
		p := policies[id]
		name := lastPart(id)
		if p != nil && r.text(p.values, "name") != "" {
			name = r.text(p.values, "name")
		}
		if _, again := doubts[name]; !again {
			doubts[name] = r.missingOfPolicy(res, p, name, has)
		}
		groups = append(groups, r.ruleCollectionGroup(res, name))
	}
	return groups, doubts
}

// lastPart returns what follows the last slash of an id.
func lastPart(id string) string {
	for i := len(id) - 1; i >= 0; i-- {
		if id[i] == '/' {
			return id[i+1:]
		}
	}
	return id
}

// missingOfPolicy leaves open what the groups of a policy that are not in the file do, and
// those of the policy that it inherits.
func (r azureResources) missingOfPolicy(group, p *resource, name string, has map[string]bool) []rule.Rule {
	undecided := func(line int, why string) []rule.Rule {
		return zoned.Undecided(line, "firewall "+name, why, zoned.AnyMatch())
	}
	if p == nil {
		return undecided(group.line, fmt.Sprintf("%sthe firewall policy %s may have other rule collection groups, and inherit rules", outside, name))
	}
	var out []rule.Rule
	base := p.values.get("base_policy_id")
	if base.isUnknown() || !base.value.IsNull() && base.value.Text != "" {
		out = append(out, undecided(p.line, p.address+" inherits the rules of another policy, which come first and are not read")...)
	}
	if r.changes[p.address].created {
		return out
	}
	ids, more := r.strings(p.values, "rule_collection_groups")
	for _, id := range ids {
		more = more || !has[id.Text]
	}
	if more {
		out = append(out, undecided(p.line, outside+p.address+" has rule collection groups that are not in the file")...)
	}
	return out
}

// ruleCollectionGroup returns a group in the shape of the API.
func (r azureResources) ruleCollectionGroup(res *resource, policy string) jsontree.Value {
	group := newObject(res.line).text("id", "/firewallPolicies/"+policy+"/ruleCollectionGroups/"+r.text(res.values, "name"))
	var collections []jsontree.Value
	open := r.number(res.values, "priority") == nil
	if n := r.number(res.values, "priority"); n != nil {
		group.text("priority", fmt.Sprint(*n))
	}
	for _, kind := range []struct{ key, ruleType string }{
		{"nat_rule_collection", "NatRule"}, {"network_rule_collection", "NetworkRule"}, {"application_rule_collection", "ApplicationRule"},
	} {
		list := res.values.get(kind.key)
		if list.isUnknown() {
			open = true
			continue
		}
		for _, w := range list.items() {
			if w.isUnknown() || w.value.IsNull() {
				open = true
				continue
			}
			collections = append(collections, r.ruleCollection(res, w, kind.ruleType))
		}
	}
	if open {
		collections = append(collections, undecidedCollection(res))
	}
	return group.put("ruleCollections", jsontree.Value{Line: res.line, Kind: jsontree.Array, Items: collections}).Value
}

// undecidedCollection stands for rules of a group that the file does not tell. It comes
// first, so that nothing of the group is sure.
func undecidedCollection(res *resource) jsontree.Value {
	rule := newObject(res.line).text("name", res.address).text("ruleType", "NetworkRule").
		list("sourceAddresses", texts(res.line, "*")).list("destinationAddresses", texts(res.line, "*")).
		list("ipProtocols", texts(res.line, "Any")).list("destinationPorts", texts(res.line, "*")).
		doubt(afterApply("a part of " + res.address))
	return newObject(res.line).text("priority", "0").put("action", newObject(res.line).text("type", afterApply("action")).Value).
		list("rules", []jsontree.Value{rule.Value}).Value
}

func (r azureResources) ruleCollection(res *resource, w view, ruleType string) jsontree.Value {
	line := w.line(res.line)
	c := newObject(line).text("name", r.text(w, "name"))
	c.put("action", newObject(line).text("type", r.text(w, "action")).Value)
	n := r.number(w, "priority")
	if n != nil {
		c.text("priority", fmt.Sprint(*n))
	} else {
		c.text("priority", "0")
	}
	rules := w.get("rule")
	if rules.isUnknown() {
		return undecidedCollection(res)
	}
	var out []jsontree.Value
	for _, item := range rules.items() {
		if item.isUnknown() || item.value.IsNull() {
			return undecidedCollection(res)
		}
		for _, v := range r.firewallRules(res, item, ruleType) {
			if n == nil {
				v = withDoubt(v, afterApply("priority"))
			}
			out = append(out, v)
		}
	}
	return c.list("rules", out).Value
}

func (r azureResources) firewallRules(res *resource, w view, ruleType string) []jsontree.Value {
	line := w.line(res.line)
	return r.lowered(res, w, line, func(a *attributes) *object {
		o := newObject(line).text("name", a.text("name")).text("ruleType", ruleType)
		for _, side := range []string{"source", "destination"} {
			words, open := a.words(side + "_addresses")
			groups, openGroups := a.words(side + "_ip_groups")
			if one := a.firewallDestination(side, ruleType); one != "" {
				words = append(words, one)
			}
			if open || openGroups {
				words, groups = []string{"*"}, nil
			}
			o.list(side+"Addresses", texts(line, words...)).list(side+"IpGroups", texts(line, groups...))
		}
		names, open := a.words("destination_fqdns")
		if open && len(names) == 0 {
			names = []string{"?"}
		}
		o.list("destinationFqdns", texts(line, names...))
		if ruleType == "ApplicationRule" { // in doubt as a whole
			return o.list("ipProtocols", texts(line, "Any")).list("destinationPorts", texts(line, "*"))
		}
		protocols, open := a.words("protocols")
		if open {
			protocols = []string{"Any"}
		}
		ports, openPorts := a.words("destination_ports")
		if openPorts || open {
			ports = []string{"*"}
		}
		o.list("ipProtocols", texts(line, protocols...)).list("destinationPorts", texts(line, ports...))
		a.rest("description", "translated_address", "translated_port", "translated_fqdn")
		return o
	})
}

// firewallDestination reads the one destination that a NAT rule has.
func (a *attributes) firewallDestination(side, ruleType string) string {
	if ruleType != "NatRule" || side != "destination" {
		return ""
	}
	return a.text("destination_address")
}
