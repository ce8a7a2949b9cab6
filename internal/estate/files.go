package estate

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/additions"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/delivery"
)

// A FileConflict says that writing the additions of a ruleset would write over what is
// not theirs.
type FileConflict struct {
	// Ruleset is the name of the ruleset whose additions file it is.
	Ruleset string
	// Device says that it is a device.
	Device bool
	// Attribute names the file: additions or script.
	Attribute string
	// Text says what is wrong, in a sentence.
	Text string
}

func (c FileConflict) Error() string { return c.Text }

// FileConflicts compares the files of rulesets, however they are spelled and whatever
// links lead to them. An additions file is neither a file of rules nor that of another
// ruleset. It reads no file.
func FileConflicts(rulesets map[string]RulesetConfig, devices map[string]DeviceConfig) []FileConflict {
	texts, files, of := map[string]additions.Place{}, map[string]additions.Place{}, map[string]FileConflict{}
	place := func(kind, name, path, file string) {
		title := fmt.Sprintf("%s %q", kind, name)
		if path != "" {
			texts[title] = additions.Locate(path)
		}
		if file != "" {
			files[title] = additions.Locate(file)
			of[title] = FileConflict{Ruleset: name, Device: kind == "device", Attribute: "additions"}
		}
	}
	for name, c := range rulesets {
		place("ruleset", name, c.Path, c.Additions)
	}
	for name, c := range devices {
		place("device", name, c.Path, c.Additions)
	}
	var out []FileConflict
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if text := conflict(name, texts, files); text != "" {
			c := of[name]
			c.Text = text
			out = append(out, c)
		}
	}
	return append(out, scriptConflicts(rulesets, devices, texts, files)...)
}

// scriptConflicts compares the files of scripts with all others.
func scriptConflicts(rulesets map[string]RulesetConfig, devices map[string]DeviceConfig, texts, files map[string]additions.Place) (out []FileConflict) {
	taken := map[string]additions.Place{} // by what is there
	for title, place := range texts {
		taken["the rules of "+title] = place
	}
	for title, place := range files {
		taken["the additions of "+title] = place
	}
	check := func(kind, name, script string) {
		if script == "" {
			return
		}
		mine := fmt.Sprintf("%s %q", kind, name)
		for _, path := range []string{script, script + delivery.UndoSuffix} {
			place := additions.Locate(path)
			for _, there := range slices.Sorted(maps.Keys(taken)) {
				if place.Overwrites(taken[there]) {
					out = append(out, FileConflict{Ruleset: name, Device: kind == "device", Attribute: "script", Text: fmt.Sprintf("The %s would write its script over %s in %s; name another file.", mine, there, place)})
					return
				}
			}
		}
		taken["the script of "+mine], taken["the undo of "+mine] = additions.Locate(script), additions.Locate(script+delivery.UndoSuffix)
	}
	for _, name := range slices.Sorted(maps.Keys(rulesets)) {
		check("ruleset", name, rulesets[name].Script)
	}
	for _, name := range slices.Sorted(maps.Keys(devices)) {
		check("device", name, devices[name].Script)
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
			return fmt.Sprintf("The %s would write its additions over its own rules in %s; name another file.", name, mine)
		default:
			return fmt.Sprintf("The %s would write its additions over the rules of %s in %s; name another file.", name, other, mine)
		}
	}
	for _, other := range slices.Sorted(maps.Keys(files)) {
		if other < name && mine.Overwrites(files[other]) {
			pair := fmt.Sprintf("The %s and the %s", other, name)
			if a, ok := strings.CutPrefix(other, "ruleset "); ok && strings.HasPrefix(name, "ruleset ") {
				pair = fmt.Sprintf("The rulesets %s and %s", a, strings.TrimPrefix(name, "ruleset "))
			}
			return fmt.Sprintf("%s share the additions file %s; give each its own.", pair, mine)
		}
	}
	return ""
}
