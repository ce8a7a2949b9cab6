package algosec

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
)

// A resolver finds what the names in a declaration stand for, asking the server
// only for what the application's own flows do not tell.
type resolver struct {
	c        *Client
	objects  map[string]NetworkObject
	services map[string]Service
}

func newResolver(c *Client, app *Application) *resolver {
	r := &resolver{c: c, objects: make(map[string]NetworkObject), services: make(map[string]Service)}
	if app == nil {
		return r
	}
	for _, f := range app.Flows {
		for _, o := range slices.Concat(f.Sources, f.Destinations) {
			r.objects[o.Name] = o
		}
		for _, s := range f.Services {
			r.services[s.Name] = s
		}
	}
	return r
}

// meaning returns what the declared flow stands for. A name that the server does
// not have is an error, with all others.
func (r *resolver) meaning(ctx context.Context, f DesiredFlow) (meaning, error) {
	var (
		errs          []error
		src, dst      []NetworkObject
		services      []Service
		object        = func(text string) (NetworkObject, error) { return r.object(ctx, text) }
		serviceObject = func(text string) (Service, error) { return r.service(ctx, text) }
	)
	src, errs = collect(f.Sources, object, errs)
	dst, errs = collect(f.Destinations, object, errs)
	services, errs = collect(f.Services, serviceObject, errs)
	if err := errors.Join(errs...); err != nil {
		return meaning{}, fmt.Errorf("flow %q: %w", f.Name, err)
	}
	return meaningOf(src, dst, services, f.Users, f.NetworkApplications), nil
}

func collect[T any](texts []string, one func(string) (T, error), errs []error) ([]T, []error) {
	var out []T
	for _, text := range texts {
		v, err := one(text)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		out = append(out, v)
	}
	return out, errs
}

// object returns what a declared address stands for.
func (r *resolver) object(ctx context.Context, text string) (NetworkObject, error) {
	if lit, ok := addressLiteral(text); ok {
		return NetworkObject{Name: text, Addresses: []string{lit.String()}}, nil
	}
	if isAny(text) {
		text = "Any" // as the server writes it
	}
	if o, ok := r.objects[text]; ok {
		return o, nil
	}
	found, err := r.c.objectsNamed(ctx, text)
	if err != nil {
		return NetworkObject{}, err
	}
	found = slices.DeleteFunc(slices.Clone(found), func(o NetworkObject) bool { return o.Name != text })
	if len(found) == 0 {
		_, err := addr.Parse(text)
		return NetworkObject{}, fmt.Errorf("%q is neither a network object of AlgoSec nor an address%s", text, because(text, err))
	}
	for _, other := range found[1:] {
		if !slices.Equal(addressesOf([]NetworkObject{found[0]}), addressesOf([]NetworkObject{other})) {
			return NetworkObject{}, fmt.Errorf("AlgoSec has several network objects named %q with different content", text)
		}
	}
	return found[0], nil
}

// addressLiteral returns the one run of addresses that the text is written as.
// "any" is not one: the server has an object of that name.
func addressLiteral(text string) (addr.Range, bool) {
	if isAny(text) {
		return addr.Range{}, false
	}
	lit, err := addr.Parse(text)
	if err != nil || len(lit.Set.Ranges()) != 1 {
		return addr.Range{}, false
	}
	return lit.Set.Ranges()[0], true
}

// service returns what a declared service stands for.
func (r *resolver) service(ctx context.Context, text string) (Service, error) {
	if serviceLiteral(text) {
		return Service{Name: text, Literals: []string{text}}, nil
	}
	if isAny(text) {
		text = "Any"
	}
	if s, ok := r.services[text]; ok {
		return s, nil
	}
	found, err := r.c.servicesNamed(ctx, text)
	if err != nil {
		return Service{}, err
	}
	found = slices.DeleteFunc(slices.Clone(found), func(s Service) bool { return !strings.EqualFold(s.Name, text) })
	if len(found) == 0 {
		_, err := service.Parse(text)
		return Service{}, fmt.Errorf("%q is neither a service of AlgoSec nor protocol/port%s", text, because(text, err))
	}
	return found[0], nil
}

// because returns why a text that looks like a literal is none, such as host bits
// beside a prefix length.
func because(text string, err error) string {
	if err == nil || !strings.Contains(text, "/") {
		return ""
	}
	return ": " + err.Error()
}

// serviceLiteral reports whether the text is written as protocol/port. A bare
// protocol or "any" is taken for the name of a service.
func serviceLiteral(text string) bool {
	if !strings.Contains(text, "/") {
		return false
	}
	_, err := service.Parse(text)
	return err == nil
}

// A newObject is a network object to be made. What has to be sent is not what is
// read: a subnet is created as a Range with a prefix for content, as AlgoSec's
// Ruby SDK does it (its type enumeration is Host, Range, Group, Abstract), and
// comes back as a Network.
type newObject struct {
	Type    string `json:"type"`
	Name    string `json:"name"`
	Content string `json:"content"`
}

// objectFor returns the name by which a flow refers to the declared address, and
// the object that has to be made first, if any. An object that merely has the
// same address under another name is not used: it stands for something else, and
// whoever edits it would edit our flow.
func (r *resolver) objectFor(ctx context.Context, text string) (string, *newObject, error) {
	run, ok := addressLiteral(text)
	if !ok {
		o, err := r.object(ctx, text)
		return o.Name, nil, err
	}
	canonical := run.String()
	want := addr.SetOf(run)
	matches := func(o NetworkObject) bool {
		set, ok := o.set()
		return ok && set.Equal(want)
	}
	for _, name := range []string{text, canonical} {
		if o, ok := r.objects[name]; ok && matches(o) {
			return name, nil, nil
		}
	}
	if !strings.Contains(canonical, "-") { // the search takes a host or a prefix
		found, err := r.c.objectsAt(ctx, canonical)
		if err != nil {
			return "", nil, err
		}
		for _, name := range []string{text, canonical} {
			if slices.ContainsFunc(found, func(o NetworkObject) bool { return o.Name == name && matches(o) }) {
				return name, nil, nil
			}
		}
	}
	named, err := r.c.objectsNamed(ctx, canonical)
	if err != nil {
		return "", nil, err
	}
	for _, o := range named {
		if o.Name == canonical && !matches(o) {
			return "", nil, fmt.Errorf("the network object %q of AlgoSec holds other addresses: %s", canonical, clean(strings.Join(o.Addresses, ", ")))
		}
		if o.Name == canonical {
			return canonical, nil, nil
		}
	}
	kind := "Range"
	if run.IsSingle() {
		kind = "Host"
	}
	return canonical, &newObject{Type: kind, Name: canonical, Content: canonical}, nil
}

// A newService is a service to be made.
type newService struct {
	Name         string        `json:"name"`
	Content      []servicePort `json:"content"`
	CustomFields []any         `json:"custom_fields"`
}

type servicePort struct {
	Protocol string `json:"protocol"`
	Port     int    `json:"port"`
}

// serviceFor is objectFor for services.
func (r *resolver) serviceFor(ctx context.Context, text string) (string, *newService, error) {
	if !serviceLiteral(text) {
		s, err := r.service(ctx, text)
		return s.Name, nil, err
	}
	lit, err := service.Parse(text)
	if err != nil {
		return "", nil, err
	}
	matches := func(s Service) bool {
		set, ok := s.set()
		return ok && set.Equal(lit.Set)
	}
	name, port, single := singlePort(lit)
	if strings.EqualFold(text, name) {
		name = text // as it was written, in capitals or not
	}
	for known, s := range r.services {
		if strings.EqualFold(known, name) && matches(s) {
			return name, nil, nil
		}
	}
	found, err := r.c.servicesNamed(ctx, name)
	if err != nil {
		return "", nil, err
	}
	for _, s := range found {
		if strings.EqualFold(s.Name, name) && !matches(s) {
			return "", nil, fmt.Errorf("the service %q of AlgoSec is something else: %s", clean(s.Name), clean(strings.Join(s.Literals, ", ")))
		}
		if strings.EqualFold(s.Name, name) {
			return name, nil, nil
		}
	}
	if !single {
		return "", nil, fmt.Errorf("AlgoSec has no service %q, and only services of one TCP or UDP port can be created: create it there", name)
	}
	return name, &newService{Name: name, Content: []servicePort{port}, CustomFields: []any{}}, nil
}

// singlePort returns the name of a service that is one TCP or UDP port, or the
// text as it is.
func singlePort(lit service.Literal) (string, servicePort, bool) {
	d := lit.Describe()
	ranges := lit.Set.Ranges()
	plain := len(ranges) == 1 && ranges[0] == service.Ports(ranges[0].ProtoFrom, ranges[0].DstFrom, ranges[0].DstTo)
	if !plain || d.FromPort < 0 || d.FromPort != d.ToPort || (d.Number != service.TCP && d.Number != service.UDP) {
		return lit.Text, servicePort{}, false
	}
	protocol := "tcp"
	if d.Number == service.UDP {
		protocol = "udp"
	}
	return fmt.Sprintf("%s/%d", protocol, d.FromPort), servicePort{protocol, d.FromPort}, true
}

// createObject makes a network object. Another program may have made it since we
// looked, or the reply to our own request may have been lost: then it is there.
func (c *Client) createObject(ctx context.Context, o newObject) error {
	err := c.write(ctx, request{method: http.MethodPost, path: path("network_objects", "new"), body: o}, acceptSome)
	c.objects.forget("=" + o.Content)
	c.objects.forget(o.Name)
	if err == nil || !refused(err) {
		return err
	}
	if found, lookupErr := c.objectsNamed(ctx, o.Name); lookupErr == nil {
		want, _ := addressLiteral(o.Content)
		for _, there := range found {
			if set, ok := there.set(); ok && there.Name == o.Name && set.Equal(addr.SetOf(want)) {
				return nil
			}
		}
	}
	return err
}

// createService makes a service. That the name exists is no error: names are
// compared without case on the server, and flows refer to them the same way.
func (c *Client) createService(ctx context.Context, s newService) error {
	err := c.write(ctx, request{method: http.MethodPost, path: path("network_services", "new"), body: s}, acceptSome)
	c.services.forget(s.Name)
	var e *Error
	if errors.As(err, &e) && e.Status == http.StatusBadRequest && strings.Contains(strings.ToLower(e.Message), "already exists") {
		return nil
	}
	return err
}
