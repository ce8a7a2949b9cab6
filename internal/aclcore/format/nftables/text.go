package nftables

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
)

func (rs *ruleset) readText(source string) {
	r := &textReader{ruleset: rs, lexer: lexer{source: source, line: 1}, defines: make(map[string][]token), room: maxTokens}
	r.end.line = int32(strings.Count(source, "\n") + 1)
	for r.more() {
		r.command()
	}
}

// command reads a command of the top level.
func (r *textReader) command() {
	switch t := r.take(); {
	case endsLine(t):
	case t.is("table"):
		r.tableBlock()
	case t.is("define") || t.is("redefine"):
		name := r.take()
		if !r.peek().is("=") {
			r.Add(int(name.line), "define %s has no value; write define %s = …", name.text, name.text)
		} else {
			r.next++
		}
		r.defines[name.text] = slices.Clone(r.line())
	case t.is("undefine"):
		delete(r.defines, r.take().text)
	case t.is("flush"):
		r.flush()
	case t.is("add") || t.is("create"):
		r.add(false)
	case t.is("insert"):
		r.add(true)
	case t.is("delete") || t.is("destroy"):
		r.remove(t)
	case t.is("include"):
		r.Add(int(t.line), "include is not followed; export the whole ruleset with nft list ruleset")
		r.skipLine()
	default:
		r.Add(int(t.line), "%.40q is no command that is read; accepted are table, define, add, insert, flush and delete", t.text)
		r.skipLine()
		if r.peek().is("}") {
			r.next++
		}
	}
}

// tableName reads "inet filter"; the family may be left out.
func (r *textReader) tableName() (family, name string) {
	family = "ip"
	if t := r.peek(); families[t.text] && !t.quoted {
		family = r.take().text
	}
	return family, r.take().text
}

func (r *textReader) flush() {
	switch t := r.take(); {
	case t.is("ruleset"):
		r.tables = nil
	case t.is("table"):
		if tb := r.table(r.tableName()); tb != nil {
			for _, c := range tb.chains {
				c.rules = nil
			}
		}
	case t.is("chain"):
		if tb := r.table(r.tableName()); tb != nil {
			if c := tb.chain(r.take().text); c != nil {
				c.rules = nil
			}
		}
	default:
		r.Add(int(t.line), "flush %s is not followed; export the ruleset with nft list ruleset", t.text)
	}
	r.skipLine()
}

// remove reads "delete table …", which leads many files; nothing else can be
// deleted.
func (r *textReader) remove(verb token) {
	t := r.take()
	if !t.is("table") {
		r.Add(int(verb.line), "%s %s is not followed; export the ruleset with nft list ruleset", verb.text, t.text)
		r.skipLine()
		return
	}
	family, name := r.tableName()
	for i, tb := range r.tables {
		if tb.family == family && tb.name == name {
			r.tables = append(r.tables[:i:i], r.tables[i+1:]...)
			break
		}
	}
	r.skipLine()
}

// add reads "add rule inet filter input tcp dport 22 accept" and the like.
func (r *textReader) add(first bool) {
	what := r.take()
	if what.is("table") {
		r.tableBlock()
		return
	}
	family, name := r.tableName()
	t := r.addTable(family, name, int(what.line))
	object := r.take().text
	switch {
	case what.is("rule"):
		r.addRule(t, object, first, int(what.line))
	case what.is("chain"):
		c := t.addChain(object, int(what.line))
		if r.peek().is("{") {
			r.next++
			r.chainBlock(t, c)
		}
	case what.is("set") || what.is("map"):
		r.setBlock(t, object, what)
	case what.is("element"):
		s := t.addSet(object)
		r.elements(s, r.line())
	case !objects[what.text] && what.text != "element":
		r.Add(int(what.line), "add %.40q is not followed; export the ruleset with nft list ruleset", what.text)
		r.skipLine()
	default:
		r.skipLine()
	}
}

// addRule reads the rest of "add rule" or "insert rule".
func (r *textReader) addRule(t *table, name string, first bool, line int) {
	c := t.chain(name)
	if c == nil {
		r.Add(line, "the chain %s of table %s is not in the file before", name, t)
		c = t.addChain(name, line)
	}
	at := len(c.rules)
	if first {
		at = 0
	}
	if p := r.peek(); p.is("index") {
		r.next++
		n, err := strconv.Atoi(r.take().text)
		if !first {
			n++
		}
		if err != nil || n < 0 || n > len(c.rules) {
			r.Add(line, "the index of a rule in %s is out of range; it has %d rules", name, len(c.rules))
			n = 0
		}
		at = n
	} else if p.is("handle") || p.is("position") {
		r.Add(line, "the handle of a rule cannot be followed; use index, or export the ruleset with nft list ruleset")
	}
	tokens := r.line()
	rule := r.rule(tokens, line)
	c.rules = append(c.rules[:at:at], append([]chainRule{rule}, c.rules[at:]...)...)
}

// open passes the brace that opens a block, and reports whether there is one.
func (r *textReader) open() bool {
	if !r.peek().is("{") {
		return false
	}
	r.next++
	return true
}

// block calls each for the parts of a block up to its closing brace.
func (r *textReader) block(what string, line int, each func(token)) {
	for {
		switch t := r.peek(); {
		case !r.more():
			r.Add(line, "the block of %s is not closed; the file is cut off", what)
			return
		case t.is("}"):
			r.next++
			return
		case endsLine(t):
			r.next++
		default:
			before := r.position()
			each(t)
			if r.position() == before { // whatever stands there must not hold us up
				r.next++
			}
		}
	}
}

func (r *textReader) tableBlock() {
	line := int(r.peek().line)
	family, name := r.tableName()
	t := r.addTable(family, name, line)
	t.dormant = false // what comes last holds: a table that is named again wakes up
	if !r.open() {
		r.skipLine()
		return
	}
	r.block("table "+t.String(), line, func(first token) {
		r.next++
		switch {
		case first.is("chain"):
			name := r.take()
			c := t.addChain(name.text, int(name.line))
			if r.open() {
				r.chainBlock(t, c)
			}
		case first.is("set") || first.is("map"):
			r.setBlock(t, r.take().text, first)
		case first.is("flags"):
			for _, w := range r.line() {
				t.dormant = t.dormant || w.is("dormant")
			}
		case !first.quoted && objects[first.text]:
			r.skipLine()
		default:
			r.unread(t, int(first.line), r.skipped(first), "the line is not understood")
		}
	})
}

func (r *textReader) chainBlock(t *table, c *chain) {
	r.block("chain "+c.name, c.line, func(first token) {
		switch {
		case first.is("type"):
			r.hook(t, c, r.line())
		case first.is("policy"):
			words := r.line()
			c.policyAt = int(first.line)
			c.text += "; " + textOf(r.lexer.source, words)
			if len(words) == 2 && (words[1].is("accept") || words[1].is("drop")) {
				c.policy = words[1].text
			} else {
				r.Add(int(first.line), "the policy of %s is not known; accept and drop are", c.name)
			}
		case first.is("device") || first.is("devices"):
			c.devices = append(c.devices, names(r.line()[1:])...)
		case first.is("flags") || first.is("comment"):
			r.skipLine()
		default:
			tokens := r.line()
			if len(tokens) > 0 {
				c.rules = append(c.rules, r.rule(tokens, int(first.line)))
			}
		}
	})
}

// maxShown is how much of a line that is not understood is shown.
const maxShown = 200

// skipped passes the rest of the line that begins with first, and returns its text.
func (r *textReader) skipped(first token) string {
	r.skipLine()
	text, _, _ := strings.Cut(r.lexer.source[first.from:], "\n")
	text = strings.Join(strings.Fields(text), " ")
	if len(text) > maxShown {
		text = strings.ToValidUTF8(text[:maxShown], "") + "…"
	}
	return text
}

// names returns the words of a list, without its signs.
func names(tokens []token) (out []string) {
	for _, t := range tokens {
		if t.quoted || isWord(t.text[0]) {
			out = append(out, t.text)
		}
	}
	return out
}

// hook reads "type filter hook ingress device eth0 priority filter".
func (r *textReader) hook(t *table, c *chain, words []token) {
	c.policyAt, c.text = int(words[0].line), t.String()+" "+c.name+": "+textOf(r.lexer.source, words)
	for i := 0; i+1 < len(words); i++ {
		switch w := words[i]; {
		case w.is("type"):
			c.kind = words[i+1].text
		case w.is("hook"):
			c.hook = words[i+1].text
		case w.is("device"):
			c.devices = append(c.devices, words[i+1].text)
		case w.is("devices"):
			for j := i + 1; j < len(words) && !words[j].is("priority"); j++ {
				c.devices = append(c.devices, names(words[j:j+1])...)
			}
		case w.is("priority"):
			var text []string
			for _, p := range words[i+1:] {
				text = append(text, p.text)
			}
			n, err := parsePriority(t.family, strings.Join(text, ""))
			if err != nil {
				r.Add(int(w.line), "%v", err)
			}
			c.priority = n
			return
		}
	}
}

// setBlock reads a set or map.
func (r *textReader) setBlock(t *table, name string, what token) {
	s := t.addSet(name)
	s.isMap = what.is("map")
	if !r.open() {
		r.skipLine()
		return
	}
	r.block(what.text+" "+name, int(what.line), func(first token) {
		switch {
		case first.is("elements"):
			r.next++
			if r.peek().is("=") {
				r.next++
			}
			r.elements(s, r.line())
		case first.is("flags"):
			for _, w := range r.line() {
				s.changes = s.changes || w.is("dynamic") || w.is("timeout")
			}
		case first.is("timeout"):
			s.changes = true
			r.skipLine()
		case !first.quoted && setWords[first.text]:
			r.skipLine()
		case first.is("limit"), first.is("quota"), first.is("ct"):
			s.changes, s.doubt = true, ", a set whose elements have a "+first.text
			r.skipLine()
		default:
			r.next++
			r.unreadSet(s, int(first.line), r.skipped(first), "a line of the set is not understood")
		}
	})
}

// elements adds "{ … }" to a set.
func (r *textReader) elements(s *set, tokens []token) {
	if len(tokens) == 0 {
		return
	}
	st := &statementReader{source: r.lexer.source, tokens: tokens}
	elements, mappings, changes, err := st.braces()
	if err != nil && s.isMap { // a map of values, as dnat takes, which decides nothing
		s.changes = true
		return
	}
	if err != nil {
		r.Add(int(tokens[0].line), "elements: %v", err)
		return
	}
	if len(mappings) > 0 && !s.isMap || len(elements) > 0 && s.isMap {
		r.Add(int(tokens[0].line), "elements of a map in a set, or the other way round")
		return
	}
	s.elements, s.mappings, s.changes = append(s.elements, elements...), append(s.mappings, mappings...), s.changes || changes
}

func (r *textReader) rule(tokens []token, line int) chainRule {
	if r.room < 0 {
		r.Add(line, "the definitions grow to more than %d words", maxTokens)
		r.room = 0
	}
	st := statementReader{source: r.lexer.source, tokens: tokens}
	r.read = st.all(r.read[:0])
	return chainRule{line: line, text: textOf(st.source, tokens), comment: st.comment, statements: r.keep(r.read)}
}

// note tells of something that is read and left out.
func (rs *ruleset) note(line int, text, format string, args ...any) {
	rs.notes = append(rs.notes, device.Note{Line: line, Text: text, Reason: fmt.Sprintf(format, args...)})
}
