package junos

import (
	"fmt"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/known"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/tree"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/zoned"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// translations returns the NAT rules in the order of their kinds: static, destination,
// source. Within a kind the rules of the more specific rule-set come first, and of these the
// first that matches counts (Juniper, NAT User Guide).
func (c *config) translations(p *policies, interfaces []device.Interface) []device.Translation {
	var out []device.Translation
	nat := c.root.Applied("security", "nat")
	for _, kind := range []string{"static", "destination", "source"} {
		var plain []natSet
		for _, n := range nat.Applied(kind, "rule-set").Active() {
			set := natSet{name: n.Word, from: side(n.Applied("from"), "from", interfaces), to: side(n.Applied("to"), "to", interfaces)}
			vague := set.vague(kind)
			for _, one := range n.Applied("rule").Active() {
				r := natReader{config: c, policies: p, nat: nat, kind: kind, interfaces: interfaces}
				set.rules = append(set.rules, r.translations(&set, vague, n, one)...)
			}
			if vague != "" {
				out = append(out, set.rules...)
			} else {
				plain = append(plain, set)
			}
		}
		out = append(out, inOrder(plain)...)
	}
	for _, o := range nat.Others("static", "destination", "source", "proxy-arp", "proxy-ndp", "traceoptions", "pool-utilization-alarm") {
		out = append(out, device.Translation{
			Line: o.Line, Text: "nat " + o.Word, Match: traffic.Any(), Reverse: true, Unknown: []string{"nat " + o.Word + " is not read"},
			Source: device.Mapping{Kind: device.Dynamic}, Destination: device.Mapping{Kind: device.Dynamic},
		})
	}
	return out
}

// A natReader reads one rule.
type natReader struct {
	*config
	policies   *policies
	nat        *tree.Node
	kind       string
	interfaces []device.Interface
	rule       device.Translation
}

func (r *natReader) doubt(format string, args ...any) {
	r.rule.Unknown = known.Reasons(r.rule.Unknown, []string{fmt.Sprintf(format, args...)})
}

// translations reads a rule of a set. vague says why it is not known where the set holds.
func (r *natReader) translations(in *natSet, vague string, set, n *tree.Node) []device.Translation {
	r.rule = device.Translation{
		Name: n.Word, Line: n.Line, Text: fmt.Sprintf("%s NAT rule %s", r.kind, n.Word), Search: device.SearchDestination,
		From: in.from.names, To: in.to.names, Reverse: r.kind == "static",
	}
	if r.kind == "source" {
		r.rule.Search = device.SearchSource
	}
	if vague != "" {
		r.rule.From, r.rule.To = nil, nil
		r.doubt("%s", vague)
	}
	r.match(n.Applied("match"))
	for _, o := range n.Others("match", "then", "description") {
		r.doubt("%s", o)
	}
	if why := slices.Concat(set.Why(), n.Why()); len(why) > 0 || n.Repeated {
		r.doubt("the rule is in doubt %s", strings.Join(why, "; "))
	}
	then := n.Applied("then", r.kind+"-nat")
	switch {
	case then == nil || then.Inactive:
		r.doubt("the rule has no action that is read")
		r.unknownMapping()
	case r.kind == "source":
		r.source(then)
	case r.kind == "destination":
		r.destination(then)
	default:
		r.static(then)
	}
	if r.rule.Match.IsEmpty() {
		return nil
	}
	return []device.Translation{r.rule}
}

// unknownMapping says that the rule may give anything to the end that it is for.
func (r *natReader) unknownMapping() {
	if r.kind == "source" {
		r.rule.Source = device.Mapping{Kind: device.Dynamic}
	} else {
		r.rule.Destination = device.Mapping{Kind: device.Dynamic}
	}
}

// vague tells why it is not known where the rules of a set hold, empty if it is.
func (s *natSet) vague(kind string) string {
	switch {
	case s.from.vague != "":
		return s.from.vague
	case s.to.vague != "":
		return s.to.vague
	case len(s.from.names) == 0 || kind == "source" && len(s.to.names) == 0:
		return "the rule-set does not say where packets come from and go to"
	}
	return ""
}

// match reads what the rule compares.
func (r *natReader) match(n *tree.Node) {
	src, dst := r.addresses(n, "source-address"), r.addresses(n, "destination-address")
	services := service.Any()
	if words := n.Applied("protocol").Words(); len(words) > 0 {
		r.doubt("match protocol %s", strings.Join(words, " "))
	}
	from, to := r.ports(n, "source-port"), r.ports(n, "destination-port")
	if from != nil || to != nil {
		if from == nil {
			from = zoned.AllPorts()
		}
		if to == nil {
			to = zoned.AllPorts()
		}
		services = service.Set{}
		for _, protocol := range []uint8{service.TCP, service.UDP} {
			set, ok := zoned.Boxes(protocol, from, to)
			if !ok {
				r.doubt("its ports are too many")
				set = service.SetOf(service.Whole(protocol))
			}
			services = services.Union(set)
		}
	}
	for _, o := range n.Others("source-address", "destination-address", "source-address-name", "destination-address-name", "protocol", "source-port", "destination-port") {
		r.doubt("match %s", o)
	}
	r.rule.Match = traffic.Product{Sources: src, Destinations: dst, Services: services}
}

// ports reads "80" and "80 to 90"; what is not read may be any port.
func (r *natReader) ports(n *tree.Node, key string) []zoned.Ports {
	if n.Applied(key) == nil {
		return nil
	}
	var out []zoned.Ports
	for _, one := range n.Applied(key).Active() {
		text := one.Word
		if to := one.Value("to"); to != "" {
			text += "-" + to
		}
		ports, ok := zoned.PortList(text)
		if !ok || len(one.Others("to")) > 0 {
			r.doubt("match %s %s", key, one)
			return zoned.AllPorts()
		}
		out = append(out, ports...)
	}
	if len(out) == 0 {
		r.doubt("match %s", key)
		return zoned.AllPorts()
	}
	return out
}

func (r *natReader) addresses(match *tree.Node, key string) addr.Set {
	words, names := match.Applied(key).Words(), match.Applied(key+"-name").Words()
	if len(words)+len(names) == 0 {
		return addr.Any()
	}
	named := r.policies.book("").scope.Union(names)
	r.rule.Unknown = known.Reasons(r.rule.Unknown, named.Why)
	out := named.Possible
	for _, w := range words {
		set, ok := zoned.Host(w)
		if !ok {
			r.doubt("the address %s is not read", w)
			return addr.Any()
		}
		out = out.Union(set)
	}
	return out
}

// pool reads the addresses of a pool: prefixes, and ranges "A to B". rest are its other
// settings of addresses; complete says that all addresses are read.
func (r *natReader) pool(n *tree.Node) (set addr.Set, port *tree.Node, complete bool) {
	addresses := n.Applied("address").Active()
	for _, a := range addresses {
		one, ok := zoned.Host(a.Word)
		if last := a.Value("to"); ok && last != "" {
			end, ok2 := zoned.Host(last)
			first, last := one.Ranges(), end.Ranges()
			if ok = ok2 && first[0].Is4() == last[0].Is4() && !last[0].To.Less(first[0].From); ok {
				one = addr.SetOf(addr.RangeOf(first[0].From, last[0].To))
			}
		}
		if !ok || len(a.Others("to", "port")) > 0 {
			return addr.Set{}, nil, false
		}
		set = set.Union(one)
		if p := a.Applied("port"); p != nil {
			port = p
		}
	}
	return set, port, len(addresses) > 0
}

// source reads what a rule of source NAT gives.
func (r *natReader) source(then *tree.Node) {
	for _, o := range then.Others("off", "pool", "interface") {
		r.doubt("then source-nat %s", o)
	}
	if then.Applied("off") != nil {
		return
	}
	m := device.Mapping{Kind: device.Dynamic, FirstPort: 1, LastPort: 65535}
	if then.Applied("interface") != nil {
		m.To = r.own(r.rule.To)
		for _, o := range then.Applied("interface").Active() {
			r.doubt("then source-nat interface %s", o)
		}
	} else {
		pool := r.nat.Applied("source", "pool", then.Value("pool"))
		for _, o := range then.Applied("pool", then.Value("pool")).Active() {
			r.doubt("then source-nat pool %s", o)
		}
		if set, _, complete := r.pool(pool); complete && pool.Applied("overflow-pool") == nil {
			m.To = set
		}
		for _, o := range pool.Others("address", "port", "overflow-pool", "address-pooling", "description", "pool-utilization-alarm") {
			r.doubt("source pool %s", o)
		}
	}
	r.rule.Source = m
}

// own returns the IPv4 addresses of interfaces, or of those in zones, none where one of
// them is not known.
func (r *natReader) own(names []string) (set addr.Set) {
	for i := range r.interfaces {
		one := &r.interfaces[i]
		if !slices.Contains(names, one.Zone) && !slices.Contains(names, one.Name) {
			continue
		}
		if len(one.Unknown) > 0 || len(one.Addresses) == 0 {
			return addr.Set{}
		}
		for _, p := range one.Addresses {
			if p.Addr().Is4() {
				set = set.Union(addr.SetOf(addr.RangeOf(p.Addr(), p.Addr())))
			}
		}
	}
	return set
}

// destination reads what a rule of destination NAT gives.
func (r *natReader) destination(then *tree.Node) {
	for _, o := range then.Others("off", "pool") {
		r.doubt("then destination-nat %s", o)
	}
	if then.Applied("off") != nil {
		return
	}
	pool := r.nat.Applied("destination", "pool", then.Value("pool"))
	for _, o := range slices.Concat(then.Applied("pool", then.Value("pool")).Active(), pool.Others("address", "description")) {
		r.doubt("destination pool %s", o)
	}
	set, port, complete := r.pool(pool)
	m := device.Mapping{Kind: device.Static, To: set}
	if why := zoned.OneToOne(r.rule.Match.Destinations, set); !complete || why != "" {
		m.Kind = device.Dynamic // any address of the pool
		if !complete {
			m.To = addr.Set{}
			r.doubt("the addresses of the pool %s are not read", then.Value("pool"))
		}
	}
	r.mapPort(&m, port.Value(), port)
	r.rule.Destination = m
}

// mapPort adds the port that a rule gives.
func (r *natReader) mapPort(m *device.Mapping, text string, n *tree.Node) {
	if n == nil {
		return
	}
	port, ok := zoned.Port(text)
	if !ok || port == 0 {
		r.doubt("the port that it gives is not read")
		return
	}
	m.FirstPort, m.LastPort = port, port
}

// static reads what a static rule gives: a prefix of the same size, and a port.
func (r *natReader) static(then *tree.Node) {
	prefix := then.Applied("prefix")
	words := slices.DeleteFunc(prefix.Words(), func(w string) bool { return w == "mapped-port" })
	word := strings.Join(words, " ") // more than one is no prefix
	for _, o := range slices.Concat(then.Others("prefix"), prefix.Applied(word).Others("mapped-port")) {
		r.doubt("then static-nat %s", o)
	}
	to, ok := zoned.Host(word)
	m := device.Mapping{Kind: device.Static, To: to}
	if why := zoned.OneToOne(r.rule.Match.Destinations, to); !ok || why != "" {
		m.Kind = device.Dynamic
		r.doubt("the prefix of the static rule is not read, or has another size")
	} else if _, one := r.rule.Match.Destinations.Single(); !one {
		if _, single := to.Single(); single {
			r.doubt("a static rule maps several addresses to one")
		}
	}
	mapped := prefix.Applied("mapped-port")
	if mapped == nil {
		mapped = prefix.Applied(word, "mapped-port")
	}
	if len(mapped.Active()) > 1 || mapped.Applied("to") != nil {
		r.doubt("it maps a range of ports")
	}
	r.mapPort(&m, mapped.Value(), mapped)
	r.rule.Destination = m
}
