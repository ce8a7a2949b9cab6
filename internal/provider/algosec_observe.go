package provider

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/algosec"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/estate"
)

// algosecRuleset stands in missing and decisions for what AlgoSec says.
const algosecRuleset = "AlgoSec"

// A declaration is what a resource declares of one application in AlgoSec.
type declaration struct {
	application       string
	create, exclusive bool
	flows             map[string]estate.Flow
	// owned names the flows that the resource had before: those that are no longer
	// declared are deleted.
	owned []string
	// single says that the resource has one flow of an application that is managed
	// elsewhere.
	single bool
}

// declaredText is the flow on one line.
func declaredText(f estate.Flow) string {
	return flowText(f.Sources, f.Destinations, f.Services, f.Users, f.NetworkApplications)
}

// flowText is a flow on one line, as the inventory shows it.
func flowText(sources, destinations, services, users, applications []string) string {
	text := fmt.Sprintf("%s -> %s %s", strings.Join(sources, ", "), strings.Join(destinations, ", "), strings.Join(services, ", "))
	for _, more := range []struct {
		word  string
		names []string
	}{{"users", users}, {"applications", applications}} {
		if restricted(more.names) {
			text += " for " + more.word + " " + strings.Join(more.names, ", ")
		}
	}
	return text
}

// restricted reports whether the names restrict a flow: AlgoSec has "Any" for none.
func restricted(names []string) bool {
	return len(names) > 0 && !slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, "any") })
}

func storedText(f *algosec.Flow) string {
	return flowText(objectNames(f.Sources), objectNames(f.Destinations), serviceNames(f.Services), plainNames(f.Users), plainNames(f.NetworkApplications))
}

func objectNames(list []algosec.NetworkObject) (out []string) {
	for _, o := range list {
		out = append(out, o.Name)
	}
	return out
}

func serviceNames(list []algosec.Service) (out []string) {
	for _, o := range list {
		out = append(out, o.Name)
	}
	return out
}

func plainNames(list []algosec.Named) (out []string) {
	for _, o := range list {
		out = append(out, o.Name)
	}
	return out
}

// desired is what is declared, for a client; since is what the application held when it
// was last seen without a draft.
func (d declaration) desired(since *algosec.Baseline) algosec.Desired {
	out := algosec.Desired{Application: d.application, Create: d.create, Exclusive: d.exclusive, Owned: d.owned, Since: since}
	for _, name := range slices.Sorted(maps.Keys(d.flows)) {
		f := d.flows[name]
		out.Flows = append(out.Flows, algosec.DesiredFlow{
			Name: name, Sources: f.Sources, Destinations: f.Destinations, Services: f.Services,
			Users: f.Users, NetworkApplications: f.NetworkApplications, Comment: f.Comment,
		})
	}
	return out
}

// without returns the declaration with the named flows to be deleted.
func (d declaration) without(names []string) declaration {
	if len(names) == 0 {
		return d
	}
	d.flows, d.owned = maps.Clone(d.flows), slices.Concat(d.owned, names)
	for _, name := range names {
		delete(d.flows, name)
	}
	return d
}

// judge puts the flows to the policies. Flows that have expired are named apart.
func (s *session) judge(d declaration) (judgements map[string]estate.Judgement, expired []string, err error) {
	judgements = map[string]estate.Judgement{}
	for _, name := range slices.Sorted(maps.Keys(d.flows)) {
		f := d.flows[name]
		if !s.estate.Policies() && f.Expires == "" && len(f.Exceptions) == 0 {
			continue
		}
		j, err := s.estate.Judge(f)
		if err != nil {
			return nil, nil, fmt.Errorf("flow %q: %w (policies know AlgoSec's names only from the provider's addresses and services)", name, err)
		}
		if judgements[name] = j; j.Expired {
			expired = append(expired, name)
		}
	}
	return judgements, expired, nil
}

// observe compares the declaration with AlgoSec and asks for the connectivity. It
// reads, and updates what the journal knows of checks that are still to be made.
//
// An application that does not exist, and is not to be created, is no error here:
// the sighting has nothing to write, and does not exist.
func (s *session) observe(ctx context.Context, d declaration, j *journal) (*sighting, map[string]estate.Found, error) {
	client, err := s.algosec.client()
	if err != nil {
		return nil, nil, err
	}
	judgements, expired, err := s.judge(d)
	if err != nil {
		return nil, nil, err
	}
	change, err := client.Diff(ctx, d.without(expired).desired(j.Base), j.Progress)
	if errors.Is(err, algosec.ErrNotFound) {
		change, err = &algosec.Change{}, nil
	}
	if err != nil {
		return nil, nil, err
	}
	app := change.Application
	seen := &sighting{
		Exists: app != nil,
		Add:    change.Add, Modify: change.Modify, Delete: change.Delete, Objects: change.Objects, Services: change.Services, Resume: change.Resume, Unapplied: change.Unapplied,
		Inventory: map[string]string{}, Answers: map[string]flowAnswer{}, Expired: expired,
	}
	if change.Refused != nil {
		seen.Refused = change.Refused.Error()
	}
	if app != nil {
		seen.Revision, seen.Status = app.Revision, app.Status
		if base := app.Baseline(); base != nil {
			j.Base = base
		}
		seen.Request = concerns(client, app, j.Request)
		seen.list(d, app)
	}
	findings := s.findings(ctx, client, app, d, seen, j)
	found := make(map[string]estate.Found, len(d.flows))
	for name, f := range d.flows {
		var (
			a   flowAnswer
			err error
		)
		if found[name], a, err = s.combine(ctx, f, findings[name], judgements[name]); err != nil {
			return nil, nil, err
		}
		a.Same = app != nil && app.Flow(name) != nil && !slices.Contains(change.Modify, name)
		seen.Answers[name] = a
	}
	return seen, found, nil
}

// list notes the flows that the application has.
func (s *sighting) list(d declaration, app *algosec.Application) {
	for i := range app.Flows {
		f := &app.Flows[i]
		declared, ours := d.flows[f.Name]
		switch {
		case ours && !slices.Contains(s.Modify, f.Name):
			s.Inventory[f.Name] = declaredText(declared)
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
		return &algosec.ChangeRequest{Status: "OPEN", URL: c.Link(app.Revision), Revision: app.Revision}
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
func (s *session) findings(ctx context.Context, client *algosec.Client, app *algosec.Application, d declaration, seen *sighting, j *journal) map[string]algosec.Finding {
	out := make(map[string]algosec.Finding, len(d.flows))
	var check []string
	for _, name := range slices.Sorted(maps.Keys(d.flows)) {
		switch {
		case app == nil:
			out[name] = algosec.Finding{Status: match.Indeterminate, Reason: "there is no such application in AlgoSec"}
		case slices.Contains(seen.Modify, name):
			out[name] = algosec.Finding{Status: match.Indeterminate, Reason: "AlgoSec has another flow of this name: " + seen.Inventory[name]}
		default:
			f := app.Finding(name)
			out[name] = f
			if app.Flow(name) != nil && app.Status == algosec.RevisionActive &&
				(f.Status == match.Indeterminate || slices.Contains(j.Unverified, name) || s.algosec.conf.Simulate && f.Status != match.Allowed) {
				check = append(check, name)
			}
		}
	}
	j.Unverified = slices.DeleteFunc(slices.Clone(j.Unverified), func(name string) bool { _, declared := d.flows[name]; return !declared })
	if len(check) == 0 {
		return out
	}
	checked, err := client.Verify(ctx, app, check)
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

// combine puts AlgoSec's answer and that of the rulesets together, where the flow
// names any. Both are shown, and the worse one counts; while a change request is
// open neither is final.
func (s *session) combine(ctx context.Context, e estate.Flow, finding algosec.Finding, j estate.Judgement) (estate.Found, flowAnswer, error) {
	status := finding.Status
	found := estate.Found{Status: status, Products: int64(len(e.Sources)) * int64(len(e.Destinations)) * int64(len(e.Services))}
	a := flowAnswer{Status: status, Reason: finding.Reason}
	explicit := len(e.Rulesets) > 0
	if explicit {
		assessed, err := s.estate.Assess(ctx, e)
		if err != nil {
			return found, a, fmt.Errorf("flow %q against rulesets: %w", e.Name, err)
		}
		found = assessed.Now
		if status != match.Pending && found.Status > status {
			a = flowAnswer{Status: found.Status, Reason: reasonOf(found)}
		}
		found.Status = a.Status
	}
	found.Violations, found.DeniedBy = j.Violations, j.DeniedBy
	a.Violations, a.Denials = j.Violations, j.Denials
	allowed := finding.Status == match.Allowed
	if status != match.Pending && !allowed {
		found.Missing = append([]estate.Missing{{
			Ruleset: algosecRuleset, Sources: e.Sources, Destinations: e.Destinations, Services: e.Services, Reason: finding.Reason,
		}}, found.Missing...)
	}
	if status != match.Pending && (explicit || !allowed) {
		found.Decisions = append(decisionsOf(e, finding), found.Decisions...)
	}
	found.Summary = a.summary(found.Summary)
	return found, a, nil
}

// summary is the answer in one line; of is that of the flow's rulesets, empty where it
// names none.
func (a flowAnswer) summary(of string) string {
	switch a.Status {
	case match.Pending:
		return pendingSummary
	case match.Allowed:
		text := a.Status.String() + " by AlgoSec"
		if rules, ok := strings.CutPrefix(of, a.Status.String()+" by "); ok {
			text += ", " + rules
		}
		return text
	}
	return strings.TrimSuffix(a.Status.String()+": "+a.Reason, ".")
}

// decisionsOf is AlgoSec's answer, and those of the devices that a simulation asked
// where they may tell more.
func decisionsOf(e estate.Flow, finding algosec.Finding) []estate.Decision {
	decision := func(rule, action string) estate.Decision {
		return estate.Decision{Ruleset: algosecRuleset, Rule: rule, Action: action, Sources: e.Sources, Destinations: e.Destinations, Services: e.Services}
	}
	out := []estate.Decision{decision(wordOf(finding), actionOf(finding.Status))}
	if finding.Status == match.Allowed {
		return out
	}
	for _, d := range finding.Devices {
		text := d.Name + ": " + d.Word
		for _, r := range d.Rules {
			text += fmt.Sprintf(", %s %s", r.Action, r.Name)
		}
		action := actionOf(algosec.StatusOf(d.Word))
		if strings.HasPrefix(strings.ToLower(d.Word), "blocked") { // "by default device behavior"
			action = "deny"
		}
		out = append(out, decision(text, action))
	}
	return out
}

func wordOf(f algosec.Finding) string {
	if f.Word == "" {
		return "no answer"
	}
	return f.Word
}

func actionOf(s match.Verdict) string {
	switch s {
	case match.Allowed:
		return "permit"
	case match.Blocked, match.NotRouted:
		return "deny"
	}
	return "indeterminate"
}
