package algosec

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
)

// Decommission takes the whole application out of service, with flows that are
// not ours. An application that is not there is none to be taken out.
//
// The request is that of AlgoSec's Ruby SDK and Puppet module; the documentation
// spells its path "decommisson". No reply was recorded: if it names a change
// request, that is returned.
func (c *Client) Decommission(ctx context.Context, application string) (*ChangeRequest, error) {
	if refused := c.Forbidden(application); refused != nil {
		return nil, refused
	}
	w := c.writer(application)
	if err := w.lock.acquire(ctx); err != nil {
		return nil, fmt.Errorf("AlgoSec: application %q: %w", application, err)
	}
	defer w.lock.release()
	app, err := c.refresh(ctx, application)
	if errors.Is(err, ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	p := w.progress
	c.mu.Unlock()
	if refused := c.refusal(app, application, p); refused != nil {
		return nil, refused
	}
	r := request{method: http.MethodPost, path: path("applications", id(app.Revision), "decommission"), slow: true}
	rep, err := c.do(ctx, r)
	c.applications.forget(application)
	if err != nil {
		return nil, err
	}
	var answer struct {
		ChangeRequest ChangeRequest `json:"changeRequest"`
	}
	body := bytes.TrimSpace(rep.body)
	if bytes.HasPrefix(body, []byte("{")) {
		if err := c.decode(r, rep, &answer); err != nil {
			return nil, err
		}
	}
	if answer.ChangeRequest.ID == 0 {
		return nil, c.gone(ctx, app)
	}
	request := answer.ChangeRequest
	request.Revision, request.URL = app.Revision, c.Link(app.Revision)
	request.Status, request.Subject = clean(request.Status), clean(request.Subject)
	return &request, nil
}

// gone makes sure, where the reply names no change request, that the application is
// not as it was.
func (c *Client) gone(ctx context.Context, before *Application) error {
	app, err := c.refresh(ctx, before.Name)
	switch {
	case errors.Is(err, ErrNotFound):
		return nil
	case err != nil:
		return err
	case app.Revision == before.Revision && app.Status == before.Status:
		return fmt.Errorf("AlgoSec: application %q: the server accepts that it is decommissioned, names no change request, and has it as before: revision %d is %q",
			before.Name, app.Revision, clean(app.Status))
	}
	return nil
}
