package algosec

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/hashicorp/go-retryablehttp"
)

// MaxReply bounds the size of a reply, in bytes.
const MaxReply = 64 << 20

var errTooLarge = fmt.Errorf("the reply is larger than %d MiB", MaxReply>>20)

// A request is one call of the API.
type request struct {
	method string
	path   string // below /BusinessFlow/rest/v1, or from the root if action is set; escaped
	query  url.Values
	body   any  // sent as JSON, nil for none
	slow   bool // takes up to ApplyTimeout
	basic  bool // the login: with user name and password, without a session
	// action is that of a SOAP request, whose body is XML and holds the session.
	action string
}

// path joins segments, each escaped: names of applications and objects hold
// slashes, blanks, quotes and dots.
func path(segments ...string) string {
	var b strings.Builder
	for _, s := range segments {
		b.WriteByte('/')
		switch s {
		case ".", "..":
			// PathEscape leaves dots alone, and such a segment is removed on the way.
			b.WriteString(strings.ReplaceAll(s, ".", "%2E"))
		default:
			b.WriteString(url.PathEscape(s))
		}
	}
	return b.String()
}

func id(n int64) string { return fmt.Sprint(n) }

// A reply is a whole reply of any status.
type reply struct {
	status int
	header http.Header
	body   []byte
}

// do sends the request, with a session, and returns a reply of 2xx that is
// not about a failure.
func (c *connection) do(ctx context.Context, r request) (reply, error) {
	session, err := c.session.get(ctx, "", c.login)
	if err != nil {
		return reply{}, err
	}
	rep, err := c.send(ctx, r, session)
	if err == nil && rep.status == http.StatusUnauthorized {
		// The session has run out. A request that was not authenticated was not
		// executed either, so that sending it once more is no repetition, not even
		// of a write. A second 401 is about the permissions of the user.
		if session, err = c.session.get(ctx, session, c.login); err != nil {
			return reply{}, err
		}
		rep, err = c.send(ctx, r, session)
	}
	if err != nil {
		return reply{}, err
	}
	if rep.status < 200 || rep.status > 299 {
		return rep, c.statusError(r, rep, session)
	}
	if r.action == "" {
		if problem := failure(rep); problem != "" {
			return rep, &Error{Method: r.method, Path: r.path, Status: rep.status, Message: c.redact(problem, session)}
		}
	}
	return rep, nil
}

// getJSON reads into out.
func (c *connection) getJSON(ctx context.Context, path string, out any) error {
	return c.doJSON(ctx, request{method: http.MethodGet, path: path}, out)
}

// doJSON sends the request and decodes the reply into out.
func (c *connection) doJSON(ctx context.Context, r request, out any) error {
	rep, err := c.do(ctx, r)
	if err != nil {
		return err
	}
	return c.decode(r, rep, out)
}

// send sends the request as it is and returns the whole reply, whatever its
// status. Reads are repeated if they fail on the way; writes never are. (Nor does
// net/http repeat them: it does so for POST and DELETE only while not a byte of
// them was sent.)
func (c *connection) send(ctx context.Context, r request, session string) (reply, error) {
	req, err := c.httpRequest(ctx, r, session)
	if err != nil {
		return reply{}, err
	}
	began := time.Now()
	rep, timeout, err := c.roundTrip(req, r)
	fields := map[string]any{
		"method": r.method, "path": r.path, "status": rep.status,
		"duration_ms": time.Since(began).Milliseconds(), "bytes": len(rep.body),
	}
	if err != nil {
		e := &Error{Method: r.method, Path: r.path, Message: explain(err, timeout), Err: err}
		if errors.Is(err, errTooLarge) {
			e.Message = errTooLarge.Error()
		}
		if ctx.Err() != nil && errors.Is(ctx.Err(), context.DeadlineExceeded) {
			e.Message = "the time for the operation is over"
		}
		e.Message = c.redact(e.Message, session)
		fields["error"] = e.Message
		c.log(ctx, "AlgoSec request failed", fields)
		return reply{}, e
	}
	c.log(ctx, "AlgoSec request", fields)
	return rep, nil
}

// httpRequest returns what goes over the wire for r.
func (c *connection) httpRequest(ctx context.Context, r request, session string) (*http.Request, error) {
	fail := func(message string, err error) (*http.Request, error) {
		return nil, &Error{Method: r.method, Path: r.path, Message: message, Err: err}
	}
	body, soap := r.body.([]byte)
	if r.body != nil && !soap {
		var err error
		if body, err = json.Marshal(r.body); err != nil {
			return fail("the request cannot be written as JSON", err)
		}
	}
	u := *c.base
	if soap {
		u = *c.root
	}
	u.RawPath = u.EscapedPath() + r.path
	unescaped, err := url.PathUnescape(u.RawPath)
	if err != nil {
		return fail("the path is not valid", err)
	}
	u.Path = unescaped
	u.RawQuery = r.query.Encode()

	req, err := http.NewRequestWithContext(ctx, r.method, u.String(), nil)
	if err != nil {
		return fail("the request is not valid", err)
	}
	if c.conf.UserAgent != "" {
		req.Header.Set("User-Agent", c.conf.UserAgent)
	}
	media := "application/json"
	switch {
	case soap:
		media = "text/xml; charset=utf-8"
		req.Header.Set("SOAPAction", `"`+r.action+`"`)
	case r.basic:
		req.SetBasicAuth(c.conf.Username, c.conf.Password)
	default:
		req.AddCookie(&http.Cookie{Name: sessionCookie, Value: session})
	}
	req.Header.Set("Accept", media)
	if body != nil {
		req.Header.Set("Content-Type", media)
		req.Body = io.NopCloser(bytes.NewReader(body))
		req.ContentLength = int64(len(body))
	}
	return req, nil
}

func (c *connection) roundTrip(req *http.Request, r request) (reply, time.Duration, error) {
	var (
		resp    *http.Response
		err     error
		timeout = c.conf.Timeout
	)
	switch {
	case r.method == http.MethodGet:
		var retryable *retryablehttp.Request
		if retryable, err = retryablehttp.FromRequest(req); err == nil {
			resp, err = c.reads.Do(retryable)
		}
	case r.slow:
		timeout = c.conf.ApplyTimeout
		resp, err = c.slow.Do(req)
	default:
		resp, err = c.writes.Do(req)
	}
	if err != nil {
		return reply{}, timeout, err
	}
	defer resp.Body.Close()
	body, err := readAll(resp.Body)
	if err != nil {
		return reply{}, timeout, err
	}
	return reply{status: resp.StatusCode, header: resp.Header, body: body}, timeout, nil
}

func readAll(r io.Reader) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(r, MaxReply+1))
	if err == nil && len(body) > MaxReply {
		err = errTooLarge
	}
	return body, err
}

// checkRetry repeats reads that got no reply, or one that says "later". A reply of
// 500 is an answer. A read that took its whole timeout is not begun again.
func checkRetry(ctx context.Context, resp *http.Response, err error) (bool, error) {
	if ctx.Err() != nil {
		return false, ctx.Err()
	}
	if err != nil {
		return transient(err), nil
	}
	switch resp.StatusCode {
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true, nil
	}
	// A body that breaks off is a read that failed on the way too.
	body, err := readAll(resp.Body)
	_ = resp.Body.Close()
	resp.Body = io.NopCloser(bytes.NewReader(body))
	if err != nil {
		resp.Body = io.NopCloser(io.MultiReader(bytes.NewReader(body), failing{err}))
		return transient(err), nil
	}
	return false, nil
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func transient(err error) bool {
	var (
		redirect *redirectError
		timedOut net.Error
		dns      *net.DNSError
	)
	switch {
	case errors.As(err, &redirect), errors.Is(err, errTooLarge), isCertificate(err):
		return false
	case errors.As(err, &dns) && dns.IsNotFound:
		return false
	case errors.As(err, &timedOut) && timedOut.Timeout():
		return false
	}
	return true
}

// backoff is the library's, which doubles the wait and heeds Retry-After, bounded.
func backoff(least, most time.Duration, attempt int, resp *http.Response) time.Duration {
	return min(retryablehttp.DefaultBackoff(least, most, attempt, resp), most)
}

// checkRedirect follows reads within the server. Elsewhere they would take the
// session along; and a redirected write would arrive as a read.
func checkRedirect(base *url.URL, req *http.Request, via []*http.Request) error {
	to := url.URL{Scheme: req.URL.Scheme, Host: req.URL.Host, Path: req.URL.Path}
	if req.URL.Scheme != base.Scheme || req.URL.Host != base.Host || via[0].Method != http.MethodGet || len(via) > 3 {
		return &redirectError{to: to.String()}
	}
	return nil
}

// statusError describes a reply that is not 2xx.
func (c *connection) statusError(r request, rep reply, session string) error {
	message := c.redact(serverMessage(rep), session)
	switch {
	case rep.status == http.StatusUnauthorized && !r.basic:
		message = strings.TrimSuffix("not authorized, also after a new login: does the user have permission for it? "+message, " ")
	case message == "":
		message = http.StatusText(rep.status)
	}
	return &Error{Method: r.method, Path: r.path, Status: rep.status, Message: message}
}

// serverMessage takes what reads as a message out of an error reply.
func serverMessage(rep reply) string {
	var object map[string]any
	if json.Unmarshal(rep.body, &object) == nil {
		for _, key := range []string{"message", "error", "errorMessage", "description"} {
			if text, ok := object[key].(string); ok && text != "" {
				return text
			}
		}
	}
	if kind, _, _ := mime.ParseMediaType(rep.header.Get("Content-Type")); kind == "text/html" {
		return "an HTML page instead of a reply of the API"
	}
	return string(rep.body)
}

// redact cleans a text of the server, which may echo what it was sent, escaped or
// not.
func (c *connection) redact(text, session string) string {
	password := c.conf.Password
	quoted, _ := json.Marshal(password)
	return clean(text, basicAuth(c.conf.Username, password), password, session,
		url.QueryEscape(password), url.PathEscape(password), strings.Trim(string(quoted), `"`))
}

func (c *connection) log(ctx context.Context, message string, fields map[string]any) {
	if c.conf.Log != nil {
		c.conf.Log(ctx, message, fields)
	}
}
