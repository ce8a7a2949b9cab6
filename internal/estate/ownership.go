package estate

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/additions"
)

// Owners tells and changes which flows own rules in the additions files of an estate.
type Owners struct{ estate *Estate }

// Owners returns the owners of the estate.
func (e *Estate) Owners() Owners { return Owners{e} }

// files returns the additions files of the rulesets, in the order of their names.
func (o Owners) files() []string {
	var out []string
	for _, rs := range o.estate.writable() {
		out = append(out, rs.config.Additions)
	}
	return out
}

// Configurations returns the ids of the configurations that own rules for the flows,
// sorted. A file that cannot be read is told of where it is needed.
func (o Owners) Configurations(flows []Flow) []string {
	var out []string
	for _, path := range o.files() {
		for _, ids := range configurations(path, flows) {
			out = append(out, ids...)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func configurations(path string, flows []Flow) map[string][]string {
	file, err := additions.Load(path)
	if err != nil {
		return nil
	}
	names := make([]string, len(flows))
	for i, f := range flows {
		names[i] = f.ID()
	}
	return file.Configurations(names)
}

// A Sharing says that another configuration owns rules for the same flow.
type Sharing struct {
	Flow string // its ID
	Text string // what to do, in sentences
}

// Shared returns the flows of which other configurations own rules, in the order of the
// files and flows.
func (o Owners) Shared(flows []Flow) []Sharing {
	var out []Sharing
	for _, path := range o.files() {
		ids := configurations(path, flows)
		for _, f := range flows {
			others := slices.DeleteFunc(ids[f.ID()], func(id string) bool { return id == f.Configuration })
			if len(others) == 0 {
				continue
			}
			out = append(out, Sharing{f.ID(), fmt.Sprintf("The additions file %s has rules for this flow that belong to another configuration (%s); this one is %s. "+
				"Each keeps its own rules, and takes away none of the other's. If both declare the flow, rename it in one of them, or give that one an additions file of its own. "+
				"If the other one is gone, remove its owner from the file.", path, strings.Join(others, ", "), f.Configuration)})
		}
	}
	return out
}

// Holders returns the files in which one of the flows owns a rule: of those of the
// rulesets, and of those known from before.
func (o Owners) Holders(before []string, flows []Flow) []string {
	var out []string
	for _, path := range slices.Concat(o.files(), before) {
		if !slices.Contains(out, path) && owns(path, flows) {
			out = append(out, path)
		}
	}
	slices.Sort(out)
	return out
}

// Abandoned returns those of the files that are no additions file of a ruleset any more,
// and in which one of the flows owns a rule.
func (o Owners) Abandoned(files []string, flows []Flow) []string {
	return slices.DeleteFunc(slices.Clone(files), func(path string) bool {
		return slices.ContainsFunc(o.files(), func(now string) bool { return additions.Locate(now).Overwrites(additions.Locate(path)) }) || !owns(path, flows)
	})
}

func owns(path string, flows []Flow) bool {
	file, err := additions.Load(path)
	return err == nil && slices.ContainsFunc(flows, func(f Flow) bool { return len(file.Owned(f.Owner())) > 0 })
}

// Clear gives up the rules that the flows own in a file that no ruleset names any more
// as its additions. It is an error if a ruleset is read from the file now.
func (o Owners) Clear(ctx context.Context, path string, flows []Flow) error {
	place := additions.Locate(path)
	for _, name := range o.estate.RulesetNames() {
		if text := o.estate.rulesets[name].config.Path; text != "" && place.Overwrites(additions.Locate(text)) {
			return fmt.Errorf("%s is the file of ruleset %q now, and rulesets are never written; remove the owners of %s from it", path, name, flows[0].Application)
		}
	}
	if err := forgotten(path); err != nil && owns(path, flows) {
		return err
	}
	var errs []error
	for _, f := range flows {
		if _, err := additions.Update(ctx, path, f.Owner(), nil, nil); err != nil {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}
