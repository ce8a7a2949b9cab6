package nftables

import (
	"net/netip"
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

// lex cuts a text into tokens. Comments are left out, but for "# xt_NAME": so some
// versions of nft print a match of iptables that they cannot translate.
func lex(s string) []token {
	tokens := make([]token, 0, len(s)/6)
	line := 1
	put := func(text string, from, to int, quoted bool) {
		tokens = append(tokens, token{text: text, from: int32(from), to: int32(to), line: int32(line), quoted: quoted})
	}
	add := func(from, to int) { put(s[from:to], from, to, false) }
	for i := 0; i < len(s); {
		switch c := s[i]; {
		case c == '\n':
			add(i, i+1)
			line++
			i++
		case c == ' ' || c == '\t' || c == '\r':
			i++
		case c == '\\' && i+1 < len(s) && s[i+1] == '\n':
			line++
			i += 2
		case c == '#':
			end := strings.IndexByte(s[i:], '\n')
			if end < 0 {
				end = len(s) - i
			}
			const mark = "xt_"
			at := i + 1
			for at < i+end && s[at] == ' ' {
				at++
			}
			if strings.HasPrefix(s[at:i+end], mark) {
				at += len(mark)
				put("xt", i, i+1, false)
				put("match", i, i+1, false)
				i = at
				for i < len(s) && isWord(s[i]) {
					i++
				}
				if at < i {
					add(at, i)
				}
				continue
			}
			i += end
		case c == '"':
			end := strings.IndexByte(s[i+1:], '"')
			if end < 0 {
				end = len(s) - i - 1
			}
			text := s[i+1 : i+1+end]
			put(text, i, min(i+end+2, len(s)), true)
			line += strings.Count(text, "\n")
			i = min(i+end+2, len(s))
		case isWord(c):
			end := i
			for end < len(s) && isWord(s[end]) {
				end++
			}
			splitColon(s, i, end, add)
			i = end
		default:
			end := i + 1
			if end < len(s) {
				switch s[i : end+1] {
				case "==", "!=", "<=", ">=", "<<", ">>":
					end++
				}
			}
			add(i, end)
			i = end
		}
	}
	return tokens
}

func isWord(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c >= 0x80 ||
		strings.IndexByte("_.:/-*+%", c) >= 0
}

// splitColon adds the word s[from:to]. A colon in it parts key and verdict of a map
// element, unless it is within an IPv6 or hardware address, or leads a port.
func splitColon(s string, from, to int, add func(from, to int)) {
	text := s[from:to]
	at := strings.LastIndexByte(text, ':')
	if at < 0 || at == 0 || isColonAddress(text) {
		add(from, to)
		return
	}
	add(from, from+at)
	add(from+at, from+at+1)
	if from+at+1 < to {
		add(from+at+1, to)
	}
}

func isColonAddress(text string) bool {
	host, _, _ := strings.Cut(text, "/")
	host, _, _ = strings.Cut(host, "-")
	if _, err := netip.ParseAddr(host); err == nil {
		return !strings.HasSuffix(text, ":") || strings.HasSuffix(text, "::")
	}
	return strings.Count(text, ":") == 5 && len(text) == 17
}
