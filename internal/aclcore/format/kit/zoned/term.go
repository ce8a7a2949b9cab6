package zoned

import (
	"fmt"
	"net/netip"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
)

// AddressTerm is what one address object of a device can say: a host, a prefix, or a
// range.
type AddressTerm struct {
	// Prefix is valid for a host and a prefix, else From and To are set.
	Prefix   netip.Prefix
	From, To netip.Addr
}

// Is4 reports whether the term is of IPv4.
func (t AddressTerm) Is4() bool {
	if t.Prefix.IsValid() {
		return t.Prefix.Addr().Is4()
	}
	return t.From.Is4()
}

// Set returns the addresses of the term.
func (t AddressTerm) Set() addr.Set {
	if t.Prefix.IsValid() {
		return addr.SetOf(addr.RangeOfPrefix(t.Prefix))
	}
	return addr.SetOf(addr.RangeOf(t.From, t.To))
}

// String writes a host without its length, a prefix, or "FROM-TO".
func (t AddressTerm) String() string {
	switch {
	case !t.Prefix.IsValid():
		return t.From.String() + "-" + t.To.String()
	case t.Prefix.IsSingleIP():
		return t.Prefix.Addr().String()
	}
	return t.Prefix.String()
}

// AddressTerms returns the set as terms, one for each of its ranges.
func AddressTerms(s addr.Set) []AddressTerm {
	out := make([]AddressTerm, 0, len(s.Ranges()))
	for _, r := range s.Ranges() {
		t := AddressTerm{From: r.From, To: r.To}
		if prefixes := addr.SetOf(r).Prefixes(); len(prefixes) == 1 {
			if p, err := netip.ParsePrefix(prefixes[0]); err == nil {
				t = AddressTerm{Prefix: p}
			} else if a, err := netip.ParseAddr(prefixes[0]); err == nil {
				t = AddressTerm{Prefix: netip.PrefixFrom(a, a.BitLen())}
			}
		}
		out = append(out, t)
	}
	return out
}

// ServiceTerm is what one service object of a device can say: a protocol, with ports
// or with an ICMP type.
type ServiceTerm struct {
	Protocol uint8
	// Sources and Destinations are ports of a protocol that has them.
	Sources, Destinations Ports
	// Type and Code are of ICMP, -1 for all of them.
	Type, Code int
}

// HasPorts reports whether the term is limited to some ports.
func (t ServiceTerm) HasPorts() bool {
	return service.HasPorts(t.Protocol) && (t.Sources != Ports{0, 65535} || t.Destinations != Ports{0, 65535})
}

// maxTerms bounds how many services one change is written with.
const maxTerms = 1000

// ServiceTerms returns the set as terms. It returns an error for more than 1,000 of
// them, such as every protocol but one.
func ServiceTerms(s service.Set) ([]ServiceTerm, error) {
	var out []ServiceTerm
	for _, r := range s.Ranges() {
		for protocol := int(r.ProtoFrom); protocol <= int(r.ProtoTo); protocol++ {
			out = appendTerms(out, uint8(protocol), r)
			if len(out) > maxTerms {
				return nil, fmt.Errorf("the change takes more than %d services", maxTerms)
			}
		}
	}
	return out, nil
}

func appendTerms(out []ServiceTerm, protocol uint8, r service.Range) []ServiceTerm {
	t := ServiceTerm{Protocol: protocol, Sources: Ports{r.SrcFrom, r.SrcTo}, Destinations: Ports{r.DstFrom, r.DstTo}, Type: -1, Code: -1}
	if !service.HasTypes(protocol) || r.DstFrom == 0 && r.DstTo == 65535 {
		return append(out, t)
	}
	t.Sources, t.Destinations = Ports{0, 65535}, Ports{0, 65535}
	for at := int(r.DstFrom); at <= int(r.DstTo) && len(out) <= maxTerms; {
		t.Type, t.Code = at>>8, at&255
		if t.Code == 0 && at+255 <= int(r.DstTo) {
			t.Code = -1
			at += 256
		} else {
			at++
		}
		out = append(out, t)
	}
	return out
}

// Set returns the services of the term.
func (t ServiceTerm) Set() service.Set {
	switch {
	case t.Type >= 0 && t.Code >= 0:
		return service.SetOf(service.Code(t.Protocol, uint8(t.Type), uint8(t.Code)))
	case t.Type >= 0:
		return service.SetOf(service.Type(t.Protocol, uint8(t.Type)))
	}
	set, _ := Boxes(t.Protocol, []Ports{t.Sources}, []Ports{t.Destinations})
	return set
}
