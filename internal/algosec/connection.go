package algosec

import (
	"crypto/tls"
	"net/http"
	"net/url"
	"time"

	"github.com/hashicorp/go-retryablehttp"
)

// A connection sends requests to one server, within its sessions.
type connection struct {
	conf Config
	root *url.URL // the server
	base *url.URL // the API of BusinessFlow

	reads  *retryablehttp.Client
	writes *http.Client
	slow   *http.Client // writes, for apply

	session  session // of BusinessFlow
	analyzer session // of Firewall Analyzer
}

// connect returns the connection to the server at root. Nothing is sent yet.
func connect(conf Config, root *url.URL, tlsConf *tls.Config) connection {
	base := root.JoinPath("BusinessFlow", "rest", "v1")
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.TLSClientConfig = tlsConf
	transport.MaxIdleConnsPerHost = maxConcurrent + 10 // Terraform works on ten resources at a time
	transport.MaxResponseHeaderBytes = 1 << 20
	follow := func(req *http.Request, via []*http.Request) error { return checkRedirect(base, req, via) }
	with := func(timeout time.Duration) *http.Client {
		return &http.Client{Transport: transport, Timeout: timeout, CheckRedirect: follow}
	}
	return connection{
		conf: conf,
		root: root,
		base: base,
		reads: &retryablehttp.Client{
			HTTPClient:   with(conf.Timeout),
			RetryWaitMin: conf.RetryWait,
			RetryWaitMax: 20 * conf.RetryWait,
			RetryMax:     3,
			CheckRetry:   checkRetry,
			Backoff:      backoff,
			ErrorHandler: retryablehttp.PassthroughErrorHandler,
		},
		writes:   with(conf.Timeout),
		slow:     with(conf.ApplyTimeout),
		session:  session{lock: newLock()},
		analyzer: session{lock: newLock()},
	}
}
