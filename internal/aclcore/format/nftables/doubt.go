package nftables

import (
	"slices"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/netfilter"
)

// A doubt is a line that is passed over though it may filter: what stands there could
// add chains and rules to its table.
type doubt struct {
	line         int
	text, reason string
}

// unread notes a line of a table that is not understood. All that the table could
// filter is in doubt.
func (rs *ruleset) unread(t *table, line int, text, reason string) {
	rs.note(line, text, "%s; what the table filters is indeterminate", reason)
	if t.doubt == nil {
		t.doubt = &doubt{line, text, reason}
	}
}

// unreadSet notes a line of a set or map that is not understood: its elements are in
// doubt.
func (rs *ruleset) unreadSet(s *set, line int, text, reason string) {
	rs.note(line, text, "%s; the elements are indeterminate", reason)
	s.doubt, s.changes = ", "+reason, true
}

// doubts returns the stage that puts in doubt what tables of one kind could filter.
func (rs *ruleset) doubts(of func(family string) bool) netfilter.Stage {
	whole := netfilter.Pass()
	for _, t := range slices.Backward(rs.tables) {
		if t.doubt == nil || t.dormant || !of(t.family) {
			continue
		}
		whole = netfilter.Unsure(familiesOf(t.family), t.doubt.reason, netfilter.Rule{Line: t.doubt.line, Text: t.doubt.text}).Then(whole)
	}
	return whole
}

// doubtTerse puts in doubt sets without elements where no set has any: so "nft -t"
// prints a ruleset.
func (rs *ruleset) doubtTerse() {
	const reason = "no set in the file has elements, as nft -t prints them; list the ruleset without -t"
	var empty []*set
	for _, t := range rs.tables {
		for _, s := range t.sets {
			if len(s.elements)+len(s.mappings) > 0 {
				return
			}
			empty = append(empty, s)
		}
	}
	for _, s := range empty {
		if !s.changes {
			s.changes, s.doubt = true, ": "+reason
		}
	}
}

// objects are what a table holds besides chains, sets and maps. Rules name them.
var objects = map[string]bool{
	"counter": true, "quota": true, "limit": true, "ct": true, "synproxy": true, "secmark": true, "flowtable": true,
	"comment": true, "tunnel": true,
}

// setWords begin the lines of a set that say nothing of its elements.
var setWords = map[string]bool{
	"type": true, "typeof": true, "size": true, "policy": true, "comment": true, "gc-interval": true, "auto-merge": true, "counter": true,
	"last": true,
}
