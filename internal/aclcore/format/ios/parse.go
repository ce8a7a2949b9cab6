package ios

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/terminal"
)

// line is one line of the text.
type line struct {
	number   int
	indented bool
	text     string // without blanks at either end
}

// mode is what the lines at hand belong to.
type mode uint8

const (
	elsewhere mode = iota
	inList
	inGroup
	inOther // a block that a note tells of and that is not read
)

// A parser reads the lines of one file. It first collects the lists and object
// groups as lines, since a group may stand behind the list that uses it, and then
// makes rules of them.
type parser struct {
	dialect Dialect
	source  string
	text    string // what is left of the file
	base    int    // blanks that every line starts with
	margin  int    // the same for what the command printed that the lines are of
	number  int    // of the last line that was read
	words   words  // of that line

	mode      mode
	list      *list
	standard  bool // the entries of list are of the standard kind
	left      *leaving
	group     *group
	context   string // the line that an indented line stands under
	noted     string // the context of the last entry that was noted to be in no list
	container string // the last interface or the like, for files without indentation

	lists    []*list
	byKey    map[listKey]*list
	groups   map[groupKey]*group
	bindings []binding
	notes    []device.Note
	errs     []error
	hostname string
	eos      bool // the file is of Arista EOS
	known    bool // something in the file is of these languages
}

// Parse reads a configuration or the output of a show command. The document has
// the access lists in the order of the text; a list that is applied and not
// defined comes last, with one indeterminate rule.
//
// An error joins every problem as "source:line: what, what is accepted". It is
// returned for text that is of another language and for a list without a name; a
// line that is not understood is no error (see the package comment).
func Parse(dialect Dialect, in device.Input) (*device.Document, error) {
	switch dialect {
	case IOS, NXOS, XR:
	default:
		return nil, fmt.Errorf("%s: unknown dialect %q; write %s, %s or %s", in.Source, dialect, IOS, NXOS, XR)
	}
	p := &parser{
		dialect: dialect, source: in.Source, text: strings.ToValidUTF8(string(in.Content), "\uFFFD"),
		byKey: make(map[listKey]*list), groups: make(map[groupKey]*group),
	}
	if i := strings.IndexByte(p.text, 0); i >= 0 {
		return nil, p.errorAt(1+strings.Count(p.text[:i], "\n"), "there is a zero byte; a configuration as text is accepted")
	}
	if dialect == NXOS && isJSON(in.Content) {
		return p.parseJSON(in.Content)
	}
	text := p.text
	p.base = marginOf(p.text)
	p.margin = p.base
	for p.text != "" {
		p.read(p.next())
	}
	if !p.known && len(p.errs) == 0 {
		p.errs = append(p.errs, p.errorAt(1, fmt.Sprintf(
			"this is no configuration of %s; a running configuration or the output of \"show access-lists\" is accepted", dialect.title())))
	}
	if err := errors.Join(p.errs...); err != nil {
		return nil, err
	}
	doc := p.document()
	p.readTopology(doc, text)
	return doc, nil
}

func (p *parser) errorAt(line int, text string) error {
	return fmt.Errorf("%s:%d: %s", p.source, line, text)
}

// next takes the next line from the text, which is not empty.
func (p *parser) next() line {
	p.number++
	text, rest, _ := strings.Cut(p.text, "\n")
	p.text = rest
	trimmed := strings.TrimLeft(text, " \t")
	if after, ok := strings.CutPrefix(trimmed, "--More--"); ok { // of a terminal log
		trimmed = strings.TrimLeft(after, " \t\b")
	}
	l := line{p.number, len(trimmed) < len(text)-p.margin, strings.TrimRight(trimmed, " \t\r\v\f")}
	if prompt, command, ok := terminal.CutPrompt(l.text); ok && len(trimmed) >= len(text)-p.base {
		l.text, l.indented = command, false
		p.margin = max(p.base, outputMargin(rest, p.base))
		_, below, _ := strings.Cut(prompt, "(config-") // IOS cuts long prompts
		switch {
		case below == "":
			p.mode, p.left = elsewhere, nil
		case strings.Contains(below, "acl") && p.mode == elsewhere && p.list != nil:
			p.mode = inList
		}
	}
	return l
}

// outputMargin returns how many blanks every line up to the next prompt starts with: what
// a command prints may be indented as a whole. Lines with no more than base are not.
func outputMargin(text string, base int) int {
	end := 0
	for line := range strings.Lines(text) {
		if _, _, prompt := terminal.CutPrompt(strings.TrimLeft(line, " \t")); prompt {
			break
		}
		if end += len(line); strings.TrimSpace(line) != "" && marginOf(line) <= base {
			return base
		}
	}
	return marginOf(text[:end])
}

// marginOf returns how many blanks every line starts with, as in a text that was
// written into another.
func marginOf(text string) int {
	margin := -1
	for line := range strings.Lines(text) {
		body := strings.TrimLeft(line, " \t")
		if n := len(line) - len(body); strings.TrimSpace(body) != "" && (margin < 0 || n < margin) {
			margin = n
		}
		if margin == 0 {
			break
		}
	}
	return max(margin, 0)
}

func (p *parser) note(l line, reason string) {
	p.notes = append(p.notes, device.Note{Line: l.number, Text: l.text, Reason: reason})
}

func (p *parser) read(l line) {
	if l.text == "" || l.text[0] == '#' { // the second is for readers of the file alone
		return
	}
	if l.text[0] == '!' {
		p.comment(l)
		return
	}
	p.words.cut(l.text)
	if l.indented && isHeading(&p.words) && p.showHeader(l) {
		return
	}
	switch p.mode {
	case inList:
		if p.listLine(l) {
			return
		}
	case inGroup:
		if p.groupLine(l) {
			return
		}
	case inOther:
		if l.indented || isEntryWord(p.words.peek()) {
			return
		}
	}
	p.mode = elsewhere
	if l.indented {
		if p.resumes(l) {
			p.reopen()
			p.words.cut(l.text)
			if p.mode == inGroup {
				p.groupLine(l)
			} else {
				p.listLine(l)
			}
			return
		}
		p.inner(l)
		return
	}
	if p.left != nil && p.left.line != l {
		p.left = nil
	}
	p.context = l.text
	p.top(l)
}

// isEntry reports whether the line is an entry and no remark.
func (p *parser) isEntry(l line) bool {
	e := p.entryAt(l, 0)
	p.words.cut(l.text)
	word := lower(firstWord(e.body))
	return isActionWord(word) || word == "evaluate" || word == "dynamic"
}

// comment looks for what a comment tells about the platform.
func (p *parser) comment(l line) {
	text := strings.ToLower(l.text)
	switch {
	case strings.Contains(text, "rancid-content-type: arista"), strings.Contains(text, "eos-4."):
		p.eos, p.known = true, true
	case strings.HasPrefix(text, "!rancid-content-type: cisco"), strings.HasPrefix(text, "!! ios xr"), strings.HasPrefix(text, "!command: show "):
		p.known = true
	}
}

// top reads a line of the top level.
func (p *parser) top(l line) {
	if p.showHeader(l) {
		return
	}
	w := &p.words
	word := terminal.Whole(w.peek(), "access-list")
	if word == "access-list" && word != w.peek() {
		l.text = word + l.text[len(w.peek()):]
		w.cut(l.text)
	}
	w.skip(1)
	switch word {
	case "ip", "ipv4", "ipv6":
		p.topIP(l)
	case "access-list":
		p.numberedEntry(l)
	case "object-group":
		p.groupDefinition(l)
	case "resequence":
		p.resequence()
	case "no", "default":
		p.undo(l)
	case "interface", "control-plane", "management":
		p.known, p.container = true, l.text
	case "line":
		switch w.peek() {
		case "con", "console", "aux", "vty", "tty", "default", "template":
			p.known, p.container = true, l.text
		}
	case "access-class":
		p.bind(l, p.container, false, "", false)
	case "banner":
		p.skipBanner()
	case "macro":
		p.skipMacro()
	case "mac", "arp", "vlan", "zone-pair", "ethernet-services":
		p.otherFilter(l)
	case "hostname", "switchname":
		p.device(l)
	case "version", "feature", "router", "vrf", "username":
		p.known = true
	case "traffic-policies", "flowspec":
		p.known, p.mode = true, inOther
		p.note(l, word+" filter packets, and are not read; access lists for IPv4 and IPv6 are")
	default:
		if isOtherHeading(w) {
			p.note(l, "a list of this kind is not read; access lists for IPv4 and IPv6 are")
			p.mode = inOther
		} else if p.isEntry(l) {
			p.note(l, "it stands in no access list")
		} else if n := slices.IndexFunc(w.low, isActionWord); n > 0 && !topWords[word] && n+1 < len(w.low) {
			if _, ok := protocolOf(w.low[n+1], false); ok {
				p.note(l, "it looks like an entry of an access list, and is none")
			}
		}
	}
}

// device reads the name of the device. A second one would add to the lists of the
// first, of which nothing is true then.
func (p *parser) device(l line) {
	p.known = true
	switch name := p.words.next(); {
	case p.hostname == "":
		p.hostname = name
	case name != p.hostname:
		p.errs = append(p.errs, p.errorAt(l.number, fmt.Sprintf("%q starts another device than %s; the configuration of one device is accepted", l.text, p.hostname)))
	}
}

func (p *parser) topIP(l line) {
	w := &p.words
	p.known = true
	switch terminal.Whole(w.peek(), "access-list") {
	case "access-list":
		w.skip(1)
		p.listHeader(l, w.low[0] == "ipv6")
	default:
		p.boundIP(l, p.container, w.low[0] == "ipv6", false)
	}
}

// inner reads a line of a block that is neither a list nor an object group.
func (p *parser) inner(l line) {
	w := &p.words
	undo := w.take("no") || w.take("default")
	switch word := w.peek(); word {
	case "ip", "ipv4", "ipv6":
		w.skip(1)
		p.boundIP(l, p.context, word == "ipv6", undo)
	case "access-class":
		w.skip(1)
		p.bind(l, p.context, false, "", undo)
	default:
		if !undo && p.noted != p.context && p.isEntry(l) {
			p.noted = p.context // once for each block
			p.note(l, fmt.Sprintf("it looks like an entry of an access list, and %q starts none", p.context))
		}
	}
}

// skipMacro steps over the commands of a macro, which "@" ends.
func (p *parser) skipMacro() {
	if p.words.peek() != "name" {
		return
	}
	before, after, found := strings.Cut("\n"+p.text, "\n@")
	if !found {
		return
	}
	p.number += strings.Count(before, "\n")
	p.text = after
}

// skipBanner steps over the text of a banner, which may look like anything.
func (p *parser) skipBanner() {
	w := &p.words
	if kind := w.peek(); len(kind) > 1 && 'a' <= kind[0] && kind[0] <= 'z' {
		w.skip(1) // login, motd, …; IOS takes motd where there is none
	}
	end := w.peek()
	if end == "" {
		end = "EOF" // EOS
		if !strings.Contains(p.text, "\n"+end) && !strings.HasPrefix(p.text, end) {
			return
		}
	} else {
		first := w.next()
		end = first[:1]
		if strings.HasPrefix(first, "^C") {
			end = "^C"
		}
		if strings.Contains(first[len(end):], end) || strings.Contains(w.rest(), end) {
			return
		}
	}
	before, after, found := strings.Cut(p.text, end)
	if !found {
		return
	}
	p.number += strings.Count(before, "\n")
	p.text = after
	if _, rest, more := strings.Cut(after, "\n"); more {
		p.text = rest
	} else {
		p.text = ""
	}
	p.number++
}

// otherFilter notes what filters packets and is not read.
func (p *parser) otherFilter(l line) {
	w := &p.words
	switch what := w.low[0] + " " + w.peek(); what {
	case "mac access-list", "mac acl", "arp access-list", "arp acl", "ethernet-services access-list", "vlan access-map", "vlan filter", "zone-pair security":
		p.known = true
		p.note(l, what+" is not read; access lists for IPv4 and IPv6 are")
		p.mode = inOther
	}
}

// document makes rules of what was collected.
func (p *parser) document() *device.Document {
	p.apply()
	doc := &device.Document{Format: string(p.dialect), Notes: p.notes}
	r := newResolver(p.dialect, p.groups)
	r.cookies = p.dialect == IOS && !p.eos
	for _, l := range p.lists {
		if l.gone {
			continue
		}
		doc.Lists = append(doc.Lists, l.document(r, p.eos, &p.words))
	}
	return doc
}
