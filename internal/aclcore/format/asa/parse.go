package asa

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/terminal"
)

// Format is the name of the language that [Parse] reads.
const Format = "cisco_asa"

// Parse reads the access lists of a Cisco ASA; see the package comment for what is
// understood and what becomes indeterminate. It returns an error only for text that
// is not of an ASA, one "source:line: …" per problem.
func Parse(in device.Input) (*device.Document, error) {
	text := strings.TrimPrefix(string(in.Content), "\ufeff")
	p := &parser{
		source:     in.Source,
		size:       len(text),
		anyone:     addr.Any(),
		lists:      make(map[string]*list),
		bridges:    make(map[string]bool),
		dictionary: newDictionary(len(text)),
	}
	p.read(text)
	if err := p.err(); err != nil {
		return nil, err
	}
	doc := p.document()
	p.readTopology(doc, text)
	return doc, nil
}

// parser gathers definitions and lists from the text, and reads the lists once all
// of it is known.
type parser struct {
	source string
	size   int
	// anyone is what the word any stands for: both families from release 9.0 on.
	anyone addr.Set
	// place is [rule.Rule.Place] of all rules, empty from release 9.6 on.
	place string
	// versioned says that the release is known, oldIPv6 that there is a command which
	// releases from 9.0 on write in other words.
	versioned, oldIPv6 bool
	// before83 says that the release is known to be older than 8.3, which has another
	// address translation.
	before83 bool
	// certain says that some line can only be of an ASA, evidence that some line
	// may be.
	certain, evidence bool

	dictionary
	lists map[string]*list
	order []*list
	// bindings are the access-group commands and those that undo them, as they come.
	bindings []binding
	// hostname is the name of the device, another a line that names a second one.
	hostname string
	another  sourceLine
	// bridges are the names of bridge groups' own interfaces, onBridge says that the
	// lines are of one.
	bridges  map[string]bool
	onBridge bool

	block  *block      // whose body is being read
	latest *definition // the last that was begun
	// left says that a line which may be none of the top level has ended its body.
	left bool
	open openEntry

	notes []device.Note
	// foreign are lines that only other devices have.
	foreign []sourceLine
}

// sourceLine is a line of the text without surrounding blanks.
type sourceLine struct {
	number, indent int
	text           string
}

func (p *parser) note(l sourceLine, reason string) {
	p.notes = append(p.notes, device.Note{Line: l.number, Text: l.text, Reason: reason})
}

// maxProblems is how many problems are told one by one.
const maxProblems = 20

// err tells why the text is not of an ASA, if it is not.
func (p *parser) err() error {
	if p.another.text != "" {
		return fmt.Errorf("%s:%d: %q starts another device than %s; the configuration of one device is accepted",
			p.source, p.another.number, p.another.text, p.hostname)
	}
	if p.certain || len(p.foreign) == 0 && p.evidence {
		return nil
	}
	if len(p.foreign) == 0 {
		return fmt.Errorf("%s:1: no line is of a Cisco ASA; show running-config and show access-list are accepted", p.source)
	}
	var problems []error
	for i, l := range p.foreign {
		if i == maxProblems {
			problems = append(problems, fmt.Errorf("and %d more problems", len(p.foreign)-i))
			break
		}
		problems = append(problems, fmt.Errorf(
			"%s:%d: %q is of another device than an ASA, whose lists start with access-list; the formats cisco_ios, cisco_nxos and cisco_xr accept it",
			p.source, l.number, l.text))
	}
	return errors.Join(problems...)
}

// read takes the text line by line.
func (p *parser) read(text string) {
	for number := 1; text != ""; number++ {
		line, rest, _ := strings.Cut(text, "\n")
		text = rest
		p.readLine(number, line)
	}
}

func (p *parser) readLine(number int, line string) {
	line = strings.TrimRight(line, " \t\r")
	if rest, paged := strings.CutPrefix(line, pager); paged {
		line = rest[strings.LastIndexByte(rest, '\r')+1:]
	}
	body := strings.TrimLeft(line, " \t")
	indent := len(line) - len(body)
	if indent == 0 {
		_, body, _ = terminal.CutPrompt(body)
	}
	switch {
	case body == "":
	case strings.IndexByte("!:#>", body[0]) >= 0:
		p.open = openEntry{} // a comment; a body may go on below it
	default:
		p.command(sourceLine{number, indent, body})
	}
}

// pager is what a terminal shows between pages; the next line is written over it.
const pager = "<--- More --->"

// command takes one command or member of a definition.
func (p *parser) command(l sourceLine) {
	c := cursor{l.text}
	word := terminal.Whole(strings.ToLower(c.next()), "access-list", "access-group") // an ASA takes any case of letters
	open := p.open
	p.open = openEntry{}
	switch word {
	case "access-list", "object", "object-group":
		p.interrupt(l)
	}
	switch word {
	case "access-list":
		p.block, p.left = nil, false
		p.accessList(l, c, p.listNamed)
		return
	case "object", "object-group":
		p.evidence, p.block, p.left = true, nil, false
		p.define(l, word, c)
		return
	}
	if p.block != nil {
		if p.block.belongs(l, word) {
			p.add(p.block, l, word)
			return
		}
		p.left = p.block.deeper
		p.block = nil
	} else if l.indent == 0 {
		p.left = false
	}
	p.topLevel(l, word, c, open)
}

// topLevel takes a command that is neither of a list nor of the body of a definition; c
// stands after its first word, open is the ACE on the line above.
func (p *parser) topLevel(l sourceLine, word string, c cursor, open openEntry) {
	switch word {
	case "access-group":
		p.accessGroup(l, c, false)
	case "hostname":
		p.device(l, c.next())
	case "ipv6":
		if c.take("access-list") {
			p.oldIPv6 = true
			p.accessList(l, c, p.ipv6ListNamed)
		}
	case "name":
		p.alias(c)
	case "asa", "pix", "fwsm", "ngfw":
		p.release(strings.ToUpper(word), c)
	case "interface":
		p.onBridge = strings.HasPrefix(c.next(), "BVI")
	case "nameif":
		p.evidence = true
		if p.onBridge {
			p.bridges[c.next()] = true
		}
	case "security-level", "same-security-traffic":
		p.evidence = true
		p.note(l, "security levels decide where no access list is applied; they are not evaluated")
	case "no", "clear":
		p.remove(l, word == "clear", c)
	case "ip", "ipv4":
		if c.peek() == "access-list" {
			p.foreign = append(p.foreign, l)
		}
	case "network-object", "service-object", "port-object", "protocol-object", "icmp-object", "group-object":
		p.stray(l)
	default:
		switch {
		case looksLikeEntry(l.text):
			p.note(l, "this looks like an entry of an access list, and is none")
		case l.indent == 0 && !otherCommands[word] && terminal.NamesFilter(strings.Fields(strings.ToLower(l.text))):
			p.note(l, "a list of this kind is not read; extended and standard access lists are")
		}
		if p.left && memberWords[p.latest.kind][word] {
			p.stray(l)
		}
		if open.list != nil && (l.indent > open.indent || continues(word)) {
			open.goOn(l.text)
			p.open = open
		}
	}
}

// otherCommands are commands that name an access list and are none: they choose
// packets for something else, or show it.
var otherCommands = setOf(`aaa capture class-map clear crypto debug description dns group-policy http igmp ip logging match mfib
	multicast nat no object-group-search pim policy-map route-map service-policy sh show snmp-server split-tunnel-network-list
	static sysopt test threat-detection username vpn-filter webvpn`)

func setOf(text string) map[string]bool {
	out := make(map[string]bool)
	for word := range strings.FieldsSeq(text) {
		out[word] = true
	}
	return out
}

// looksLikeEntry reports whether a permit or a deny of a protocol is among the first
// words.
func looksLikeEntry(text string) bool {
	c := cursor{text}
	if c.peek() == "xlate" { // how translations are kept
		return false
	}
	for range 6 {
		if isAction(strings.ToLower(c.next())) {
			switch c.next() {
			case "ip", "tcp", "udp", "icmp", "icmp6", "object", groupArg:
				return true
			}
		}
	}
	return false
}

// stray takes a member of a definition that stands in the body of none.
func (p *parser) stray(l sourceLine) {
	p.note(l, "this line belongs to no definition; the one above it is indeterminate")
	if p.latest != nil {
		p.latest.problem = fmt.Sprintf("line %d, %q, may belong to %s", l.number, l.text, p.latest.title)
	}
}

// interrupt takes a command that ends the body at hand. Where it is indented as the body
// is, what follows may belong to either.
func (p *parser) interrupt(l sourceLine) {
	if b := p.block; b != nil && l.indent > b.indent {
		b.problem = fmt.Sprintf("line %d, %q, stands in the body of %s", l.number, l.text, b.title)
	}
}

// device reads the name of the device. A second one would add to the lists of the
// first, of which nothing is true then.
func (p *parser) device(l sourceLine, name string) {
	switch {
	case p.hostname == "":
		p.hostname = name
	case name != p.hostname && p.another.text == "":
		p.another = l
	}
}

// continues reports whether a line that starts with the word can only be the rest
// of an ACE above it that was broken in two.
func continues(word string) bool {
	switch word {
	case "eq", "neq", "lt", "gt", "range", "host", "any", "any4", "any6", "log", "interval", "inactive", "time-range":
		return true
	}
	return logLevels[word] || strings.HasPrefix(word, "(hitcnt=")
}

// alias reads "name ADDRESS WORD".
func (p *parser) alias(c cursor) {
	a, err := netip.ParseAddr(c.next())
	word := c.next()
	if err != nil || word == "" {
		return
	}
	if before, ok := p.names[word]; ok && before != a {
		a = netip.Addr{} // one of the two commands was refused
	}
	p.names[word] = a
}

// release reads "ASA Version 9.8(2)".
func (p *parser) release(device string, c cursor) {
	if !c.take("Version") {
		return
	}
	p.certain, p.evidence, p.versioned = true, true, true
	if device == "NGFW" {
		return
	}
	of := releaseOf(device, c.next())
	p.before83 = of.before(8, 3)
	if p.place = of.place(); of.before(9, 0) {
		p.anyone = addr.Any4()
	}
}

// remove takes commands that undo others, those that start with clear as a whole.
// Where the result is not certain, what they touch becomes so.
func (p *parser) remove(l sourceLine, whole bool, c cursor) {
	if whole && !isConfigure(strings.ToLower(c.next())) {
		return // clear access-list NAME counters, and the like
	}
	switch word := strings.ToLower(c.next()); word {
	case "all":
		p.clearLists()
		p.forgotten, p.bindings = l, nil
	case "access-list":
		name := c.next()
		if whole && name == "" {
			p.clearLists()
		}
		for _, list := range p.named(name) {
			if text := withoutLine(c); whole && c.atEnd() {
				list.reset()
			} else if !whole && isRemark(text) {
				list.removeRemark(text)
			} else if whole || !list.remove(text) || list.order.lines == 0 {
				list.doubt, list.doubtAt = "the command removes lines of the list; give it as the device shows it", l
			}
		}
	case "object", "object-group":
		c.next()
		p.forget(l, word, c.next())
	case "name":
		clear(p.names)
	case "access-group":
		if whole {
			p.bindings = nil
		} else {
			p.accessGroup(l, c, true)
		}
	case "network-object", "service-object", "port-object", "protocol-object", "icmp-object", "group-object":
		p.stray(l)
	}
}

// withoutLine returns what an access-list command says after the list's name, a line
// number and the word extended.
func withoutLine(c cursor) string {
	if ahead := c; ahead.take("line") {
		if _, ok := number(ahead.next(), 1<<31-1); ok {
			c = ahead
		}
	}
	return withoutType(c.rest)
}

func isRemark(text string) bool {
	c := cursor{text}
	return c.take("remark")
}

// isConfigure reports whether the word after clear is configure, which people
// shorten.
func isConfigure(word string) bool { return len(word) >= 4 && strings.HasPrefix("configure", word) }

func (p *parser) clearLists() {
	p.lists, p.order = make(map[string]*list), nil
}
