package fortios

import (
	"fmt"
	"slices"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/known"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// sourceTranslations returns what becomes of sources: by the policy that accepts them, or
// with central NAT by a table of its own. A policy without nat keeps them. There are none
// where no policy translates.
func (v *vdom) sourceTranslations(policies []policy) (out []device.Translation) {
	if v.value("system", "settings", "central-nat") == "enable" {
		return v.centralTranslations()
	}
	if !slices.ContainsFunc(policies, func(p policy) bool { return value(p.node, "nat") == "enable" }) {
		return nil
	}
	out = v.vipSources()
	for i := range policies {
		if p := &policies[i]; p.Action == rule.Permit || p.AnyAction {
			out = append(out, v.policyTranslations(p)...)
		}
	}
	return out
}

// vipSources are the hosts behind virtual IPs that forward no ports: where a policy
// translates sources, what they send out may get the outside address of the virtual IP in
// place of that of the policy (Fortinet, FortiOS Administration Guide, Static virtual IPs;
// nat-source-vip).
func (v *vdom) vipSources() (out []device.Translation) {
	for i := range v.vips {
		p := &v.vips[i]
		if p.forwards && len(p.why) == 0 {
			continue
		}
		t := device.Translation{Name: p.name, Line: p.line, Text: fmt.Sprintf("virtual IP %q", p.name), Search: device.SearchSource, Source: device.Mapping{Kind: device.Dynamic}}
		t.Match = traffic.Product{Sources: p.mapped.Possible, Destinations: addr.Any4(), Services: service.Any()}
		t.Unknown = []string{"what is behind a virtual IP may be given its outside address, or that of the policy"}
		if !t.Match.IsEmpty() {
			out = append(out, t)
		}
	}
	return out
}

// policyTranslations returns what a policy does to the sources of the packets that it
// accepts, one rule for each of its matches.
func (v *vdom) policyTranslations(p *policy) (out []device.Translation) {
	t := device.Translation{Name: p.Name, Line: p.Line, Text: p.Text, Search: device.SearchSource, From: p.From, To: p.To}
	t.Unknown = slices.Clone(p.Unknown)
	nameless(&t)
	if len(p.Applications)+len(p.Users) > 0 {
		t.Unknown = append(t.Unknown, "it is for some applications or users")
	}
	if value(p.node, "nat") == "enable" {
		t.Source = v.sourceMapping(p)
	}
	add := func(src, dst addr.Set, services service.Set, why ...string) {
		one := t
		one.Match = traffic.Product{Sources: src, Destinations: dst, Services: services}
		one.Unknown = known.Reasons(t.Unknown, why)
		if !one.Match.IsEmpty() {
			out = append(out, one)
		}
	}
	for _, m := range p.Matches {
		why := known.Reasons(known.Reasons(m.Sources.Why, m.Destinations.Why), m.Services.Why)
		add(m.Sources.Possible, m.Destinations.Possible, m.Services.Possible, why...)
		for j := range v.vips {
			if vip := &v.vips[j]; v.names(p, vip) { // it is for what the virtual IP leads to
				add(m.Sources.Possible, vip.mapped.Possible, service.Any(), known.Reasons(why, vip.mapped.Why)...)
			}
		}
	}
	return out
}

// sourceMapping returns the pool of a policy, or without one the addresses of the
// interfaces that packets leave by; none where one of them is not known.
func (v *vdom) sourceMapping(p *policy) device.Mapping {
	m := device.Mapping{Kind: device.Dynamic, FirstPort: 1, LastPort: 65535}
	names := values(p.node, "poolname")
	if value(p.node, "ippool") != "enable" || len(names) == 0 {
		m.To = v.addressesOf(p.To)
		return m
	}
	m.To = v.pool(names)
	return m
}

// pool returns the addresses of IP pools, none where one of them is not known.
func (v *vdom) pool(names []string) addr.Set {
	var pool addr.Set
	for _, name := range names {
		n := v.root.Get("firewall", "ippool", name)
		if n == nil {
			return addr.Set{}
		}
		set, ok := spanOf(fmt.Sprintf("%s-%s", value(n, "startip"), value(n, "endip")))
		if !ok {
			return addr.Set{}
		}
		pool = pool.Union(set)
	}
	return pool
}

// addressesOf returns the addresses of interfaces, none where one of them has none that
// is known. Names of zones stand for their members, which are among the names.
func (v *vdom) addressesOf(names []string) addr.Set {
	var all []addr.Range
	for _, name := range names {
		if _, zone := v.zones[name]; zone {
			continue
		}
		own := v.own[name]
		if len(own) == 0 {
			return addr.Set{}
		}
		for _, a := range own {
			all = append(all, addr.RangeOf(a, a))
		}
	}
	return addr.SetOf(all...)
}
