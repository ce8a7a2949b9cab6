package algosec

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// Decommission takes the whole application out of service, with flows that are
// not ours. An application that is not there is none to be taken out.
//
// The request is that of AlgoSec's Ruby SDK and Puppet module; the documentation
// spells its path "decommisson". No reply was recorded: if it names a change
// request, that is returned.
func (c *Client) Decommission(ctx context.Context, application string) (*ChangeRequest, error) {
	if refused := c.mayWrite(application); refused != nil {
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
	var answer applyReply
	if strings.HasPrefix(strings.TrimSpace(string(rep.body)), "{") {
		if err := c.decode(r, rep, &answer); err != nil {
			return nil, err
		}
	}
	if answer.ChangeRequest.ID == 0 {
		return nil, nil
	}
	request := answer.ChangeRequest
	request.Revision, request.URL = app.Revision, c.Link(app.Revision)
	request.Status, request.Subject = clean(request.Status), clean(request.Subject)
	return &request, nil
}
