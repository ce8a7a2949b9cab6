package algosectest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

const prefix = "/BusinessFlow/rest/v1"

func isCheck(path string) bool { return strings.HasSuffix(path, "/check_connectivity") }

// An answer is a reply before it is written.
type answer struct {
	status      int
	contentType string
	body        []byte
	header      http.Header
}

// A refusal is an error reply. None was ever recorded: status and body are
// synthetic.
type refusal struct {
	status  int
	message string
}

func (r refusal) Error() string { return r.message }

func refuse(status int, format string, args ...any) error {
	return refusal{status, fmt.Sprintf(format, args...)}
}

// serve answers one request, as the faults say.
func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, 64<<20))
	if err != nil {
		return
	}
	record := Request{Method: r.Method, Path: r.URL.EscapedPath(), Body: string(body)}
	if r.URL.RawQuery != "" {
		record.Path += "?" + r.URL.RawQuery
	}
	s.mu.Lock()
	f := s.fault(record)
	latency := s.latency
	s.requests = append(s.requests, record)
	index := len(s.requests) - 1
	s.mu.Unlock()

	if f != nil {
		latency += f.Delay
		if f.Before != nil {
			f.Before()
		}
	}
	if latency > 0 {
		select {
		case <-time.After(latency):
		case <-s.closed:
			return
		}
	}
	var a answer
	execute := f == nil || f.Execute || f.Pass || f.Truncate
	if execute {
		s.mu.Lock()
		if r.URL.Path == simulationPath {
			a = s.simulation(r, body)
		} else {
			a = s.answer(r, body)
		}
		s.mu.Unlock()
	}
	if f != nil && !f.Pass && !f.Truncate {
		a = f.answer()
	}
	s.mu.Lock()
	if index < len(s.requests) {
		s.requests[index].Status, s.requests[index].Executed = a.status, execute && a.status < 300
	}
	s.mu.Unlock()
	a.send(w, f)
}

// send writes the answer, or what the fault makes of it.
func (a answer) send(w http.ResponseWriter, f *Fault) {
	if f != nil && f.Drop {
		drop(w)
		return
	}
	for name, values := range a.header {
		w.Header()[name] = values
	}
	w.Header().Set("Content-Type", a.contentType)
	if f != nil && f.Huge > 0 {
		w.WriteHeader(a.status)
		huge(w, f.Huge)
		return
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(a.body)))
	w.WriteHeader(a.status)
	if f != nil && f.Truncate {
		_, _ = w.Write(a.body[:len(a.body)/2])
		drop(w)
		return
	}
	_, _ = w.Write(a.body)
}

func (f *Fault) answer() answer {
	a := answer{status: f.Status, contentType: f.ContentType, body: []byte(f.Body), header: f.Header}
	if a.status == 0 {
		a.status = http.StatusOK
	}
	if a.contentType == "" {
		a.contentType = "application/json;charset=utf-8"
	}
	return a
}

// drop closes the connection.
func drop(w http.ResponseWriter) {
	if h, ok := w.(http.Hijacker); ok {
		if conn, _, err := h.Hijack(); err == nil {
			_ = conn.Close()
			return
		}
	}
	panic(http.ErrAbortHandler)
}

// huge writes a JSON string of n bytes.
func huge(w io.Writer, n int64) {
	chunk := []byte(strings.Repeat("a", 1<<20))
	_, err := w.Write([]byte(`"`))
	for ; n > 0 && err == nil; n -= int64(len(chunk)) {
		_, err = w.Write(chunk)
	}
}

// answer does what the request asks for. The caller holds the mutex.
func (s *Server) answer(r *http.Request, body []byte) answer {
	a := answer{status: http.StatusOK, contentType: "application/json;charset=utf-8"}
	value, err := s.handle(r, body, &a)
	if err != nil {
		e := refusal{http.StatusInternalServerError, err.Error()}
		if is, ok := err.(refusal); ok { //nolint:errorlint // never wrapped
			e = is
		}
		a.status, value = e.status, map[string]string{"message": e.message}
	}
	if value == nil {
		a.contentType, a.body = "text/plain; charset=UTF-8", nil
		return a
	}
	if a.body, err = json.Marshal(value); err != nil {
		a.status = http.StatusInternalServerError
	}
	return a
}

var routes = []struct {
	method  string
	pattern *regexp.Regexp // on the escaped path
	handle  func(s *state, args []string, query url.Values, body []byte) (any, error)
}{
	{"GET", regexp.MustCompile(`^/applications/name/([^/]+)$`), (*state).applicationByName},
	{"POST", regexp.MustCompile(`^/applications/new$`), (*state).newApplication},
	{"GET", regexp.MustCompile(`^/applications/(\d+)/flows$`), (*state).listFlows},
	{"POST", regexp.MustCompile(`^/applications/(\d+)/flows/new$`), (*state).newFlows},
	{"DELETE", regexp.MustCompile(`^/applications/(\d+)/flows/(\d+)$`), (*state).deleteFlow},
	{"POST", regexp.MustCompile(`^/applications/(\d+)/flows/(\d+)/check_connectivity$`), (*state).checkConnectivity},
	{"POST", regexp.MustCompile(`^/applications/(\d+)/apply$`), (*state).applyDraft},
	{"POST", regexp.MustCompile(`^/applications/(\d+)/decommission$`), (*state).decommission},
	{"GET", regexp.MustCompile(`^/network_objects/find$`), (*state).findObjects},
	{"GET", regexp.MustCompile(`^/network_objects/name/([^/]+)$`), (*state).objectByName},
	{"POST", regexp.MustCompile(`^/network_objects/new$`), (*state).newObject},
	{"GET", regexp.MustCompile(`^/network_services/service_name/([^/]+)$`), (*state).serviceByName},
	{"POST", regexp.MustCompile(`^/network_services/new$`), (*state).newService},
}

func (s *Server) handle(r *http.Request, body []byte, a *answer) (any, error) {
	path, ok := strings.CutPrefix(r.URL.EscapedPath(), prefix)
	if !ok {
		return nil, refuse(http.StatusNotFound, "no such resource")
	}
	if path == "/login" {
		return s.login(r, a)
	}
	cookie, err := r.Cookie("JSESSIONID")
	if err != nil || !s.sessions[cookie.Value] {
		return nil, refuse(http.StatusUnauthorized, "the session is not valid")
	}
	for _, route := range routes {
		match := route.pattern.FindStringSubmatch(path)
		if match == nil || route.method != r.Method {
			continue
		}
		args := match[1:]
		for i := range args {
			if args[i], err = url.PathUnescape(args[i]); err != nil {
				return nil, refuse(http.StatusBadRequest, "the path is not valid")
			}
		}
		return route.handle(&s.state, args, r.URL.Query(), body)
	}
	return nil, refuse(http.StatusNotFound, "no such resource")
}

func (s *Server) login(r *http.Request, a *answer) (any, error) {
	username, password, ok := r.BasicAuth()
	if !ok || username != Username || password != Password {
		return nil, refuse(http.StatusUnauthorized, "wrong user name or password")
	}
	session := fmt.Sprintf("%032X", take(&s.state.next.session)*0x9E3779B97F4A7C1)
	s.sessions[session] = true
	a.header = http.Header{"Set-Cookie": {"JSESSIONID=" + session + "; Path=/BusinessFlow; Secure; HttpOnly"}}
	return map[string]string{"jsessionid": session}, nil
}

func (s *state) applicationByName(args []string, _ url.Values, _ []byte) (any, error) {
	a := s.app(args[0])
	if a == nil {
		return nil, refuse(http.StatusNotFound, "application not found")
	}
	return a.latest().wire(), nil
}

func (s *state) revisionArg(arg string) (*revision, error) {
	id, err := strconv.ParseInt(arg, 10, 64)
	if err != nil {
		return nil, refuse(http.StatusBadRequest, "not a number")
	}
	r := s.revision(id)
	if r == nil {
		return nil, refuse(http.StatusNotFound, "application not found")
	}
	return r, nil
}

func (s *state) listFlows(args []string, _ url.Values, _ []byte) (any, error) {
	r, err := s.revisionArg(args[0])
	if err != nil {
		return nil, err
	}
	out := []wireFlow{}
	for _, f := range r.flows {
		out = append(out, s.wireOf(f))
	}
	return out, nil
}

func (s *state) newFlows(args []string, _ url.Values, body []byte) (any, error) {
	r, err := s.revisionArg(args[0])
	if err != nil {
		return nil, err
	}
	var wanted []wireNewFlow
	if err := json.Unmarshal(body, &wanted); err != nil {
		return nil, refuse(http.StatusBadRequest, "bad parameter: %s", err)
	}
	// All is checked before the draft is made, so that a refusal makes none.
	var made []flow
	for _, w := range wanted {
		if w.Type != "APPLICATION" || w.Name == "" || len(w.Sources) == 0 || len(w.Destinations) == 0 || len(w.Services) == 0 ||
			w.Users == nil || w.NetworkApplications == nil || w.CustomFields == nil {
			return nil, refuse(http.StatusBadRequest, "bad parameter: the flow is not complete")
		}
		if slices.ContainsFunc(r.flows, func(f flow) bool { return f.spec.Name == w.Name }) {
			return nil, refuse(http.StatusBadRequest, "Duplicate name %s", w.Name)
		}
		spec := Flow{Name: w.Name, Comment: w.Comment, Type: "APPLICATION_FLOW", Users: w.Users}
		for _, side := range []struct {
			from []wireName
			to   *[]string
		}{{w.Sources, &spec.Sources}, {w.Destinations, &spec.Destinations}} {
			for _, n := range side.from {
				o := s.object(n.Name)
				if o == nil {
					return nil, refuse(http.StatusBadRequest, "network object %s does not exist", n.Name)
				}
				*side.to = append(*side.to, o.Name)
			}
		}
		for _, n := range w.Services {
			o := s.service(n.Name)
			if o == nil {
				return nil, refuse(http.StatusBadRequest, "service %s does not exist", n.Name)
			}
			spec.Services = append(spec.Services, o.Name)
		}
		for _, n := range w.NetworkApplications {
			spec.NetworkApplications = append(spec.NetworkApplications, n.Name)
		}
		made = append(made, flow{spec: spec, connectivity: noInformation})
	}
	draft, err := s.editable(r)
	if err != nil {
		return nil, refuse(http.StatusBadRequest, "%s", err)
	}
	out := []wireFlow{}
	for _, f := range made {
		out = append(out, s.wireOf(f)) // with id 0 and without dates
		f.id, f.created = take(&s.next.flow), now()
		draft.flows = append(draft.flows, f)
	}
	return out, nil
}

func (s *state) deleteFlow(args []string, _ url.Values, _ []byte) (any, error) {
	r, index, err := s.flowArgs(args)
	if err != nil {
		return nil, err
	}
	draft, err := s.editable(r)
	if err != nil {
		return nil, refuse(http.StatusBadRequest, "%s", err)
	}
	draft.flows = slices.Delete(draft.flows, index, index+1)
	return nil, nil
}

func (s *state) flowArgs(args []string) (*revision, int, error) {
	r, err := s.revisionArg(args[0])
	if err != nil {
		return nil, 0, err
	}
	id, err := strconv.ParseInt(args[1], 10, 64)
	if err != nil {
		return nil, 0, refuse(http.StatusBadRequest, "not a number")
	}
	index := slices.IndexFunc(r.flows, func(f flow) bool { return f.id == id })
	if index < 0 {
		return nil, 0, refuse(http.StatusNotFound, "flow not found")
	}
	return r, index, nil
}

func (s *state) checkConnectivity(args []string, _ url.Values, _ []byte) (any, error) {
	r, index, err := s.flowArgs(args)
	if err != nil {
		return nil, err
	}
	f := r.flows[index]
	return wireCheck{
		FlowID:    f.id,
		QueryLink: fmt.Sprintf("https://127.0.0.1/fa/query/results/#/query/ALL_FIREWALLS_query-%d/", now()),
		Status:    s.check(r.app.name, f.spec.Name),
	}, nil
}

func (s *state) applyDraft(args []string, _ url.Values, _ []byte) (any, error) {
	r, err := s.revisionArg(args[0])
	if err != nil {
		return nil, err
	}
	if r.status != Draft {
		return nil, refuse(http.StatusBadRequest, "revision %d is not a draft: it is possible that another draft was just applied", r.id)
	}
	t := s.apply(r)
	return wireApply{
		ChangeRequest: wireChangeRequest{ID: t.ID, Requestor: "AlgoSec Administrator", Status: "OPEN", Subject: "BusinessFlow Change Request for " + r.app.name},
		Application:   r.wire(),
	}, nil
}

// apply opens the one ticket of a draft.
func (s *state) apply(r *revision) Ticket {
	r.status = Pending
	t := Ticket{ID: take(&s.next.ticket), Application: r.app.name, Revision: r.id, Open: true}
	s.tickets = append(s.tickets, t)
	return t
}

// decommission is synthetic: it takes the application away.
func (s *state) decommission(args []string, _ url.Values, _ []byte) (any, error) {
	r, err := s.revisionArg(args[0])
	if err != nil {
		return nil, err
	}
	s.apps = slices.DeleteFunc(s.apps, func(a *application) bool { return a == r.app })
	return r.wire(), nil
}

// newApplication is synthetic.
func (s *state) newApplication(_ []string, _ url.Values, body []byte) (any, error) {
	var wanted struct {
		Name  string `json:"name"`
		Flows []any  `json:"flows"`
	}
	if err := json.Unmarshal(body, &wanted); err != nil || wanted.Name == "" {
		return nil, refuse(http.StatusBadRequest, "bad parameter")
	}
	if s.app(wanted.Name) != nil {
		return nil, refuse(http.StatusBadRequest, "Application name already exists")
	}
	a := &application{id: take(&s.next.app), name: wanted.Name}
	r := &revision{app: a, id: take(&s.next.revision), status: Draft, created: now()}
	if s.newActive {
		r.status = Active
	}
	a.revisions = []*revision{r}
	s.apps = append(s.apps, a)
	return r.wire(), nil
}

// findObjects answers the one kind of search that was recorded.
func (s *state) findObjects(_ []string, query url.Values, _ []byte) (any, error) {
	if query.Get("type") != "EXACT" {
		return nil, refuse(http.StatusBadRequest, "only type=EXACT is modelled")
	}
	address := query.Get("address")
	if p, err := netip.ParsePrefix(address); err != nil && !validAddress(address) || err == nil && p.Masked() != p {
		return nil, refuse(http.StatusBadRequest, "invalid address %s", address)
	}
	var found []wireObject
	for _, o := range s.objects {
		if len(o.IPAddresses) == 1 && o.IPAddresses[0] == address {
			found = append(found, o)
		}
	}
	if found == nil {
		// Synthetic: all that is known is that it is not a list.
		return map[string]string{"message": "no network objects found"}, nil
	}
	return found, nil
}

// objectByName is synthetic. The SDKs know a list of one, too.
func (s *state) objectByName(args []string, _ url.Values, _ []byte) (any, error) {
	o := s.object(args[0])
	if o == nil {
		return nil, refuse(http.StatusNotFound, "network object not found")
	}
	if o.ObjectID%2 == 0 {
		return []wireObject{*o}, nil
	}
	return *o, nil
}

// newObject is synthetic: the request is that of the SDKs. A Range with a prefix
// for content comes back as a Network.
func (s *state) newObject(_ []string, _ url.Values, body []byte) (any, error) {
	var wanted wireNewObject
	if err := json.Unmarshal(body, &wanted); err != nil || wanted.Name == "" {
		return nil, refuse(http.StatusBadRequest, "bad parameter")
	}
	is := kind(wanted.Content)
	switch {
	case !validAddress(wanted.Content):
		return nil, refuse(http.StatusBadRequest, "invalid IP address %s", wanted.Content)
	case wanted.Type != "Host" && wanted.Type != "Range" || (wanted.Type == "Host") != (is == "Host"):
		return nil, refuse(http.StatusBadRequest, "content %s does not fit type %s", wanted.Content, wanted.Type)
	case s.object(wanted.Name) != nil:
		return nil, refuse(http.StatusBadRequest, "Network object name already exists")
	}
	return s.addObject(wanted.Name, is, "BusinessFlow Object", wanted.Content), nil
}

// serviceByName is synthetic.
func (s *state) serviceByName(args []string, _ url.Values, _ []byte) (any, error) {
	o := s.service(args[0])
	if o == nil {
		return nil, refuse(http.StatusNotFound, "network service not found")
	}
	return *o, nil
}

// newService is synthetic; the text of the error is the one that the Ruby SDK
// looks for.
func (s *state) newService(_ []string, _ url.Values, body []byte) (any, error) {
	var wanted wireNewService
	if err := json.Unmarshal(body, &wanted); err != nil || wanted.Name == "" || len(wanted.Content) == 0 {
		return nil, refuse(http.StatusBadRequest, "bad parameter")
	}
	if s.service(wanted.Name) != nil {
		return nil, refuse(http.StatusBadRequest, "Service name already exists")
	}
	var literals []string
	for _, c := range wanted.Content {
		literals = append(literals, fmt.Sprintf("%s/%d", strings.ToUpper(c.Protocol), c.Port))
	}
	return s.addService(wanted.Name, literals...), nil
}

var literalPattern = regexp.MustCompile(`^(?i)(tcp|udp)/(\d+)$`)

// literalService returns the content of a service that is named protocol/port.
func literalService(name string) (string, bool) {
	if !literalPattern.MatchString(name) {
		return "", false
	}
	return strings.ToUpper(name), true
}
