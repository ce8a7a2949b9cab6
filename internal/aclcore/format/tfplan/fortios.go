package tfplan

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/fortios"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/jsontree"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/tree"
)

// fortiosResources reads the resources of FortiOS.
type fortiosResources struct{ *reader }

var fortiosVendor = vendor{
	prefix: "fortios_",
	read: strings.Fields(`firewall_policy firewall_security_policy firewall_policy_sort firewall_policy_move firewall_security_policysort firewall_security_policyseq
		firewall_address firewall_address6 firewall_addrgrp firewall_addrgrp6 firewallservice_custom firewallservice_group firewall_vip firewall_vipgrp system_zone`),
	// An access list comes before the policies, and NAT and virtual IPs of other kinds
	// change the addresses that they compare.
	filters: regexp.MustCompile(`^firewall_(acl6?|policy6|policy46|policy64|securitypolicy|consolidated|vip|object_|multicast|ttlpolicy|interfacepolicy|dospolicy)|^firewallconsolidated_policy|^system_settings`),
	beside:  regexp.MustCompile(`^firewall_.*polic|^firewall_localin|^firewall_(centralsnat|central_snat|proxy)|_policy$`),
	device:  true,
	lists:   func(r *reader) ([]device.List, error) { return fortiosResources{r}.fortiosLists() },
	write:   fortios.Resources,
}

// fortiosTables are the tables of the objects by type of resource.
var fortiosTables = []struct{ kind, table string }{
	{"fortios_firewall_address", "firewall address"}, {"fortios_firewall_address6", "firewall address6"},
	{"fortios_firewall_addrgrp", "firewall addrgrp"}, {"fortios_firewall_addrgrp6", "firewall addrgrp6"},
	{"fortios_firewallservice_custom", "firewall service custom"}, {"fortios_firewallservice_group", "firewall service group"},
	{"fortios_firewall_vip", "firewall vip"}, {"fortios_firewall_vipgrp", "firewall vipgrp"}, {"fortios_system_zone", "system zone"},
}

// fortiosMeta are attributes of the provider's own, and what it makes of names.
var fortiosMeta = strings.Fields("id uuid uuid_idx vdomparam dynamic_sort_subtable get_all_tables update_if_exist timeouts allow_routing cache_ttl visibility fabric_object color comment comments tagging associated_interface policyid name")

// A fortiosVDOM is what the file has of one VDOM.
type fortiosVDOM struct {
	name     string
	policies []*fortiosPolicy
}

// A fortiosPolicy is a policy with its number, "" if that is known after apply.
type fortiosPolicy struct {
	res *resource
	id  string
}

// fortiosLists returns the policies of each VDOM.
func (r fortiosResources) fortiosLists() ([]device.List, error) {
	var vdoms []*fortiosVDOM
	for _, res := range r.kinds(false, "fortios_firewall_policy", "fortios_firewall_security_policy") {
		name := cmp.Or(r.text(res.values, "vdomparam"), "root")
		i := slices.IndexFunc(vdoms, func(v *fortiosVDOM) bool { return v.name == name })
		if i < 0 {
			vdoms, i = append(vdoms, &fortiosVDOM{name: name}), len(vdoms)
		}
		vdoms[i].policies = append(vdoms[i].policies, &fortiosPolicy{res, r.fortiosID(res)})
	}
	var out []device.List
	for _, v := range vdoms {
		root := &tree.Node{Line: 1}
		for _, t := range fortiosTables {
			r.fortiosObjects(root, v.name, t.kind, strings.Fields(t.table))
		}
		why := r.sortFortios(v)
		var names []string
		for i, p := range v.policies {
			names = append(names, p.res.address)
			r.fortiosPolicy(root, p, i, why)
		}
		doc, err := fortios.Document(device.Input{Source: r.problems.Source}, root)
		if err != nil {
			return nil, err
		}
		for i := range doc.Lists {
			l := &doc.Lists[i]
			l.Name, l.Aliases = "fortios "+v.name, append(names, v.name+" policy")
			if v.name != "root" {
				l.Writer = refusal("resources are written for the VDOM root alone; write this one with its vdomparam by hand")
			}
			prepend(l, v.policies[0].res.line, l.Name, fmt.Sprintf("%sthe VDOM %s may have others", outside, v.name))
			out = append(out, *l)
		}
	}
	return out, nil
}

// fortiosID returns the number of a policy.
func (r fortiosResources) fortiosID(res *resource) string {
	for _, key := range []string{"policyid", "id"} {
		if v := res.values.get(key); !v.isUnknown() && v.value.TextOr("") != "" && v.value.Text != "0" {
			return v.value.Text
		}
	}
	return ""
}

// fortiosPolicy puts a policy into the tree. why says why its place is not known.
func (r fortiosResources) fortiosPolicy(root *tree.Node, p *fortiosPolicy, i int, why string) {
	table := root.Put(p.res.line, "firewall", "policy")
	key := cmp.Or(p.id, fmt.Sprintf("0 (%s)", p.res.address))
	if table.Get(key) != nil {
		key = fmt.Sprintf("%s (%s %d)", key, p.res.address, i)
		table.Put(p.res.line, key).Doubt("another policy has the number too")
	}
	n := table.Put(p.res.line, key)
	doubts := n.Why()
	r.grown(p.res, p.res.values, n, func(a *attributes, n *tree.Node) {
		if name := a.text("name"); name != "" {
			n.Put(a.line, "name").Values = []string{name}
		}
		a.fortiosSettings(n)
		if a.wide {
			a.widenPolicy(n)
		}
	})
	n.Doubt(doubts...)
	if why != "" {
		n.Doubt(why)
	}
}

// fortiosObjects puts the objects of one type into the tree.
func (r fortiosResources) fortiosObjects(root *tree.Node, vdom, kind string, table []string) {
	for _, res := range r.kinds(false, kind) {
		name := r.text(res.values, "name")
		if cmp.Or(r.text(res.values, "vdomparam"), "root") != vdom {
			continue
		}
		if name == "" {
			r.notes = append(r.notes, device.Note{Line: res.line, Text: res.address, Reason: afterApply("name")})
			continue
		}
		at := root.Put(res.line, table...)
		if at.Get(name) != nil {
			at.Get(name).Doubt(res.address + " is another object of the name")
			continue
		}
		r.grown(res, res.values, at.Put(res.line, name), func(a *attributes, n *tree.Node) { a.fortiosSettings(n) })
	}
}

// fortiosWords are settings whose value is several words.
var fortiosWords = strings.Fields("subnet wildcard tcp_portrange udp_portrange sctp_portrange udplite_portrange iprange")

// fortiosSettings turns every attribute into a setting: underscores are dashes, blocks are
// lists of names. What the provider fills in is what the firewall has without a word.
func (a *attributes) fortiosSettings(n *tree.Node) {
	keys := slices.Clone(a.keys())
	for _, key := range keys {
		a.known = append(a.known, key)
		v := a.w.get(key)
		switch {
		case slices.Contains(fortiosMeta, key) || a.fillsIn(key):
		case v.isUnknown():
			if !a.wide {
				a.open = append(a.open, afterApply(key))
			}
		default:
			a.fortiosSetting(n, key, v)
		}
	}
}

func (a *attributes) fortiosSetting(n *tree.Node, key string, v view) {
	var values []string
	for _, item := range v.items() {
		text, known := blockName(item)
		if !known {
			a.partly = append(a.partly, afterApply("a value of "+key))
			continue
		}
		values = append(values, text)
	}
	text := v.value.TextOr("")
	switch {
	case text == "true":
		values = []string{"enable"}
	case text == "false":
		values = []string{"disable"}
	case slices.Contains(fortiosWords, key):
		values = strings.Fields(text)
	case text != "":
		values = []string{text}
	}
	if len(values) > 0 {
		n.Put(a.line, dashed(key)).Values = values
	}
}

// blockName returns the one value that a block stands for: a string itself, or its name,
// range, number or interface.
func blockName(w view) (string, bool) {
	if w.isUnknown() || w.value == nil {
		return "", false
	}
	if w.value.Kind != jsontree.Object {
		return w.value.TextOr(""), w.value.Kind != jsontree.Null
	}
	for _, key := range []string{"name", "interface_name", "range", "q_origin_key", "id"} {
		if v := w.get(key); !v.isUnknown() && v.value.TextOr("") != "" {
			return v.value.Text, true
		}
	}
	return "", false
}

// keys are the attributes that have a value, or will have one.
func (a *attributes) keys() []string {
	var out []string
	for _, v := range []*jsontree.Value{a.w.value, a.w.unknown} {
		if v == nil || v.Kind != jsontree.Object {
			continue
		}
		for i, key := range v.Keys {
			if !slices.Contains(out, key) && !v.Items[i].IsNull() && v.Items[i].TextOr("") != "false" {
				out = append(out, key)
			}
		}
	}
	return out
}

// fortiosMatches are the settings of a policy that limit it, with what stands for
// everything.
var fortiosMatches = []struct{ key, all string }{
	{"srcintf", "any"}, {"dstintf", "any"}, {"srcaddr", "all"}, {"dstaddr", "all"}, {"srcaddr6", "all"}, {"dstaddr6", "all"}, {"service", "ALL"},
}

// widenPolicy leaves what is not known in full as wide as it can be.
func (a *attributes) widenPolicy(n *tree.Node) {
	for _, m := range fortiosMatches {
		v, negate := a.w.get(m.key), a.w.get(m.key+"_negate")
		if !hasUnknown(v) && (!negate.isUnknown() || a.fillsIn(m.key+"_negate")) || a.fillsIn(m.key) {
			continue
		}
		n.Put(a.line, m.key).Values = []string{m.all}
		n.Delete(m.key + "-negate")
	}
	if a.w.get("action").isUnknown() && !a.fillsIn("action") {
		n.Put(a.line, "action").Values = []string{afterApply("action")}
	}
	if a.w.get("status").isUnknown() {
		n.Delete("status")
	}
}

// sortFortios puts the policies of a VDOM in their order, and returns why that is not
// known. Without a resource that says so it is not: a policy has its place from the time
// when it was created (fortios provider, guide "Policy sequence").
func (r fortiosResources) sortFortios(v *fortiosVDOM) string {
	if len(v.policies) == 1 || r.alikeFortios(v) {
		return ""
	}
	if r.sortedFortios(v) {
		numbers := func(p *fortiosPolicy) int { n, _ := strconv.Atoi(p.id); return n }
		slices.SortStableFunc(v.policies, func(a, b *fortiosPolicy) int { return cmp.Compare(numbers(a), numbers(b)) })
		return ""
	}
	o := newOrder(len(v.policies))
	place := func(res *resource, key string) int {
		id := ""
		if value := res.values.get(key); !value.isUnknown() {
			id = value.value.TextOr("")
		}
		address := r.configuration.targetOf(res, key, "id", "policyid")
		return slices.IndexFunc(v.policies, func(p *fortiosPolicy) bool { return id != "" && p.id == id || id == "" && address == p.res.address })
	}
	for _, m := range []struct{ kind, src, dst, move string }{
		{"fortios_firewall_policy_move", "policyid_src", "policyid_dst", "move"},
		{"fortios_firewall_security_policyseq", "policy_src_id", "policy_dst_id", "alter_position"},
	} {
		for _, res := range r.kinds(false, m.kind) {
			src, dst := place(res, m.src), place(res, m.dst)
			if src < 0 || dst < 0 || src == dst || cmp.Or(r.text(res.values, "vdomparam"), "root") != v.name {
				continue
			}
			switch r.text(res.values, m.move) {
			case "before":
				o.put(src, dst)
			case "after":
				o.put(dst, src)
			}
		}
	}
	places, ok := o.total()
	if !ok {
		return "the order of the policies is not known: no resource sorts or moves all of them"
	}
	policies := make([]*fortiosPolicy, len(places))
	for i, p := range places {
		policies[i] = v.policies[p]
	}
	v.policies = policies
	return ""
}

// alikeFortios reports whether all policies permit, or all deny: their order is then
// without effect.
func (r fortiosResources) alikeFortios(v *fortiosVDOM) bool {
	first := v.policies[0].res.values.get("action").value.TextOr("")
	return first != "" && first != "ipsec" && !slices.ContainsFunc(v.policies, func(p *fortiosPolicy) bool {
		action := p.res.values.get("action")
		return action.isUnknown() || action.value.TextOr("") != first
	})
}

// sortedFortios reports whether a resource sorts all policies by their numbers, as often
// as one is added.
func (r fortiosResources) sortedFortios(v *fortiosVDOM) bool {
	if slices.ContainsFunc(v.policies, func(p *fortiosPolicy) bool { return p.id == "" }) {
		return false
	}
	for _, res := range r.kinds(false, "fortios_firewall_policy_sort", "fortios_firewall_security_policysort") {
		w := res.values
		again := w.get("auto_sort").value.TextOr("") == "true" || r.changes[res.address].created
		if again && r.text(w, "sortby") == "policyid" && r.text(w, "sortdirection") == "ascending" && cmp.Or(r.text(w, "vdomparam"), "root") == v.name {
			return true
		}
	}
	return false
}
