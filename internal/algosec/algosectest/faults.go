package algosectest

import (
	"net/http"
	"slices"
	"time"
)

// Request is a request that the server got.
type Request struct {
	Method string
	// Path is as it was sent, escaped, with the query.
	Path string
	Body string
	// Status is that of the reply, 0 if there was none.
	Status int
	// Executed says that the server did what was asked.
	Executed bool
}

// IsWrite reports whether the request asks for a change of the inventory.
func (r Request) IsWrite() bool {
	return r.Method != http.MethodGet && r.Path != prefix+"/login" && r.Path != simulationPath && !isCheck(r.Path)
}

// Requests returns all requests so far, in the order of their arrival.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Request(nil), s.requests...)
}

// Writes returns the requests that ask for a change.
func (s *Server) Writes() []Request {
	var out []Request
	for _, r := range s.Requests() {
		if r.IsWrite() {
			out = append(out, r)
		}
	}
	return out
}

// ForgetRequests empties the list of requests.
func (s *Server) ForgetRequests() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = nil
}

// Fault makes requests fail.
type Fault struct {
	// Match chooses the requests; nil is all of them.
	Match func(Request) bool
	// Skip lets as many matching requests pass first, Times is how many fail
	// then: 0 for one, negative for all.
	Skip, Times int
	// Execute does what the request asks for before it fails.
	Execute bool
	// Before is called before anything else, for what happens meanwhile.
	Before func()
	// Delay is waited then.
	Delay time.Duration
	// Pass answers as without the fault: for a delay alone.
	Pass bool
	// Drop closes the connection without a reply.
	Drop bool
	// Truncate sends half of the reply and closes the connection.
	Truncate bool
	// Status, ContentType, Body and Header are the reply, otherwise. All are
	// synthetic.
	Status      int
	ContentType string
	Body        string
	Header      http.Header
	// Huge sends as many bytes of JSON for the body.
	Huge int64
}

// Inject adds a fault. The first that applies to a request counts.
func (s *Server) Inject(f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, &f)
}

// Replies of 2xx that were seen to hold no answer, whatever was asked: an error, a page
// to log in on, nothing. All are synthetic.
func Replies() map[string]Fault {
	return map[string]Fault{
		"200 error":        {Body: `{"error":"the operation could not be completed","status":"FAILURE"}`},
		"200 page":         {ContentType: "text/html;charset=utf-8", Body: "<!DOCTYPE html><html><head><title>AlgoSec - Login</title></head><body></body></html>"},
		"200 page as JSON": {Body: "<html><body>Login</body></html>"},
		"200 null":         {Body: "null"},
	}
}

// ClearFaults removes all faults.
func (s *Server) ClearFaults() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}

// fault returns the fault for the request, or nil. The caller holds the mutex.
func (s *Server) fault(r Request) *Fault {
	for i, f := range s.faults {
		if f.Match != nil && !f.Match(r) {
			continue
		}
		if f.Skip > 0 {
			f.Skip--
			continue
		}
		if f.Times == 0 {
			f.Times = 1
		}
		if f.Times > 0 {
			f.Times--
			if f.Times == 0 {
				s.faults = slices.Delete(s.faults, i, i+1)
			}
		}
		return f
	}
	return nil
}
