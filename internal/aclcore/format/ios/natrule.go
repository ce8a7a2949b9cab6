package ios

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/known"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// A natReader reads rules once the whole text is known.
type natReader struct {
	*nat
	doc  *device.Document
	maps *routeMaps
}

// translation returns a rule with its interfaces: packets to which it applies come from
// inside and leave outside, or the other way. A router compares them after routing.
func (r *natReader) translation(l natLine) device.Translation {
	t := device.Translation{Line: l.Number, Text: l.Text, Search: device.SearchSource, From: r.inside, To: r.outside, Match: traffic.Any()}
	if l.outside {
		t.From, t.To = r.outside, r.inside
	}
	if !r.doc.Topology {
		t.From, t.To = nil, nil
		t.Unknown = []string{"the text does not tell which interfaces are inside and outside"}
	}
	return t
}

// options returns why the words that end a rule put it in doubt.
func options(low []string) (why []string) {
	for i := 0; i < len(low); i++ {
		switch word := low[i]; word {
		case "extendable", "no-alias", "no-payload", "add-route", "forced", "reversible", "overload":
		case "netmask", "prefix-length":
			i++
		default:
			return []string{"the words " + strings.Join(low[i:], " ") + " of the rule are not followed"}
		}
	}
	return nil
}

// static reads what follows "static": [network] LOCAL GLOBAL, or PROTOCOL LOCAL PORT GLOBAL
// PORT, where interface NAME may stand for the last address.
func (r *natReader) static(l natLine) []device.Translation {
	t := r.translation(l)
	t.Reverse = true
	words, low := l.words[5:], l.low[5:]
	unread := func() []device.Translation {
		t.Source = device.Mapping{Kind: device.Dynamic}
		t.Unknown = known.Reasons(t.Unknown, []string{"the static rule is not understood"})
		return []device.Translation{t}
	}
	protocol := map[string]uint8{"tcp": service.TCP, "udp": service.UDP}[first(low)]
	network := first(low) == "network"
	if protocol != 0 || network {
		words, low = words[1:], low[1:]
	}
	real, ok := host(words)
	if !ok {
		return unread()
	}
	words, low = words[1:], low[1:]
	var ports [2]uint16
	if protocol != 0 {
		if ports[0], ok = natPort(low); !ok {
			return unread()
		}
		words, low = words[1:], low[1:]
	}
	mapped, isHost := host(words)
	switch {
	case first(low) == "interface" && !network && len(words) > 1:
		mapped = r.address(words[1])
		low = low[2:]
	case !isHost:
		return unread()
	default:
		low = low[1:]
	}
	if protocol != 0 {
		if ports[1], ok = natPort(low); !ok {
			return unread()
		}
		low = low[1:]
		t.Match.Services = service.SetOf(service.Range{ProtoFrom: protocol, ProtoTo: protocol, SrcFrom: ports[0], SrcTo: ports[0], DstTo: 65535})
	}
	bits := 32
	if network {
		if bits, ok = lengthOf(low); !ok {
			return unread()
		}
		low = low[min(len(low), map[bool]int{true: 1, false: 2}[strings.HasPrefix(low[0], "/")]):]
	}
	t.Unknown = known.Reasons(t.Unknown, options(low))
	t.Match.Sources = addr.SetOf(addr.RangeOfPrefix(netip.PrefixFrom(real, bits)))
	t.Source = device.Mapping{Kind: device.Static, FirstPort: ports[1], LastPort: ports[1]}
	if ports[0] == ports[1] {
		t.Source.FirstPort, t.Source.LastPort = 0, 0
	}
	if mapped.IsValid() {
		t.Source.To = addr.SetOf(addr.RangeOfPrefix(netip.PrefixFrom(mapped, bits)))
	} else {
		t.Unknown = known.Reasons(t.Unknown, []string{"the address of the interface is not in the text"})
	}
	return []device.Translation{t}
}

func first(words []string) string {
	if len(words) == 0 {
		return ""
	}
	return words[0]
}

// host reads an IPv4 address.
func host(words []string) (netip.Addr, bool) {
	a, err := netip.ParseAddr(first(words))
	return a, err == nil && a.Is4()
}

// natPort reads the port of a static rule, which is a number or a name of IANA.
func natPort(words []string) (uint16, bool) {
	n, err := strconv.ParseUint(first(words), 10, 16)
	return uint16(n), err == nil && n > 0
}

// lengthOf reads "/24" or a netmask.
func lengthOf(words []string) (int, bool) {
	text := first(words)
	if text == "netmask" && len(words) > 1 {
		text = words[1]
	}
	if digits, ok := strings.CutPrefix(text, "/"); ok {
		n, err := strconv.Atoi(digits)
		return n, err == nil && 0 <= n && n <= 32
	}
	mask, err := netip.ParseAddr(text)
	if err != nil || !mask.Is4() {
		return 0, false
	}
	for n := range 33 {
		p := netip.PrefixFrom(netip.AddrFrom4([4]byte{255, 255, 255, 255}), n)
		if p.Masked().Addr() == mask {
			return n, true
		}
	}
	return 0, false
}

// address returns the first IPv4 address of an interface, invalid if the text has none.
func (r *natReader) address(name string) netip.Addr {
	for i := range r.doc.Interfaces {
		if d := &r.doc.Interfaces[i]; strings.EqualFold(d.Name, name) {
			for _, p := range d.Addresses {
				if p.Addr().Is4() {
					return p.Addr()
				}
			}
		}
	}
	return netip.Addr{}
}

// dynamic reads "{list LIST|route-map MAP} {pool POOL|interface NAME} [overload]": what the
// list or map permits, and nothing that it denies.
func (r *natReader) dynamic(l natLine) []device.Translation {
	t := r.translation(l)
	t.Source = device.Mapping{Kind: device.Dynamic}
	words, low := l.words[4:], l.low[4:]
	if len(words) < 4 || low[0] != "list" && low[0] != "route-map" || low[2] != "pool" && low[2] != "interface" || l.outside && low[2] == "interface" {
		t.Unknown = known.Reasons(t.Unknown, []string{"the dynamic rule is not read: only those for lists and route maps are"})
		return []device.Translation{t}
	}
	overload := slices.Contains(low[4:], "overload")
	t.Unknown = known.Reasons(t.Unknown, options(low[4:]))
	if low[2] == "pool" {
		t.Source.To = r.pools[words[3]]
	} else if a := r.address(words[3]); a.IsValid() {
		t.Source.To = addr.SetOf(addr.RangeOf(a, a))
	}
	if overload || low[2] == "interface" {
		t.Source.FirstPort, t.Source.LastPort = 1, 65535
	}
	if low[0] == "route-map" {
		return r.mapped(t, words[1])
	}
	return r.permitted(t, words[1])
}

// maxPieces is how many products the permits of a list may be.
const maxPieces = 1024

// permitted returns the rule for what a list permits, one for each product.
func (r *natReader) permitted(t device.Translation, name string) []device.Translation {
	doubt := func(format string, args ...any) []device.Translation {
		t.Unknown = known.Reasons(t.Unknown, []string{fmt.Sprintf(format, args...)})
		return []device.Translation{t}
	}
	i := slices.IndexFunc(r.doc.Lists, func(l device.List) bool { return l.Name == name })
	if i < 0 {
		return doubt("the access list %s is not in the text", name)
	}
	var out []device.Translation
	var denied []traffic.Product
	v4 := traffic.Product{Sources: addr.Any4(), Destinations: addr.Any4(), Services: service.Any()}
	for _, e := range r.doc.Lists[i].Rules {
		if e.State != rule.AnyState {
			return doubt("the access list %s asks for the state of connections", name)
		}
		if e.Action == rule.Deny {
			if len(e.Unknown) > 0 {
				return doubt("line %d of the access list %s: %s", e.Line, name, strings.Join(e.Unknown, "; "))
			}
			denied = append(denied, e.Traffic)
			continue
		}
		pieces := []traffic.Product{e.Traffic.Intersect(v4)}
		for _, d := range denied {
			var next []traffic.Product
			for _, p := range pieces {
				next = append(next, p.Subtract(d)...)
			}
			pieces = next
			if len(pieces)+len(out) > maxPieces {
				return doubt("the access list %s stands for too many products", name)
			}
		}
		for _, p := range pieces {
			if p.IsEmpty() {
				continue
			}
			one := t
			one.Match, one.Unknown = p, known.Reasons(t.Unknown, e.Unknown)
			out = append(out, one)
		}
	}
	if len(out) == 0 && len(t.Unknown) > 0 {
		return []device.Translation{t}
	}
	return out
}
