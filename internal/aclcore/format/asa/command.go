package asa

import (
	"maps"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
)

// ipv6Prefix keeps IPv6 lists of releases before 9.0, which have a namespace of
// their own, apart from the others.
const ipv6Prefix = "ipv6 "

func (p *parser) listNamed(name string) *list { return p.listOf(name, name, addr.Set{}) }

func (p *parser) ipv6ListNamed(name string) *list {
	return p.listOf(ipv6Prefix+name, name, addr.Any6())
}

func (p *parser) listOf(key, name string, anyone addr.Set) *list {
	l := p.lists[key]
	if l == nil {
		l = &list{name: name, anyone: anyone}
		p.lists[key] = l
		p.order = append(p.order, l)
	}
	return l
}

// named returns the lists of that name.
func (p *parser) named(name string) []*list {
	return slices.DeleteFunc([]*list{p.lists[name], p.lists[ipv6Prefix+name]}, func(l *list) bool { return l == nil })
}

// accessList takes an access-list command, or a line of show access-list; c stands
// after that word.
func (p *parser) accessList(l sourceLine, c cursor, named func(string) *list) {
	name := c.next()
	if heading, ok := strings.CutSuffix(name, ";"); ok && heading != "" {
		p.heading(l, named(heading), c)
		return
	}
	if isSetting(name, c) {
		return
	}
	if name == "" {
		p.note(l, "an access-list command without a name")
		return
	}
	at := place{indent: l.indent}
	if ahead := c; ahead.take("line") {
		if n, ok := number(ahead.next(), 1<<31-1); ok && n > 0 {
			at.number, c = n, ahead
		}
	}
	p.evidence = true
	p.certain = p.certain || at.number > 0
	switch c.peek() {
	case "ethertype", "webtype":
		p.certain = true
		p.note(l, "a list of this type filters no routed packets")
		named(name).unread = true
		return
	case "rename":
		for _, list := range p.named(name) {
			list.doubt, list.doubtAt = "the command renames the list; give it as the device shows it", l
		}
		return
	case "remark":
		start := len(l.text) - len(c.rest)
		named(name).add(entry{kind: remarkEntry, text: l.text, start: int32(start)}, l, at)
		return
	case "extended", "standard":
		p.certain = true
	}
	start := len(l.text) - len(c.rest)
	var e entry
	e.text, at.counted, e.marked = trimCounters(l.text)
	e.start = int32(min(start, len(e.text)))
	to := named(name)
	p.open = openEntry{to, to.add(e, l, at), l.indent}
}

// openEntry is the ACE on the line above, which may go on in this one; its list is
// nil if there is none.
type openEntry struct {
	list   *list
	index  int32
	indent int
}

// goOn notes that the line looks like the rest of the ACE.
func (o openEntry) goOn(text string) {
	if o.list.continued == nil {
		o.list.continued = make(map[int32]string)
	}
	o.list.continued[o.index] = text
}

// heading takes "access-list NAME; 89 elements; name hash: 0xfef68f95", above the
// lines of the list.
func (p *parser) heading(l sourceLine, to *list, c cursor) {
	p.certain, p.evidence = true, true
	const most = 1<<31 - 1
	elements, ok := number(c.next(), most)
	if !ok {
		elements = most // more than there are: the list is not complete
	}
	to.reset()
	to.shown, to.heading, to.elements = true, l, elements
}

// isSetting reports whether the line sets how lists are logged, or shows it.
func isSetting(name string, c cursor) bool {
	switch name {
	case "alert-interval", "deny-flow-max":
		_, ok := number(c.next(), 1<<31-1)
		return ok && c.atEnd()
	case "mode":
		word := c.next()
		return (word == "auto-commit" || word == "manual-commit") && c.atEnd()
	case "cached":
		return c.take("ACL") && c.take("log")
	}
	return false
}

// binding is an access-group command.
type binding struct {
	line       sourceLine
	list       string
	iface      string
	where      string // as in device.List.Aliases
	in, global bool
	// undo says that the command takes the list away.
	undo bool
}

// accessGroup takes "access-group LIST {in|out} interface NAME [OPTION]" and
// "access-group LIST global".
func (p *parser) accessGroup(l sourceLine, c cursor, undo bool) {
	b := binding{line: l, list: c.next(), undo: undo}
	direction := c.next()
	switch {
	case direction == "global" && c.atEnd():
		b.where, b.global = direction, true
	case (direction == "in" || direction == "out") && c.take("interface") && !c.atEnd():
		b.iface, b.in = c.next(), direction == "in"
		b.where = b.iface + " " + direction
		switch option := c.next(); option {
		case "":
		case "control-plane":
			b.where, b.in = b.where+" "+option, false
		case "per-user-override":
			p.note(l, "lists that an AAA server gives to users come before this one; they are not in the text")
		default:
			p.note(l, "this access-group is not understood")
		}
	default:
		p.note(l, "this access-group is not understood")
		return
	}
	p.certain, p.evidence = true, true
	p.bindings = append(p.bindings, b)
}

// bound returns the lists that are applied in the end, in order: a later list takes
// the place of an earlier one of its type. An EtherType list is applied beside the
// others, and before release 9.0 an IPv6 list beside one for IPv4.
func (p *parser) bound() []binding {
	type spot struct {
		where     string
		v6, ether bool
	}
	latest := make(map[spot]int)
	for i, b := range p.bindings {
		l := p.lists[b.list]
		at := spot{b.where, l == nil && p.lists[ipv6Prefix+b.list] != nil, l != nil && l.unread}
		if before, ok := latest[at]; !b.undo {
			latest[at] = i
		} else if ok && p.bindings[before].list == b.list {
			delete(latest, at)
		}
	}
	var out []binding
	for _, i := range slices.Sorted(maps.Values(latest)) {
		out = append(out, p.bindings[i])
	}
	return out
}
