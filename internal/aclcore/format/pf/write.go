package pf

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/zoned"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// site is where a list stands: its direction, and the line of the first rule.
type site struct{ direction, start int }

// Write writes the rules of the insertion as lines of pf.conf, below a comment that says
// before or after which line of the text they go. It returns an error where none can:
// within an anchor, or where what decides is no rule.
func Write(list string, in rule.Insertion) (string, error) {
	if list != ListIn && list != ListOut {
		return "", fmt.Errorf("pf has no list %q; the lists are in and out", list)
	}
	place, err := placeOf(in)
	if err != nil {
		return "", err
	}
	quick := ""
	if strings.HasPrefix(place, "before") {
		quick = " quick"
	}
	if place == "" { // what no rule matches: the rule that comes first is asked last
		place = "at the end"
		if s, ok := baseSite(in); ok && s.start > 0 {
			place = fmt.Sprintf("before line %d", s.start)
		}
	}
	lines := []string{"# " + place}
	for i := range in.Rules {
		written, err := ruleLines(list, quick, &in.Rules[i])
		if err != nil {
			return "", err
		}
		lines = append(lines, written...)
	}
	if quick == "" { // the last one that matches decides
		slices.Reverse(lines[1:])
	}
	return strings.Join(lines, "\n"), nil
}

func baseSite(in rule.Insertion) (site, bool) {
	if in.Base == nil {
		return site{}, false
	}
	s, ok := in.Base.Writer.(site)
	return s, ok
}

// placeOf returns the place of the rule that new ones go before, "" for the end.
func placeOf(in rule.Insertion) (string, error) {
	if in.Base == nil || in.Before >= len(in.Base.Rules) {
		return "", nil
	}
	if r := &in.Base.Rules[in.Before]; r.Place != "" {
		return r.Place, nil
	}
	return "", fmt.Errorf("%s decides this traffic where no rule can come before it", in.Base.Describe(in.Before))
}

// ruleLines writes a rule: a line for each family and service.
func ruleLines(list, quick string, r *rule.Rule) ([]string, error) {
	head := map[rule.Action]string{rule.Permit: "pass ", rule.Deny: "block "}[r.Action] + list + quick
	zones := r.SourceZones
	if list == ListOut {
		zones = r.DestinationZones
	}
	if len(zones) > 0 {
		head += " on " + braces(zones)
	}
	services, err := serviceTexts(r.Traffic.Services)
	if err != nil {
		return nil, err
	}
	if r.Traffic.Sources.IsAny() && r.Traffic.Destinations.IsAny() {
		return withServices(head, "from any", "to any", services), nil
	}
	var out []string
	v4, v6 := r.Traffic.ByFamily()
	for _, f := range []struct {
		word string
		all  addr.Set
		traffic.Product
	}{{"inet", addr.Any4(), v4}, {"inet6", addr.Any6(), v6}} {
		if f.Product.IsEmpty() {
			continue
		}
		services, err := serviceTexts(f.Services)
		if err != nil {
			return nil, err
		}
		out = append(out, withServices(head+" "+f.word, "from "+addresses(f.Sources, f.all), "to "+addresses(f.Destinations, f.all), services)...)
	}
	return out, nil
}

// serviceText is the part of a rule that names a service, around its addresses.
type serviceText struct{ protocol, from, to, types string }

func withServices(head, from, to string, services []serviceText) []string {
	var out []string
	for _, s := range services {
		out = append(out, head+s.protocol+" "+from+s.from+" "+to+s.to+s.types)
	}
	return out
}

// serviceTexts returns one text for each service, and one for all ports of a protocol
// that differ in nothing else.
func serviceTexts(set service.Set) ([]serviceText, error) {
	if set.IsAny() {
		return []serviceText{{}}, nil
	}
	terms, err := zoned.ServiceTerms(set)
	if err != nil {
		return nil, err
	}
	type key struct {
		protocol uint8
		sources  zoned.Ports
	}
	var out []serviceText
	ports := make(map[key][]string)
	at := make(map[key]int)
	for _, t := range terms {
		s := serviceText{protocol: fmt.Sprintf(" proto %s", protocolText(t.Protocol))}
		switch {
		case t.Protocol == 0:
			return nil, errors.New("pf has no rule for IP protocol 0 alone, since 0 stands for all of them")
		case t.HasPorts() && t.Protocol != service.TCP && t.Protocol != service.UDP && t.Protocol != service.SCTP:
			return nil, fmt.Errorf("pf has no ports of IP protocol %d", t.Protocol)
		case t.HasPorts():
			if t.Sources != (zoned.Ports{From: 0, To: 65535}) {
				s.from = " port " + run(t.Sources)
			}
			k := key{t.Protocol, t.Sources}
			ports[k] = append(ports[k], run(t.Destinations))
			if len(ports[k]) > 1 {
				out[at[k]].to = " port " + braces(ports[k])
				continue
			}
			at[k] = len(out)
			if t.Destinations != (zoned.Ports{From: 0, To: 65535}) {
				s.to = " port " + run(t.Destinations)
			}
		case t.Type >= 0:
			s.types = fmt.Sprintf(" %s %d", map[uint8]string{service.ICMP: "icmp-type", service.ICMPv6: "icmp6-type"}[t.Protocol], t.Type)
			if t.Code >= 0 {
				s.types += fmt.Sprintf(" code %d", t.Code)
			}
		}
		out = append(out, s)
	}
	return out, nil
}

func protocolText(p uint8) string {
	if name, ok := map[uint8]string{service.TCP: "tcp", service.UDP: "udp", service.SCTP: "sctp", service.ICMP: "icmp", service.ICMPv6: "icmp6"}[p]; ok {
		return name
	}
	return fmt.Sprint(p)
}

func run(p zoned.Ports) string {
	if p.From == p.To {
		return fmt.Sprint(p.From)
	}
	return fmt.Sprintf("%d:%d", p.From, p.To)
}

func braces(words []string) string {
	if len(words) == 1 {
		return words[0]
	}
	return "{ " + strings.Join(words, ", ") + " }"
}

func addresses(set, all addr.Set) string {
	if set.Equal(all) {
		return "any"
	}
	prefixes := slices.Clone(set.Prefixes())
	for i, p := range prefixes {
		prefixes[i] = strings.TrimSuffix(p, hosts[all.Contains(netip.IPv4Unspecified())])
	}
	return braces(prefixes)
}

// hosts are the lengths of a single address, of IPv4 if true.
var hosts = map[bool]string{true: "/32", false: "/128"}
