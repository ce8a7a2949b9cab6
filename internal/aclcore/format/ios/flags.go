package ios

import (
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// flags are TCP header flags (RFC 9293, section 3.1).
type flags uint8

const (
	fin flags = 1 << iota
	syn
	rst
	psh
	ack
	urg
)

var flagNames = map[string]flags{"fin": fin, "syn": syn, "rst": rst, "psh": psh, "ack": ack, "urg": urg}

// flagTest is one condition on TCP flags: "established", "syn", "match-all +ack
// -fin".
type flagTest struct {
	set, clear flags
	// one says that one of the flags is enough, as in established (ack or rst) and
	// match-any.
	one bool
	// undecided keeps a test that an opening packet may meet indeterminate.
	undecided bool
}

func (t flagTest) holds(f flags) bool {
	if t.one {
		return f&t.set != 0 || ^f&t.clear != 0
	}
	return f&t.set == t.set && f&t.clear == 0
}

// fate says whether a packet meets the flag tests of an entry.
type fate uint8

const (
	never fate = iota
	always
	// unclear is for several bare flags: the manuals do not say whether one or all
	// of them must be set.
	unclear
)

func meets(tests []flagTest, f flags) fate {
	n := 0
	for _, t := range tests {
		if t.holds(f) {
			n++
		}
	}
	switch n {
	case 0:
		return never
	case len(tests):
		return always
	}
	return unclear
}

// connectionState decides an entry's flag tests for the packet that opens a
// connection, and returns a reason where that cannot be done. text is how the
// tests are written.
func connectionState(action rule.Action, tests []flagTest, text string) (rule.State, string) {
	const opening, answer = syn, syn | ack
	reason := "TCP flags " + text
	all := [...]flags{answer, ack, psh | ack, fin | ack}
	later := meets(tests, all[0])
	for _, f := range all[1:] {
		if meets(tests, f) != later {
			later = unclear
		}
	}
	switch meets(tests, opening) {
	case never:
		if later == always {
			return rule.Established, ""
		}
		// It concerns no opening packet, and only some of the answers.
		return rule.Established, reason
	case unclear:
		return rule.AnyState, reason
	}
	switch {
	case slices.ContainsFunc(tests, func(t flagTest) bool { return t.undecided }):
		return rule.AnyState, reason
	case later == always:
		return rule.AnyState, ""
	case action == rule.Permit, later == never:
		return rule.New, ""
	case meets(tests, answer) == always:
		// Denying the opening packet and its answer denies the connection.
		return rule.AnyState, ""
	}
	return rule.AnyState, reason
}

// flagTests reads the flag conditions at the head of w: "established", bare flags,
// or match-any and match-all with signed ones. It returns nil where there are none.
func flagTests(w *words) []flagTest {
	switch keyword := w.peek(); keyword {
	case "established":
		w.skip(1)
		return []flagTest{{set: ack | rst, one: true}}
	case "match-any", "match-all":
		t := flagTest{one: keyword == "match-any", undecided: keyword == "match-any"}
		w.skip(1)
		for {
			word := w.peek()
			f, ok := flagNames[strings.TrimLeft(word, "+-")]
			if !ok {
				break
			}
			w.skip(1)
			if word[0] == '-' {
				t.clear |= f
			} else {
				t.set |= f
			}
		}
		if t.set|t.clear == 0 {
			return nil
		}
		return []flagTest{t}
	}
	if f, ok := flagNames[w.peek()]; ok {
		w.skip(1)
		return []flagTest{{set: f}}
	}
	return nil
}
