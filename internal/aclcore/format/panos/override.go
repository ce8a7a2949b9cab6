package panos

import (
	"slices"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/known"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/tree"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/zoned"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
)

// An override is a rule of application-override: what it matches is of its application,
// whatever the content is, before the security rules are asked (PAN-OS Administrator's
// Guide, Create an Application Override Policy).
type override struct {
	zoned.Policy // with one match
	application  string
}

// readOverrides returns the rules of application-override in the order in which they are
// tried.
func (p *policies) readOverrides() []override {
	var out []override
	for _, l := range p.scope.layers {
		for _, n := range l.node.Get("application-override", "rules").Active() {
			if n.Value("disabled") != "yes" || n.Repeated {
				out = append(out, p.override(n))
			}
		}
	}
	return out
}

func (p *policies) override(n *tree.Node) override {
	o := override{Policy: zoned.Policy{Name: n.Word, Line: n.Line}, application: n.Value("application")}
	p.zonesOf(&o.Policy, n)
	isYes(&o.Policy, n, "disabled")
	services := known.Exactly(service.Set{})
	list, ok := zoned.PortList(n.Value("port"))
	for _, protocol := range protocols {
		if ok && n.Value("protocol") == protocol.word {
			set, _ := zoned.Boxes(protocol.number, zoned.AllPorts(), list)
			services = known.Exactly(set)
		}
	}
	if services.Sure.IsEmpty() {
		services = known.AtMost(service.Any(), "its ports are not read")
	}
	o.Matches = []zoned.Match{{Sources: p.addresses(&o.Policy, n, "source"), Destinations: p.addresses(&o.Policy, n, "destination"), Services: services}}
	others := n.Others(append(slices.Clone(harmless), "from", "to", "source", "destination", "negate-source", "negate-destination", "disabled", "protocol", "port", "application")...)
	if len(others) > 0 || n.Repeated || len(n.Why()) > 0 || o.application == "" || n.Get("target") != nil {
		o.Doubt("it has an element that is not known, or is there twice")
		o.From, o.To, o.Matches = nil, nil, []zoned.Match{zoned.AnyMatch()}
	}
	return o
}

// overridden returns a rule for some applications, apart from what an override says the
// application of: there it is for that one, and does not ask for another.
func (p *policies) overridden(q zoned.Policy, applications []string) []zoned.Policy {
	if slices.Contains(applications, "any") || len(applications) == 0 {
		return []zoned.Policy{q}
	}
	names, why := p.names.applications(applications)
	var parts []zoned.Policy
	for i := range p.overrides {
		o := &p.overrides[i]
		if apart(q.From, o.From) || apart(q.To, o.To) {
			continue
		}
		m := o.Matches[0]
		sure := len(o.Unknown) == 0 && m.Sources.IsExact() && m.Destinations.IsExact() && m.Services.IsExact() && covers(o.From, q.From) && covers(o.To, q.To)
		m = zoned.Match{Sources: known.Exactly(m.Sources.Possible), Destinations: known.Exactly(m.Destinations.Possible), Services: known.Exactly(m.Services.Possible)}
		part := q
		part.Applications, part.Matches, part.Unknown = nil, nil, slices.Clone(q.Unknown)
		var rest []zoned.Match
		for _, own := range q.Matches {
			both, others := divide(own, m)
			part.Matches, rest = append(part.Matches, both), append(rest, others...)
		}
		q.Matches = rest
		switch named := slices.Contains(names, o.application); {
		case !sure:
			part.Doubt("application-override %q may say what the application is", o.Name)
		case named:
			part.Unknown = slices.DeleteFunc(part.Unknown, func(reason string) bool { return slices.Contains(why, reason) })
		case len(why) == 0:
			continue
		}
		parts = append(parts, part)
	}
	return append(parts, q)
}

// apart reports whether no zone is in both lists, of which none stands for all.
func apart(a, b []string) bool {
	return len(a) > 0 && len(b) > 0 && !slices.ContainsFunc(a, func(zone string) bool { return slices.Contains(b, zone) })
}

// covers reports whether all zones of the second list are in the first.
func covers(all, some []string) bool {
	return len(all) == 0 || len(some) > 0 && !slices.ContainsFunc(some, func(zone string) bool { return !slices.Contains(all, zone) })
}

// divide returns what two matches share, and the rest of the first.
func divide(a, b zoned.Match) (both zoned.Match, rest []zoned.Match) {
	both = zoned.Match{Sources: a.Sources.Intersect(b.Sources), Destinations: a.Destinations.Intersect(b.Destinations), Services: a.Services.Intersect(b.Services)}
	return both, []zoned.Match{
		{Sources: a.Sources.Subtract(b.Sources), Destinations: a.Destinations, Services: a.Services},
		{Sources: both.Sources, Destinations: a.Destinations.Subtract(b.Destinations), Services: a.Services},
		{Sources: both.Sources, Destinations: both.Destinations, Services: a.Services.Subtract(b.Services)},
	}
}
