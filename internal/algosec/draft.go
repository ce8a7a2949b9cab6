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
	a.keep(ctx, ch)
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
		a.keep(ctx, ch)
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
		r := request{method: http.MethodDelete, path: path("applications", id(app.Revision), "flows", id(f.ID))}
		err := a.c.write(ctx, r, acceptNothing)
		if err := next(err); err != nil {
			return app, err
		}
	}
	for _, body := range ch.bodies {
		m := ch.wanted[body.Name]
		a.p.writes(body.Name, &m)
		r := request{method: http.MethodPost, path: path("applications", id(app.Revision), "flows", "new"), body: []newFlow{body}}
		err := a.c.write(ctx, r, acceptFlow(body.Name))
		if err := next(err); err != nil {
			return app, err
		}
	}

	return a.checked(ctx, ch)
}

// checked reads the draft after the last write, and makes sure that it holds what it
// should.
func (a *applying) checked(ctx context.Context, ch *Change) (*Application, error) {
	app, err := a.c.refresh(ctx, a.d.Application)
	if err != nil {
		return nil, err
	}
	if app.Status != RevisionDraft || app.Revision != a.p.Draft {
		return app, &RefusedError{Application: a.d.Application, Revision: app.Revision, Status: app.Status,
			Reason: fmt.Sprintf("our draft is revision %d; somebody else has applied or discarded it", a.p.Draft)}
	}
	if err := a.complete(app, ch, "the draft was not applied"); err != nil {
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

// complete makes sure that the draft holds what is desired, before it is applied and
// once more after: the server resolves names by rules of its own, and others may edit
// the draft. stands says how things stand with it.
func (a *applying) complete(app *Application, ch *Change, stands string) error {
	for _, name := range slices.Sorted(maps.Keys(ch.wanted)) {
		if err := a.landed(app, ch, name, stands); err != nil {
			return err
		}
	}
	for _, name := range ch.Delete {
		if app.Flow(name) != nil {
			return fmt.Errorf("AlgoSec: flow %q is still in revision %d of application %q, although it was deleted; %s", name, app.Revision, a.d.Application, stands)
		}
	}
	return nil
}

// landed makes sure that a flow is in the draft as it was written.
func (a *applying) landed(app *Application, ch *Change, name, stands string) error {
	switch f := app.Flow(name); {
	case f == nil:
		return fmt.Errorf("AlgoSec: flow %q is not in revision %d of application %q, where it was written; %s", name, app.Revision, a.d.Application, stands)
	case f.meaning() != ch.wanted[name]:
		return fmt.Errorf("AlgoSec: flow %q in revision %d of application %q is not what was written: the server took a name for something else, or somebody else changed it; %s",
			name, app.Revision, a.d.Application, stands)
	}
	return nil
}

// apply applies the draft, and makes sure that it was applied: by reading the
// application, whatever the reply says. It returns the application as it is then.
func (a *applying) apply(ctx context.Context, checked *Application) (*Application, *ChangeRequest, error) {
	r := request{method: http.MethodPost, path: path("applications", id(a.p.Draft), "apply"), slow: true}
	a.p.Applied = time.Now().UTC()
	a.keep(ctx, nil)
	var answer applyReply
	err := a.c.doJSON(ctx, r, &answer)
	if refused(err) {
		a.p.Applied = time.Time{}
		return nil, nil, err
	}
	app, readErr := a.c.refresh(ctx, a.d.Application)
	if readErr == nil && err == nil {
		// The reply says that it is done; a server may take a moment to show it.
		var waitErr error
		if app, waitErr = a.settle(ctx, app); waitErr != nil {
			return nil, nil, waitErr
		}
	}
	if err != nil && (readErr != nil || !a.tookEffect(app)) {
		if answered(err) && readErr == nil {
			a.p.Applied = time.Time{} // it is done, and did nothing: there is nothing to wait for
		}
		return nil, nil, err
	}
	if readErr != nil {
		// The reply has the change request, so that it is open.
		after := *checked
		after.Status = RevisionPending
		app = &after
		a.c.applications.forget(a.d.Application)
	}
	if !a.tookEffect(app) {
		return nil, nil, fmt.Errorf("AlgoSec: application %q: the server says that revision %d was applied, and shows revision %d with the status %q; the change is not on its way",
			a.d.Application, a.p.Draft, app.Revision, clean(app.Status))
	}
	request := a.c.Unnumbered(app)
	if err == nil {
		request.ID, request.Status, request.Subject = answer.ChangeRequest.ID, clean(answer.ChangeRequest.Status), clean(answer.ChangeRequest.Subject)
	}
	return app, request, nil
}

// tookEffect reports whether the application shows that the draft was applied: its
// change request is open, or closed already.
func (a *applying) tookEffect(app *Application) bool {
	return app.Revision == a.p.Draft && (app.Status == RevisionPending || app.Status == RevisionActive)
}
