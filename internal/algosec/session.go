package algosec

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"net/http"
	"regexp"
)

const sessionCookie = "JSESSIONID"

// validSession is the value of a cookie after RFC 6265, so that a reply smuggles
// nothing else into the header.
var validSession = regexp.MustCompile(`^[!#-+\--:<-\[\]-~]{1,256}$`)

// A session is the login that all calls share.
type session struct {
	lock    lock
	current string
	// refused is the answer to wrong credentials. It stands: to try them again for
	// each of a hundred flows would lock the account.
	refused error
}

// get returns the session, after a login if there is none or it is the stale one.
// Callers that come while somebody logs in wait for that and share it.
func (s *session) get(ctx context.Context, stale string, login func(context.Context) (string, error)) (string, error) {
	if err := s.lock.acquire(ctx); err != nil {
		return "", err
	}
	defer s.lock.release()
	if s.refused != nil {
		return "", s.refused
	}
	if s.current != "" && s.current != stale {
		return s.current, nil
	}
	s.current = ""
	current, err := login(ctx)
	if err != nil {
		var fault *faultError
		if hasStatus(err, http.StatusUnauthorized) || hasStatus(err, http.StatusForbidden) || errors.As(err, &fault) {
			s.refused = err
		}
		return "", err
	}
	s.current = current
	return current, nil
}

// login opens a session with user name and password.
func (c *connection) login(ctx context.Context) (string, error) {
	r := request{method: http.MethodGet, path: path("login"), basic: true}
	rep, err := c.send(ctx, r, "")
	if err != nil {
		return "", err
	}
	switch {
	case rep.status == http.StatusUnauthorized || rep.status == http.StatusForbidden:
		e := &Error{Method: r.method, Path: r.path, Status: rep.status, Message: "the server refuses the user name or the password"}
		if m := c.redact(serverMessage(rep), ""); m != "" {
			e.Message += ": " + m
		}
		return "", e
	case rep.status < 200 || rep.status > 299:
		return "", c.statusError(r, rep, "")
	}
	var answer struct {
		Session string `json:"jsessionid"`
	}
	if err := c.decode(r, rep, &answer); err != nil {
		return "", err
	}
	if answer.Session == "" {
		for _, cookie := range (&http.Response{Header: rep.header}).Cookies() {
			if cookie.Name == sessionCookie {
				answer.Session = cookie.Value
			}
		}
	}
	if !validSession.MatchString(answer.Session) {
		return "", &Error{Method: r.method, Path: r.path, Status: rep.status, Message: "the reply holds no session"}
	}
	return answer.Session, nil
}

func basicAuth(username, password string) string {
	return base64.StdEncoding.EncodeToString([]byte(username + ":" + password))
}

// isCertificate reports whether err is about the server's certificate, which does
// not change while one tries again.
func isCertificate(err error) bool {
	var (
		verification *tls.CertificateVerificationError
		unknown      x509.UnknownAuthorityError
		invalid      x509.CertificateInvalidError
		hostname     x509.HostnameError
	)
	return errors.As(err, &verification) || errors.As(err, &unknown) || errors.As(err, &invalid) || errors.As(err, &hostname)
}
