package live

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/visible"
)

// A redirectError refuses to follow a reply to somewhere else.
type redirectError struct {
	// to is the server, without path and query.
	to   string
	many bool
}

func (e *redirectError) Error() string {
	if e.many {
		return fmt.Sprintf("redirects more than %d times", maxRedirects)
	}
	return fmt.Sprintf("redirects to %s, which is not followed, since the headers would be sent there: write the address of the text itself", visible.Text(e.to))
}

// transient reports whether a repetition may do better. A timeout of the whole is none.
func transient(err error) bool {
	var (
		redirect *redirectError
		dns      *net.DNSError
	)
	switch {
	case errors.As(err, &redirect), errors.Is(err, ErrTooLong), isCertificate(err), errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return false
	case errors.As(err, &dns) && dns.IsNotFound:
		return false
	}
	return true
}

func isCertificate(err error) bool {
	var (
		invalid  x509.CertificateInvalidError
		unknown  x509.UnknownAuthorityError
		hostname x509.HostnameError
	)
	return errors.As(err, &invalid) || errors.As(err, &unknown) || errors.As(err, &hostname)
}

// failure is an error without secrets.
func (r Request) failure(status int, reason string, err error) error {
	hide := r.Secrets().Hide
	return &RequestError{Address: visible.Text(hide(r.Address())), Reason: visible.Text(hide(reason)), Status: status, Err: err}
}

// explained says in plain words what came of the last of n requests.
func (r Request) explained(ctx context.Context, a attempt, n int) error {
	tries := ""
	if n > 1 {
		tries = fmt.Sprintf(" (asked %d times)", n)
	}
	switch {
	case ctx.Err() != nil && errors.Is(context.Cause(ctx), ErrTimeout):
		return r.failure(a.status, fmt.Sprintf("gave no whole answer within %s%s", spell(r.timeout()), tries), ErrTimeout)
	case ctx.Err() != nil:
		return r.failure(a.status, "was not read: the operation is canceled", context.Cause(ctx))
	case errors.Is(a.err, errStatus):
		return r.failure(a.status, statusText(a.status)+tries, nil)
	}
	return r.failure(a.status, r.reason(a.err)+tries, a.err)
}

// statusText says what a status means for who declared the request. Nothing of the body is
// shown: it may repeat what was sent.
func statusText(status int) string {
	text := fmt.Sprintf("answers with status %d %s", status, http.StatusText(status))
	switch {
	case status == http.StatusUnauthorized, status == http.StatusForbidden, status == http.StatusProxyAuthRequired:
		return text + ": the credentials in headers are missing or not accepted"
	case status >= 200 && status < 300:
		return text + ", which is no text"
	case status >= 300 && status < 400:
		return text + ", and says not where the text is"
	}
	return text
}

// reason says in plain words why there was no reply.
func (r Request) reason(err error) string {
	var (
		invalid  x509.CertificateInvalidError
		unknown  x509.UnknownAuthorityError
		hostname x509.HostnameError
		redirect *redirectError
		dial     *net.OpError
		dns      *net.DNSError
		address  *url.Error
	)
	switch {
	case errors.As(err, &redirect):
		return redirect.Error()
	case errors.Is(err, ErrTooLong):
		return fmt.Sprintf("answers with more than %d bytes", r.maxBody())
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired && invalid.Cert != nil:
		return fmt.Sprintf("has a certificate that is valid from %s to %s only",
			invalid.Cert.NotBefore.UTC().Format(time.DateOnly), invalid.Cert.NotAfter.UTC().Format(time.DateOnly))
	case errors.As(err, &unknown):
		return "has a certificate that is signed by an unknown authority: set ca_certificate to the authority's certificate"
	case errors.As(err, &hostname):
		return "has a certificate for another name: " + hostname.Error()
	case errors.As(err, &dns):
		return fmt.Sprintf("cannot be reached: the name %q cannot be resolved", dns.Name)
	case errors.As(err, &dial) && dial.Op == "dial":
		return "cannot be reached: " + dial.Err.Error()
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return "breaks off before its answer is whole"
	case errors.As(err, &address):
		return "cannot be read: " + address.Err.Error() // url.Error itself repeats the address with its query
	}
	return "cannot be read: " + err.Error()
}
