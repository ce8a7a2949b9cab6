package nftables

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/spot"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// The writer writes rules as commands of nft: "nft insert rule FAMILY
// TABLE CHAIN index N …" for a place before a rule, "nft add rule …" for the end of
// the chain. They can be given to a shell, in their order: each counts on those
// before it.
//
// Where several base chains are on the way of the traffic, a rule that permits is
// added to each of them, since a packet must be accepted by all.

// A family is the packets that one command can be for.
type family struct {
	name   string
	all    addr.Set
	header string // what addresses are fields of
	chains map[string]bool
}

var (
	ipv4 = family{"IPv4", addr.Any4(), "ip", map[string]bool{"ip": true, "inet": true, "bridge": true, "netdev": true}}
	ipv6 = family{"IPv6", addr.Any6(), "ip6", map[string]bool{"ip6": true, "inet": true, "bridge": true, "netdev": true}}
	dual = family{"IPv4 and IPv6", addr.Any(), "", map[string]bool{"inet": true, "bridge": true, "netdev": true}}
)

// Write writes the rules of the insertion, a command a line. The list is a base
// chain by its whole name ("inet filter forward"), or any other name of a list whose
// rules have places. It returns an error for a place where no rule can stand, and
// for traffic of an address family that the list does not filter.
func Write(listName string, in rule.Insertion) (string, error) {
	var out []string
	commands := 0
	chains := rule.Found(in, chainFamiliesKey(listName), func() map[string]bool { return chainFamilies(listName, in.Base) })
	for _, group := range split(in.Rules, chains) {
		f := group.family
		if !spot.Filters(in, f.all) || !f.fits(chains) {
			if !slices.ContainsFunc(group.rules, isForReplies) {
				out = append(out, "# no table of this ruleset filters "+f.name+"; what is for it is left out")
			}
			continue
		}
		lines, err := f.render(listName, rule.Insertion{Base: in.Base, Before: in.Before, Rules: group.rules, Lookup: in.Lookup})
		if err != nil {
			return "", err
		}
		out, commands = append(out, lines...), commands+len(lines)
	}
	if commands == 0 && len(in.Rules) > 0 {
		return "", fmt.Errorf("rule %s: is for an address family that %s does not filter, or for none", &in.Rules[0], listName)
	}
	return strings.Join(out, "\n"), nil
}

// fits reports whether one of the chains sees packets of the family.
func (f family) fits(chains map[string]bool) bool {
	for c := range chains {
		if f.chains[c] {
			return true
		}
	}
	return false
}

// chainFamiliesKey is the key of the families of the chains of a list.
type chainFamiliesKey string

// chainFamilies returns the families of the chains that rules can be added to.
func chainFamilies(listName string, base *rule.Ruleset) map[string]bool {
	found := make(map[string]bool)
	if base != nil {
		last := ""
		for i := range base.Rules {
			place := base.Rules[i].Place
			if spot.InChain(place, last) {
				continue
			}
			if chain, _, _, ok := readPlace(place); ok {
				found[chainFamily(chain)], last = true, chain
			}
		}
	}
	if len(found) == 0 {
		found[chainFamily(listName)] = true
	}
	return found
}

func chainFamily(chain string) string {
	f, _, _ := strings.Cut(chain, " ")
	return f
}

type protocolGroup struct {
	family family
	rules  []rule.Rule
}

// split parts rules into those that are for both families and go into chains of
// both, and the parts that are of one.
func split(rules []rule.Rule, chains map[string]bool) []protocolGroup {
	both := !chains["ip"] && !chains["ip6"]
	for i := range rules {
		both = both && rules[i].Traffic.Sources.IsAny() && rules[i].Traffic.Destinations.IsAny()
	}
	if both {
		return []protocolGroup{{dual, rules}}
	}
	var out []protocolGroup
	for _, f := range []family{ipv4, ipv6} {
		var parts []rule.Rule
		for _, r := range rules {
			r.Traffic.Sources = r.Traffic.Sources.Intersect(f.all)
			r.Traffic.Destinations = r.Traffic.Destinations.Intersect(f.all)
			if !r.Traffic.IsEmpty() {
				parts = append(parts, r)
			}
		}
		if len(parts) > 0 {
			out = append(out, protocolGroup{f, parts})
		}
	}
	return out
}

// render writes the rules, all of the family.
func (f family) render(list string, in rule.Insertion) ([]string, error) {
	type body struct {
		in, out, text string
		restricted    bool
	}
	var bodies []body
	for i := range in.Rules {
		r := &in.Rules[i]
		services, err := f.services(r.Traffic.Services)
		if err != nil {
			return nil, fmt.Errorf("rule %s: %w", r, err)
		}
		addresses := joinWords(f.addresses("saddr", r.Traffic.Sources), f.addresses("daddr", r.Traffic.Destinations))
		for _, s := range services {
			bodies = append(bodies, body{
				interfaces("iifname", r.SourceZones), interfaces("oifname", r.DestinationZones), joinWords(addresses, s, stateText(r), actionText(r)),
				addresses != "" || isForReplies(*r),
			})
		}
	}
	if len(bodies) == 0 {
		return nil, nil
	}
	spots, err := f.spots(list, in)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, s := range spots {
		if len(strings.Fields(s.Chain)) != 3 {
			return nil, fmt.Errorf("%q is no chain; write FAMILY TABLE CHAIN, such as inet filter forward", s.Chain)
		}
		blind := blindOf(s.Chain, in.Base)
		for i, b := range bodies {
			text := b.text
			if blind != withoutOut {
				text = joinWords(b.out, text)
			}
			if blind != withoutIn {
				text = joinWords(b.in, text)
			}
			if chainFamily(s.Chain) != f.header && !b.restricted {
				text = joinWords(f.only(s.Chain), text)
			}
			if s.End {
				out = append(out, "nft add rule "+s.Chain+" "+text)
			} else {
				out = append(out, fmt.Sprintf("nft insert rule %s index %d %s", s.Chain, s.Number+i, text))
			}
		}
	}
	return out, nil
}

// spots returns the places for the rules. A rule that denies traffic of interfaces goes to
// a chain that sees them, if it can.
func (f family) spots(list string, in rule.Insertion) ([]spot.Spot, error) {
	out := slices.ContainsFunc(in.Rules, func(r rule.Rule) bool { return r.Action == rule.Deny && len(r.DestinationZones) > 0 })
	from := slices.ContainsFunc(in.Rules, func(r rule.Rule) bool { return r.Action == rule.Deny && len(r.SourceZones) > 0 })
	if out || from {
		sees := func(place string) (chain string, number int, end, ok bool) {
			chain, number, end, ok = f.readPlace(place)
			return chain, number, end, ok && !(out && strings.HasSuffix(place, withoutOut)) && !(from && strings.HasSuffix(place, withoutIn))
		}
		if spots, err := spot.Find(list, 0, in, sees); err == nil {
			return spots, nil
		}
	}
	return spot.Find(list, 0, in, f.readPlace)
}

// blindOf tells on which side packets of the chain have no interface, as what ends the
// places in it.
func blindOf(chain string, base *rule.Ruleset) string {
	if base == nil {
		return ""
	}
	for i := range base.Rules {
		if p := base.Rules[i].Place; spot.InChain(p, chain) {
			for _, side := range []string{withoutIn, withoutOut} {
				if strings.HasSuffix(p, side) {
					return side
				}
			}
			return ""
		}
	}
	return ""
}

// only writes the condition that a packet is of the family.
func (f family) only(chain string) string {
	switch cf := chainFamily(chain); {
	case f.header == "":
		return ""
	case cf == "bridge" || cf == "netdev":
		return "meta protocol " + f.header
	}
	return "meta nfproto " + map[string]string{"ip": "ipv4", "ip6": "ipv6"}[f.header]
}

// readPlace reads the place of a rule in a chain that sees packets of the family.
// Rules of other chains are in nobody's way.
func (f family) readPlace(place string) (chain string, number int, end, ok bool) {
	chain, number, end, ok = readPlace(place)
	return chain, number, end, ok && f.chains[chainFamily(chain)]
}

// readPlace reads "inet filter forward index 3", or "inet filter forward" for the
// end.
func readPlace(place string) (chain string, number int, end, ok bool) {
	place = strings.TrimSuffix(strings.TrimSuffix(place, withoutIn), withoutOut)
	chain, digits, found := strings.Cut(place, " index ")
	if strings.Count(chain, " ") != 2 {
		return "", 0, false, false
	}
	if !found {
		return chain, 0, true, true
	}
	number, err := strconv.Atoi(digits)
	return chain, number, false, err == nil
}

func joinWords(parts ...string) string {
	var kept []string
	for _, p := range parts {
		if p != "" {
			kept = append(kept, p)
		}
	}
	return strings.Join(kept, " ")
}

// choice writes one value, or several as a set.
func choice(values []string) string {
	if len(values) == 1 {
		return values[0]
	}
	return "{ " + strings.Join(values, ", ") + " }"
}

func (f family) addresses(field string, s addr.Set) string {
	if s.Equal(f.all) {
		return ""
	}
	return f.header + " " + field + " " + choice(s.Strings())
}

func interfaces(field string, zones []string) string {
	if len(zones) == 0 {
		return ""
	}
	var names []string
	for _, z := range zones {
		names = append(names, quote(z))
	}
	return field + " " + choice(names)
}

// isForReplies reports whether the rule is for the packets of established connections.
// It is written for both families: it permits nothing that has not been permitted.
func isForReplies(r rule.Rule) bool { return r.State == rule.Established }

func stateText(r *rule.Rule) string {
	return map[rule.State]string{rule.Established: "ct state established,related", rule.New: "ct state new"}[r.State]
}

func actionText(r *rule.Rule) string {
	v := "drop"
	if r.Action == rule.Permit {
		v = "accept"
	}
	if r.Name != "" {
		v += " comment " + quote(commentText(r.Name))
	}
	return v
}

// maxComment is the longest comment of a rule (NFTNL_UDATA_COMMENT_MAXLEN less its
// end).
const maxComment = 127

// comment makes a text fit between quotes of nft and of a shell.
func commentText(text string) string {
	text = strings.Map(func(c rune) rune {
		if c < ' ' || c == 0x7f || c == '"' || c == '\'' || c == '\\' {
			return '_'
		}
		return c
	}, text)
	if len(text) > maxComment {
		text = strings.ToValidUTF8(text[:maxComment], "")
	}
	return text
}

// quote writes a text in the quotes of nft. A plain word needs them no more once a
// shell has taken them away; others are kept from the shell.
func quote(text string) string {
	for i, c := range text {
		letter := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
		if !letter && (i == 0 || !('0' <= c && c <= '9') && !strings.ContainsRune("_-./", c)) {
			return `'"` + text + `"'`
		}
	}
	return `"` + text + `"`
}
