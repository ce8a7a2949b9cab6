package asa

import (
	"fmt"
	"strings"
)

// kind tells what a named object or group holds.
type kind uint8

const (
	opaque kind = iota // nothing that is read here
	networkObject
	serviceObject
	networkGroup
	serviceGroup // protocols with their ports
	portGroup    // ports of the protocol that stands in its header
	protocolGroup
	icmpGroup
)

// groupKinds are the words after object-group. A service group whose header names
// a protocol is a portGroup.
var groupKinds = map[string]kind{
	"network": networkGroup, "service": serviceGroup, "protocol": protocolGroup, "icmp-type": icmpGroup,
}

// memberWords start the lines that belong into the body of each kind.
var memberWords = map[kind]map[string]bool{
	networkObject: {"host": true, "subnet": true, "range": true, "fqdn": true},
	serviceObject: {"service": true},
	networkGroup:  {"network-object": true, "group-object": true},
	serviceGroup:  {"service-object": true, "group-object": true},
	portGroup:     {"port-object": true, "group-object": true},
	protocolGroup: {"protocol-object": true, "group-object": true},
	icmpGroup:     {"icmp-object": true, "group-object": true},
}

// definition is a named object or group: its lines, and what they stand for once
// something has asked.
type definition struct {
	title   string // "object-group WEB", for reasons
	line    int    // where it was first defined
	kind    kind
	members []member
	// problem says why the definition cannot be used at all, if so.
	problem string
	// protocols are the words tcp, udp or tcp-udp in the header of a portGroup.
	protocols string

	state     resolution
	addresses addresses
	services  services
	protocol  *protocolSet
	ports     map[uint8]ports
}

type resolution uint8

const (
	unresolved resolution = iota
	resolving             // meeting it again is a cycle
	resolved
)

// member is a line in the body of a definition.
type member struct {
	line int
	text string
}

// maxDepth is how deep groups may be nested; an ASA warns far earlier.
const maxDepth = 1000

// A block is a definition whose body is being read.
type block struct {
	*definition
	indent int
	deeper bool // a line of the body was indented more than the header
}

// define starts the body of an object or object-group.
func (p *parser) define(l sourceLine, word string, c cursor) {
	kindWord, name := strings.ToLower(c.next()), c.next()
	k := opaque
	table := p.groups
	if word == "object" {
		table = p.objects
		switch kindWord {
		case "network":
			k = networkObject
		case "service":
			k = serviceObject
		}
	} else {
		k = groupKinds[kindWord]
	}
	protocols := c.next()
	if k == serviceGroup && protocols != "" {
		k = portGroup
	}
	switch {
	case name == "":
		p.note(l, "this definition has no name")
		return
	case k == opaque && !conditionKinds[kindWord]:
		p.note(l, fmt.Sprintf("%s %s is not understood; what uses it is indeterminate", word, kindWord))
	case k == portGroup && protocols != "tcp" && protocols != "udp" && protocols != "tcp-udp":
		p.note(l, fmt.Sprintf("a group of %s services is not understood; what uses it is indeterminate", protocols))
		k = opaque
	}
	d := table[name]
	switch {
	case d == nil:
		d = &definition{title: word + " " + name, line: l.number, kind: k, protocols: protocols}
		table[name] = d
	case d.kind != k || d.kind == portGroup && d.protocols != protocols:
		d.problem = d.title + " is defined twice, as different things"
	}
	p.block, p.latest = &block{definition: d, indent: l.indent}, d
}

// conditionKinds are groups of things that are no traffic. They are understood in
// so far as an ACE that uses them is indeterminate.
var conditionKinds = map[string]bool{"user": true, "security": true, "network-service": true}

// belongs reports whether the line is in the body of the block: indented more than
// the header or, in text that has lost its indentation, starting as a member does.
func (b *block) belongs(l sourceLine, word string) bool {
	if l.indent > b.indent {
		return true
	}
	if b.deeper {
		return false
	}
	if word == "no" {
		c := cursor{l.text}
		c.next()
		word = strings.ToLower(c.next())
	}
	return isMember(b.kind, word) || word == "description"
}

// isMember reports whether the word starts a member, perhaps cut short as people do.
func isMember(k kind, word string) bool {
	if memberWords[k][word] {
		return true
	}
	for full := range memberWords[k] {
		if len(word) > 5 && strings.HasPrefix(full, word) {
			return true
		}
	}
	return false
}

// add takes a line of the body.
func (p *parser) add(b *block, l sourceLine, word string) {
	b.deeper = b.deeper || l.indent > b.indent
	m := member{l.number, l.text}
	switch {
	case b.isHarmless(l, word) || b.kind == opaque:
	case !memberWords[b.kind][word]:
		p.note(l, b.title+" holds this line, which is not understood; what uses it is indeterminate")
		if b.problem == "" {
			b.problem = fmt.Sprintf("%s holds %q in line %d, which is not understood", b.title, l.text, l.number)
		}
	case b.kind == networkObject || b.kind == serviceObject:
		b.members = append(b.members[:0], m) // the last value counts
	default:
		b.members = append(b.members, m)
	}
}

// isHarmless reports whether the line, which starts with word, is about the definition
// and not about what it holds: a description, a translation, or a command that takes
// one of these away.
func (b *block) isHarmless(l sourceLine, word string) bool {
	if word == "no" {
		c := cursor{l.text}
		c.next()
		word = strings.ToLower(c.next())
	}
	return word == "description" || word == "description:" || word == "nat" && b.kind == networkObject
}

// forget makes a definition unusable that a command removes, or all of them for "".
func (p *parser) forget(l sourceLine, word, name string) {
	table := p.groups
	if word == "object" {
		table = p.objects
	}
	if name == "" {
		p.forgotten = l
	} else if d := table[name]; d != nil {
		d.problem = fmt.Sprintf("%s is removed in line %d", d.title, l.number)
	}
}

// lookup finds what "object NAME" or "object-group NAME" refers to. problem is why
// it cannot be used, where it cannot.
func (p *dictionary) lookup(word, name string) (d *definition, problem string) {
	d = p.groups[name]
	if word == "object" {
		d = p.objects[name]
	}
	switch {
	case d == nil:
		return nil, fmt.Sprintf("%s %s is not in the text", word, name)
	case d.problem != "":
		return nil, d.problem
	case d.line < p.forgotten.number:
		return nil, fmt.Sprintf("%s stands above line %d, %q", d.title, p.forgotten.number, p.forgotten.text)
	}
	return d, ""
}

// enter starts to resolve the definition; problem is why it must not, where it
// must not. done says that it is resolved already.
func (d *definition) enter(depth int) (done bool, problem string) {
	switch {
	case d.state == resolved:
		return true, ""
	case d.state == resolving:
		return false, d.title + " contains itself"
	case depth > maxDepth:
		return false, d.title + " is nested too deep"
	}
	d.state = resolving
	return false, ""
}

// split returns the first word of the member and what follows it.
func (m member) split() (word string, c cursor) {
	c = cursor{m.text}
	return strings.ToLower(c.next()), c
}

// complaint is the reason for a member that cannot be read.
func (d *definition) complaint(m member) string {
	return fmt.Sprintf("%s holds %q in line %d, which is not understood", d.title, strings.TrimSpace(m.text), m.line)
}
