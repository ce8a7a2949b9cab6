package businessflow

import (
	"maps"
	"slices"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/estate"
)

// A Promise is what a plan says that a flow is after the apply.
type Promise uint8

// The promises.
const (
	// AsFound: nothing changes.
	AsFound Promise = iota
	// WhilePending: a change request is open then, and AlgoSec's answer is not final.
	WhilePending
	// AsWanted: the flow is allowed. An apply has nothing to write for that, and fails
	// until it is so; the difference keeps it in sight.
	AsWanted
)

// A Plan is what is planned of a declaration.
type Plan struct {
	// Flows has the promises for the declared flows.
	Flows map[string]Promise
	// Writes says that an apply writes: Inventory is what AlgoSec has after it, and there
	// is another change request then.
	Writes    bool
	Inventory map[string]string
	// Problems are what is wrong. With any, nothing is promised.
	Problems []Problem
}

// ProblemKind tells what a problem is about.
type ProblemKind uint8

// The kinds of problems.
const (
	// Missing: AlgoSec has no such application, and it is not to be created.
	Missing ProblemKind = iota + 1
	// Forbidden: the configuration lets nobody write the application.
	Forbidden
	// Refused: the application cannot be written now.
	Refused
	// Denied: policies deny the flow.
	Denied
	// NotAllowed: AlgoSec has the flow as it is declared, and it is not allowed.
	NotAllowed
	// Stale: the application has changed since the plan was made.
	Stale
)

// A Problem is why something is not planned, or not applied.
type Problem struct {
	Kind ProblemKind
	// Flow names the flow for Denied and NotAllowed.
	Flow string
	// Reason says why, for Forbidden, Refused and NotAllowed.
	Reason string
	// Violations and Denials are those of Denied.
	Violations []estate.Violation
	Denials    []string
}

// Plan returns what is planned, given what was seen. fresh says that this was found while
// planning and not on refresh: what cannot be delivered is then planned as it is.
//
// Whatever is written opens a change request for the application, so that all of its
// flows are pending after it. With nothing to write, a flow that is not allowed is
// planned as wanted, for a difference, until it is.
func (s Server) Plan(d Declaration, seen *Comparison, fresh bool) Plan {
	p := Plan{Flows: map[string]Promise{}}
	switch {
	case s.Enforcement == Advisory:
	case !seen.Exists && !d.Create:
		p.Problems = []Problem{{Kind: Missing}}
	case seen.Writes():
		s.planWrite(d, seen, &p)
	default:
		s.planNothing(d, seen, fresh, &p)
	}
	return p
}

func (s Server) planWrite(d Declaration, seen *Comparison, p *Plan) {
	if forbidden := s.Client.Forbidden(d.Application); forbidden != nil {
		p.Problems = []Problem{{Kind: Forbidden, Reason: forbidden.Reason}}
		return
	}
	if s.Enforcement == AtPlan {
		p.Problems = seen.denials()
		if seen.Refused != "" {
			p.Problems = append(p.Problems, Problem{Kind: Refused, Reason: seen.Refused})
		}
	}
	if len(p.Problems) > 0 {
		return
	}
	p.Writes, p.Inventory = true, d.Without(seen.Expired).Inventory()
	for name := range d.Flows {
		p.Flows[name] = WhilePending
	}
}

func (s Server) planNothing(d Declaration, seen *Comparison, fresh bool, p *Plan) {
	unsettled := seen.unsettled(d)
	if s.Enforcement == AtPlan {
		p.Problems = unsettled
	}
	if fresh {
		return
	}
	for _, u := range unsettled {
		p.Flows[u.Flow] = AsWanted
	}
}

// denials returns a problem for each flow that would be written and that policies deny.
func (s *Comparison) denials() []Problem {
	var out []Problem
	for _, name := range s.Denied() {
		a := s.Answers[name]
		out = append(out, Problem{Kind: Denied, Flow: name, Violations: a.Violations, Denials: a.Denials})
	}
	return out
}

// unsettled returns a problem for each flow that is not allowed where nobody has to wait
// for anything.
func (s *Comparison) unsettled(d Declaration) []Problem {
	var out []Problem
	for _, name := range slices.Sorted(maps.Keys(d.Flows)) {
		if !s.Settled(name) {
			out = append(out, Problem{Kind: NotAllowed, Flow: name, Reason: s.Answers[name].Reason})
		}
	}
	return out
}
