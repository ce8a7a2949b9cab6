package additions

import (
	"bytes"
	"slices"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// merge returns the items of the file once owner owns exactly want. New and
// changed items have no text yet.
func (f *File) merge(owner string, want []Rule) []item {
	want = distinct(want)
	var out []item
	for _, it := range f.items {
		if it.foreign != nil {
			out = append(out, it)
			continue
		}
		had := it.ownedBy(owner)
		i := slices.IndexFunc(want, it.Same)
		wanted := i >= 0
		if wanted {
			want = slices.Delete(want, i, i+1)
		}
		if had != wanted {
			it = it.reown(owner, wanted)
		}
		if len(it.Owners) > 0 {
			out = append(out, it)
		}
	}
	for _, r := range want {
		r.Owners = []string{owner}
		out = place(out, item{Rule: r, lead: ownLead})
	}
	return out
}

// distinct returns a copy of rules without repetitions, each with a name.
func distinct(rules []Rule) []Rule {
	var out []Rule
	for _, r := range rules {
		if slices.ContainsFunc(out, r.Same) {
			continue
		}
		if r.Name == "" {
			r.Name = r.contentName()
		}
		out = append(out, r)
	}
	return out
}

// reown returns the item with owner added or taken away.
func (it item) reown(owner string, add bool) item {
	owners := slices.DeleteFunc(slices.Clone(it.Owners), func(o string) bool { return means(o, owner) })
	if add {
		owners = append(owners, owner)
	}
	slices.SortFunc(owners, compareOwners)
	it.Owners, it.raw = owners, nil
	return it
}

// isNew reports whether the item has no text yet, because it is not in the file or
// not with these owners.
func (it item) isNew() bool { return it.raw == nil }

// place puts a new item of ours into its run, a stretch of our rules without one of
// others in between, and sorts the run. See Order in the package comment.
func place(items []item, it item) []item {
	start := 0 // the top, unless our denies stand further down
	if it.Action == rule.Permit {
		start = len(items)
		for start > 0 && !items[start-1].isDenyOfOurs() {
			start--
		}
		for start > 0 && items[start-1].foreign == nil {
			start--
		}
	}
	end := start
	for end < len(items) && items[end].foreign == nil {
		end++
	}
	items = slices.Insert(items, end, it)
	slices.SortStableFunc(items[start:end+1], func(a, b item) int { return compare(a.Rule, b.Rule) })
	return items
}

func (it *item) isDenyOfOurs() bool { return it.foreign == nil && it.Action == rule.Deny }

// compose returns the file that consists of items, with the tail of an earlier one.
// It renders the items that have no text.
func compose(path string, items []item, tail []byte) (*File, error) {
	b := bytes.NewBufferString("[")
	line := 1
	for i := range items {
		it := &items[i]
		if it.isNew() {
			raw, err := it.render()
			if err != nil {
				return nil, err
			}
			it.raw = raw
		}
		if i > 0 {
			b.WriteByte(',')
			if items[i-1].foreign == nil && !bytes.Contains(it.lead, newline) {
				it.lead = ownLead
			}
		}
		b.Write(it.lead)
		b.Write(it.raw)
		line += bytes.Count(it.lead, newline)
		it.moveTo(line)
		line += bytes.Count(it.raw, newline)
	}
	switch {
	case len(items) == 0:
		tail = []byte("]\n")
	case !bytes.HasPrefix(bytes.TrimLeft(tail, " \t\r"), newline):
		tail = []byte("\n]\n")
	}
	b.Write(tail)
	return &File{path, b.Bytes(), items, tail}, nil
}

var (
	newline = []byte("\n")
	ownLead = []byte("\n  ") // our rules have a line each
)

// moveTo sets the line of the item.
func (it *item) moveTo(line int) {
	it.line = line
	if it.foreign != nil && it.foreign.Line != line {
		moved := *it.foreign
		moved.Line = line
		it.foreign = &moved
	}
}
