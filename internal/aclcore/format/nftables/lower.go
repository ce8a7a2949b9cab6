package nftables

import (
	"slices"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/netfilter"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
)

// A lowerer turns the rules of a table, as they are met at one hook, into sets of
// packets with verdicts.
type lowerer struct {
	family string
	sets   map[string]*set
	hook   string
	// nat says that the base chain is of the type nat.
	nat      bool
	tracking netfilter.Tracking
	// untracked are packets that are exempt from connection tracking.
	untracked []netfilter.Packets
	// fields are those that were looked up, nil for what cannot be decided; one and
	// value are room for lists of one.
	fields map[string]*field
	// found is what comparisons with named sets have found.
	found map[question]found
	one   [1]*field
	value [1]expr
	// symbols are the conditions that cannot be decided, marking what the ruleset does with
	// marks.
	symbols *netfilter.Symbols
	marking marking
	// given are the destinations that rules of the ruleset may give packets.
	given addr.Set
}

// field returns what a name stands for in chains of the hook, nil if it cannot be
// decided.
func (l *lowerer) field(name string) *field {
	f, known := l.fields[name]
	if known {
		return f
	}
	if made, ok := l.makeField(name); ok {
		f = &made
	}
	if l.fields == nil {
		l.fields = make(map[string]*field)
	}
	l.fields[name] = f
	return f
}

// rule returns the clauses of a rule, none if it decides nothing.
func (l *lowerer) rule(r *chainRule) []netfilter.Clause {
	sets := []netfilter.Packets{netfilter.All()}
	var clauses []netfilter.Clause
	var change *netfilter.Change // what the rule has made of the packets
	for i := range r.statements {
		st := &r.statements[i]
		switch st.kind {
		case harmless:
		case marks, untrack:
			change = change.Then(l.changeOf(st))
		case doubtful, detains:
			if st.kind == detains && (l.hook == "prerouting" || l.hook == "ingress") {
				return append(clauses, undecided(sets, st.why()+": the router may not forward it then"))
			}
			change = change.Then(l.changeOf(st))
			for j := range sets {
				sets[j] = sets[j].Because(st.why())
			}
		case comparison:
			if change != nil { // the packets are others for what follows
				if slices.ContainsFunc(sets, change.About) || isMark(st.left) {
					return append(clauses, l.unsure(sets, change, st.why())...)
				}
				clauses, change = append(clauses, netfilter.Clause{
					Packets: slices.Clone(sets), Verdict: netfilter.Verdict{Kind: netfilter.Set, Change: change},
				}), nil
			}
			if p, ok := l.single(st); ok {
				sets = intersect(sets, p)
			} else {
				sets = narrow(sets, l.comparison(st))
			}
		case verdictMap:
			if change != nil {
				return append(clauses, l.unsure(sets, change, st.text)...)
			}
			more, ok := l.verdicts(st, sets)
			if clauses = append(clauses, more...); !ok {
				return append(clauses, undecided(sets, st.text+" cannot be decided"+l.unusable(st.right)))
			}
			if slices.ContainsFunc(r.statements[i+1:], func(s statement) bool { return s.kind != harmless }) {
				return append(clauses, undecided(sets, "what follows the verdict map is not read"))
			}
			return clauses
		case final:
			if st.verdict.Kind == 0 {
				return l.only(clauses, sets, change)
			}
			return append(clauses, finalClause(st, sets, change))
		default:
			if more, ok := l.natClauses(st, sets, change); ok {
				clauses = append(clauses, more...)
				continue
			}
			if st.to.IsValid() {
				clauses = append(clauses, netfilter.Clause{Packets: st.unchanged(sets), Verdict: netfilter.Verdict{Kind: netfilter.Accept}})
			}
			more := l.unsure(sets, change, st.why())
			more[len(more)-1].Verdict.NAT = st.nat
			return append(clauses, more...)
		}
	}
	return l.only(clauses, sets, change)
}

// finalClause is what the verdict that ends a rule does with the packets.
func finalClause(st *statement, sets []netfilter.Packets, change *netfilter.Change) netfilter.Clause {
	if st.with != anyPacket {
		sets = intersect(sets, st.with.packets())
	}
	v := st.verdict
	if v.Kind == netfilter.Translate {
		v.Reason = st.text + " rewrites the source before"
	}
	v.Change = change
	return netfilter.Clause{Packets: sets, Verdict: v}
}

// only adds what the rule changes of the packets if it does no more.
func (l *lowerer) only(clauses []netfilter.Clause, sets []netfilter.Packets, change *netfilter.Change) []netfilter.Clause {
	if change == nil {
		return clauses
	}
	return append(clauses, netfilter.Clause{Packets: sets, Verdict: netfilter.Verdict{Kind: netfilter.Set, Change: change}})
}

// unsure returns clauses for packets of which the rule decides something that is not
// known, and may have changed them before.
func (l *lowerer) unsure(sets []netfilter.Packets, change *netfilter.Change, reason string) []netfilter.Clause {
	var out []netfilter.Clause
	if change != nil {
		out = l.only(out, sets, change.Perhaps())
	}
	for i := range sets { // whatever the change has made of them
		if change != nil && change.About(sets[i]) {
			sets = []netfilter.Packets{netfilter.All()}
			break
		}
	}
	return append(out, undecided(sets, reason))
}

// changeOf returns what a statement changes of a packet, as far as a rule looks at it.
func (l *lowerer) changeOf(st *statement) *netfilter.Change {
	switch {
	case st.kind == untrack && l.tracking == netfilter.BeforeTracking:
		return netfilter.Untrack()
	case st.kind == untrack && l.tracking == netfilter.MaybeTracked:
		return netfilter.Untrack().Perhaps()
	case st.kind != untrack && l.marking.tested && st.change != nil && l.nat:
		return st.change.Perhaps() // later packets of a connection do not come here
	case st.kind != untrack && l.marking.tested:
		return st.change
	}
	return nil // what is tracked already stays so
}

// unchanged returns the packets that have the destination already which dnat gives them.
func (s *statement) unchanged(sets []netfilter.Packets) []netfilter.Packets {
	p := netfilter.All().To(addr.SetOf(addr.RangeOf(s.to, s.to)))
	if s.port != 0 {
		var ranges []service.Range
		for _, protocol := range withPorts {
			ranges = append(ranges, service.Ports(protocol, s.port, s.port))
		}
		p = p.Intersect(netfilter.For(service.SetOf(ranges...)))
	}
	same, _ := netfilter.Both(sets, []netfilter.Packets{p})
	return same
}

func undecided(sets []netfilter.Packets, reason string) netfilter.Clause {
	return netfilter.Clause{Packets: sets, Verdict: netfilter.Verdict{Kind: netfilter.Undecided, Reason: reason}}
}

// narrow returns the packets in both; where these are too many sets, those in a are
// in doubt.
func narrow(a, b []netfilter.Packets) []netfilter.Packets {
	if len(a) == 1 && len(b) == 1 {
		return nonEmpty(a[0].Intersect(b[0]))
	}
	out, ok := netfilter.Both(a, b)
	if ok {
		return out
	}
	for _, p := range a {
		out = append(out, p.Because("its conditions are too many"))
	}
	return out
}

// intersect keeps of each set what is in p, and changes sets to that.
func intersect(sets []netfilter.Packets, p netfilter.Packets) []netfilter.Packets {
	kept := sets[:0]
	for i := range sets {
		if both := sets[i].Intersect(p); !both.IsEmpty() {
			kept = append(kept, both)
		}
	}
	return kept
}

// verdicts returns a clause for each element of a verdict map. An element for
// everything comes after the others, without what they hold: a chain that comes
// back must not be entered twice.
func (l *lowerer) verdicts(st *statement, within []netfilter.Packets) (clauses []netfilter.Clause, ok bool) {
	elements := st.elements
	if st.right.kind == reference {
		s := l.sets[st.right.text]
		if s == nil || !s.isMap || s.changes {
			return nil, false
		}
		elements = s.mappings
	}
	fields, ok := l.fieldsOf(st.left)
	if !ok || slices.ContainsFunc(elements, func(m mapping) bool { return m.data != "" }) {
		return nil, false
	}
	var rest *mapping
	var others []netfilter.Packets
	for i := range elements {
		m := &elements[i]
		if m.key.kind == everything {
			rest = m
			continue
		}
		sets, ok := l.elementsOf(fields, st.left, []expr{m.key}, st.text)
		if !ok {
			return nil, false
		}
		others = append(others, sets...)
		if m.verdict.Kind != 0 {
			clauses = append(clauses, netfilter.Clause{Packets: narrow(within, sets), Verdict: m.verdict})
		}
	}
	if rest == nil || rest.verdict.Kind == 0 {
		return clauses, true
	}
	left, ok := netfilter.Except(hasAll(fields), others)
	if !ok || slices.ContainsFunc(fields, (*field).isNowhere) {
		return nil, false
	}
	return append(clauses, netfilter.Clause{Packets: narrow(within, left), Verdict: rest.verdict}), true
}

// fieldsOf returns the field, or the fields side by side, of an expression, until it
// is called again.
func (l *lowerer) fieldsOf(e expr) ([]*field, bool) {
	if e.kind != concat {
		l.one[0] = l.field(e.text)
		return l.one[:], l.one[0] != nil && e.kind == fieldExpr
	}
	out := make([]*field, 0, len(e.args))
	for _, p := range e.args {
		f := l.field(p.text)
		if p.kind != fieldExpr || f == nil {
			return nil, false
		}
		out = append(out, f)
	}
	return out, true
}

// hasAll returns the packets that have all the fields, or may be taken to.
func hasAll(fields []*field) netfilter.Packets {
	all := netfilter.All()
	for _, f := range fields {
		if !f.isNowhere() {
			all = all.Intersect(f.has)
		}
	}
	return all
}

// isNowhere reports whether the field is an interface that no packet of the hook has.
// It has an empty name there, which is none of those in a rule, but kernels before 5.3
// leave the rule.
func (f *field) isNowhere() bool { return f.side != nil && f.has.IsEmpty() }

// elementsOf returns the packets whose field, or fields side by side, have one of
// the values.
func (l *lowerer) elementsOf(fields []*field, left expr, values []expr, text string) ([]netfilter.Packets, bool) {
	if left.kind == concat {
		return l.amongTuples(fields, values, text)
	}
	return l.among(fields[0], values, text)
}

// single returns the packets that a comparison holds for if it is the most frequent
// kind, of one field with what is one set of packets.
func (l *lowerer) single(st *statement) (netfilter.Packets, bool) {
	if st.left.kind != fieldExpr || st.operator != "==" {
		return netfilter.Packets{}, false
	}
	f := l.field(st.left.text)
	if f == nil || !f.odd.IsEmpty() || f.address == nil && f.holds == nil {
		return netfilter.Packets{}, false
	}
	values, ok := l.values(st.right)
	if !ok {
		return netfilter.Packets{}, false
	}
	if st.right.kind != reference {
		return f.box(values)
	}
	sets, ok := l.once(st, func() ([]netfilter.Packets, bool) {
		p, ok := f.box(values)
		return nonEmpty(p), ok
	})
	if len(sets) == 0 {
		return netfilter.Packets{}, ok
	}
	return sets[0], ok
}

// comparison returns the packets that a comparison holds for. Where it cannot be
// decided that is in doubt for all packets that have the fields.
func (l *lowerer) comparison(st *statement) []netfilter.Packets {
	if sets, ok := l.special(st); ok {
		return sets
	}
	if st.left.kind == masked {
		if sets, ok := l.masked(st); ok {
			return sets
		}
		return []netfilter.Packets{netfilter.Doubtful(st.text)}
	}
	fields, ok := l.fieldsOf(st.left)
	if !ok {
		return []netfilter.Packets{netfilter.Doubtful(st.text)}
	}
	sets, ok := l.once(st, func() ([]netfilter.Packets, bool) { return l.compare(st, fields) })
	if ok {
		return sets
	}
	reason := st.text + l.unusable(st.right)
	out := nonEmpty(hasAll(fields).Because(reason))
	for _, f := range fields {
		out = append(out, nonEmpty(f.odd.Because(reason))...)
	}
	return out
}

// unusable says why the elements of a named set are not known.
func (l *lowerer) unusable(e expr) string {
	if e.kind != reference {
		return ""
	}
	switch s := l.sets[e.text]; {
	case s == nil:
		return ", a set that is not in the file"
	case s.doubt != "":
		return s.doubt
	case s.changes:
		return ", a set that changes while the firewall runs"
	}
	return ""
}

func (l *lowerer) compare(st *statement, fields []*field) ([]netfilter.Packets, bool) {
	f := fields[0]
	values, ok := l.values(st.right)
	if !ok {
		return nil, false
	}
	switch st.operator {
	case "in", "!":
		return l.anyOf(f, st)
	case "==":
		if f.state && st.right.kind == flags {
			return nil, false
		}
		return l.elementsOf(fields, st.left, values, st.text)
	case "!=":
		return l.notAmong(fields, st, values)
	case "<", ">", "<=", ">=":
		if len(fields) > 1 || len(values) != 1 {
			return nil, false
		}
		return f.ordered(st.operator, values[0], st.text)
	}
	return nil, false
}

// anyOf returns the packets that have one of the bits, or for the operator ! none.
func (l *lowerer) anyOf(f *field, st *statement) ([]netfilter.Packets, bool) {
	values, not := []expr{st.right}, st.operator == "!"
	if st.right.kind == flags {
		values = st.right.args
	}
	switch {
	case f.state:
		states, ok := parseStates(values)
		if not {
			states = allStates &^ states
		}
		return l.connection(states, st.text), ok
	case f.bits:
		bits, ok := parseBits(expr{kind: flags, args: values})
		return netfilter.Flags(func(b uint8) bool { return (b&bits != 0) != not }, st.text), ok
	}
	return nil, false
}

func (l *lowerer) notAmong(fields []*field, st *statement, values []expr) ([]netfilter.Packets, bool) {
	f := fields[0]
	if len(fields) == 1 {
		switch {
		case f.side != nil:
			return l.offInterfaces(f, values)
		case f.state:
			states, ok := parseStates(values)
			return l.connection(allStates&^states, st.text), ok && st.right.kind != flags
		case f.bits:
			var not []uint8
			for _, v := range values {
				b, ok := parseBits(v)
				if !ok {
					return nil, false
				}
				not = append(not, b)
			}
			return netfilter.Flags(func(b uint8) bool { return !slices.Contains(not, b) }, st.text), true
		case f.direction:
			return nil, false
		}
		sets, ok := l.amongSure(f, values, st.text)
		if !ok {
			return nil, false
		}
		out, ok := netfilter.Except(f.has, sets)
		return f.andOdd(out, st.text), ok
	}
	sets, ok := l.amongTuples(fields, values, st.text)
	if !ok || slices.ContainsFunc(fields, func(f *field) bool { return !f.odd.IsEmpty() || f.isNowhere() }) {
		return nil, false
	}
	return netfilter.Except(hasAll(fields), sets)
}

// values returns what stands on the right: the elements of a set, or one value, until
// it is called again.
func (l *lowerer) values(e expr) ([]expr, bool) {
	switch e.kind {
	case reference:
		s := l.sets[e.text]
		if s == nil || s.isMap || s.changes {
			return nil, false
		}
		return s.elements, true
	case setExpr:
		return e.args, true
	}
	l.value[0] = e
	return l.value[:], true
}

// ordered returns the packets whose field is less or greater than a value.
func (f *field) ordered(operator string, v expr, text string) ([]netfilter.Packets, bool) {
	switch {
	case f.address != nil:
		s, ok := parseAddresses(v, f.all)
		if !ok || v.kind != literal || len(s.Ranges()) != 1 || !s.Ranges()[0].IsSingle() {
			return nil, false
		}
		a, all := s.Ranges()[0].From, f.all.Ranges()[0]
		above, below := addr.SetOf(addr.RangeOf(a, all.To)), addr.SetOf(addr.RangeOf(all.From, a))
		return nonEmpty(f.address(map[string]addr.Set{
			">=": above, "<=": below, ">": f.all.Subtract(below), "<": f.all.Subtract(above),
		}[operator])), true
	case f.holds != nil:
		n, ok := f.reads(v.text)
		if v.kind != literal || !ok || n > f.max {
			return nil, false
		}
		from, to := 0, f.max
		switch operator {
		case ">":
			from = n + 1
		case ">=":
			from = n
		case "<":
			to = n - 1
		case "<=":
			to = n
		}
		if from > to {
			return nil, true
		}
		return f.andOdd(nonEmpty(f.holds(from, to)), text), true
	}
	return nil, false
}
