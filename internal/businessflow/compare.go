package businessflow

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/algosec"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/estate"
)

// A Server is an AlgoSec server, with the rulesets and policies beside it.
type Server struct {
	Client *algosec.Client
	Estate *estate.Estate
	// Simulate says that the client asks Firewall Analyzer, which names what is in the way.
	Simulate bool
	// Enforcement is what is done about what is not as declared.
	Enforcement Enforcement
}

// Enforcement is when what is not as declared is an error, and what is written.
type Enforcement string

// The kinds of enforcement.
const (
	// Advisory compares and writes nothing.
	Advisory Enforcement = "advisory"
	// AtPlan makes an error in the plan of what an apply would refuse.
	AtPlan Enforcement = "plan"
	// AtApply is the default.
	AtApply Enforcement = "apply"
)

// judge puts the flows to the policies. Flows that have expired are named apart.
func (s Server) judge(d Declaration) (judgements map[string]estate.Judgement, expired []string, err error) {
	judgements = map[string]estate.Judgement{}
	for _, name := range slices.Sorted(maps.Keys(d.Flows)) {
		f := d.Flows[name]
		if !s.Estate.Policies() && f.Expires == "" && len(f.Exceptions) == 0 {
			continue
		}
		j, err := s.Estate.Judge(f)
		if err != nil {
			return nil, nil, fmt.Errorf("flow %q: %w (policies know AlgoSec's names only from the provider's addresses and services)", name, err)
		}
		if judgements[name] = j; j.Expired {
			expired = append(expired, name)
		}
	}
	return judgements, expired, nil
}

// Compare compares the declaration with AlgoSec and asks for the connectivity. It
// reads, and updates what the journal knows of checks that are still to be made.
//
// An application that does not exist, and is not to be created, is no error here:
// the comparison has nothing to write, and says that there is none.
func (s Server) Compare(ctx context.Context, d Declaration, j *Journal) (*Comparison, map[string]estate.Found, error) {
	judgements, expired, err := s.judge(d)
	if err != nil {
		return nil, nil, err
	}
	change, err := s.Client.Diff(ctx, d.Without(expired).desired(j.Base), j.Progress)
	if errors.Is(err, algosec.ErrNotFound) {
		change, err = &algosec.Change{}, nil
	}
	if err != nil {
		return nil, nil, err
	}
	app := change.Application
	seen := &Comparison{
		Exists: app != nil,
		Add:    change.Add, Modify: change.Modify, Delete: change.Delete, Objects: change.Objects, Services: change.Services, Resume: change.Resume, Unapplied: change.Unapplied,
		Inventory: map[string]string{}, Answers: map[string]Answer{}, Expired: expired,
	}
	if change.Refused != nil {
		seen.Refused = change.Refused.Error()
	}
	if app != nil {
		seen.Revision, seen.Status = app.Revision, app.Status
		if base := app.Baseline(); base != nil {
			j.Base = base
		}
		seen.Request = concerns(s.Client, app, j.Request)
		seen.list(d, app)
	}
	findings := s.findings(ctx, app, d, seen, j)
	found := make(map[string]estate.Found, len(d.Flows))
	for name, f := range d.Flows {
		var (
			a   Answer
			err error
		)
		if found[name], a, err = s.answer(ctx, f, findings[name], judgements[name]); err != nil {
			return nil, nil, err
		}
		a.Same = app != nil && app.Flow(name) != nil && !slices.Contains(change.Modify, name)
		seen.Answers[name] = a
	}
	return seen, found, nil
}

// list notes the flows that the application has.
func (s *Comparison) list(d Declaration, app *algosec.Application) {
	for i := range app.Flows {
		f := &app.Flows[i]
		declared, ours := d.Flows[f.Name]
		switch {
		case ours && !slices.Contains(s.Modify, f.Name):
			s.Inventory[f.Name] = FlowText(declared)
		case ours, slices.Contains(s.Delete, f.Name):
			s.Inventory[f.Name] = storedText(f)
		default:
			s.Others = append(s.Others, f.Name)
		}
	}
	slices.Sort(s.Others)
}

// concerns returns the change request to show for the application as it is: the
// last one that we opened, or one of somebody else that is open, of which nothing
// but its existence is known.
func concerns(c *algosec.Client, app *algosec.Application, last *algosec.ChangeRequest) *algosec.ChangeRequest {
	switch {
	case last != nil && last.Open(app):
		return last
	case app.Status == algosec.RevisionPending:
		return c.Unnumbered(app)
	case last != nil:
		closed := *last
		closed.Status = "CLOSED"
		return &closed
	}
	return nil
}

// findings returns AlgoSec's answer for each declared flow. That a revision is active
// proves no connectivity, so that what a change request was opened for is checked,
// and what AlgoSec has no word for. A simulation also names what is in the way, so
// that it is asked for all that is not allowed.
func (s Server) findings(ctx context.Context, app *algosec.Application, d Declaration, seen *Comparison, j *Journal) map[string]algosec.Finding {
	out := make(map[string]algosec.Finding, len(d.Flows))
	var check []string
	for _, name := range slices.Sorted(maps.Keys(d.Flows)) {
		switch {
		case app == nil:
			out[name] = algosec.Finding{Status: match.Indeterminate, Reason: "there is no such application in AlgoSec"}
		case slices.Contains(seen.Modify, name):
			out[name] = algosec.Finding{Status: match.Indeterminate, Reason: "AlgoSec has another flow of this name: " + seen.Inventory[name]}
		default:
			f := app.Finding(name)
			out[name] = f
			if app.Flow(name) != nil && app.Status == algosec.RevisionActive &&
				(f.Status == match.Indeterminate || slices.Contains(j.Unverified, name) || s.Simulate && f.Status != match.Allowed) {
				check = append(check, name)
			}
		}
	}
	j.Unverified = slices.DeleteFunc(slices.Clone(j.Unverified), func(name string) bool { _, declared := d.Flows[name]; return !declared })
	if len(check) == 0 {
		return out
	}
	checked, err := s.Client.Verify(ctx, app, check)
	for _, name := range check {
		if err != nil {
			out[name] = algosec.Finding{Status: match.Indeterminate, Reason: "the connectivity could not be checked: " + err.Error()}
			continue
		}
		out[name] = checked[name]
		if checked[name].Status == match.Allowed {
			j.Unverified = slices.DeleteFunc(j.Unverified, func(n string) bool { return n == name })
		}
	}
	return out
}
