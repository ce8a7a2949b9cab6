package panos

import (
	"slices"
	"strings"
)

// matchesTags reports whether an object with the tags surely matches the filter of a
// dynamic group: tags in quotes or not, and, or, parentheses. A filter with anything
// else, such as not, surely matches nothing: what a tag is taken from may be given to
// the object while the firewall runs.
func matchesTags(filter string, tags []string) bool {
	p := &tagFilter{words: tagWords(filter), tags: tags}
	met := p.or(0)
	return met && !p.bad && p.at == len(p.words)
}

type tagFilter struct {
	words, tags []string
	at          int
	bad         bool
}

// maxTagDepth bounds how deep parentheses are nested.
const maxTagDepth = 32

func (p *tagFilter) or(depth int) bool {
	met := p.and(depth)
	for p.next("or") {
		also := p.and(depth)
		met = met || also
	}
	return met
}

func (p *tagFilter) and(depth int) bool {
	met := p.tag(depth)
	for p.next("and") {
		also := p.tag(depth)
		met = met && also
	}
	return met
}

func (p *tagFilter) tag(depth int) bool {
	switch {
	case p.at == len(p.words) || depth > maxTagDepth:
		p.bad = true
		return false
	case p.next("("):
		met := p.or(depth + 1)
		p.bad = p.bad || !p.next(")")
		return met
	}
	word := p.words[p.at]
	p.at++
	if slices.Contains([]string{"and", "or", "not", "(", ")"}, word) {
		p.bad = true
	}
	return slices.Contains(p.tags, strings.Trim(word, "'\""))
}

func (p *tagFilter) next(word string) bool {
	if p.at < len(p.words) && strings.EqualFold(p.words[p.at], word) {
		p.at++
		return true
	}
	return false
}

// tagWords splits a filter; a tag in quotes keeps them, and its blanks.
func tagWords(filter string) []string {
	var out []string
	for filter = strings.TrimSpace(filter); filter != ""; filter = strings.TrimSpace(filter) {
		end := strings.IndexAny(filter, " ()")
		switch {
		case filter[0] == '\'' || filter[0] == '"':
			end = strings.IndexByte(filter[1:], filter[0]) + 2
			if end == 1 {
				end = len(filter)
			}
		case end == 0:
			end = 1
		case end < 0:
			end = len(filter)
		}
		out = append(out, filter[:end])
		filter = filter[end:]
	}
	return out
}
