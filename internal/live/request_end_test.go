package live

import (
	"context"
	"errors"
	"io"
	"net/http"
	"testing"
)

// A reply whose end comes after the deadline is no whole one: a server that sees the
// connection end may end its reply in order, in the middle of the text.
func TestEndAfterDeadline(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	client := &http.Client{Transport: transportFunc(func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: http.StatusOK, ContentLength: -1, Body: bodyFunc(func(p []byte) (int, error) {
			cancel(ErrTimeout)
			return copy(p, "half of a te"), io.EOF
		})}, nil
	})}
	a := Request{URL: "https://127.0.0.1/"}.ask(ctx, client)
	if !errors.Is(a.err, ErrTimeout) {
		t.Errorf("error %v for %q", a.err, a.body)
	}
}

type transportFunc func(*http.Request) (*http.Response, error)

func (f transportFunc) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

type bodyFunc func(p []byte) (int, error)

func (f bodyFunc) Read(p []byte) (int, error) { return f(p) }

func (bodyFunc) Close() error { return nil }
