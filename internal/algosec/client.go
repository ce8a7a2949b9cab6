package algosec

import (
	"errors"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/hashicorp/go-retryablehttp"
)

// maxConcurrent bounds how many objects and services are looked up at a time, and
// how many flows are checked.
const maxConcurrent = 8

// Client talks to one AlgoSec server. It is safe for concurrent use, and shares
// what it reads; see [Client.Read]. Nothing is contacted before the first call.
type Client struct {
	conf Config
	root *url.URL // the server
	base *url.URL // the API of BusinessFlow

	reads  *retryablehttp.Client
	writes *http.Client
	slow   *http.Client // writes, for apply

	session  session // of BusinessFlow
	analyzer session // of Firewall Analyzer

	applications memo[*Application]
	objects      memo[[]NetworkObject] // by name, or by address with the prefix "="
	services     memo[[]Service]       // by name

	// creating serialises the creation of objects and services, so that two
	// applications that need the same one do not both create it.
	creating lock

	slots chan struct{} // one for each request of limited

	mu      sync.Mutex
	writers map[string]*writer
}

// A writer holds what belongs to the writes of one application.
type writer struct {
	lock lock
	// progress is what an apply in this process left behind, for callers that
	// could not keep it: another resource with flows of the same application, or
	// a create of which Terraform keeps no state.
	progress Progress
	batch    *batch
}

// New returns a client, or everything that is wrong with the configuration.
func New(conf Config) (*Client, error) {
	conf, errs := conf.validate()
	root, err := conf.root()
	errs = errors.Join(errs, err)
	tlsConf, err := conf.tls()
	errs = errors.Join(errs, err)
	if errs != nil {
		return nil, errs
	}

	base := root.JoinPath("BusinessFlow", "rest", "v1")
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.TLSClientConfig = tlsConf
	transport.MaxIdleConnsPerHost = maxConcurrent + 10 // Terraform works on ten resources at a time
	transport.MaxResponseHeaderBytes = 1 << 20
	follow := func(req *http.Request, via []*http.Request) error { return checkRedirect(base, req, via) }
	with := func(timeout time.Duration) *http.Client {
		return &http.Client{Transport: transport, Timeout: timeout, CheckRedirect: follow}
	}
	c := &Client{
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
		creating: newLock(),
		slots:    make(chan struct{}, maxConcurrent),
		writers:  make(map[string]*writer),
	}
	return c, nil
}

// Forbidden returns why the application is never written under this configuration, nil if
// it may be.
func (c *Client) Forbidden(application string) *RefusedError { return c.conf.Forbidden(application) }

func (c *Client) writer(application string) *writer {
	c.mu.Lock()
	defer c.mu.Unlock()
	w := c.writers[application]
	if w == nil {
		w = &writer{lock: newLock()}
		c.writers[application] = w
	}
	return w
}
