package tree

import (
	"errors"
	"strings"
)

// Words splits a command into words. Blanks separate them, "quotes" hold them
// together, in which \" is a quote and \\ a backslash, and [ and ] are words of their
// own. open reports that a quote is not closed: the next line belongs to the word.
func Words(line string) (words []string, open bool) {
	var b strings.Builder
	inWord, inQuotes := false, false
	end := func() {
		if inWord {
			words = append(words, b.String())
			b.Reset()
			inWord = false
		}
	}
	for i := 0; i < len(line); i++ {
		c := line[i]
		if !inWord && !inQuotes {
			if word, length := wholeWord(line[i:]); length > 0 {
				words = append(words, word)
				i += length - 1
				continue
			}
		}
		switch {
		case inQuotes && c == '\\' && i+1 < len(line) && (line[i+1] == '"' || line[i+1] == '\\'):
			i++
			b.WriteByte(line[i])
		case c == '"':
			inQuotes, inWord = !inQuotes, true
		case inQuotes:
			b.WriteByte(c)
		case c == ' ', c == '\t', c == '\r':
			end()
		case (c == '[' || c == ']') && aloneAt(line, i):
			end()
			words = append(words, string(c))
		default:
			inWord = true
			b.WriteByte(c)
		}
	}
	if inQuotes {
		return words, true
	}
	end()
	return words, false
}

// wholeWord returns the word that the text begins with, as a part of it, and how long it
// is with its quotes; 0 for one that has to be put together, and for brackets.
func wholeWord(text string) (word string, length int) {
	if text[0] == '"' {
		end := strings.IndexByte(text[1:], '"') + 1
		if end == 0 || strings.IndexByte(text[:end], '\\') >= 0 || end+1 < len(text) && !isBlank(text[end+1]) {
			return "", 0
		}
		return text[1:end], end + 1
	}
	for i := range len(text) {
		switch c := text[i]; {
		case isBlank(c):
			return text[:i], i
		case c == '"' || c == '[' || c == ']':
			return "", 0
		}
	}
	return text, len(text)
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' || c == '\r' }

// aloneAt reports whether the bracket at i is a word of its own: a name may have one
// in it.
func aloneAt(line string, i int) bool {
	before := i == 0 || line[i-1] == ' ' || line[i-1] == '\t' || line[i-1] == '['
	after := i+1 == len(line) || strings.ContainsRune(" \t\r;]", rune(line[i+1]))
	if line[i] == '[' {
		return before
	}
	return after
}

// errBracket says that the brackets of a list do not pair.
var errBracket = errors.New("the brackets [ and ] of a list do not pair")

// PutAll puts the path of a command whose last part may be a list in brackets: "from [
// a b ]" is the paths "from a" and "from b". It returns the nodes at the ends.
func (n *Node) PutAll(line int, words []string) ([]*Node, error) {
	for i, w := range words {
		switch {
		case w == "]":
			return nil, errBracket
		case w != "[":
			continue
		case len(words) < i+2 || words[len(words)-1] != "]":
			return nil, errBracket
		}
		parent, items := n.Put(line, words[:i]...), words[i+1:len(words)-1]
		ends := make([]*Node, 0, len(items))
		for _, item := range items {
			if item == "[" || item == "]" {
				return nil, errBracket
			}
			ends = append(ends, parent.Put(line, item))
		}
		return ends, nil
	}
	return []*Node{n.Put(line, words...)}, nil
}
