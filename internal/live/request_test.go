package live

import (
	"context"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

const testToken = "s3cr3t-token-value"

// server is one with a certificate of its own, and a request to it.
func server(t *testing.T, h http.HandlerFunc) (*httptest.Server, Request) {
	t.Helper()
	s := httptest.NewTLSServer(h)
	t.Cleanup(s.Close)
	s.Config.ErrorLog = nil
	return s, Request{
		URL: s.URL + "/config?type=export&key=query-secret-1", Headers: map[string]string{"Authorization": "Bearer " + testToken},
		CACertificate: authority(s), RetryWait: time.Millisecond, Timeout: 10 * time.Second,
	}
}

func authority(s *httptest.Server) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw}))
}

func TestGet(t *testing.T) {
	var requests atomic.Int32
	_, r := server(t, func(w http.ResponseWriter, req *http.Request) {
		if req.Header.Get("Authorization") != "Bearer "+testToken || req.URL.RawQuery != "type=export&key=query-secret-1" || req.Header.Get("User-Agent") != "test/1" {
			t.Errorf("came as %s %v", req.URL, req.Header)
		}
		switch n := requests.Add(1); {
		case n <= 2:
			w.WriteHeader([]int{503, 429}[n-1])
		case n == 3:
			w.Header().Set("Content-Length", "100")
			_, _ = io.WriteString(w, "half") // and ends
		case req.URL.Path == "/config":
			http.Redirect(w, req, "/new?"+req.URL.RawQuery, http.StatusFound)
		default:
			_, _ = io.WriteString(w, strings.Repeat("permit ip any any\n", 50_000))
		}
	})
	r.UserAgent = "test/1"
	reply, err := r.Get(t.Context())
	if err != nil || len(reply.Body) != 50_000*18 || reply.Requests != 4 {
		t.Errorf("%d bytes after %d requests, %v", len(reply.Body), reply.Requests, err)
	}
}

func TestRequestFaults(t *testing.T) {
	type handler = http.HandlerFunc
	text := func(status int) handler {
		return func(w http.ResponseWriter, req *http.Request) {
			w.WriteHeader(status)
			_, _ = fmt.Fprintf(w, "you sent %v and %s", req.Header, req.URL)
		}
	}
	other := httptest.NewServer(handler(func(_ http.ResponseWriter, req *http.Request) { t.Errorf("was sent %v", req.Header) }))
	t.Cleanup(other.Close)
	for _, test := range []struct {
		name     string
		handler  handler
		change   func(*Request)
		is       error
		requests int32
		want     string // after the address
	}{
		{"401", text(401), nil, nil, 1, "answers with status 401 Unauthorized: the credentials in headers are missing or not accepted"},
		{"403", text(403), nil, nil, 1, "answers with status 403 Forbidden: the credentials in headers are missing or not accepted"},
		{"404", text(404), nil, nil, 1, "answers with status 404 Not Found"},
		{"204", text(204), nil, nil, 1, "answers with status 204 No Content, which is no text"},
		{"500", text(500), nil, nil, 4, "answers with status 500 Internal Server Error (asked 4 times)"},
		{"503", text(503), nil, nil, 4, "answers with status 503 Service Unavailable (asked 4 times)"},
		{"redirect to another host", func(w http.ResponseWriter, req *http.Request) {
			http.Redirect(w, req, other.URL+"/?"+req.URL.RawQuery, http.StatusFound)
		}, nil, nil, 1, "redirects to " + other.URL + ", which is not followed, since the headers would be sent there: write the address of the text itself"},
		{"redirect for ever", func(w http.ResponseWriter, req *http.Request) {
			http.Redirect(w, req, req.URL.String(), http.StatusFound)
		}, nil, nil, 6, "redirects more than 5 times"},
		{"redirect to nowhere", text(302), nil, nil, 1, "answers with status 302 Found, and says not where the text is"},
		{"slow drip", func(w http.ResponseWriter, req *http.Request) {
			for req.Context().Err() == nil {
				_, _ = io.WriteString(w, "a")
				w.(http.Flusher).Flush()
				time.Sleep(5 * time.Millisecond)
			}
		}, func(r *Request) { r.Timeout = 200 * time.Millisecond }, ErrTimeout, 1, "gave no whole answer within 200ms"},
		{"silence", func(_ http.ResponseWriter, req *http.Request) { <-req.Context().Done() },
			func(r *Request) { r.Timeout = 200 * time.Millisecond }, ErrTimeout, 1, "gave no whole answer within 200ms"},
		{"endless", func(w http.ResponseWriter, _ *http.Request) {
			for chunk := make([]byte, 1<<16); ; {
				if _, err := w.Write(chunk); err != nil {
					return
				}
			}
		}, func(r *Request) { r.MaxBody = 10 << 20 }, ErrTooLong, 1, "answers with more than 10485760 bytes"},
		{"announced as too long", func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Content-Length", "10737418240") }, nil, ErrTooLong, 1, "answers with more than 268435456 bytes"},
		{"half", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			_, _ = io.WriteString(w, "permit")
		}, nil, io.ErrUnexpectedEOF, 4, "breaks off before its answer is whole (asked 4 times)"},
		{"reset", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, nil, io.EOF, 4, "breaks off before its answer is whole (asked 4 times)"},
		{"certificate", text(200), func(r *Request) { r.CACertificate = "" }, nil, 0, "has a certificate that is signed by an unknown authority: set ca_certificate to the authority's certificate"},
		{"certificate that is none", text(200), func(r *Request) { r.CACertificate = "PEM" }, nil, 0, "cannot be asked: ca_certificate holds no PEM certificate"},
		{"http", text(200), func(r *Request) { r.URL = strings.Replace(r.URL, "https", "http", 1) }, nil, 0, "cannot be asked: url has the scheme http: whoever is in between reads what is sent, and can change what comes back; write https, or set allow_http = true if that is meant"},
		{"header", text(200), func(r *Request) { r.Headers["X"] = "two\nlines" }, nil, 0, `cannot be asked: headers has "X", whose name or value cannot be sent: a value is one line`},
		{"host", text(200), func(r *Request) { r.Headers["host"] = "fw2" }, nil, 0, `cannot be asked: headers has "host", which is the connection's own`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var requests atomic.Int32
			_, r := server(t, func(w http.ResponseWriter, req *http.Request) { requests.Add(1); test.handler(w, req) })
			if test.change != nil {
				test.change(&r)
			}
			reply, err := r.Get(t.Context())
			if err == nil {
				t.Fatalf("no error, and %d bytes", len(reply.Body))
			}
			if got, want := err.Error(), r.Address()+" "+test.want; got != want {
				t.Errorf("got  %s\nwant %s", got, want)
			}
			if test.is != nil && !errors.Is(err, test.is) {
				t.Errorf("%#v is not %v", err, test.is)
			}
			if n := requests.Load(); n != test.requests {
				t.Errorf("%d requests, not %d", n, test.requests)
			}
		})
	}
}

// TestUnmeasured: a reply that ends with its connection may be half of one.
func TestUnmeasured(t *testing.T) {
	for how, want := range map[string]bool{"closed": true, "chunked": false, "measured": false} {
		_, r := server(t, func(w http.ResponseWriter, _ *http.Request) {
			switch how {
			case "closed":
				conn, out, err := w.(http.Hijacker).Hijack()
				if err != nil {
					t.Error(err)
					return
				}
				defer conn.Close()
				_, _ = out.WriteString("HTTP/1.0 200 OK\r\n\r\ntext")
				_ = out.Flush()
			case "chunked":
				_, _ = io.WriteString(w, "te")
				w.(http.Flusher).Flush()
				_, _ = io.WriteString(w, "xt")
			default:
				_, _ = io.WriteString(w, "text")
			}
		})
		if reply, err := r.Get(t.Context()); err != nil || string(reply.Body) != "text" || reply.Unmeasured != want {
			t.Errorf("%s: %q, %v, %v", how, reply.Body, reply.Unmeasured, err)
		}
	}
}

func TestRequestIsCanceled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	_, r := server(t, func(http.ResponseWriter, *http.Request) { cancel(); time.Sleep(100 * time.Millisecond) })
	if _, err := r.Get(ctx); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestAddress(t *testing.T) {
	for url, want := range map[string]string{
		"https://fw1.example.com/api/?type=export&key=abc":  "cannot be asked",
		"https://user:password@fw1.example.com/":            "holds a user name",
		"ftp://fw1.example.com/":                            `has the scheme "ftp"`,
		"fw1.example.com/secret":                            "is not an address",
		"https://":                                          "is not an address",
		"https://fw1.example.com/%zz?key=secret-in-address": "is not an address",
	} {
		r := Request{URL: url, Timeout: time.Nanosecond}
		if err := r.Validate(); err != nil && !strings.Contains(err.Error(), want) || err == nil && want != "cannot be asked" {
			t.Errorf("%s: %v", url, err)
		}
		_, err := r.Get(t.Context())
		if err == nil || strings.Contains(err.Error(), "password") || strings.Contains(err.Error(), "secret") || strings.Contains(err.Error(), "abc") {
			t.Errorf("%s: %v", url, err)
		}
	}
}
