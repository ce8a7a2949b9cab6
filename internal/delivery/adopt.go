package delivery

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/script"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/additions"
)

// Claim says that what configurations of that id have delivered is ours, also where the
// additions file does not know of it: a pipeline may not have kept the file. It is found by
// what the device says of it: a name that is made of the rule's content, and an owner with
// that id in its comment.
func (d *Device) Claim(id string) {
	if id == "" {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if !slices.Contains(d.claimed, id) {
		d.claimed = append(d.claimed, id)
		d.state = nil
	}
}

// Owned returns the rules that the owner has, by the additions file and on the device.
func (d *Device) Owned(owner string) ([]additions.Rule, error) {
	if _, err := d.State(); err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.all.Owned(owner), nil
}

var mark = regexp.MustCompile(`^.+/.+@[0-9a-f]{10}$`)

// adopt returns the ledger with the rules of those ids that the device has and the ledger
// lacks.
func adopt(t *Text, ledger *additions.File, ids []string) (*additions.File, error) {
	if len(ids) == 0 {
		return ledger, nil
	}
	known := map[key]bool{}
	for _, r := range ledger.Ours() {
		known[keyOf(r)] = true
	}
	for _, name := range slices.Sorted(maps.Keys(t.Lists)) {
		for _, claim := range t.Lists[name].Claims() {
			r, ok := certified(claim, name)
			if !ok || known[keyOf(r)] {
				continue
			}
			for owner := range strings.SplitSeq(claim.Comment, ", ") {
				if !mark.MatchString(owner) || !slices.Contains(ids, additions.OwnerID(owner)) {
					continue
				}
				var err error
				if ledger, err = ledger.With(owner, append(ledger.Owned(owner), r)); err != nil {
					return nil, err
				}
			}
		}
	}
	return ledger, nil
}

// claims are the ids that were claimed.
func (d *Device) claims() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.claimed)
}

// certified returns the rule whose name is made of what it says. Replies may be those of
// one family, which a list lets pass together with the other's.
func certified(claim script.Rule, list string) (additions.Rule, bool) {
	v4, v6 := claim.Traffic.ByFamily()
	for _, t := range []traffic.Product{claim.Traffic, v4, v6} {
		like := claim.Rule
		like.Traffic = t
		if r := additions.FromRules([]rule.Rule{like}, list)[0]; r.ContentName() == claim.Name {
			return r, true
		}
		if claim.State != rule.Established {
			break
		}
	}
	return additions.Rule{}, false
}
