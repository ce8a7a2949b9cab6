package algosec

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// RefusedError says why an application is not written. If it comes from
// [Client.Diff], or Apply returns no progress with it, nothing was written; else
// what was written stands in a draft that is not applied.
type RefusedError struct {
	Application string
	// Revision and Status are those of the revision in the way, if there is one.
	Revision int64
	Status   string
	Reason   string
}

// Error names the application, the revision with its status, and the reason.
func (e *RefusedError) Error() string {
	if e.Revision == 0 {
		return fmt.Sprintf("AlgoSec: application %q is not written: %s", e.Application, e.Reason)
	}
	return fmt.Sprintf("AlgoSec: application %q is not written: its revision %d has the status %q: %s", e.Application, e.Revision, clean(e.Status), e.Reason)
}

// Change is what [Client.Apply] would do.
type Change struct {
	// Application is what is there, nil if it would be created.
	Application *Application
	// Delete, Add and Modify name flows, sorted. A flow is modified by deleting
	// it and adding it again.
	Delete, Add, Modify []string
	// Objects and Services name what has to be created first, sorted.
	Objects, Services []string
	// Resume says that there is a draft of ours that was not applied.
	Resume bool
	// Unapplied names flows that are as wanted in a draft which is not known to be ours,
	// and not, or perhaps not, in what was there before it: as long as nobody applies
	// the draft, they are not in force. Sorted.
	Unapplied []string
	// Refused is why it would not be done, if there is anything to do.
	Refused *RefusedError

	// progress is what is known of the draft, and from where.
	progress Progress
	origin   origin

	wanted   map[string]meaning
	objects  []newObject
	services []newService
	bodies   []newFlow // of Add and Modify, sorted by name
}

// Empty reports whether nothing would be written.
func (ch *Change) Empty() bool {
	return ch.Application != nil && len(ch.Delete)+len(ch.Add)+len(ch.Modify)+len(ch.Unapplied) == 0 && !ch.Resume
}

// Diff compares what is desired with what is there, and says what [Client.Apply]
// would do; p is what the last apply left. It reads, and shares what it reads with
// [Client.Read]. Unknown names of objects and services are errors, all reported.
func (c *Client) Diff(ctx context.Context, d Desired, p Progress) (*Change, error) {
	if err := d.validate(); err != nil {
		return nil, err
	}
	app, err := c.Read(ctx, d.Application)
	switch {
	case errors.Is(err, ErrNotFound) && d.Create:
		app = nil
	case err != nil:
		return nil, err
	}
	return c.diff(ctx, app, d, p)
}

func (c *Client) diff(ctx context.Context, app *Application, d Desired, p Progress) (*Change, error) {
	ch := &Change{Application: app, wanted: make(map[string]meaning)}
	res := newResolver(c, app)
	meanings := make([]meaning, len(d.Flows))
	err := each(ctx, len(d.Flows), func(ctx context.Context, i int) (err error) {
		meanings[i], err = res.meaning(ctx, d.Flows[i])
		return err
	})
	if err != nil {
		return nil, err
	}
	for i, f := range d.Flows {
		m := meanings[i]
		ch.wanted[f.Name] = m
		there := (*Flow)(nil)
		if app != nil {
			there = app.Flow(f.Name)
		}
		switch {
		case there == nil:
			ch.Add = append(ch.Add, f.Name)
		case there.meaning() != m:
			ch.Modify = append(ch.Modify, f.Name)
		}
	}
	if app != nil {
		for _, f := range app.Flows {
			if d.flow(f.Name) == nil && (d.Exclusive || slices.Contains(d.Owned, f.Name)) {
				ch.Delete = append(ch.Delete, f.Name)
			}
		}
	}
	slices.Sort(ch.Add)
	slices.Sort(ch.Modify)
	slices.Sort(ch.Delete)
	if err := ch.prepare(ctx, res, d); err != nil {
		return nil, err
	}
	ch.progress, ch.origin = c.attribute(app, d, p, ch.wanted)
	if p = ch.progress; app != nil && app.Status == RevisionDraft {
		ch.Resume = p.began(app) && p.changed(app) && (ch.origin == toldOrigin || p.touches(d))
		if !p.began(app) || p.Foreign {
			ch.Unapplied = unapplied(app, d, ch.wanted)
		}
	}
	if !ch.Empty() {
		ch.Refused = c.refusal(app, d.Application, p)
	}
	return ch, nil
}

// prepare finds out what has to be sent, and created first, for the flows to be
// written.
func (ch *Change) prepare(ctx context.Context, res *resolver, d Desired) error {
	names := slices.Sorted(slices.Values(slices.Concat(ch.Add, ch.Modify)))
	prepared := make([]preparedFlow, len(names))
	err := each(ctx, len(names), func(ctx context.Context, i int) (err error) {
		prepared[i], err = res.prepare(ctx, *d.flow(names[i]))
		return err
	})
	if err != nil {
		return err
	}
	for _, p := range prepared {
		ch.bodies = append(ch.bodies, p.body)
		for _, o := range p.objects {
			if !slices.Contains(ch.Objects, o.Name) {
				ch.Objects, ch.objects = append(ch.Objects, o.Name), append(ch.objects, o)
			}
		}
		for _, s := range p.services {
			if !slices.Contains(ch.Services, s.Name) {
				ch.Services, ch.services = append(ch.Services, s.Name), append(ch.services, s)
			}
		}
	}
	slices.Sort(ch.Objects)
	slices.Sort(ch.Services)
	return nil
}

// preparedFlow is the body that creates a flow, and what has to be there before.
type preparedFlow struct {
	body     newFlow
	objects  []newObject
	services []newService
}

func (r *resolver) prepare(ctx context.Context, f DesiredFlow) (preparedFlow, error) {
	p := preparedFlow{body: newFlow{
		Type: "APPLICATION", Name: f.Name, Comment: f.Comment,
		Users: append([]string{}, f.Users...), CustomFields: []any{}, NetworkApplications: named(f.NetworkApplications),
	}}
	var errs []error
	for _, side := range []struct {
		texts []string
		out   *[]Named
	}{{f.Sources, &p.body.Sources}, {f.Destinations, &p.body.Destinations}} {
		for _, text := range side.texts {
			name, missing, err := r.objectFor(ctx, text)
			if err != nil {
				errs = append(errs, err)
				continue
			}
			if missing != nil {
				p.objects = append(p.objects, *missing)
			}
			*side.out = appendNamed(*side.out, name)
		}
	}
	for _, text := range f.Services {
		name, missing, err := r.serviceFor(ctx, text)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		if missing != nil {
			p.services = append(p.services, *missing)
		}
		p.body.Services = appendNamed(p.body.Services, name)
	}
	if err := errors.Join(errs...); err != nil {
		return p, fmt.Errorf("flow %q: %w", f.Name, err)
	}
	return p, nil
}

// appendNamed appends a name that is not there yet: two declared literals may be
// the same object.
func appendNamed(list []Named, name string) []Named {
	if slices.Contains(list, Named{name}) {
		return list
	}
	return append(list, Named{name})
}

func named(names []string) []Named {
	list := []Named{}
	for _, name := range names {
		list = appendNamed(list, name)
	}
	return list
}

// A newFlow is the body that creates a flow. Its keys are not those of the reply.
type newFlow struct {
	Type                string   `json:"type"`
	Name                string   `json:"name"`
	Comment             string   `json:"comment"`
	Sources             []Named  `json:"sources"`
	Destinations        []Named  `json:"destinations"`
	Services            []Named  `json:"services"`
	Users               []string `json:"users"`
	NetworkApplications []Named  `json:"network_applications"`
	CustomFields        []any    `json:"custom_fields"`
}

// refusal returns why the application must not be written now, or nil. app is nil
// if it would be created.
func (c *Client) refusal(app *Application, name string, p Progress) *RefusedError {
	if e := c.Forbidden(name); e != nil {
		return e
	}
	if app == nil || app.Status == RevisionActive {
		return nil
	}
	e := &RefusedError{Application: name, Revision: app.Revision, Status: app.Status}
	switch {
	case app.Status == RevisionDraft && (p.covers(app) || c.conf.ForeignDrafts == IncludeForeignDrafts):
		return nil
	case p.began(app) && !p.Foreign:
		e.Reason = fmt.Sprintf("we began this draft, but somebody else edits it too (%s), %s", p.strange(app), wayOut)
	case app.Status == RevisionDraft:
		e.Reason = "somebody else began this draft, " + wayOut
	case app.Status == RevisionPending:
		e.Reason = "a change request is open for it, and it can be changed again when the request is closed"
	default:
		e.Reason = "only an active application can be changed"
	}
	return e
}

const wayOut = "and applying it would apply all that is in it; apply or discard it in AlgoSec, or set foreign_drafts = \"include\""
