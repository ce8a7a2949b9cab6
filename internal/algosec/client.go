package algosec

import (
	"errors"
	"sync"
)

// maxConcurrent bounds how many objects and services are looked up at a time, and
// how many flows are checked.
const maxConcurrent = 8

// Client talks to one AlgoSec server. It is safe for concurrent use, and shares
// what it reads; see [Client.Read]. Nothing is contacted before the first call.
type Client struct {
	connection

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

	return &Client{
		connection: connect(conf, root, tlsConf),
		creating:   newLock(),
		slots:      make(chan struct{}, maxConcurrent),
		writers:    make(map[string]*writer),
	}, nil
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
