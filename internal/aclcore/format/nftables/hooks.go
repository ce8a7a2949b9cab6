package nftables

import (
	"errors"
	"slices"
	"sort"
	"strconv"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/netfilter"
)

// paths are the hooks that a packet crosses, for each hook that has a list.
var paths = map[string][]string{
	"input":   {"ingress", "prerouting", "input"},
	"forward": {"ingress", "prerouting", "forward", "postrouting", "egress"},
	"output":  {"output", "postrouting", "egress"},
}

// answer returns the hook by which replies to the packets of a hook pass.
func answer(hook string) string {
	switch hook {
	case "input":
		return "output"
	case "output":
		return "input"
	}
	return hook
}

// spare are the hooks that have a list of their own if no other has one.
var spare = []string{"prerouting", "postrouting", "ingress", "egress"}

// trackingPriority is that of connection tracking in prerouting and output
// (NF_IP_PRI_CONNTRACK).
const trackingPriority = -200

// baseChain is a chain with the table it is in.
type baseChain struct {
	*chain
	table *table
}

func (b baseChain) String() string { return b.table.String() + " " + b.name }

// documentBuilder makes the lists of a ruleset.
type documentBuilder struct {
	*ruleset
	untracked []netfilter.Packets
	symbols   netfilter.Symbols
	marking   marking
	// stages are the base chains that are read already.
	stages map[stageKey]netfilter.Stage
	doc    *device.Document
}

func (rs *ruleset) document() *device.Document {
	b := &documentBuilder{ruleset: rs, doc: &device.Document{Format: "nftables"}, stages: make(map[stageKey]netfilter.Stage)}
	rs.doubtTerse()
	b.marking = rs.marks()
	b.untracked = b.exempt()
	for _, h := range []string{"input", "forward", "output"} {
		b.list(h, b.chains(paths[h], inet), b.chains(paths[answer(h)], inet))
	}
	for _, h := range spare {
		if len(b.doc.Lists) == 0 {
			chains := b.chains([]string{h}, inet)
			b.list(h, chains, chains)
		}
	}
	for _, h := range []string{"prerouting", "input", "forward", "output", "postrouting"} {
		b.list(h, b.chains([]string{h}, bridge), b.chains([]string{answer(h)}, bridge))
	}
	b.noteTables()
	b.translations()
	b.doc.Notes = rs.notes
	return b.doc
}

func inet(family string) bool   { return family != "bridge" && family != "arp" }
func bridge(family string) bool { return family == "bridge" }

// chains returns the base chains of the hooks in the order that packets cross them.
func (rs *ruleset) chains(hooks []string, of func(family string) bool) []baseChain {
	var out []baseChain
	for _, hook := range hooks {
		from := len(out)
		for _, t := range rs.tables {
			if t.dormant || !of(t.family) {
				continue
			}
			for _, c := range t.chains {
				if c.hook == hook {
					out = append(out, baseChain{c, t})
				}
			}
		}
		here := out[from:]
		sort.SliceStable(here, func(i, j int) bool { return here[i].priority < here[j].priority })
	}
	return out
}

// list adds the list of a hook, if a chain there filters. back are the chains that
// replies cross; those of the type nat are not asked about them.
func (b *documentBuilder) list(hook string, chains, back []baseChain) {
	var own []baseChain
	for _, c := range chains {
		if c.hook == hook && c.kind != "nat" {
			own = append(own, c)
		}
	}
	if len(own) == 0 {
		return
	}
	whole := netfilter.Pass()
	for _, c := range slices.Backward(chains) {
		s := b.flatten(c, hook)
		if c.hook != hook || c.kind == "nat" {
			s = s.Aside()
		}
		whole = s.Then(whole)
	}
	of := inet
	if bridge(own[0].table.family) {
		of = bridge
	}
	doubts := b.doubts(of)
	whole = doubts.Then(whole)
	l := device.List{Name: own[0].String(), Aliases: []string{hook}}
	family := commonFamily(own)
	if len(own) > 1 {
		l.Name = family + " " + hook + " hook"
		l.Aliases = append(l.Aliases, hook+" hook")
		for _, c := range own {
			l.Aliases = append(l.Aliases, c.String())
		}
	}
	if bridge(own[0].table.family) {
		l.Aliases = slices.DeleteFunc(l.Aliases, func(a string) bool { return a == hook || a == hook+" hook" })
	}
	l.Rules, l.Default = whole.List(missing(family), b.origin(hook))
	l.Stateless, l.Tracked, l.Host = true, true, answer(hook) != hook
	if answer(hook) != hook || len(chains) > 1 || !doubts.IsTrivial() {
		b.replies(&l, hook, back, doubts)
	}
	b.doc.Lists = append(b.doc.Lists, l)
	if !bridge(own[0].table.family) {
		netfilter.Bind(b.doc, hook, l.Name)
	}
}

// replies gives the list the rules that replies meet. A family that no chain on their way
// filters passes.
func (b *documentBuilder) replies(l *device.List, hook string, chains []baseChain, doubts netfilter.Stage) {
	if answer(hook) != hook {
		l.ReturnList = answer(hook)
	}
	whole := netfilter.Pass()
	for _, c := range slices.Backward(chains) {
		if c.kind != "nat" {
			whole = b.flatten(c, answer(hook)).Replies().Then(whole)
		}
		if answer(hook) != hook && c.hook == answer(hook) {
			l.ReturnList = c.String()
		}
	}
	l.Return, l.ReturnDefault = doubts.Then(whole).Open().List(netfilter.Missing{}, b.origin(answer(hook)))
}

// commonFamily is the family of all the chains, inet if they have several.
func commonFamily(chains []baseChain) string {
	for _, c := range chains[1:] {
		if c.table.family != chains[0].table.family {
			return "inet"
		}
	}
	return chains[0].table.family
}

func missing(family string) netfilter.Missing {
	if family == "ip6" {
		return netfilter.Missing{Text: "(IPv4)", Reason: "no table of the family ip or inet on this hook is in the file"}
	}
	return netfilter.Missing{Text: "(IPv6)", Reason: "no table of the family ip6 or inet on this hook is in the file"}
}

// A stageKey is a base chain on the way to the host itself, or another.
type stageKey struct {
	chain   *chain
	reached bool
}

// origin says where packets of a list of the hook come from.
func (b *documentBuilder) origin(hook string) netfilter.Origin {
	return netfilter.Origin{Sent: hook == "output" || hook == "postrouting" || hook == "egress", Symbols: &b.symbols}
}

// flatten reads the chain and all it calls, as they are met at its hook on the way of the
// list of the hook that is named; once, since more than one list and their replies cross
// it.
func (b *documentBuilder) flatten(base baseChain, hook string) netfilter.Stage {
	key := stageKey{base.chain, hook == "input"}
	if s, ok := b.stages[key]; ok {
		return s
	}
	top, chains := b.lowered(base)
	top.Reached = hook == "input"
	stage, err := netfilter.Flatten(top, chains)
	var loop *netfilter.LoopError
	if errors.As(err, &loop) {
		b.Add(loop.Line, "%v", loop)
	}
	b.stages[key] = stage
	return stage
}

// lowered reads the chain and those of its table that it may call.
func (b *documentBuilder) lowered(base baseChain) (top *netfilter.Chain, chains map[string]*netfilter.Chain) {
	t := base.table
	l := &lowerer{
		family: t.family, sets: t.sets, hook: base.hook, nat: base.kind == "nat", untracked: b.untracked, tracking: trackingAt(base.chain),
		symbols: &b.symbols, marking: b.marking, given: b.given(),
	}
	chains = make(map[string]*netfilter.Chain, len(t.chains))
	for _, c := range t.chains {
		if c.hook == "" || c == base.chain {
			chains[c.name] = b.chain(l, baseChain{c, t}, base)
		}
	}
	return chains[base.name], chains
}

// trackingAt tells what the chain sees of connection tracking.
func trackingAt(c *chain) netfilter.Tracking {
	switch {
	case c.hook == "ingress", (c.hook == "prerouting" || c.hook == "output") && c.priority < trackingPriority:
		return netfilter.BeforeTracking
	case (c.hook == "prerouting" || c.hook == "output") && c.priority == trackingPriority:
		return netfilter.MaybeTracked
	}
	return netfilter.Tracked
}

// chain reads one chain; base is the base chain that leads to it.
func (b *documentBuilder) chain(l *lowerer, c, base baseChain) *netfilter.Chain {
	out := &netfilter.Chain{Name: c.name, Families: familiesOf(c.table.family), Policy: netfilter.Accept}
	if c.policy == "drop" {
		out.Policy = netfilter.Drop
	}
	isBase := c.chain == base.chain
	if isBase && len(c.devices) > 0 {
		devices := netfilter.Only(c.devices...)
		if c.hook == "ingress" {
			out.In = devices
		} else {
			out.Out = devices
		}
	}
	if isBase && c.kind == "nat" {
		// Only what opens a connection that is tracked comes here, and not what an
		// earlier chain of the hook has translated.
		out.Within = l.connection(netfilter.New, c.name)
	}
	var place, blind string
	switch {
	case isBase && c.kind == "nat": // a chain that translates addresses is no place for filters
		place = elsewhere
	case isBase:
		place, blind = c.String(), blindness[c.hook]
	}
	if isBase && len(c.devices) == 0 && (c.hook == "ingress" || c.hook == "egress") {
		out.Doubt, out.Policy = "which devices the chain is for is not said, which nft -j leaves out; list the ruleset without -j", netfilter.Accept
		out.DoubtRule = netfilter.Rule{Line: c.line, Text: "chain " + c.name}
		b.note(c.line, "chain "+c.name, "%s", out.Doubt)
	}
	out.PolicyRule = netfilter.Rule{Line: c.policyAt, Text: c.text, Place: place + blind}
	out.Rules = make([]netfilter.Rule, 0, len(c.rules))
	for i := range c.rules {
		r := &c.rules[i]
		clauses := l.rule(r)
		if len(clauses) == 0 {
			continue
		}
		nr := netfilter.Rule{Line: r.line, Text: r.text, Name: r.comment, Clauses: clauses}
		if nr.Place = place; place != "" && place != elsewhere {
			nr.Place = place + " index " + strconv.Itoa(i) + blind
		}
		out.Rules = append(out.Rules, nr)
	}
	return out
}

// elsewhere is the place of rules where nothing is added.
const elsewhere = "(nat)"

// What ends the place of rules where packets have no interface on one side.
const (
	withoutIn  = " without iif"
	withoutOut = " without oif"
)

// blindness tells for a hook what ends its places.
var blindness = map[string]string{"prerouting": withoutOut, "ingress": withoutOut, "input": withoutOut, "output": withoutIn}

func familiesOf(family string) netfilter.Families {
	switch family {
	case "ip":
		return netfilter.V4
	case "ip6":
		return netfilter.V6
	}
	return netfilter.V4V6
}

// exempt returns the packets that rules exempt from connection tracking.
func (b *documentBuilder) exempt() []netfilter.Packets {
	var out []netfilter.Packets
	for _, t := range b.tables {
		for _, c := range t.chains {
			for i := range c.rules {
				r := &c.rules[i]
				if !slices.ContainsFunc(r.statements, func(s statement) bool { return s.kind == untrack }) {
					continue
				}
				l := &lowerer{family: t.family, sets: t.sets, tracking: netfilter.Tracked, symbols: &b.symbols}
				asVerdict := chainRule{statements: slices.Clone(r.statements)}
				for j, s := range asVerdict.statements {
					if s.kind == untrack {
						asVerdict.statements = append(asVerdict.statements[:j:j], verdictOf(netfilter.Accept))
						break
					}
				}
				for _, cl := range l.rule(&asVerdict) {
					out = append(out, cl.Packets...)
				}
			}
		}
	}
	const few = 64
	if len(out) > few {
		return []netfilter.Packets{netfilter.All()}
	}
	return out
}

// noteTables tells of what is read and is in no list.
func (b *documentBuilder) noteTables() {
	for _, t := range b.tables {
		if t.dormant {
			b.note(t.line, "table "+t.String(), "the table is dormant: it filters nothing")
			continue
		}
		called := t.called()
		for _, c := range t.chains {
			if c.hook == "" && len(c.rules) > 0 && !called[c.name] {
				b.note(c.line, "chain "+c.name, "no base chain leads to it: its rules filter nothing")
			}
		}
	}
}

// called returns the chains of the table that packets come to.
func (t *table) called() map[string]bool {
	called := make(map[string]bool)
	var visit func(c *chain)
	visit = func(c *chain) {
		if c == nil || called[c.name] {
			return
		}
		called[c.name] = true
		for i := range c.rules {
			for j := range c.rules[i].statements {
				s := &c.rules[i].statements[j]
				if s.verdict.Chain != "" {
					visit(t.chain(s.verdict.Chain))
				}
				if s.kind != verdictMap {
					continue
				}
				elements := s.elements
				if m := t.sets[s.right.text]; m != nil {
					elements = m.mappings
				}
				for _, m := range elements {
					visit(t.chain(m.verdict.Chain))
				}
			}
		}
	}
	for _, c := range t.chains {
		if c.hook != "" {
			visit(c)
		}
	}
	return called
}
