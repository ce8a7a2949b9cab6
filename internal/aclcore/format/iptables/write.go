package iptables

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/spot"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// The writer writes rules as commands of iptables and ip6tables: "-I
// CHAIN N …" for a place before a rule, "-A CHAIN …" for the end of the chain. They
// are what follows iptables on a command line, and lines of a file for
// "iptables-restore --noflush" within *filter and COMMIT.
//
// Rules for IPv6 come after a line "# ip6tables", since they are for that program.
//
// A command takes one address, one range or one prefix on each side, and up to 15
// ports: a rule with more becomes several commands.

// maxLines is how many commands one change may have.
const maxLines = 10_000

// A family is what differs between iptables and ip6tables.
type program struct {
	program    string
	is6        bool
	all        addr.Set
	icmp       uint8
	icmpName   string
	typeOption string
}

var ipv4, ipv6 = program{"iptables", false, addr.Any4(), 1, "icmp", "--icmp-type"}, program{"ip6tables", true, addr.Any6(), 58, "ipv6-icmp", "--icmpv6-type"}

// Write writes the rules of the insertion, a command a line, for the chain INPUT,
// FORWARD or OUTPUT. It returns an error for what iptables cannot say, such as IP
// protocol 0, for a place where no rule can stand, and for more than 10,000 lines.
func Write(listName string, in rule.Insertion) (string, error) {
	var out []string
	commands := 0
	for _, f := range []program{ipv4, ipv6} {
		parts := f.parts(in.Rules)
		if len(parts) == 0 {
			continue
		}
		if !spot.Filters(in, f.all) {
			if !slices.ContainsFunc(parts, isForReplies) {
				out = append(out, "# "+f.program+" has rules of its own, which are not in this ruleset; what is for it is left out")
			}
			continue
		}
		if omits(parts) {
			out = append(out, "# iptables cannot name IP protocol 0, which no packet has; it is left out")
		}
		lines, err := f.render(strings.ToUpper(listName), rule.Insertion{Base: in.Base, Before: in.Before, Rules: parts})
		if err != nil {
			return "", err
		}
		if len(lines) == 0 {
			continue
		}
		if f.is6 {
			out = append(out, "# ip6tables")
		}
		out, commands = append(out, lines...), commands+len(lines)
	}
	if commands == 0 && len(in.Rules) > 0 {
		return "", fmt.Errorf("rule %s: is for an address family that %s does not filter, or for none", &in.Rules[0], listName)
	}
	return strings.Join(out, "\n"), nil
}

// parts returns the parts of the rules that are of the family.
func (f program) parts(rules []rule.Rule) []rule.Rule {
	var out []rule.Rule
	for _, r := range rules {
		r.Traffic.Sources = r.Traffic.Sources.Intersect(f.all)
		r.Traffic.Destinations = r.Traffic.Destinations.Intersect(f.all)
		if !r.Traffic.IsEmpty() {
			out = append(out, r)
		}
	}
	return out
}

// render writes the rules, all of the family.
func (f program) render(list string, in rule.Insertion) ([]string, error) {
	var matches []string
	for i := range in.Rules {
		r := &in.Rules[i]
		more, err := f.matches(list, r)
		if err != nil {
			return nil, fmt.Errorf("rule %s: %w", r, err)
		}
		if matches = append(matches, more...); len(matches) > maxLines {
			return nil, fmt.Errorf("rule %s: takes more than %d commands; declare fewer addresses and services together", r, maxLines)
		}
	}
	if len(matches) == 0 {
		return nil, nil
	}
	spots, err := spot.Find(list, 1, in, readPlace)
	if err != nil {
		return nil, err
	}
	at := spots[0]
	for i, m := range matches {
		if at.End {
			matches[i] = "-A " + at.Chain + " " + m
		} else {
			matches[i] = fmt.Sprintf("-I %s %d %s", at.Chain, at.Number+i, m)
		}
	}
	return matches, nil
}

// readPlace reads "FORWARD 4", or "FORWARD" for the end.
func readPlace(place string) (chain string, number int, end, ok bool) {
	if strings.HasPrefix(place, elsewhere) {
		return "", 0, false, false
	}
	chain, digits, found := strings.Cut(place, " ")
	if !found {
		return chain, 0, true, chain != ""
	}
	number, err := strconv.Atoi(digits)
	return chain, number, false, err == nil
}

// matches writes what follows the chain in each command of the rule.
func (f program) matches(list string, r *rule.Rule) ([]string, error) {
	zones, err := interfaces(list, r)
	if err != nil {
		return nil, err
	}
	sources := f.addresses("-s", "--src-range", r.Traffic.Sources)
	destinations := f.addresses("-d", "--dst-range", r.Traffic.Destinations)
	services, err := f.services(r.Traffic.Services)
	if err != nil {
		return nil, err
	}
	if n := len(zones) * len(sources) * len(destinations) * len(services); n > maxLines {
		return nil, fmt.Errorf("takes %d commands, more than %d; declare fewer addresses and services together", n, maxLines)
	}
	state := map[rule.State]string{
		rule.Established: "-m conntrack --ctstate RELATED,ESTABLISHED", rule.New: "-m conntrack --ctstate NEW",
	}[r.State]
	end := "-j DROP"
	if r.Action == rule.Permit {
		end = "-j ACCEPT"
	}
	if r.Name != "" {
		end = "-m comment --comment " + quote(r.Name) + " " + end
	}
	var out []string
	for _, z := range zones {
		for _, s := range sources {
			for _, d := range destinations {
				for _, v := range services {
					out = append(out, join(z, s.with(d), v, state, end))
				}
			}
		}
	}
	return out, nil
}

// isForReplies reports whether the rule is for the packets of established connections.
// Errors that belong to one (RELATED) go with them, as everybody writes it.
func isForReplies(r rule.Rule) bool { return r.State == rule.Established }

func join(parts ...string) string {
	var b strings.Builder
	for _, p := range parts {
		if p != "" && b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(p)
	}
	return b.String()
}

// interfaces writes the zones, which are interfaces: every pair of them.
func interfaces(list string, r *rule.Rule) ([]string, error) {
	switch {
	case list == "INPUT" && len(r.DestinationZones) > 0:
		return nil, fmt.Errorf("has a destination zone, and packets in INPUT go out by no interface")
	case list == "OUTPUT" && len(r.SourceZones) > 0:
		return nil, fmt.Errorf("has a source zone, and packets in OUTPUT come in by no interface")
	}
	in, err := optionTexts("-i", r.SourceZones)
	if err != nil {
		return nil, err
	}
	out, err := optionTexts("-o", r.DestinationZones)
	if err != nil {
		return nil, err
	}
	var pairs []string
	for _, i := range in {
		for _, o := range out {
			pairs = append(pairs, join(i, o))
		}
	}
	return pairs, nil
}

// maxInterface is the longest name of an interface, IFNAMSIZ-1 of Linux.
const maxInterface = 15

func optionTexts(option string, names []string) ([]string, error) {
	if len(names) == 0 {
		return []string{""}, nil
	}
	var out []string
	for _, n := range names {
		if n == "" || len(n) > maxInterface || strings.ContainsAny(n, " \t\n/!\"'\\") || strings.HasSuffix(n, "+") || n[0] == '-' {
			return nil, fmt.Errorf("the zone %q is no interface name: up to %d letters and digits", n, maxInterface)
		}
		out = append(out, option+" "+n)
	}
	return out, nil
}

// maxComment is the longest comment, XT_MAX_COMMENT_LEN-1 of Linux.
const maxComment = 255

// quote writes a comment as iptables-save does.
func quote(text string) string {
	text = strings.Map(func(c rune) rune {
		if c < ' ' || c == 0x7f {
			return ' '
		}
		return c
	}, text)
	if len(text) > maxComment {
		text = strings.ToValidUTF8(text[:maxComment], "")
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text) + `"`
}
