package algosec

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// Result is what [Client.Apply] did.
type Result struct {
	// Application is the application as it is now, with its flows.
	Application *Application
	// Delete, Add and Modify name the flows that were written.
	Delete, Add, Modify []string
	// ChangeRequest is the request that this apply opened, or an earlier one whose
	// reply was lost; nil if there is none.
	ChangeRequest *ChangeRequest
	// Strange is an edit of somebody else that went along, made after the last look at
	// the draft before it was applied; "" for none.
	Strange string
}

// Apply makes the application hold what is desired: creates what is missing,
// deletes and creates flows in one draft, and applies the draft, which opens one
// change request. If nothing differs nothing is written.
//
// p is the progress that the last apply returned. The progress that is returned
// has to be kept, also and above all with an error: the next apply goes on where
// this one stopped, without a second change request.
//
// Applies of one application wait for each other. See [Client.ApplyFlows] for
// several that belong into one change request.
func (c *Client) Apply(ctx context.Context, d Desired, p Progress) (Result, Progress, error) {
	if err := d.validate(); err != nil {
		return Result{}, p, err
	}
	w := c.writer(d.Application)
	if err := w.lock.acquire(ctx); err != nil {
		return Result{}, p, fmt.Errorf("AlgoSec: application %q: %w", d.Application, err)
	}
	defer w.lock.release()
	return c.applyLocked(ctx, w, d, p)
}

// applyLocked is Apply for who holds the lock of the writer.
func (c *Client) applyLocked(ctx context.Context, w *writer, d Desired, p Progress) (Result, Progress, error) {
	c.mu.Lock()
	if !w.progress.IsZero() {
		p = w.progress
	}
	c.mu.Unlock()
	if p.IsZero() {
		p = c.kept(d.Application)
	}
	a := &applying{c: c, d: d, p: p.clone()}
	res, err := a.run(ctx)
	a.keep(context.WithoutCancel(ctx), nil)
	if err != nil {
		c.applications.forget(d.Application) // how far it came is not known
	}
	c.mu.Lock()
	w.progress = a.p.clone()
	c.mu.Unlock()
	return res, a.p, err
}

// applying is one run of Apply.
type applying struct {
	c *Client
	d Desired
	p Progress
}

func (a *applying) run(ctx context.Context) (Result, error) {
	app, err := a.application(ctx)
	if err != nil {
		return Result{}, err
	}
	ch, err := a.c.diff(ctx, app, a.d, a.p)
	if err != nil {
		return Result{}, err
	}
	if a.p = ch.progress; ch.origin == contentOrigin && !ch.writes() {
		// All is written, and it is not known whether it was applied already: the server
		// may still be at it.
		a.p.Applied = time.Now().UTC()
	}
	if !a.p.Applied.IsZero() && app.Status == RevisionDraft {
		if app, err = a.settle(ctx, app); err != nil {
			return Result{}, err
		}
		if ch, err = a.c.diff(ctx, app, a.d, a.p); err != nil {
			return Result{}, err
		}
	}
	lost := a.recovered(app)
	switch {
	case ch.Empty():
		if !a.p.began(app) {
			a.p = Progress{} // the draft is gone, or applied
		}
		return Result{Application: app, ChangeRequest: lost}, nil
	case ch.Refused != nil:
		return Result{Application: app, ChangeRequest: lost}, ch.Refused
	}

	if !a.p.began(app) {
		a.p = begin(app)
		a.p.Foreign = app.Status == RevisionDraft
	}
	if app.Status == RevisionDraft {
		a.p.Draft = app.Revision
	}
	if err := a.create(ctx, ch); err != nil {
		return Result{Application: app}, a.unbegun(err)
	}
	if app, err = a.write(ctx, app, ch); err != nil {
		return Result{Application: app}, a.unbegun(err)
	}
	if !a.p.changed(app) && !a.p.Foreign {
		// An earlier run had begun a draft, and what is wanted now is what was there
		// before it. That is no change to request; there is no call to discard it.
		return Result{Application: app, Delete: ch.Delete, Add: ch.Add, Modify: ch.Modify}, nil
	}
	return a.finish(ctx, app, ch)
}

// finish applies the draft, and tells what went along with it.
func (a *applying) finish(ctx context.Context, app *Application, ch *Change) (Result, error) {
	after, request, err := a.apply(ctx, app)
	if err != nil {
		return Result{Application: app}, err
	}
	res := Result{Application: after, Delete: ch.Delete, Add: ch.Add, Modify: ch.Modify, ChangeRequest: request}
	if a.c.conf.ForeignDrafts != IncludeForeignDrafts {
		res.Strange = a.p.strange(after)
	}
	err = a.complete(after, ch, fmt.Sprintf("that happened just before the draft was applied, and change request %d is open for it", request.ID))
	a.p = Progress{}
	return res, err
}

// writes reports whether there are flows to write.
func (ch *Change) writes() bool { return len(ch.Delete)+len(ch.Add)+len(ch.Modify) > 0 }

// unbegun clears the progress if no draft can have come of it.
func (a *applying) unbegun(err error) error {
	if a.p.Draft == 0 && len(a.p.Written) == 0 {
		a.p = Progress{}
	}
	return err
}

// application reads the application anew, and creates it if that is wanted.
func (a *applying) application(ctx context.Context) (*Application, error) {
	app, err := a.c.refresh(ctx, a.d.Application)
	if errors.Is(err, ErrNotFound) && a.d.Create {
		if refused := a.c.Forbidden(a.d.Application); refused != nil {
			return nil, refused
		}
		a.p = Progress{Creating: true}
		a.keep(ctx, nil)
		err = a.c.write(ctx, request{method: http.MethodPost, path: path("applications", "new"), body: newApplication{
			Name: a.d.Application, CustomFields: []any{}, Contacts: []any{}, Labels: []any{}, Flows: []any{},
		}}, acceptSome)
		if err != nil {
			if refused(err) {
				a.p = Progress{}
			}
			return nil, err
		}
		app, err = a.c.refresh(ctx, a.d.Application)
	}
	if err != nil {
		return nil, err
	}
	if a.p.Creating {
		ours := a.p.covers(app)
		a.p = Progress{}
		if ours {
			a.p = begin(app)
			a.p.Base, a.p.Draft = 0, app.Revision
		}
	}
	return app, nil
}

type newApplication struct {
	Name         string `json:"name"`
	CustomFields []any  `json:"custom_fields"`
	Contacts     []any  `json:"contacts"`
	Labels       []any  `json:"labels"`
	Flows        []any  `json:"flows"`
}

// settle waits, after an apply that got no reply, for the draft to leave its
// status: the server may still be at it, and applying twice would open two change
// requests.
func (a *applying) settle(ctx context.Context, app *Application) (*Application, error) {
	if a.p.Applied.IsZero() {
		return app, nil
	}
	// Another machine's clock may be ahead.
	until := time.Now().Add(min(time.Until(a.p.Applied.Add(a.c.conf.SettleTime)), a.c.conf.SettleTime))
	for app.Status == RevisionDraft && app.Revision == a.p.Draft {
		left := time.Until(until)
		if left <= 0 {
			break
		}
		select {
		case <-ctx.Done():
			return app, fmt.Errorf("AlgoSec: application %q: waiting for the apply of revision %d: %w", a.d.Application, app.Revision, ctx.Err())
		case <-time.After(min(left, a.c.conf.SettleTime/20+time.Millisecond)):
		}
		var err error
		if app, err = a.c.refresh(ctx, a.d.Application); err != nil {
			return nil, err
		}
	}
	return app, nil
}

// recovered returns the change request of an apply whose reply was lost, if the
// application shows that it was executed.
func (a *applying) recovered(app *Application) *ChangeRequest {
	if a.p.Applied.IsZero() || app.Revision != a.p.Draft || app.Status == RevisionDraft {
		return nil
	}
	return a.c.Unnumbered(app)
}

// Unnumbered is the change request of an application of which nothing but its existence
// is known.
func (c *Client) Unnumbered(app *Application) *ChangeRequest {
	request := &ChangeRequest{Revision: app.Revision, URL: c.Link(app.Revision)}
	if app.Status == RevisionPending {
		request.Status = "OPEN"
	}
	return request
}

// create makes the missing objects and services.
func (a *applying) create(ctx context.Context, ch *Change) error {
	if len(ch.objects)+len(ch.services) == 0 {
		return nil
	}
	if err := a.c.creating.acquire(ctx); err != nil {
		return err
	}
	defer a.c.creating.release()
	for _, o := range ch.objects {
		// Another application of this run may have made it while we waited.
		if found, err := a.c.objectsNamed(ctx, o.Name); err == nil && len(found) > 0 {
			continue
		}
		if err := a.c.createObject(ctx, o); err != nil {
			return err
		}
	}
	for _, s := range ch.services {
		if found, err := a.c.servicesNamed(ctx, s.Name); err == nil && len(found) > 0 {
			continue
		}
		if err := a.c.createService(ctx, s); err != nil {
			return err
		}
	}
	return nil
}
