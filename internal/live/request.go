package live

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"golang.org/x/net/http/httpguts"
)

// Bounds of a request, besides [DefaultTimeout] and [MaxOutput].
const (
	maxRepetitions = 3
	maxRedirects   = 5
	retryWait      = 500 * time.Millisecond
	maxRetryWait   = 10 * time.Second
)

// A Request reads a text by HTTP GET. It is repeated where it fails on the way.
type Request struct {
	// URL is the whole address, with https.
	URL string
	// Headers are sent with it, and kept secret.
	Headers map[string]string
	// CACertificate is PEM; its certificates are trusted besides the system's.
	CACertificate string
	// AllowHTTP accepts an address with http: whoever is in between reads what is sent,
	// and can change what comes back.
	AllowHTTP bool
	// Timeout is how long the text may take with all repetitions; zero means
	// [DefaultTimeout].
	Timeout time.Duration
	// MaxBody bounds the text, in bytes; zero means [MaxOutput].
	MaxBody int
	// UserAgent is sent, if not empty.
	UserAgent string
	// RetryWait is the wait before the first repetition, doubled for each further one;
	// zero means the default.
	RetryWait time.Duration
}

// A Reply is a text that was read whole.
type Reply struct {
	Body []byte
	// Unmeasured says that nothing told how long the text is, so that one that breaks off
	// looks like a whole one: the connection was closed at its end.
	Unmeasured bool
	// Requests is how many were made.
	Requests int
	Took     time.Duration
}

// A RequestError says why there is no text.
type RequestError struct {
	// Address is what was asked, without the query, which may hold secrets.
	Address string
	// Reason says what happened, without secrets.
	Reason string
	// Status is that of the reply, 0 if there was none.
	Status int
	// Err is what lies behind it. Its own text is not part of Error.
	Err error
}

func (e *RequestError) Error() string { return fmt.Sprintf("%s %s", e.Address, e.Reason) }

// Unwrap returns Err.
func (e *RequestError) Unwrap() error { return e.Err }

// Validate says what is wrong with the request as it is declared.
func (r Request) Validate() error {
	_, err := r.parse()
	return err
}

// parse checks what is declared and returns the address. No error repeats the address,
// which may hold a secret.
func (r Request) parse() (*url.URL, error) {
	u, err := url.Parse(r.URL)
	switch {
	case err != nil || u.Host == "" || u.Opaque != "":
		return nil, errors.New("url is not an address like https://fw1.example.com/config")
	case u.User != nil:
		return nil, errors.New(`url holds a user name: send it as a header, headers = { Authorization = "Basic ${base64encode("USER:PASSWORD")}" }`)
	case u.Scheme == "http" && !r.AllowHTTP:
		return nil, errors.New("url has the scheme http: whoever is in between reads what is sent, and can change what comes back; write https, or set allow_http = true if that is meant")
	case u.Scheme != "https" && u.Scheme != "http":
		return nil, fmt.Errorf("url has the scheme %q: write https", u.Scheme)
	}
	for _, name := range slices.Sorted(maps.Keys(r.Headers)) {
		switch http.CanonicalHeaderKey(name) {
		case "Host", "Content-Length", "Transfer-Encoding", "Connection", "Te", "Trailer", "Upgrade":
			return nil, fmt.Errorf("headers has %q, which is the connection's own", name)
		}
		if !httpguts.ValidHeaderFieldName(name) || !httpguts.ValidHeaderFieldValue(r.Headers[name]) {
			return nil, fmt.Errorf("headers has %q, whose name or value cannot be sent: a value is one line", name)
		}
	}
	if r.Timeout < 0 {
		return nil, errors.New("timeout is negative")
	}
	_, err = r.tls()
	return u, err
}

// tls returns how the server's certificate is verified.
func (r Request) tls() (*tls.Config, error) {
	conf := &tls.Config{MinVersion: tls.VersionTLS12}
	if r.CACertificate == "" {
		return conf, nil
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if !pool.AppendCertsFromPEM([]byte(r.CACertificate)) {
		return nil, errors.New("ca_certificate holds no PEM certificate")
	}
	conf.RootCAs = pool
	return conf, nil
}

// Address is what people see of the URL: without the query.
func (r Request) Address() string {
	u, err := url.Parse(r.URL)
	if err != nil || u.Host == "" {
		return "the url"
	}
	u.User, u.RawQuery, u.Fragment, u.ForceQuery = nil, "", "", false
	return u.String()
}

// Secrets are what no error of the request shows: headers, and the values of the query.
func (r Request) Secrets() Secrets {
	var texts []string
	for _, value := range r.Headers {
		texts = append(texts, value)
	}
	if u, err := url.Parse(r.URL); err == nil {
		for _, values := range u.Query() {
			texts = append(texts, values...)
		}
		if u.RawQuery != "" {
			texts = append(texts, u.RawQuery)
		}
		if password, ok := u.User.Password(); ok {
			texts = append(texts, password)
		}
	}
	return NewSecrets(texts...)
}

// Get reads the text. The error is a [*RequestError].
func (r Request) Get(ctx context.Context) (Reply, error) {
	u, err := r.parse()
	if err != nil {
		return Reply{}, r.failure(0, "cannot be asked: "+err.Error(), err)
	}
	ctx, cancel := context.WithTimeoutCause(ctx, r.timeout(), ErrTimeout)
	defer cancel()
	client, done, err := r.client(u)
	if err != nil {
		return Reply{}, r.failure(0, "cannot be asked: "+err.Error(), err)
	}
	defer done()
	began := time.Now()
	wait := r.RetryWait
	if wait == 0 {
		wait = retryWait
	}
	for n := 1; ; n++ {
		a := r.ask(ctx, client)
		if a.err == nil {
			return Reply{Body: a.body, Unmeasured: a.unmeasured, Requests: n, Took: time.Since(began)}, nil
		}
		if !a.again || n > maxRepetitions || ctx.Err() != nil {
			return Reply{}, r.explained(ctx, a, n)
		}
		select {
		case <-time.After(min(max(wait, a.later), maxRetryWait)):
		case <-ctx.Done():
			return Reply{}, r.explained(ctx, a, n)
		}
		wait *= 2
	}
}

// client follows redirects within the server of u only. The function ends its
// connections.
func (r Request) client(u *url.URL) (*http.Client, func(), error) {
	conf, err := r.tls()
	if err != nil {
		return nil, nil, err
	}
	transport := http.DefaultTransport.(*http.Transport).Clone() //nolint:forcetypeassert // it is one unless somebody replaces it
	transport.TLSClientConfig = conf
	transport.MaxResponseHeaderBytes = 1 << 20
	client := &http.Client{Transport: transport, CheckRedirect: func(req *http.Request, via []*http.Request) error {
		switch {
		case req.URL.Scheme != u.Scheme || req.URL.Host != u.Host:
			return &redirectError{to: req.URL.Scheme + "://" + req.URL.Host}
		case len(via) > maxRedirects:
			return &redirectError{many: true}
		}
		return nil
	}}
	return client, transport.CloseIdleConnections, nil
}

// An attempt is what came of one request.
type attempt struct {
	body       []byte
	unmeasured bool
	status     int
	err        error
	// again says that a repetition may do better, later how long the server asks to wait.
	again bool
	later time.Duration
}

// errStatus stands for a reply that is none of success.
var errStatus = errors.New("the server refuses")

func (r Request) ask(ctx context.Context, client *http.Client) attempt {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, r.URL, nil)
	if err != nil {
		return attempt{err: err}
	}
	for name, value := range r.Headers {
		req.Header.Set(name, value)
	}
	if r.UserAgent != "" && req.Header.Get("User-Agent") == "" {
		req.Header.Set("User-Agent", r.UserAgent)
	}
	resp, err := client.Do(req)
	if err != nil {
		return attempt{err: err, again: transient(err)}
	}
	defer resp.Body.Close()
	a := attempt{status: resp.StatusCode}
	if resp.StatusCode != http.StatusOK {
		a.err = errStatus
		a.again = resp.StatusCode == http.StatusTooManyRequests || resp.StatusCode >= 500 && resp.StatusCode != http.StatusNotImplemented
		if seconds, err := strconv.Atoi(resp.Header.Get("Retry-After")); err == nil && seconds > 0 && seconds < 3600 {
			a.later = time.Duration(seconds) * time.Second
		}
		return a
	}
	a.unmeasured = resp.ProtoMajor == 1 && resp.ContentLength < 0 && len(resp.TransferEncoding) == 0 && !resp.Uncompressed
	if a.body, a.err = r.body(resp); a.err == nil {
		// A server that sees the connection end may end its reply in order.
		a.err = context.Cause(ctx)
	}
	a.again = a.err != nil && transient(a.err)
	return a
}

// body reads the whole reply. One that is shorter than announced, or breaks off, is an
// error of net/http.
func (r Request) body(resp *http.Response) ([]byte, error) {
	most := r.maxBody()
	if resp.ContentLength > int64(most) {
		return nil, ErrTooLong
	}
	var (
		chunks [][]byte
		chunk  []byte
		size   int
	)
	for {
		if len(chunk) == cap(chunk) {
			chunk = make([]byte, 0, chunkSize)
			chunks = append(chunks, chunk)
		}
		n, err := resp.Body.Read(chunk[len(chunk):cap(chunk)])
		chunk = chunk[:len(chunk)+n]
		chunks[len(chunks)-1] = chunk
		if size += n; size > most {
			return nil, ErrTooLong
		}
		switch {
		case errors.Is(err, io.EOF):
			return slices.Concat(chunks...), nil
		case err != nil:
			return nil, err
		}
	}
}

func (r Request) timeout() time.Duration {
	if r.Timeout > 0 {
		return r.Timeout
	}
	return DefaultTimeout
}

func (r Request) maxBody() int {
	if r.MaxBody > 0 {
		return r.MaxBody
	}
	return MaxOutput
}
