// Package format reads and writes rulesets in every language that is known. It
// detects the format, has the right reader read the text, chooses one access list,
// and writes new rules in the language of the text.
package format

import (
	"fmt"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/visible"
)

// Options say how to read a text and what to take from it.
type Options struct {
	// Name is what the user calls the ruleset, Source where the text is from.
	Name, Source string
	// Format is the language; empty means detected.
	Format string
	// Context chooses one of several firewalls that the text configures: a vsys, a
	// VDOM, a device group. It may be empty where there is one.
	Context string
	// ACL chooses one of several access lists; it may be empty where there is one.
	ACL string
	// Default and Stateless overrule what the format says, unless nil.
	Default   *rule.Action
	Stateless *bool
	// Assume are conditions of rules that somebody vouches for; see [Assume].
	Assume map[string]bool
}

// Parse reads content and returns the chosen access list as a ruleset, and the
// list's own name.
func Parse(content []byte, o Options) (*rule.Ruleset, string, error) {
	doc, err := Document(content, o.Source, o.Format, o.Context)
	if err != nil {
		return nil, "", err
	}
	return Select(doc, o)
}

// Select is [Parse] for a text that was read already.
func Select(doc *device.Document, o Options) (*rule.Ruleset, string, error) {
	list, err := Choose(doc, o.Source, o.ACL)
	if err != nil {
		return nil, "", err
	}
	rs := list.Ruleset()
	rs.Name, rs.Source, rs.Format = o.Name, o.Source, doc.Format
	if o.Default != nil {
		if last := overruled(rs.Rules, *o.Default); last >= 0 {
			return nil, "", fmt.Errorf("default_action is %s, but never applies: %s decides what no rule before it does; leave default_action out, or take that rule away", *o.Default, rs.Describe(last))
		}
		rs.Default = *o.Default
	}
	if o.Stateless != nil {
		rs.Stateless = *o.Stateless
	}
	if rs.Stateless && rs.Return == nil && keepsNoState(doc.Format) {
		turnRound(rs, doc, list, o.ACL)
	}
	if rs, err = Assume(rs, o.Assume); err != nil {
		return nil, "", fmt.Errorf("%s: %w", o.Source, err)
	}
	return rs, list.Name, nil
}

// overruled returns the rule for which the default action never applies and which does
// the opposite, -1 if there is none: in both address families a rule takes all that is
// left.
func overruled(rules []rule.Rule, action rule.Action) int {
	last4, last6 := -1, -1
	for i := range rules {
		r := &rules[i]
		if !r.IsCatchAll() {
			continue
		}
		v4, v6 := r.Traffic.ByFamily()
		if last4 < 0 && v4.IsCatchAll() {
			last4 = i
		}
		if last6 < 0 && v6.IsCatchAll() {
			last6 = i
		}
	}
	switch {
	case last4 < 0 || last6 < 0:
		return -1
	case rules[last4].Action != action:
		return last4
	case rules[last6].Action != action:
		return last6
	}
	return -1
}

// Document reads content in the named format, or in the one that is detected where
// the name is empty, and returns everything that was found in it; context is that
// of [Options].
func Document(content []byte, source, name, context string) (*device.Document, error) {
	doc, err := document(content, source, name, context)
	if err != nil {
		return nil, explain(content, source, name, err)
	}
	return doc, nil
}

func document(content []byte, source, name, context string) (*device.Document, error) {
	if name == "" {
		var err error
		if name, err = Detect(content); err != nil {
			return nil, fmt.Errorf("%s: %w", source, err)
		}
	}
	f, ok := Lookup(name)
	switch {
	case !ok:
		return nil, fmt.Errorf("%s: unknown format %q; write %s", source, name, strings.Join(Names, ", "))
	case context != "" && !f.Contexts:
		return nil, fmt.Errorf("%s: context is %q, but a text in the format %s configures one firewall; leave context out", source, context, name)
	}
	return f.Parse(device.Input{Source: source, Content: content, Context: context})
}

// Choose takes the access list that is meant: by its name, else by another name that
// it goes by, else by either in any case of letters. It refuses a name that more than
// one list goes by, and to choose where acl is empty and there are several.
func Choose(doc *device.Document, source, acl string) (*device.List, error) {
	if acl == "" {
		switch len(doc.Lists) {
		case 0:
			return nil, fmt.Errorf("%s: no access list was found in the text, which was read as %s", source, doc.Format)
		case 1:
			return &doc.Lists[0], nil
		}
		return nil, fmt.Errorf("%s: has %d access lists; set acl to one of %s", source, len(doc.Lists), listNames(doc.Lists))
	}
	exactly := func(name string) bool { return name == acl }
	folded := func(name string) bool { return strings.EqualFold(name, acl) }
	for _, goesBy := range []func(l *device.List) bool{
		func(l *device.List) bool { return exactly(l.Name) },
		func(l *device.List) bool { return slices.ContainsFunc(l.Aliases, exactly) },
		func(l *device.List) bool { return folded(l.Name) || slices.ContainsFunc(l.Aliases, folded) },
	} {
		var found []device.List
		last := 0
		for i := range doc.Lists {
			if goesBy(&doc.Lists[i]) {
				found, last = append(found, doc.Lists[i]), i
			}
		}
		switch len(found) {
		case 0:
		case 1:
			return &doc.Lists[last], nil
		default:
			return nil, fmt.Errorf("%s: %d access lists go by acl = %q: %s", source, len(found), acl, listNames(found))
		}
	}
	if len(doc.Lists) == 0 {
		return nil, fmt.Errorf("%s: has no access list %q, nor any other; the text was read as %s", source, acl, doc.Format)
	}
	return nil, fmt.Errorf("%s: has no access list %q; there are %s", source, acl, listNames(doc.Lists))
}

// maxListed is how many lists an error names.
const maxListed = 40

// listNames writes the lists with what else they go by, in order of the text.
func listNames(lists []device.List) string {
	var names []string
	for i, l := range lists {
		if i == maxListed {
			names = append(names, fmt.Sprintf("… and %d more", len(lists)-maxListed))
			break
		}
		name := fmt.Sprintf("%q", l.Name)
		if len(l.Aliases) > 0 {
			name += fmt.Sprintf(" (%s)", visible.Text(strings.Join(l.Aliases, ", ")))
		}
		names = append(names, name)
	}
	return strings.Join(names, ", ")
}
