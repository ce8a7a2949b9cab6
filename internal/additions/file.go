package additions

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/rulelist"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// File is an additions file as it was read. It is immutable and safe for
// concurrent use.
type File struct {
	path    string
	content []byte // nil if there is no file
	items   []item
	tail    []byte // from the last rule to the end of the file
}

// An item is one rule of the file and its text.
type item struct {
	Rule
	// foreign is the rule as it was read; only set if it is not ours.
	foreign *rule.Rule
	lead    []byte // white space before raw
	raw     []byte // the object, byte for byte
}

// lastRead holds the File that was last read or written, by path. A plan of many
// flows reads one file for each of them; while its text is the same, so are its
// rules.
var lastRead sync.Map // path -> *File

func (f *File) remember() { lastRead.Store(f.path, f) }

// Load reads the file at path. A missing file, or an empty one, is one without rules. The error of
// a malformed one names the lines that are wrong.
func Load(path string) (*File, error) { return load(path, path) }

// load reads the file at target, which people know as path.
func load(path, target string) (*File, error) {
	content, err := os.ReadFile(target)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return &File{path: path}, nil
	case err != nil:
		return nil, fmt.Errorf("cannot read the additions file: %w", err)
	}
	if len(bytes.TrimSpace(content)) == 0 { // made by hand, for us to fill
		return &File{path: path}, nil
	}
	if last, ok := lastRead.Load(path); ok && bytes.Equal(last.(*File).content, content) {
		return last.(*File), nil
	}
	f, err := parse(path, content)
	if err != nil {
		return nil, err
	}
	f.remember()
	return f, nil
}

func parse(path string, content []byte) (*File, error) {
	d, err := rulelist.Parse(device.Input{Source: path, Content: content}, rulelist.JSON)
	if err != nil {
		return nil, err
	}
	f := &File{path: path, content: content}
	if err := f.split(d.Lists[0].Rules); err != nil {
		return nil, fmt.Errorf("%s:1: %w", path, err)
	}
	return f, nil
}

// split cuts the content, a list that has been read as rules, into the texts of
// its objects.
func (f *File) split(rules []rule.Rule) error {
	d := json.NewDecoder(bytes.NewReader(f.content))
	if open, err := d.Token(); err != nil || open != json.Delim('[') {
		return errors.New("an additions file is a list of rules; write it without the key \"rules\" around it")
	}
	f.items = make([]item, len(rules))
	end := d.InputOffset()
	for i := range f.items {
		var raw json.RawMessage
		if err := d.Decode(&raw); err != nil {
			return fmt.Errorf("rule %d: %w", i+1, err)
		}
		next := d.InputOffset()
		start := next - int64(len(raw))
		it, err := readItem(raw, &rules[i])
		if err != nil {
			return fmt.Errorf("rule %d: %w", i+1, err)
		}
		it.lead = bytes.Replace(f.content[end:start], []byte(","), nil, 1)
		f.items[i] = it
		end = next
	}
	f.tail = f.content[end:]
	return nil
}

// readItem reads what the rule list's parser has checked but does not keep.
func readItem(raw []byte, r *rule.Rule) (item, error) {
	var more struct {
		Owners  json.RawMessage `json:"owners"`
		Comment json.RawMessage `json:"comment"`
		List    string          `json:"list"`
	}
	if err := json.Unmarshal(raw, &more); err != nil {
		return item{}, err
	}
	it := item{raw: raw, Rule: fromRule(*r)}
	var one string
	if json.Unmarshal(more.Owners, &it.Owners) != nil && json.Unmarshal(more.Owners, &one) == nil && one != "" {
		it.Owners = []string{one}
	}
	if len(it.Owners) == 0 {
		it.foreign = r
	}
	it.comment, it.List = more.Comment, more.List
	return it, nil
}

// ForList returns the file with the rules that stand before one list of a device alone:
// those for it, and those of others that name no list.
func (f *File) ForList(list string) *File {
	out := &File{path: f.path}
	for i := range f.items {
		if it := &f.items[i]; it.List == list || it.List == "" && it.foreign != nil {
			out.items = append(out.items, *it)
		}
	}
	return out
}

// Ours returns the rules that flows own, in order.
func (f *File) Ours() []Rule {
	var out []Rule
	for i := range f.items {
		if f.items[i].foreign == nil {
			out = append(out, f.items[i].Rule)
		}
	}
	return out
}

// Holding returns the file with those rules of ours alone, in that order, which are
// numbers of [File.Ours].
func (f *File) Holding(numbers []int) *File {
	var own []item
	for _, it := range f.items {
		if it.foreign == nil {
			own = append(own, it)
		}
	}
	out := &File{path: f.path}
	for _, n := range numbers {
		out.items = append(out.items, own[n])
	}
	return out
}

// Source names the file for people.
func (f *File) Source() string { return filepath.Base(f.path) }

// Rules returns all rules in order, for matching.
func (f *File) Rules() []rule.Rule {
	return rules(f.items, func(*item) bool { return true })
}

// Base returns the rules that are not ours.
func (f *File) Base() []rule.Rule {
	return rules(f.items, func(it *item) bool { return it.foreign != nil })
}

// Only returns the rules that are not ours and want, each where [Update] would put
// it for owner.
func (f *File) Only(owner string, want []Rule) []rule.Rule {
	merged := f.merge(owner, want)
	return rules(merged, func(it *item) bool { return it.foreign != nil || it.ownedBy(owner) })
}

func rules(items []item, take func(*item) bool) []rule.Rule {
	out := make([]rule.Rule, 0, len(items))
	for i := range items {
		switch it := &items[i]; {
		case !take(it):
		case it.foreign != nil:
			out = append(out, *it.foreign)
		default:
			out = append(out, it.Rule.Rule())
		}
	}
	return out
}

// Owned returns the rules that owner owns, alone or with others, in order.
func (f *File) Owned(owner string) []Rule {
	var out []Rule
	for _, it := range f.items {
		if it.ownedBy(owner) {
			out = append(out, it.Rule)
		}
	}
	return out
}

// Owns reports whether owner owns a rule of the file at path. A file that cannot be
// read is an error only where its text speaks of the owner.
func Owns(path, owner string) (bool, error) {
	f, err := Load(path)
	if err == nil {
		return len(f.Owned(owner)) > 0, nil
	}
	content, unread := os.ReadFile(path)
	if flow, _ := splitOwner(owner); unread == nil && !bytes.Contains(content, []byte(flow)) {
		return false, nil
	}
	return false, err
}

// SharedWith reports whether somebody else than owner owns a rule of the file.
func (f *File) SharedWith(owner string) bool {
	return slices.ContainsFunc(f.items, func(it item) bool {
		return slices.ContainsFunc(it.Owners, func(o string) bool { return !means(o, owner) })
	})
}

// BaseDigest identifies the rules that are not ours, by their text.
func (f *File) BaseDigest() string {
	h := sha256.New()
	for _, it := range f.items {
		if it.foreign != nil {
			_, _ = fmt.Fprintf(h, "%d\n%s\n", len(it.raw), it.raw)
		}
	}
	return hex.EncodeToString(h.Sum(nil)[:12])
}
