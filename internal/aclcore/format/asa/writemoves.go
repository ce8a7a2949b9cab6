package asa

import (
	"fmt"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/same"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// moves leaves out the entries that the list has before the place they are for, and
// returns the commands that take away those it has behind it: an ASA refuses an entry
// that is in the list, at whatever line ("found duplicate element"). Such an entry
// decides nothing once the new one stands before it, in the same words.
func (w *writer) moves(list string, in rule.Insertion) (left, removed []string, err error) {
	w.entries = once(w.entries)
	if len(w.entries) == 0 || in.Base == nil || len(in.Base.Rules) == 0 {
		return w.entries, nil, nil
	}
	meant, err := w.readBack()
	if err != nil {
		return nil, nil, fmt.Errorf("access list %s: %w", list, err)
	}
	there := rule.Found(in, entriesKey(list), func() *entries { return entriesOf(in.Base.Rules, list) })
	wanted := make(map[string]int, 2*len(meant))
	var candidates []int
	for i := range meant {
		m := &meant[i]
		wanted[w.entries[i]], wanted[key(m)] = i, i
		candidates = append(candidates, there.texts.At(same.OfText(w.entries[i]))...)
		candidates = append(candidates, there.meanings.At(same.OfRule(m.Action, m.Traffic))...)
	}
	slices.Sort(candidates)
	present, taken := make([]bool, len(meant)), make(map[string]bool)
	for _, i := range slices.Compact(candidates) {
		r := &in.Base.Rules[i]
		text := body(r.Text)
		n, found := wanted[text]
		if !found && !strings.Contains(text, "object") {
			n, found = wanted[key(r)]
		}
		switch {
		case !found || present[n] || taken[text]:
		case i < in.Before:
			present[n] = true
		default:
			taken[text] = true
			w.entries[n] = text // with its logging
			removed = append(removed, "no access-list "+list+" extended "+text)
		}
	}
	for i, e := range w.entries {
		if !present[i] {
			left = append(left, e)
		}
	}
	if len(left) == 0 {
		return nil, nil, fmt.Errorf("access list %s has these entries already, before the place they are for", list)
	}
	return left, removed, nil
}

// entries finds the entries of a list of the base by what they say and by what they mean.
// Those that are not understood for sure are not among them.
type entries struct{ texts, meanings same.Index }

// entriesKey is what [rule.Found] keeps the entries of a list by.
type entriesKey string

func entriesOf(rules []rule.Rule, list string) *entries {
	out := &entries{}
	for i := range rules {
		r := &rules[i]
		of, _, ok := ruleLine(r.Name)
		if !ok || of != list || len(r.Unknown) > 0 {
			continue
		}
		out.texts.Add(same.OfText(body(r.Text)), i)
		out.meanings.Add(same.OfRule(r.Action, r.Traffic), i)
	}
	return out
}

// readBack returns what the entries mean, one rule each.
func (w *writer) readBack() ([]rule.Rule, error) {
	text := w.release.line() + strings.Join(w.definitions, "\n") + "\naccess-list x extended " + strings.Join(w.entries, "\naccess-list x extended ")
	doc, err := Parse(device.Input{Source: "change", Content: []byte(text)})
	if err != nil {
		return nil, fmt.Errorf("what was written cannot be read: %w", err)
	}
	if len(doc.Lists) != 1 || len(doc.Lists[0].Rules) != len(w.entries) {
		return nil, fmt.Errorf("what was written does not read back as %d entries", len(w.entries))
	}
	return doc.Lists[0].Rules, nil
}

// once returns the entries without those that say the same as one before.
func once(entries []string) []string {
	seen := make(map[string]bool, len(entries))
	return slices.DeleteFunc(entries, func(e string) bool {
		again := seen[e]
		seen[e] = true
		return again
	})
}

func key(r *rule.Rule) string { return "\n" + r.Action.String() + " " + r.Traffic.String() }

// body returns what an access-list command says after the name, the line number and
// the word extended.
func body(text string) string {
	words := strings.Fields(text)
	if len(words) > 2 {
		words = words[2:]
	}
	if len(words) > 2 && words[0] == "line" {
		words = words[2:]
	}
	if len(words) > 0 && words[0] == "extended" {
		words = words[1:]
	}
	return strings.Join(words, " ")
}
