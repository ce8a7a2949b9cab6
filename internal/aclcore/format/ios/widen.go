package ios

import (
	"net/netip"
	"regexp"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/widen"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
)

// groups are the object groups of each dialect, as its command reference writes them.
var groups = map[Dialect]widen.Grammar{
	IOS: {
		Reference: regexp.MustCompile(`\bobject-group (\S+)`),
		Header: func(name string) string {
			return `object-group (?:(?P<addresses>network)|(?P<services>service)) ` + name
		},
		Address: func(_ string, p netip.Prefix) string {
			switch {
			case !p.Addr().Is4():
				return ""
			case p.IsSingleIP():
				return "host " + p.Addr().String()
			}
			return p.Addr().String() + " " + widen.Mask(p)
		},
		Service: func(_ string, r service.Range) string {
			protocol, ports := widen.Ports(r)
			if protocol == "" {
				return ""
			}
			return protocol + " " + ports
		},
	},
	NXOS: {
		Reference: regexp.MustCompile(`\b(?:addrgroup|portgroup) (\S+)`),
		Header: func(name string) string {
			return `object-group (?:(?P<addresses>ip address)|(?P<services>ip port)) ` + name
		},
		Address: prefixMember,
		Service: portMember,
	},
	XR: {
		Reference: regexp.MustCompile(`\b(?:net-group|port-group) (\S+)`),
		Header: func(name string) string {
			return `object-group (?:(?P<addresses>network ipv4)|(?P<services>port)) ` + name
		},
		Address: prefixMember,
		Service: portMember,
	},
}

func prefixMember(_ string, p netip.Prefix) string {
	switch {
	case !p.Addr().Is4():
		return ""
	case p.IsSingleIP():
		return "host " + p.Addr().String()
	}
	return p.String()
}

func portMember(_ string, r service.Range) string {
	_, ports := widen.Ports(r)
	return ports
}

// Widen returns commands that add what the rule lacks to one of its object groups.
func Widen(d Dialect, content []byte, _ *rule.Ruleset, r *rule.Rule, lack widen.Lack) []string {
	g, ok := groups[d]
	if !ok {
		return nil
	}
	return g.Add(content, r.Text, lack)
}
