package ios

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// listKey names a list. NX-OS and XR keep IPv4 and IPv6 lists apart.
type listKey struct {
	v6   bool
	name string
}

// A list is an access list as its lines stand, numbered as on the device.
type list struct {
	key  listKey
	line int
	// header is the line that names the list; command is what enters it on the
	// device, empty if the list is only applied and not defined.
	header, command string
	// countRemarks says that remarks have sequence numbers of their own (NX-OS, XR,
	// EOS). On IOS a remark shares the number of the entry after it; one that is
	// written with a number of its own has it all the same, since an IPv6 list of EOS
	// looks like one of IOS.
	countRemarks bool
	// flush says that entries stand at the start of the line, so that indentation
	// does not tell where the list ends.
	flush bool
	shown bool // the lines are the output of a show command
	// byName says that the list matches domain names (IOS-XE): a device shows it under
	// two headings, "FQDN" with the names and "Extended" with the rest.
	byName  bool
	gone    bool // taken away by a later "no" line
	aliases []string
	entries []entry

	highest int64
	stale   bool // highest may be too high
	// undone are "no" lines that say no entry word for word.
	undone []entry
	// found finds entries for "no" lines; nil until the first one.
	found map[place][]int
}

// An entry is one line of a list. Large files have a million of them, so it is
// small.
type entry struct {
	// text is the line as it stands, without counters; body is text without the
	// sequence number.
	text, body string
	sequence   int64
	line       int32
	// after is the number of a remark just before the entry, 0 if there is none.
	after uint32
	// rival is the line of another entry that has the same number, 0 if there is
	// none: the device keeps one of them.
	rival int32
	// cut is the line below, if the entry may go on there: terminals break long lines.
	cut      int32
	assigned bool // the number is not written, the device assigns it
	// renumbered says that the number is not the one that is written.
	renumbered bool
	standard   bool
	remark     bool
	// stray says that the line is no entry and has no number; it stays behind the
	// one before it.
	stray bool
	// twice says that the list had the entry already when this one was written, at a
	// higher number: IOS and NX-OS refuse it then.
	twice bool
	gone  bool // taken away by a later "no" line
}

// place is what a "no" line may name: a sequence number, or what the entry says.
type place struct {
	sequence int64
	body     string
}

// step is the distance between the sequence numbers that a device assigns.
const step = 10

// maxSequence is the largest sequence number of any of the platforms (NX-OS, EOS).
const maxSequence = 1<<32 - 1

// add appends an entry, numbered if it has no number.
func (l *list) add(e entry) {
	if e.remark && !l.countRemarks && e.sequence == 0 {
		return
	}
	switch {
	case e.stray:
		e.sequence = l.highest
	case e.sequence == 0:
		if l.stale {
			l.renewHighest()
		}
		e.sequence, e.assigned = l.highest+step, true
	}
	l.highest = max(l.highest, e.sequence)
	l.entries = append(l.entries, e)
	if l.found != nil {
		l.note(len(l.entries) - 1)
	}
}

// cutAt says that the newest entry may go on in line number n.
func (l *list) cutAt(n int) {
	if last := len(l.entries) - 1; last >= 0 {
		l.entries[last].cut = int32(n)
	}
}

// doubt puts a line that may take away any of the entries before all of them.
func (l *list) doubt(at line) {
	l.entries = append(l.entries, entry{line: int32(at.number), sequence: -1, text: at.text, body: at.text, stray: true})
}

func (l *list) renewHighest() {
	l.highest, l.stale = 0, false
	for i := range l.entries {
		if !l.entries[i].gone {
			l.highest = max(l.highest, l.entries[i].sequence)
		}
	}
}

func (l *list) note(i int) {
	e := &l.entries[i]
	if e.stray {
		return
	}
	for _, p := range [...]place{{sequence: e.sequence}, {body: e.body}} {
		l.found[p] = append(l.found[p], i)
	}
}

// remove takes away the entries at p and reports whether there are any.
func (l *list) remove(p place) bool {
	if l.found == nil {
		l.found = make(map[place][]int, 2*len(l.entries))
		for i := range l.entries {
			l.note(i)
		}
	}
	for _, i := range l.found[p] {
		l.entries[i].gone, l.stale = true, true
	}
	found := len(l.found[p]) > 0
	delete(l.found, p)
	return found
}

// removeLike takes away the entries that a "no" line with e names.
func (l *list) removeLike(e entry) {
	switch {
	case e.sequence > 0:
		l.remove(place{sequence: e.sequence})
	case e.body != "" && !l.remove(place{body: e.body}):
		l.undone = append(l.undone, e)
	}
}

// resequence numbers the entries anew. IOS has not kept an entry that says the
// same as one before it, so those do not count.
func (l *list) resequence(start, increment int64) {
	l.sort()
	if !l.countRemarks {
		seen := make(map[string]bool, len(l.entries))
		l.entries = slices.DeleteFunc(l.entries, func(e entry) bool {
			again := seen[e.body] || e.remark
			seen[e.body] = true
			return again
		})
	}
	for i := range l.entries {
		l.entries[i].sequence, l.entries[i].renumbered = start, !l.entries[i].assigned
		start += increment
	}
	l.found, l.stale = nil, true
}

// sort brings the entries that are left into the order of their numbers.
func (l *list) sort() {
	l.entries = slices.DeleteFunc(l.entries, func(e entry) bool { return e.gone })
	slices.SortStableFunc(l.entries, func(a, b entry) int { return cmp.Compare(a.sequence, b.sequence) })
}

// settle orders the entries and decides those that have the same number.
func (l *list) settle(d Dialect) {
	l.sort()
	for i := range l.entries {
		if i > 0 && l.entries[i-1].remark && l.entries[i-1].sequence < l.entries[i].sequence {
			l.entries[i].after = uint32(min(l.entries[i-1].sequence, maxSequence))
		}
	}
	if d != XR {
		l.markTwice()
		l.entries = slices.DeleteFunc(l.entries, func(e entry) bool { return e.remark })
	}
	out := l.entries[:0]
	for from := 0; from < len(l.entries); {
		to := from + 1
		for to < len(l.entries) && l.entries[to].sequence == l.entries[from].sequence {
			to++
		}
		out = append(out, sameNumber(d, l.entries[from:to])...)
		from = to
	}
	l.entries = slices.DeleteFunc(out, func(e entry) bool { return e.remark })
}

// markTwice finds the entries that stand in the text below another that says the same,
// and in the list above it. What a device shows has none.
func (l *list) markTwice() {
	if slices.IsSortedFunc(l.entries, func(a, b entry) int { return cmp.Compare(a.line, b.line) }) {
		return
	}
	first := make(map[string]*entry, len(l.entries)) // in the text
	for i := range l.entries {
		e := &l.entries[i]
		if f := first[e.body]; !e.stray && !e.remark && (f == nil || e.line < f.line) {
			first[e.body] = e
		}
	}
	for i := range l.entries {
		e := &l.entries[i]
		f := first[e.body]
		e.twice = f != nil && !e.stray && f.line < e.line && f.sequence > e.sequence
	}
}

// sameNumber returns those of the entries with one sequence number that may stand
// in the list. On XR a later one replaces the others; IOS refuses it (unless it is
// the same again) with "Duplicate sequence number", but which of them a file that
// was never on a device means is not certain.
func sameNumber(d Dialect, run []entry) []entry {
	var first, last *entry
	same := true
	for i := range run {
		switch e := &run[i]; {
		case e.stray:
			continue
		case first == nil:
			first = e
		default:
			same = same && e.body == first.body
			e.rival = first.line
		}
		last = &run[i]
	}
	if first == last {
		return run
	}
	if d == XR || same {
		keep := last
		if same {
			keep = first
		}
		keep.rival = 0
		line := keep.line
		return slices.DeleteFunc(run, func(e entry) bool { return !e.stray && e.line != line })
	}
	first.rival = last.line
	return run
}

// document returns the list with its entries as rules.
func (l *list) document(r *resolver, eos bool, w *words) device.List {
	l.settle(r.dialect)
	r.v6 = l.key.v6
	rules := l.rules(r, w)
	if l.key.v6 && len(l.entries) > 0 {
		rules = append(rules, r.implicit(eos, l.command)...)
	}
	l.entries = nil
	return device.List{Name: l.key.name, Aliases: l.aliases, Rules: rules, Default: rule.Deny}
}

// place says where an entry before e goes: into the list, and where that is not
// told by the number that is written, at which numbers.
func (l *list) place(e *entry) string {
	switch {
	case e.renumbered, e.stray:
		return l.command + " unknown"
	case e.after == 0 || e.assigned:
		return l.command
	case int64(e.after)+1 >= e.sequence:
		return l.command + " none"
	}
	return fmt.Sprintf("%s %d-%d", l.command, e.after+1, e.sequence-1)
}

func (l *list) rules(r *resolver, w *words) []rule.Rule {
	if len(l.entries) == 0 {
		missing := "has no entries"
		if l.command == "" {
			missing = "is not defined in this file"
		}
		return []rule.Rule{{
			Line: l.line, Text: l.header, Action: rule.Permit, Traffic: r.everything(),
			Unknown: []string{fmt.Sprintf("the list %s %s: %s", l.key.name, missing, r.dialect.emptyMeans())},
		}}
	}
	out := make([]rule.Rule, 0, len(l.entries)+4) // with room for what is implicit
	for i := range l.entries {
		e := &l.entries[i]
		first := len(out)
		out = r.appendRules(out, *e, w)
		for i := first; i < len(out); i++ {
			out[i].Place = l.place(e)
			if e.cut > 0 {
				out[i].Unknown = append(out[i].Unknown, fmt.Sprintf("line %d may belong to it", e.cut))
			}
			if e.twice {
				out[i].Unknown = append(out[i].Unknown, "the list has this entry already, and not every device takes one twice")
			}
			if e.rival > 0 {
				out[i].Unknown = append(out[i].Unknown, fmt.Sprintf(
					"sequence number %d also stands on line %d, and the device keeps one of them", e.sequence, e.rival))
			}
		}
	}
	l.markUndone(out, r, w)
	return out
}

// maxUndone is how many "no" lines are compared with all the rules of a list.
const maxUndone = 100

// markUndone marks the rules that a "no" line may mean in other words, such as eq
// 80 for eq www.
func (l *list) markUndone(rules []rule.Rule, r *resolver, w *words) {
	for n, u := range l.undone {
		all := r.appendRules(nil, u, w)
		meant := all[len(all)-1] // the widest
		for i := range rules {
			at := &rules[i]
			if at.Line < int(u.line) && at.Action == meant.Action &&
				(n == maxUndone || len(meant.Unknown) > 0 || at.Traffic.Equal(meant.Traffic)) {
				at.Unknown = append(at.Unknown, fmt.Sprintf("line %d may take it away", u.line))
			}
		}
		if n == maxUndone {
			return
		}
	}
}
