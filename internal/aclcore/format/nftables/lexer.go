package nftables

import (
	"net/netip"
	"slices"
	"strings"
)

// A token is a word, a text in quotes or a sign. The sign "\n" ends a line.
type token struct {
	text string
	// from and to are where it stands in the text, of at most MaxBytes.
	from, to int32
	line     int32
	quoted   bool
}

func (t token) is(sign string) bool { return !t.quoted && t.text == sign }

// A lexer cuts a text into tokens, a line at a time.
type lexer struct {
	source string
	// at is what comes next, on this line.
	at   int
	line int32
}

// add appends the token source[from:to] to tokens.
func (l *lexer) add(tokens []token, from, to int) []token {
	return append(tokens, token{text: l.source[from:to], from: int32(from), to: int32(to), line: l.line})
}

// next appends the tokens of the next line to tokens, and the sign that ends it unless
// the text does: nothing at the end of the text. Comments are left out, but for
// matches of iptables that look like one, see [lexer.comment].
func (l *lexer) next(tokens []token) []token {
	s := l.source
	for l.at < len(s) {
		from := l.at
		switch c := s[from]; {
		case isWord(c):
			end, colon := from+1, false
			for end < len(s) && isWord(s[end]) {
				colon = colon || s[end] == ':'
				end++
			}
			if l.at = end; colon {
				tokens = l.splitColon(tokens, from, end)
			} else {
				tokens = l.add(tokens, from, end)
			}
		case c == ' ' || c == '\t' || c == '\r':
			l.at++
		case c == '\n':
			tokens = l.add(tokens, from, from+1)
			l.at++
			l.line++
			return tokens
		case c == '\\' && from+1 < len(s) && s[from+1] == '\n':
			l.at += 2
			l.line++
		case c == '#':
			tokens = l.comment(tokens)
		case c == '"':
			end := strings.IndexByte(s[from+1:], '"')
			if end < 0 {
				end = len(s) - from - 1
			}
			text := s[from+1 : from+1+end]
			l.at = min(from+end+2, len(s))
			tokens = append(tokens, token{text: text, from: int32(from), to: int32(l.at), line: l.line, quoted: true})
			l.line += int32(strings.Count(text, "\n"))
		default:
			end := from + 1
			if end < len(s) {
				switch s[from : end+1] {
				case "==", "!=", "<=", ">=", "<<", ">>":
					end++
				}
			}
			tokens = l.add(tokens, from, end)
			l.at = end
		}
	}
	return tokens
}

// comment passes a comment, and takes what versions of nft up to 1.0.2 print so for what
// it stands for: "# xt_NAME", or what a match of iptables says, as "# recent: CHECK …".
// before is what stands on the line before it. Of the latter only the sign # remains,
// which no statement begins with, and the words that follow.
func (l *lexer) comment(before []token) []token {
	s, from := l.source, l.at
	end := strings.IndexByte(s[from:], '\n')
	if end < 0 {
		end = len(s) - from
	}
	end += from
	const mark = "xt_"
	at := from + 1
	for at < end && s[at] == ' ' {
		at++
	}
	if !strings.HasPrefix(s[at:end], mark) {
		if l.at = end; isPrinted(before, s[from+1:end]) {
			before, l.at = l.add(before, from, from+1), from+1
		}
		return before
	}
	for _, text := range []string{"xt", "match"} {
		before = append(before, token{text: text, from: int32(from), to: int32(from + 1), line: l.line})
	}
	at += len(mark)
	for l.at = at; l.at < len(s) && isWord(s[l.at]); l.at++ {
	}
	if at < l.at {
		before = l.add(before, at, l.at)
	}
	return before
}

// isPrinted reports whether what follows a # within a rule is a part of the rule, and not
// what somebody says of it: where no verdict comes before, and behind it a counter or a
// verdict, or where a counter comes before.
func isPrinted(before []token, text string) bool {
	words := strings.Fields(text)
	if len(before) == 0 || len(words) == 0 || words[0] == "handle" || strings.Count(text, `"`)%2 != 0 {
		return false
	}
	counted := false
	for i := len(before) - 1; i >= 0; i-- {
		t := &before[i]
		if t.quoted {
			continue
		}
		switch t.text {
		case "{", "}", ";", ",", "=":
			if i == len(before)-1 {
				return false
			}
			if t.text == "{" || t.text == ";" { // where the rule begins
				i = 0
			}
		case "accept", "drop", "reject", "return", "continue", "queue", "jump", "goto", "dnat", "snat", "redirect", "masquerade", "vmap",
			"type", "policy", "flags", "define", "elements", "table", "chain", "set", "map":
			return false
		case "packets":
			counted = true
		}
	}
	counted = counted || strings.Contains(text, "counter packets ")
	return counted || printedTargets[words[0]] || endsWithVerdict(words)
}

// printedTargets begin what targets of iptables say that end a rule without a verdict of
// nft.
var printedTargets = map[string]bool{
	"NFQUEUE": true, "TPROXY": true, "SYNPROXY": true, "REJECT": true, "reject-with": true, "redir": true, "to:": true,
}

func endsWithVerdict(words []string) bool {
	if n := len(words); n > 2 && words[n-2] == "handle" { // as nft -a prints it
		words = words[:max(0, n-3)]
	}
	n := len(words)
	if n == 0 {
		return false
	}
	switch words[n-1] {
	case "accept", "drop", "reject", "return", "continue":
		return true
	}
	return n > 1 && (words[n-2] == "jump" || words[n-2] == "goto") || slices.Contains(words, "reject")
}

// wordBytes are the bytes that words are made of.
var wordBytes = func() (in [256]bool) {
	for c := range in {
		in[c] = 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c >= 0x80 || strings.IndexByte("_.:/-*+%", byte(c)) >= 0
	}
	return in
}()

func isWord(c byte) bool { return wordBytes[c] }

// splitColon adds the word source[from:to]. A colon in it parts key and verdict of a
// map element, unless it is within an IPv6 or hardware address, or leads a port.
func (l *lexer) splitColon(tokens []token, from, to int) []token {
	text := l.source[from:to]
	at := strings.LastIndexByte(text, ':')
	if at <= 0 || isColonAddress(text) {
		return l.add(tokens, from, to)
	}
	tokens = l.add(tokens, from, from+at)
	tokens = l.add(tokens, from+at, from+at+1)
	if from+at+1 < to {
		tokens = l.add(tokens, from+at+1, to)
	}
	return tokens
}

func isColonAddress(text string) bool {
	host, _, _ := strings.Cut(text, "/")
	host, _, _ = strings.Cut(host, "-")
	if _, err := netip.ParseAddr(host); err == nil {
		return !strings.HasSuffix(text, ":") || strings.HasSuffix(text, "::")
	}
	return strings.Count(text, ":") == 5 && len(text) == 17
}
