package rulelist

import (
	"bytes"

	"go.yaml.in/yaml/v3"
)

// Scores of [Sniff].
const (
	certain  = 90 // the keys are ours
	probable = 60 // the keys could be ours
	possible = 30 // nothing contradicts
)

// Sniff tells whether content is a rule list, and in which format, from its first
// rule. The score goes from 0, it is none, to 100. Text that is broken further on
// still scores, so that [Parse] can say where it is broken.
func Sniff(content []byte) (format string, score int) {
	s := scanner{data: bytes.TrimPrefix(content, []byte("\ufeff")), line: 1}
	switch s.peek() {
	case '[', '{':
		return JSON, sniffJSON(&s)
	case 0:
		return "", 0
	}
	return YAML, sniffYAML(s.data)
}

func sniffJSON(s *scanner) int {
	empty := possible
	if s.peek() == '{' {
		if !s.enterRules() {
			return 0
		}
		empty = probable
	}
	s.pos++
	switch s.peek() {
	case ']':
		return empty
	case '{':
		s.pos++
	default:
		return 0
	}
	var seen keyCount
	for s.peek() == '"' {
		key, escaped, err := s.key()
		seen.add(keyText(key, escaped))
		if err != nil || s.value(0) != nil {
			break
		}
		if more, err := s.next('}'); err != nil || !more {
			break
		}
	}
	return seen.score()
}

// enterRules goes to the list under the key "rules" of the object at pos, past a
// "$schema" before it, and reports whether there is one.
func (s *scanner) enterRules() bool {
	for range 2 {
		s.pos++
		key, escaped, err := s.key()
		if err != nil {
			return false
		}
		switch next := s.peek(); string(keyText(key, escaped)) {
		case "rules":
			return next == '['
		case schemaKey:
			if next != '"' || s.value(0) != nil || s.peek() != ',' {
				return false
			}
		default:
			return false
		}
	}
	return false
}

// keyCount counts the keys of an object by how well they tell a rule.
type keyCount struct {
	ours, common, unknown int
	name, action          bool
}

func (k *keyCount) add(key []byte) {
	f, ok := fieldOf(key)
	k.name, k.action = k.name || ok && f == fieldName, k.action || ok && f == fieldAction
	switch {
	case !ok:
		k.unknown++
	case f == fieldName || f == fieldAction || f == fieldComment || f == fieldOwners || f == fieldList || f == fieldCondition:
		k.common++ // other tools use these words too
	default:
		k.ours++
	}
}

func (k *keyCount) score() int {
	switch {
	case k.ours > 0:
		return certain
	case k.common > 0 && k.unknown == 0:
		return probable
	case k.name && k.action:
		return possible // a rule with keys misspelt; Parse names them
	}
	return 0
}

// sniffed is how much of a YAML text is read to tell what it is.
const sniffed = 16 << 10

// sniffYAML reads the first item of a list. Device configurations are often YAML
// by accident, one long string; they are no list of mappings.
func sniffYAML(content []byte) int {
	if len(content) > sniffed {
		content = content[:sniffed]
		content = content[:bytes.LastIndexByte(content, '\n')+1]
	}
	item := firstItem(content)
	if item == nil {
		return 0
	}
	var n yaml.Node
	if err := yaml.Unmarshal(item, &n); err != nil || len(n.Content) == 0 {
		return 0
	}
	list := n.Content[0]
	if list.Kind == yaml.MappingNode {
		wrapped, err := wrappedYAML(list)
		if err != nil {
			return 0
		}
		list = wrapped
	}
	if list.Kind != yaml.SequenceNode || len(list.Content) == 0 || list.Content[0].Kind != yaml.MappingNode {
		return 0
	}
	var seen keyCount
	for i, first := 0, list.Content[0]; i < len(first.Content); i += 2 {
		seen.add([]byte(first.Content[i].Value))
	}
	return seen.score()
}

// firstItem returns the lines up to the second list item at the depth of the
// first, nil if the text starts with something else than a list.
func firstItem(content []byte) []byte {
	indent, end := -1, 0
	for line := range bytes.Lines(content) {
		text := bytes.TrimLeft(line, " ")
		depth := len(line) - len(text)
		text = bytes.TrimRight(text, " \t\r\n")
		switch {
		case len(text) == 0 || text[0] == '#' || indent < 0 && (bytes.HasPrefix(text, []byte("---")) || text[0] == '%'):
		case bytes.HasPrefix(text, []byte("- ")) || string(text) == "-":
			if depth == indent {
				return content[:end]
			}
			if indent < 0 {
				indent = depth
			}
		case indent < 0 && string(text) != "rules:" && !bytes.HasPrefix(text, []byte(schemaKey)):
			return nil
		}
		end += len(line)
	}
	if indent < 0 {
		return nil
	}
	return content
}
