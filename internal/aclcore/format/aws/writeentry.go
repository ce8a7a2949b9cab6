package aws

import (
	"errors"
	"fmt"
	"strconv"

	"go4.org/netipx"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
)

// An entry is one resource: an action for one service from or to one prefix.
type entry struct {
	action  rule.Action
	comment string // name of the rule it is for
	prefix  string
	ipv6    bool
	service portion
	// wider says what it matches beyond the rule.
	wider []string
	// number is the rule number in a network ACL.
	number int
}

// A portion is services as one rule of AWS can say them.
type portion struct {
	all      bool
	protocol uint8
	// from and to are ports, or the type and code of ICMP, of which -1 is all. They are
	// there if limited.
	limited  bool
	from, to int
}

// errDeny tells what to do instead of denying in a security group.
var errDeny = errors.New("a security group can only permit; narrow its permits, or deny this in a network ACL")

// errNoFamily tells of traffic that no packet can be.
var errNoFamily = errors.New("no source and destination are of one address family that has the service")

// entriesOf splits a rule into entries.
func entriesOf(t target, r *rule.Rule) ([]entry, error) {
	if r.Action == rule.Deny && !t.acl {
		return nil, errDeny
	}
	peers, protected, unsaid := r.Traffic.Sources, r.Traffic.Destinations, "destination"
	if t.egress {
		peers, protected, unsaid = protected, peers, "source"
	}
	peers4, peers6 := peers.Split()
	protected4, protected6 := protected.Split()
	var out []entry
	for _, f := range []struct {
		peers, protected, all addr.Set
		ipv6                  bool
	}{{peers4, protected4, addr.Any4(), false}, {peers6, protected6, addr.Any6(), true}} {
		if f.peers.IsEmpty() || f.protected.IsEmpty() {
			continue
		}
		base := entry{action: r.Action, comment: r.Name, ipv6: f.ipv6}
		if !f.protected.Equal(f.all) {
			base.wider = append(base.wider, fmt.Sprintf("every %s, not only %s", unsaid, short(f.protected)))
		}
		for _, s := range r.Traffic.Services.Ranges() {
			portions, wider, err := portionsOf(s, f.ipv6)
			if err != nil {
				return nil, err
			}
			for _, p := range portions {
				e := base
				e.service, e.wider = p, append(base.wider[:len(base.wider):len(base.wider)], wider...)
				for _, a := range f.peers.Ranges() {
					for _, prefix := range netipx.IPRangeFrom(a.From, a.To).Prefixes() {
						if len(out) == maxResources {
							return nil, errTooMany
						}
						e.prefix = prefix.String()
						out = append(out, e)
					}
				}
			}
		}
	}
	if len(out) == 0 {
		return nil, errNoFamily
	}
	return out, nil
}

// short writes a set in a few words.
func short(s addr.Set) string {
	if texts := s.Strings(); len(texts) > 3 {
		return fmt.Sprintf("%s and %d more", texts[0], len(texts)-1)
	}
	return s.String()
}

// portionsOf splits a range of services into portions, and says what they match
// beyond it. ICMP is for IPv4 only, ICMPv6 for IPv6.
func portionsOf(s service.Range, ipv6 bool) (portions []portion, wider []string, err error) {
	if s == service.All() {
		return []portion{{all: true}}, nil, nil
	}
	const most = 65535
	for n := int(s.ProtoFrom); n <= int(s.ProtoTo); n++ {
		protocol := uint8(n)
		whole := s.DstFrom == 0 && s.DstTo == most
		switch {
		case protocol == service.ICMP && ipv6, protocol == service.ICMPv6 && !ipv6:
		case service.HasTypes(protocol):
			portions = append(portions, types(protocol, int(s.DstFrom), int(s.DstTo))...)
		case protocol == service.TCP || protocol == service.UDP:
			portions = append(portions, portion{protocol: protocol, limited: true, from: int(s.DstFrom), to: int(s.DstTo)})
		default:
			portions = append(portions, portion{protocol: protocol})
			if !whole {
				wider = append(wider, fmt.Sprintf("every port of protocol %d, not only %s", protocol, run(s.DstFrom, s.DstTo)))
			}
		}
	}
	if s.SrcFrom != 0 || s.SrcTo != most {
		wider = append(wider, "every source port, not only "+run(s.SrcFrom, s.SrcTo))
	}
	return portions, wider, nil
}

func run(from, to uint16) string {
	if from == to {
		return strconv.Itoa(int(from))
	}
	return fmt.Sprintf("%d-%d", from, to)
}

// types splits a run of ICMP types and codes (type*256 + code).
func types(protocol uint8, from, to int) []portion {
	if from == 0 && to == 65535 {
		return []portion{{protocol: protocol, limited: true, from: -1, to: -1}}
	}
	var out []portion
	for from <= to {
		t, code := from>>8, from&255
		if code == 0 && from+255 <= to {
			out = append(out, portion{protocol: protocol, limited: true, from: t, to: -1})
			from += 256
			continue
		}
		out = append(out, portion{protocol: protocol, limited: true, from: t, to: code})
		from++
	}
	return out
}

// protocolName writes a protocol as security groups have it: the names that AWS has,
// numbers for all others.
func protocolName(n uint8) string {
	switch n {
	case service.TCP:
		return "tcp"
	case service.UDP:
		return "udp"
	case service.ICMP:
		return "icmp"
	case service.ICMPv6:
		return "icmpv6"
	}
	return strconv.Itoa(int(n))
}
