package audit

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/extent"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// Flow is a declared flow that crosses the list.
type Flow struct {
	// Products are disjoint.
	Products                    []traffic.Product
	SourceZone, DestinationZone string
	// Deny wants the traffic to be blocked: it wants no permit.
	Deny bool
	// OnlyReplies says that its packets meet another list, and its replies this one.
	OnlyReplies bool
	// Crosses are the firewalls that it is matched against, NetworkApplications and Users
	// those that it is for; each is nil where it is all of them. They tell flows apart that
	// have the same traffic.
	Crosses, NetworkApplications, Users []string
}

// Question is a list and what it is to be judged by.
type Question struct {
	// Rules is the list. Its Return is no part of it: replies of flows meet the list where
	// it is stateless and has no Return, or where they are OnlyReplies.
	Rules *rule.Ruleset
	// Strays say of each rule which packets it is for that are of no connection, and open no
	// new one; all are [extent.StrayAlike] where it is nil.
	Strays []extent.Stray
	// Open says of a reason for which a rule cannot be decided whether all of its traffic may
	// be what it matches, since only a name is known; nil says so of all. A rule for one
	// hour of the day, say, or for one mark of packets matches others never.
	Open func(reason string) bool
	// Hits are as in device.List.
	Hits []int64
	// Ends are when the schedules of Rules end, as in format.Ends, and AsOf is the day by
	// which one has ended or not; nothing has expired where AsOf is zero. A rule that has
	// expired is judged like any other that cannot be decided: schedules can be prolonged.
	Ends []time.Time
	AsOf time.Time
	// Explain bounds how many findings of each kind say what covers the rule, if it is not
	// zero: of the others that is nowhere read.
	Explain int
	// Flows are the declared flows. Where Declared is false, rules are not judged by them.
	Flows    []Flow
	Declared bool
}

// Bounds of the work on one rule or flow.
const (
	// searchSteps is how many packets one search tries.
	searchSteps = 20_000
	// shares is how many shares rules take of the traffic of a flow, or of a rule that is
	// covered.
	shares = 4096
	// excessShares is how many they take of what a rule permits, allExcess how many of what
	// all rules do.
	excessShares = 1024
	allExcess    = 1 << 18
)

// An auditor judges one list.
type auditor struct {
	Question
	rules []rule.Rule
	zones *extent.Zones
	// stages are the list as the kinds of packets meet it that it makes a difference to.
	stages []*stage
	// later is the number of the stage that replies and other later packets meet.
	later  int
	units  []unit
	unitOf []int
	// gone are the rules that may go.
	gone []bool
	// touched says of each rule whether it decides, perhaps, what a flow wants permitted.
	touched []bool
	// undivided are the flows that rules divide too finely.
	undivided    []int
	excessBudget *extent.Budget
	// found counts the findings by kind.
	found map[Kind]int
	Result
}

// A stage is the list as packets of one kind meet it.
type stage struct {
	*extent.List
	// wanted is a list whose permits are what flows want of these packets.
	wanted *extent.List
}

// A unit is the rules from first to last, which are one in the text. One that is
// repeated stands at several places of the list, as the rules of a chain do that several
// rules jump to: what is found out about one place is not said of the rule unless it holds
// of all, and such a rule never goes.
type unit struct {
	first, last int
	repeated    bool
}

// List judges a list.
func List(q Question) Result {
	a := newAuditor(q)
	a.serve()
	shadowed := a.shadowed()
	unused := a.excess(shadowed)
	a.expired()
	a.redundant(shadowed, unused)
	a.plain()
	a.dropPartial()
	slices.SortStableFunc(a.Findings, func(x, y Finding) int {
		return cmp.Or(cmp.Compare(x.Kind, y.Kind), CompareSizes(y.Size, x.Size), cmp.Compare(x.Rule, y.Rule))
	})
	a.Removable, a.of = a.gone, a
	return a.Result
}

func newAuditor(q Question) *auditor {
	rules := q.Rules.Rules
	n := len(rules)
	a := &auditor{Question: q, rules: rules, gone: make([]bool, n), touched: make([]bool, n), unitOf: make([]int, n), excessBudget: extent.NewBudget(allExcess), found: make(map[Kind]int)}
	a.Serves = make([][]int, n)
	for i := range rules {
		if i == 0 || !oneInText(&rules[i-1], &rules[i]) {
			a.units = append(a.units, unit{first: i})
		}
		a.unitOf[i] = len(a.units) - 1
		a.units[a.unitOf[i]].last = i
	}
	a.markRepeated()
	var names []string
	for _, f := range q.Flows {
		names = append(names, f.SourceZone, f.DestinationZone)
	}
	a.zones = extent.NewZones(names, rules)
	a.stages = append(a.stages, a.newStage(rules, rule.Established))
	if q.Rules.Stateless {
		if slices.ContainsFunc(rules, func(r rule.Rule) bool { return r.State != rule.AnyState }) {
			a.stages = append(a.stages, a.newStage(rules, rule.New))
			a.later = 1
		}
		if slices.ContainsFunc(a.Strays, func(s extent.Stray) bool { return s == extent.StrayRelated }) {
			a.stages = append(a.stages, a.newStage(extent.AsStraysMeet(rules, a.Strays, true), rule.Established))
		}
		if slices.ContainsFunc(rules, func(r rule.Rule) bool { return r.State == rule.New }) || slices.ContainsFunc(a.Strays, func(s extent.Stray) bool { return s != extent.StrayAlike }) {
			a.stages = append(a.stages, a.newStage(extent.AsStraysMeet(rules, a.Strays, false), rule.Established))
		}
	}
	return a
}

// isForStrays reports whether the unit names packets that are not asked about.
func (a *auditor) isForStrays(u unit) bool {
	for i := u.first; i <= u.last; i++ {
		if extent.StrayOf(a.Strays, i) >= extent.StrayUnrelated {
			return true
		}
	}
	return false
}

// identity is what tells a rule from others in the text.
type identity struct {
	line              int
	text, name, place string
}

func identityOf(r *rule.Rule) identity { return identity{r.Line, r.Text, r.Name, r.Place} }

func (a *auditor) markRepeated() {
	places := make(map[identity]int)
	for _, u := range a.units {
		places[identityOf(&a.rules[u.first])]++
	}
	for n := range a.units {
		r := &a.rules[a.units[n].first]
		a.units[n].repeated = r.Line > 0 && r.Text != "" && places[identityOf(r)] > 1
	}
}

// dropPartial takes out what was found out about some places of a repeated unit, and all
// but the first of what holds of all of them.
func (a *auditor) dropPartial() {
	type found struct {
		identity
		Kind
	}
	places, counts, told := make(map[identity]int), make(map[found]int), make(map[found]bool)
	for _, u := range a.units {
		places[identityOf(&a.rules[u.first])]++
	}
	repeated := func(f Finding) bool { return a.units[a.unitOf[f.Rule]].repeated }
	for _, f := range a.Findings {
		counts[found{identityOf(&a.rules[f.Rule]), f.Kind}]++
	}
	a.Findings = slices.DeleteFunc(a.Findings, func(f Finding) bool {
		if !repeated(f) {
			return false
		}
		key := found{identityOf(&a.rules[f.Rule]), f.Kind}
		partial := f.Kind != Wider && f.Kind != Undecidable && counts[key] < places[key.identity]
		again := told[key]
		told[key] = true
		return partial || again
	})
}

// oneInText reports whether two neighbours are one rule in the text.
func oneInText(a, b *rule.Rule) bool {
	return a.Line > 0 && a.Text != "" && identityOf(a) == identityOf(b)
}

func (a *auditor) newStage(rules []rule.Rule, never rule.State) *stage {
	s := &stage{List: extent.NewList(rules, a.Rules.Default, never, a.zones)}
	var wanted []rule.Rule
	for n := range a.Flows {
		if f := &a.Flows[n]; !f.Deny {
			for _, e := range a.traffic(f) {
				wanted = append(wanted, rule.Rule{Action: rule.Permit, Traffic: e.Product, SourceZones: zoneList(e.from), DestinationZones: zoneList(e.to)})
			}
		}
	}
	s.wanted = extent.NewList(wanted, rule.Deny, rule.New, a.zones)
	return s
}

func zoneList(name string) []string {
	if name == "" || rule.MayBeEveryZone(name) {
		return nil
	}
	return []string{name}
}

// wantedTraffic is traffic of a flow between the zones that it names.
type wantedTraffic struct {
	traffic.Product
	from, to string
	later    bool
}

// traffic returns what of a flow meets the list: its packets, both those that open a
// connection and later ones, their replies, or all of them.
func (a *auditor) traffic(f *Flow) (out []wantedTraffic) {
	for _, p := range f.Products {
		if !f.OnlyReplies {
			out = append(out, wantedTraffic{p, f.SourceZone, f.DestinationZone, false})
			if a.later > 0 {
				out = append(out, wantedTraffic{p, f.SourceZone, f.DestinationZone, true})
			}
		}
		if f.OnlyReplies || a.Rules.Stateless && a.Rules.Return == nil {
			back := traffic.Product{Sources: p.Destinations, Destinations: p.Sources, Services: p.Services.Reverse()}
			if !back.IsEmpty() {
				out = append(out, wantedTraffic{back, f.DestinationZone, f.SourceZone, true})
			}
		}
	}
	return out
}

// stageFor returns the stage that packets meet which open connections, or later ones.
func (a *auditor) stageFor(later bool) *stage {
	if later {
		return a.stages[a.later]
	}
	return a.stages[0]
}

func (a *auditor) find(f Finding) {
	a.Findings = append(a.Findings, f)
	if !a.units[a.unitOf[f.Rule]].repeated { // those may be dropped
		a.found[f.Kind]++
	}
}

// explains reports whether one more finding of the kind is to say what covers the rule.
func (a *auditor) explains(k Kind) bool { return a.Explain == 0 || a.found[k] < a.Explain }

// serve finds out which flows each rule serves.
func (a *auditor) serve() {
	for n := range a.Flows {
		f, budget := &a.Flows[n], extent.NewBudget(shares)
		for _, w := range a.traffic(f) {
			s := a.stageFor(w.later)
			for _, e := range extent.Of(extent.Between{From: a.zones.Declared(w.from), To: a.zones.Declared(w.to)}, w.Product) {
				s.Divide(e, 0, len(a.rules), budget, func(part extent.Part) { a.serves(n, part) })
			}
		}
		if budget.Exhausted() {
			a.undivided = append(a.undivided, n)
			a.Unknown++
		}
	}
}

// serves notes the rules that decide a part of flow n.
func (a *auditor) serves(n int, part extent.Part) {
	note := func(i int) {
		deny := a.Flows[n].Deny
		if (a.rules[i].Action == rule.Deny) != deny {
			return
		}
		a.touched[i] = a.touched[i] || !deny
		if have := a.Serves[i]; len(have) == 0 || have[len(have)-1] != n {
			a.Serves[i] = append(have, n)
		}
	}
	for _, i := range part.Perhaps {
		note(i)
	}
	if part.Rule >= 0 {
		note(part.Rule)
	}
}

// expired finds the units whose schedules have ended before the day, and lets them go.
func (a *auditor) expired() {
	if a.AsOf.IsZero() || len(a.Ends) != len(a.rules) {
		return
	}
	day := a.AsOf.Truncate(24 * time.Hour)
	for _, u := range a.units {
		ended, last := true, time.Time{}
		for i := u.first; i <= u.last; i++ {
			end := a.Ends[i]
			ended = ended && !end.IsZero() && end.Before(day)
			if end.After(last) {
				last = end
			}
		}
		if ended {
			a.remove(u)
			a.find(Finding{Kind: Expired, Rule: u.first, Reason: "its schedule ended at " + last.Format("15:04 on 2 January 2006")})
		}
	}
}

// plain finds what stands in the rules themselves.
func (a *auditor) plain() {
	for _, u := range a.units {
		var reasons []string
		hits, counted := int64(0), len(a.Hits) == len(a.rules)
		for i := u.first; i <= u.last; i++ {
			for _, reason := range a.rules[i].Unknown {
				if !slices.Contains(reasons, reason) {
					reasons = append(reasons, reason)
				}
			}
			if counted = counted && a.Hits[i] >= 0; counted {
				hits += a.Hits[i]
			}
		}
		if len(reasons) > 0 {
			a.find(Finding{Kind: Undecidable, Rule: u.first, Reason: strings.Join(reasons, "; ")})
		}
		if counted && hits == 0 {
			a.find(Finding{Kind: NoHits, Rule: u.first, Reason: "the device has counted no packet for it"})
		}
	}
}
