package algosectest

import (
	"fmt"
	"slices"
)

// AddObject adds a network object; its type follows from the first address.
func (s *Server) AddObject(name string, addresses ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.state.addObject(name, kind(addresses[0]), "BusinessFlow Object", addresses...)
}

// AddService adds a service of literals like "TCP/443".
func (s *Server) AddService(name string, literals ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.state.addService(name, literals...)
}

// AddApplication adds an active application, with objects for those addresses of
// its flows, and services for those protocol/port, that are not there yet. Any
// other name must have been added before.
func (s *Server) AddApplication(name string, flows ...Flow) {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := &application{id: take(&s.state.next.app), name: name}
	r := &revision{app: a, id: take(&s.state.next.revision), status: Active, created: now()}
	for _, f := range flows {
		s.state.define(f)
		r.flows = append(r.flows, s.state.flowOf(f))
	}
	a.revisions = []*revision{r}
	s.state.apps = append(s.state.apps, a)
}

// flowOf makes a flow of an active revision.
func (s *state) flowOf(spec Flow) flow {
	if spec.Type == "" {
		spec.Type = "APPLICATION_FLOW"
	}
	if spec.Connectivity == "" {
		spec.Connectivity = "Allowed"
	}
	return flow{id: take(&s.next.flow), spec: spec, connectivity: spec.Connectivity, created: now()}
}

// define makes what the flow refers to.
func (s *state) define(f Flow) {
	for _, name := range slices.Concat(f.Sources, f.Destinations) {
		if s.object(name) == nil {
			if !validAddress(name) {
				panic(fmt.Sprintf("algosectest: flow %q refers to the network object %q, which was not added", f.Name, name))
			}
			s.addObject(name, kind(name), "Imported", name)
		}
	}
	for _, name := range f.Services {
		if s.service(name) == nil {
			literal, ok := literalService(name)
			if !ok {
				panic(fmt.Sprintf("algosectest: flow %q refers to the service %q, which was not added", f.Name, name))
			}
			s.addService(name, literal)
		}
	}
}

// PutFlow edits the application as somebody else would, in the user interface: it
// replaces or adds the flow in the draft, and makes the draft if there is none.
func (s *Server) PutFlow(application string, f Flow) {
	s.edit(application, func(r *revision) {
		s.state.define(f)
		r.flows = slices.DeleteFunc(r.flows, func(o flow) bool { return o.spec.Name == f.Name })
		made := s.state.flowOf(f)
		made.connectivity = noInformation
		r.flows = append(r.flows, made)
	})
}

// RemoveFlow deletes a flow as somebody else would.
func (s *Server) RemoveFlow(application, name string) {
	s.edit(application, func(r *revision) {
		r.flows = slices.DeleteFunc(r.flows, func(o flow) bool { return o.spec.Name == name })
	})
}

func (s *Server) edit(application string, change func(*revision)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.state.editable(s.mustApp(application).latest())
	if err != nil {
		panic("algosectest: " + err.Error())
	}
	change(r)
}

func (s *Server) mustApp(name string) *application {
	a := s.state.app(name)
	if a == nil {
		panic(fmt.Sprintf("algosectest: no application %q", name))
	}
	return a
}

// Discard throws the draft of the application away.
func (s *Server) Discard(application string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.mustApp(application)
	if a.latest().status == Draft {
		a.revisions = a.revisions[:len(a.revisions)-1]
	}
}

// ApplyDraft applies the draft as somebody else would, and returns the ticket.
func (s *Server) ApplyDraft(application string) Ticket {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state.apply(s.mustApp(application).latest())
}

// SetStatus gives the latest revision any status.
func (s *Server) SetStatus(application, status string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mustApp(application).latest().status = status
}

// SetConnectivity gives a flow of the latest revision a word.
func (s *Server) SetConnectivity(application, flow, word string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.mustApp(application).latest()
	for i := range r.flows {
		if r.flows[i].spec.Name == flow {
			r.flows[i].connectivity = word
		}
	}
}

// OnImplemented says which word a flow gets when its change request is closed;
// "Allowed" unless this is called.
func (s *Server) OnImplemented(word func(application, flow string) string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.state.connectivity = word
}

// OnCheck says what check_connectivity answers; "Allowed" unless this is called.
func (s *Server) OnCheck(word func(application, flow string) string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.state.check = word
}

// NewApplicationsActive makes applications that are created active at once,
// instead of drafts. Neither was recorded.
func (s *Server) NewApplicationsActive() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.state.newActive = true
}

// HideAny leaves users and network applications out of all flows, as a server
// does on which the feature is off.
func (s *Server) HideAny() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.state.hideAny = true
}

// Tickets returns all change requests.
func (s *Server) Tickets() []Ticket {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.state.tickets)
}

// CloseTicket closes a change request: its revision becomes active.
func (s *Server) CloseTicket(id int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.state.tickets {
		t := &s.state.tickets[i]
		if t.ID != id || !t.Open {
			continue
		}
		t.Open = false
		r := s.state.revision(t.Revision)
		r.status = Active
		for j := range r.flows {
			r.flows[j].connectivity = s.state.connectivity(r.app.name, r.flows[j].spec.Name)
		}
	}
}

// CloseTickets closes all open change requests.
func (s *Server) CloseTickets() {
	for _, t := range s.Tickets() {
		s.CloseTicket(t.ID)
	}
}

// Snapshot is the latest revision of an application.
type Snapshot struct {
	ID, Revision int64
	Status       string
	Flows        []Flow // sorted by name
}

// Application returns the latest revision, and whether there is the application.
func (s *Server) Application(name string) (Snapshot, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.state.app(name)
	if a == nil {
		return Snapshot{}, false
	}
	r := a.latest()
	snap := Snapshot{ID: a.id, Revision: r.id, Status: r.status}
	for _, f := range r.flows {
		spec := f.spec
		spec.Connectivity = f.connectivity
		snap.Flows = append(snap.Flows, spec)
	}
	slices.SortFunc(snap.Flows, func(a, b Flow) int {
		if a.Name < b.Name {
			return -1
		}
		return 1
	})
	return snap, true
}

// Object returns type and addresses of a network object, and whether there is one.
func (s *Server) Object(name string) (objectType string, addresses []string, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	o := s.state.object(name)
	if o == nil {
		return "", nil, false
	}
	return o.ObjectType, slices.Clone(o.IPAddresses), true
}
