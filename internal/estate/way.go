package estate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/change"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/topology"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/additions"
)

// A Way is the way of some traffic of a flow.
type Way struct {
	From, To string // zones
	Hops     []Hop
}

// Hop is a device on a way, or a ruleset.
type Hop struct {
	// Device is the name of the device, or of the ruleset.
	Device string
	// In and Out are the interfaces that it may enter and leave by.
	In, Out string
	Lists   []string
}

// router finds what a flow meets.
type router struct{ *Estate }

// way is the traffic of one flow on its ways through the estate.
type way struct {
	topology *topology.Topology
	layout   *topology.Layout
	// stationOf has the number of the station that answers for a step.
	stationOf map[*topology.Step]int
}

// wayOf lays out a flow and returns the stations that it meets. The last one stands for
// traffic that meets none.
func (e router) wayOf(q match.Request) (*way, []station, error) {
	t, err := e.topology()
	if err != nil {
		return nil, nil, err
	}
	w := (&way{topology: t, stationOf: map[*topology.Step]int{}}).of(q)
	var stations []station
	seen := map[string]int{}
	for _, step := range w.layout.Steps() {
		s, err := e.stationOf(step)
		if err != nil {
			return nil, nil, err
		}
		key := s.place()
		if step.Fixed != nil {
			key = fmt.Sprintf("%p", step)
		}
		i, ok := seen[key]
		if !ok {
			i = len(stations)
			seen[key] = i
			stations = append(stations, s)
		}
		w.stationOf[step] = i
	}
	return w, append(stations, station{ruleset: &ruleset{}, base: &base{}}), nil
}

// of returns the way of less of the traffic; it is nil for a flow that names rulesets.
func (w *way) of(q match.Request) *way {
	if w == nil {
		return nil
	}
	out := *w
	out.layout = w.topology.Lay(topology.Question{Region: q.Region, SourceZone: q.SourceZone, DestinationZone: q.DestinationZone, Want: q.Want})
	return &out
}

// matcher is the list that gap number k is of, nil if there is none.
func (f finding) matcher(k int) match.Matcher {
	switch {
	case f.Missing[k].Ruleset < 0:
		return nil
	case f.way != nil:
		return f.way.Gaps[k].Asked.Matcher
	}
	return f.path[f.Missing[k].Ruleset]
}

// stationOf returns what answers for a step.
func (e router) stationOf(step *topology.Step) (station, error) {
	if step.Ruleset != "" {
		return e.station(e.rulesets[step.Ruleset])
	}
	fw := e.devices[step.Device]
	d, err := fw.read()
	if err != nil {
		return station{}, err
	}
	if step.Fixed != nil {
		return station{ruleset: &ruleset{name: fw.name, kind: fw.kind}, base: &base{index: step.Fixed, digest: d.digest}}, nil
	}
	l := d.lists[step.List]
	if fw.sends() {
		s := station{ruleset: fw.ruleset}
		s.base, s.file, err = fw.onDevice(l.name)
		s.whole = s.file
		return s, err
	}
	s := station{ruleset: fw.ruleset, base: &base{index: l.forward, replies: l.replies, full: l.full, targets: l.targets, list: l.name, digest: d.digest, stamp: d.stamp}}
	if fw.config.Additions != "" {
		if s.whole, err = additions.Load(fw.config.Additions); err != nil {
			return s, &RulesetError{fw.name, fw.kind, fmt.Errorf("additions: %w", err)}
		}
		s.file = s.whole.ForList(l.name)
	}
	return s, nil
}

// check asks every list on the ways with the rules of top above it. What has to be denied
// is denied where additions can be written, if that is possible.
func (w *way) check(stations []station, top func(s station) []rule.Rule) finding {
	return w.checkFor(stations, top, station.writable)
}

// checkFor is check with another choice of where to deny.
func (w *way) checkFor(stations []station, top func(s station) []rule.Rule, here func(s station) bool) finding {
	above := map[int][]rule.Rule{}
	f := w.layout.Check(topology.Lists{
		Matcher: func(step *topology.Step) match.Matcher {
			i := w.stationOf[step]
			s := stations[i]
			rules, ok := above[i]
			if !ok && s.writable() {
				rules = top(s)
				above[i] = rules
			}
			rules = slices.Clone(rules)
			if step.Replies && s.replies != nil {
				s.base = &base{index: s.replies}
				rules = topology.Replies(&rule.Ruleset{Rules: rules}).Rules
			}
			return s.above(rules)
		},
		Writable: func(step *topology.Step) bool { return here(stations[w.stationOf[step]]) },
	})
	return w.finding(f, len(stations)-1)
}

// finding writes what was found as of a row of stations; nowhere is the one for traffic
// that meets none.
func (w *way) finding(t *topology.Finding, nowhere int) finding {
	f := finding{Finding: match.Finding{Verdict: t.Verdict, Satisfied: t.Satisfied, Cut: t.Cut}, way: t}
	for _, g := range t.Gaps {
		m := g.Missing
		m.Ruleset = -1
		if g.Asked != nil && g.Asked.Step.Filter() {
			m.Ruleset = w.stationOf[g.Asked.Step]
		}
		f.Missing = append(f.Missing, m)
	}
	for _, d := range t.Decisions {
		at := d.Decision
		at.Ruleset = nowhere
		if d.Step != nil {
			at.Ruleset = w.stationOf[d.Step]
		}
		f.Decisions = append(f.Decisions, at)
	}
	return f
}

// rules returns the rules that close gap number k of the finding alone.
func (w writer) rules(f finding, k int) []change.Rule {
	if f.way == nil {
		return change.Gap(f.path, w.q, f.Finding, k)
	}
	g := f.way.Gaps[k]
	if g.Asked == nil || !g.Asked.Step.Filter() || !writable(g.Asked) {
		return nil
	}
	return gapRules(g.Asked, g.Number)
}

// writable reports whether rules can be written for what a list was asked: the one for
// replies names no addresses, others need those that the list compares.
func writable(a *topology.Asked) bool {
	return !a.Step.Untold() || a.Step.Replies && a.Matcher.Tracked()
}

// gapRules returns the rules that close one gap of a question. Where the device knows
// connections one rule lets all replies pass.
func gapRules(a *topology.Asked, k int) []change.Rule {
	if a.Step.Replies && a.Matcher.Tracked() {
		return change.Established(a.Finding.Missing[k : k+1])
	}
	return change.Gap(a.Path(), a.Request, a.Finding, k)
}

// plans returns the plans that close what station number i lacks, one for each question
// that it was asked, and how to get the rules of one of their gaps.
func (w writer) plans(f finding, i int) []planned {
	o := change.Options{OverrideDeny: w.overrideDeny}
	if f.way == nil {
		return []planned{{change.For(f.path, w.q, f.Finding, i, o), func(k int) []change.Rule { return change.Gap(f.path, w.q, f.Finding, k) }}}
	}
	var out []planned
	for _, a := range f.way.Asked {
		if !a.Step.Filter() || !writable(a) || w.way.stationOf[a.Step] != i {
			continue
		}
		p := change.For(a.Path(), a.Request, a.Finding, 0, o)
		if a.Step.Replies && a.Matcher.Tracked() {
			var closed []match.Missing
			for _, k := range p.Closed {
				closed = append(closed, a.Finding.Missing[k])
			}
			p.Rules = change.Established(closed)
		}
		out = append(out, planned{p, func(k int) []change.Rule { return gapRules(a, k) }})
	}
	return out
}

type planned struct {
	change.Plan
	gap func(k int) []change.Rule
}

// seen is the traffic of the flow in the addresses that a list of a device compares, where
// those are others.
func (w *way) seen(s station) []traffic.Product {
	if w == nil || s.kind == "" {
		return nil
	}
	return w.layout.Seen(s.name, s.list)
}

// translated is the traffic of gap number k in the addresses that the device compares,
// empty where those are the flow's own.
func (f finding) translated(k int) string {
	if f.way == nil || f.way.Gaps[k].Translated == nil {
		return ""
	}
	return f.way.Gaps[k].Translated.String()
}

// remarks tell what was translated, the first of them.
func (f finding) remarks() (text string) {
	if f.way == nil {
		return ""
	}
	const told = 2
	var all []string
	for _, part := range f.way.Parts {
		for _, r := range part.Remarks {
			if !slices.Contains(all, r) {
				all = append(all, r)
			}
		}
	}
	for _, r := range all[:min(told, len(all))] {
		text += "; " + r
	}
	if more := len(all) - told; more > 0 {
		text += fmt.Sprintf("; %d more translations", more)
	}
	return text
}

// place tells where gap number k is: its device and list, and the zones.
func (f finding) place(k int) (device, list, from, to string) {
	if f.way == nil {
		return "", "", "", ""
	}
	g := f.way.Gaps[k]
	if g.Asked != nil {
		device, list = g.Asked.Step.Device, g.Asked.Step.List
	}
	return device, list, g.From, g.To
}

// decidedAt tells where decision number k was made.
func (f finding) decidedAt(k int) (d Decision) {
	if f.way == nil {
		return d
	}
	at := f.way.Decisions[k]
	d.From, d.To = at.From, at.To
	if at.Step != nil {
		d.Device, d.List = at.Step.Device, at.Step.List
	}
	return d
}

// ways writes down the ways of all traffic, at most MaxEntries.
func (f finding) ways() (out []Way) {
	if f.way == nil {
		return nil
	}
	for _, part := range f.way.Parts {
		for _, r := range part.Routes {
			if len(out) == MaxEntries {
				return out
			}
			x := Way{From: part.From, To: part.To}
			for _, h := range r.Hops {
				name := h.Device
				if name == "" {
					name = h.Ruleset
				}
				x.Hops = append(x.Hops, Hop{name, strings.Join(h.In, ", "), strings.Join(h.Out, ", "), h.Lists})
			}
			if !slices.ContainsFunc(out, x.same) {
				out = append(out, x)
			}
		}
	}
	return out
}

func (x Way) same(o Way) bool {
	return x.From == o.From && x.To == o.To && slices.EqualFunc(x.Hops, o.Hops, func(a, b Hop) bool {
		return a.Device == b.Device && a.In == b.In && a.Out == b.Out && slices.Equal(a.Lists, b.Lists)
	})
}
