package checkpoint

import (
	"fmt"
	"slices"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/jsontree"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/known"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/zoned"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// originalUID is the object Original of every installation: what it stands for is not
// translated.
const originalUID = "85c0f50f-6d8a-4528-88ab-5fb11d8fe16c"

// natKeys are the keys of a rule that are read, or that change nothing of what it does.
var natKeys = append([]string{
	"uid", "name", "type", "domain", "enabled", "original-source", "original-destination", "original-service", "translated-source",
	"translated-destination", "translated-service", "method", "install-on", "auto-generated", "rule-number", "comments", "meta-info", "package",
	"hits", "tags", "icon", "color", "read-only", "available-actions", "from", "to",
}, jsontree.Doubts)

// translations returns the rules of address translation in the order of the rulebase:
// manual ones before automatic ones where their sections stand so, automatic ones as the
// management has sorted them. The first that matches the packet as it enters decides
// (Check Point Security Management Administration Guide, Working with NAT Rules). A packet
// may meet two automatic rules, one for each end, which is left open.
func (r *reader) translations() []device.Translation {
	if len(r.export.nat) == 0 {
		return r.automatic()
	}
	var manual, automatic []device.Translation
	var sources, destinations addr.Set
	for _, v := range r.export.nat {
		if text(v, "enabled") == "false" || orNone(v.Get("enabled")).Text == "false" {
			continue
		}
		t, auto := r.translation(v)
		if !auto && len(automatic) == 0 {
			manual = append(manual, t...)
			continue
		}
		for _, one := range t {
			if one.Source.Kind != device.Unchanged {
				sources = sources.Union(one.Match.Sources)
			}
			if one.Destination.Kind != device.Unchanged {
				destinations = destinations.Union(one.Match.Destinations)
			}
		}
		automatic = append(automatic, t...)
	}
	if !sources.IsEmpty() && !destinations.IsEmpty() {
		both := unreadNAT(automatic[0].Line, "automatic NAT", "one automatic rule matches the source and another the destination: whether both count is a setting that is not in the text")
		both.Match.Sources, both.Match.Destinations, both.Reverse = sources, destinations, false
		manual = append(manual, both)
	}
	if len(r.export.packages) > 1 {
		manual = append([]device.Translation{unreadNAT(r.export.nat[0].Line, "NAT rulebase", "which of the packages the rules of address translation are of is not followed")}, manual...)
	}
	if len(r.export.nat) < r.export.natTotal {
		manual = append([]device.Translation{unreadNAT(r.export.nat[0].Line, "NAT rulebase", "rules of address translation are missing: add the other answers of show-nat-rulebase")}, manual...)
	}
	return append(manual, automatic...)
}

func unreadNAT(line int, text, why string) device.Translation {
	return device.Translation{
		Line: line, Text: text, Match: traffic.Any(), Reverse: true, Unknown: []string{why},
		Source: device.Mapping{Kind: device.Dynamic}, Destination: device.Mapping{Kind: device.Dynamic},
	}
}

// automatic returns the rules for objects with automatic translation where the rulebase is
// not in the text: in which order they are tried is not known.
func (r *reader) automatic() []device.Translation {
	var out []device.Translation
	for _, uid := range sortedKeys(r.export.objects) {
		v := r.export.objects[uid]
		nat := v.Get("nat-settings")
		if orNone(orNone(nat).Get("auto-rule")).Text != "true" {
			continue
		}
		t := unreadNAT(v.Line, fmt.Sprintf("automatic NAT of %q", label(v)), "the rules of address translation are not in the text: add the answer of show-nat-rulebase")
		t.Destination = device.Mapping{}
		if own := r.names.addresses.Resolve(uid); !own.Possible.IsEmpty() {
			t.Match.Sources = own.Possible
		}
		if set, ok := hosts(nat, "ipv4-address", "ipv6-address"); ok {
			t.Source.To = set
		}
		out = append(out, t)
	}
	return out
}

func sortedKeys(m map[string]*jsontree.Value) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// translation reads one rule. auto says that an object has made it.
func (r *reader) translation(v *jsontree.Value) (out []device.Translation, auto bool) {
	auto = orNone(v.Get("auto-generated")).Text == "true"
	t := device.Translation{Name: text(v, "name"), Line: v.Line, Text: "NAT rule " + orNone(v.Get("rule-number")).Text}
	var why []string
	doubt := func(reasons ...string) { why = known.Reasons(why, reasons) }
	cell := func(key string) zoned.Addresses {
		if v.Get(key) == nil {
			return known.AtMost(addr.Any(), "the rule has no "+key)
		}
		return r.names.addresses.Union(r.export.keys(v.Get(key)))
	}
	src, dst := cell("original-source"), cell("original-destination")
	services := known.AtMost(service.Any(), "the rule has no original-service")
	if c := v.Get("original-service"); c != nil {
		services = r.names.services.Union(r.export.keys(c))
	}
	t.Match = traffic.Product{Sources: src.Possible, Destinations: dst.Possible, Services: services.Possible}
	doubt(known.Reasons(known.Reasons(src.Why, dst.Why), services.Why)...)
	doubt(v.Why()...)
	for _, o := range v.Others(natKeys...) {
		doubt("the rule has " + o + ", which is not read")
	}
	if on := v.Get("install-on"); on != nil && !slices.Contains(r.cellNames(on), "Policy Targets") {
		doubt("it is installed on some gateways")
	}
	method := text(v, "method")
	var more []string
	if t.Source, more = r.natMapping(v.Get("translated-source"), t.Match.Sources, method); method == "hide" && t.Source.Kind != device.Unchanged {
		t.Source.FirstPort, t.Source.LastPort = 600, 60000
	}
	doubt(more...)
	if _, one := t.Match.Sources.Single(); t.Source.Kind == device.Static && !one {
		if _, single := t.Source.To.Single(); single {
			doubt("a static rule maps several sources to one address")
		}
	}
	t.Destination, more = r.natMapping(v.Get("translated-destination"), t.Match.Destinations, "static")
	doubt(more...)
	doubt(r.natPort(v.Get("translated-service"), &t)...)
	if method != "hide" && method != "static" {
		doubt(fmt.Sprintf("the method %q is not read", method))
	}
	for _, to := range []addr.Set{t.Source.To, t.Destination.To} {
		if v4, v6 := to.Split(); !v4.IsEmpty() && v6.IsEmpty() {
			t.Match.Sources, t.Match.Destinations = t.Match.Sources.Intersect(addr.Any4()), t.Match.Destinations.Intersect(addr.Any4())
		}
	}
	t.Unknown = why
	if t.Match.IsEmpty() {
		return nil, auto
	}
	return hidden(t, method == "hide"), auto
}

// hidden splits a rule that hides sources: of protocols without ports it is not known what
// becomes.
func hidden(t device.Translation, hide bool) []device.Translation {
	rest := t.Match.Services.Subtract(hideServices)
	if !hide || t.Source.Kind == device.Unchanged || len(t.Unknown) > 0 || rest.IsEmpty() {
		return []device.Translation{t}
	}
	other := t
	other.Match.Services, other.Unknown = rest, []string{"hiding is for TCP, UDP and ICMP; what becomes of other protocols is not known"}
	if t.Match.Services = t.Match.Services.Intersect(hideServices); t.Match.Services.IsEmpty() {
		return []device.Translation{other}
	}
	return []device.Translation{t, other}
}

var hideServices = service.SetOf(service.Whole(service.TCP), service.Whole(service.UDP), service.Whole(service.ICMP), service.Whole(service.ICMPv6))

// natMapping returns what addresses become, unchanged for Original.
func (r *reader) natMapping(cell *jsontree.Value, from addr.Set, method string) (m device.Mapping, why []string) {
	if cell == nil {
		return device.Mapping{Kind: device.Dynamic}, []string{"the rule does not tell what it translates to"}
	}
	keys := r.export.keys(cell)
	if len(keys) == 1 && (keys[0] == originalUID || r.export.name(cell) == "Original") {
		return device.Mapping{}, nil
	}
	to := r.names.addresses.Union(keys)
	if method == "hide" {
		m = device.Mapping{Kind: device.Dynamic, To: to.Possible}
		if !to.IsExact() { // behind the gateway, or behind something that is not in the text
			m.To = addr.Set{}
		}
		return m, nil
	}
	if !to.IsExact() {
		return device.Mapping{Kind: device.Dynamic, To: to.Possible}, to.Why
	}
	if from.Equal(to.Possible) {
		return device.Mapping{}, nil
	}
	if one := zoned.OneToOne(from, to.Possible); one != "" {
		return device.Mapping{Kind: device.Dynamic, To: to.Possible}, []string{one}
	}
	return device.Mapping{Kind: device.Static, To: to.Possible}, nil
}

// natPort reads the translated service: one port, for the destination.
func (r *reader) natPort(cell *jsontree.Value, t *device.Translation) (why []string) {
	if cell == nil {
		return []string{"the rule does not tell the translated service"}
	}
	keys := r.export.keys(cell)
	if len(keys) == 1 && (keys[0] == originalUID || r.export.name(cell) == "Original") {
		return nil
	}
	set := r.names.services.Union(keys)
	ranges := set.Possible.Ranges()
	if set.IsExact() && set.Possible.Equal(t.Match.Services) {
		return nil
	}
	plain := set.IsExact() && len(ranges) == 1 && service.HasPorts(ranges[0].ProtoFrom) && ranges[0].ProtoFrom == ranges[0].ProtoTo &&
		ranges[0].DstFrom == ranges[0].DstTo && ranges[0].DstFrom > 0 && ranges[0].SrcFrom == 0 && ranges[0].SrcTo == 65535
	if !plain {
		return []string{"the translated service is not one port"}
	}
	for _, o := range t.Match.Services.Ranges() {
		if o.ProtoFrom != ranges[0].ProtoFrom || o.ProtoTo != ranges[0].ProtoTo {
			return []string{"the translated service has another protocol"}
		}
	}
	if len(t.Match.Destinations.Ranges()) != 1 && t.Destination.Kind == device.Unchanged {
		return []string{"it maps the port of several ranges of addresses"}
	}
	if t.Destination.Kind == device.Unchanged {
		t.Destination = device.Mapping{Kind: device.Static, To: t.Match.Destinations}
	}
	t.Destination.FirstPort, t.Destination.LastPort = ranges[0].DstFrom, ranges[0].DstTo
	return nil
}
