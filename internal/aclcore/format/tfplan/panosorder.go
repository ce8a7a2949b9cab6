package tfplan

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/tree"
)

// A panosGroup is a resource with rules that follow each other.
type panosGroup struct {
	res   *resource
	rules []view
	// open says that there may be rules that are not known, and why.
	open string
	// first and last say where the group stands; after and before name a rule that it
	// stands directly or somewhere behind or before.
	first, last   bool
	after, before string
	// why are reasons why the place of the group is not known.
	why []string
}

// panosGroup reads the rules of a resource and its place.
func (r panosResources) panosGroup(res *resource) *panosGroup {
	g := &panosGroup{res: res}
	for _, key := range []string{"rules", "rule"} {
		list := res.values.get(key)
		if list.isUnknown() {
			g.open = afterApply(key)
		}
		for _, w := range list.items() {
			if w.isUnknown() || w.value.IsNull() {
				g.open = afterApply("a rule of " + res.address)
				continue
			}
			g.rules = append(g.rules, w)
		}
	}
	switch {
	case res.values.get("position").value != nil || res.values.get("position").isUnknown():
		r.panosPosition(g, res.values.get("position"))
	case r.text(res.values, "position_keyword") != "" || res.values.get("position_keyword").isUnknown():
		g.position(r.text(res.values, "position_keyword"), r.text(res.values, "position_reference"), hasUnknown(res.values.get("position_reference")))
	}
	return g
}

// panosPosition reads the position of version 2 of the provider: "where" with a pivot, or
// one attribute for each place.
func (r panosResources) panosPosition(g *panosGroup, w view) {
	if hasUnknown(w) {
		return
	}
	if where := r.text(w, "where"); where != "" {
		g.position(where, r.text(w, "pivot"), false)
		return
	}
	g.first, g.last = r.problems.Flag(w.value, "first"), r.problems.Flag(w.value, "last")
	g.after = cmp.Or(r.text(w, "directly_after"), r.text(w, "somewhere_after"))
	g.before = cmp.Or(r.text(w, "directly_before"), r.text(w, "somewhere_before"))
}

func (g *panosGroup) position(word, pivot string, unknown bool) {
	word = strings.TrimPrefix(word, "directly ")
	switch {
	case word == "first" || word == "top":
		g.first = true
	case word == "last" || word == "bottom":
		g.last = true
	case unknown || pivot == "":
	case word == "after" || word == "below":
		g.after = pivot
	case word == "before" || word == "above":
		g.before = pivot
	}
}

// sortPanosGroups returns the groups of one rulebase in their order. If that is not known
// each rule of each group is in doubt.
func sortPanosGroups(groups []*panosGroup) (sorted []*panosGroup) {
	order := newOrder(len(groups))
	tangled := false
	for i, g := range groups {
		for j, o := range groups {
			switch {
			case i == j:
			case g.first && !o.first, o.last && !g.last:
				order.put(i, j)
			case g.after != "" && o.has(g.after):
				tangled = tangled || o.lastRule() != g.after
				order.put(j, i)
			case g.before != "" && o.has(g.before):
				tangled = tangled || o.firstRule() != g.before
				order.put(i, j)
			}
		}
	}
	places, ok := order.total()
	if !ok || tangled {
		for _, g := range groups {
			g.why = append(g.why, fmt.Sprintf("the order of %s and the other resources with rules is not known", groups[0].res.address))
		}
		return groups
	}
	for _, i := range places {
		sorted = append(sorted, groups[i])
	}
	return sorted
}

func (g *panosGroup) has(name string) bool {
	return slices.ContainsFunc(g.rules, func(w view) bool { return w.value.Get("name").TextOr("") == name })
}

func (g *panosGroup) firstRule() string {
	if len(g.rules) == 0 {
		return ""
	}
	return g.rules[0].value.Get("name").TextOr("")
}

func (g *panosGroup) lastRule() string {
	if len(g.rules) == 0 {
		return ""
	}
	return g.rules[len(g.rules)-1].value.Get("name").TextOr("")
}

// panosDefaults puts the changes of the default rules into the tree.
func (r panosResources) panosDefaults(root *tree.Node) {
	for _, res := range r.kinds(false, "panos_default_security_policy") {
		p, why := r.panosPlace(res)
		if why != "" || res.values.get("rules").isUnknown() {
			r.notes = append(r.notes, device.Note{Line: res.line, Text: res.address, Reason: cmp.Or(why, afterApply("rules"))})
			continue
		}
		rulebase := p.rulebase
		if rulebase == "pre-rulebase" { // default rules stand behind all others
			rulebase = "post-rulebase"
		}
		for _, w := range res.values.get("rules").items() {
			n := root.Put(w.line(res.line), p.path(rulebase, "default-security-rules", "rules", r.text(w, "name"))...)
			switch action := w.get("action"); {
			case action.isUnknown():
				n.Put(n.Line, "action", afterApply("action"))
			case r.text(w, "action") != "":
				n.Put(n.Line, "action", r.text(w, "action"))
			}
		}
	}
}
