package nftables

import (
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/jsontree"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/netfilter"
)

// natMap reads a translation to what a map gives for a packet: "dnat to tcp dport map
// { 80 : 10.0.0.5 }", "dnat ip to ip daddr . tcp dport map @m" (nft(8), NAT STATEMENTS). It
// reports false, and reads nothing, for any other.
func (s *statementReader) natMap(kind string) (statement, bool) {
	start := s.next
	st := statement{kind: opaque, nat: natOf(textOf(s.source, s.tokens[start:])), mapped: true}
	no := func() (statement, bool) {
		s.next = start
		return statement{}, false
	}
	if !s.pass(kind) {
		return no()
	}
	if !s.pass("ip") {
		s.pass("ip6")
	}
	if !s.pass("to") {
		return no()
	}
	var err error
	if st.left, err = s.fields(); err != nil || !s.pass("map") {
		return no()
	}
	if s.pass("@") {
		name, err := s.argument()
		if err != nil {
			return no()
		}
		st.right = expr{kind: reference, text: name}
	} else {
		elements, mappings, changes, err := s.braces()
		if err != nil || changes || len(elements) > 0 {
			return no()
		}
		st.elements = mappings
	}
	for s.next < len(s.tokens) && !s.at("comment") {
		if t := s.peek(); !t.is(",") && !natFlags[t.text] {
			return no()
		}
		s.next++
	}
	return st, true
}

// natMap is [statementReader.natMap] for the body of a statement in JSON.
func (r jsonReader) natMap(kind string, body *jsontree.Value) (statement, bool) {
	m := body.Get("addr").Get("map")
	if m == nil || len(body.Others("addr", "family", "flags")) > 0 || len(m.Others("key", "data")) > 0 {
		return statement{}, false
	}
	for _, f := range flagWords(body.Get("flags")) {
		if !natFlags[f] {
			return statement{}, false
		}
	}
	st := statement{kind: opaque, nat: jsonNAT(kind, body), mapped: true, left: r.expr(m.Get("key"))}
	data := m.Get("data")
	if name, ok := strings.CutPrefix(data.TextOr(""), "@"); ok {
		st.right = expr{kind: reference, text: name}
		return st, true
	}
	set := data.Get("set")
	if set == nil {
		return statement{}, false
	}
	for i := range set.Items {
		one, changes, ok := r.mapping(&set.Items[i])
		if !ok || changes {
			return statement{}, false
		}
		st.elements = append(st.elements, one)
	}
	return st, true
}

// mappingsOf returns the elements of the map of a statement; false where they are not all
// known.
func mappingsOf(sets map[string]*set, st *statement) ([]mapping, bool) {
	if st.right.kind != reference {
		return st.elements, true
	}
	s := sets[st.right.text]
	if s == nil || !s.isMap || s.changes {
		return nil, false
	}
	return s.mappings, true
}

// natClauses returns what a translation by a map does with the packets that the map has; a
// rule ends for others, which go on to the next. It reports false for a statement that is
// none, or whose map is not understood.
func (l *lowerer) natClauses(st *statement, within []netfilter.Packets, change *netfilter.Change) (clauses []netfilter.Clause, ok bool) {
	if !st.mapped || change != nil {
		return nil, false
	}
	elements, ok := mappingsOf(l.sets, st)
	if !ok {
		return nil, false
	}
	fields, ok := l.fieldsOf(st.left)
	if !ok {
		return nil, false
	}
	for _, m := range elements {
		nat, ok := m.nat(st)
		if !ok {
			return nil, false
		}
		packets, ok := l.elementsOf(fields, st.left, []expr{m.key}, st.text)
		if !ok {
			return nil, false
		}
		v := netfilter.Verdict{Kind: netfilter.Undecided, Reason: st.why(), NAT: nat}
		if nat.Source {
			v.Kind, v.Reason = netfilter.Translate, st.text+" rewrites the source before"
		}
		clauses = append(clauses, netfilter.Clause{Packets: narrow(within, packets), Verdict: v})
	}
	return clauses, true
}

// nat is the translation that an element gives: an address or a range of them, and ports
// after a dot.
func (m mapping) nat(st *statement) (*netfilter.NAT, bool) {
	if m.data == "" || m.key.kind == everything {
		return nil, false
	}
	n := &netfilter.NAT{Source: st.nat.Source}
	host, ports, hasPorts := strings.Cut(m.data, " . ")
	if !readHosts(n, host) || hasPorts && !readGiven(n, ":"+ports) {
		return nil, false
	}
	return n, true
}

// mappedTo returns the addresses that a translation by a map may give; false where it is
// none, or they are not known.
func mappedTo(sets map[string]*set, st *statement) (to addr.Set, ok bool) {
	if !st.mapped {
		return to, false
	}
	elements, ok := mappingsOf(sets, st)
	if !ok {
		return to, false
	}
	for _, m := range elements {
		n, ok := m.nat(st)
		if !ok {
			return to, false
		}
		to = to.Union(n.To)
	}
	return to, true
}
