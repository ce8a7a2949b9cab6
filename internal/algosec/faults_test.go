package algosec_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/algosec"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/algosec/algosectest"
)

// secrets are texts that must be in no error and no log record: the password, and
// what it becomes in a header.
var secrets = []string{algosectest.Password, "dGVycmFmb3JtOmNvcnJlY3QgaG9yc2Ug", "correct horse"}

// A recorder keeps what was logged.
type recorder struct {
	mu   sync.Mutex
	text strings.Builder
}

func (r *recorder) log(_ context.Context, message string, fields map[string]any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	fmt.Fprintln(&r.text, message, fields)
}

func (r *recorder) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.String()
}

func isGet(r algosectest.Request) bool {
	return r.Method == http.MethodGet && !strings.HasSuffix(r.Path, "/login")
}
func isLogin(r algosectest.Request) bool { return strings.HasSuffix(r.Path, "/login") }
func isNew(r algosectest.Request) bool   { return strings.HasSuffix(r.Path, "/flows/new") }
func isApply(r algosectest.Request) bool { return strings.HasSuffix(r.Path, "/apply") }

// Each fault gives an error that says what was asked and what went wrong, and no
// more requests than there should be.
func TestFaults(t *testing.T) {
	const secretive = "user terraform, password correct horse & battery/staple, " +
		"Basic dGVycmFmb3JtOmNvcnJlY3QgaG9yc2UgJiBiYXR0ZXJ5L3N0YXBsZQ==\x1b[2J\r\nSet-Cookie: x\u202e"
	short := func(c *algosec.Config) { c.Timeout = 200 * time.Millisecond }
	for _, tt := range []struct {
		name  string
		fault algosectest.Fault
		conf  func(*algosec.Config)
		want  []string
		tries int // requests that the fault met
	}{
		{"wrong password", algosectest.Fault{}, func(c *algosec.Config) { c.Password = "nope" },
			[]string{"GET /login", "status 401", "refuses the user name or the password"}, 0},
		{"login without session", algosectest.Fault{Match: isLogin, Times: -1, Body: `{"jsessionid":""}`}, nil,
			[]string{"GET /login", "no session"}, 1},
		{"session with a line break", algosectest.Fault{Match: isLogin, Times: -1, Body: `{"jsessionid":"a\r\nX-Evil: 1"}`}, nil,
			[]string{"GET /login", "no session"}, 1},
		{"login page", algosectest.Fault{Match: isLogin, Times: -1, ContentType: "text/html", Body: "<html>"}, nil,
			[]string{"GET /login", `"text/html", not JSON`, "is url the address"}, 1},
		{"401 for good", algosectest.Fault{Match: isGet, Times: -1, Status: 401}, nil,
			[]string{"GET /applications/name/App", "status 401", "also after a new login", "permission"}, 2},
		{"403", algosectest.Fault{Match: isGet, Times: -1, Status: 403, Body: `{"message":"no permission"}`}, nil,
			[]string{"status 403", "no permission"}, 1},
		{"500 with secrets", algosectest.Fault{Match: isGet, Times: -1, Status: 500, Body: secretive}, nil,
			[]string{"GET /applications/name/App", "status 500", "[redacted]"}, 1},
		{"500 page", algosectest.Fault{Match: isGet, Times: -1, Status: 500, ContentType: "text/html", Body: "<html>" + secretive}, nil,
			[]string{"status 500", "an HTML page"}, 1},
		{"500 with a long text", algosectest.Fault{Match: isGet, Times: -1, Status: 500, Body: strings.Repeat("ä", 5000)}, nil,
			[]string{"status 500", "ä..."}, 1},
		{"503 for good", algosectest.Fault{Match: isGet, Times: -1, Status: 503, Header: http.Header{"Retry-After": {"86400"}}}, nil,
			[]string{"status 503", "Service Unavailable"}, 4},
		{"connection lost", algosectest.Fault{Match: isGet, Times: -1, Drop: true}, nil,
			// One more by net/http: the first was sent on a connection that was open.
			[]string{"GET /applications/name/App", "connection ended"}, 5},
		{"truncated", algosectest.Fault{Match: isGet, Times: -1, Truncate: true}, nil,
			[]string{"GET /applications/name/App", "connection ended before the reply was whole"}, 4},
		{"truncated JSON", algosectest.Fault{Match: isGet, Times: -1, Body: `{"revisionID": 4`}, nil,
			[]string{"ends in the middle of the JSON, after 16 bytes"}, 1},
		{"huge", algosectest.Fault{Match: isGet, Times: -1, Huge: algosec.MaxReply + 1}, nil,
			[]string{"GET /applications/name/App", "larger than 64 MiB"}, 1},
		{"slow", algosectest.Fault{Match: isGet, Times: -1, Delay: time.Minute, Pass: true}, short,
			[]string{"GET /applications/name/App", "no whole reply within 200ms"}, 1},
		{"not JSON", algosectest.Fault{Match: isGet, Times: -1, Body: `{"revisionID": 4]`}, nil,
			[]string{"not valid JSON at byte 17"}, 1},
		{"no content type", algosectest.Fault{Match: isGet, Times: -1, ContentType: "text/plain", Body: "{}"}, nil,
			[]string{`"text/plain", not JSON`}, 1},
		{"text for a number", algosectest.Fault{Match: isGet, Times: -1, Body: `{"revisionID":"4","applicationID":1,"name":"App","revisionStatus":"Active"}`}, nil,
			[]string{`"revisionID" is a JSON string, where a number belongs`}, 1},
		{"list for an object", algosectest.Fault{Match: isGet, Times: -1, Body: `[]`}, nil, []string{"is a JSON array, where an object belongs"}, 1},
		{"null", algosectest.Fault{Match: isGet, Times: -1, Body: `null`}, nil, []string{"the reply is null, where a list or an object belongs"}, 1},
		{"no revision", algosectest.Fault{Match: isGet, Times: -1, Body: `{"name":"App","revisionStatus":"Active"}`}, nil, []string{"without applicationID or revisionID"}, 1},
		{"no status", algosectest.Fault{Match: isGet, Times: -1, Body: `{"name":"App","applicationID":1,"revisionID":2}`}, nil, []string{"without revisionStatus"}, 1},
		{"another application", algosectest.Fault{Match: isGet, Times: -1, Body: `{"name":"app","applicationID":1,"revisionID":2,"revisionStatus":"Active"}`}, nil,
			[]string{`application "App" with application "app"`}, 1},
		{"flows twice", algosectest.Fault{Match: func(r algosectest.Request) bool { return strings.HasSuffix(r.Path, "/flows") }, Times: -1,
			Body: `[{"name":"a","flowType":"APPLICATION_FLOW"},{"name":"a","flowType":"APPLICATION_FLOW"}]`}, nil, []string{`two flows are named "a"`}, 1},
		{"flows are an object", algosectest.Fault{Match: func(r algosectest.Request) bool { return strings.HasSuffix(r.Path, "/flows") }, Times: -1,
			Body: `{"flows":[]}`}, nil, []string{"/flows", "is a JSON object, where a list belongs"}, 1},
		{"redirect to another host", algosectest.Fault{Match: isGet, Times: -1, Status: 302, Header: http.Header{"Location": {"https://evil.example/x?y=z"}}}, nil,
			[]string{"redirects to https://evil.example/x, which is not followed"}, 1},
		{"redirect of the login", algosectest.Fault{Match: isLogin, Times: -1, Status: 307, Header: http.Header{"Location": {"https://evil.example/"}}}, nil,
			[]string{"GET /login", "redirects to https://evil.example/"}, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := algosectest.New(t)
			s.AddApplication("App", seed("a", "10.0.0.1", "10.0.0.2", "tcp/1"))
			if tt.fault.Times != 0 {
				s.Inject(tt.fault)
			}
			rec := &recorder{}
			c := connect(t, s, func(conf *algosec.Config) {
				conf.Log = rec.log
				if tt.conf != nil {
					tt.conf(conf)
				}
			})
			_, err := c.Read(context.Background(), "App")
			if err == nil {
				t.Fatal("no error")
			}
			for _, want := range tt.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error %q does not mention %q", err, want)
				}
			}
			if len(err.Error()) > 800 || strings.ContainsAny(err.Error(), "\x1b\r\n\u202e") {
				t.Errorf("error is not fit for a terminal: %q", err)
			}
			met := 0
			for _, r := range s.Requests() {
				if tt.fault.Match != nil && tt.fault.Match(r) {
					met++
				}
			}
			if met != tt.tries {
				t.Errorf("%d requests, want %d", met, tt.tries)
			}
			for _, secret := range append(secrets, "nope") {
				if strings.Contains(err.Error()+rec.String(), secret) {
					t.Errorf("%q is in the error or in the log: %q\n%s", secret, err, rec)
				}
			}
		})
	}
}

// Credentials that were refused are not tried again: that would lock the account.
func TestWrongPasswordIsTriedOnce(t *testing.T) {
	s := algosectest.New(t)
	c := connect(t, s, func(c *algosec.Config) { c.Password = "wrong" })
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			if _, err := c.Read(context.Background(), fmt.Sprint("App", i)); err == nil {
				t.Error("no error")
			}
		})
	}
	wg.Wait()
	if n := len(s.Requests()); n != 1 {
		t.Errorf("%d requests, want one login", n)
	}
}

// A read that fails on the way is repeated; a write is not.
func TestRepetition(t *testing.T) {
	for _, fault := range []algosectest.Fault{{Drop: true}, {Truncate: true}, {Status: 503}, {Status: 429}} {
		s := algosectest.New(t)
		s.AddApplication("App", seed("a", "10.0.0.1", "10.0.0.2", "tcp/1"))
		read := fault
		read.Match, read.Times = isGet, 3
		s.Inject(read)
		if _, err := connect(t, s).Read(context.Background(), "App"); err != nil {
			t.Errorf("%+v: %v", fault, err)
		}

		write := fault
		write.Match = isNew
		s.Inject(write)
		d := algosec.Desired{Application: "App", Flows: []algosec.DesiredFlow{flow("b", "10.0.0.1", "10.0.0.2", "tcp/1")}}
		if _, _, err := connect(t, s).Apply(context.Background(), d, algosec.Progress{}); err == nil {
			t.Errorf("%+v: the write was repeated", fault)
		}
		if n := len(s.Writes()); n != 1 {
			t.Errorf("%+v: %d writes, want 1", fault, n)
		}
	}
}

// A session that runs out is renewed, once for all who use it, and nothing is
// lost: not even a write, which was not executed.
func TestSessionRunsOut(t *testing.T) {
	s := algosectest.New(t)
	for i := range 10 {
		s.AddApplication(fmt.Sprint("App", i), seed("a", "10.0.0.1", "10.0.0.2", "tcp/1"))
	}
	rec := &recorder{}
	c := connect(t, s, func(c *algosec.Config) { c.Log = rec.log })
	logins := func() (n int) {
		for _, r := range s.Requests() {
			if isLogin(r) {
				n++
			}
		}
		return n
	}
	all := func(do func(app string) error) {
		var wg sync.WaitGroup
		for i := range 10 {
			wg.Go(func() {
				if err := do(fmt.Sprint("App", i)); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
	}
	all(func(app string) error { _, err := c.Read(context.Background(), app); return err })
	if n := logins(); n != 1 {
		t.Errorf("%d logins, want 1", n)
	}
	s.EndSessions()
	all(func(app string) error {
		d := algosec.Desired{Application: app, Flows: []algosec.DesiredFlow{flow("b", "10.0.0.1", "10.0.0.2", "tcp/1")}}
		_, _, err := c.Apply(context.Background(), d, algosec.Progress{})
		return err
	})
	if n := logins(); n != 2 {
		t.Errorf("%d logins, want 2", n)
	}

	// In the middle of the writes.
	s.CloseTickets()
	for _, match := range []func(algosectest.Request) bool{isNew, isApply} {
		s.CloseTickets()
		s.Inject(algosectest.Fault{Match: match, Status: 401})
		name := fmt.Sprintf("c%p", match)
		d := algosec.Desired{Application: "App0", Flows: []algosec.DesiredFlow{flow(name, "10.0.0.1", "10.0.0.2", "tcp/1")}}
		if _, _, err := c.Apply(context.Background(), d, algosec.Progress{}); err != nil {
			t.Error(err)
		}
	}
	if n := len(s.Tickets()); n != 12 {
		t.Errorf("%d change requests, want 12", n)
	}
	for _, secret := range secrets {
		if strings.Contains(rec.String(), secret) {
			t.Errorf("%q is in the log", secret)
		}
	}
	if strings.Contains(rec.String(), "JSESSIONID") || !strings.Contains(rec.String(), "/applications/name/App0") {
		t.Error("the log holds a session, or no requests")
	}
}

func TestCertificates(t *testing.T) {
	good, expired := algosectest.New(t), algosectest.New(t, algosectest.Options{ExpiredCertificate: true})
	for _, tt := range []struct {
		name string
		s    *algosectest.Server
		conf func(*algosec.Config)
		want string
	}{
		{"unknown authority", good, func(c *algosec.Config) { c.CACertificate = "" }, "signed by an unknown authority: set ca_certificate"},
		{"expired", expired, func(*algosec.Config) {}, "the certificate of the server is valid from "},
		{"other name", good, func(c *algosec.Config) { c.URL = strings.Replace(c.URL, "127.0.0.1", "127.0.0.2", 1) }, "the certificate of the server is for another name"},
		{"expired, not verified", expired, func(c *algosec.Config) { c.InsecureSkipVerify = true }, ""},
	} {
		if tt.name == "other name" {
			if l, err := net.Listen("tcp", "127.0.0.2:0"); err != nil {
				continue // a system with one loopback address
			} else {
				l.Close()
			}
			s, err := algosectest.Start(algosectest.Options{Address: "127.0.0.2:0"})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(s.Close)
			tt.s = s
		}
		_, err := connect(t, tt.s, tt.conf).Read(context.Background(), "App")
		if tt.want == "" {
			if !errors.Is(err, algosec.ErrNotFound) {
				t.Errorf("%s: %v", tt.name, err)
			}
			continue
		}
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: error %v, want %q", tt.name, err, tt.want)
		}
		if n := len(tt.s.Requests()); n != 0 && tt.name != "expired" {
			t.Errorf("%s: %d requests", tt.name, n)
		}
	}
}

func TestUnreachable(t *testing.T) {
	s, err := algosectest.Start(algosectest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
	_, err = connect(t, s).Read(context.Background(), "App")
	if err == nil || !strings.Contains(err.Error(), "the server cannot be reached") || !strings.Contains(err.Error(), "refused") {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := connect(t, s).Read(ctx, "App"); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// A client that is only configured contacts nobody.
func TestLazy(t *testing.T) {
	s := algosectest.New(t)
	connect(t, s)
	if n := len(s.Requests()); n != 0 {
		t.Errorf("%d requests", n)
	}
}

// A name is one segment of a path, whatever is in it.
func TestNamesAreEscaped(t *testing.T) {
	s := algosectest.New(t)
	all := []string{"a/b", "..", ".", "a b?c=d#e", "100%", `special \c " hh / [8 mm] . - jjj`, "Ünïcödé ☃", "a;b=c", "a+b", "../../login"}
	for _, name := range all {
		s.AddApplication(name, seed("f", "10.0.0.1", "10.0.0.2", "tcp/1"))
	}
	c := connect(t, s)
	for _, name := range all {
		if app, err := c.Read(context.Background(), name); err != nil || app.Name != name {
			t.Errorf("%q: %v, %v", name, app, err)
		}
	}
	for _, r := range s.Requests() {
		if parts := strings.Split(r.Path, "/"); len(parts) > 7 || slices.Contains(parts, "..") {
			t.Errorf("path %q", r.Path)
		}
	}
}
