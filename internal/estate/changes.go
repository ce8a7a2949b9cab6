package estate

import (
	"maps"
	"slices"
)

// Changes are those of flows that are answered together: no two of them take one
// number of a list. The zero value has none. It is not safe for concurrent use.
type Changes struct {
	texts map[string][]string // by ruleset
}

// maxChanges bounds, for one ruleset, the changes that others are written beside.
const maxChanges = 500

// note adds the changes that close gaps.
func (c *Changes) note(missing []Missing) {
	for _, m := range missing {
		at := m.Ruleset
		if m.Device != "" {
			at = "device " + m.Device + " " + m.List
		}
		if m.Change != "" && len(c.in(at)) < maxChanges {
			c.add(at, m.Change)
		}
	}
}

func (c *Changes) add(ruleset, text string) {
	if c.texts == nil {
		c.texts = make(map[string][]string)
	}
	c.texts[ruleset] = append(slices.Clip(c.texts[ruleset]), text)
}

// in returns the changes to a ruleset; nil has none.
func (c *Changes) in(ruleset string) []string {
	if c == nil {
		return nil
	}
	return c.texts[ruleset]
}

// clone returns changes that can be added to.
func (c *Changes) clone() *Changes {
	if c == nil {
		return &Changes{}
	}
	return &Changes{maps.Clone(c.texts)}
}
