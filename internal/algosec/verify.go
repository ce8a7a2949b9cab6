package algosec

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
)

// checkReply is the reply to check_connectivity.
type checkReply struct {
	Link   string `json:"queryLink"`
	Status string `json:"status"`
}

// Verify asks AlgoSec for the connectivity of the named flows now, which takes a
// query of Firewall Analyzer each: through BusinessFlow, or as [Config.Simulate]
// says. It changes nothing, and is not refused by ReadOnly. The worse of that answer
// and of the word in the list of flows counts, unless the list has none. A flow for
// which the server answers with an error is indeterminate; that it does not answer
// is an error.
func (c *Client) Verify(ctx context.Context, a *Application, flows []string) (map[string]Finding, error) {
	found := make([]Finding, len(flows))
	err := each(ctx, len(flows), func(ctx context.Context, i int) (err error) {
		var answer *Error
		if found[i], err = c.check(ctx, a, flows[i]); errors.As(err, &answer) && answer.Status != 0 {
			found[i], err = Finding{Status: match.Indeterminate, Reason: "the connectivity could not be checked: " + err.Error()}, nil
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	findings := make(map[string]Finding, len(flows))
	for i, name := range flows {
		findings[name] = found[i]
	}
	return findings, nil
}

func (c *Client) check(ctx context.Context, a *Application, name string) (Finding, error) {
	f := a.Flow(name)
	if f == nil || f.ID <= 0 {
		return a.Finding(name), nil
	}
	found, err := limited(ctx, c, func(ctx context.Context) (Finding, error) { return c.ask(ctx, a, f) })
	if err != nil {
		return Finding{}, err
	}
	if listed := find(f.Connectivity); listed.Status != match.Indeterminate && listed.Status > found.Status {
		found.Status, found.Word, found.Reason = listed.Status, listed.Word, listed.Reason
	}
	return a.judge(found), nil
}

func (c *Client) ask(ctx context.Context, a *Application, f *Flow) (Finding, error) {
	if c.conf.Simulate {
		return c.simulate(ctx, f)
	}
	var answer checkReply
	r := request{
		method: http.MethodPost, slow: true,
		path: path("applications", id(a.Revision), "flows", id(f.ID), "check_connectivity"),
	}
	if err := c.doJSON(ctx, r, &answer); err != nil {
		return Finding{}, err
	}
	found := find(answer.Status)
	found.Link = c.rehost(answer.Link)
	return found, nil
}

// rehost points a link of the server to the address that we know it by: the host
// in it is the server's own idea, 127.0.0.1 in the recording.
func (c *connection) rehost(link string) string {
	u, err := url.Parse(strings.TrimSpace(link))
	if err != nil || u.Path == "" || u.Opaque != "" {
		return ""
	}
	u.Scheme, u.Host, u.User = c.base.Scheme, c.base.Host, nil
	return clean(u.String())
}
