package pf

import (
	"fmt"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/known"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/port"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/zoned"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
)

// conditions are what a rule matches, and what it says besides.
type conditions struct {
	// in and out say for which direction it is; both if it names none.
	in, out, quick bool
	// on are interfaces, none for all.
	on     []string
	family addr.Set
	// protocols are numbers, none for all; sources and destinations have ports if ports
	// says so.
	protocols             []uint8
	sources, destinations zoned.Addresses
	from, to              known.Set[port.Set]
	ports                 bool
	types                 []service.Range
	// notTCP says that its flags are not those of a packet that opens a connection.
	notTCP, stateless bool
	// unknown are conditions that only the host can decide. either are statements that
	// leave open what becomes of a packet that matches.
	unknown, either []string
	// broken is a word that is not understood: the rule may be anything.
	broken string
	// translated says that the destination, or the source, is another after the rule.
	translated bool
}

// reader reads the tokens of one rule from at on.
type reader struct {
	conditions
	tokens []token
	at     int
	tables tables
	// overload are tables that a rule fills.
	overload []string
}

func newReader(tokens []token, at int, t tables) *reader {
	r := &reader{tokens: tokens, at: at, tables: t}
	r.family, r.sources, r.destinations = addr.Any(), known.Exactly(addr.Any()), known.Exactly(addr.Any())
	r.from, r.to = known.Exactly(port.All()), known.Exactly(port.All())
	return r
}

func (r *reader) done() bool { return r.at >= len(r.tokens) || r.broken != "" }

// next returns the next token, an empty one after the last.
func (r *reader) next() token {
	if r.at >= len(r.tokens) {
		return token{}
	}
	r.at++
	return r.tokens[r.at-1]
}

// sign takes the sign if it comes next.
func (r *reader) sign(text string) bool {
	if r.at < len(r.tokens) && !r.tokens[r.at].word && r.tokens[r.at].text == text {
		r.at++
		return true
	}
	return false
}

// take takes the word if it comes next.
func (r *reader) take(words ...string) bool {
	if r.at < len(r.tokens) && r.tokens[r.at].word && !r.tokens[r.at].quoted && slices.Contains(words, r.tokens[r.at].text) {
		r.at++
		return true
	}
	return false
}

// word returns a word that has to come next.
func (r *reader) word(of string) string {
	t := r.next()
	if !t.word {
		r.fail("%s lacks a value", of)
	}
	return t.text
}

func (r *reader) fail(format string, args ...any) {
	if r.broken == "" {
		r.broken = fmt.Sprintf(format, args...)
	}
}

func (r *reader) condition(why string) { r.unknown = known.Reasons(r.unknown, []string{why}) }
func (r *reader) doubt(why string)     { r.either = known.Reasons(r.either, []string{why}) }

// list calls item for the one item that comes next, or for each one in braces.
func (r *reader) list(item func()) {
	if !r.sign("{") {
		item()
		return
	}
	for !r.sign("}") {
		if r.at >= len(r.tokens) || r.broken != "" {
			r.fail("a list is not closed")
			return
		}
		if !r.sign(",") {
			item()
		}
	}
}

// group returns the text of what stands in brackets, if they come next.
func (r *reader) group() []string {
	var words []string
	if !r.sign("(") {
		return nil
	}
	for !r.sign(")") {
		if r.at >= len(r.tokens) {
			r.fail("a bracket is not closed")
			return nil
		}
		words = append(words, r.next().text)
	}
	return words
}

// read reads the conditions up to the end or to a sign ->.
func (r *reader) read() {
	for !r.done() && (r.tokens[r.at].word || r.tokens[r.at].text != "->") {
		if t := r.tokens[r.at]; !t.word && t.text == "!" && r.at+1 < len(r.tokens) && slices.Contains([]string{"tagged", "received-on"}, r.tokens[r.at+1].text) {
			r.at++
		}
		t := r.next()
		if read, ok := options[t.text]; ok && t.word && !t.quoted {
			read(r, t.text)
			continue
		}
		r.fail("the word %q is not known", t.text)
	}
	if !r.in && !r.out {
		r.in, r.out = true, true
	}
	if r.ports && (len(r.protocols) == 0 || slices.ContainsFunc(r.protocols, func(p uint8) bool { return p != service.TCP && p != service.UDP && p != service.SCTP })) {
		r.fail("ports without a protocol that has them")
	}
	if len(r.types) > 0 && (len(r.protocols) != 1 || r.protocols[0] != r.types[0].ProtoFrom) {
		r.fail("types without their protocol")
	}
}

// options are the words of a rule. It is filled by init, since options read lists.
var options map[string]func(r *reader, word string)

func init() {
	nothing := func(*reader, string) {}
	options = map[string]func(r *reader, word string){
		"in":      func(r *reader, _ string) { r.in = true },
		"out":     func(r *reader, _ string) { r.out = true },
		"quick":   func(r *reader, _ string) { r.quick = true },
		"log":     func(r *reader, _ string) { r.group() },
		"log-all": nothing,
		"on":      func(r *reader, _ string) { r.list(r.readInterface) },
		"inet":    func(r *reader, _ string) { r.family = r.family.Intersect(addr.Any4()) },
		"inet6":   func(r *reader, _ string) { r.family = r.family.Intersect(addr.Any6()) },
		"proto":   func(r *reader, _ string) { r.list(r.readProtocol) },
		"all":     nothing,
		"from": func(r *reader, _ string) {
			r.sources, r.from = r.readSide(r.sources, r.from)
		},
		"to": func(r *reader, _ string) {
			r.destinations, r.to = r.readSide(r.destinations, r.to)
		},
		"flags":      (*reader).readFlags,
		"icmp-type":  func(r *reader, _ string) { r.list(func() { r.readType(service.ICMP) }) },
		"icmp6-type": func(r *reader, _ string) { r.list(func() { r.readType(service.ICMPv6) }) },
		"keep":       (*reader).readState, "modulate": (*reader).readState, "synproxy": (*reader).readState,
		"no": func(r *reader, _ string) {
			if !r.take("state") {
				r.fail("the word no stands without state")
			}
			r.stateless = true
		},
		"label": func(r *reader, w string) { r.word(w) }, "ridentifier": func(r *reader, w string) { r.word(w) },
		"tag": func(r *reader, w string) { r.word(w) }, "queue": (*reader).skipValue, "allow-opts": nothing,
		"prio": func(r *reader, w string) { r.word(w) }, "scrub": func(r *reader, _ string) { r.group() }, "set": (*reader).skipValue,
		"fragment": func(r *reader, w string) { r.condition("matches fragments only") },
	}
	for _, w := range strings.Fields("user group os tagged probability received-on tos") {
		options[w] = (*reader).readCondition
	}
	for _, w := range strings.Fields("route-to reply-to dup-to") {
		options[w] = (*reader).readRoute
	}
	for _, w := range strings.Fields("rtable divert-to divert-reply divert-packet once nat-to rdr-to binat-to af-to dnpipe dnqueue max-pkt-rate") {
		options[w] = (*reader).readRest
	}
}

// skipValue takes a word, or several in brackets, that change no verdict.
func (r *reader) skipValue(word string) {
	if word == "set" && r.take("prio", "queue", "tos") {
		word = "set"
	}
	if r.group() == nil {
		r.word(word)
	}
}

// readCondition takes a condition that only the host can decide.
func (r *reader) readCondition(word string) {
	text := word
	r.list(func() {
		for r.sign("!") || r.sign("=") || r.sign("!=") || r.sign("<") || r.sign(">") || r.sign("<=") || r.sign(">=") {
			continue
		}
		text += " " + r.word(word)
		if r.sign("><") || r.sign("<>") {
			text += " " + r.word(word)
		}
	})
	r.condition(text)
}

// readRoute takes an interface and a next hop that a packet, or its replies, are sent to.
func (r *reader) readRoute(word string) {
	r.list(func() {
		if r.group() == nil {
			r.word(word)
		}
	})
	r.take("round-robin", "random", "source-hash", "sticky-address", "bitmask")
	r.doubt(word + " sends packets another way")
}

// readRest takes a statement that sends the packet elsewhere, with all that follows it:
// what a packet meets then is left open.
func (r *reader) readRest(word string) {
	for _, t := range r.tokens[r.at:] {
		if t.word && !t.quoted && slices.Contains([]string{"from", "to", "proto", "inet", "inet6"}, t.text) {
			// The words may limit what is matched, or be a part of the value: without them
			// the rule matches more.
			word += " …"
			break
		}
	}
	r.at = len(r.tokens)
	r.translated = r.translated || slices.Contains([]string{"nat-to", "rdr-to", "binat-to", "af-to"}, strings.TrimSuffix(word, " …"))
	r.doubt(word + " sends the packet another way, or changes it")
}

// harmless are options of states that do not limit them.
var harmless = strings.Fields("source-track rule global if-bound floating group-bound no-sync sloppy pflow")

// readState takes "keep state" and its options.
func (r *reader) readState(word string) {
	if !r.take("state") {
		r.fail("the word %s stands without state", word)
		return
	}
	words := r.group()
	for i := 0; i < len(words); i++ {
		switch w := words[i]; {
		case w == "" || w == "," || w == "/" || slices.Contains(harmless, w):
		case strings.HasPrefix(w, "tcp.") || strings.HasPrefix(w, "udp.") || strings.HasPrefix(w, "icmp.") || strings.HasPrefix(w, "other.") || strings.HasPrefix(w, "adaptive."):
			i++
		case w == "overload" && i+3 < len(words) && words[i+1] == "<":
			r.overload = append(r.overload, words[i+2])
			i += 3
		case w == "flush" || w == "global":
		case w[0] >= '0' && w[0] <= '9': // the value of the option before
		default:
			r.doubt("states are limited by " + w)
		}
	}
}

// readFlags takes the flags of TCP: S/SA are those of a packet that opens a connection.
func (r *reader) readFlags(word string) {
	text := r.word(word)
	set, mask, ok := strings.Cut(text, "/")
	switch {
	case text == "any":
	case !ok || strings.Trim(text, "FSRPAU/") != "":
		r.condition("flags " + text)
	default:
		opens := ""
		if strings.Contains(mask, "S") {
			opens = "S"
		}
		r.notTCP = set != opens
	}
}
