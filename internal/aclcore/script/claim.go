package script

import (
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// Claims returns the rules of the list that have a name of ours and a comment, as [Rule]
// describes them, in order. Whether the name is made of what the rule says, and whose the
// comment says it is, is for the caller to see. Only some languages have such comments.
func (l *List) Claims() []Rule {
	var out []Rule
	at := map[string]int{}
	products := map[string][]traffic.Product{}
	for i := range l.Rules.Rules {
		r := &l.Rules.Rules[i]
		name := nameOf(r)
		if name == "" || len(r.Unknown) > 0 || len(r.Name) <= ownNameLength || r.Name[ownNameLength] != ' ' {
			continue
		}
		if _, known := at[name]; !known {
			at[name] = len(out)
			out = append(out, Rule{
				Rule:    rule.Rule{Name: name, Action: r.Action, State: r.State, SourceZones: r.SourceZones, DestinationZones: r.DestinationZones},
				Comment: strings.TrimSpace(r.Name[ownNameLength:]),
			})
		}
		products[name] = append(products[name], r.Traffic)
	}
	whole := out[:0]
	for _, r := range out {
		if merged := traffic.Merge(products[r.Name]); len(merged) == 1 {
			r.Traffic = merged[0]
			whole = append(whole, r)
		}
	}
	return whole
}
