package pf

import (
	"fmt"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/known"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/zoned"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// The lists of a text.
const (
	ListIn  = "in"
	ListOut = "out"
)

// Parse reads a pf.conf, or the rules that pfctl prints. The list in filters what enters
// the host, out what leaves it. Errors are led by source and line.
func Parse(input device.Input) (*device.Document, error) {
	statements, err := statements(input.Source, input.Content)
	if err != nil {
		return nil, err
	}
	p := &parser{rs: ruleset{tables: tables{}}, doc: &device.Document{Format: "pf_conf"}}
	p.readTables(statements, false)
	p.statements(statements, nil, nil)
	for i, name := range []string{ListIn, ListOut} {
		p.doc.Lists = append(p.doc.Lists, device.List{Name: name, Default: rule.Permit, Rules: p.rs.rules(i), Writer: site{i, p.rs.start}})
	}
	p.doc.Translations = p.rs.searched()
	// Rules are for every interface unless they name some: FreeBSD, pf.conf(5), on.
	p.doc.Bindings = []device.Binding{
		{List: ListIn, Stage: device.StageIn, V4: true, V6: true},
		{List: ListOut, Stage: device.StageOut, V4: true, V6: true},
	}
	return p.doc, nil
}

type parser struct {
	rs  ruleset
	doc *device.Document
}

func (p *parser) note(s *statement, reason string) {
	p.doc.Notes = append(p.doc.Notes, device.Note{Line: s.line, Text: s.text, Reason: reason})
}

// readTables reads the tables of the text. Those of an anchor are its own: a name that
// stands there is in doubt everywhere. So is a table that rules fill.
func (p *parser) readTables(statements []statement, anchor bool) {
	for i := range statements {
		s := &statements[i]
		if s.tokens[0].text == "table" {
			p.rs.tables.read(s)
			if anchor && len(s.tokens) > 2 {
				p.rs.tables[s.tokens[2].text] = known.AtMost(addr.Any(), "the table <"+s.tokens[2].text+"> is that of an anchor")
			}
		}
		for j := range s.tokens {
			if on := s.tokens[j].text; j > 0 && s.tokens[j-1].text == "on" && s.tokens[j].word && !oneInterface(on) && !slices.Contains(p.rs.groups, on) {
				p.rs.groups = append(p.rs.groups, on)
			}
			if s.tokens[j].text == "overload" && j+2 < len(s.tokens) {
				name := s.tokens[j+2].text
				defer func() {
					p.rs.tables[name] = known.AtMost(addr.Any(), "the table <"+name+"> is filled by a rule with overload")
				}()
			}
		}
		p.readTables(s.body, true)
	}
}

// statements reads rules in order; outer are the conditions of the anchors around them.
func (p *parser) statements(statements []statement, outer []*conditions, matches []zoned.Match) {
	for i := range statements {
		p.statement(&statements[i], outer, matches)
	}
}

func (p *parser) statement(s *statement, outer []*conditions, matches []zoned.Match) {
	first := s.tokens[0]
	read := func(at int) *reader {
		r := newReader(s.tokens, at, p.rs.tables)
		r.read()
		if first.quoted || r.at < len(s.tokens) && r.broken == "" {
			r.fail("the sign -> is not expected")
		}
		for _, o := range outer {
			r.narrow(o)
		}
		return r
	}
	if p.rs.start == 0 && slices.Contains([]string{"pass", "block", "match", "anchor", "antispoof"}, first.text) {
		p.rs.start = s.line
	}
	switch first.text {
	case "table", "scrub", "altq", "queue", "[":
	case "pass":
		p.rs.add(s, read(1), rule.Permit, matches)
	case "block":
		p.rs.add(s, read(blockWords(s.tokens)), rule.Deny, matches)
	case "match":
		if r := read(1); len(r.either) > 0 || r.broken != "" {
			m := r.match()
			for _, o := range matches {
				m = intersect(m, o)
			}
			p.rs.undecided(s, r, m)
		}
	case "anchor":
		p.anchor(s, outer, matches)
	case "antispoof":
		p.antispoof(s, read, matches)
	case "set":
		p.option(s)
	case "nat", "rdr", "binat":
		p.translation(s, first.text)
	case "no":
		p.noTranslation(s)
	case "nat-anchor", "rdr-anchor", "binat-anchor":
		p.rs.mayTranslate(s, strings.TrimSuffix(first.text, "-anchor"), zoned.AnyMatch(), "the rules of the anchor are not in the text")
		p.everything(s, "it may translate addresses by rules that are not in the text")
	case "load":
		p.note(s, "fills an anchor, which is in doubt where it stands")
	default:
		p.unread(s)
	}
}

// unread takes a statement that is not known: it may do anything, from here on.
func (p *parser) unread(s *statement) {
	if t := s.tokens[0].text; strings.HasPrefix(t, "[") && len(s.tokens) > 1 {
		switch s.tokens[1].text {
		case "Evaluations:", "Inserted:", "Last", "Source", "Skip":
			return // the counters that pfctl prints below a rule
		}
	}
	r := newReader(nil, 0, nil)
	r.fail("the word %q is not known", s.tokens[0].text)
	p.rs.undecided(s, r, zoned.AnyMatch())
}

// everything leaves open what becomes of all traffic.
func (p *parser) everything(s *statement, why string) {
	e := entry{quick: true, either: true, policy: zoned.Policy{Line: s.line, Text: s.text, Matches: []zoned.Match{zoned.AnyMatch()}, Unknown: []string{why}}}
	p.rs.mayBlock(zoned.AnyMatch())
	for i := range p.rs.first {
		p.rs.first[i] = append(p.rs.first[i], e)
	}
}

// blockWords returns where the conditions of a block begin: behind how it answers.
func blockWords(tokens []token) int {
	r := newReader(tokens, 1, nil)
	if r.take("drop", "return", "return-rst", "return-icmp", "return-icmp6") {
		r.group()
	}
	return r.at
}

// anchor reads the rules of an anchor as if they stood in its place, limited to what it
// matches. What an anchor holds that is filled elsewhere is open.
func (p *parser) anchor(s *statement, outer []*conditions, matches []zoned.Match) {
	r := newReader(s.tokens, 1, p.rs.tables)
	if r.at < len(s.tokens) && s.tokens[r.at].word && (s.tokens[r.at].quoted || options[s.tokens[r.at].text] == nil) {
		r.at++
	}
	r.read()
	if r.at < len(s.tokens) {
		r.fail("the sign -> is not expected")
	}
	if r.quick && s.block {
		r.doubt("the anchor is quick")
	}
	own := r.conditions
	own.quick = false
	for _, o := range outer {
		r.narrow(o)
	}
	m := r.match()
	if !s.block {
		for _, o := range matches {
			m = intersect(m, o)
		}
		r.doubt("the rules of the anchor are not in the text")
		p.rs.mayTranslate(s, "nat", m, "the rules of the anchor are not in the text")
		p.rs.undecided(s, r, m)
		return
	}
	if r.broken != "" || len(r.either) > 0 || len(r.unknown) > 0 {
		r.doubt("what the anchor matches is not known")
		p.rs.undecided(s, r, m)
		return
	}
	p.statements(s.body, append(slices.Clone(outer), &own), append(slices.Clone(matches), m))
}

// antispoof blocks packets by the addresses of an interface, which are not in the text.
func (p *parser) antispoof(s *statement, read func(int) *reader, matches []zoned.Match) {
	at := slices.IndexFunc(s.tokens, func(t token) bool { return t.text == "for" })
	if at < 0 {
		p.unread(s)
		return
	}
	head := *s
	head.tokens = s.tokens[:at]
	r := newReader(head.tokens, 1, nil)
	r.read()
	r.in, r.out = true, false
	r.condition("the addresses of the interfaces are not in the text")
	if r.broken != "" {
		p.unread(s)
		return
	}
	p.rs.add(s, r, rule.Deny, matches)
}

// settings are options of the whole text that change no verdict.
var settings = strings.Fields(`limit timeout optimization ruleset-optimization loginterface debug fingerprints hostid reassemble require-order
	block-policy state-policy syncookies keepcounters`)

// option takes an option of the whole text.
func (p *parser) option(s *statement) {
	word := ""
	if len(s.tokens) > 2 {
		word = s.tokens[1].text
	}
	switch {
	case slices.Contains(settings, word):
	case word == "skip" && s.tokens[2].text == "on":
		p.skip(s)
	default:
		p.everything(s, "the option is not known")
	}
}

// loopback are the interfaces by which nothing is forwarded.
var loopback = []string{"lo", "lo0"}

// skip takes interfaces by which everything passes.
func (p *parser) skip(s *statement) {
	for _, t := range s.tokens[3:] {
		if t.word && slices.Contains(loopback, t.text) {
			p.note(s, "traffic by "+t.text+" is not filtered, and is not read: nothing is forwarded by it")
			continue
		}
		if !t.word && strings.Contains("{},", t.text) {
			continue
		}
		e := entry{quick: true, policy: zoned.Policy{Line: s.line, Text: s.text, Action: rule.Permit, Matches: []zoned.Match{zoned.AnyMatch()}}}
		i, o := e, e
		if t.word && oneInterface(t.text) {
			i.policy.From, o.policy.To = []string{t.text}, []string{t.text}
		} else {
			i.either, o.either = true, true
			i.policy.Doubt("set skip on %s, whose interfaces are not in the text", t.text)
			o.policy.Doubt("set skip on %s, whose interfaces are not in the text", t.text)
		}
		p.rs.first[in] = append(p.rs.first[in], i)
		p.rs.first[out] = append(p.rs.first[out], o)
	}
}

// translation leaves open what a rule of translation touches: the rules for in see
// another destination, those for out another source or destination.
func (p *parser) translation(s *statement, kind string) {
	at := 1
	if len(s.tokens) > 1 && s.tokens[1].text == "pass" {
		at = 2
	}
	r := newReader(s.tokens, at, p.rs.tables)
	r.read()
	outside := p.translate(s, r, kind, at == 2)
	e := entry{quick: true, either: true, policy: zoned.Policy{Line: s.line, Text: s.text, Matches: []zoned.Match{possible(r.match())}, Unknown: []string{
		fmt.Sprintf("%s translates the address before the rules compare it", kind),
	}}}
	if r.broken != "" || kind == "binat" && outside.IsEmpty() {
		e.policy.Matches, r.on = []zoned.Match{zoned.AnyMatch()}, nil
	}
	if isEmpty(e.policy.Matches[0]) {
		return
	}
	other := e
	switch {
	case kind == "nat" && r.broken == "":
		e.policy.To = r.on
		p.rs.first[out] = append(p.rs.first[out], e)
	case !outside.IsEmpty():
		e.policy.To = r.on
		p.rs.first[out] = append(p.rs.first[out], e)
		m := zoned.AnyMatch()
		m.Destinations = known.Exactly(outside)
		other.policy.From, other.policy.Matches = r.on, []zoned.Match{m}
		p.rs.first[in] = append(p.rs.first[in], other)
	default:
		e.policy.From = r.on
		p.rs.first[in] = append(p.rs.first[in], e)
		p.rs.first[out] = append(p.rs.first[out], other)
	}
}

// noTranslation takes an exception from translation, which only makes more sure.
func (p *parser) noTranslation(s *statement) {
	if len(s.tokens) < 2 || !slices.Contains([]string{"nat", "rdr", "binat", "scrub"}, s.tokens[1].text) {
		p.unread(s)
		return
	}
	if kind := s.tokens[1].text; kind != "scrub" {
		r := newReader(s.tokens, 2, p.rs.tables)
		r.read()
		p.exempt(s, r, kind)
	}
}
