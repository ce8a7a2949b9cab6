package nftables

import (
	"slices"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/netfilter"
)

// A question is a comparison with a named set: all that its answer depends on at one hook.
// The text is what a doubt about it says.
type question struct{ left, operator, set, text string }

// found is the answer to one.
type found struct {
	sets []netfilter.Packets
	ok   bool
}

// once answers a comparison with a named set a single time for all rules that make it: many
// rules use one set, which may have many elements.
func (l *lowerer) once(st *statement, answer func() ([]netfilter.Packets, bool)) ([]netfilter.Packets, bool) {
	if st.right.kind != reference {
		return answer()
	}
	key := question{st.left.String(), st.operator, st.right.text, st.text}
	f, known := l.found[key]
	if !known {
		f.sets, f.ok = answer()
		if l.found == nil {
			l.found = make(map[question]found)
		}
		l.found[key] = f
	}
	return slices.Clone(f.sets), f.ok // callers change what they get
}
