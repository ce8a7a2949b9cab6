package asa

import (
	"net/netip"
	"regexp"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/widen"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
)

// groups are those of the command reference: object-group network and object-group
// service, the latter with a protocol for ports alone.
var groups = widen.Grammar{
	Reference: regexp.MustCompile(`\bobject-group (\S+)`),
	Header: func(name string) string {
		return `object-group (?:(?P<addresses>network)|(?P<services>service)) ` + name + `(?: (?:tcp|udp|tcp-udp))?`
	},
	Address: func(_ string, p netip.Prefix) string {
		switch {
		case p.IsSingleIP():
			return "network-object host " + p.Addr().String()
		case p.Addr().Is4():
			return "network-object " + p.Addr().String() + " " + widen.Mask(p)
		}
		return "network-object " + p.String()
	},
	Service: func(header string, r service.Range) string {
		protocol, ports := widen.Ports(r)
		switch words := strings.Fields(header); {
		case protocol == "":
			return ""
		case len(words) == 3:
			return "service-object " + protocol + " destination " + ports
		case words[3] == protocol:
			return "port-object " + ports
		}
		return ""
	},
}

// Widen returns commands that add what the rule lacks to one of its object groups.
func Widen(content []byte, _ *rule.Ruleset, r *rule.Rule, lack widen.Lack) []string {
	return groups.Add(content, r.Text, lack)
}
