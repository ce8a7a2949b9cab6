package delivery

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/script"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/additions"
)

// State is what a device has. It is immutable.
type State struct {
	Text *Text
	// Lists are the device's lists by name.
	Lists map[string]*List
	// Digest identifies what is not ours, by what it says.
	Digest string
	// Undeliverable is why no script can be sent to the device, nil if it can.
	Undeliverable error
}

// List is one list of a device: what is not ours, and what is.
type List struct {
	// Rest is the list without those rules of ours that could as well stand on top.
	Rest *rule.Ruleset
	// Ours are the additions that the device has, on top of Rest.
	Ours *additions.File
	// present are those that it has, by name.
	present map[string]bool
}

// Has reports whether the list has the rule where it takes effect.
func (l *List) Has(r additions.Rule) bool { return l.present[r.ContentName()] }

// newState finds the rules of the ledger in the text.
func newState(t *Text, ledger *additions.File) (*State, error) {
	s := &State{Text: t, Lists: make(map[string]*List, len(t.Lists)), Undeliverable: undeliverable(t)}
	all := ledger.Ours()
	h := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(t.Lists)) {
		l := t.Lists[name]
		var numbers []int // of the ledger's rules for this list
		var ours []rule.Rule
		for n, r := range all {
			if r.List == name && !r.Conditions() {
				numbers, ours = append(numbers, n), append(ours, ofScript(r).Rule)
			}
		}
		if !script.Supports(t.Format) {
			numbers, ours = nil, nil
		}
		found, err := l.Find(ours)
		if err != nil {
			return nil, err
		}
		own := &List{Rest: found.Rest, present: make(map[string]bool, len(found.Order))}
		var order []int
		for _, n := range found.Order {
			order = append(order, numbers[n])
			own.present[ours[n].Name] = true
		}
		own.Ours = ledger.Holding(order)
		s.Lists[name] = own
		_, _ = fmt.Fprintf(h, "list %q\n", name)
		script.Fingerprint(h, found.Rest)
	}
	s.Digest = hex.EncodeToString(h.Sum(nil)[:12])
	return s, nil
}
