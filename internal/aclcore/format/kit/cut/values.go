package cut

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

// Values takes elements out of lists of JSON or YAML: those that start on the lines or,
// in JSON, whose only value does.
func Values(content []byte, lines []int) ([]byte, error) {
	if text := bytes.TrimLeft(content, " \t\r\n\ufeff"); len(text) > 0 && (text[0] == '{' || text[0] == '[') {
		return elements(content, lines)
	}
	return items(content, lines)
}

// A container is a list or an object of JSON that is open.
type container struct {
	object  bool
	from    int
	line    int
	element bool // of a list
	cut     bool
}

// elements takes out objects of JSON.
func elements(content []byte, lines []int) ([]byte, error) {
	var open []container
	var all []span
	found := make(map[int]bool)
	line := 1
	for i := 0; i < len(content); i++ {
		switch c := content[i]; c {
		case '\n':
			line++
		case '"':
			for i++; i < len(content) && content[i] != '"'; i++ {
				if content[i] == '\\' {
					i++
				}
			}
		case '{', '[':
			top := len(open) - 1
			one := container{object: c == '{', from: i, line: line, element: top >= 0 && !open[top].object}
			if within := slices.ContainsFunc(open, func(o container) bool { return o.cut }); one.object && !within && has(lines, line) && !found[line] {
				switch {
				case one.element:
					one.cut = true
				case top >= 0 && open[top].element:
					open[top].cut = true
				default:
					return nil, fmt.Errorf("line %d begins no element of a list", line)
				}
				found[line] = true
			}
			open = append(open, one)
		case '}', ']':
			if len(open) == 0 {
				return nil, fmt.Errorf("line %d closes what is not open", line)
			}
			if last := open[len(open)-1]; last.cut {
				one := withComma(content, span{last.from, i + 1}, all)
				for len(all) > 0 && all[len(all)-1].from >= one.from { // it reaches back past them
					all = all[:len(all)-1]
				}
				all = append(all, one)
			}
			open = open[:len(open)-1]
		}
	}
	if len(open) > 0 || len(found) < len(lines) {
		return nil, fmt.Errorf("not every line begins an object of its own")
	}
	return without(content, all), nil
}

// withComma widens a span by the comma behind it, else by the one before it. Spans that
// are cut already do not count.
func withComma(content []byte, s span, cut []span) span {
	end := s.to
	for end < len(content) && strings.IndexByte(" \t\r\n", content[end]) >= 0 {
		end++
	}
	if end < len(content) && content[end] == ',' {
		return span{s.from, end + 1}
	}
	for from := s.from - 1; from >= 0; from-- {
		for len(cut) > 0 && cut[len(cut)-1].to == from+1 {
			from = cut[len(cut)-1].from - 1
			cut = cut[:len(cut)-1]
		}
		if from < 0 {
			break
		}
		if content[from] == ',' {
			return span{from, s.to}
		}
		if strings.IndexByte(" \t\r\n", content[from]) < 0 {
			break
		}
	}
	return s
}

// items takes out items of lists of YAML, in block style.
func items(content []byte, lines []int) ([]byte, error) {
	var out strings.Builder
	n, indent := 0, -1
	for line := range strings.Lines(string(content)) {
		n++
		text := strings.TrimLeft(line, " ")
		at := len(line) - len(text)
		blank := strings.TrimSpace(text) == ""
		if indent >= 0 && (blank || at > indent) {
			continue
		}
		if indent = -1; has(lines, n) {
			if !strings.HasPrefix(text, "- ") {
				return nil, fmt.Errorf("line %d begins no item of a list", n)
			}
			indent = at
			continue
		}
		out.WriteString(line)
	}
	return []byte(out.String()), nil
}
