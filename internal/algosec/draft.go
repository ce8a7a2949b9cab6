package algosec

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"time"
)

// write deletes and creates the flows in the recorded order: sorted deletes, then
// sorted creates. It returns the draft, read after the last write, and makes sure
// that it holds what it should.
func (a *applying) write(ctx context.Context, app *Application, ch *Change) (*Application, error) {
	active := app.Status != RevisionDraft
	first := true
	// next refetches after the first write: revision and flow ids are new.
	next := func(err error) error {
		switch {
		case err != nil && first && active && refused(err):
			a.p = Progress{} // no draft was made
			return err
		case err != nil || !first:
			return err
		}
		first = false
		base := app.Revision
		if app, err = a.c.refresh(ctx, a.d.Application); err != nil {
			return err
		}
		if app.Status != RevisionDraft || active && app.Revision == base {
			return &RefusedError{Application: a.d.Application, Revision: app.Revision, Status: app.Status,
				Reason: fmt.Sprintf("a write to revision %d should have made a draft", base)}
		}
		a.p.Draft = app.Revision
		return nil
	}
	for _, name := range slices.Sorted(slices.Values(slices.Concat(ch.Delete, ch.Modify))) {
		f := app.Flow(name)
		if f == nil {
			continue
		}
		if f.ID <= 0 {
			return app, fmt.Errorf("AlgoSec: flow %q of application %q has no id", name, a.d.Application)
		}
		var m *meaning
		if wanted, ok := ch.wanted[name]; ok {
			m = &wanted
		}
		a.p.writes(name, m)
		_, err := a.c.do(ctx, request{method: http.MethodDelete, path: path("applications", id(app.Revision), "flows", id(f.ID))})
		if err := next(err); err != nil {
			return app, err
		}
	}
	for _, body := range ch.bodies {
		m := ch.wanted[body.Name]
		a.p.writes(body.Name, &m)
		_, err := a.c.do(ctx, request{method: http.MethodPost, path: path("applications", id(app.Revision), "flows", "new"), body: []newFlow{body}})
		if err := next(err); err != nil {
			return app, err
		}
	}

	app, err := a.c.refresh(ctx, a.d.Application)
	if err != nil {
		return nil, err
	}
	if app.Status != RevisionDraft || app.Revision != a.p.Draft {
		return app, &RefusedError{Application: a.d.Application, Revision: app.Revision, Status: app.Status,
			Reason: fmt.Sprintf("our draft is revision %d; somebody else has applied or discarded it", a.p.Draft)}
	}
	if err := a.complete(app, ch); err != nil {
		return app, err
	}
	return app, a.alone(app)
}

// alone refuses a draft with edits that are not ours.
func (a *applying) alone(app *Application) error {
	strange := a.p.strange(app)
	if strange == "" || a.c.conf.ForeignDrafts == IncludeForeignDrafts {
		return nil
	}
	return &RefusedError{Application: a.d.Application, Revision: app.Revision, Status: app.Status,
		Reason: fmt.Sprintf("somebody else edits this draft at the same time (%s), %s", strange, wayOut)}
}

// complete makes sure that the draft holds what is desired before it is applied:
// the server resolves names by rules of its own.
func (a *applying) complete(app *Application, ch *Change) error {
	for _, name := range slices.Sorted(maps.Keys(ch.wanted)) {
		if err := a.landed(app, ch, name); err != nil {
			return err
		}
	}
	for _, name := range ch.Delete {
		if app.Flow(name) != nil {
			return fmt.Errorf("AlgoSec: flow %q is still in revision %d of application %q, although it was deleted; the draft was not applied", name, app.Revision, a.d.Application)
		}
	}
	return nil
}

// landed makes sure that a flow is in the draft as it was written.
func (a *applying) landed(app *Application, ch *Change, name string) error {
	switch f := app.Flow(name); {
	case f == nil:
		return fmt.Errorf("AlgoSec: flow %q is not in revision %d of application %q, where it was written; the draft was not applied", name, app.Revision, a.d.Application)
	case f.meaning() != ch.wanted[name]:
		return fmt.Errorf("AlgoSec: flow %q in revision %d of application %q is not what was written: the server took a name for something else, or somebody else changed it; the draft was not applied",
			name, app.Revision, a.d.Application)
	}
	return nil
}

// applied is a change request with the status that the application has from it.
type applied struct {
	ChangeRequest
	status string
}

// apply applies the draft.
func (a *applying) apply(ctx context.Context) (applied, error) {
	r := request{method: http.MethodPost, path: path("applications", id(a.p.Draft), "apply"), slow: true}
	a.p.Applied = time.Now().UTC()
	var answer applyReply
	err := a.c.doJSON(ctx, r, &answer)
	if err == nil {
		request := answer.ChangeRequest
		request.Revision, request.URL = a.p.Draft, a.c.Link(a.p.Draft)
		request.Status, request.Subject = clean(request.Status), clean(request.Subject)
		return applied{request, RevisionPending}, nil
	}
	if refused(err) {
		a.p.Applied = time.Time{}
		return applied{}, err
	}
	// The draft may have been applied all the same.
	app, readErr := a.c.refresh(ctx, a.d.Application)
	if readErr == nil && app.Revision == a.p.Draft && app.Status != RevisionDraft {
		return applied{*a.c.unnumbered(app), app.Status}, nil
	}
	return applied{}, err
}
