package algosec

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// ErrNotFound says that there is no application of the name.
var ErrNotFound = errors.New("there is no such application in AlgoSec")

// Error is a request that failed.
type Error struct {
	Method string
	// Path begins after /BusinessFlow/rest/v1.
	Path string
	// Status is the HTTP status, 0 if there was no whole reply.
	Status int
	// Message is the server's, cut and cleaned, or says what was wrong with the
	// reply. It never holds the password or the session.
	Message string
	// Err is the cause, if there was no reply.
	Err error
}

// Error names method, path, status and the server's message.
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "AlgoSec: %s %s: ", e.Method, e.Path)
	if e.Status != 0 {
		fmt.Fprintf(&b, "status %d: ", e.Status)
	}
	b.WriteString(e.Message)
	return b.String()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// refused reports whether the server surely did not do what err's request asked
// for. A reply of 5xx, one of 2xx that is not what it should be, or none leaves that
// open.
func refused(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.Status >= 300 && e.Status < 500
}

// answered reports whether the server has ended what err's request asked for, by a whole
// reply of its own: one of 5xx may be a proxy's, that did not wait for it.
func answered(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.Status >= 200 && e.Status < 300
}

func hasStatus(err error, status int) bool {
	var e *Error
	return errors.As(err, &e) && e.Status == status
}

const maxMessage = 500

// clean makes a server's text fit for an error on a terminal: one line, no
// control characters, no secrets, of bounded length.
func clean(text string, secrets ...string) string {
	if len(text) > 64<<10 {
		text = text[:64<<10]
	}
	for _, s := range secrets {
		if s != "" {
			text = strings.ReplaceAll(text, s, "[redacted]")
		}
	}
	text = strings.Map(func(r rune) rune {
		if r == utf8.RuneError || unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return ' '
		}
		return r
	}, text)
	text = strings.Join(strings.Fields(text), " ")
	if len(text) > maxMessage {
		cut := maxMessage
		for !utf8.RuneStart(text[cut]) {
			cut--
		}
		text = text[:cut] + "..."
	}
	return text
}

// explain says in plain words why there was no reply.
func explain(err error, timeout time.Duration) string {
	var (
		expired  x509.CertificateInvalidError
		unknown  x509.UnknownAuthorityError
		hostname x509.HostnameError
		redirect *redirectError
		dial     *net.OpError
		dns      *net.DNSError
		timedOut net.Error
	)
	switch {
	case errors.As(err, &redirect):
		return redirect.Error()
	case errors.As(err, &expired) && expired.Reason == x509.Expired && expired.Cert != nil:
		return fmt.Sprintf("the certificate of the server is valid from %s to %s only",
			expired.Cert.NotBefore.UTC().Format(time.DateOnly), expired.Cert.NotAfter.UTC().Format(time.DateOnly))
	case errors.As(err, &unknown):
		return "the certificate of the server is signed by an unknown authority: set ca_certificate to the authority's certificate"
	case errors.As(err, &hostname):
		return clean("the certificate of the server is for another name: " + hostname.Error())
	case errors.Is(err, context.Canceled):
		return "canceled"
	case errors.As(err, &timedOut) && timedOut.Timeout():
		return fmt.Sprintf("no whole reply within %s", timeout)
	case errors.As(err, &dns):
		return clean("the server's name cannot be resolved: " + dns.Error())
	case errors.As(err, &dial) && dial.Op == "dial":
		return clean("the server cannot be reached: " + dial.Error())
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return "the connection ended before the reply was whole"
	}
	return clean(err.Error())
}

// redirectError refuses to follow a reply to somewhere else.
type redirectError struct{ to string }

func (e *redirectError) Error() string {
	return fmt.Sprintf("the server redirects to %s, which is not followed: url must be the address of the server itself", clean(e.to))
}
