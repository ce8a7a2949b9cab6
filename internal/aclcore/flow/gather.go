package flow

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// A gatherer collects the literals that a list stands for, those that it keeps and
// those that it takes away. It goes through each name once, however often and on
// however many ways the list leads to it, so that the size of the dictionary bounds
// its work.
type gatherer[L any] struct {
	*dictionary[L]
	kept, cut heap[L]
	// named says that a name is in the list, kept or taken away.
	named bool
	// limit is how many literals are collected, seen how many there were. What is
	// beyond the limit is left out; zero is no limit.
	limit, seen int
}

// A heap is one side of a gatherer.
type heap[L any] struct {
	literals []L
	entries  int
	visited  map[string]bool
}

// add takes an entry of the list.
func (g *gatherer[L]) add(entry string) error {
	rest, excludes := excluded(entry)
	side := &g.kept
	if excludes {
		side = &g.cut
	}
	side.entries++
	members, named := g.members(rest)
	if !named {
		l, err := g.parse(rest)
		if err != nil {
			return g.unknown(entry, nil, err)
		}
		g.seen++
		side.literals = append(side.literals, l)
		return nil
	}
	g.named = true
	if side.visited == nil {
		side.visited = make(map[string]bool)
	}
	g.walk(side, rest, members)
	return nil
}

// walk takes what a name stands for. The dictionary has been checked.
func (g *gatherer[L]) walk(side *heap[L], name string, members []string) {
	if side.visited[name] || g.exhausted() {
		return
	}
	side.visited[name] = true
	if done, ok := g.reduced[name]; ok {
		g.seen += len(done)
		side.literals = append(side.literals, done...)
		return
	}
	for _, m := range members {
		if below, named := g.members(m); named {
			g.walk(side, m, below)
		} else if l, err := g.parseIn(name, m); err == nil {
			g.seen++
			side.literals = append(side.literals, l)
		}
	}
}

// parseIn reads a literal in the list of a name.
func (g *gatherer[L]) parseIn(name, text string) (L, error) {
	if _, declared := g.entries[name]; !declared {
		return g.parseBuiltin(name, text)
	}
	return g.parse(text)
}

func (g *gatherer[L]) exhausted() bool { return g.limit > 0 && g.seen > g.limit }

// result returns the literals, see [Names.Addresses].
func (g *gatherer[L]) result() ([]L, error) {
	out := g.kept.literals
	switch {
	case g.exhausted():
		return nil, nil // told by who set the limit
	case g.cut.entries > 0 && g.kept.entries == 0:
		return nil, errors.New("the list only takes away (!); list what it takes away from too, such as any")
	case g.cut.entries > 0:
		var err error
		if out, err = g.without(out, g.cut.literals); err != nil {
			return nil, err
		}
		if len(out) == 0 {
			return nil, errors.New("the exclusions (!) leave nothing of the list")
		}
	}
	if g.named {
		slices.SortFunc(out, func(a, b L) int { return strings.Compare(g.text(a), g.text(b)) })
		out = slices.CompactFunc(out, func(a, b L) bool { return g.text(a) == g.text(b) })
	}
	return out, nil
}

// resolve returns what a list that somebody wrote stands for, or what is wrong with it.
func (d *dictionary[L]) resolve(entries []string) ([]L, error) {
	g := gatherer[L]{dictionary: d, kept: heap[L]{literals: make([]L, 0, len(entries))}}
	var problems []error
	for i, e := range entries {
		if len(problems) == maxProblems {
			problems = append(problems, fmt.Errorf("%d more entries were not looked at", len(entries)-i))
			break
		}
		if err := g.add(e); err != nil {
			problems = append(problems, err)
		}
	}
	if len(problems) > 0 {
		return nil, errors.Join(problems...)
	}
	return g.result()
}
