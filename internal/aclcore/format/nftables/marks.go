package nftables

import (
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/jsontree"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/netfilter"
)

// metaMark is the field of a packet's mark.
const metaMark = "meta mark"

// markChange reads what a mark is set to: a number, or the mark itself with operators.
func markChange(tokens []token) *netfilter.Change {
	var words []string
	for i, t := range tokens {
		if t.quoted || t.is("(") && i > 0 {
			return netfilter.LoseMark(allMark)
		}
		if t.text != "(" && t.text != ")" && t.text != "meta" {
			words = append(words, t.text)
		}
	}
	var change *netfilter.Change
	switch n, ok := markNumber(words); {
	case ok:
		change = netfilter.SetMark(n, allMark)
	case len(words) == 0 || words[0] != "mark":
		return netfilter.LoseMark(allMark)
	}
	joined := false
	for words = words[1:]; len(words) > 0; words = words[2:] {
		and := words[0] == "and" || words[0] == "&"
		if len(words) < 2 || joined && and { // which binds stronger
			return netfilter.LoseMark(allMark)
		}
		joined = joined || !and
		n, ok := markNumber(words[1:])
		if !ok {
			return netfilter.LoseMark(allMark)
		}
		next := operate(words[0], n)
		if next == nil {
			return netfilter.LoseMark(allMark)
		}
		change = change.Then(next)
	}
	return change
}

const allMark = ^uint32(0)

func markNumber(words []string) (uint32, bool) {
	if len(words) == 0 {
		return 0, false
	}
	n, ok := plainNumber(words[0])
	return uint32(n), ok
}

// operate returns the change of a mark by an operator, nil for one that is not known.
func operate(operator string, n uint32) *netfilter.Change {
	switch operator {
	case "or", "|":
		return netfilter.SetMark(n, n)
	case "and", "&":
		return netfilter.SetMark(0, ^n)
	case "xor", "^":
		return netfilter.Mark(n, 0)
	}
	return nil
}

// jsonMark reads what a mark is set to in JSON.
func jsonMark(v *jsontree.Value) *netfilter.Change {
	switch {
	case v == nil:
	case v.Kind == jsontree.Number:
		if n, ok := plainNumber(v.Text); ok {
			return netfilter.SetMark(uint32(n), allMark)
		}
	case v.Kind == jsontree.Object && len(v.Keys) == 1:
		body := &v.Items[0]
		if v.Keys[0] == "meta" && text(body, "key") == "mark" {
			return &netfilter.Change{}
		}
		if body.Kind == jsontree.Array && len(body.Items) == 2 && body.Items[1].Kind == jsontree.Number {
			n, ok := plainNumber(body.Items[1].Text)
			if next := operate(v.Keys[0], uint32(n)); ok && next != nil {
				return jsonMark(&body.Items[0]).Then(next)
			}
		}
	}
	return netfilter.LoseMark(allMark)
}

// marking is what the rules do with marks: whether one looks at them, and which bits they
// set. What the ruleset does not set, somebody else does, and it is not known.
type marking struct {
	tested bool
	set    uint32
}

func (rs *ruleset) marks() marking {
	var m marking
	for _, t := range rs.tables {
		for _, c := range t.chains {
			for i := range c.rules {
				for j := range c.rules[i].statements {
					s := &c.rules[i].statements[j]
					if s.change != nil {
						m.set |= s.change.MarkBits()
					}
					m.tested = m.tested || isMark(s.left)
				}
			}
		}
	}
	return m
}

func isMark(e expr) bool {
	return e.kind == fieldExpr && e.text == metaMark || slices.ContainsFunc(e.args, isMark)
}

// marked returns the packets of a comparison of the mark. ok is false if it cannot be
// decided.
func (l *lowerer) marked(st *statement) (sets []netfilter.Packets, ok bool) {
	mask := allMark
	if st.left.kind == masked {
		n, ok := plainNumber(st.left.args[1].text)
		if !ok || st.left.args[1].kind != literal || st.left.args[0].kind != fieldExpr {
			return nil, false
		}
		mask = uint32(n)
	} else if st.left.kind != fieldExpr {
		return nil, false
	}
	values, ok := l.values(st.right)
	if !ok || mask&^l.marking.set != 0 || st.operator != "==" && st.operator != "!=" {
		return nil, false
	}
	for _, v := range values {
		n, ok := plainNumber(v.text)
		if !ok || v.kind != literal {
			return nil, false
		}
		sets = append(sets, netfilter.Marked(uint32(n), mask, false)...)
	}
	if st.operator == "!=" {
		return netfilter.Except(netfilter.All(), sets)
	}
	return sets, true
}

// The bits of "ct status" (enum ip_conntrack_status of Linux) that names stand for.
var statusBits = named(map[string]int{
	"expected": 1, "seen-reply": 2, "assured": 4, "confirmed": 8, "snat": 0x10, "dnat": 0x20, "dying": 0x200,
})

// known0 are the bits of the status that the first packet of a connection does not have
// when it comes to a filter: it is not confirmed yet, its source is rewritten last, and
// one that is sent to another destination is in doubt before it comes here.
const known0 = 0x2 | 0x4 | 0x8 | 0x10 | 0x20 | 0x200

// status returns the packets of a comparison of "ct status", as far as the first packet of
// a connection tells. Of later ones only that they are of no connection with another
// destination is known.
func (l *lowerer) status(st *statement) ([]netfilter.Packets, bool) {
	bits := 0
	mask, operator := st.left, st.operator
	switch {
	case mask.kind == masked: // ct status & (snat | dnat) != 0
		values, ok := l.values(st.right)
		if !ok || len(values) != 1 || values[0].text != "0" {
			return nil, false
		}
		mask, operator = mask.args[1], map[string]string{"==": "!", "!=": "in"}[operator]
	case operator == "in" || operator == "!":
		mask = st.right
	default: // compared as a whole: a bit more is enough to differ
		values, ok := l.values(st.right)
		if !ok {
			return nil, false
		}
		for _, v := range values {
			n, ok := statusBits(v.text)
			if !ok || v.kind != literal || n&known0 == 0 {
				return nil, false
			}
		}
		operator = map[string]string{"==": "in", "!=": "!"}[operator]
		mask, bits = expr{kind: flags}, 0x2
	}
	names := []expr{mask}
	if mask.kind == flags {
		names = mask.args
	}
	for _, n := range names {
		b, ok := statusBits(n.text)
		if !ok || n.kind != literal {
			return nil, false
		}
		bits |= b
	}
	if bits&^known0 != 0 || operator != "in" && operator != "!" {
		return nil, false
	}
	var out []netfilter.Packets
	for _, p := range l.ofConnections(st.text) {
		first, later := p, p
		first.State, later.State = p.State&netfilter.First, p.State&netfilter.Later
		switch {
		case operator == "!" && bits == statusDNAT:
			out = append(out, nonEmpty(first, later)...)
		case operator == "!":
			out = append(out, nonEmpty(first, later.Because(st.text))...)
		case bits != statusDNAT:
			out = append(out, nonEmpty(later.Because(st.text))...)
		}
	}
	if bits&statusDNAT != 0 {
		out = netfilter.Behind(out, l.given, st.text)
	}
	return out, true
}

const statusDNAT = 0x20

// ofConnections returns the packets that connection tracking knows the connection of: of
// others "ct" has no values but its state.
func (l *lowerer) ofConnections(text string) []netfilter.Packets {
	return l.connection(netfilter.New|netfilter.Established|netfilter.Related, text)
}

// fibTypes are the numbers of "fib daddr type" (linux/rtnetlink.h) that say where a packet
// goes.
var fibTypes = map[string]string{"1": "unicast", "2": "local", "3": "broadcast", "5": "multicast"}

// fibType returns the IPv4 packets of a comparison of "fib daddr type". Of others it is in
// doubt.
func (l *lowerer) fibType(values []expr, not bool, why string) ([]netfilter.Packets, bool) {
	var sets []netfilter.Packets
	for _, v := range values {
		name := v.text
		if n, ok := fibTypes[name]; ok {
			name = n
		}
		one, ok := netfilter.DestinationType(name)
		if !ok || v.kind != literal {
			return nil, false
		}
		sets = append(sets, one...)
	}
	if not {
		var ok bool
		if sets, ok = netfilter.Except(netfilter.IPv4(), sets); !ok {
			return nil, false
		}
	}
	return append(sets, netfilter.IPv6().Because(why)), true
}

// steady are the fields that cannot be decided, but are the same wherever a packet is
// compared.
var steady = map[string]bool{
	"meta skuid": true, "meta skgid": true, "ether saddr": true, "ip length": true, "meta length": true, "meta iifgroup": true, "meta iiftype": true,
}

// special returns the packets of comparisons that are not of a field with plain values.
// ok is false for others, and for what cannot be decided.
func (l *lowerer) special(st *statement) ([]netfilter.Packets, bool) {
	name := st.left.text
	if st.left.kind == masked {
		name = st.left.args[0].text
	}
	switch {
	case name == metaMark:
		return l.marked(st)
	case name == "ct status":
		return l.status(st)
	case name == fibDestination && st.left.kind == fieldExpr && (st.operator == "==" || st.operator == "!="):
		values, ok := l.values(st.right)
		if !ok {
			return nil, false
		}
		return l.fibType(values, st.operator == "!=", st.text)
	case steady[name] && st.left.kind == fieldExpr && st.right.kind != reference:
		return []netfilter.Packets{l.symbols.Holds(strings.TrimSpace(st.text), true)}, true
	}
	return nil, false
}

const fibDestination = "fib daddr type"
