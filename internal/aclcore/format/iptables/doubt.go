package iptables

import (
	"fmt"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/netfilter"
)

// builtins are the chains that packets cross by themselves, of each table (iptables(8),
// TABLES), in the order in which "iptables -S" prints their policies.
var builtins = map[string][]string{
	"filter":   {"INPUT", "FORWARD", "OUTPUT"},
	"nat":      {"PREROUTING", "INPUT", "OUTPUT", "POSTROUTING"},
	"mangle":   {"PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"},
	"raw":      {"PREROUTING", "OUTPUT"},
	"security": {"INPUT", "FORWARD", "OUTPUT"},
}

// A doubt is a line that says of the save that other rules filter too.
type doubt struct {
	line         int
	text, reason string
	// families are those whose traffic is in doubt, 0 for those of every save.
	families netfilter.Families
}

// warning reads a comment in which iptables itself says that it does not show all. It
// reports whether the line is one.
func (r *reader) warning(line int, text string) bool {
	var d doubt
	switch {
	case strings.Contains(text, "tables present, use "):
		d.reason, d.families = "the program says that other tables filter too, which are not in the file", netfilter.V4
		if strings.Contains(text, "ip6tables") {
			d.families = netfilter.V6
		}
	case strings.HasPrefix(text, "# Table `") && strings.Contains(text, "incompatible"):
		d.reason = "the program says that it cannot show all chains of the table"
	default:
		return false
	}
	d.line, d.text = line, text
	r.notes = append(r.notes, device.Note{Line: line, Text: text, Reason: d.reason + "; verdicts are indeterminate, list the ruleset with nft or with the program named"})
	r.doubts = append(r.doubts, d)
	return true
}

// strangers put the save in doubt for lines about chains that their table cannot have:
// they must be lines of another table.
func (r *reader) strangers(s *save) {
	for _, t := range s.tables {
		if !isTable(t.name) {
			continue
		}
		for _, c := range t.order {
			if !builtin[c.name] || slices.Contains(builtins[t.name], c.name) || s.doubt != nil {
				continue
			}
			line, text := c.policyLine, c.policyText
			if len(c.rules) > 0 && line == 0 {
				line, text = c.rules[0].line, c.rules[0].text
			}
			reason := fmt.Sprintf("the table %s has no chain %s: the line is of another table", t.name, c.name)
			r.notes = append(r.notes, device.Note{Line: line, Text: text, Reason: reason + "; verdicts are indeterminate, export all tables with iptables-save"})
			s.doubt = &doubt{line: line, text: text, reason: reason}
		}
	}
}

// doubtful returns the stage that puts the traffic of the family in doubt for what lines
// say of the save.
func (r *reader) doubtful(s *save, f netfilter.Families) netfilter.Stage {
	all := r.doubts
	if s.doubt != nil {
		all = append(all[:len(all):len(all)], *s.doubt)
	}
	for _, d := range all {
		if d.families == 0 || d.families&f != 0 {
			return netfilter.Unsure(f, d.reason, netfilter.Rule{Line: d.line, Text: d.text})
		}
	}
	return netfilter.Pass()
}
