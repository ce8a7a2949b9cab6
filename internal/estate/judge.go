package estate

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/flow"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/matrix"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/policy"
)

// ExpiresPolicy is the policy that a flow violates which has expired. None is
// declared under this name.
const ExpiresPolicy = "expires"

// A Violation is traffic of a flow, or all of it where the lists are empty, that
// violates a policy.
type Violation struct {
	Policy string
	// Severity is deny, review or notify.
	Severity, Message               string
	Sources, Destinations, Services []string
	// Exception is the reason for which the flow may violate the policy, empty while
	// no exception holds.
	Exception string
}

// Denies reports whether the violation stops the flow.
func (v Violation) Denies() bool { return v.Severity == string(policy.Deny) && v.Exception == "" }

// A Judgement is what policies say of a flow at the instant of the estate.
type Judgement struct {
	// Violations are in the order in which the policies run, at most MaxEntries. An
	// expired flow has one of ExpiresPolicy at the top.
	Violations []Violation
	// DeniedBy are the names of the policies that deny the flow, each once.
	DeniedBy []string
	// Denials tells for each denying violation the policy, the message and the traffic.
	Denials []string
	// Expired says that the flow is past its end: no rule of ours may allow it.
	Expired bool
}

// Denied reports whether the flow may not be asked for.
func (j Judgement) Denied() bool { return len(j.DeniedBy) > 0 }

// PolicyOptions are what policies know of the names and the matrix, each of which
// may be nil.
func PolicyOptions(names *flow.Names, m *matrix.Matrix) policy.Options {
	if m == nil {
		return policy.Options{Names: names}
	}
	return policy.Options{Names: names, Zones: m.Zones, Matrix: func(p flow.Product) policy.Ruling {
		d := m.Decide(p)
		zones := fmt.Sprintf("from %s to %s", zone(d.From), zone(d.To))
		switch d.Action {
		case matrix.Allow:
			return policy.Ruling{}
		case matrix.Notify:
			return policy.Ruling{Severity: policy.Notify, Detail: "the matrix wants somebody told of it " + zones}
		}
		return policy.Ruling{Severity: policy.Deny, Detail: "the matrix does not allow it " + zones}
	}}
}

func zone(name string) string {
	if name == "" {
		return "outside of all zones"
	}
	return "zone " + name
}

// Policies reports whether there is a policy or a matrix, so that a verdict may
// depend on what only they read of a flow.
func (e *Estate) Policies() bool { return e.policies != nil && len(e.policies.Names()) > 0 }

// Judge puts a flow to the policies. It reads no ruleset.
func (e *Estate) Judge(f Flow) (Judgement, error) {
	names, err := e.Names()
	if err != nil {
		return Judgement{}, err
	}
	resolved, err := flow.New(names, f.Sources, f.Destinations, f.Services)
	if err != nil {
		return Judgement{}, err
	}
	return e.judge(f, resolved)
}

// real asks the devices, which are read when it is first needed, for the addresses behind
// those that they show; nil without devices.
func (e *Estate) real() func(addr.Set) (addr.Set, bool, error) {
	if !e.HasDevices() {
		return nil
	}
	return func(shown addr.Set) (addr.Set, bool, error) {
		t, err := e.topology()
		if err != nil {
			return addr.Set{}, false, err
		}
		behind, ok := t.Real(shown)
		return behind, ok, nil
	}
}

func (e *Estate) judge(f Flow, resolved *flow.Flow) (j Judgement, err error) {
	var problems []error
	var expires time.Time
	if f.Expires != "" {
		if expires, err = policy.ParseDeadline(f.Expires); err != nil {
			problems = append(problems, flow.InField("expires", "", err))
		}
	}
	exceptions := make(map[string]policy.Exception, len(f.Exceptions))
	for _, name := range slices.Sorted(maps.Keys(f.Exceptions)) {
		if exceptions[name], err = ParseException(f.Exceptions[name]); err != nil {
			problems = append(problems, flow.InField("exceptions", fmt.Sprintf("[%q]", name), err))
		}
	}
	if len(problems) > 0 {
		return j, errors.Join(problems...)
	}
	set := e.policies
	if set == nil {
		set = noPolicies
	}
	violations, err := set.Check(policy.Question{
		Application: policy.Application{Name: f.Application, Owner: f.ApplicationOwner, Labels: f.ApplicationLabels},
		Name:        f.Name, Flow: resolved, Sources: f.Sources, Destinations: f.Destinations, Services: f.Services,
		SourceZone: f.SourceZone, DestinationZone: f.DestinationZone, Deny: f.Deny,
		NetworkApplications: f.NetworkApplications, Users: f.Users, Comment: f.Comment,
		Expires: expires, Exceptions: exceptions, Real: e.real(),
	}, e.now)
	if err != nil {
		return j, err
	}
	if j.Expired = !expires.IsZero() && !e.now.Before(expires); j.Expired {
		j.Violations = append(j.Violations, Violation{
			Policy: ExpiresPolicy, Severity: string(policy.Notify), Message: "expired on " + f.Expires,
		})
	}
	j.add(violations)
	return j, nil
}

var noPolicies = new(policy.Set)

// add appends violations, the denying ones before the others where not all have
// room.
func (j *Judgement) add(violations []policy.Violation) {
	total := len(j.Violations) + len(violations)
	if total > MaxEntries {
		slices.SortStableFunc(violations, func(a, b policy.Violation) int { return rank(a) - rank(b) })
	}
	for _, v := range violations {
		out := newViolation(v)
		if out.Denies() {
			if !slices.Contains(j.DeniedBy, v.Policy) {
				j.DeniedBy = append(j.DeniedBy, v.Policy)
			}
			if len(j.Denials) < MaxEntries {
				j.Denials = append(j.Denials, out.text())
			}
		}
		if len(j.Violations) < MaxEntries {
			j.Violations = append(j.Violations, out)
		}
	}
	if n := total - MaxEntries; n > 0 {
		j.Violations[MaxEntries-1].Message += fmt.Sprintf(" (and %d more violations)", n)
	}
}

func rank(v policy.Violation) int {
	if v.Blocks() {
		return 0
	}
	return 1
}

func newViolation(v policy.Violation) Violation {
	out := Violation{
		Policy: v.Policy, Severity: string(v.Severity), Message: v.Message,
		Sources: v.Sources, Destinations: v.Destinations, Services: v.Services,
	}
	switch {
	case v.Excepted:
		out.Exception = v.Exception
	case v.Exception != "":
		out.Message += " (the exception " + v.Exception + ")"
	}
	return out
}

// text tells of the violation with its traffic, in two lines.
func (v Violation) text() string {
	text := fmt.Sprintf("policy %q: %s", v.Policy, v.Message)
	if len(v.Sources) > 0 {
		text += fmt.Sprintf("\n  %s -> %s %s", someOf(v.Sources), someOf(v.Destinations), someOf(v.Services))
	}
	return text
}

// someOf writes a list, cut where it would fill a line.
func someOf(texts []string) string {
	const shown = 4
	if len(texts) <= shown {
		return strings.Join(texts, ", ")
	}
	return fmt.Sprintf("%s, … (%d)", strings.Join(texts[:shown-1], ", "), len(texts))
}

// ParseException reads an exception as it is declared: a reason, or
// "until 2026-12-31: reason", whose date is one of [policy.ParseDeadline].
func ParseException(text string) (x policy.Exception, err error) {
	x.Reason = text
	if rest, dated := strings.CutPrefix(text, "until "); dated {
		deadline, reason, ok := strings.Cut(rest, ": ")
		if !ok {
			return x, fmt.Errorf(`%q has no colon and reason after the date; write "until 2026-12-31: reason", or a reason that does not begin with until`, text)
		}
		if x.Until, err = policy.ParseDeadline(deadline); err != nil {
			return x, err
		}
		x.Reason = reason
	}
	if strings.TrimSpace(x.Reason) == "" {
		return x, fmt.Errorf(`gives no reason; write why the flow may violate the policy, or "until 2026-12-31: reason"`)
	}
	return x, nil
}
