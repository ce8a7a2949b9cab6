package asa

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// entryKind tells what a line of a list is.
type entryKind uint8

const (
	aceEntry entryKind = iota
	remarkEntry
	gapEntry // lines that show access-list must have had and the text has not
)

// entry is a line of a list, unread: objects may be defined below it.
type entry struct {
	text  string // the command as written, without counters
	start int32  // of text: what follows the list's name and line number
	line  int32  // of the source
	span  int32  // how many lines of the device it stands for
	kind  entryKind
	// again says that the list had the entry already: an ASA refuses it then ("found
	// duplicate element"), and does not move it either.
	again bool
	// switched says that the list has the entry active and inactive: who types it
	// again switches it on or off where it stands.
	switched bool
	// marked says that show access-list calls the entry (inactive).
	marked bool
	// first and last are the elements that the entry was expanded to, next the one
	// after this; 0 is none, since entry 0 of a list is never an element.
	first, last, next int32
}

// list is an access list that is being read.
type list struct {
	name    string
	anyone  addr.Set // what the word any stands for
	entries []entry
	order   sequence
	// texts holds the entries by what they say; removed counts the steps that it took
	// to find those that commands have taken away.
	texts   map[string]int32
	removed int
	// latest is the entry of the last line, and where that stood: elements repeat its
	// number.
	latest   int32
	latestAt place
	// plain says that some line has no number, as in a configuration; counted, that
	// some line can only be of show access-list.
	plain, counted bool
	// shown says that there was a heading of show access-list, elements how many
	// elements it counts.
	shown    bool
	heading  sourceLine
	elements int
	leaves   int // entries and elements that are not expanded further
	// doubt is why nothing about the list is sure, "" if there is no such reason, and
	// doubtAt the line that it comes from.
	doubt   string
	doubtAt sourceLine
	// unread says that the list has lines of a type that is not read.
	unread bool
	// disabled are the entries that are inactive, found while they are read.
	disabled []rule.Rule
	// continued holds the line below an entry, where that looks like the rest of it.
	continued map[int32]string
}

// place is where a line says that it belongs: its line number, 0 without, and its
// indentation. counted says that it has the counters of show access-list.
type place struct {
	number, indent int
	counted        bool
}

// reset drops every line: the list is cleared, or shown from its start.
func (l *list) reset() {
	*l = list{name: l.name, anyone: l.anyone}
}

func (l *list) spanOf(i int32) int { return int(l.entries[i].span) }

// add puts the entry into the list and returns its index.
func (l *list) add(e entry, source sourceLine, at place) (index int32) {
	e.span, e.line = 1, int32(source.number)
	i := int32(len(l.entries))
	repeated := at.number > 0 && at.number == l.latestAt.number
	if e.kind == aceEntry && !at.counted && !l.shown && !l.counted {
		first, twice := l.texts[e.key()]
		if twice && l.entries[first].says() != e.says() {
			l.entries[first].switched, e.switched = true, true
		}
		switch {
		case twice && at.number == 0: // it is no line of the device, and decides nothing
			e.span = 0
			l.entries = append(l.entries, e)
			l.order.push(i, 0)
			return i
		case twice && !repeated:
			e.again = true
		}
	}
	l.plain = l.plain || at.number == 0
	l.counted = l.counted || at.counted
	if repeated && (at.counted || at.indent > l.latestAt.indent) {
		l.addElement(e, i)
		return i
	}
	missing := at.number - 1 - l.order.lines
	switch {
	case at.number > 0 && missing < 0 && !at.counted:
		// A command, as it is typed to put a line between others.
		if repeated && !l.plain && !l.counted && !l.shown {
			l.doubt, l.doubtAt = "the line number is repeated: it may be a command, or an element of the line above", source
		}
		l.append(e)
		l.order.insert(at.number, i, l.spanOf)
		return i
	case at.number > 0 && missing > 0 && (at.counted || l.shown || !l.plain):
		l.entries = append(l.entries, entry{kind: gapEntry, line: e.line, span: int32(missing)})
		l.order.push(i, missing)
		i++
	}
	l.append(e)
	l.order.push(i, 1)
	if e.kind == aceEntry && at.number > 0 {
		l.leaves++
	}
	l.latest, l.latestAt = i, at
	return i
}

// append keeps an entry that is no element.
func (l *list) append(e entry) {
	if e.kind == aceEntry {
		if l.texts == nil {
			l.texts = make(map[string]int32)
		}
		if _, twice := l.texts[e.key()]; !twice {
			l.texts[e.key()] = int32(len(l.entries))
		}
	}
	l.entries = append(l.entries, e)
}

// says returns the entry without the list's name, the line number and the word
// extended, which may be left out.
func (e *entry) says() string { return withoutType(e.text[e.start:]) }

// key is what makes two entries the same for an ASA.
func (e *entry) key() string {
	return strings.TrimRight(strings.TrimSuffix(e.says(), " inactive"), " \t")
}

func withoutType(text string) string {
	c := cursor{text}
	c.take("extended")
	return strings.TrimLeft(c.rest, " \t")
}

// maxRemoved bounds the steps that commands which take entries away may take.
const maxRemoved = 1 << 28

// remove takes away the entry that says text, and reports whether there was one.
func (l *list) remove(text string) bool {
	i, ok := l.texts[text]
	ok = ok && l.entries[i].says() == text
	if ok = ok && l.removed <= maxRemoved && l.order.remove(i, l.spanOf); ok {
		l.removed += len(l.entries)
		delete(l.texts, text)
	}
	return ok
}

// removeRemark takes away the remark that says text. Where there is none, the command
// changed nothing on the device either.
func (l *list) removeRemark(text string) {
	for i := range l.order.all {
		if e := &l.entries[i]; e.kind == remarkEntry && l.removed <= maxRemoved && e.says() == text {
			l.order.remove(i, l.spanOf)
			l.removed += len(l.entries)
			return
		}
	}
}

func (l *list) addElement(e entry, i int32) {
	l.entries = append(l.entries, e)
	parent := &l.entries[l.latest]
	if parent.first == 0 {
		parent.first = i
	} else {
		l.entries[parent.last].next = i
		l.leaves++
	}
	parent.last = i
}

// isFilter reports whether the list filters packets, as far as it is known: it may
// have been cleared, hold nothing but remarks, or be of a type that is not read.
func (l *list) isFilter() bool {
	if l.doubt != "" || l.shown && !l.unread {
		return true
	}
	return slices.ContainsFunc(l.entries, func(e entry) bool { return e.kind == aceEntry })
}

// complete reports whether every element that the heading counts is in the text.
func (l *list) complete() bool { return l.shown && l.leaves >= l.elements }

// rules reads every entry of the list.
func (p *parser) rules(l *list) []rule.Rule {
	if l.anyone.IsEmpty() {
		l.anyone = p.anyone
	}
	out := make([]rule.Rule, 0, len(l.entries))
	if l.doubt != "" {
		out = appendUndecided(out, rule.Rule{Line: l.doubtAt.number, Text: l.doubtAt.text}, l.doubt)
	}
	at := 1
	for i := range l.order.all {
		e := &l.entries[i]
		like := rule.Rule{Name: l.name + " line " + strconv.Itoa(at), Line: int(e.line), Text: e.text, Place: p.place}
		switch e.kind {
		case aceEntry:
			out = p.entryRules(out, l, i, like)
		case gapEntry:
			if !l.complete() { // else the missing lines are remarks
				out = appendUndecided(out, like, gapReason(l.name, at, int(e.span)))
			}
		}
		at += int(e.span)
	}
	if l.shown && !l.complete() {
		like := rule.Rule{Name: l.name + " line " + strconv.Itoa(at), Line: l.heading.number, Text: l.heading.text}
		out = appendUndecided(out, like,
			fmt.Sprintf("the heading counts %d elements, %d are in the text", l.elements, l.leaves))
	}
	return out
}

func gapReason(name string, first, n int) string {
	if n == 1 {
		return fmt.Sprintf("line %d of %s is not in the text", first, name)
	}
	return fmt.Sprintf("lines %d to %d of %s are not in the text", first, first+n-1, name)
}

// appendUndecided appends a permit and a deny of anything, neither of which is
// sure.
func appendUndecided(out []rule.Rule, like rule.Rule, reason string) []rule.Rule {
	a := ace{lost: true, conditions: []string{reason}}
	return a.rules(out, like)
}

// entryRules appends the rules of one entry: its own, or those of the elements it
// was expanded to where they say more.
func (p *parser) entryRules(out []rule.Rule, l *list, index int32, like rule.Rule) []rule.Rule {
	a := p.readEntry(l, index)
	if a.inactive {
		like.Action = a.action
		l.disabled = append(l.disabled, like)
		return out
	}
	first := l.entries[index].first
	if first == 0 || a.refers && !a.unsure() {
		return a.rules(out, like)
	}
	for i := first; i != 0; i = l.entries[i].next {
		element := &l.entries[i]
		like := like
		like.Line, like.Text = int(element.line), element.text
		if read := p.readEntry(l, i); !read.inactive {
			out = read.rules(out, like)
		}
	}
	if a.refers && l.complete() {
		return out
	}
	// Elements may be missing, or the entry is one of its own.
	return a.rules(out, like)
}

func (p *parser) readEntry(l *list, index int32) ace {
	e := &l.entries[index]
	a := p.readACE(e.text[e.start:], l.anyone)
	if e.switched {
		a.inactive = false
		a.doubt("the list has this entry active and inactive, and an ASA keeps one")
	}
	if e.again {
		a.doubt("the list has this entry already, and an ASA takes none twice")
	}
	if e.marked && !a.inactive && len(a.conditions) == 0 && !a.unsure() {
		a.doubt("show access-list calls it (inactive)")
	}
	if next := l.continued[index]; next != "" {
		a.doubt("the next line, %q, seems to belong to it", next)
	}
	return a
}
