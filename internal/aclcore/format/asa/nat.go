package asa

import (
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/terminal"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// nat collects the commands of address translation in the order of the text.
//
// Sources: Cisco ASA Series Firewall CLI Configuration Guide 9.x (Network Address
// Translation; NAT Rule Order; Guidelines for NAT) and Cisco ASA Series Command
// Reference, I - R (nat).
type nat struct {
	// object is the network object whose body is being read, empty outside of one.
	object string
	lines  []natLine
}

// natLine is one command, by itself or in the body of an object.
type natLine struct {
	terminal.Line
	object string
	// undone says that a later command takes it away; undo, that it takes something away
	// that is not in the text.
	undone, undo bool
}

// take notes a line that translates, or that begins or ends the body of an object.
func (n *nat) take(l terminal.Line, words []string) {
	word := strings.ToLower(words[0])
	switch {
	case word == "object" && !l.Indented:
		n.object = ""
		if len(words) == 3 && strings.EqualFold(words[1], "network") {
			n.object = words[2]
		}
		return
	case word == "nat", (word == "static" || word == "global" || word == "alias") && len(words) > 1 && strings.HasPrefix(words[1], "("):
		line := natLine{Line: l}
		if isAuto(words) {
			line.object = n.object
		} else if !l.Indented {
			n.object = ""
		}
		n.lines = append(n.lines, line)
		return
	case word == "no" && len(words) > 1:
		n.remove(l, words[1:])
	case word == "clear" && len(words) > 2 && isConfigure(strings.ToLower(words[1])):
		if what := strings.ToLower(words[2]); what == "nat" || what == "all" || what == "static" || what == "global" {
			n.lines = append(n.lines, natLine{Line: l, undo: true})
		}
	}
	if !l.Indented && !memberWords[networkObject][word] && word != "description" && word != "no" {
		n.object = ""
	}
}

// translates reports whether a line may be one of those that take looks for, wherever it
// stands.
func translates(text string) bool {
	return strings.HasPrefix(text, "nat ") || strings.HasPrefix(text, "no nat ")
}

// remove takes "no nat …", which undoes the command that it repeats.
func (n *nat) remove(l terminal.Line, words []string) {
	switch strings.ToLower(words[0]) {
	case "nat", "static", "global", "alias":
	default:
		return
	}
	for i := range slices.Backward(n.lines) {
		line := &n.lines[i]
		if !line.undone && slices.Equal(strings.Fields(line.Text), words) && (line.object == "" || line.object == n.object) {
			line.undone = true
			return
		}
	}
	n.lines = append(n.lines, natLine{Line: l, undo: true})
}

// natTable is the table of an ASA: manual rules, those of objects, manual ones after them.
type natTable struct {
	manual, after [][]device.Translation
	auto          []autoRule
}

// translations returns the rules of the text in the order of the table.
func (p *parser) translations(n *nat, doc *device.Document) (out []device.Translation) {
	r := natReader{parser: p, doc: doc}
	last := make(map[string]int) // an object has one rule: a later one replaces it
	for i := range n.lines {
		if l := &n.lines[i]; l.object != "" && !l.undone {
			if before, ok := last[l.object]; ok {
				n.lines[before].undone = true
			}
			last[l.object] = i
		}
	}
	for _, l := range n.lines {
		if !l.undone {
			r.line(l)
		}
	}
	for _, rules := range r.table.manual {
		out = append(out, rules...)
	}
	for _, a := range sortedAuto(r.table.auto) {
		out = append(out, a.rules...)
	}
	for _, rules := range r.table.after {
		out = append(out, rules...)
	}
	return out
}

// isAuto reports whether the words are a command of a network object, which has no real
// addresses of its own.
func isAuto(words []string) bool {
	c := cursor{strings.Join(words, " ")}
	if !strings.EqualFold(c.next(), "nat") {
		return false
	}
	var s statement
	s.pair(&c)
	kind := strings.ToLower(c.next())
	return !s.single && (kind == "static" || kind == "dynamic")
}

// natReader reads the commands once all definitions are known.
type natReader struct {
	*parser
	doc   *device.Document
	table natTable
}

// line reads one command and puts its rules into the table.
func (r *natReader) line(l natLine) {
	c := cursor{l.Text}
	word := strings.ToLower(c.next())
	s := statement{natReader: r, line: l}
	s.pair(&c)
	if word != "nat" || l.undo || r.before83 || s.single {
		r.table.manual = append(r.table.manual, s.old(word, &c))
		return
	}
	ahead, after, at := c, false, 0
	if strings.EqualFold(ahead.peek(), "after-auto") {
		ahead.next()
		after = true
	}
	if n, ok := number(ahead.peek(), 1<<31-1); ok {
		ahead.next()
		at = n
	}
	if strings.EqualFold(ahead.peek(), "source") {
		ahead.next()
		rules := s.manual(&ahead)
		if after {
			r.table.after = inserted(r.table.after, at, rules)
		} else {
			r.table.manual = inserted(r.table.manual, at, rules)
		}
		return
	}
	if l.object == "" {
		r.table.manual = append(r.table.manual, s.unread("this nat command is not understood"))
		return
	}
	r.table.auto = append(r.table.auto, s.auto(&c))
}

// inserted puts the rules at a place of a section, counted from 1, or at its end for 0.
func inserted(section [][]device.Translation, at int, rules []device.Translation) [][]device.Translation {
	if at == 0 || at > len(section) {
		return append(section, rules)
	}
	return slices.Insert(section, at-1, rules)
}

// unread returns the rule for a command of which only the interfaces are known: it may
// do anything with what passes between them.
func (s *statement) unread(why string) []device.Translation {
	t := s.translation()
	t.Match = traffic.Any()
	t.Source, t.Destination = device.Mapping{Kind: device.Dynamic}, device.Mapping{Kind: device.Dynamic}
	t.Reverse, t.Unknown = true, []string{why}
	return []device.Translation{t}
}

// old returns the rule for commands of releases before 8.3, whose lists compare other
// addresses, and for those that take away what the text does not have. What they do is
// not read.
func (s *statement) old(word string, c *cursor) []device.Translation {
	why := "address translation as of releases before 8.3 is not read"
	if s.line.undo {
		why = "the command removes translations that the text does not have word for word"
	}
	out := s.unread(why)
	t := &out[0]
	switch word {
	case "static":
		// static (real_ifc,mapped_ifc) [tcp|udp] mapped [port] real [port]; what it says of
		// addresses is not needed to doubt everything between its interfaces.
	case "global":
		t.From, t.To = nil, t.From // one interface, that of the mapped side
	case "nat":
		if n, ok := number(c.peek(), 1<<31-1); ok && s.single && !s.line.undo {
			c.next()
			if a, ok := s.plainAddress(c); ok && n > 0 {
				t.Match.Sources = a.Possible
				t.Destination = device.Mapping{}
			}
		}
	}
	return out
}
