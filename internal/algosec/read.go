package algosec

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// Read returns the latest revision of an application with its flows; [ErrNotFound]
// if there is none. It is read once in the life of the client, however many ask,
// until this client writes to it.
//
// The value is shared and must not be modified.
func (c *Client) Read(ctx context.Context, name string) (*Application, error) {
	return c.applications.get(ctx, name, func(ctx context.Context) (*Application, error) {
		return c.fetch(ctx, name)
	})
}

// refresh reads the application again.
func (c *Client) refresh(ctx context.Context, name string) (*Application, error) {
	c.applications.forget(name)
	return c.Read(ctx, name)
}

func (c *Client) fetch(ctx context.Context, name string) (*Application, error) {
	app, err := c.fetchApplication(ctx, name)
	if err != nil {
		return nil, err
	}
	var flows flowList
	if err := c.getJSON(ctx, path("applications", id(app.Revision), "flows"), &flows); err != nil {
		return nil, err
	}
	for _, f := range flows {
		if f.Type == FlowTypeApplication {
			app.Flows = append(app.Flows, f)
		}
	}
	return app, nil
}

func (c *Client) fetchApplication(ctx context.Context, name string) (*Application, error) {
	if name == "" {
		return nil, fmt.Errorf("the name of the application is empty")
	}
	var app Application
	if err := c.getJSON(ctx, path("applications", "name", name), &app); err != nil {
		if hasStatus(err, http.StatusNotFound) {
			return nil, fmt.Errorf("application %q: %w", name, ErrNotFound)
		}
		return nil, err
	}
	if app.Name != name {
		// To write to this one would be to write to somebody else's.
		return nil, fmt.Errorf("AlgoSec answers the question for application %q with application %q", name, clean(app.Name))
	}
	return &app, nil
}

// objectsAt returns the network objects that hold exactly the address, a host or
// a prefix.
func (c *Client) objectsAt(ctx context.Context, address string) ([]NetworkObject, error) {
	return c.objects.get(ctx, "="+address, func(ctx context.Context) ([]NetworkObject, error) {
		r := request{
			method: http.MethodGet, path: path("network_objects", "find"),
			query: url.Values{"address": {address}, "type": {"EXACT"}},
		}
		rep, err := limited(ctx, c, func(ctx context.Context) (reply, error) { return c.do(ctx, r) })
		if err != nil {
			return nil, err
		}
		// What the server sends when there is none is not a list; the SDKs take
		// anything but a list for "none".
		if !strings.HasPrefix(strings.TrimSpace(string(rep.body)), "[") {
			return nil, nil
		}
		var found []NetworkObject
		if err := c.decode(r, rep, &found); err != nil {
			return nil, err
		}
		return found, nil
	})
}

// objectsNamed returns the network objects of the name. The server may answer
// with one object or with a list.
func (c *Client) objectsNamed(ctx context.Context, name string) ([]NetworkObject, error) {
	return c.objects.get(ctx, name, func(ctx context.Context) ([]NetworkObject, error) {
		return oneOrMore[NetworkObject](ctx, c, path("network_objects", "name", name))
	})
}

// servicesNamed returns the services of the name.
func (c *Client) servicesNamed(ctx context.Context, name string) ([]Service, error) {
	return c.services.get(ctx, name, func(ctx context.Context) ([]Service, error) {
		return oneOrMore[Service](ctx, c, path("network_services", "service_name", name))
	})
}

// oneOrMore reads an object or a list of them; none for 404.
func oneOrMore[T any](ctx context.Context, c *Client, path string) ([]T, error) {
	r := request{method: http.MethodGet, path: path}
	rep, err := limited(ctx, c, func(ctx context.Context) (reply, error) { return c.do(ctx, r) })
	if err != nil {
		if hasStatus(err, http.StatusNotFound) {
			return nil, nil
		}
		return nil, err
	}
	if strings.HasPrefix(strings.TrimSpace(string(rep.body)), "[") {
		var found []T
		if err := c.decode(r, rep, &found); err != nil {
			return nil, err
		}
		return found, nil
	}
	if string(bytes.TrimSpace(rep.body)) == "null" {
		return nil, nil // a server's word for none
	}
	var one T
	if err := c.decode(r, rep, &one); err != nil {
		return nil, err
	}
	return []T{one}, nil
}

// Link returns the page of the application in BusinessFlow's user interface.
func (c *Client) Link(revision int64) string {
	u := *c.base
	u.Path, u.RawPath = strings.TrimSuffix(u.Path, "/rest/v1")+"/", ""
	return u.String() + "#application/" + id(revision) + "/dashboard"
}
