package netfilter

import (
	"fmt"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// Bounds of a flattened chain. Each call of a chain repeats its rules, so that
// chains that call chains multiply.
const (
	// maxEntries is how many rules a list may have beyond twice those it is made of.
	maxEntries = 100_000
	// maxSteps is how many rules may be looked at beyond a hundred times as many; those
	// with many addresses count as several.
	maxSteps = 4_000_000
	// maxLive is into how many parts the packets that are still in a chain are cut
	// by rules that return.
	maxLive = 64
)

// entry is one rule of a list: what it does with the packets that no earlier entry
// surely took.
type entry struct {
	Packets
	action rule.Action
	// final says that the packets do not go on to the next base chain even if the
	// action is Permit: what becomes of them there cannot be told.
	final bool
	// translated is why the next base chain sees other packets, or empty.
	translated string
	// nat is what translates them, nil if nothing does.
	nat    *NAT
	source *Rule
}

// Stage is a base chain with all that it calls, as one list.
type Stage struct {
	entries []entry
	// ends says what becomes of packets of each family that no entry takes.
	ends [2]ending
	// families are those whose packets the entries may take; size is the number of
	// rules it was made of.
	families Families
	size     int
	// several says that it is more than one base chain.
	several bool
}

// An ending is a policy and where it stands. The zero value is that of a family
// which the stage does not filter.
type ending struct {
	filtered bool
	action   rule.Action
	source   *Rule
}

var families = [2]Families{V4, V6}

// Flatten returns the base chain with the chains that it calls written into it.
// The error says which call makes chains call each other in a circle, and its
// line; the kernel takes no such ruleset.
func Flatten(base *Chain, chains map[string]*Chain) (Stage, error) {
	w := walker{chains: chains, base: base, calling: make(map[*Chain]bool)}
	for _, c := range chains {
		w.size += len(c.Rules)
	}
	w.steps, w.room = maxSteps+100*w.size, maxEntries+2*w.size
	w.entries = make([]entry, 0, len(base.Rules))
	all := base.Families.packets()
	all.In, all.Out = base.In, base.Out
	whole := base.In.IsEvery() && base.Out.IsEvery() && base.Within == nil
	live := []Packets{all}
	if base.Within != nil {
		live, _ = Both(live, base.Within)
	}
	w.finish(w.walk(base, slices.Clone(live), true))
	if w.stopped != nil {
		reason := fmt.Sprintf("the chains expand to too many rules; from line %d on they are not followed", w.stopped.Line)
		w.undecided(all, reason, w.stopped)
	}
	s := Stage{entries: w.entries, families: base.Families, size: w.size}
	for i, f := range families {
		if base.Families&f != 0 && whole {
			s.ends[i] = ending{true, base.policy(), &base.PolicyRule}
		}
	}
	if !whole && base.policy() == rule.Deny {
		for _, p := range live {
			s.entries = append(s.entries, entry{Packets: p, action: rule.Deny, source: &base.PolicyRule})
		}
	}
	return s, w.err
}

// finish writes down those packets that come to the end of the base chain as others than
// they came: their policy is not that of the rest.
func (w *walker) finish(live []Packets) {
	if w.stopped != nil || w.base.policy() == rule.Deny {
		return
	}
	for _, p := range live {
		if p.changed != nil {
			w.add(entry{Packets: p, action: rule.Permit, source: &w.base.PolicyRule})
		}
	}
}

// seen returns what a condition matches in the base chain. A packet without an
// interface on one side has an empty name there.
func (c *Chain) seen(p Packets) Packets {
	if c.Reached && p.Facts.mask != 0 {
		var ok bool
		if p.Facts, ok = p.Facts.reaching(); !ok {
			return Packets{}
		}
	}
	if c.NoIn {
		p.In = p.In.ofNone()
	}
	if c.NoOut {
		p.Out = p.Out.ofNone()
	}
	return p
}

func (c *Chain) policy() rule.Action {
	if c.Policy == Drop {
		return rule.Deny
	}
	return rule.Permit
}

type walker struct {
	chains  map[string]*Chain
	base    *Chain
	entries []entry
	calling map[*Chain]bool
	// place is that of the rule of the base chain which is being walked.
	place string
	size  int
	// changes are the bits that chains may change, as far as that was asked.
	changes map[*Chain]uint64
	// met has room for the hits of a rule that calls no chain.
	met []Packets
	// steps and room are what is left of the bounds; stopped is the rule where one
	// was met.
	steps, room int
	stopped     *Rule
	err         error
}

// walk writes down what the chain does with the live packets, and returns those that come
// back from it. In a base chain those that return meet the policy; in another they are
// taken out of live. Packets that a rule has taken stay live, since the rule comes first.
func (w *walker) walk(c *Chain, live []Packets, isBase bool) (back []Packets) {
	w.calling[c] = true
	defer delete(w.calling, c)
	if c.Doubt != "" {
		for _, p := range live {
			w.undecided(p, c.Doubt, &c.DoubtRule)
		}
	}
	for i := range c.Rules {
		r := &c.Rules[i]
		if isBase {
			w.place = r.Place
		}
		for j := range r.Clauses {
			cl := &r.Clauses[j]
			hits := w.hits(live, cl, r)
			if w.stopped != nil {
				return nil
			}
			if len(hits) == 0 {
				continue
			}
			came := w.apply(cl.Verdict, hits, r)
			if w.stopped != nil {
				return nil
			}
			switch {
			case cl.Verdict.Kind != Return && cl.Verdict.Kind != Goto:
				if came != nil {
					live = w.changed(live, cl, came)
				}
				continue
			case isBase:
				if came == nil {
					came = hits
				}
				for _, h := range came {
					w.add(entry{Packets: h, action: w.base.policy(), source: r})
				}
				continue
			case came != nil:
				back = append(back, came...)
			}
			for _, p := range cl.Packets {
				live = leave(live, w.base.seen(p), fmt.Sprintf("whether line %d leaves the chain %s cannot be told", r.Line, c.Name))
			}
		}
		if len(live) == 0 {
			return back
		}
	}
	if len(back) == 0 {
		return live
	}
	return append(back, live...)
}

// hits returns the live packets that a clause matches; unless it calls a chain, until
// the next call.
func (w *walker) hits(live []Packets, cl *Clause, r *Rule) []Packets {
	calls := cl.Verdict.Kind == Jump || cl.Verdict.Kind == Goto
	var hits []Packets
	if !calls {
		hits = w.met[:0]
	}
	for i := range live {
		heavy := live[i].weight()
		for j := range cl.Packets {
			w.steps -= heavy + cl.Packets[j].weight() - 1
			if h := live[i].meet(w.base.seen(cl.Packets[j])); !h.IsEmpty() {
				hits = append(hits, h)
			}
		}
	}
	if !calls {
		w.met = hits
	}
	if w.steps < 0 {
		w.stopped = r
	}
	return hits
}

// apply writes down what a verdict does with the hits. It returns those that come back
// from it if they may be others than before, and nil if they are not.
func (w *walker) apply(v Verdict, hits []Packets, r *Rule) (back []Packets) {
	if v.Change != nil {
		hits = slices.Clone(hits)
		for i := range hits {
			hits[i].changed = hits[i].changed.then(v.Change)
		}
	}
	switch v.Kind {
	case Jump, Goto:
		return w.call(v, hits, r)
	case Return, Set:
		if v.Change != nil || w.bits(w.base) != 0 {
			return slices.Clone(hits)
		}
		return nil
	}
	for _, h := range hits {
		switch v.Kind {
		case Accept:
			w.add(entry{Packets: h, action: rule.Permit, source: r})
		case Translate:
			w.add(entry{Packets: h, action: rule.Permit, translated: v.Reason, nat: v.NAT, source: r})
		case Drop:
			w.add(entry{Packets: h, action: rule.Deny, source: r})
		case Undecided:
			w.undecided(h, v.Reason, r)
		}
	}
	return nil
}

func (w *walker) call(v Verdict, hits []Packets, r *Rule) (back []Packets) {
	target := w.chains[v.Chain]
	switch {
	case target == nil:
		for _, h := range hits {
			w.undecided(h, fmt.Sprintf("the chain %s is not in the file", v.Chain), r)
		}
	case w.calling[target]:
		w.stopped = r
		if w.err == nil {
			w.err = &LoopError{Line: r.Line, Chain: v.Chain}
		}
	default:
		back = w.walk(target, hits, false)
		if v.Change != nil || w.bits(target) != 0 || v.Kind == Goto && w.bits(w.base) != 0 {
			return append(make([]Packets, 0, len(back)), back...)
		}
	}
	if v.Change != nil {
		return hits
	}
	return nil
}

// changed returns the live packets after a clause that has changed those it matches: these
// came back from it, and the others are as before. Where it cannot be told which ones it
// matches, or these are too many parts, the bits are lost.
func (w *walker) changed(live []Packets, cl *Clause, came []Packets) []Packets {
	change := &Change{cleared: w.mayChange(cl.Verdict)}
	var out []Packets
	for i := range live {
		rest := []Packets{live[i]}
		for _, p := range cl.Packets {
			o, ok := live[i].asked(w.base.seen(p))
			if !ok {
				continue
			}
			sure := o.Sure()
			o.Unknown = nil
			var next, perhaps []Packets
			for _, l := range rest {
				next = append(next, l.Subtract(o)...)
				perhaps = append(perhaps, nonEmpty(l.Intersect(o))...)
			}
			if rest = next; !sure {
				out = append(out, lose(perhaps, change)...)
			}
		}
		out = append(out, rest...)
	}
	out = append(out, came...)
	if len(out) > maxLive {
		return lose(live, change)
	}
	return out
}

// lose returns the live packets with bits of which it is no longer known what they are.
func lose(live []Packets, change *Change) []Packets {
	out := slices.Clone(live)
	for i := range out {
		out[i].changed = out[i].changed.then(change.perhaps())
	}
	return out
}

// mayChange returns the bits that a verdict may change.
func (w *walker) mayChange(v Verdict) uint64 {
	var b uint64
	if v.Change != nil {
		b = v.Change.cleared
	}
	if v.Kind == Jump || v.Kind == Goto {
		if c := w.chains[v.Chain]; c != nil {
			b |= w.bits(c)
		}
	}
	return b
}

// bits returns the bits that rules of the chain, and of those that it calls, may change.
func (w *walker) bits(c *Chain) uint64 {
	b, known := w.changes[c]
	if known {
		return b
	}
	if w.changes == nil {
		w.changes = make(map[*Chain]uint64)
	}
	w.changes[c] = 0 // chains that call each other in a circle
	for i := range c.Rules {
		for j := range c.Rules[i].Clauses {
			b |= w.mayChange(c.Rules[i].Clauses[j].Verdict)
		}
	}
	w.changes[c] = b
	return b
}

// LoopError says that a rule calls a chain which led to it.
type LoopError struct {
	Line  int
	Chain string
}

// Error tells the chain; the line leads the message of the parser.
func (e *LoopError) Error() string {
	return fmt.Sprintf("the chain %s is called from within itself, which the kernel refuses", e.Chain)
}

// leave takes out of live the packets that return.
func leave(live []Packets, gone Packets, doubt string) []Packets {
	var out []Packets
	for _, l := range live {
		gone, ok := l.asked(gone)
		both := l.Intersect(gone)
		if !ok || both.IsEmpty() {
			out = append(out, l)
			continue
		}
		sure := gone
		sure.Unknown = nil
		out = append(out, l.Subtract(sure)...)
		if !gone.Sure() {
			both.Unknown = l.Unknown
			out = append(out, both.Because(doubt+": "+strings.Join(gone.Unknown, "; ")))
		}
	}
	if len(out) <= maxLive {
		return out
	}
	out = slices.Clone(live)
	for i, l := range live {
		if both := l.meet(gone); !both.IsEmpty() {
			out[i] = l.Because(doubt)
		}
	}
	return out
}

// undecided writes down that the packets may be accepted, be dropped, or go on.
func (w *walker) undecided(p Packets, reason string, r *Rule) {
	p = p.Because(reason)
	w.append(entry{Packets: p, action: rule.Permit, final: true, source: r})
	w.append(entry{Packets: p, action: rule.Deny, source: r})
}

func (w *walker) add(e entry) {
	if w.room -= e.bulk(); w.room < 0 {
		w.stopped = e.source
		return
	}
	w.append(e)
}

// append writes e down with the place of the base chain's rule that led to it.
func (w *walker) append(e entry) {
	if e.source.Place != w.place {
		placed := *e.source
		placed.Place, placed.Clauses = w.place, nil
		e.source = &placed
	}
	w.entries = append(w.entries, e)
}
