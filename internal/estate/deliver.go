package estate

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/additions"
)

// ErrStale says that a ruleset is no longer what the plan was made from.
var ErrStale = errors.New("changed after this plan was made, plan again")

// VerifyJudgement compares what policies said when the plan was made with what they
// say now: an exception, or the flow, may have ended since.
func (a *Assessment) VerifyJudgement(deniedBy []string, expired bool) error {
	switch {
	case a.Expired != expired:
		return fmt.Errorf("whether the flow has expired %w", ErrStale)
	case slices.Equal(a.DeniedBy, deniedBy):
		return nil
	case a.Denied():
		return fmt.Errorf("what policies say of the flow %w; it is now denied by %s", ErrStale, quoted(a.DeniedBy))
	}
	return fmt.Errorf("what policies say of the flow %w; none denies it now", ErrStale)
}

// Verify compares the digests that a plan rests on with the rulesets as they are.
func (a *Assessment) Verify(planned map[string]string) error {
	var stale []string
	for name, d := range planned {
		if now, ok := a.Digests[name]; ok && now != d {
			stale = append(stale, name)
		}
	}
	if len(stale) == 0 {
		return nil
	}
	slices.Sort(stale)
	if name, ok := strings.CutPrefix(stale[0], "device "); ok {
		return fmt.Errorf("the device %s %w", name, ErrStale)
	}
	return fmt.Errorf("the ruleset %s %w", stale[0], ErrStale)
}

// ErrUnmet says that the flow is not as wanted although all that may be written
// has been.
var ErrUnmet = errors.New("the flow is not as wanted")

// ErrDenied says that a policy denies the flow.
var ErrDenied = errors.New("the flow violates policy")

// Deliver writes the rules that the assessment says the flow needs, and assesses
// again. The error wraps [ErrUnmet] where the flow then is not as wanted. It wraps
// [ErrDenied] where a policy denies the flow, and nothing is written then, but that an
// expired flow gives up its rules all the same. It wraps [ErrStale], and nothing is written, where a ruleset changed since the
// assessment. The assessment returned is the newest there is, also with an error.
func (e *Estate) Deliver(ctx context.Context, f Flow, a *Assessment) (*Assessment, error) {
	if a.Settled && (a.idle || !a.isNew) {
		return a, nil
	}
	if a.Denied() && !a.Expired {
		return a, a.denied()
	}
	if err := e.write(ctx, f, a); err != nil {
		return a, err
	}
	after, err := e.assess(ctx, f, a.isNew)
	if err != nil {
		return a, err
	}
	switch {
	case after.Denied():
		return after, after.denied()
	case after.Now.Satisfied:
		return after, nil
	case !a.Deliverable:
		return after, fmt.Errorf("%w:\n%s", ErrUnmet, a.Unmet())
	}
	return after, fmt.Errorf("%w although its rules are written:\n%s", ErrUnmet, after.InTheWay())
}

// write brings what the flow needs to the files, and nothing where a ruleset is no longer
// what the assessment rests on.
func (e *Estate) write(ctx context.Context, f Flow, a *Assessment) error {
	q, _, _, err := e.request(f)
	if err != nil {
		return err
	}
	_, stations, err := router{e}.route(f, q)
	if err != nil {
		return err
	}
	var files []station // one for each additions file
	want := map[string][]additions.Rule{}
	for _, s := range stations {
		if s.digest == "" || s.load == nil {
			continue
		}
		if s.sends() { // is read again before anything is sent
			files, want = s.among(files, want, a)
			continue
		}
		same, err := s.unchanged(s.base)
		if err != nil {
			return fmt.Errorf("%s: %w", s.title(), err)
		}
		if !same {
			return fmt.Errorf("the %s %s %w", kindOrRuleset(s.kind), s.name, ErrStale)
		}
		if !s.writable() {
			continue
		}
		files, want = s.among(files, want, a)
	}
	for _, s := range files {
		if err := s.own(ctx, f.Owner(), want[s.key()], a.Digests[s.key()]); err != nil {
			return err
		}
	}
	return nil
}

// among adds the station's needs to those of its additions file.
func (s station) among(files []station, want map[string][]additions.Rule, a *Assessment) ([]station, map[string][]additions.Rule) {
	if !slices.ContainsFunc(files, func(o station) bool { return o.key() == s.key() }) {
		files = append(files, s)
	}
	want[s.key()] = append(want[s.key()], a.Needs[s.place()]...)
	return files, want
}

func (a *Assessment) denied() error { return fmt.Errorf("%w:\n%s", ErrDenied, Indent(a.Denials)) }

// InTheWay names the rules that keep a delivered flow from being as wanted, each line
// indented.
func (a *Assessment) InTheWay() string {
	if !a.Deliverable {
		return a.Unmet()
	}
	var out []string
	for _, m := range a.Now.Missing {
		out = append(out, fmt.Sprintf("%s: %s %s", m.place(), m.Reason, m.BlockedBy))
	}
	return Indent(out)
}

// own makes want the rules that owner owns in the ruleset's additions file.
func (rs *ruleset) own(ctx context.Context, owner string, want []additions.Rule, digest string) error {
	if rs.delivers != nil {
		return rs.order(ctx, owner, want, digest)
	}
	_, err := additions.Update(ctx, rs.config.Additions, owner, want, func(now *additions.File) error {
		if err := rs.apart(); err != nil {
			return err
		}
		if digest == "" {
			return nil
		}
		b, err := rs.load()
		if err != nil {
			return err
		}
		if b.digest+"+"+now.BaseDigest() != digest {
			return fmt.Errorf("the %s %s %w", kindOrRuleset(rs.kind), rs.name, ErrStale)
		}
		return nil
	})
	if err != nil && !errors.Is(err, ErrStale) {
		return fmt.Errorf("%s: additions: %w", rs.title(), err)
	}
	return err
}

// writable returns the rulesets and devices that have an additions file, in order of
// names.
func (e *Estate) writable() (out []*ruleset) {
	for _, name := range e.RulesetNames() {
		if rs := e.rulesets[name]; rs.config.Additions != "" {
			out = append(out, rs)
		}
	}
	for _, name := range e.DeviceNames() {
		if fw := e.devices[name]; fw.config.Additions != "" {
			out = append(out, fw.ruleset)
		}
	}
	return out
}

// Release gives up every rule that owner owns in any additions file of the
// estate, except in those of keep, see [Estate.Path].
func (e *Estate) Release(ctx context.Context, owner string, keep ...string) error {
	e.claim(additions.OwnerID(owner))
	var errs []error
	for _, rs := range e.writable() {
		if slices.Contains(keep, rs.key()) {
			continue
		}
		if owns, err := rs.owns(owner); !owns && err == nil {
			continue
		}
		if err := forgotten(rs.config.Additions); err != nil && !rs.sends() {
			errs = append(errs, fmt.Errorf("%s: %w", rs.title(), err))
			continue
		}
		if err := rs.own(ctx, owner, nil, ""); err != nil {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// place names what is in the way for people.
func (m Missing) place() string {
	switch {
	case m.Device != "":
		return strings.TrimSpace(fmt.Sprintf("device %q %s", m.Device, m.List))
	case m.Ruleset == "" && m.From+m.To != "":
		return fmt.Sprintf("from zone %q to zone %q", m.From, m.To)
	}
	return fmt.Sprintf("ruleset %q", m.Ruleset)
}
