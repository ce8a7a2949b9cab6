package tfplan

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/jsontree"
)

// A googlePolicy is a firewall policy with its rules.
type googlePolicy struct {
	name string
	// kind is the stage at which it is asked: NETWORK, NETWORK_REGIONAL, HIERARCHY.
	kind       string
	res        *resource // nil if the file has only rules of it
	line       int
	rules      []jsontree.Value
	associated bool
}

// stagesOf are the types of policies, by the word that tells them apart in the types of
// resources.
var stagesOf = []struct{ infix, kind, owner string }{
	{"google_compute_region_network_firewall_policy", "NETWORK_REGIONAL", "firewall_policy"},
	{"google_compute_network_firewall_policy", "NETWORK", "firewall_policy"},
	{"google_compute_firewall_policy", "HIERARCHY", "firewall_policy"},
}

// value returns the policy in the shape of the API; doubt, if not "", is a reason for all
// of its rules.
func (p *googlePolicy) value(doubt string) jsontree.Value {
	rules := p.rules
	if doubt != "" {
		rules = nil
		for _, v := range p.rules {
			rules = append(rules, withDoubt(v, doubt))
		}
	}
	o := newObject(p.line).text("name", p.name).text("type", p.kind)
	if p.res != nil && strings.HasSuffix(p.res.kind, "_with_rules") {
		o.text("withRules", "true")
	}
	return o.put("rules", jsontree.Value{Line: p.line, Kind: jsontree.Array, Items: rules}).Value
}

// googlePolicies returns the firewall policies of the file.
func (r googleResources) googlePolicies() []*googlePolicy {
	var out []*googlePolicy
	for _, stage := range stagesOf {
		at := make(map[string]*googlePolicy)
		add := func(p *googlePolicy, keys ...string) {
			out = append(out, p)
			for _, k := range keys {
				if k != "" {
					at[k] = p
				}
			}
		}
		for _, res := range r.kinds(true, stage.infix, stage.infix+"_with_rules") {
			name := cmp.Or(r.text(res.values, "name"), r.text(res.values, "short_name"))
			if name != "" && at[name] != nil {
				continue
			}
			p := &googlePolicy{name: cmp.Or(r.text(res.values, "short_name"), name, res.address), kind: stage.kind, res: res, line: res.line}
			switch {
			case strings.HasSuffix(res.kind, "_with_rules"):
				p.rules = r.policyBlocks(res)
			case !r.changes[res.address].created:
				p.open(outside + "the policy " + p.name + " may have others")
			}
			add(p, name, res.address, r.text(res.values, "id"), r.text(res.values, "self_link"))
		}
		for _, res := range r.kinds(false, stage.infix+"_rule") {
			key := r.refers(res, stage.owner)
			p := at[key]
			if p == nil {
				p = at[lastPart(key)]
			}
			switch {
			case p == nil && key == "":
				r.homelessNote(res, stage.owner)
				for _, q := range at {
					q.open(fmt.Sprintf("the policy of %s is known only after apply", res.address))
				}
				continue
			case p == nil:
				p = &googlePolicy{name: lastPart(key), kind: stage.kind, line: res.line}
				p.open(outside + "the policy " + p.name + " may have others")
				add(p, key, lastPart(key))
			}
			p.rules = append(p.rules, r.policyRule(res, res.values)...)
		}
	}
	return out
}

// open leaves open what rules at any place in the policy do.
func (p *googlePolicy) open(why string) {
	for _, action := range []string{"allow", "deny"} {
		for _, direction := range []string{"INGRESS", "EGRESS"} {
			all := []jsontree.Value{newObject(p.line).text("ipProtocol", "all").Value}
			p.rules = append(p.rules, newObject(p.line).text("priority", "0").text("action", action).text("direction", direction).
				put("match", newObject(p.line).list("layer4Configs", all).Value).doubt(why).Value)
		}
	}
}

// policyBlocks reads the rules in the blocks of a policy, which are all of its rules.
func (r googleResources) policyBlocks(res *resource) []jsontree.Value {
	var out []jsontree.Value
	list := res.values.get("rule")
	if list.isUnknown() {
		p := googlePolicy{line: res.line}
		p.open(afterApply("rule"))
		return p.rules
	}
	for _, w := range list.items() {
		if w.isUnknown() || w.value.IsNull() {
			p := googlePolicy{line: res.line}
			p.open(afterApply("a rule"))
			out = append(out, p.rules...)
			continue
		}
		out = append(out, r.policyRule(res, w)...)
	}
	return out
}

// policyRule returns a rule of a policy in the shape of the API.
func (r googleResources) policyRule(res *resource, w view) []jsontree.Value {
	line := w.line(res.line)
	return r.lowered(res, w, line, func(a *attributes) *object {
		o := newObject(line).text("priority", cmp.Or(a.text("priority"), "0")).text("action", a.text("action")).
			text("direction", a.defaulted("direction", "INGRESS")).text("disabled", a.defaulted("disabled", "false")).text("ruleName", a.text("rule_name"))
		accounts, open := a.words("target_service_accounts")
		if open {
			accounts = nil
		}
		o.list("targetServiceAccounts", texts(line, accounts...))
		for _, key := range []struct{ attribute, key string }{{"target_secure_tags", "targetSecureTags"}, {"target_secure_tag", "targetSecureTags"}, {"target_resources", "targetResources"}} {
			v := a.w.get(key.attribute)
			a.known = append(a.known, key.attribute)
			if v.isUnknown() || len(v.items()) > 0 {
				o.list(key.key, texts(line, "?"))
			}
		}
		match := newObject(line)
		blocks, _ := a.blocks("match")
		for _, block := range blocks {
			a.within(block, func(b *attributes) { b.policyMatch(match) })
		}
		if match.Get("layer4Configs") == nil {
			match.list("layer4Configs", []jsontree.Value{newObject(line).text("ipProtocol", "all").Value})
		}
		o.put("match", match.Value)
		a.rest("id", "description", "firewall_policy", "project", "region", "creation_timestamp", "kind", "rule_tuple_count", "enable_logging", "timeouts", "tls_inspect")
		return o
	})
}

func (a *attributes) policyMatch(match *object) {
	for _, l := range []struct{ attribute, key string }{{"src_ip_ranges", "srcIpRanges"}, {"dest_ip_ranges", "destIpRanges"}} {
		words, open := a.words(l.attribute)
		if !open {
			match.list(l.key, texts(a.line, words...))
		}
	}
	for _, attribute := range []string{"layer4_configs", "layer4_config"} {
		match.list("layer4Configs", a.protocols(attribute, "ip_protocol", "ipProtocol"))
	}
	for _, v := range []*jsontree.Value{a.w.value, a.w.unknown} {
		for _, key := range v.Others(a.known...) {
			if match.Get(camel(key)) == nil {
				match.list(camel(key), texts(a.line, "?"))
			}
		}
	}
}

// camel writes an attribute as the API does: src_region_codes is srcRegionCodes.
func camel(attribute string) string {
	words := strings.Split(attribute, "_")
	for i, w := range words {
		if i > 0 && w != "" {
			words[i] = strings.ToUpper(w[:1]) + w[1:]
		}
	}
	return strings.Join(words, "")
}

// associate puts the policies to the networks that they are associated with. One of a
// folder or an organization may hold for every network, one of a region holds for the
// machines there.
func (r googleResources) associate(networks []*googleNetwork, policies []*googlePolicy) {
	for _, stage := range stagesOf {
		for _, res := range r.kinds(false, stage.infix+"_association") {
			owner, target := r.refers(res, stage.owner), r.refers(res, "attachment_target")
			for _, p := range policies {
				if p.kind != stage.kind || owner != "" && owner != p.name && lastPart(owner) != p.name && (p.res == nil || owner != p.res.address && owner != r.text(p.res.values, "id")) {
					continue
				}
				for _, n := range networks {
					why := ""
					switch isTarget := target == n.name || lastPart(target) == n.name || n.res != nil && target == n.res.address; {
					case stage.kind == "HIERARCHY":
						why = "whether the network is below " + cmp.Or(target, "what the policy is for") + " is not in the file"
					case target == "" || owner == "":
						why = fmt.Sprintf("the network or policy of %s is known only after apply", res.address)
					case !isTarget:
						continue
					case stage.kind == "NETWORK_REGIONAL":
						why = "the policy is for machines of the region " + cmp.Or(r.text(res.values, "region"), "of "+p.name) + " only"
					}
					p.associated = true
					n.stages = append(n.stages, p.value(why))
				}
			}
		}
	}
}
