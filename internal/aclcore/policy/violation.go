package policy

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
)

// Violation is a part of a flow, or all of it, that a policy is violated by.
type Violation struct {
	Policy   string
	Kind     Kind
	Severity Severity
	// Undecided says that the policy could not be evaluated; it is not passed then,
	// and Message says why.
	Undecided bool
	Message   string
	// The three lists are written as those of missing traffic: merged, in few
	// entries. All are empty where the whole flow is meant.
	Sources, Destinations, Services []string
	// Excepted says that an exception holds, for the reason that Exception gives. An
	// exception that ended is in Exception too and no longer holds.
	Excepted  bool
	Exception string
}

// Blocks reports whether the violation stops the flow: it is of severity deny and
// not excepted.
func (v Violation) Blocks() bool { return v.Severity == Deny && !v.Excepted }

// violationOf returns the violation of some products.
func (r *run) violationOf(p *policy, a answer, e entry) Violation {
	sources := unionOfAddresses(setsOf(e.sources, func(i int) addr.Set { return r.sources[i].literal.Set }))
	destinations := unionOfAddresses(setsOf(e.destinations, func(i int) addr.Set { return r.destinations[i].literal.Set }))
	asked := unionOfServices(setsOf(e.services, func(i int) service.Set { return r.services[i].literal.Set }))
	return r.violation(p, a, sources.Strings(), destinations.Strings(), asked.Strings())
}

func (r *run) violation(p *policy, a answer, sources, destinations, services []string) Violation {
	v := Violation{Policy: p.Name, Kind: p.Kind, Severity: p.Severity, Sources: sources, Destinations: destinations, Services: services}
	var n note
	if a >= firstNote {
		n = r.notes[a-firstNote]
	}
	if n.severity != "" {
		v.Severity = n.severity
	}
	if n.failed {
		v.Undecided = true
		v.Message = fmt.Sprintf("the policy %s cannot be decided, so it is not passed: %s", p.Name, n.text)
		return v
	}
	v.Message = p.message.write(func(placeholder string) string {
		switch placeholder {
		case "source":
			return some(sources)
		case "destination":
			return some(destinations)
		case "service":
			return some(services)
		case "flow":
			return r.q.Name
		case "application":
			return r.q.Application.Name
		case "owner":
			return r.q.Application.Owner
		case "policy":
			return p.Name
		}
		return cmp.Or(n.text, p.Assert)
	})
	return v
}

// sortViolations orders those of one policy: the violated before the undecided, then
// by traffic.
func sortViolations(all []Violation) {
	rank := func(v Violation) int {
		if v.Undecided {
			return 1
		}
		return 0
	}
	slices.SortStableFunc(all, func(a, b Violation) int {
		return cmp.Or(
			cmp.Compare(rank(a), rank(b)), slices.Compare(a.Sources, b.Sources), slices.Compare(a.Destinations, b.Destinations),
			slices.Compare(a.Services, b.Services), cmp.Compare(a.Message, b.Message),
		)
	})
}
