package estate

import (
	"fmt"
	"maps"
	"slices"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/additions"
)

// A FileConflict says that writing the additions of a ruleset would write over what is
// not theirs.
type FileConflict struct {
	// Ruleset is the name of the ruleset whose additions file it is.
	Ruleset string
	// Text says what is wrong, in a sentence.
	Text string
}

func (c FileConflict) Error() string { return c.Text }

// FileConflicts compares the files of rulesets, however they are spelled and whatever
// links lead to them. An additions file is neither a file of rules nor that of another
// ruleset. It reads no file.
func FileConflicts(rulesets map[string]RulesetConfig) []FileConflict {
	texts, files := map[string]additions.Place{}, map[string]additions.Place{}
	for name, c := range rulesets {
		if c.Path != "" {
			texts[name] = additions.Locate(c.Path)
		}
		if c.Additions != "" {
			files[name] = additions.Locate(c.Additions)
		}
	}
	var out []FileConflict
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if text := conflict(name, texts, files); text != "" {
			out = append(out, FileConflict{name, text})
		}
	}
	return out
}

// conflict says what the additions file of the named ruleset would write over.
func conflict(name string, texts, files map[string]additions.Place) string {
	mine := files[name]
	for _, other := range slices.Sorted(maps.Keys(texts)) {
		switch {
		case !mine.Overwrites(texts[other]):
		case other == name:
			return fmt.Sprintf("The ruleset %q would write its additions over its own rules in %s; name another file.", name, mine)
		default:
			return fmt.Sprintf("The ruleset %q would write its additions over the rules of ruleset %q in %s; name another file.", name, other, mine)
		}
	}
	for _, other := range slices.Sorted(maps.Keys(files)) {
		if other < name && mine.Overwrites(files[other]) {
			return fmt.Sprintf("The rulesets %q and %q share the additions file %s; give each its own.", other, name, mine)
		}
	}
	return ""
}
