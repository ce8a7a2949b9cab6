package estate

import (
	"regexp"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/audit"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/diff"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
)

// removals say how the rules of one list that may go are taken out. All that are
// proposed may be done together. They are proven: the list without the rules, and what is
// read of the text without their lines, do the same as the list, but for what was
// permitted for no flow.
type removals struct {
	list *audited
	got  audit.Result
	// goes says of an entry of the text whether all rules that it stands for may go, and
	// lines are the lines that those start on.
	goes  map[entry]bool
	lines []int
	// told says of a rule whether its commands are in a finding: they are typed once.
	told map[string]bool
	// words are the lines of rules by what they say, made when first asked for.
	words map[string]map[int]bool
	// unproven is why nothing is proposed, empty if it is proven.
	unproven string
}

// entry tells what is one thing for the device: what starts on a line, or for an ASA the
// name of a line that show access-list expands.
type entry struct {
	line int
	name string
}

func (l *audited) entryOf(r *rule.Rule) entry {
	if l.rules.Format == "cisco_asa" {
		return entry{name: r.Name}
	}
	return entry{line: r.Line}
}

func newRemovals(l *audited, got audit.Result) *removals {
	r := &removals{list: l, got: got, goes: make(map[entry]bool), told: make(map[string]bool)}
	note := func(one *rule.Rule, may bool) {
		of := l.entryOf(one)
		goes, seen := r.goes[of]
		r.goes[of] = may && (goes || !seen)
	}
	some := len(l.rules.Disabled) > 0
	for i := range l.rules.Rules {
		may := got.Removable[i] && l.isWritten(&l.rules.Rules[i])
		note(&l.rules.Rules[i], may)
		some = some || may
	}
	for i := range l.rules.Disabled {
		note(&l.rules.Disabled[i], true)
	}
	for _, rules := range [][]rule.Rule{l.rules.Rules, l.rules.Disabled} {
		for i := range rules {
			if one := &rules[i]; one.Line > 0 && r.goes[l.entryOf(one)] {
				r.lines = append(r.lines, one.Line)
			}
		}
	}
	if some {
		r.prove()
	}
	return r
}

// of says how a rule is taken out.
func (r *removals) of(i int) format.Removal {
	one := &r.list.rules.Rules[i]
	switch {
	case !r.got.Removable[i]:
		return format.Removal{Reason: "it is met at several places of the list; look at each before it goes"}
	case one.Line > 0 && !r.goes[r.list.entryOf(one)]:
		return format.Removal{Reason: "its line stands for more than this rule"}
	}
	return r.command(one)
}

// ofDisabled says how a rule that is switched off is taken out.
func (r *removals) ofDisabled(one *rule.Rule) format.Removal {
	if !r.goes[r.list.entryOf(one)] {
		return format.Removal{Reason: "its line stands for more than this rule"}
	}
	return r.command(one)
}

func (r *removals) command(one *rule.Rule) format.Removal {
	removal := format.Remove(r.list.content, r.list.rules, one)
	switch {
	case len(removal.Commands) == 0:
	case r.unproven != "":
		return format.Removal{Reason: r.unproven}
	case r.isAmbiguous(one):
		return format.Removal{Reason: "the list has an entry of the same words, which the command would take out: take this one out by its place"}
	case r.told[strings.Join(removal.Commands, "\n")]:
		return format.Removal{}
	case !r.list.standsInList(one, removal.Commands[0]):
		return format.Removal{Reason: "it stands in a chain of its own, which other lists may use as well"}
	}
	r.told[strings.Join(removal.Commands, "\n")] = true
	return removal
}

// byWords are what rules of iptables and Cisco devices say without what stands before and
// behind their words: counters, the number of a line.
var byWords = regexp.MustCompile(`^(?:\[\d+:\d+\] )?((?:access-list \S+ )?)(?:line \d+ )?(.*?)(?: \(.*)?$`)

func wordsOf(r *rule.Rule) string {
	return strings.Join(strings.Fields(byWords.ReplaceAllString(r.Text, "$1$2")), " ")
}

// isAmbiguous reports whether the rule is taken out by its words, and another one of the
// list says the same: a device takes out the first of them.
func (r *removals) isAmbiguous(one *rule.Rule) bool {
	switch r.list.rules.Format {
	case "cisco_asa", "cisco_ios", "cisco_nxos", "cisco_xr", "iptables":
	default:
		return false
	}
	if r.words == nil {
		r.words = make(map[string]map[int]bool)
		for i := range r.list.rules.Rules {
			other := &r.list.rules.Rules[i]
			key := wordsOf(other)
			if r.words[key] == nil {
				r.words[key] = make(map[int]bool)
			}
			r.words[key][other.Line] = true
		}
	}
	return len(r.words[wordsOf(one)]) > 1
}

// standsInList reports whether a rule of iptables or nftables stands in the list itself,
// and not in a chain that rules of it jump to.
func (l *audited) standsInList(r *rule.Rule, command string) bool {
	switch l.rules.Format {
	case "iptables":
		return strings.Contains(command, " -D "+l.list+" ")
	case "nftables":
		chain, _, _ := strings.Cut(strings.TrimPrefix(command, "nft delete rule "), " handle ")
		return strings.HasPrefix(r.Place, chain+" ")
	}
	return true
}

// prove reads the text again without the rules.
func (r *removals) prove() {
	if !r.same(r.without()) {
		r.unproven = "it could not be proven that the list does the same without the rules that may go"
		return
	}
	if len(r.lines) == 0 || r.list.read == nil {
		return
	}
	text, err := format.Cut(r.list.rules.Format, r.list.content, r.lines)
	if err != nil {
		r.unproven = "its removal is not proven: the text cannot be read without it (" + err.Error() + ")"
		return
	}
	after, err := r.list.read(text)
	if err != nil || !r.same(after) {
		r.unproven = "its removal is not proven: the text without the rules that may go does not do the same"
	}
}

// without returns the list without the rules that may go.
func (r *removals) without() *rule.Ruleset {
	rest := *r.list.rules
	rest.Rules = nil
	for i := range r.list.rules.Rules {
		if !r.got.Removable[i] {
			rest.Rules = append(rest.Rules, r.list.rules.Rules[i])
		}
	}
	return &rest
}

// expired returns the list with the rules that have expired where they are, matching
// nothing.
func (r *removals) expired() *rule.Ruleset {
	out := *r.list.rules
	for _, f := range r.got.Findings {
		if f.Kind != audit.Expired || !r.got.Removable[f.Rule] {
			continue
		}
		if &out.Rules[0] == &r.list.rules.Rules[0] {
			out.Rules = slices.Clone(out.Rules)
		}
		first := &r.list.rules.Rules[f.Rule]
		for i := f.Rule; i < len(out.Rules) && out.Rules[i].Line == first.Line && out.Rules[i].Text == first.Text; i++ {
			out.Rules[i].Traffic.Services = service.Set{}
		}
	}
	return &out
}

// same reports whether another reading of the list differs only in what was permitted by
// rules that serve no flow and may go.
func (r *removals) same(after *rule.Ruleset) bool {
	rules := r.list.rules.Rules
	result := diff.Compare(sideOf(r.list.rules.Format, r.expired()), sideOf(r.list.rules.Format, after))
	return !result.Cut && !slices.ContainsFunc(result.Changes, func(c diff.Change) bool {
		i := c.Before.Rule
		unused := i >= 0 && r.got.Removable[i] && rules[i].Action == rule.Permit && len(r.got.Serves[i]) == 0
		return !unused || c.Kind == diff.Opened || c.After.Outcome == match.Permitted
	})
}
