package asa

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// The writer writes rules as access-list commands of the Cisco ASA, in the words of the
// release that the text names, else of the latest (see release.go), each with the line
// number at which the ASA has to insert it.
//
// A product of several addresses and services becomes one command with object
// groups where that takes fewer lines than a command for each combination. The
// names of groups are made of what they hold: the same group is defined the same
// way by every change, and defining it twice does no harm. Ranges of addresses
// that are not one or two prefixes become network objects.
//
// Ports, types and protocols are written as numbers, since the ASA's names for
// them differ from IANA's; only the protocols that everybody knows have names.

// maxLines is how many lines one change may have.
const maxLines = 10_000

// Write writes the rules of the insertion as commands that put them into the list:
// definitions of objects first, then one access-list command per line. The commands
// have no line number where the rules go to the end. An entry that the list has
// already is taken away first, since an ASA neither takes it twice nor moves it.
//
// Zones are not written: on an ASA they are the interfaces that the list is applied
// to. It returns an error for lists that are not extended, for what an ASA cannot
// say, such as ports of DCCP, and for changes of more than 10,000 lines.
func Write(listName string, in rule.Insertion) (string, error) {
	list, err := targetList(listName, in.Base)
	if err != nil {
		return "", err
	}
	if err := writable(list, in.Base); err != nil {
		return "", err
	}
	w := writer{release: releaseIn(in), defined: make(map[string]bool)}
	for i := range in.Rules {
		r := &in.Rules[i]
		for _, part := range w.families(r.Traffic) {
			if err := w.rule(r.Action, part); err != nil {
				return "", fmt.Errorf("rule %s: %w", r, err)
			}
		}
	}
	entries, removed, err := w.moves(list, in)
	if err != nil {
		return "", err
	}
	lines := append(w.definitions, removed...)
	number := lineNumber(list, in)
	for i, e := range entries {
		at := ""
		if number > 0 {
			at = " line " + strconv.Itoa(number+i)
		}
		lines = append(lines, "access-list "+list+at+" extended "+e)
	}
	return strings.Join(lines, "\n"), nil
}

// targetList returns the name of the list to write to. A list that was chosen by
// where it is applied ("outside in") has its own name in those of its rules.
func targetList(name string, base *rule.Ruleset) (string, error) {
	if name != "" && !strings.ContainsAny(name, " \t\r\n;") {
		return name, nil
	}
	if base != nil {
		for i := range base.Rules {
			if own, _, ok := ruleLine(base.Rules[i].Name); ok {
				return own, nil
			}
		}
	}
	return "", fmt.Errorf("access list %q: an ASA takes a name without blanks", name)
}

// writable tells why extended entries cannot be put into the list, if so: an ASA
// holds lists of other types apart.
func writable(list string, base *rule.Ruleset) error {
	if base == nil {
		return nil
	}
	for i := range base.Rules {
		r := &base.Rules[i]
		if of, _, ok := ruleLine(r.Name); !ok || of != list {
			continue
		}
		words := strings.Fields(r.Text)
		switch {
		case len(words) < 5:
		case words[0] == "ipv6":
			return fmt.Errorf("access list %s: lists of IPv6 alone, as before release 9.0, are not written", list)
		case words[2] == "standard" || words[2] == "line" && words[4] == "standard":
			return fmt.Errorf("access list %s is a standard list, which takes destinations only", list)
		}
		return nil // all entries are of the same type
	}
	return nil
}

// ruleLine reads the name of a rule as the parser of this format makes it,
// "outside_in line 12".
func ruleLine(name string) (list string, number int, ok bool) {
	list, digits, found := strings.Cut(name, " line ")
	number, err := strconv.Atoi(digits)
	return list, number, found && err == nil && number > 0
}

// lineNumber returns the number of the line before which the rules go, 0 for the
// end of the list. Lines count remarks and inactive entries, which are no rules, so
// that the number comes from the name of the rule there.
func lineNumber(list string, in rule.Insertion) int {
	if in.Base == nil || in.Before >= len(in.Base.Rules) {
		return 0
	}
	rules := in.Base.Rules
	for i := max(0, in.Before); i < len(rules); i++ {
		if of, number, ok := ruleLine(rules[i].Name); ok {
			if of != list {
				return 0 // the global list begins here
			}
			return number
		}
	}
	numbered := slices.ContainsFunc(rules, func(r rule.Rule) bool { _, _, ok := ruleLine(r.Name); return ok })
	if numbered {
		return 0
	}
	return in.Before + 1 // rules of another format: one line each
}

// families splits a product into those that one entry can hold: both ends of one
// family, or from release 9.0 on anything at both ends.
func (w *writer) families(p traffic.Product) []traffic.Product {
	if p.Sources.IsAny() && p.Destinations.IsAny() && !w.release.before(9, 0) {
		return []traffic.Product{p}
	}
	src4, src6 := p.Sources.Split()
	dst4, dst6 := p.Destinations.Split()
	parts := []traffic.Product{
		{Sources: src4, Destinations: dst4, Services: p.Services},
		{Sources: src6, Destinations: dst6, Services: p.Services},
	}
	return slices.DeleteFunc(parts, traffic.Product.IsEmpty)
}

// writer collects the lines of a change.
type writer struct {
	// release is what the lines are for.
	release     release
	definitions []string
	defined     map[string]bool
	entries     []string // what follows "access-list NAME line N extended"
}

var errTooLong = errors.New("takes more than 10,000 lines; declare fewer addresses and services together")

// rule writes one product whose ends are of one family.
func (w *writer) rule(action rule.Action, p traffic.Product) error {
	if _, v6 := p.ByFamily(); !v6.IsEmpty() && w.release.before(9, 0) {
		return fmt.Errorf("release %d.%d keeps IPv6 in lists of its own, which are not written", w.release.major, w.release.minor)
	}
	services, err := w.serviceTerms(p.Services)
	if err != nil {
		return err
	}
	t := terms{
		sources:      w.addressTerms(p.Sources, isFamily(p.Destinations)),
		destinations: w.addressTerms(p.Destinations, isFamily(p.Sources)),
		services:     services,
	}
	cheapest := t.cheapest(!w.release.before(8, 0))
	if t.lines(cheapest)+len(w.definitions)+len(w.entries) > maxLines {
		return errTooLong
	}
	if cheapest.sources {
		t.sources = []addressTerm{w.networkGroup(t.sources)}
	}
	if cheapest.destinations {
		t.destinations = []addressTerm{w.networkGroup(t.destinations)}
	}
	if cheapest.services {
		t.services = []serviceTerm{w.serviceGroup(t.services)}
	}
	for _, src := range t.sources {
		for _, dst := range t.destinations {
			for _, s := range t.services {
				w.entries = append(w.entries, action.String()+" "+s.entry(src.entry, dst.entry))
			}
		}
	}
	return nil
}

// isFamily reports whether the set is all of one family or more.
func isFamily(s addr.Set) bool {
	return s.ContainsSet(addr.Any4()) || s.ContainsSet(addr.Any6())
}
