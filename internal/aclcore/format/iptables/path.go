package iptables

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/netfilter"
)

// paths are the chains that a packet crosses, table by table, for each chain of
// the filter table (iptables(8), TABLES). Chains that only rewrite the source come
// after every filter and are left out.
var paths = map[string][]struct{ table, chain string }{
	"INPUT": {
		{"raw", "PREROUTING"}, {"mangle", "PREROUTING"}, {"nat", "PREROUTING"},
		{"mangle", "INPUT"}, {"filter", "INPUT"}, {"security", "INPUT"},
	},
	"FORWARD": {
		{"raw", "PREROUTING"}, {"mangle", "PREROUTING"}, {"nat", "PREROUTING"},
		{"mangle", "FORWARD"}, {"filter", "FORWARD"}, {"security", "FORWARD"}, {"mangle", "POSTROUTING"},
	},
	"OUTPUT": {
		{"raw", "OUTPUT"}, {"mangle", "OUTPUT"}, {"nat", "OUTPUT"},
		{"filter", "OUTPUT"}, {"security", "OUTPUT"}, {"mangle", "POSTROUTING"},
	},
}

// answers is the chain by which replies to the packets of a chain pass.
var answers = map[string]string{"INPUT": "OUTPUT", "FORWARD": "FORWARD", "OUTPUT": "INPUT"}

// document makes the lists of what was read.
func (r *reader) document() *device.Document {
	doc := &device.Document{Format: "iptables"}
	var stages []map[string]way
	var names []string
	read := netfilter.Families(0)
	r.joinHeadless()
	for _, s := range r.saves {
		if len(s.tables) == 0 {
			continue
		}
		r.strangers(s)
		chains := r.readTables(s)
		f := r.family(s, r.fallback())
		if read&f != 0 {
			r.Add(s.tables[0].line, "rules of one family twice; keep one iptables-save and one ip6tables-save in a file")
		}
		read |= f
		stages = append(stages, r.flatten(s, f, chains))
		doc.Translations = append(doc.Translations, r.translations(s, f, chains)...)
		for _, name := range r.listNames(s, chains) {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	if r.Err() != nil {
		return doc
	}
	for _, name := range names {
		doc.Lists = append(doc.Lists, r.newList(name, stages, missing(read)))
		netfilter.Bind(doc, strings.ToLower(name), name)
	}
	doc.Notes = r.notes
	return doc
}

// listNames returns the chains that are lists: those of the filter table, or all where
// there is none and other tables filter.
func (r *reader) listNames(s *save, chains map[*table]map[string]*netfilter.Chain) (names []string) {
	t := s.table("filter")
	if t == nil {
		for _, other := range s.tables {
			if other.name != "nat" && !other.isBare() {
				return builtins["filter"]
			}
		}
		return nil
	}
	r.noteUnused(t, chains[t])
	for _, c := range t.order {
		if paths[c.name] != nil {
			names = append(names, c.name)
		}
	}
	return names
}

// newList makes the list of a chain. Replies meet it as well, with the interfaces turned
// round, or another.
func (r *reader) newList(name string, stages []map[string]way, missing netfilter.Missing) device.List {
	out, back := netfilter.Pass(), netfilter.Pass()
	shared := answers[name] == name
	for _, s := range slices.Backward(stages) {
		out, back = s[name].out.Then(out), s[answers[name]].back.Then(back)
		shared = shared && s[name].single
	}
	l := device.List{Name: name, Aliases: []string{strings.ToLower(name)}, Stateless: true, Tracked: true}
	l.Rules, l.Default = out.List(missing, r.origin(name))
	if !shared {
		l.Return, l.ReturnDefault = back.Open().List(missing, r.origin(answers[name]))
	}
	if answers[name] != name {
		l.Host = true
		l.ReturnList = answers[name]
	}
	return l
}

// origin says where packets of a list come from.
func (r *reader) origin(name string) netfilter.Origin {
	return netfilter.Origin{Sent: name == "OUTPUT", Symbols: &r.symbols}
}

// missing says why traffic of the other family cannot be judged.
func missing(read netfilter.Families) netfilter.Missing {
	if read == netfilter.V6 {
		return netfilter.Missing{Text: "(IPv4)", Reason: "these are the rules of ip6tables; those for IPv4 are not in the file"}
	}
	return netfilter.Missing{Text: "(IPv6)", Reason: "these are the rules of iptables for IPv4; those of ip6tables are not in the file"}
}

// fallback is the family of rules that tell none: what the file's name says, or
// the one that is not read yet.
func (r *reader) fallback() netfilter.Families { return familyOfName(r.source) }

// readTables reads the rules of every chain. The raw table comes first, since it
// decides what connection tracking sees.
func (r *reader) readTables(s *save) map[*table]map[string]*netfilter.Chain {
	out := make(map[*table]map[string]*netfilter.Chain, len(s.tables))
	order := slices.Clone(s.tables)
	slices.SortStableFunc(order, func(a, b *table) int { return rank(a) - rank(b) })
	for _, t := range order {
		if !isTable(t.name) {
			r.notes = append(r.notes, device.Note{Line: t.line, Text: "*" + t.name, Reason: "the table is not known; its rules are not read"})
			continue
		}
		rr := &ruleReader{reader: r, table: t}
		if t.name == "raw" {
			rr.tracking = netfilter.BeforeTracking
		}
		chains := make(map[string]*netfilter.Chain, len(t.order))
		for _, c := range t.order {
			chains[c.name] = rr.chain(c)
		}
		out[t] = chains
	}
	return out
}

func rank(t *table) int {
	if t.name == "raw" {
		return 0
	}
	return 1
}

// chain reads the rules of a chain.
func (r *ruleReader) chain(c *chain) *netfilter.Chain {
	out := &netfilter.Chain{
		Name: c.name, Policy: netfilter.Accept, Rules: make([]netfilter.Rule, 0, len(c.rules)),
		Doubt: c.doubt, DoubtRule: netfilter.Rule{Line: c.doubtful.line, Text: c.doubtful.text},
	}
	if c.policy == "DROP" {
		out.Policy = netfilter.Drop
	}
	out.PolicyRule = netfilter.Rule{Line: c.policyLine, Text: c.policyText, Place: r.place(c, "")}
	if c.policyText == "" {
		out.PolicyRule.Text = "policy of " + c.name
	}
	number := 1
	r.of = c.name
	for _, l := range c.rules {
		clauses, ok := r.read(l)
		if ok && len(clauses) > 0 {
			out.Rules = append(out.Rules, netfilter.Rule{
				Line: l.line, Text: l.text, Name: r.rule.name, Place: r.place(c, strconv.Itoa(number)), Clauses: clauses,
			})
			r.noteTranslation(l, clauses[0].Verdict)
		}
		number += r.rule.copies
	}
	if c.policy == "" && builtin[c.name] && r.table.name == "filter" {
		reason := "the file does not tell the policy of " + c.name
		all := []netfilter.Packets{netfilter.All()}
		out.Rules = append(out.Rules, netfilter.Rule{
			Text: "policy of " + c.name, Place: r.place(c, ""),
			Clauses: []netfilter.Clause{{Packets: all, Verdict: netfilter.Verdict{Kind: netfilter.Undecided, Reason: reason}}},
		})
		out.Policy = netfilter.Drop
	}
	return out
}

// elsewhere begins the place of rules in other tables, where nothing is added.
const elsewhere = "(table "

// place is where the commands of iptables insert before the rule of that number.
// A rule can be added to the filter table only.
func (r *ruleReader) place(c *chain, number string) string {
	if r.table.name != "filter" {
		return elsewhere + r.table.name + ")"
	}
	if !builtin[c.name] {
		return ""
	}
	return strings.TrimRight(c.name+" "+number, " ")
}

// noteTranslation notes rules after which the filter table sees another
// destination.
func (r *ruleReader) noteTranslation(l ruleLine, v netfilter.Verdict) {
	if r.table.name == "nat" && translates(v) {
		r.notes = append(r.notes, device.Note{Line: l.line, Text: l.text, Reason: v.Reason + "; what becomes of it is indeterminate"})
	}
}

// noteUnused notes chains of the filter table that no packet comes to.
func (r *reader) noteUnused(t *table, chains map[string]*netfilter.Chain) {
	used := make(map[string]bool)
	var visit func(name string)
	visit = func(name string) {
		c := chains[name]
		if c == nil || used[name] {
			return
		}
		used[name] = true
		for i := range c.Rules {
			for _, cl := range c.Rules[i].Clauses {
				visit(cl.Verdict.Chain)
			}
		}
	}
	for name := range paths {
		visit(name)
	}
	for _, c := range t.order {
		if len(c.rules) > 0 && !used[c.name] && !builtin[c.name] {
			r.notes = append(r.notes, device.Note{
				Line: c.rules[0].line, Text: "chain " + c.name, Reason: "no built-in chain leads to it: its rules filter nothing",
			})
		}
	}
}

// A way is what packets meet on the path of a chain.
type way struct {
	// out is for packets that open a connection, back for replies: of these the nat
	// table asks nothing.
	out, back netfilter.Stage
	// single says that the chain of the filter table alone is on the path.
	single bool
}

// flatten returns for each list what packets of the family meet on their path.
func (r *reader) flatten(s *save, f netfilter.Families, chains map[*table]map[string]*netfilter.Chain) map[string]way {
	out := make(map[string]way)
	for name, path := range paths {
		w := way{out: netfilter.Pass(), back: netfilter.Pass()}
		filter := s.table("filter")
		if filter == nil { // what the other tables drop is dropped
			w.out = netfilter.Unsure(f, "the filter table is not in the file", netfilter.Rule{Text: "(filter)"})
			w.back = w.out
		}
		chainsMet := 0
		for _, step := range slices.Backward(path) {
			t := s.table(step.table)
			if t == nil {
				continue
			}
			c := chains[t][step.chain]
			if c == nil || len(c.Rules) == 0 && c.Policy == netfilter.Accept && step.table != "filter" {
				continue
			}
			// What comes in has no interface to go out by before it is routed, nor ever
			// if it is for the host; what the host sends came in by none.
			c.Reached = name == "INPUT"
			if step.table == "nat" { // only what opens a connection that is tracked comes here
				c.Within = r.connectionState(s, netfilter.New, netfilter.Tracked, "NEW")
			}
			c.Families, c.NoIn, c.NoOut = f, name == "OUTPUT", name == "INPUT" || step.chain == "PREROUTING"
			stage, err := netfilter.Flatten(c, chains[t])
			var loop *netfilter.LoopError
			if errors.As(err, &loop) {
				r.Add(loop.Line, "%v", loop)
			}
			w.out = stage.Then(w.out)
			if step.table != "nat" {
				w.back = stage.Replies().Then(w.back)
			}
			chainsMet++
		}
		doubts := r.doubtful(s, f)
		w.out, w.back = doubts.Then(w.out), doubts.Then(w.back)
		declared := filter != nil && chains[filter][name] != nil
		w.single = chainsMet == 1 && declared && doubts.IsTrivial()
		if filter != nil && !declared {
			// There is no list of the chain, and what it does with replies is not told.
			w.out = netfilter.Pass()
			w.back = netfilter.Unsure(f, "the text does not have the chain "+name+", which replies meet: export all chains, as iptables-save does", netfilter.Rule{Text: "(chain " + name + ")"})
		}
		out[name] = w
	}
	return out
}
