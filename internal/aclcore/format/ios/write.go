package ios

import (
	"fmt"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/same"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// The writer writes rules as entries of access lists of Cisco IOS and
// IOS-XE, Arista EOS, Cisco NX-OS and Cisco IOS-XR.
//
// A change is the command that enters the list, and one numbered entry for each
// combination of an address block, another and a service:
//
//	ip access-list extended EDGE
//	 15 permit tcp host 10.0.0.1 host 10.0.0.2 eq 443
//
// Where there is no free number, an IPv4 list of IOS is numbered anew first ("ip
// access-list resequence"); on the other platforms, where remarks have numbers of
// their own and XR knows the command only outside of the configuration, the error
// says what to type.
//
// IOS refuses an entry that stands in the list already, at whatever number, so one
// that is only moved up is taken away first.
//
// Ports, types and protocols are written as numbers, except for the protocols that
// every platform names alike.

// maxLines is how many entries one change may have.
const maxLines = 10_000

// Write writes the rules of the insertion as commands that put them into the list
// before rule in.Before of the base. A base without rules is a new list, extended
// and of the rules' address family.
//
// Zones are not written: here they are the interfaces that the list is applied to.
// It returns an error for what the platform cannot say, such as ports of DCCP; for
// traffic of the other address family; for a list that is applied but has no
// entries, since its first one would turn on the implicit deny; for a place that
// has no certain number; and for changes of more than 10,000 entries. What is
// written has been read back and compared with the rules.
func Write(dialect Dialect, listName string, in rule.Insertion) (string, error) {
	l, err := newTarget(dialect, listName, in)
	if err != nil {
		return "", err
	}
	lines, err := l.lines(in.Rules)
	if err != nil {
		return "", err
	}
	if len(lines) == 0 {
		return "", fmt.Errorf("list %s: there is no rule to write", listName)
	}
	if err := l.prove(lines); err != nil {
		return "", err
	}
	return l.place(lines, in)
}

// A target is the access list that entries are written for. It does not change once it
// is known.
type target struct {
	dialect Dialect
	name    string
	// enter is the command that enters it.
	enter string
	v6    bool
	// standard says that it matches source addresses only.
	standard bool
	// eos says that an IOS list is of Arista EOS.
	eos bool
	// isNew says that no text has it.
	isNew   bool
	entries []baseEntry
	// meanings finds the certain entries by what they do.
	meanings same.Index
}

// targetKey is what [rule.Found] keeps a target of the base by.
type targetKey struct {
	dialect Dialect
	name    string
}

// newTarget finds out what kind of list the base is.
func newTarget(dialect Dialect, name string, in rule.Insertion) (*target, error) {
	if in.Base == nil || len(in.Base.Rules) == 0 {
		l := &target{dialect: dialect, name: name, isNew: in.Base == nil || in.Base.Source == ""}
		return l, l.create(in.Rules)
	}
	l := rule.Found(in, targetKey{dialect, name}, func() *target { return targetIn(dialect, name, in.Base.Rules) })
	if l.enter == "" {
		return nil, fmt.Errorf(
			"list %s has no entries in %s: where it is applied, its first entry would turn on the implicit deny of all other traffic; write its entries by hand",
			name, in.Base.Source)
	}
	return l, nil
}

// targetIn returns the target that has the rules; one without the command that enters it
// cannot be written to.
func targetIn(dialect Dialect, name string, rules []rule.Rule) *target {
	l := &target{dialect: dialect, name: name}
	if l.enter, _ = splitPlace(rules[0].Place); l.enter == "" {
		return l
	}
	l.v6 = strings.HasPrefix(l.enter, "ipv6 ")
	words := strings.Fields(l.enter)
	l.standard = len(words) == 4 && words[2] == "standard"
	l.entries = entriesOf(rules)
	for i := range l.entries {
		if e := &l.entries[i]; e.certain() {
			l.meanings.Add(same.OfRule(e.rule.Action, e.rule.Traffic), i)
		}
	}
	if dialect == IOS {
		l.eos = l.isEOS()
	}
	return l
}

// create makes l a new list for the rules.
func (l *target) create(rules []rule.Rule) error {
	var v4, v6 bool
	for i := range rules {
		part4, part6 := rules[i].Traffic.ByFamily()
		v4, v6 = v4 || !part4.IsEmpty(), v6 || !part6.IsEmpty()
	}
	if v4 && v6 {
		return fmt.Errorf("list %s: the rules are for IPv4 and IPv6, and a list is for one of them; write a list for each", l.name)
	}
	l.v6 = v6
	switch {
	case v6:
		l.enter = "ipv6 access-list " + l.name
	case l.dialect == XR:
		l.enter = "ipv4 access-list " + l.name
	case l.dialect == NXOS:
		l.enter = "ip access-list " + l.name
	default:
		l.enter = "ip access-list extended " + l.name
	}
	return nil
}

// isEOS reports whether the list is of EOS rather than of IOS: EOS names an
// extended list without saying so, writes prefixes, starts IPv6 entries with a bare
// number, and has standard lists for IPv6.
func (l *target) isEOS() bool {
	if !l.v6 && len(strings.Fields(l.enter)) == 3 || l.v6 && l.standard {
		return true
	}
	for i := range l.entries {
		e := &l.entries[i]
		if l.v6 && e.isBare() || !l.v6 && strings.Contains(e.rule.Text, "/") && strings.Contains(e.body(), "/") {
			return true
		}
	}
	return false
}
