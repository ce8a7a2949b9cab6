package algosec

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
)

// ForeignDrafts says what to do about a draft that somebody else began.
type ForeignDrafts string

const (
	// RefuseForeignDrafts writes nothing to such a draft. It is the default.
	RefuseForeignDrafts ForeignDrafts = "refuse"
	// IncludeForeignDrafts writes to it, and applies the other edits with ours.
	IncludeForeignDrafts ForeignDrafts = "include"
)

// Defaults of [Config].
const (
	DefaultTimeout      = 60 * time.Second
	DefaultApplyTimeout = 5 * time.Minute
	// The recorded calls of apply took 10 to 60 seconds.
	defaultSettleTime  = 2 * time.Minute
	defaultRetryWait   = 500 * time.Millisecond
	defaultBatchWindow = 500 * time.Millisecond
)

// Config says which server to talk to, and what may be written there.
type Config struct {
	// URL is the server's address: "https://asms.example.com", with a port or a
	// path before /BusinessFlow if there is one. Only https is accepted.
	URL                string
	Username, Password string
	// CACertificate is PEM; its certificates are trusted besides the system's.
	CACertificate      string
	InsecureSkipVerify bool

	// Timeout bounds one request, ApplyTimeout the one that applies a draft. Zero
	// means the default.
	Timeout, ApplyTimeout time.Duration

	// Applications names what may be written. Nil means whatever the caller asks
	// for, an empty list means nothing. It does not limit reading.
	Applications []string
	// ReadOnly refuses every write.
	ReadOnly bool
	// ForeignDrafts is RefuseForeignDrafts if empty.
	ForeignDrafts ForeignDrafts

	// Simulate lets [Client.Verify] ask Firewall Analyzer for a traffic simulation,
	// which names devices and rules, instead of BusinessFlow for a check.
	Simulate bool

	// Keep keeps what an apply has begun while it is under way. Nil keeps nothing: a
	// draft that a process was killed over is then known by its content alone.
	Keep Keeper

	// UserAgent is sent with every request, if not empty.
	UserAgent string
	// Log receives one record for each request. Fields never hold a password or
	// a session. Nil logs nothing.
	Log func(ctx context.Context, message string, fields map[string]any)

	// RetryWait is the wait before the first repetition of a read, doubled for
	// each further one. SettleTime is how long a draft is watched after an apply
	// whose reply was lost, before it is applied again. BatchWindow is how long
	// [Client.ApplyFlows] waits for others of the same application. Zero means
	// the default.
	RetryWait, SettleTime, BatchWindow time.Duration
}

// Forbidden returns why the application is never written under this configuration, nil if
// it may be.
func (c Config) Forbidden(application string) *RefusedError {
	switch {
	case c.ReadOnly:
		return &RefusedError{Application: application, Reason: "algosec.read_only is set in the provider"}
	case c.Applications != nil && !slices.Contains(c.Applications, application):
		return &RefusedError{Application: application, Reason: fmt.Sprintf("the provider's list algosec.applications does not have %q", application)}
	}
	return nil
}

// root checks the URL and returns it.
func (c Config) root() (*url.URL, error) {
	if c.URL == "" {
		return nil, fmt.Errorf("url is missing: set it, or the environment variable %s", EnvURL[0])
	}
	text := c.URL
	if !strings.Contains(text, "://") {
		text = "https://" + text // ALGOSEC_HOST holds a name alone
	}
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Host == "":
		// The text is not repeated: it may hold a password.
		return nil, errors.New("url is not an address like https://asms.example.com")
	case u.User != nil:
		return nil, errors.New("url holds a user name: use username and password")
	case u.Scheme != "https":
		return nil, fmt.Errorf("url has the scheme %q: only https is accepted, since the password is sent there", u.Scheme)
	case u.RawQuery != "" || u.Fragment != "":
		return nil, errors.New("url holds a query or a fragment: give the address of the server alone")
	}
	u.Path, u.RawPath = strings.TrimRight(u.Path, "/"), ""
	return u, nil
}

// tls returns how the server's certificate is verified.
func (c Config) tls() (*tls.Config, error) {
	conf := &tls.Config{MinVersion: tls.VersionTLS12, InsecureSkipVerify: c.InsecureSkipVerify}
	if c.CACertificate == "" {
		return conf, nil
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if !pool.AppendCertsFromPEM([]byte(c.CACertificate)) {
		return nil, errors.New("ca_certificate holds no PEM certificate")
	}
	conf.RootCAs = pool
	return conf, nil
}

// validate returns everything that is wrong, with defaults filled in.
func (c Config) validate() (Config, error) {
	var errs []error
	if c.Username == "" {
		errs = append(errs, fmt.Errorf("username is missing: set it, or the environment variable %s", EnvUsername[0]))
	}
	if c.Password == "" {
		errs = append(errs, fmt.Errorf("password is missing: set it, or the environment variable %s", EnvPassword[0]))
	}
	if strings.Contains(c.Username, ":") {
		errs = append(errs, errors.New("username holds a colon, which HTTP Basic authentication cannot carry"))
	}
	switch c.ForeignDrafts {
	case "":
		c.ForeignDrafts = RefuseForeignDrafts
	case RefuseForeignDrafts, IncludeForeignDrafts:
	default:
		errs = append(errs, fmt.Errorf("foreign_drafts is %q: accepted are %q and %q", c.ForeignDrafts, RefuseForeignDrafts, IncludeForeignDrafts))
	}
	for _, d := range []struct {
		name  string
		value *time.Duration
		unset time.Duration
	}{
		{"timeout", &c.Timeout, DefaultTimeout},
		{"apply timeout", &c.ApplyTimeout, max(DefaultApplyTimeout, c.Timeout)},
		{"settle time", &c.SettleTime, defaultSettleTime},
		{"retry wait", &c.RetryWait, defaultRetryWait},
		{"batch window", &c.BatchWindow, defaultBatchWindow},
	} {
		switch {
		case *d.value < 0:
			errs = append(errs, fmt.Errorf("%s is negative", d.name))
		case *d.value == 0:
			*d.value = d.unset
		}
	}
	return c, errors.Join(errs...)
}
