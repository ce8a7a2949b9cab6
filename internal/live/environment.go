package live

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// Environment variables for what a pipeline keeps from whoever writes the configuration.
const (
	// EnvHeaders holds headers by the server or the address that they are for, as JSON:
	// {"https://fw1.example.com/api/?type=config&action=show": {"X-PAN-KEY": "…"}}.
	EnvHeaders = "ACL_URL_HEADERS"
	// EnvCACertificate holds PEM, for the servers of EnvHeaders. It is never the name of a
	// file: whoever writes the configuration may be able to write that file too.
	EnvCACertificate = "ACL_CA_CERTIFICATE"
)

// WithEnvironment returns the request with the headers that the environment, which getenv
// reads, has for its address.
//
// They go only where the environment says: to a server, named as https://HOST, or to
// one whole address, path and query included; over https, verified with the certificates
// that the environment names and the system's. The reason: in a pipeline the
// environment belongs to its owner, and the configuration to whoever opens a pull
// request. Another address is sent none of it. Where the configuration says whom to trust,
// the error says what to write.
func (r Request) WithEnvironment(getenv func(string) string) (Request, error) {
	text := getenv(EnvHeaders)
	if text == "" {
		return r, nil
	}
	u, err := r.parse()
	if err != nil {
		return r, err
	}
	servers, err := environmentHeaders(text)
	if err != nil {
		return r, err
	}
	var more map[string]string
	for _, s := range servers {
		if s.holds(u) {
			more = s.headers
			break
		}
	}
	if more == nil {
		return r, nil
	}
	ca := getenv(EnvCACertificate)
	if r.CACertificate != "" && strings.TrimSpace(r.CACertificate) != strings.TrimSpace(ca) {
		return r, fmt.Errorf("ca_certificate is set in the configuration: the headers of %s go only to servers that are verified with the certificates of %s and of the system; put the certificates (PEM) there instead, or take this address out of %s and set headers here",
			EnvHeaders, EnvCACertificate, EnvHeaders)
	}
	r.CACertificate = ca
	all := maps.Clone(more)
	for name, value := range r.Headers {
		all[http.CanonicalHeaderKey(name)] = value
	}
	r.Headers = all
	if _, err := r.parse(); err != nil {
		return r, fmt.Errorf("with %s and %s: %w", EnvHeaders, EnvCACertificate, err)
	}
	return r, nil
}

// A serverHeaders are the headers of the environment for one server or address.
type serverHeaders struct {
	address *url.URL
	headers map[string]string
}

// holds reports whether the headers are for the address.
func (s serverHeaders) holds(u *url.URL) bool {
	if u.Scheme != "https" || !strings.EqualFold(u.Hostname(), s.address.Hostname()) || port(u) != port(s.address) {
		return false
	}
	return s.wholeServer() || s.address.EscapedPath() == u.EscapedPath() && s.address.RawQuery == u.RawQuery
}

// wholeServer reports whether the headers are for all of a server.
func (s serverHeaders) wholeServer() bool {
	return s.address.Path == "" && s.address.RawQuery == ""
}

func port(u *url.URL) string {
	if p := u.Port(); p != "" {
		return p
	}
	return "443"
}

// environmentHeaders reads what EnvHeaders holds, addresses before whole servers. No error
// repeats any of it.
func environmentHeaders(text string) ([]serverHeaders, error) {
	var byAddress map[string]map[string]string
	if json.Unmarshal([]byte(text), &byAddress) != nil {
		return nil, fmt.Errorf(`the environment variable %s is no JSON object of objects of strings; write {"https://HOST": {"HEADER": "VALUE"}}`, EnvHeaders)
	}
	var whole, parts []serverHeaders
	for _, address := range slices.Sorted(maps.Keys(byAddress)) {
		u, err := url.Parse(address)
		if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil || u.Fragment != "" {
			return nil, errors.New("the environment variable " + EnvHeaders + " has an address that is none of https: write https://HOST for a server, or one whole address")
		}
		s := serverHeaders{address: u, headers: map[string]string{}}
		for name, value := range byAddress[address] {
			s.headers[http.CanonicalHeaderKey(name)] = value
		}
		if s.wholeServer() {
			whole = append(whole, s)
		} else {
			parts = append(parts, s)
		}
	}
	return slices.Concat(parts, whole), nil
}
