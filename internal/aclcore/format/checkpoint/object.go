package checkpoint

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/jsontree"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/known"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/objects"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/zoned"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
)

// anyUID is the object Any of every installation.
const anyUID = "97aeb369-9aea-11d5-bd16-0090272ccb30"

// names resolves the objects of an export by uid.
type names struct {
	export    *export
	addresses *objects.Scope[addr.Set]
	services  *objects.Scope[service.Set]
	// levels are for the writer, keyed by uid.
	addressLevel objects.Level[addr.Set]
	serviceLevel objects.Level[service.Set]
	// addressNames and serviceNames find objects by what they stand for, when the first
	// change asks.
	addressNames, serviceNames func() *zoned.Names
}

func newNames(e *export) *names {
	n := &names{export: e}
	for uid, v := range e.objects {
		kind := text(v, "type")
		if e.differing[uid] {
			why := fmt.Sprintf("the text has two objects %q of one uid", label(v))
			n.addressLevel.Doubt(uid, v.Line, why)
			n.serviceLevel.Doubt(uid, v.Line, why)
		}
		switch {
		case strings.HasPrefix(kind, "service-"), strings.HasPrefix(kind, "application-"):
			n.addService(uid, v, kind)
			for _, why := range v.Why() {
				n.serviceLevel.Doubt(uid, v.Line, fmt.Sprintf("%s %q is in doubt: %s", kind, label(v), why))
			}
		default:
			n.addAddress(uid, v, kind)
			for _, why := range v.Why() {
				n.addressLevel.Doubt(uid, v.Line, fmt.Sprintf("%s %q is in doubt: %s", kind, label(v), why))
			}
		}
	}
	n.addresses = objects.NewScope(zoned.AddressOptions(addr.Any(), func(name string) (zoned.Addresses, bool) {
		return known.Exactly(addr.Any()), name == anyUID || name == "Any"
	}), &n.addressLevel)
	n.services = objects.NewScope(zoned.ServiceOptions(func(name string) (zoned.Services, bool) {
		return known.Exactly(service.Any()), name == anyUID || name == "Any"
	}), &n.serviceLevel)
	n.addressNames = sync.OnceValue(func() *zoned.Names { return zoned.AddressNames(n.addresses, &n.addressLevel) })
	n.serviceNames = sync.OnceValue(func() *zoned.Names { return zoned.ServiceNames(n.services, &n.serviceLevel) })
	return n
}

// label names an object for people.
func label(v *jsontree.Value) string { return cmp.Or(text(v, "name"), text(v, "uid"), v.Text) }

// key returns how a reference names its object: by uid, else the uid of the only object
// of the name, else as it stands.
func (e *export) key(ref *jsontree.Value) string {
	if uid := text(ref, "uid"); uid != "" {
		return uid
	}
	name := cmp.Or(text(ref, "name"), ref.Text)
	switch uids := e.byName[name]; {
	case e.objects[name] == nil && len(uids) == 1:
		return uids[0]
	case e.objects[name] != nil && slices.ContainsFunc(uids, func(uid string) bool { return uid != name }):
		return name + " (a uid and a name)"
	}
	return name
}

// keys returns the references of a cell: a list, or one object.
func (e *export) keys(cell *jsontree.Value) []string {
	if cell == nil {
		return nil
	}
	if cell.Kind != jsontree.Array {
		return []string{e.key(cell)}
	}
	out := make([]string, len(cell.Items))
	for i := range cell.Items {
		out[i] = e.key(&cell.Items[i])
	}
	return out
}

// name returns the name of the object that a reference means, for people.
func (e *export) name(ref *jsontree.Value) string {
	if v := e.objects[e.key(ref)]; v != nil {
		return label(v)
	}
	return label(ref)
}

func (n *names) addAddress(uid string, v *jsontree.Value, kind string) {
	l := &n.addressLevel
	switch kind {
	case "group":
		if v.Get("members") == nil {
			l.Doubt(uid, v.Line, fmt.Sprintf("the members of group %q are not in the text", label(v)))
			return
		}
		l.Members(uid, v.Line, n.export.keys(v.Get("members"))...)
	case "group-with-exclusion":
		if v.Get("include") == nil || v.Get("except") == nil {
			l.Doubt(uid, v.Line, fmt.Sprintf("the parts of group %q are not in the text", label(v)))
			return
		}
		l.Members(uid, v.Line, n.export.keys(v.Get("include"))...)
		l.Except(uid, v.Line, n.export.keys(v.Get("except"))...)
	default:
		l.Add(uid, v.Line, address(v, kind))
	}
}

// address reads an object that stands for addresses.
func address(v *jsontree.Value, kind string) zoned.Addresses {
	undecided := func(what string) zoned.Addresses {
		return known.AtMost(addr.Any(), fmt.Sprintf("%s %q %s", kind, label(v), what))
	}
	var set addr.Set
	var ok bool
	switch kind {
	case "CpmiAnyObject":
		return known.Exactly(addr.Any())
	case "host":
		set, ok = hosts(v, "ipv4-address", "ipv6-address")
	case "network":
		if set, ok = network(v); ok && text(v, "broadcast") == "disallow" {
			return withoutBroadcast(v, set)
		}
	case "address-range", "multicast-address-range":
		set, ok = ranges(v)
		ok = ok && !set.IsEmpty()
	case "wildcard":
		return wildcard(v, undecided)
	case "simple-gateway", "simple-cluster", "CpmiGatewayCluster", "CpmiHostCkp", "CpmiClusterMember", "CpmiGatewayPlain", "checkpoint-host", "cluster-member":
		return gateway(v, undecided)
	default:
		return undecided("is resolved by the gateway only")
	}
	if !ok {
		return undecided("has no content that is read")
	}
	return known.Exactly(set)
}

// hosts returns the addresses under the keys; ok is false if there is none, or one that
// is not read.
func hosts(v *jsontree.Value, keys ...string) (addr.Set, bool) {
	var out addr.Set
	for _, k := range keys {
		if t := text(v, k); t != "" {
			set, ok := zoned.Host(t)
			if !ok {
				return addr.Set{}, false
			}
			out = out.Union(set)
		}
	}
	return out, !out.IsEmpty()
}

func network(v *jsontree.Value) (addr.Set, bool) {
	var out addr.Set
	for _, family := range []string{"4", "6"} {
		net := text(v, "subnet"+family)
		if net == "" {
			continue
		}
		length := v.Get("mask-length" + family)
		if length == nil {
			return addr.Set{}, false
		}
		set, ok := zoned.Host(net + "/" + length.Text)
		if !ok {
			return addr.Set{}, false
		}
		out = out.Union(set)
	}
	mask := text(v, "subnet-mask")
	if net := text(v, "subnet"); out.IsEmpty() && net != "" {
		return zoned.Masked(net, mask)
	}
	if v4 := out.Intersect(addr.Any4()); mask != "" && !v4.IsEmpty() { // it is there twice
		if set, ok := zoned.Masked(text(v, "subnet4"), mask); !ok || !set.Equal(v4) {
			return addr.Set{}, false
		}
	}
	return out, !out.IsEmpty()
}

// withoutBroadcast leaves open whether the last address of each network, for packets to
// all of it, belongs to an object that leaves broadcast out.
func withoutBroadcast(v *jsontree.Value, set addr.Set) zoned.Addresses {
	inner := set
	for _, r := range set.Ranges() {
		if r.Is4() && !r.IsSingle() {
			inner = inner.Subtract(addr.SetOf(addr.RangeOf(r.To, r.To)))
		}
	}
	return known.Between(inner, set, fmt.Sprintf("network %q leaves its broadcast address out", label(v)))
}

func ranges(v *jsontree.Value) (addr.Set, bool) {
	var out addr.Set
	read := false
	for _, family := range []string{"ipv4", "ipv6"} {
		first, last := text(v, family+"-address-first"), text(v, family+"-address-last")
		if first == "" && last == "" {
			continue
		}
		set, ok := zoned.Span(first, last)
		if !ok {
			return addr.Set{}, false
		}
		out, read = out.Union(set), true
	}
	if !read {
		return hosts(v, "ipv4-address", "ipv6-address")
	}
	return out, true
}

// wildcard reads an address with a mask in which 1 is free.
func wildcard(v *jsontree.Value, undecided func(string) zoned.Addresses) zoned.Addresses {
	if text(v, "ipv6-address") != "" {
		return undecided("has an IPv6 mask, which is not read")
	}
	parts := strings.Split(text(v, "ipv4-mask-wildcard"), ".")
	for i, p := range parts {
		b, err := strconv.ParseUint(p, 10, 8)
		if err != nil {
			return undecided("has no mask that is read")
		}
		parts[i] = strconv.Itoa(255 - int(b))
	}
	set, ok := zoned.Wildcard(text(v, "ipv4-address"), strings.Join(parts, "."))
	if !ok {
		return undecided("has no address that is read")
	}
	return set
}

// gateway stands for all of its addresses; those of its interfaces are known where the
// text lists them.
func gateway(v *jsontree.Value, undecided func(string) zoned.Addresses) zoned.Addresses {
	set, ok := hosts(v, "ipv4-address", "ipv6-address")
	if !ok {
		return undecided("has no address that is read")
	}
	interfaces := v.Get("interfaces")
	complete := interfaces != nil && interfaces.Kind == jsontree.Array && len(interfaces.Items) > 0 && orNone(v.Get("dynamic-ip")).Text != "true"
	for i := range orNone(interfaces).Items {
		one, ok := hosts(&interfaces.Items[i], "ipv4-address", "ipv6-address")
		set, complete = set.Union(one), complete && ok
	}
	if !complete {
		return known.Between(set, addr.Any(), fmt.Sprintf("not all addresses of the interfaces of %q are in the text", label(v)))
	}
	return known.Exactly(set)
}

func (n *names) addService(uid string, v *jsontree.Value, kind string) {
	l := &n.serviceLevel
	if kind != "service-group" {
		l.Add(uid, v.Line, serviceOf(v, kind))
		return
	}
	if v.Get("members") == nil {
		l.Doubt(uid, v.Line, fmt.Sprintf("the members of service group %q are not in the text", label(v)))
		return
	}
	l.Members(uid, v.Line, n.export.keys(v.Get("members"))...)
}

var portProtocols = map[string]uint8{"service-tcp": service.TCP, "service-udp": service.UDP, "service-sctp": service.SCTP}

// serviceOf reads an object that stands for services.
func serviceOf(v *jsontree.Value, kind string) zoned.Services {
	undecided := func(what string) zoned.Services {
		return known.AtMost(service.Any(), fmt.Sprintf("%s %q %s", kind, label(v), what))
	}
	if protocol, ok := portProtocols[kind]; ok {
		if got := v.Get("match-by-protocol-signature"); got != nil && got.Text == "true" {
			return undecided("matches by content as well")
		}
		destinations, ok1 := comparisons(text(v, "port"))
		sources, ok2 := comparisons(text(v, "source-port"))
		if !ok1 || !ok2 || text(v, "port") == "" || v.Get("source-port") != nil && v.Get("source-port").Kind != jsontree.String {
			return undecided("has ports that are not read")
		}
		set, _ := zoned.Boxes(protocol, sources, destinations)
		return known.Exactly(set)
	}
	switch kind {
	case "service-icmp", "service-icmp6":
		set, ok := icmp(v, map[string]uint8{"service-icmp": service.ICMP, "service-icmp6": service.ICMPv6}[kind])
		if !ok {
			return undecided("has a type or a code that is not read")
		}
		return known.Exactly(set)
	case "service-other":
		protocol, ok := octet(v, "ip-protocol")
		if !ok || !empty(v.Get("match")) || !empty(v.Get("action")) {
			return undecided("matches by an INSPECT expression, or without a protocol that is read")
		}
		return known.Exactly(service.SetOf(service.Whole(protocol)))
	}
	return undecided("is recognized by the gateway only")
}

// empty reports whether a value is not there, null or an empty string.
func empty(v *jsontree.Value) bool { return v.IsNull() || v.Kind == jsontree.String && v.Text == "" }

// octet reads a number up to 255.
func octet(v *jsontree.Value, key string) (uint8, bool) {
	n, err := strconv.ParseUint(orNone(v.Get(key)).Text, 10, 8)
	return uint8(n), err == nil
}

// icmp reads the type and the code; without them all are meant.
func icmp(v *jsontree.Value, protocol uint8) (service.Set, bool) {
	kind, ok1 := octet(v, "icmp-type")
	code, ok2 := octet(v, "icmp-code")
	switch hasType, hasCode := v.Get("icmp-type") != nil, v.Get("icmp-code") != nil; {
	case hasType && !ok1, hasCode && !ok2, hasCode && !hasType:
		return service.Set{}, false
	case !hasType:
		return service.SetOf(service.Whole(protocol)), true
	case !hasCode:
		return service.SetOf(service.Type(protocol, kind)), true
	}
	return service.SetOf(service.Code(protocol, kind, code)), true
}

// comparisons reads ports: 80, 1000-2000, <1024, >=1024, and lists of these with commas;
// none are all of them.
func comparisons(text string) ([]zoned.Ports, bool) {
	if text == "" {
		return zoned.AllPorts(), true
	}
	var out []zoned.Ports
	for _, part := range strings.Split(text, ",") {
		part = strings.TrimSpace(part)
		sign := part[:len(part)-len(strings.TrimLeft(part, "<>="))]
		if sign == "" {
			list, ok := zoned.PortList(part)
			if !ok || len(list) == 0 || slices.ContainsFunc(list, func(p zoned.Ports) bool { return p.From > p.To }) {
				return nil, false
			}
			out = append(out, list...)
			continue
		}
		n, ok := zoned.Port(strings.TrimSpace(part[len(sign):]))
		if part[len(sign):] == "" || !ok {
			return nil, false
		}
		switch {
		case sign == "<=":
			out = append(out, zoned.Ports{From: 0, To: n})
		case sign == ">=":
			out = append(out, zoned.Ports{From: n, To: 65535})
		case sign == "<" && n > 0:
			out = append(out, zoned.Ports{From: 0, To: n - 1})
		case sign == ">" && n < 65535:
			out = append(out, zoned.Ports{From: n + 1, To: 65535})
		default:
			return nil, false
		}
	}
	return out, true
}
