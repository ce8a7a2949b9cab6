package panos

import (
	"fmt"
	"net/netip"
	"slices"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/known"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/tree"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/zoned"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// nat returns the rules of address translation in the order in which they are tried. The
// first that matches the packet as it enters decides about source and destination
// (PAN-OS Networking Administrator's Guide, NAT Policy Rules).
func (p *policies) nat(interfaces []device.Interface) []device.Translation {
	var out []device.Translation
	for _, l := range p.scope.layers {
		for _, n := range l.node.Get("nat", "rules").Active() {
			if n.Value("disabled") != "yes" {
				r := natReader{policies: p, node: n, interfaces: interfaces}
				out = append(out, r.translations()...)
			}
		}
	}
	return out
}

// A natReader reads one rule.
type natReader struct {
	*policies
	node       *tree.Node
	interfaces []device.Interface
	rule       device.Translation
}

func (r *natReader) doubt(format string, args ...any) {
	r.rule.Unknown = known.Reasons(r.rule.Unknown, []string{fmt.Sprintf(format, args...)})
}

// natKeys are the settings of a rule that are read, or that change nothing of what it does.
var natKeys = []string{
	"from", "to", "source", "destination", "service", "source-translation", "destination-translation", "dynamic-destination-translation",
	"nat-type", "disabled", "description", "tag", "group-tag", "uuid", "to-interface",
}

func (r *natReader) translations() []device.Translation {
	n := r.node
	r.rule = device.Translation{Name: n.Word, Line: n.Line, Text: fmt.Sprintf("NAT rule %q", n.Word), From: zonesOf(n, "from"), To: zonesOf(n, "to")}
	src, dst := r.natAddresses(n, "source"), r.natAddresses(n, "destination")
	services := zoned.AnyMatch().Services
	if words := n.Get("service").Words(); len(words) > 0 && !slices.Contains(words, "any") {
		services = r.names.services.Union(words)
	}
	r.rule.Match = traffic.Product{Sources: src.Possible, Destinations: dst.Possible, Services: services.Possible}
	r.rule.Unknown = known.Reasons(known.Reasons(src.Why, dst.Why), services.Why)
	for _, key := range []string{"from", "to", "source", "destination"} {
		if n.Get(key) == nil {
			r.doubt("the rule has no %s", key)
		}
	}
	if n.Repeated {
		r.doubt("there are two rules of the name %s", n.Word)
	}
	for _, o := range n.Others(natKeys...) {
		r.doubt("%s", o)
	}
	if out := n.Value("to-interface"); out != "" && out != "any" {
		r.doubt("to-interface %s", out)
	}
	if kind := n.Value("nat-type"); kind != "" && kind != "ipv4" {
		r.doubt("nat-type %s", kind)
	} else {
		r.rule.Match.Sources, r.rule.Match.Destinations = src.Possible.Intersect(addr.Any4()), dst.Possible.Intersect(addr.Any4())
	}
	r.destination(n)
	reverse := r.source(n.Get("source-translation"))
	if r.rule.Match.IsEmpty() {
		return nil // its objects hold nothing
	}
	out := []device.Translation{r.rule}
	if reverse {
		out = append(out, r.reversed())
	}
	return out
}

// reversed returns the rule that a static one implies for connections from the other side:
// from any zone to the translated address, in the zone that the rule leads to.
func (r *natReader) reversed() device.Translation {
	t := r.rule
	t.Text += ", bi-directional"
	t.From = nil
	t.Match = traffic.Product{Sources: r.rule.Match.Destinations, Destinations: r.rule.Source.To, Services: service.Any()}
	t.Source, t.Destination = device.Mapping{}, device.Mapping{Kind: device.Static, To: r.rule.Match.Sources}
	if t.Match.Destinations.IsEmpty() {
		t.Match.Destinations = addr.Any()
	}
	if !r.rule.Match.Services.IsAny() || r.rule.Destination.Kind != device.Unchanged {
		t.Unknown = known.Reasons(t.Unknown, []string{"what a bi-directional rule with a service or a destination implies is not known"})
	}
	return t
}

func zonesOf(n *tree.Node, element string) []string {
	words := n.Get(element).Words()
	if slices.Contains(words, "any") {
		return nil
	}
	return words
}

func (p *policies) natAddresses(n *tree.Node, element string) zoned.Addresses {
	words := n.Get(element).Words()
	if len(words) == 0 || slices.Contains(words, "any") {
		return known.Exactly(addr.Any())
	}
	return p.names.addresses.Union(words)
}

// destination reads what becomes of the destination.
func (r *natReader) destination(n *tree.Node) {
	if to := n.Get("destination-translation"); to != nil {
		r.rule.Destination = r.static(to.Get("translated-address").Words(), r.rule.Match.Destinations)
		if text := to.Value("translated-port"); text != "" {
			port, ok := zoned.Port(text)
			if !ok || port == 0 {
				r.doubt("translated-port %s is not read", text)
			}
			r.rule.Destination.FirstPort, r.rule.Destination.LastPort = port, port
		}
		for _, o := range to.Others("translated-address", "translated-port", "dns-rewrite") {
			r.doubt("destination-translation %s", o)
		}
	}
	if n.Get("dynamic-destination-translation") != nil {
		r.rule.Destination = device.Mapping{Kind: device.Dynamic}
		r.doubt("the destination is chosen while the firewall runs")
	}
}

// static returns what addresses become: one to one where both are one range of the same
// size, or all of them one address.
func (r *natReader) static(words []string, from addr.Set) device.Mapping {
	to := r.names.addresses.Union(words)
	r.rule.Unknown = known.Reasons(r.rule.Unknown, to.Why)
	m := device.Mapping{Kind: device.Static, To: to.Possible}
	if why := zoned.OneToOne(from, to.Possible); why != "" {
		m.Kind = device.Dynamic
		r.doubt("%s", why)
	}
	return m
}

// source reads what becomes of the source. reverse says that connections from the other
// side are translated back.
func (r *natReader) source(n *tree.Node) (reverse bool) {
	for _, kind := range n.Active() {
		switch kind.Word {
		case "static-ip":
			r.rule.Source = r.static(kind.Get("translated-address").Words(), r.rule.Match.Sources)
			if _, one := r.rule.Source.To.Single(); one && r.rule.Source.Kind == device.Static {
				if _, single := r.rule.Match.Sources.Single(); !single {
					r.doubt("a static rule maps several sources to one address")
				}
			}
			reverse = kind.Value("bi-directional") == "yes"
			for _, o := range kind.Others("translated-address", "bi-directional") {
				r.doubt("static-ip %s", o)
			}
		case "dynamic-ip-and-port", "dynamic-ip":
			r.dynamic(kind)
		default:
			r.rule.Source = device.Mapping{Kind: device.Dynamic}
			r.doubt("source-translation %s", kind.Word)
		}
	}
	if n != nil && len(n.Active()) == 0 && r.rule.Source.Kind == device.Unchanged {
		r.rule.Source = device.Mapping{Kind: device.Dynamic}
		r.doubt("a source-translation without a kind")
	}
	return reverse
}

// dynamic reads a pool: any of its addresses, and with ports any port from 1024 on.
func (r *natReader) dynamic(n *tree.Node) {
	m := device.Mapping{Kind: device.Dynamic}
	if n.Word == "dynamic-ip-and-port" || n.Get("fallback") != nil {
		m.FirstPort, m.LastPort = 1024, 65535
	}
	pool, complete := r.pool(n)
	if back := n.Get("fallback"); back != nil {
		more, ok := r.pool(back)
		pool, complete = pool.Union(more), complete && ok
	}
	if complete {
		m.To = pool
	}
	r.rule.Source = m
	for _, o := range n.Others("translated-address", "interface-address", "fallback") {
		r.doubt("%s %s", n.Word, o)
	}
}

// pool returns the addresses that a pool, or an interface in its place, has; complete says
// that these are all.
func (r *natReader) pool(n *tree.Node) (set addr.Set, complete bool) {
	if words := n.Get("translated-address").Words(); len(words) > 0 {
		to := r.names.addresses.Union(words)
		return to.Possible, len(to.Why) == 0
	}
	by := n.Get("interface-address")
	for _, kind := range []string{"ip", "ipv6", "floating-ip"} {
		if text := by.Value(kind); text != "" {
			to := r.names.addresses.Union([]string{text})
			one := to.Possible
			if p, err := netip.ParsePrefix(text); err == nil { // the interface's own, with its length
				one = addr.SetOf(addr.RangeOf(p.Addr(), p.Addr()))
			}
			return one, len(to.Why) == 0
		}
	}
	for _, i := range r.interfaces {
		if i.Name == by.Value("interface") && len(i.Unknown) == 0 {
			for _, p := range i.Addresses {
				set = set.Union(addr.SetOf(addr.RangeOf(p.Addr(), p.Addr())))
			}
		}
	}
	return set, !set.IsEmpty()
}
