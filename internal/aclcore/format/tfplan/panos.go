package tfplan

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/tree"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/panos"
)

// panosResources reads the resources of PAN-OS.
type panosResources struct{ *reader }

// Types that hold security rules: whole rulebases, and groups of rules in one. Those of
// version 1 of the provider have several names.
var (
	panosPolicies = []string{"panos_security_policy", "panos_security_policies", "panos_panorama_security_policy", "panos_panorama_security_policies"}
	panosGroups   = []string{
		"panos_security_policy_rules", "panos_security_rule_group", "panos_security_policy_group",
		"panos_panorama_security_rule_group", "panos_panorama_security_policy_group",
	}
)

var panosVendor = vendor{
	prefix: "panos_",
	read: slices.Concat(cutAll("panos_", panosPolicies), cutAll("panos_", panosGroups), strings.Fields(`default_security_policy device_group_parent
		address addresses address_object panorama_address_object address_group panorama_address_group
		service service_object panorama_service_object service_group panorama_service_group application_group panorama_application_group`)),
	harmless: strings.Fields("security_profile_group security_profile nat_policy_rules_hit_count"),
	// Translation changes which address a rule compares with which zone.
	filters: regexp.MustCompile(`^(panorama_)?(security_(polic|rule)|nat_|dos_|pbf_|policy_based_forwarding|application_override|zone_protection)`),
	beside:  regexp.MustCompile(`polic|rule_group|rulebase`),
	device:  true,
	lists:   func(r *reader) ([]device.List, error) { return panosResources{r}.panosLists() },
	write:   panos.Resources,
}

func cutAll(prefix string, words []string) []string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = strings.TrimPrefix(w, prefix)
	}
	return out
}

// A panosPlace is a rulebase of a virtual system or a device group.
type panosPlace struct {
	// vsys or group is the name of the one that it is; both are "" in shared.
	vsys, group string
	// rulebase is rulebase, pre-rulebase or post-rulebase.
	rulebase string
}

// context is the name by which the reader of the format chooses it.
func (p panosPlace) context() string { return cmp.Or(p.vsys, p.group) }

// path are the words above its rules or objects.
func (p panosPlace) path(more ...string) []string {
	switch {
	case p.vsys != "":
		return append([]string{"vsys", p.vsys}, more...)
	case p.group != "":
		return append([]string{"device-group", p.group}, more...)
	}
	return append([]string{"shared"}, more...)
}

// panosPlace reads where a resource belongs; why says why that is not known.
func (r panosResources) panosPlace(res *resource) (p panosPlace, why string) {
	w := res.values
	location := w.get("location")
	if location.value == nil && !location.isUnknown() { // version 1
		p.group, p.rulebase = r.text(w, "device_group"), r.text(w, "rulebase")
		switch p.group {
		case "shared":
			p.group = ""
		case "":
			p.vsys, p.rulebase = cmp.Or(r.text(w, "vsys"), "vsys1"), "rulebase"
		}
		p.rulebase = cmp.Or(p.rulebase, "pre-rulebase")
		return p, ""
	}
	if hasUnknown(location) {
		return p, afterApply("location")
	}
	switch {
	case !location.get("vsys").value.IsNull():
		p.vsys, p.rulebase = cmp.Or(r.text(location.get("vsys"), "name"), "vsys1"), "rulebase"
	case !location.get("device_group").value.IsNull():
		p.group, p.rulebase = r.text(location.get("device_group"), "name"), cmp.Or(r.text(location.get("device_group"), "rulebase"), "pre-rulebase")
	case !location.get("shared").value.IsNull():
		p.rulebase = "pre-rulebase"
		if shared := location.get("shared"); shared.value.TextOr("") == "" {
			p.rulebase = cmp.Or(r.text(shared, "rulebase"), p.rulebase)
		}
	default:
		return p, "its location is not understood"
	}
	return p, ""
}

// A panosScope is what the file has of one virtual system or device group.
type panosScope struct {
	line  int
	names []string // of the resources with its rules
	// why are reasons why there may be rules before those of the file.
	why []string
	// whole says that a resource has all rules, so that none can be added beside it.
	whole bool
}

// panosLists returns a list for each virtual system and device group that the file has
// rules of.
func (r panosResources) panosLists() ([]device.List, error) {
	root := &tree.Node{Line: 1}
	r.panosObjects(root)
	scopes, order, everywhere := r.panosRules(root)
	var out []device.List
	for _, context := range order {
		s := scopes[context]
		doc, err := panos.Document(device.Input{Source: r.problems.Source, Context: context}, root)
		if err != nil {
			return nil, err
		}
		for i := range doc.Lists {
			l := &doc.Lists[i]
			l.Aliases = append(slices.Clone(s.names), l.Name)
			l.Name = "panos " + context
			if s.whole {
				l.Writer = refusal("a panos_security_policy has all rules of its rulebase and takes others away; add the rule to it")
			}
			prepend(l, s.line, l.Name, append(slices.Clone(everywhere), s.why...)...)
			out = append(out, *l)
		}
		for _, n := range doc.Notes {
			r.notes = append(r.notes, device.Note{Line: max(n.Line, 1), Text: n.Text, Reason: n.Reason})
		}
	}
	return out, nil
}

// panosRules puts the rules of the file into the tree. everywhere are reasons why rules
// may be missing in all of its places.
func (r panosResources) panosRules(root *tree.Node) (scopes map[string]*panosScope, order, everywhere []string) {
	scopes = make(map[string]*panosScope)
	groups := make(map[panosPlace][]*panosGroup)
	var places []panosPlace
	whole := make(map[panosPlace]bool)
	for _, res := range r.kinds(false, slices.Concat(panosPolicies, panosGroups)...) {
		p, why := r.panosPlace(res)
		if why != "" {
			r.notes = append(r.notes, device.Note{Line: res.line, Text: res.address, Reason: why})
			everywhere = append(everywhere, "rules of "+res.address+": "+why)
			continue
		}
		if groups[p] == nil {
			places = append(places, p)
		}
		groups[p] = append(groups[p], r.panosGroup(res))
		whole[p] = whole[p] || slices.Contains(panosPolicies, res.kind)
	}
	for _, p := range places {
		sorted := sortPanosGroups(groups[p])
		for _, g := range sorted {
			r.panosGroupRules(root, p, g)
		}
		context := p.context()
		if context == "" {
			everywhere = append(everywhere, sharedReasons(p, whole[p])...)
			continue
		}
		s := scopes[context]
		if s == nil {
			s = &panosScope{line: groups[p][0].res.line}
			scopes[context] = s
			order = append(order, context)
		}
		for _, g := range sorted {
			s.names = append(s.names, g.res.address)
		}
		s.whole = s.whole || whole[p]
		if !whole[p] {
			s.why = append(s.why, fmt.Sprintf("%s%s of %s may have others", outside, p.rulebase, context))
		}
		if p.group != "" {
			s.why = append(s.why, fmt.Sprintf("%sthe groups above %s may have rules that come first", outside, context))
		}
	}
	for _, s := range scopes {
		slices.Sort(s.why)
		s.why = slices.Compact(s.why)
	}
	r.panosDefaults(root)
	return scopes, order, everywhere
}

// sharedReasons says what rules of the shared rulebases are not known.
func sharedReasons(p panosPlace, whole bool) []string {
	if whole {
		return nil
	}
	return []string{outside + "shared " + p.rulebase + " may have others"}
}

// panosRule are the elements of a rule by attribute, in both versions of the provider.
var panosRule = []struct{ attribute, element string }{
	{"source_zones", "from"}, {"destination_zones", "to"}, {"source_addresses", "source"}, {"destination_addresses", "destination"},
	{"applications", "application"}, {"services", "service"},
}

// panosConditions are elements that are left out where they are any.
var panosConditions = []struct{ attribute, element string }{
	{"categories", "category"}, {"category", "category"}, {"source_users", "source-user"}, {"hip_profiles", "hip-profiles"}, {"source_hips", "source-hip"},
	{"source_hip", "source-hip"}, {"destination_hips", "destination-hip"}, {"destination_hip", "destination-hip"},
	{"source_devices", "source-device"}, {"destination_devices", "destination-device"},
}

// panosHarmless are attributes of a rule that do not change which packets it matches.
var panosHarmless = strings.Fields(`uuid description tags tag group_tag audit_comment log_setting log_start log_end icmp_unreachable disable_server_response_inspection
	disable_inspect profile_settings profile_setting option qos group virus spyware vulnerability url_filtering file_blocking wildfire_analysis data_filtering
	saas_user_list saas_tenant_list`)

// panosGroupRules puts the rules of a resource into the tree.
func (r panosResources) panosGroupRules(root *tree.Node, p panosPlace, g *panosGroup) {
	table := root.Put(g.res.line, p.path(p.rulebase, "security", "rules")...)
	for i, w := range g.rules {
		line := w.line(g.res.line)
		name := cmp.Or(r.text(w, "name"), fmt.Sprintf("%s rule %d", g.res.address, i+1))
		if table.Get(name) != nil { // a second one of the name: the reader doubts it
			table.Get(name).Repeated = true
			table.Get(name).Doubt(fmt.Sprintf("%s has a rule of the name too", g.res.address))
			continue
		}
		n := table.Put(line, name)
		r.grown(g.res, w, n, func(a *attributes, n *tree.Node) {
			a.known = append(a.known, "name")
			a.panosRule(n)
		})
		n.Doubt(g.why...)
	}
	if g.open != "" {
		n := table.Put(g.res.line, g.res.address)
		for _, e := range panosRule {
			n.Put(n.Line, e.element, "any")
		}
		n.Doubt(g.open) // without an action it may permit or deny
	}
}

func (a *attributes) panosRule(n *tree.Node) {
	put := func(words []string, path ...string) {
		for _, w := range words {
			n.Put(a.line, append(slices.Clone(path), w)...)
		}
	}
	for _, e := range panosRule {
		words, open := a.words(e.attribute)
		negate := ""
		if e.element == "source" || e.element == "destination" {
			negate = a.text("negate_" + e.element)
			// All but some is not wider where the some are more.
			if open = open || a.isOpen("negate_"+e.element); open {
				negate = ""
			}
		}
		if open {
			words = []string{"any"}
		}
		put(words, e.element)
		if negate == "true" {
			n.Put(a.line, "negate-"+e.element, "yes")
		}
	}
	for _, e := range panosConditions {
		words, open := a.words(e.attribute)
		if !open && !slices.Equal(words, []string{"any"}) {
			put(words, e.element)
		}
	}
	if action := a.text("action"); action != "" && !a.isOpen("action") {
		n.Put(a.line, "action", action)
	}
	for _, attribute := range []string{"type", "rule_type"} {
		if kind := a.text(attribute); kind != "" && !a.isOpen(attribute) {
			n.Put(a.line, "rule-type", kind)
		}
	}
	if a.text("disabled") == "true" && !a.isOpen("disabled") {
		n.Put(a.line, "disabled", "yes")
	}
	if schedule := a.text("schedule"); schedule != "" {
		n.Put(a.line, "schedule", schedule)
	}
	a.known = append(a.known, "target", "negate_target")
	for _, key := range []string{"target", "negate_target"} {
		if v := a.w.get(key); hasUnknown(v) || !v.value.IsNull() && !isOffTarget(v) {
			n.Put(a.line, "target", "devices", "?")
		}
	}
	a.rest(panosHarmless...)
}

// isOffTarget reports whether a target is for all firewalls.
func isOffTarget(v view) bool {
	if v.value.TextOr("") != "" {
		return v.value.Text == "false"
	}
	if len(v.items()) > 0 && len(v.value.Keys) == 0 {
		return false
	}
	return len(v.value.Others()) == 0
}
