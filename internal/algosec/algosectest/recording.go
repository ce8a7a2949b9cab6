package algosectest

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Exchange is one recorded request with its reply.
type Exchange struct {
	Method      string          `json:"method"`
	Path        string          `json:"path"` // with the query, from /BusinessFlow on
	RequestBody *string         `json:"request_body"`
	Status      int             `json:"status"`
	ContentType string          `json:"content_type"`
	Response    json.RawMessage `json:"response"` // a JSON string if the reply was no JSON
}

// IsWrite reports whether the request asked for a change of the inventory.
func (e Exchange) IsWrite() bool { return Request{Method: e.Method, Path: e.Path}.IsWrite() }

// ReadRecordings reads a file of recorded sequences by name.
func ReadRecordings(path string) (map[string][]Exchange, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("recordings: %w", err)
	}
	var sequences map[string][]Exchange
	if err := json.Unmarshal(text, &sequences); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return sequences, nil
}

var (
	recordedByName = regexp.MustCompile(`^` + prefix + `/applications/name/[^/]+$`)
	recordedFlows  = regexp.MustCompile(`^` + prefix + `/applications/(\d+)/flows$`)
	recordedCheck  = regexp.MustCompile(`^` + prefix + `/applications/\d+/flows/(\d+)/check_connectivity$`)
	recordedNew    = regexp.MustCompile(`^` + prefix + `/applications/\d+/flows/new$`)
	recordedFind   = regexp.MustCompile(`^` + prefix + `/network_objects/find\?`)
)

// Load puts the server into the state in which a recording of one application
// began, as far as the recording shows it, so that the recorded requests, or those
// of a client that does the same, find the same ids.
func (s *Server) Load(sequence []Exchange) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	l := loading{st: newState(), lists: make(map[int64][]wireFlow)}
	for _, e := range sequence {
		flows, err := l.learn(e)
		if err != nil {
			return err
		}
		for _, f := range flows {
			l.st.learnObjects(f.Sources)
			l.st.learnObjects(f.Destinations)
			for _, o := range f.Services {
				if l.st.service(o.Name) == nil {
					l.st.services = append(l.st.services, o)
				}
			}
		}
	}
	if l.app == nil {
		return fmt.Errorf("recording: no application")
	}
	first := l.app.latest()
	for _, w := range l.lists[first.id] {
		first.flows = append(first.flows, flowFrom(w))
	}
	l.st.apps = []*application{l.app}
	if l.draft != 0 {
		l.st.next.revision = l.draft - 1
	}
	l.st.next.flow = firstCopy(first.flows, l.lists[l.draft])
	s.state = l.st
	return nil
}

// A loading is what a recording has said so far.
type loading struct {
	st    state
	app   *application
	draft int64 // the revision that the first write made
	lists map[int64][]wireFlow
}

// learn takes what a reply says, and returns the flows in it.
func (l *loading) learn(e Exchange) (flows []wireFlow, err error) {
	read := func(out any) error {
		if err := json.Unmarshal(e.Response, out); err != nil {
			return fmt.Errorf("recording: %s %s: %w", e.Method, e.Path, err)
		}
		return nil
	}
	switch list := recordedFlows.FindStringSubmatch(e.Path); {
	case recordedByName.MatchString(e.Path):
		var w wireApplication
		if err = read(&w); err == nil {
			l.revision(w)
		}
	case list != nil:
		if err = read(&flows); err != nil {
			break
		}
		var id int64
		if id, err = strconv.ParseInt(list[1], 10, 64); err != nil {
			return nil, fmt.Errorf("recording: %w", err)
		}
		l.lists[id] = flows
	case recordedNew.MatchString(e.Path):
		err = read(&flows)
	case recordedFind.MatchString(e.Path):
		var objects []wireObject
		if err = read(&objects); err == nil {
			l.st.learnObjects(objects)
		}
	case recordedCheck.MatchString(e.Path):
		var w wireCheck
		if err = read(&w); err == nil {
			l.st.check = func(string, string) string { return w.Status }
		}
	case strings.HasSuffix(e.Path, "/apply"):
		var w wireApply
		if err = read(&w); err == nil {
			l.st.next.ticket = w.ChangeRequest.ID - 1
		}
	}
	return flows, err
}

// revision takes an application as it was read: first the base, later the draft.
func (l *loading) revision(w wireApplication) {
	if l.app == nil {
		l.app = &application{id: w.ApplicationID, name: w.Name}
		l.app.revisions = []*revision{{app: l.app, id: w.RevisionID, status: w.RevisionStatus, created: w.CreatedDate}}
	} else if w.RevisionID != l.app.latest().id {
		l.draft = w.RevisionID
	}
}

// learnObjects adds the objects that are not known yet.
func (s *state) learnObjects(objects []wireObject) {
	for _, o := range objects {
		if s.object(o.Name) == nil {
			s.objects = append(s.objects, o)
		}
	}
}

func flowFrom(w wireFlow) flow {
	spec := Flow{Name: w.Name, Comment: w.Comment, Type: w.FlowType}
	for _, o := range w.Sources {
		spec.Sources = append(spec.Sources, o.Name)
	}
	for _, o := range w.Destinations {
		spec.Destinations = append(spec.Destinations, o.Name)
	}
	for _, o := range w.Services {
		spec.Services = append(spec.Services, o.Name)
	}
	return flow{id: w.FlowID, spec: spec, connectivity: w.ConnectivityStatus, created: w.CreatedDate}
}

// firstCopy returns the last flow id that was taken before the draft was made: the
// flows were copied in the order of the active revision, the one to be deleted
// included.
func firstCopy(active []flow, draft []wireFlow) int64 {
	for _, w := range draft {
		if i := slices.IndexFunc(active, func(f flow) bool { return f.spec.Name == w.Name }); i >= 0 {
			return w.FlowID - int64(i) - 1
		}
	}
	return 10_000
}
