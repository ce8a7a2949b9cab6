package checkpoint

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/jsontree"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/known"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/zoned"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
)

// A reader turns the layers of a package into one list of rules. A rule that calls an
// inline layer becomes the rules of that layer, each within what the rule matches; a
// rule of an ordered layer that accepts becomes those of the next layer.
type reader struct {
	export  *export
	names   *names
	gateway string
	site    *site
	rules   []rule.Rule
	left    int
	// disabled are the rules that are switched off, found while the others are read.
	disabled []rule.Rule
}

// maxRules bounds how many rules the layers of one package become.
const maxRules = 250_000

// maxDepth bounds how deep layers call layers.
const maxDepth = 8

// policy returns the rules of a package.
func (r *reader) policy(p pack) []rule.Rule {
	r.left = maxRules
	r.rules = r.translated()
	var layers []*layer
	for _, key := range p.layers {
		l := r.export.layer(key)
		if l == nil {
			deny := zoned.Policy{Line: p.line, Text: "layer " + key, Matches: []zoned.Match{zoned.AnyMatch()}}
			deny.Doubt("the layer %s of the package is not in the text, and has to accept too", key)
			r.rules = append(r.rules, deny.Rules()...)
			continue
		}
		layers = append(layers, l)
	}
	if len(layers) > 0 {
		r.layer(layers[0], layers[1:], scope{match: zoned.AnyMatch()}, 0)
	}
	return r.rules
}

// scope is what a packet has met before it comes to a layer.
type scope struct {
	match   zoned.Match
	unknown []string
	within  string // the rules that called the layer, for the text
}

// layer appends the rules of a layer; after are the ordered layers behind it.
func (r *reader) layer(l *layer, after []*layer, s scope, depth int) {
	for _, item := range rulesOf(&jsontree.Value{Kind: jsontree.Array, Items: values(l.items)}, 0) {
		if r.left <= 0 || depth > maxDepth {
			r.undecided(item.Line, s, "the layers of the package become more rules than are kept, or are nested too deep")
			return
		}
		if text(item, "type") == "placeholder" || item.Get("source") == nil && item.Get("destination") == nil {
			r.undecided(item.Line, s, "a rule may not be seen by who asked for the rulebase")
			continue
		}
		r.rule(item, l, after, s, depth)
	}
	r.cleanup(l, after, s, depth)
}

// cleanup appends what becomes of packets that no rule of the layer matches. Each layer has
// an action of its own for them, to drop or to accept, which show-access-layer tells and
// show-access-rulebase does not: layers that come from an old policy for applications accept
// (Check Point, Security Management Administration Guide, "Security Gateways R77.30 (and
// lower) and the Unified Access Control Policy"). So it is open where the text does not say.
func (r *reader) cleanup(l *layer, after []*layer, s scope, depth int) {
	end := zoned.Policy{
		Line: l.line, Name: "Cleanup", Implied: true, Text: fmt.Sprintf("%scleanup of layer %q", s.within, l.name), Place: placeOf(l, ""),
		Matches: []zoned.Match{s.match}, Unknown: s.unknown,
	}
	r.site.add(l, after, "")
	switch l.cleanup {
	case "drop":
		r.append(end)
		return
	case "accept":
	case "":
		end.Doubt("the implicit cleanup action of layer %q is not in the text: add the answer of show-access-layer", l.name)
	default:
		end.Doubt("the implicit cleanup action of layer %q is not read", l.name)
	}
	r.accept(end, after, s, depth)
	if l.cleanup != "accept" {
		r.append(end)
	}
}

func (r *reader) append(p zoned.Policy) {
	rules := p.Rules()
	r.left -= len(rules) + 1
	r.rules = append(r.rules, rules...)
}

// accept appends what accepts: the rule itself, or in an ordered layer the next one.
func (r *reader) accept(p zoned.Policy, after []*layer, s scope, depth int) {
	if len(after) == 0 {
		p.Action = rule.Permit
		r.append(p)
		return
	}
	for _, m := range p.Matches {
		r.layer(after[0], after[1:], scope{match: m, unknown: p.Unknown, within: s.within}, depth+1)
	}
}

// undecided appends two rules that together leave open what becomes of the scope.
func (r *reader) undecided(line int, s scope, why string) {
	rules := zoned.Undecided(line, why, why, s.match)
	r.left -= len(rules)
	r.rules = append(r.rules, rules...)
}

// deciding and harmless are the keys of a rule.
var (
	deciding = strings.Fields(`uid name type domain enabled source source-negate destination destination-negate service service-negate vpn content content-negate
		content-direction time install-on action action-settings user-check inline-layer service-resource`)
	harmless = append(strings.Fields(`track comments custom-fields meta-info hits rule-number tags icon color read-only available-actions details
		layer package comment track-settings log`), jsontree.Doubts)
	// always are the keys that every answer of the API has.
	always = strings.Fields("enabled source-negate destination-negate service-negate vpn time install-on")
)

func (r *reader) rule(v *jsontree.Value, l *layer, after []*layer, s scope, depth int) {
	p := zoned.Policy{Name: text(v, "name"), Line: v.Line, Text: s.within + r.ruleText(v), Place: placeOf(l, cmp.Or(text(v, "uid"), text(v, "name"))), Unknown: s.unknown}
	r.site.add(l, after, cmp.Or(text(v, "uid"), text(v, "name")))
	if enabled := v.Get("enabled"); isFalse(enabled) {
		if one := p.Disabled(); !slices.ContainsFunc(r.disabled, func(o rule.Rule) bool { return o.Place == one.Place }) {
			one.Action = permits[r.export.name(orNone(v.Get("action")))]
			r.disabled = append(r.disabled, one)
		}
		return
	}
	if !r.conditions(&p, v) {
		return // for another gateway
	}
	m := r.match(&p, v)
	p.Matches = []zoned.Match{{
		Sources: m.Sources.Intersect(s.match.Sources), Destinations: m.Destinations.Intersect(s.match.Destinations), Services: m.Services.Intersect(s.match.Services),
	}}
	action := r.export.name(orNone(v.Get("action")))
	calls := action == "Inner Layer" || action == "Apply Layer"
	switch {
	case !calls && !empty(v.Get("inline-layer")):
		p.Doubt("action %s beside an inline layer", action)
		r.undecidedPolicy(p)
	case action == "Accept":
		r.accept(p, after, s, depth)
	case action == "Drop", action == "Reject":
		r.append(p)
	case calls:
		r.inline(p, v, after, depth)
	default:
		p.Doubt("action %s", action)
		r.undecidedPolicy(p)
	}
}

// permits are the actions that let something pass.
var permits = map[string]rule.Action{"Accept": rule.Permit, "Inner Layer": rule.Permit, "Apply Layer": rule.Permit}

func orNone(v *jsontree.Value) *jsontree.Value {
	if v == nil {
		return &jsontree.Value{}
	}
	return v
}

func (r *reader) undecidedPolicy(p zoned.Policy) {
	permit := p
	permit.Action = rule.Permit
	r.append(permit)
	r.append(p)
}

// inline appends the rules of the layer that the rule calls. What comes to it does not
// come back.
func (r *reader) inline(p zoned.Policy, v *jsontree.Value, after []*layer, depth int) {
	ref := v.Get("inline-layer")
	var l *layer
	if ref != nil {
		l = r.export.layer(r.export.layerKey(ref))
	}
	if l == nil {
		p.Doubt("the inline layer is not in the text")
		r.undecidedPolicy(p)
		return
	}
	r.layer(l, after, scope{match: p.Matches[0], unknown: p.Unknown, within: fmt.Sprintf("%q: ", cmp.Or(p.Name, "rule"))}, depth+1)
}

// conditions reads what only the gateway can decide. It reports whether the rule is
// installed on the gateway that is asked for.
func (r *reader) conditions(p *zoned.Policy, v *jsontree.Value) bool {
	for _, cell := range []string{"vpn", "content", "time"} {
		if refs := v.Get(cell); refs != nil && !r.isAny(refs) {
			p.Doubt("%s %s", cell, strings.Join(r.cellNames(refs), ", "))
		}
	}
	p.Unknown = known.Reasons(p.Unknown, v.Why())
	for _, k := range v.Others(slices.Concat(deciding, harmless)...) {
		p.Doubt("%s is not known", k)
	}
	for _, cell := range []string{"source", "destination", "service", "action"} {
		if got := v.Get(cell); got.IsNull() || got.Kind == jsontree.Array && len(got.Items) == 0 {
			p.Doubt("%s is not in the text", cell)
		}
	}
	for _, key := range []string{"enabled", "source-negate", "destination-negate", "service-negate", "content-negate"} {
		if got := v.Get(key); got != nil && !isTrue(got) && !isFalse(got) {
			p.Doubt("%s is neither true nor false", key)
		}
	}
	for _, key := range always {
		if r.export.whole && v.Get(key) == nil {
			p.Doubt("%s is not in the text", key)
		}
	}
	if isTrue(v.Get("content-negate")) {
		p.Doubt("content is negated")
	}
	if isTrue(orNone(v.Get("action-settings")).Get("enable-identity-captive-portal")) {
		p.Doubt("who is not known is sent to the captive portal")
	}
	if got := v.Get("service-resource"); !empty(got) {
		p.Doubt("service-resource %s", r.export.name(got))
	}
	return r.installed(p, v.Get("install-on"))
}

// isAny reports whether a cell is Any, or empty.
func (r *reader) isAny(cell *jsontree.Value) bool {
	for _, key := range r.export.keys(cell) {
		if v := r.export.objects[key]; key != anyUID && key != "Any" && (v == nil || text(v, "type") != "CpmiAnyObject") {
			return false
		}
	}
	return true
}

func (r *reader) cellNames(cell *jsontree.Value) []string {
	if cell.Kind != jsontree.Array {
		return []string{r.export.name(cell)}
	}
	out := make([]string, len(cell.Items))
	for i := range cell.Items {
		out[i] = r.export.name(&cell.Items[i])
	}
	return out
}

// match returns what the rule itself matches.
func (r *reader) match(p *zoned.Policy, v *jsontree.Value) zoned.Match {
	m := zoned.AnyMatch()
	if cell := v.Get("source"); cell != nil {
		m.Sources = negated(v, "source", addr.Any(), r.names.addresses.Union(r.export.keys(cell)))
	}
	if cell := v.Get("destination"); cell != nil {
		m.Destinations = negated(v, "destination", addr.Any(), r.names.addresses.Union(r.export.keys(cell)))
	}
	if cell := v.Get("service"); cell != nil {
		m.Services = negated(v, "service", service.Any(), r.names.services.Union(r.export.keys(cell)))
	}
	return m
}

func negated[S known.Algebra[S]](v *jsontree.Value, cell string, all S, set known.Set[S]) known.Set[S] {
	switch got := v.Get(cell + "-negate"); {
	case isTrue(got):
		return zoned.Negate(all, set)
	case got != nil && !isFalse(got):
		return known.AtMost(all, cell+"-negate is neither true nor false")
	case len(orNone(v.Get(cell)).Items) == 0 && orNone(v.Get(cell)).Kind != jsontree.String && orNone(v.Get(cell)).Kind != jsontree.Object:
		return known.AtMost(all, cell+" is not in the text")
	}
	return set
}

func isTrue(v *jsontree.Value) bool { return v != nil && v.Text == "true" }

func isFalse(v *jsontree.Value) bool { return v != nil && v.Text == "false" }

// ruleText writes the rule on one line.
func (r *reader) ruleText(v *jsontree.Value) string {
	t := fmt.Sprintf("rule %s", orNone(v.Get("rule-number")).Text)
	if name := text(v, "name"); name != "" {
		t += fmt.Sprintf(" %q", name)
	}
	for _, cell := range []string{"source", "destination", "service"} {
		if refs := v.Get(cell); refs != nil {
			t += " " + cell + " "
			if isTrue(v.Get(cell + "-negate")) {
				t += "not "
			}
			t += shown(r.cellNames(refs))
		}
	}
	return t + " " + r.export.name(orNone(v.Get("action")))
}

// maxNames is how many names of a cell are shown.
const maxNames = 4

func shown(names []string) string {
	if len(names) > maxNames {
		return strings.Join(names[:maxNames], ",") + fmt.Sprintf(",… (%d)", len(names))
	}
	return strings.Join(names, ",")
}

// translated are the rules for addresses that objects are translated to: a rule for the
// object matches them as well, so that nothing surely passes.
func (r *reader) translated() []rule.Rule {
	var out []rule.Rule
	uids := make([]string, 0, len(r.export.objects))
	for uid := range r.export.objects {
		uids = append(uids, uid)
	}
	slices.Sort(uids)
	for _, uid := range uids {
		v := r.export.objects[uid]
		nat := v.Get("nat-settings")
		if nat == nil || orNone(nat.Get("auto-rule")).Text != "true" || text(nat, "method") != "static" {
			continue
		}
		set, ok := hosts(nat, "ipv4-address", "ipv6-address")
		if !ok {
			continue
		}
		m := zoned.AnyMatch()
		m.Destinations = known.Exactly(set)
		why := fmt.Sprintf("%q is translated to the address: whether rules for it match either is not known", label(v))
		out = append(out, zoned.Undecided(v.Line, fmt.Sprintf("automatic NAT of %q", label(v)), why, m)...)
	}
	return out
}
