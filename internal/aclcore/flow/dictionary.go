package flow

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// A dictionary resolves the names of one kind, addresses or services. It does not
// change once it is checked.
type dictionary[L any] struct {
	kind, attribute, accepted string
	// entries are the names that the user declares, builtin those that every
	// dictionary has; a name that is declared hides a built-in one.
	entries, builtin map[string][]string
	parse            func(string) (L, error)
	// parseBuiltin reads a literal of a built-in name.
	parseBuiltin func(name, text string) (L, error)
	// notName tells what is wrong with an entry that cannot be meant as a name.
	notName func(string) error
	// spellings are the literals that an entry may be meant as, all lower case.
	spellings func(string) []string
	text      func(L) string
	// without returns the literals less the traffic of cut. One that loses nothing
	// stays as it is written.
	without func(literals, cut []L) ([]L, error)

	// reduced are the literals of the names with an exclusion in their own list. They
	// are known once, when the dictionary is checked.
	reduced map[string][]L
}

const (
	// maxProblems is how many problems of one list or dictionary an error tells. More
	// are one mistake, such as a dictionary that was left out.
	maxProblems = 20
	// MaxNesting bounds how deep names stand for names.
	MaxNesting = 10_000
	// MaxReduced bounds the literals that are looked at for the names of a dictionary
	// that have an exclusion.
	MaxReduced = 500_000
)

// excluded returns what an entry "!x" takes away, x.
func excluded(entry string) (rest string, ok bool) { return strings.CutPrefix(entry, "!") }

// IsExclusion reports whether the entry of a list takes away from the others.
func IsExclusion(entry string) bool { return strings.HasPrefix(entry, "!") }

// members returns what a name stands for.
func (d *dictionary[L]) members(name string) (list []string, named bool) {
	if list, named = d.entries[name]; !named {
		list, named = d.builtin[name]
	}
	return list, named
}

// check tells what is wrong with the names, each mistake once.
func (d *dictionary[L]) check() []string {
	d.reduced = make(map[string][]L)
	c := checker[L]{dictionary: d, depth: make(map[string]int)}
	for i, name := range slices.Sorted(maps.Keys(d.entries)) {
		if len(c.problems) >= maxProblems {
			return append(c.problems[:maxProblems], fmt.Sprintf("%s: %d more names were not looked at", d.attribute, len(d.entries)-i))
		}
		if problem := d.checkName(name); problem != "" {
			c.problems = append(c.problems, fmt.Sprintf("%s[%q]: %s", d.attribute, name, problem))
			c.depth[name] = bad
			continue
		}
		if err := c.visit(name); err != nil {
			if l := (loopError{}); errors.As(err, &l) {
				name = l[0]
			}
			c.problems = append(c.problems, fmt.Sprintf("%s[%q]: %s", d.attribute, name, err))
		}
	}
	return c.problems
}

// checkName tells what is wrong with a name and its list by themselves.
func (d *dictionary[L]) checkName(name string) string {
	if _, err := d.parse(name); err == nil {
		return fmt.Sprintf("the name is itself %s %s; choose another name", article(d.kind), d.kind)
	}
	if IsExclusion(name) {
		return "a name must not start with !, which takes away in a list; choose another name"
	}
	if len(d.entries[name]) == 0 {
		return fmt.Sprintf("is empty; list at least one %s or name", d.kind)
	}
	return ""
}

func article(noun string) string {
	if strings.ContainsAny(noun[:1], "aeiou") {
		return "an"
	}
	return "a"
}

// What a checker keeps of a name instead of its depth.
const (
	open = -1 // it is being visited: who meets it again goes round in circles
	bad  = -2 // what is wrong has been told
)

// A checker visits each name of a dictionary once, members before their name.
type checker[L any] struct {
	*dictionary[L]
	problems []string
	// depth is how many names stand above one another in a name, itself included.
	depth map[string]int
	// chain are the names that are open, from the top.
	chain []string
	// work is how many literals were looked at for the names with an exclusion.
	work int
}

// visit checks a name and all that is below it. An error that was told before is
// not returned again.
func (c *checker[L]) visit(name string) error {
	switch depth := c.depth[name]; {
	case depth == open:
		c.depth[name] = bad
		return append(loopError(slices.Clone(c.chain[slices.Index(c.chain, name):])), name)
	case depth != 0:
		return nil
	case len(c.chain) == MaxNesting:
		return c.tooDeep()
	}
	c.depth[name] = open
	c.chain = append(c.chain, name)
	depth, err := c.below(name)
	if err == nil && depth > MaxNesting {
		err = c.tooDeep()
	}
	c.chain = c.chain[:len(c.chain)-1]
	if err != nil || depth == bad {
		c.depth[name] = bad
		return err
	}
	c.depth[name] = depth
	return nil
}

func (c *checker[L]) tooDeep() error {
	return fmt.Errorf("names are nested more than %d deep; list what they stand for themselves", MaxNesting)
}

// below checks the members of a name and returns its depth, bad if one of them is.
func (c *checker[L]) below(name string) (depth int, err error) {
	list, _ := c.members(name)
	excludes, depth := false, 1
	for _, entry := range list {
		rest, ok := excluded(entry)
		excludes = excludes || ok
		if _, named := c.members(rest); !named {
			if _, err := c.parse(rest); err != nil {
				return bad, c.unknown(entry, c.chain, err)
			}
			continue
		}
		if err := c.visit(rest); err != nil {
			return bad, err
		}
		switch below := c.depth[rest]; {
		case below == bad:
			depth = bad
		case depth != bad:
			depth = max(depth, below+1)
		}
	}
	if excludes && depth != bad {
		err = c.reduce(name, list)
	}
	return depth, err
}

// reduce works out a name with an exclusion in its list; its members are done.
func (c *checker[L]) reduce(name string, list []string) error {
	g := gatherer[L]{dictionary: c.dictionary, limit: max(1, MaxReduced-c.work)}
	for _, entry := range list {
		if err := g.add(entry); err != nil {
			return err
		}
	}
	out, err := g.result()
	if c.work += g.seen + len(out); c.work > MaxReduced {
		return fmt.Errorf("names with exclusions (!) hold more than %d entries together; write the addresses that are left, or prefixes", MaxReduced)
	}
	c.reduced[name] = out
	return err
}

// A loopError is the names that lead from the first one back to it.
type loopError []string

func (l loopError) Error() string { return "the name leads back to itself: " + chainText(l) }

// chainText shows the names from the top to the one that matters.
func chainText(chain []string) string {
	const ends = 8
	if len(chain) > 2*ends {
		cut := fmt.Sprintf("(%d more)", len(chain)-2*ends)
		chain = slices.Concat(chain[:ends], []string{cut}, chain[len(chain)-ends:])
	}
	return strings.Join(chain, " → ")
}
