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
