package nftables

import (
	"errors"
	"net/netip"
	"strconv"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/netfilter"
)

// statementReader reads the statements of one rule.
type statementReader struct {
	source  string
	tokens  []token
	next    int
	comment string
	// depth is how many braces and parentheses are open around the next token.
	depth int
}

// maxNesting bounds how deep braces and parentheses may be nested: what is deeper is not
// understood.
const maxNesting = 64

// errUnread says that the rest of a rule is not understood.
var errUnread = errors.New("is not understood")

// all reads the statements of the rule that are more than counters and comments, and
// adds them to out. From the first that is not understood on
// nothing is taken for a condition, which could make the rule look narrower than
// it is: the rest is in doubt, and only its verdict, at the end, is read.
func (s *statementReader) all(out []statement) []statement {
	for s.next < len(s.tokens) {
		start := s.next
		st, err := s.statement()
		if err != nil {
			s.next = start
			return append(out, s.rest()...)
		}
		if st.kind != harmless {
			if !st.foreign {
				st.text = textOf(s.source, s.tokens[start:s.next])
			}
			out = append(out, st)
		}
	}
	return out
}

// rest reads what is not understood.
func (s *statementReader) rest() []statement {
	tokens := s.tokens[s.next:]
	text := textOf(s.source, tokens)
	if n := len(tokens); n >= 2 && tokens[n-2].is("comment") && tokens[n-1].quoted {
		s.comment = tokens[n-1].text
		tokens = tokens[:n-2]
	}
	for i, t := range tokens {
		if t.is("set") { // what is set could be what the chains that follow look at
			break
		}
		var v netfilter.Verdict
		switch n := len(tokens) - i; {
		case t.is("accept") && n == 1:
			v.Kind = netfilter.Accept
		case t.is("drop") && n == 1, t.is("reject") && n == 1:
			v.Kind = netfilter.Drop
		case t.is("reject"):
			with := statementReader{source: s.source, tokens: tokens[i:]}
			st, err := with.statement()
			if err != nil || with.next < len(with.tokens) {
				continue
			}
			st.text = textOf(s.source, tokens[i:])
			return []statement{{kind: doubtful, text: textOf(s.source, tokens[:i])}, st}
		case t.is("return") && n == 1:
			v.Kind = netfilter.Return
		case t.is("jump") && n == 2 && !isSign(tokens[i+1]):
			v = netfilter.Verdict{Kind: netfilter.Jump, Chain: tokens[i+1].text}
		case t.is("goto") && n == 2 && !isSign(tokens[i+1]):
			v = netfilter.Verdict{Kind: netfilter.Goto, Chain: tokens[i+1].text}
		default:
			continue
		}
		return []statement{
			{kind: doubtful, text: textOf(s.source, tokens[:i])},
			{kind: final, verdict: v, text: textOf(s.source, tokens[i:])},
		}
	}
	return []statement{{kind: opaque, text: text}}
}

func isSign(t token) bool { return !t.quoted && (t.text == "" || !isWord(t.text[0])) }

func (s *statementReader) peek() token {
	if s.next < len(s.tokens) {
		return s.tokens[s.next]
	}
	return token{}
}

// at reports whether the next tokens are these words.
func (s *statementReader) at(words ...string) bool {
	for i, w := range words {
		if s.next+i >= len(s.tokens) || !s.tokens[s.next+i].is(w) {
			return false
		}
	}
	return true
}

// pass passes the words if they come next.
func (s *statementReader) pass(words ...string) bool {
	if !s.at(words...) {
		return false
	}
	s.next += len(words)
	return true
}

// argument passes one word or text.
func (s *statementReader) argument() (string, error) {
	t := s.peek()
	if s.next == len(s.tokens) || isSign(t) {
		return "", errUnread
	}
	s.next++
	return t.text, nil
}

// pairs passes any of the words, each with an argument.
func (s *statementReader) pairs(words ...string) error {
	for {
		found := false
		for _, w := range words {
			if s.pass(w) {
				found = true
				if _, err := s.argument(); err != nil {
					return err
				}
			}
		}
		if !found {
			return nil
		}
	}
}

// statement reads the next statement.
func (s *statementReader) statement() (statement, error) {
	t := s.peek()
	if t.quoted {
		return statement{}, errUnread
	}
	switch t.text {
	case "accept", "drop", "return", "continue", "jump", "goto":
		v, err := s.verdict()
		return statement{kind: final, verdict: v}, err
	case "dnat", "snat":
		if st, ok := s.natMap(t.text); ok {
			return st, nil
		}
	}
	switch t.text {
	case "dnat":
		st := statement{kind: opaque, nat: natOf(textOf(s.source, s.tokens[s.next:]))}
		s.destination(&st)
		s.next = len(s.tokens)
		return st, nil
	case "redirect":
		st := statement{kind: opaque, nat: natOf(textOf(s.source, s.tokens[s.next:]))}
		s.next = len(s.tokens)
		return st, nil
	case "tproxy", "synproxy", "queue", "fwd", "dup":
		s.next = len(s.tokens)
		return statement{kind: opaque}, nil
	case "snat", "masquerade":
		st := verdictOf(netfilter.Translate)
		st.verdict.NAT = natOf(textOf(s.source, s.tokens[s.next:]))
		s.next = len(s.tokens)
		return st, nil
	case "reject":
		s.next++
		st := verdictOf(netfilter.Drop)
		var err error
		st.with, err = s.rejectWith()
		return st, err
	}
	return s.effect(t.text)
}

// effect reads a statement that gives no verdict, or else a condition.
func (s *statementReader) effect(word string) (statement, error) {
	switch word {
	case "add", "update", "delete":
		if !s.pass(word, "@") {
			return statement{}, errUnread
		}
		s.next++
		return statement{kind: doubtful}, s.passBraces()
	case "counter":
		s.next++
		return statement{kind: harmless}, s.counter()
	case "log":
		s.next++
		return statement{kind: harmless}, s.log()
	case "comment":
		s.next++
		text, err := s.argument()
		s.comment = text
		return statement{kind: harmless}, err
	case "notrack":
		s.next++
		return statement{kind: untrack}, nil
	case "flow", "offload":
		if !s.pass("flow", "add", "@") && !s.pass("flow", "offload", "@") && !s.pass("offload", "@") {
			return statement{}, errUnread
		}
		// It ends the rule for connections that are not fit for it, such as new ones.
		_, err := s.argument()
		return statement{kind: doubtful}, err
	case "limit":
		s.next++
		return statement{kind: doubtful}, s.limit()
	case "quota":
		s.next++
		return statement{kind: doubtful}, s.quota()
	case "xt":
		s.next++
		return s.xt()
	case "ct":
		if s.pass("ct", "count") {
			s.pass("over")
			_, err := s.argument()
			return statement{kind: doubtful}, err
		}
		return s.condition()
	case "tcp":
		if s.pass("tcp", "option", "maxseg", "size", "set") { // if the segment has one
			if s.pass("rt", "mtu") {
				return statement{kind: doubtful}, nil
			}
			_, err := s.argument()
			return statement{kind: doubtful}, err
		}
		return s.condition()
	}
	return s.condition()
}

// destination reads "dnat ip to 10.0.0.5:80" if that is all, and one destination.
func (s *statementReader) destination(st *statement) {
	s.pass("dnat")
	if !s.pass("ip") {
		s.pass("ip6")
	}
	s.pass("to")
	host, err := s.argument()
	if err != nil {
		return
	}
	var port uint64
	if s.pass(":") {
		text, err := s.argument()
		if err != nil {
			return
		}
		if port, err = strconv.ParseUint(text, 10, 16); err != nil {
			return
		}
	}
	if a, err := netip.ParseAddr(host); err == nil && s.next == len(s.tokens) {
		st.to, st.port = a, uint16(port)
	}
}

// counter reads "packets 3 bytes 180", or a name.
func (s *statementReader) counter() error {
	if s.pass("name") || s.peek().quoted {
		_, err := s.argument()
		return err
	}
	return s.pairs("packets", "bytes")
}

func verdictOf(k netfilter.Kind) statement {
	return statement{kind: final, verdict: netfilter.Verdict{Kind: k}}
}

// verdict reads the verdict of a map element, or a jump.
func (s *statementReader) verdict() (v netfilter.Verdict, err error) {
	switch {
	case s.pass("accept"):
		v.Kind = netfilter.Accept
	case s.pass("drop"):
		v.Kind = netfilter.Drop
	case s.pass("return"):
		v.Kind = netfilter.Return
	case s.pass("continue"):
	case s.pass("jump"):
		v.Kind = netfilter.Jump
		v.Chain, err = s.argument()
	case s.pass("goto"):
		v.Kind = netfilter.Goto
		v.Chain, err = s.argument()
	default:
		return v, errUnread
	}
	return v, err
}

func (s *statementReader) rejectWith() (with rejection, err error) {
	switch {
	case !s.pass("with"):
		return anyPacket, nil
	case s.pass("tcp", "reset"):
		return onlyTCP, nil
	case s.pass("icmp"):
		with = onlyIPv4
	case s.pass("icmpv6"):
		with = onlyIPv6
	case !s.pass("icmpx"):
		return anyPacket, errUnread
	}
	s.pass("type")
	_, err = s.argument()
	return with, err
}

func (s *statementReader) log() error {
	for {
		before := s.next
		if err := s.pairs("prefix", "level", "group", "snaplen", "queue-threshold"); err != nil {
			return err
		}
		if s.pass("flags") {
			for more := true; more; more = s.pass(",") {
				if _, err := s.argument(); err != nil {
					return err
				}
				if s.at("sequence") || s.at("options") { // tcp sequence, ip options
					s.next++
				}
			}
		}
		if s.next == before {
			return nil
		}
	}
}

// limit reads "rate over 5/minute burst 3 packets", or a name.
func (s *statementReader) limit() error {
	if s.pass("name") || s.peek().quoted {
		_, err := s.argument()
		return err
	}
	if !s.pass("rate") {
		return errUnread
	}
	s.pass("over")
	if _, err := s.argument(); err != nil { // 5/minute, or 10 mbytes/second
		return err
	}
	if t := s.peek().text; strings.Contains(t, "/") {
		s.next++
	}
	if !s.pass("burst") {
		return nil
	}
	_, err := s.argument()
	if !s.pass("packets") && err == nil {
		_, err = s.argument()
	}
	return err
}

// quota reads "over 10 mbytes used 3 bytes", or a name.
func (s *statementReader) quota() error {
	if s.pass("name") || s.peek().quoted {
		_, err := s.argument()
		return err
	}
	if !s.pass("over") {
		s.pass("until")
	}
	_, err1 := s.argument()
	_, err2 := s.argument()
	if !s.pass("used") {
		return errors.Join(err1, err2)
	}
	_, err3 := s.argument()
	_, err4 := s.argument()
	return errors.Join(err1, err2, err3, err4)
}

// xt reads what nft prints of a match or target of iptables that it cannot
// translate.
func (s *statementReader) xt() (statement, error) {
	kind, err := s.argument()
	if err != nil {
		return statement{}, err
	}
	name, err := s.argument()
	return xtStatement(kind, name), err
}

// xtGoesOn are the targets of iptables that decide nothing.
var xtGoesOn = map[string]bool{
	"LOG": true, "NFLOG": true, "ULOG": true, "AUDIT": true, "TRACE": true, "MARK": true, "CONNMARK": true, "SECMARK": true,
	"CONNSECMARK": true, "CLASSIFY": true, "TOS": true, "DSCP": true, "TCPMSS": true, "CHECKSUM": true, "SET": true, "TEE": true, "CT": true,
}

// xtStatement judges a match or target of iptables by its name, which is all there
// is of it.
func xtStatement(kind, name string) statement {
	st := statement{kind: opaque}
	switch {
	case kind == "match" && name == "comment", kind == "target" && xtGoesOn[name]:
		st.kind = harmless
	case kind == "match":
		st.kind = doubtful
	case name == "REJECT":
		st = verdictOf(netfilter.Drop)
	case name == "MASQUERADE" || name == "SNAT":
		st = verdictOf(netfilter.Translate)
		st.verdict.NAT = &netfilter.NAT{Source: true, Unknown: "nft does not show what " + name + " of iptables gives"}
	case name == "DNAT" || name == "REDIRECT" || name == "NETMAP":
		st.nat = &netfilter.NAT{Either: true, Unknown: "nft does not show what " + name + " of iptables gives"}
	}
	st.foreign, st.text = true, "xt "+kind+" "+name
	return st
}

// passBraces passes "{ … }".
func (s *statementReader) passBraces() error {
	if !s.at("{") {
		return errUnread
	}
	depth := 0
	for ; s.next < len(s.tokens); s.next++ {
		if s.at("{") {
			depth++
		}
		if s.at("}") {
			if depth--; depth == 0 {
				s.next++
				return nil
			}
		}
	}
	return errUnread
}
