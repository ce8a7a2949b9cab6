package fortios

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/known"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/objects"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/tree"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/zoned"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
)

func (v *vdom) readServices() {
	custom := v.root.Get("firewall", "service", "custom")
	for _, n := range custom.Active() {
		set := serviceOf(n)
		if args := values(n, "iprange"); !isOff(args) {
			set = v.limit(n.Word, args, set)
		}
		v.serviceLevel.Add(n.Word, n.Line, set)
	}
	for _, g := range v.root.Get("firewall", "service", "group").Active() {
		addGroup(&v.serviceLevel, g, "service group")
	}
	doubtAll(&v.serviceLevel, custom, v.root.Get("firewall", "service", "group"))
	v.services = objects.NewScope(zoned.ServiceOptions(func(name string) (zoned.Services, bool) {
		if name == "ALL" {
			return known.Exactly(service.Any()), true
		}
		// Where a text defines services it has all of them, and a factory service that is
		// not there was deleted.
		if set, ok := factory[name]; ok && (custom == nil || v.factory) {
			return known.Exactly(set), true
		}
		return zoned.Services{}, false
	}), &v.serviceLevel)
}

// limit remembers that the service holds for some destinations only. Within a group,
// where they are not compared, it is in doubt.
func (v *vdom) limit(name string, args []string, set zoned.Services) zoned.Services {
	from, to, isRange := strings.Cut(args[0], "-")
	if !isRange {
		to = from
	}
	if span, ok := zoned.Span(from, to); ok && len(args) == 1 && set.IsExact() {
		v.limited[name] = span
	}
	return known.AtMost(set.Possible, fmt.Sprintf("service %q is limited to the destination %s", name, strings.Join(args, " ")))
}

// harmless are settings of a service that do not change what it matches.
var harmlessInService = words(`category color comment fabric-object session-ttl tcp-halfclose-timer tcp-halfopen-timer tcp-timewait-timer
	tcp-rst-timer udp-idle-timer check-reset-range helper visibility uuid explicit-proxy app-category application iprange protocol
	protocol-number icmptype icmpcode tcp-portrange udp-portrange sctp-portrange udplite-portrange global-object`)

// serviceOf reads an entry of firewall service custom, without its iprange.
func serviceOf(n *tree.Node) zoned.Services {
	undecided := func(format string, args ...any) zoned.Services {
		return known.AtMost(service.Any(), fmt.Sprintf("service %q ", n.Word)+fmt.Sprintf(format, args...))
	}
	if why := unreadBelow(n); why != "" {
		return undecided("is in doubt: %s", why)
	}
	for _, s := range n.Others(harmlessInService...) {
		if !isOff(s.Values) || len(s.Nodes) > 0 {
			return undecided("has the setting %q, which is not read", s)
		}
	}
	var set service.Set
	var ok bool
	switch protocol := value(n, "protocol"); protocol {
	case "", "TCP/UDP/SCTP", "TCP/UDP/UDP-Lite/SCTP":
		return portServices(n, undecided)
	case "ICMP":
		set, ok = icmp(n, service.ICMP)
	case "ICMP6":
		set, ok = icmp(n, service.ICMPv6)
	case "IP":
		set, ok = protocolNumber(value(n, "protocol-number"))
	default:
		return undecided("is of the protocol %s, which only the firewall recognizes", protocol)
	}
	if !ok {
		return undecided("has a number that is not read")
	}
	return known.Exactly(set)
}

func protocolNumber(text string) (service.Set, bool) {
	if text == "" || text == "0" {
		return service.Any(), true
	}
	n, err := strconv.ParseUint(text, 10, 8)
	return service.SetOf(service.Whole(uint8(n))), err == nil
}

func icmp(n *tree.Node, protocol uint8) (service.Set, bool) {
	kind, code := value(n, "icmptype"), value(n, "icmpcode")
	if kind == "" {
		return service.SetOf(service.Whole(protocol)), true
	}
	t, err := strconv.ParseUint(kind, 10, 8)
	if err != nil || code == "" {
		return service.SetOf(service.Type(protocol, uint8(t))), err == nil
	}
	c, err := strconv.ParseUint(code, 10, 8)
	return service.SetOf(service.Code(protocol, uint8(t), uint8(c))), err == nil
}

// portServices reads the port ranges of an entry, "DST[-DST][:SRC[-SRC]]" each.
func portServices(n *tree.Node, undecided func(string, ...any) zoned.Services) zoned.Services {
	var all service.Set
	for _, p := range []struct {
		setting  string
		protocol uint8
	}{{"tcp-portrange", service.TCP}, {"udp-portrange", service.UDP}, {"sctp-portrange", service.SCTP}, {"udplite-portrange", service.UDPLite}} {
		for _, text := range values(n, p.setting) {
			dst, src, limited := strings.Cut(text, ":")
			destinations, ok := zoned.PortList(dst)
			sources := zoned.AllPorts()
			if ok && limited {
				sources, ok = zoned.PortList(src)
			}
			if !ok {
				return undecided("has the ports %q, which are not read", text)
			}
			set, _ := zoned.Boxes(p.protocol, sources, destinations)
			all = all.Union(set)
		}
	}
	if all.IsEmpty() {
		return undecided("has no ports")
	}
	return known.Exactly(all)
}

func words(text string) []string { return strings.Fields(text) }
