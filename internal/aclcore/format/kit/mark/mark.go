// Package mark finds what tells the format of a text. Most texts are of another format,
// so that a pattern is tried only where one of the words stands that each of its matches
// has. The words come from the pattern itself.
package mark

import (
	"bytes"
	"regexp"
	"regexp/syntax"
	"slices"
)

// A Mark is a pattern that is found in texts of one format.
type Mark struct {
	pattern *regexp.Regexp
	// words are such that each match has one of them; none if there are none such.
	words [][]byte
	// line says that a match never reaches over the end of a line.
	line bool
}

// MustCompile returns the mark of a pattern, and panics if the pattern is wrong.
func MustCompile(pattern string) Mark {
	tree, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		panic(err)
	}
	m := Mark{pattern: regexp.MustCompile(pattern), line: !crossesLines(tree)}
	for _, word := range wordsOf(tree) {
		m.words = append(m.words, []byte(word))
	}
	return m
}

// In reports whether the pattern matches somewhere in the text.
func (m Mark) In(text []byte) bool {
	if len(m.words) == 0 {
		return m.pattern.Match(text)
	}
	return slices.ContainsFunc(m.words, func(word []byte) bool { return m.after(text, word) })
}

// after reports whether there is a match in the lines that have the word, or in the text
// that has it where matches may be longer than a line.
func (m Mark) after(text, word []byte) bool {
	for start := 0; ; {
		at := bytes.Index(text[start:], word)
		if at < 0 {
			return false
		}
		if !m.line {
			return m.pattern.Match(text)
		}
		at += start
		start = len(text)
		if end := bytes.IndexByte(text[at:], '\n'); end >= 0 {
			start = at + end + 1
		}
		line := bytes.TrimSuffix(text[bytes.LastIndexByte(text[:at], '\n')+1:start], []byte("\n"))
		if m.pattern.Match(line) {
			return true
		}
	}
}

// crossesLines reports whether a match may have the end of a line in it, or asks for the
// beginning or the end of the text.
func crossesLines(re *syntax.Regexp) bool {
	switch re.Op {
	case syntax.OpAnyChar, syntax.OpBeginText, syntax.OpEndText:
		return true
	case syntax.OpLiteral:
		return slices.Contains(re.Rune, '\n')
	case syntax.OpCharClass:
		for i := 0; i < len(re.Rune); i += 2 {
			if re.Rune[i] <= '\n' && '\n' <= re.Rune[i+1] {
				return true
			}
		}
	}
	return slices.ContainsFunc(re.Sub, crossesLines)
}

// wordsOf returns words of which each match has one, nil if it may have none that is
// known.
func wordsOf(re *syntax.Regexp) []string {
	switch re.Op {
	case syntax.OpLiteral:
		if re.Flags&syntax.FoldCase == 0 {
			return []string{string(re.Rune)}
		}
	case syntax.OpCapture, syntax.OpPlus:
		return wordsOf(re.Sub[0])
	case syntax.OpAlternate:
		var all []string
		for _, sub := range re.Sub {
			words := wordsOf(sub)
			if words == nil {
				return nil
			}
			all = append(all, words...)
		}
		return all
	case syntax.OpConcat:
		var best []string
		for _, sub := range re.Sub {
			if words := wordsOf(sub); words != nil && shortest(words) > shortest(best) {
				best = words
			}
		}
		return best
	}
	return nil
}

// shortest returns the length of the shortest word: the longer, the rarer.
func shortest(words []string) int {
	if len(words) == 0 {
		return 0
	}
	return len(slices.MinFunc(words, func(a, b string) int { return len(a) - len(b) }))
}
