package tfplan

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/checkpoint"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/jsontree"
)

// checkpointResources reads the resources of Check Point.
type checkpointResources struct{ *reader }

const checkpointPrefix = "checkpoint_management_"

var checkpointVendor = vendor{
	prefix: checkpointPrefix,
	read: slices.Concat([]string{"access_rule", "access_layer", "access_rulebase"}, strings.Fields(`host network address_range multicast_address_range wildcard group
		group_with_exclusion service_tcp service_udp service_sctp service_icmp service_icmp6 service_other service_group simple_gateway simple_cluster checkpoint_host`)),
	harmless: strings.Fields("access_section publish install_policy package access_role time"),
	filters:  regexp.MustCompile(`^(nat_|access_|domain_permissions|resource_)`),
	beside:   regexp.MustCompile(`^(threat_|https_|mobile_|dlp_|.*_rule$)`),
	device:   true,
	write:    writeAccessRule,
	lists:    func(r *reader) ([]device.List, error) { return checkpointResources{r}.checkpointLists() },
}

// checkpointTypes are the types of objects of the API whose name is not that of the
// resource with dashes.
var checkpointTypes = map[string]string{"checkpoint_host": "checkpoint-host"}

// A checkpointLayer is an access layer with the rules that the file has of it.
type checkpointLayer struct {
	name  string
	res   *resource // nil if the file does not have the layer itself
	rules []*checkpointRule
}

// A checkpointRule is a rule with its place in the layer.
type checkpointRule struct {
	res          *resource // nil for the cleanup rule of a new layer
	values       []jsontree.Value
	names        []string // its name and uid
	top, bottom  bool
	above, below string
}

// checkpointLists returns a list for each access layer that no rule calls.
func (r checkpointResources) checkpointLists() ([]device.List, error) {
	layers := r.checkpointLayers()
	values := r.checkpointObjects()
	pages, names := r.checkpointPages(layers)
	values = append(values, pages...)
	if len(layers)+len(pages) == 0 {
		return nil, nil
	}
	why := make(map[string][]string)
	lines := make(map[string]int)
	for _, l := range layers {
		answer := newObject(l.line()).text("uid", "layer "+l.name).text("name", l.name)
		reason := l.sort()
		var items []jsontree.Value
		for _, rule := range l.rules {
			for _, v := range rule.values {
				if reason != "" {
					v = withDoubt(v, reason)
				}
				items = append(items, v)
			}
		}
		values = append(values, answer.put("rulebase", jsontree.Value{Line: l.line(), Kind: jsontree.Array, Items: items}).Value)
		if l.res != nil {
			cleanup := r.text(l.res.values, "implicit_cleanup_action")
			values = append(values, newObject(l.res.line).text("uid", "layer "+l.name).text("name", l.name).text("implicit-cleanup-action", cmp.Or(cleanup, "drop")).Value)
			if l.res.values.get("implicit_cleanup_action").isUnknown() && !r.startsEmpty(l.res, "implicit_cleanup_action") {
				why[l.name] = append(why[l.name], afterApply("implicit_cleanup_action"))
			}
		}
		if l.res == nil || !r.changes[l.res.address].created {
			why[l.name] = append(why[l.name], fmt.Sprintf("%sthe layer %s may have others", outside, l.name))
		}
		lines[l.name] = l.line()
		for _, rule := range l.rules {
			if rule.res != nil {
				names[l.name] = append(names[l.name], rule.res.address)
			}
		}
	}
	doc, err := checkpoint.Document(device.Input{Source: r.problems.Source}, values)
	if err != nil {
		return nil, err
	}
	for i := range doc.Lists {
		l := &doc.Lists[i]
		name := l.Name
		l.Name, l.Aliases = "checkpoint "+name, append([]string{name}, names[name]...)
		prepend(l, max(lines[name], 1), l.Name, why[name]...)
	}
	for _, n := range doc.Notes {
		r.notes = append(r.notes, device.Note{Line: max(n.Line, 1), Text: n.Text, Reason: n.Reason})
	}
	return doc.Lists, nil
}

func (l *checkpointLayer) line() int {
	if l.res != nil {
		return l.res.line
	}
	return l.rules[0].res.line
}

// checkpointLayers returns the layers of the file, and those that it has only rules of.
func (r checkpointResources) checkpointLayers() []*checkpointLayer {
	var out []*checkpointLayer
	at := make(map[string]*checkpointLayer)
	for _, res := range r.kinds(false, checkpointPrefix+"access_layer") {
		l := &checkpointLayer{name: cmp.Or(r.text(res.values, "name"), res.address), res: res}
		at[l.name], at[res.address], at[r.text(res.values, "id")] = l, l, l
		out = append(out, l)
		if r.changes[res.address].created && res.values.get("add_default_rule").value.TextOr("true") != "false" {
			drop := newObject(res.line).text("type", "access-rule").text("name", "Cleanup rule").text("action", "Drop")
			for _, cell := range []string{"source", "destination", "service"} {
				drop.list(cell, texts(res.line, "Any"))
			}
			l.rules = append(l.rules, &checkpointRule{values: []jsontree.Value{drop.Value}, names: []string{"Cleanup rule"}})
		}
	}
	delete(at, "")
	var homeless []string
	for _, res := range r.kinds(false, checkpointPrefix+"access_rule") {
		key := r.refers(res, "layer")
		if key == "" {
			r.homelessNote(res, "layer")
			homeless = append(homeless, res.address)
			continue
		}
		l := at[key]
		if l == nil {
			l = &checkpointLayer{name: key}
			at[key] = l
			out = append(out, l)
		}
		l.rules = append(l.rules, r.checkpointRule(res))
	}
	if len(homeless) > 0 {
		for _, l := range out {
			for _, rule := range l.rules {
				for i := range rule.values {
					rule.values[i] = withDoubt(rule.values[i], "the layer of "+homeless[0]+" is known only after apply")
				}
			}
		}
	}
	return slices.DeleteFunc(out, func(l *checkpointLayer) bool { return l.res == nil && len(l.rules) == 0 })
}

// checkpointCells are the cells of a rule, with what they are where they are not given.
// Source: Check Point Management API reference, add access-rule.
var checkpointCells = []struct {
	attribute, cell string
	negates         bool
}{
	{"source", "source", true}, {"destination", "destination", true}, {"service", "service", true},
	{"vpn", "vpn", false}, {"content", "content", false}, {"time", "time", false}, {"install_on", "install-on", false},
}

func (r checkpointResources) checkpointRule(res *resource) *checkpointRule {
	rule := &checkpointRule{res: res, names: []string{r.text(res.values, "name"), r.text(res.values, "id")}}
	rule.values = r.lowered(res, res.values, res.line, func(a *attributes) *object {
		o := newObject(res.line).text("type", "access-rule").text("uid", r.key(res)).text("name", a.text("name"))
		for _, c := range checkpointCells {
			a.checkpointCell(o, c.attribute, c.cell, c.negates)
		}
		if a.defaulted("enabled", "true") == "false" {
			o.put("enabled", jsontree.Value{Line: res.line, Kind: jsontree.Bool, Text: "false"})
		}
		action := a.defaulted("action", "Drop")
		if a.w.get("action").value.IsNull() && !a.w.get("action").isUnknown() {
			action = "Drop"
		}
		o.text("action", cmp.Or(action, afterApply("action")))
		if layer := a.text("inline_layer"); layer != "" {
			o.text("inline-layer", layer)
		}
		a.rest("id", "layer", "position", "track", "custom_fields", "comments", "ignore_warnings", "ignore_errors", "action_settings", "user_check",
			"content_direction", "content_negate", "fields_with_uid_identifier", "timeouts")
		return o
	})
	position := res.values.get("position")
	if !hasUnknown(position) && position.value != nil {
		rule.top, rule.bottom = r.text(position, "top") == "top", r.text(position, "bottom") == "bottom"
		rule.above, rule.below = r.text(position, "above"), r.text(position, "below")
	}
	return rule
}

// checkpointCell reads a cell with whether it is negated: of a negated list all has to be
// known.
func (a *attributes) checkpointCell(o *object, attribute, cell string, negates bool) {
	negate := ""
	if negates {
		negate = a.defaulted(attribute+"_negate", "false")
	}
	if a.fillsIn(attribute) {
		a.known = append(a.known, attribute)
		o.list(cell, texts(o.Line, "Any"))
		return
	}
	before := len(a.partly)
	words, open := a.words(attribute)
	if negate != "false" && negate != "" && len(a.partly) > before {
		a.open = append(a.open, a.partly[before:]...)
		a.partly = a.partly[:before]
	}
	if open || negates && a.isOpen(attribute+"_negate") || len(words) == 0 {
		words, negate = []string{"Any"}, "false"
	}
	if cell == "install-on" && open {
		words = []string{"Policy Targets"}
	}
	o.list(cell, texts(o.Line, words...))
	if negate == "true" {
		o.put(cell+"-negate", jsontree.Value{Line: o.Line, Kind: jsontree.Bool, Text: "true"})
	}
}

// sort puts the rules of the layer in their order, and returns why that is not known.
func (l *checkpointLayer) sort() string {
	o := newOrder(len(l.rules))
	find := func(name string) int {
		return slices.IndexFunc(l.rules, func(r *checkpointRule) bool { return name != "" && slices.Contains(r.names, name) })
	}
	for i, rule := range l.rules {
		if j := find(rule.below); j >= 0 && j != i {
			o.put(j, i)
		}
		if j := find(rule.above); j >= 0 && j != i {
			o.put(i, j)
		}
		for j, other := range l.rules {
			switch {
			case i == j:
			case rule.top && !other.top, other.bottom && !rule.bottom, other.res == nil && !rule.bottom:
				o.put(i, j)
			}
		}
	}
	places, ok := o.total()
	if !ok {
		if l.alike() {
			return ""
		}
		return "the order of the rules of the layer is not known: their positions leave several"
	}
	rules := make([]*checkpointRule, len(places))
	for i, p := range places {
		rules[i] = l.rules[p]
	}
	l.rules = rules
	return ""
}

// alike reports whether all rules accept, or all drop.
func (l *checkpointLayer) alike() bool {
	first := ""
	for _, rule := range l.rules {
		for i := range rule.values {
			action := rule.values[i].Get("action").TextOr("")
			first = cmp.Or(first, action)
			if action != first || action != "Accept" && action != "Drop" {
				return false
			}
		}
	}
	return true
}

// checkpointObjects returns the objects of the file in the shape of the API.
func (r checkpointResources) checkpointObjects() []jsontree.Value {
	var out []jsontree.Value
	for i := range r.resources {
		res := &r.resources[i]
		kind, ok := strings.CutPrefix(res.kind, checkpointPrefix)
		if !ok || kind == "access_rule" || kind == "access_layer" || kind == "access_rulebase" || r.text(res.values, "name") == "" {
			continue
		}
		o := newObject(res.line).text("uid", r.key(res)).text("type", cmp.Or(checkpointTypes[kind], dashed(kind)))
		var why []string
		for _, v := range []*jsontree.Value{res.values.value, res.values.unknown} {
			if v == nil || v.Kind != jsontree.Object {
				continue
			}
			for _, key := range v.Keys {
				if key == "id" || o.Get(dashed(key)) != nil {
					continue
				}
				w := res.values.get(key)
				if hasUnknown(w) {
					if !r.startsEmpty(res, key) {
						why = append(why, afterApply(key))
					}
					continue
				}
				if value, ok := dashedValue(*w.value); ok {
					o.put(dashed(key), value)
				}
			}
		}
		out = append(out, o.doubt(why...).Value)
	}
	return out
}

// dashedValue returns a value with the keys of the API, without what is empty; ok is false
// if nothing is left.
func dashedValue(v jsontree.Value) (out jsontree.Value, ok bool) {
	switch v.Kind {
	case jsontree.Null:
		return v, false
	case jsontree.String:
		return v, v.Text != ""
	case jsontree.Bool, jsontree.Number:
		return v, true
	}
	out = jsontree.Value{Line: v.Line, Kind: v.Kind}
	for i := range v.Items {
		item, ok := dashedValue(v.Items[i])
		if !ok {
			continue
		}
		if v.Kind == jsontree.Object {
			out.Keys = append(out.Keys, dashed(v.Keys[i]))
		}
		out.Items = append(out.Items, item)
	}
	return out, len(out.Items) > 0
}

// checkpointPages returns the answers in data sources of rulebases.
func (r checkpointResources) checkpointPages(layers []*checkpointLayer) (pages []jsontree.Value, names map[string][]string) {
	names = make(map[string][]string)
	for _, res := range r.kinds(true, checkpointPrefix+"access_rulebase") {
		name := cmp.Or(r.text(res.values, "name"), r.text(res.values, "uid"))
		if slices.ContainsFunc(layers, func(l *checkpointLayer) bool { return l.name == name }) {
			r.notes = append(r.notes, device.Note{Line: res.line, Text: res.address, Reason: "is the layer as it was, and the file has rules of it as resources, which are read"})
			continue
		}
		for _, w := range res.values.get("rulebase").items() {
			from, to, total := r.number(w, "from"), r.number(w, "to"), r.number(w, "total")
			part := from != nil && *from > 1 || to != nil && total != nil && *to < *total
			if w.value == nil || name == "" || part || r.text(res.values, "filter") != "" {
				r.notes = append(r.notes, device.Note{Line: res.line, Text: res.address, Reason: "has only a part of the rulebase, and is not read"})
				continue
			}
			page, ok := dashedValue(*w.value)
			if !ok {
				continue
			}
			o := &object{page}
			pages = append(pages, o.text("name", name).Value)
			names[name] = append(names[name], res.address)
		}
	}
	return pages, names
}
