package format

import (
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/widen"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// maxMembers bounds how many ways to widen a rule are proposed for one change.
const maxMembers = 8

// Widen proposes commands that let a rule of the base, one of those before number before,
// permit the wanted traffic too, by a new member of an object group or of the rule. Each is a
// proposal: whether the text then means what it is to mean is for the caller to see.
func Widen(content []byte, base *rule.Ruleset, before int, wanted traffic.Product) (out []string) {
	f, ok := Lookup(base.Format)
	if !ok || f.Widen == nil {
		return nil
	}
	for i := range base.Rules[:before] {
		r := &base.Rules[i]
		if r.Action != rule.Permit || r.Line == 0 || r.State != rule.AnyState || len(r.Unknown) > 0 {
			continue
		}
		if lack, ok := widen.Of(r, wanted); ok {
			out = append(out, f.Widen(content, base, r, lack)...)
		}
		if len(out) >= maxMembers {
			return out[:maxMembers]
		}
	}
	return out
}
