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
	st := newState()
	var (
		app   *application
		draft int64 // the revision that the first write made
		lists = make(map[int64][]wireFlow)
	)
	for _, e := range sequence {
		read := func(out any) error {
			if err := json.Unmarshal(e.Response, out); err != nil {
				return fmt.Errorf("recording: %s %s: %w", e.Method, e.Path, err)
			}
			return nil
		}
		var flows []wireFlow
		switch list := recordedFlows.FindStringSubmatch(e.Path); {
		case recordedByName.MatchString(e.Path):
			var w wireApplication
			if err := read(&w); err != nil {
				return err
			}
			if app == nil {
				app = &application{id: w.ApplicationID, name: w.Name}
				app.revisions = []*revision{{app: app, id: w.RevisionID, status: w.RevisionStatus, created: w.CreatedDate}}
			} else if w.RevisionID != app.latest().id {
				draft = w.RevisionID
			}
		case list != nil:
			if err := read(&flows); err != nil {
				return err
			}
			id, err := strconv.ParseInt(list[1], 10, 64)
			if err != nil {
				return fmt.Errorf("recording: %w", err)
			}
			lists[id] = flows
		case recordedNew.MatchString(e.Path):
			if err := read(&flows); err != nil {
				return err
			}
		case recordedFind.MatchString(e.Path):
			var objects []wireObject
			if err := read(&objects); err != nil {
				return err
			}
			st.learnObjects(objects)
		case recordedCheck.MatchString(e.Path):
			var w wireCheck
			if err := read(&w); err != nil {
				return err
			}
			st.check = func(string, string) string { return w.Status }
		case strings.HasSuffix(e.Path, "/apply"):
			var w wireApply
			if err := read(&w); err != nil {
				return err
			}
			st.next.ticket = w.ChangeRequest.ID - 1
		}
		for _, f := range flows {
			st.learnObjects(f.Sources)
			st.learnObjects(f.Destinations)
			for _, o := range f.Services {
				if st.service(o.Name) == nil {
					st.services = append(st.services, o)
				}
			}
		}
	}
	if app == nil {
		return fmt.Errorf("recording: no application")
	}
	first := app.latest()
	for _, w := range lists[first.id] {
		first.flows = append(first.flows, flowFrom(w))
	}
	st.apps = []*application{app}
	if draft != 0 {
		st.next.revision = draft - 1
	}
	st.next.flow = firstCopy(first.flows, lists[draft])
	s.state = st
	return nil
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
