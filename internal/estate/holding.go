package estate

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/additions"
)

// A Holding is what one flow owns in additions files, by ruleset.
type Holding map[string][]additions.Rule

// Holding returns what the flow owns now.
func (o Owners) Holding(f Flow) (Holding, error) {
	h := Holding{}
	for _, rs := range o.estate.writable() {
		file, err := additions.Load(rs.config.Additions)
		if err != nil {
			return nil, fmt.Errorf("%s: additions: %w", rs.title(), err)
		}
		h[rs.key()] = file.Owned(f.Owner())
	}
	return h, nil
}

// Restore makes the flow own again what it owned before. Where it still does there is
// nothing to write, and so no error of a file that cannot be written.
func (o Owners) Restore(ctx context.Context, f Flow, before Holding) error {
	var errs []error
	for _, rs := range o.estate.writable() {
		want, ok := before[rs.key()]
		if !ok || rs.sends() && !rs.config.Deliver.UndoOnFailure { // the state tells of what is left
			continue
		}
		file, err := additions.Load(rs.config.Additions)
		if err == nil && slices.EqualFunc(file.Owned(f.Owner()), want, func(a, b additions.Rule) bool { return a.Name == b.Name }) {
			continue
		}
		errs = append(errs, rs.own(ctx, f.Owner(), want, ""))
	}
	return errors.Join(errs...)
}

// Left reports whether the flow owns rules for a device that rules are brought to.
func (o Owners) Left(f Flow) bool {
	return slices.ContainsFunc(o.estate.writable(), func(rs *ruleset) bool {
		if !rs.sends() {
			return false
		}
		owns, err := rs.owns(f.Owner())
		return owns || err != nil
	})
}
