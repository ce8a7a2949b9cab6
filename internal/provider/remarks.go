package provider

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/policy"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/estate"
)

// A remark is what one policy says of a flow, in a line of the summary.
type remark struct {
	// kind is one of remarkKinds.
	kind, policy, text string
	// more is how many violations of the policy are not told.
	more int
}

// remarkKinds are the kinds of remarks, the weightiest first.
var remarkKinds = []string{"denied", "expired", "review", "notify", "excepted"}

func newRemark(v estate.Violation) remark {
	switch {
	case v.Policy == estate.ExpiresPolicy:
		return remark{"expired", v.Policy, v.Message, 0}
	case v.Exception != "":
		return remark{"excepted", v.Policy, v.Policy + ": " + v.Exception, 0}
	case v.Severity == string(policy.Deny):
		return remark{"denied", v.Policy, v.Policy + ": " + v.Message, 0}
	}
	return remark{v.Severity, v.Policy, v.Policy + ": " + v.Message, 0}
}

func (m remark) String() string {
	if m.more > 0 {
		return fmt.Sprintf("%s  (+%d more)", m.text, m.more)
	}
	return m.text
}

// remarks returns one for each policy, the weightiest first.
func remarks(violations []estate.Violation) []remark {
	var out []remark
	for _, v := range violations {
		m := newRemark(v)
		if i := slices.IndexFunc(out, func(o remark) bool { return o.kind == m.kind && o.policy == m.policy }); i >= 0 {
			out[i].more++
			continue
		}
		out = append(out, m)
	}
	slices.SortStableFunc(out, func(a, b remark) int {
		return cmp.Compare(slices.Index(remarkKinds, a.kind), slices.Index(remarkKinds, b.kind))
	})
	return out
}

// judge adds what policies say. The weightiest takes the place of the status where
// that is less worth knowing, the others stand below.
func (r *summaryRow) judge(violations []estate.Violation) {
	for _, m := range remarks(violations) {
		leads := m.kind == "denied" || m.kind == "expired" || (r.settled && m.kind != "excepted")
		if leads && r.remark == "" {
			r.remark, r.reason = m.kind, m.String()
			continue
		}
		if r.reason == "" {
			r.reason = m.kind + "  " + m.String()
			continue
		}
		r.below = append(r.below, m.kind+"  "+m.String())
	}
}
