package live

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestEnvironmentHeaders sends what belongs to the environment only where it says.
func TestEnvironmentHeaders(t *testing.T) {
	env := map[string]string{EnvHeaders: `{
		"https://fw1.example.com": {"x-pan-key": "key-of-fw1"},
		"https://fw2.example.com:8443/api/?type=config&action=show": {"X-PAN-KEY": "key-of-fw2"},
		"https://fw2.example.com:8443/other": {"X-PAN-KEY": "key-of-other"}
	}`}
	getenv := func(name string) string { return env[name] }
	for url, want := range map[string]string{
		"https://fw1.example.com":                                          "key-of-fw1",
		"https://fw1.example.com:443/any?path=1":                           "key-of-fw1",
		"https://FW1.example.com/":                                         "key-of-fw1",
		"https://fw1.example.com:444/":                                     "",
		"https://fw1.example.com.evil.example/":                            "",
		"https://evil.example/fw1.example.com":                             "",
		"https://evil.example/?https://fw1.example.com":                    "",
		"https://fw2.example.com:8443/api/?type=config&action=show":        "key-of-fw2",
		"https://fw2.example.com:8443/api/?type=config&action=set":         "",
		"https://fw2.example.com:8443/api/?type=config&action=show&more=1": "",
		"https://fw2.example.com:8443/api/../api/?type=config&action=show": "",
		"https://fw2.example.com:8443/other":                               "key-of-other",
		"https://fw2.example.com:8443/":                                    "",
		"https://fw2.example.com/api/?type=config&action=show":             "",
		"http://fw1.example.com/":                                          "",
	} {
		r, err := Request{URL: url, AllowHTTP: true}.WithEnvironment(getenv)
		if err != nil || r.Headers["X-Pan-Key"] != want {
			t.Errorf("%s is sent %q, %v; want %q", url, r.Headers, err, want)
		}
	}
	r, err := Request{URL: "https://fw1.example.com", Headers: map[string]string{"x-pan-key": "own", "Accept": "text/plain"}}.WithEnvironment(getenv)
	if err != nil || len(r.Headers) != 2 || r.Headers["X-Pan-Key"] != "own" || r.Headers["Accept"] != "text/plain" {
		t.Errorf("%v, %v", r.Headers, err)
	}
}

// TestEnvironmentIsVerified sends nothing to whom the configuration alone trusts.
func TestEnvironmentIsVerified(t *testing.T) {
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		_, _ = io.WriteString(w, req.Header.Get("X-Key"))
	}))
	t.Cleanup(s.Close)
	env := map[string]string{EnvHeaders: `{"` + s.URL + `": {"X-Key": "` + testToken + `"}}`}
	getenv := func(name string) string { return env[name] }
	_, err := Request{URL: s.URL, CACertificate: authority(s)}.WithEnvironment(getenv)
	if err == nil || !strings.Contains(err.Error(), EnvCACertificate) || strings.Contains(err.Error(), testToken) {
		t.Error(err)
	}
	r, err := Request{URL: s.URL}.WithEnvironment(getenv)
	if err != nil {
		t.Fatal(err)
	}
	if reply, err := r.Get(t.Context()); err == nil {
		t.Errorf("was sent %q", reply.Body)
	}
	env[EnvCACertificate] = authority(s)
	if r, err = (Request{URL: s.URL, CACertificate: authority(s) + "\n"}).WithEnvironment(getenv); err != nil {
		t.Fatal(err)
	}
	if reply, err := r.Get(t.Context()); err != nil || string(reply.Body) != testToken {
		t.Errorf("%q, %v", reply.Body, err)
	}
}

func TestEnvironmentIsWrong(t *testing.T) {
	for _, text := range []string{"{", `["` + testToken + `"]`, `{"http://fw": {"K": "` + testToken + `"}}`, `{"` + testToken + `": {}}`, `{"https://fw": "` + testToken + `"}`, `{"https://fw1": {"K": "two\nlines ` + testToken + `"}}`} {
		_, err := Request{URL: "https://fw1"}.WithEnvironment(func(name string) string { return map[string]string{EnvHeaders: text}[name] })
		if err == nil || !strings.Contains(err.Error(), EnvHeaders) || strings.Contains(err.Error(), testToken) {
			t.Errorf("%s: %v", text, err)
		}
	}
}
