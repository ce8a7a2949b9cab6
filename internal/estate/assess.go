package estate

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/change"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/flow"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/topology"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/additions"
)

// Assessment is everything that is known of a flow against its rulesets.
type Assessment struct {
	// Now is the truth: the rulesets with every rule of ours and of others.
	Now Found
	// Settled says that Now is as wanted, would be without the rules that other flows
	// own, that the flow owns no rule for more than its own traffic, and that no policy
	// denies it. An expired flow is so while it owns no rule.
	Settled bool
	// Unsettled tells what is left to do where Now is as wanted and Settled is not.
	Unsettled string
	// Planned is what will be found once Needs are written. It rests on nothing that
	// another flow owns, so that it does not depend on the order in which flows are
	// applied; for a new flow not on what it owns either. It is Now for one that is
	// Settled and not new.
	Planned Found
	// Deliverable says that Planned is as wanted.
	Deliverable bool
	// Obstacles tells, when not Deliverable, what is in the way: the rules that are
	// needed and where.
	Obstacles []string
	// Needs are the rules that the flow has to own, by name of a writable ruleset of
	// its path.
	Needs map[string][]additions.Rule
	// Judgement is what policies say of the flow. One that is denied owns what it did
	// before, and gets nothing.
	Judgement
	// Digests identifies what the assessment rests on, by ruleset.
	Digests map[string]string

	// isNew says that Needs were found for a new flow, idle that the flow neither
	// needs nor owns a rule.
	isNew, idle bool
}

// station is one ruleset on the path of a flow, with its additions as they stand.
type station struct {
	*ruleset
	*base
	// file has the additions, nil for a read-only ruleset. For a list of a device it has
	// those for this list, and whole has all.
	file, whole *additions.File
}

func (s station) writable() bool { return s.file != nil }

// above returns the station's ruleset below the given rules of its additions file.
// They go without their lines, which change whenever a flow is applied.
func (s station) above(top []rule.Rule) match.Matcher {
	if len(top) == 0 {
		return s.index
	}
	for i := range top {
		top[i].Line = 0
	}
	source := s.file.Source()
	if s.sends() { // there they are found
		source = s.rules().Source
	}
	return match.NewOverlay(&rule.Ruleset{Name: s.name, Source: source, Rules: top}, s.index)
}

// Assess resolves the flow, matches it and finds what it needs. It writes nothing.
func (e *Estate) Assess(ctx context.Context, f Flow) (*Assessment, error) {
	return e.assess(ctx, f, false)
}

// AssessNew is [Estate.Assess] for a flow that is new or has changed. What it may
// own from before does not count: it could be for more than the flow now is, and
// goes away when the flow is replaced.
func (e *Estate) AssessNew(ctx context.Context, f Flow) (*Assessment, error) {
	return e.assess(ctx, f, true)
}

func (e *Estate) assess(ctx context.Context, f Flow, isNew bool) (*Assessment, error) {
	e.claim(f.Configuration)
	q, products, judgement, err := e.request(f)
	if err != nil {
		return nil, err
	}
	way, stations, err := router{e}.route(f, q)
	if err != nil {
		return nil, err
	}
	asked := stations
	if way != nil {
		asked = nil // what a host sends to itself takes no way
	}
	if err := askSelf(&q, asked); err != nil {
		return nil, err
	}
	q.DenyAt = max(0, slices.IndexFunc(stations, station.writable))
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return assess(f, q, products, way, stations, judgement, isNew), nil
}

// route returns what the flow crosses: the rulesets that it names, or what it meets on
// its own ways.
func (e router) route(f Flow, q match.Request) (*way, []station, error) {
	if e.findsWays(f) {
		return e.wayOf(q)
	}
	stations, err := e.stations(f.Rulesets)
	return nil, stations, err
}

// findsWays reports whether the flow finds its own ways.
func (e *Estate) findsWays(f Flow) bool { return len(f.Rulesets) == 0 && e.HasDevices() }

func (e *Estate) request(f Flow) (q match.Request, products int64, j Judgement, err error) {
	names, err := e.Names()
	if err = cmp.Or(err, checkZone("source_zone", f.SourceZone), checkZone("destination_zone", f.DestinationZone)); err != nil {
		return q, 0, j, err
	}
	resolved, err := flow.New(names, f.Sources, f.Destinations, f.Services)
	if err != nil {
		return q, 0, j, err
	}
	if j, err = e.judge(f, resolved); err != nil {
		return q, 0, j, err
	}
	q = match.Request{
		Region: resolved.Region(), Want: rule.Permit,
		SourceZone: f.SourceZone, DestinationZone: f.DestinationZone,
		Identity: match.Identity{Applications: f.NetworkApplications, Users: f.Users},
	}
	if f.Deny {
		q.Want = rule.Deny
	}
	return q, int64(resolved.Count()), j, nil
}

// askSelf decides about traffic of hosts to themselves: the lists of a host are asked about
// it, other rulesets are not, since it does not cross them. A flow of nothing else is then
// an error: no answer about it would be one.
func askSelf(q *match.Request, stations []station) error {
	if slices.ContainsFunc(stations, func(s station) bool { return s.index.Ruleset().Host }) {
		q.Region = q.Region.WithSelf()
	}
	if !q.Region.OnlySelf() {
		return nil
	}
	return &flow.FieldError{Field: "destinations", Problem: fmt.Errorf("every product of the flow is from a host to itself (%s), which crosses no firewall; ask the list INPUT or OUTPUT of that host, or declare another destination",
		strings.Join(q.Region.Self[0].Sources.Strings(), ", "))}
}

// checkZone refuses a name that differs from another one in blanks alone.
func checkZone(attribute, name string) error {
	if trimmed := strings.TrimSpace(name); trimmed != name {
		return &flow.FieldError{Field: attribute, Problem: fmt.Errorf("%q has blanks at its ends; write %q", name, trimmed)}
	}
	return nil
}

func (e router) stations(named []string) ([]station, error) {
	path, err := e.path(named)
	if err != nil {
		return nil, err
	}
	ahead(path...)
	out := make([]station, len(path))
	for i, rs := range path {
		if out[i], err = e.station(rs); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// station loads a ruleset and its additions.
func (e router) station(rs *ruleset) (s station, err error) {
	s.ruleset = rs
	if rs.sends() {
		s.base, s.file, err = rs.onDevice("")
		s.whole = s.file
		return s, err
	}
	if s.base, err = rs.load(); err != nil {
		return s, err
	}
	if rs.config.Additions != "" {
		if s.file, err = additions.Load(rs.config.Additions); err != nil {
			return s, &RulesetError{rs.name, "", fmt.Errorf("additions: %w", err)}
		}
		s.whole = s.file
	}
	return s, nil
}

// place tells the stations of a flow apart: a device has one for each of its lists.
func (s station) place() string {
	if s.kind == "" {
		return s.name
	}
	return s.key() + " " + s.list
}

// label names the station for people in a word or two.
func (s station) label() string {
	if s.kind == "" || s.list == "" {
		return s.name
	}
	return s.name + " " + s.list
}

// An assessor answers the questions about one flow.
type assessor struct {
	writer
	flow  Flow
	isNew bool
	a     *Assessment
	// owned are the rules that the flow owns now, by ruleset.
	owned map[string][]additions.Rule
	// shared says that other flows own rules of the path's additions files, ours that
	// anybody does.
	shared, ours bool
	now, alone   finding
	// bare is without any rule that a flow owns. Only where the flow owns rules, or needs
	// them, it is asked for.
	bare *finding
}

// A finding is what was found out about a path with certain rules on top.
type finding struct {
	match.Finding
	// path are the rulesets that the flow names, way is what was found on its own ways.
	path []match.Matcher
	// pending says that the flow is as wanted, and is not without the rules on top of
	// those rulesets whose device does not run them.
	pending bool
	way     *topology.Finding
}

func assess(f Flow, q match.Request, products int64, way *way, stations []station, j Judgement, isNew bool) *Assessment {
	w := assessor{
		writer: writer{stations, way, q, products, f.OverrideDeny, nil, j, f.Beside}, flow: f, isNew: isNew,
		a:     &Assessment{Judgement: j, Needs: map[string][]additions.Rule{}, Digests: map[string]string{}, isNew: isNew, idle: true},
		owned: map[string][]additions.Rule{},
	}
	w.lookUp()
	w.accept()
	w.match()
	plans := w.plan()
	a := w.a
	a.Now = w.found(w.now, w.owned, plans)
	w.settle(plans)
	switch {
	case j.Denied() && !j.Expired:
		a.Planned, a.Needs, a.Obstacles = a.Now, w.owned, j.Denials
		return a
	case a.Settled && !isNew:
		a.Planned, a.Deliverable, a.Needs = a.Now, true, w.owned
		return a
	}
	w.deliver(plans)
	return a
}

// lookUp finds out what the additions files of the path hold.
func (w *assessor) lookUp() {
	for _, s := range w.stations {
		if s.digest == "" {
			continue
		}
		if !s.writable() {
			if w.a.Digests[s.key()] == "" {
				w.a.Digests[s.key()] = s.digest
			}
			continue
		}
		w.a.Digests[s.key()] = s.digest + "+" + s.whole.BaseDigest()
		w.owned[s.place()] = s.file.Owned(w.flow.Owner())
		w.a.idle = w.a.idle && len(w.owned[s.place()]) == 0
		w.shared = w.shared || s.file.SharedWith(w.flow.Owner())
	}
	w.ours = w.shared || !w.a.idle
}

// with matches the flow with the rules of top above those of each writable ruleset.
func (w *assessor) with(top func(s station) []rule.Rule) finding {
	if w.way != nil {
		return w.withOnWays(top)
	}
	path := make([]match.Matcher, len(w.stations))
	for i, s := range w.stations {
		var rules []rule.Rule
		if s.writable() {
			rules = top(s)
		}
		path[i] = s.above(rules)
	}
	f := finding{Finding: match.Check(path, w.q), path: path}
	if f.Satisfied && w.restsOn(top) {
		running := match.Check(w.running(top), w.q)
		if f.pending = !running.Satisfied; !f.pending {
			f.Decisions = running.Decisions // what devices run is what is told
		}
	}
	return f
}

// withOnWays is with for a flow that finds its own ways.
func (w *assessor) withOnWays(top func(s station) []rule.Rule) finding {
	f := w.way.check(w.stations, top)
	if f.Satisfied && w.restsOn(top) {
		running := w.way.check(w.stations, func(s station) []rule.Rule {
			if s.config.AdditionsEffective {
				return top(s)
			}
			return nil
		})
		if f.pending = !running.Satisfied; !f.pending {
			f = running
		}
	}
	return f
}

// restsOn reports whether one of the rules on top is for packets of the flow or its replies, and is not
// what a device runs.
func (w *assessor) restsOn(top func(s station) []rule.Rule) bool {
	traffic := w.bothWays()
	return slices.ContainsFunc(w.stations, func(s station) bool {
		return s.writable() && !s.config.AdditionsEffective && slices.ContainsFunc(top(s), func(r rule.Rule) bool {
			return slices.ContainsFunc(traffic, r.Traffic.Overlaps) || slices.ContainsFunc(w.way.seen(s), r.Traffic.Overlaps)
		})
	})
}

// running is the path with only those rules on top that devices run.
func (w *assessor) running(top func(s station) []rule.Rule) []match.Matcher {
	path := make([]match.Matcher, len(w.stations))
	for i, s := range w.stations {
		if s.writable() && s.config.AdditionsEffective {
			path[i] = s.above(top(s))
		} else {
			path[i] = s.above(nil)
		}
	}
	return path
}

// match asks for the flow as things stand, and without what other flows own.
func (w *assessor) match() {
	w.now = w.with(func(s station) []rule.Rule { return s.file.Rules() })
	w.alone = w.now
	if w.shared {
		w.alone = w.with(func(s station) []rule.Rule { return s.file.Only(w.flow.Owner(), w.owned[s.place()]) })
	}
	switch {
	case !w.ours:
		w.bare = &w.now
	case w.isNew || !w.a.idle || !w.now.Satisfied || !w.alone.Satisfied:
		bare := w.with(func(s station) []rule.Rule { return s.file.Base() })
		w.bare = &bare
	}
}

// plan returns the rules that the flow needs of ours, by ruleset: those that can be
// written in the ruleset's language where they have to stand.
func (w *assessor) plan() map[string][]change.Rule {
	plans := map[string][]change.Rule{}
	for i, s := range w.stations {
		if w.bare == nil || !s.writable() || (w.way == nil && w.flow.Deny && i != w.q.DenyAt) || w.judgement.Expired {
			continue // an expired flow needs nothing
		}
		plans[s.place()] = w.deliverable(*w.bare, i)
	}
	return plans
}

// settle finds out whether anything is left to do.
func (w *assessor) settle(plans map[string][]change.Rule) {
	a := w.a
	excess := ""
	for _, s := range w.stations {
		for _, r := range w.owned[s.place()] {
			switch {
			case r.State == rule.Established && w.q.Want == rule.Permit && s.rules().Tracked: // is for no packet that opens a connection
			case !within(r.Traffic, w.possible(s)):
				excess = "owns a rule for more than its own traffic"
			case !w.writes(s, r, plans[s.name]):
				excess = "owns a rule that cannot be written as " + s.index.Ruleset().Format
			case s.config.AdditionsPrune && w.unneeded(s, r, plans):
				excess = "owns a rule that the ruleset has made needless"
			}
		}
	}
	satisfied := w.now.Satisfied && w.alone.Satisfied
	a.Settled = satisfied && excess == "" && !w.judgement.Denied()
	switch {
	case w.judgement.Expired:
		a.Settled = a.idle && !w.judgement.Denied()
	case w.judgement.Denied() || !w.now.Satisfied:
	case satisfied:
		a.Unsettled = excess
	default:
		a.Unsettled = "only by rules that other flows own"
	}
}

// unneeded reports whether the flow would be as wanted without the rule that it owns.
func (w writer) unneeded(s station, r additions.Rule, plans map[string][]change.Rule) bool {
	plan, computed := plans[s.place()]
	_, planned := s.placeOf(r, plan)
	return computed && !planned
}

// writes reports whether the rule that the flow owns can be written in the language of
// its ruleset.
func (w *assessor) writes(s station, r additions.Rule, plan []change.Rule) bool {
	placed, planned := s.placeOf(r, plan)
	return planned || s.cannot(placed) == nil // what is planned has been tried
}

// deliver finds out what will be so once the rules of the plans are written.
func (w *assessor) deliver(plans map[string][]change.Rule) {
	a := w.a
	for _, s := range w.stations {
		rules, ok := plans[s.place()]
		if !ok {
			continue
		}
		a.Needs[s.place()] = s.additionsOf(rules)
		a.idle = a.idle && len(rules) == 0
	}
	planned := *w.bare
	if !a.idle {
		planned = w.with(func(s station) []rule.Rule { return s.file.Only(w.flow.Owner(), a.Needs[s.place()]) })
	}
	a.Planned = a.Now
	if w.ours || !a.idle { // else nothing is there or comes that changes what is found
		a.Planned = w.found(planned, a.Needs, plans)
	}
	switch {
	case w.judgement.Denied():
		a.Obstacles = w.judgement.Denials
	case w.judgement.Expired, planned.Satisfied:
		a.Deliverable = true
	default:
		a.Obstacles = w.obstacles(planned, a.Planned)
	}
}

// possible is the traffic that rules of the flow may be for.
func (w *assessor) possible(s station) []traffic.Product {
	seen := w.way.seen(s)
	if w.q.Want == rule.Permit && s.index.Ruleset().Stateless {
		return append(w.bothWays(), seen...)
	}
	return append(slices.Clip(w.q.Region.Possible), seen...)
}

// bothWays is the traffic of the flow and its replies.
func (w *assessor) bothWays() []traffic.Product {
	out := slices.Clip(w.q.Region.Possible)
	for _, p := range w.q.Region.Possible {
		out = append(out, traffic.Product{Sources: p.Destinations, Destinations: p.Sources, Services: p.Services.Reverse()})
	}
	return out
}

// within reports whether all of p is traffic of the products.
func within(p traffic.Product, products []traffic.Product) bool {
	v4, v6 := p.ByFamily()
	rest := slices.DeleteFunc([]traffic.Product{v4, v6}, traffic.Product.IsEmpty)
	for _, possible := range products {
		var left []traffic.Product
		for _, part := range rest {
			left = append(left, part.Subtract(possible)...)
		}
		rest = left
	}
	return len(rest) == 0
}
