package delivery

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/script"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/additions"
)

// write makes the orders where nothing is sent: it writes the additions file, and beside
// it the script of all that is ours and that the text does not have.
func (r *run) write(ctx context.Context) error {
	after, _, err := r.ledgers(nil)
	if err != nil || after == nil {
		return err
	}
	return r.held.Write(after, r.scriptFiles(ctx, after)...)
}

// scriptFiles are the script for the additions and its undo. They are left as they are
// where the text cannot be read: rules are given up all the same.
func (r *run) scriptFiles(ctx context.Context, after *additions.File) []additions.Companion {
	var err error
	if r.before, err = r.d.first(ctx); err != nil {
		return nil
	}
	c := Change{Put: after.Ours()}
	stays := map[key]bool{}
	for _, rule := range c.Put {
		stays[keyOf(rule)] = true
	}
	for _, rule := range r.ledger.Ours() {
		if !stays[keyOf(rule)] {
			c.Take = append(c.Take, rule)
		}
	}
	c.Take = append(c.Take, r.stale(after, stays)...)
	if r.script, err = CompileAny(r.before, c); err != nil {
		text := []byte(script.Remarks(r.before.Format, []string{"the rules for " + r.d.Title + " cannot be written as a script: " + err.Error()}))
		return []additions.Companion{{Path: r.d.Script + UndoSuffix, Content: text}, {Path: r.d.Script, Content: text}}
	}
	return r.files()
}

// stale are the rules that the text has from earlier scripts and that no flow needs any
// more: they name a configuration that has rules in the additions file.
func (r *run) stale(after *additions.File, stays map[key]bool) []additions.Rule {
	ids := map[string]bool{}
	for _, rule := range slices.Concat(r.ledger.Ours(), after.Ours()) {
		stays[keyOf(rule)] = true // what leaves now is taken already
		for _, owner := range rule.Owners {
			ids[additions.OwnerID(owner)] = true
		}
	}
	var out []additions.Rule
	for _, name := range slices.Sorted(maps.Keys(r.before.Lists)) {
		for _, claim := range r.before.Lists[name].Claims() {
			rule, ok := certified(claim, name)
			for owner := range strings.SplitSeq(claim.Comment, ", ") {
				if ok && !stays[keyOf(rule)] && mark.MatchString(owner) && ids[additions.OwnerID(owner)] {
					rule.Owners = append(rule.Owners, owner)
				}
			}
			if len(rule.Owners) > 0 {
				out = append(out, rule)
			}
		}
	}
	return out
}
