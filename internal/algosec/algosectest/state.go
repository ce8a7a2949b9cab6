package algosectest

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"
)

// The words of revisionStatus.
const (
	Active  = "Active"
	Draft   = "Draft"
	Pending = "Pending Implementation"
)

const noInformation = "No connectivity information"

// Flow is a flow to seed a server with, or to look at.
type Flow struct {
	Name, Comment                   string
	Sources, Destinations, Services []string
	Users, NetworkApplications      []string
	// Connectivity is the word for it; "Allowed" if empty, in an active revision.
	Connectivity string
	// Type is APPLICATION_FLOW if empty.
	Type string
}

// Ticket is a change request.
type Ticket struct {
	ID          int64
	Application string
	Revision    int64
	Open        bool
}

type state struct {
	apps     []*application
	objects  []wireObject
	services []wireService
	tickets  []Ticket
	next     struct{ app, revision, flow, object, service, ticket, session int64 }

	// connectivity says what an active flow gets once its ticket is closed.
	connectivity func(application, flow string) string
	// check says what check_connectivity answers.
	check func(application, flow string) string
	// simulate says what a traffic simulation finds.
	simulate func(Query) Simulation
	// newActive makes new applications active instead of drafts.
	newActive bool
	// hideAny leaves users and network applications out of flows.
	hideAny bool
}

type application struct {
	id        int64
	name      string
	revisions []*revision // the latest last
}

func (a *application) latest() *revision { return a.revisions[len(a.revisions)-1] }

type revision struct {
	app     *application
	id      int64
	status  string
	created int64
	flows   []flow
}

type flow struct {
	id           int64
	spec         Flow
	connectivity string
	created      int64
}

func newState() state {
	var s state
	s.next.app, s.next.revision, s.next.flow = 100, 400, 1600
	s.next.object, s.next.service, s.next.ticket = 16000, 20000, 5300
	s.connectivity = func(string, string) string { return "Allowed" }
	s.check = func(string, string) string { return "Allowed" }
	s.simulate = func(Query) Simulation {
		return Simulation{Result: "Allowed", Routing: "Routed", Devices: []SimulatedDevice{{Name: "edge", Word: "Allowed"}}}
	}
	return s
}

func take(n *int64) int64 { *n++; return *n }

func now() int64 { return time.Now().UnixMilli() }

func (s *state) app(name string) *application {
	i := slices.IndexFunc(s.apps, func(a *application) bool { return a.name == name })
	if i < 0 {
		return nil
	}
	return s.apps[i]
}

func (s *state) revision(id int64) *revision {
	for _, a := range s.apps {
		for _, r := range a.revisions {
			if r.id == id {
				return r
			}
		}
	}
	return nil
}

func (s *state) object(name string) *wireObject {
	i := slices.IndexFunc(s.objects, func(o wireObject) bool { return o.Name == name })
	if i < 0 {
		return nil
	}
	return &s.objects[i]
}

// service finds a service by its name, in capitals or not: a flow that was
// requested with tcp/200 came back with TCP/200.
func (s *state) service(name string) *wireService {
	i := slices.IndexFunc(s.services, func(o wireService) bool { return strings.EqualFold(o.Name, name) })
	if i < 0 {
		return nil
	}
	return &s.services[i]
}

// editable returns the revision that an edit of r goes to: r itself if it is a
// draft, a new draft if it is active, with a copy of each flow under a new id.
func (s *state) editable(r *revision) (*revision, error) {
	if r != r.app.latest() {
		return nil, fmt.Errorf("revision %d is not the latest", r.id)
	}
	switch r.status {
	case Draft:
		return r, nil
	case Active:
	default:
		return nil, fmt.Errorf("Flow isn't editable due to status %s", r.status)
	}
	draft := &revision{app: r.app, id: take(&s.next.revision), status: Draft, created: now()}
	for _, f := range r.flows {
		f.id, f.connectivity, f.created = take(&s.next.flow), noInformation, now()
		draft.flows = append(draft.flows, f)
	}
	r.app.revisions = append(r.app.revisions, draft)
	return draft, nil
}

// kind returns the object type of an address, as it was recorded.
func kind(address string) string {
	switch {
	case strings.Contains(address, "/"):
		return "Network"
	case strings.Contains(address, "-"):
		return "Range"
	}
	return "Host"
}

// validAddress reports whether the text is a host, a prefix or a range.
func validAddress(text string) bool {
	if first, last, ok := strings.Cut(text, "-"); ok {
		a, errA := netip.ParseAddr(first)
		b, errB := netip.ParseAddr(last)
		return errA == nil && errB == nil && a.Compare(b) <= 0
	}
	if strings.Contains(text, "/") {
		_, err := netip.ParsePrefix(text)
		return err == nil
	}
	_, err := netip.ParseAddr(text)
	return err == nil
}

func (s *state) addObject(name, kind, origin string, addresses ...string) wireObject {
	id := take(&s.next.object)
	o := wireObject{
		RevisionID: id, ObjectID: id, Name: name, ObjectType: kind, IPAddresses: addresses,
		LastUpdateDate: now(), CreatedDate: now(), Origin: origin,
	}
	s.objects = append(s.objects, o)
	return o
}

func (s *state) addService(name string, literals ...string) wireService {
	id := take(&s.next.service)
	o := wireService{RevisionID: id, ServiceID: id, Name: name, Origin: "Imported", Services: literals, LastUpdateDate: now(), CreatedDate: now()}
	s.services = append(s.services, o)
	return o
}

// wireOf writes a flow as the server does.
func (s *state) wireOf(f flow) wireFlow {
	w := wireFlow{
		FlowID: f.id, Name: f.spec.Name, Comment: f.spec.Comment, FlowType: f.spec.Type,
		LastUpdateDate: f.created, CreatedDate: f.created, ConnectivityStatus: f.connectivity,
	}
	for _, name := range f.spec.Sources {
		w.Sources = append(w.Sources, *s.object(name))
	}
	for _, name := range f.spec.Destinations {
		w.Destinations = append(w.Destinations, *s.object(name))
	}
	for _, name := range f.spec.Services {
		w.Services = append(w.Services, *s.service(name))
	}
	if s.hideAny {
		return w
	}
	for _, name := range f.spec.NetworkApplications {
		w.NetworkApplications = append(w.NetworkApplications, wireNetworkApplication{RevisionID: 1, Name: name})
	}
	if w.NetworkApplications == nil {
		w.NetworkApplications = []wireNetworkApplication{{Name: "Any"}}
	}
	for _, name := range f.spec.Users {
		w.NetworkUsers = append(w.NetworkUsers, wireUser{ID: 1, Name: name})
	}
	if w.NetworkUsers == nil {
		w.NetworkUsers = []wireUser{{Name: "Any"}}
	}
	return w
}

// wire writes a revision as the server does.
func (r *revision) wire() wireApplication {
	return wireApplication{
		RevisionID: r.id, ApplicationID: r.app.id, Name: r.app.name, CreatedDate: r.created,
		RevisionStatus: r.status, LifecyclePhase: "Testing", ConnectivityStatus: r.connectivity(), LastUpdateDate: r.created,
	}
}

func (r *revision) connectivity() string {
	if r.status != Active || len(r.flows) == 0 {
		return noInformation
	}
	for _, f := range r.flows {
		if f.connectivity != "Allowed" {
			return "Partially blocked"
		}
	}
	return "Allowed"
}
