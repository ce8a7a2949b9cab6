package delivery

import (
	"context"

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
	if r.before, err = r.d.Read(ctx); err != nil {
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
	if r.script, err = CompileAny(r.before, c); err != nil {
		text := []byte(script.Remarks(r.before.Format, []string{"the rules for " + r.d.Title + " cannot be written as a script: " + err.Error()}))
		return []additions.Companion{{Path: r.d.Script + UndoSuffix, Content: text}, {Path: r.d.Script, Content: text}}
	}
	return r.files()
}
