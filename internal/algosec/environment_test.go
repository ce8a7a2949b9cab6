package algosec

import (
	"strings"
	"testing"
)

// Credentials of the environment go to the environment's server alone.
func TestEnvironment(t *testing.T) {
	env := map[string]string{
		"ALGOSEC_URL": "https://asms.example.com", "ALGOSEC_USERNAME": "pipeline", "ALGOSEC_PASSWORD": "geheim", "ALGOSEC_CA_CERTIFICATE": "PEM of the environment\n",
	}
	fromEnv := Config{URL: "https://asms.example.com", Username: "pipeline", Password: "geheim", CACertificate: "PEM of the environment\n"}
	with := func(change func(*Config)) Config {
		c := fromEnv
		change(&c)
		return c
	}
	for _, tt := range []struct {
		name string
		conf Config
		want Config
		err  []string // in the error, each
	}{
		{"nothing", Config{}, fromEnv, nil},
		{"own user and password", Config{Username: "u", Password: "p"}, with(func(c *Config) { c.Username, c.Password = "u", "p" }), nil},
		{"own password", Config{Password: "p"}, with(func(c *Config) { c.Password = "p" }), nil},
		{"same server, same certificate", Config{URL: "asms.example.com/", CACertificate: " PEM of the environment"}, with(func(c *Config) { c.URL = "asms.example.com/" }), nil},
		{"verification that stays on", Config{ReadOnly: true}, with(func(c *Config) { c.ReadOnly = true }), nil},
		{"another server", Config{URL: "https://evil.example.com"}, Config{},
			[]string{"url is set in the configuration, and username and password not:", "ALGOSEC_URL names", "ALGOSEC_URL instead"}},
		{"another port", Config{URL: "https://asms.example.com:8443"}, Config{}, []string{"url is set"}},
		{"another path", Config{URL: "https://asms.example.com/x"}, Config{}, []string{"url is set"}},
		{"a name that begins the same", Config{URL: "https://asms.example.com.evil.example"}, Config{}, []string{"url is set"}},
		{"user before the host", Config{URL: "https://asms.example.com@evil.example"}, Config{}, []string{"url is set"}},
		{"plain http", Config{URL: "http://asms.example.com"}, Config{}, []string{"url is set"}},
		{"another server, own user", Config{URL: "https://evil.example.com", Username: "u"}, Config{}, []string{"and password not:"}},
		{"another server, own password", Config{URL: "https://evil.example.com", Password: "p"}, Config{}, []string{"and username not:"}},
		{"own certificate", Config{CACertificate: "PEM"}, Config{}, []string{"ca_certificate is set", "ALGOSEC_CA_CERTIFICATE instead"}},
		{"same server, own certificate", Config{URL: env["ALGOSEC_URL"], CACertificate: "PEM"}, Config{}, []string{"ca_certificate is set"}},
		{"no verification", Config{InsecureSkipVerify: true}, Config{}, []string{"insecure_skip_verify is set", "authority in the environment variable ALGOSEC_CA_CERTIFICATE"}},
		{"all at once", Config{URL: "https://evil.example.com", CACertificate: "PEM", InsecureSkipVerify: true}, Config{}, []string{"url is set", "ca_certificate is set", "insecure_skip_verify is set"}},
		{"another server with its credentials", Config{URL: "https://other.example.com", Username: "u", Password: "p"},
			Config{URL: "https://other.example.com", Username: "u", Password: "p"}, nil},
		{"no verification, own credentials", Config{InsecureSkipVerify: true, Username: "u", Password: "p"},
			Config{URL: env["ALGOSEC_URL"], InsecureSkipVerify: true, Username: "u", Password: "p"}, nil},
	} {
		got, err := tt.conf.WithEnvironment(func(name string) string { return env[name] })
		if tt.err == nil {
			if err != nil || got.URL != tt.want.URL || got.Username != tt.want.Username || got.Password != tt.want.Password || got.CACertificate != tt.want.CACertificate {
				t.Errorf("%s: %+v, %v", tt.name, got, err)
			}
			continue
		}
		if err == nil || got.Username == "pipeline" || got.Password == "geheim" {
			t.Errorf("%s: no error, or %q and %q were taken from the environment: %v", tt.name, got.Username, got.Password, err)
			continue
		}
		for _, want := range tt.err {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: error %q does not mention %q", tt.name, err, want)
			}
		}
		if strings.Contains(err.Error(), "geheim") {
			t.Errorf("%s: the password is in %q", tt.name, err)
		}
	}
}

// Without a server in the environment no server is the environment's.
func TestEnvironmentWithoutServer(t *testing.T) {
	env := map[string]string{"ALGOSEC_USER": "old", "ALGOSEC_USERNAME": "new", "ALGOSEC_PASSWORD": "p"}
	getenv := func(name string) string { return env[name] }
	if got, err := (Config{URL: "https://asms.example.com"}).WithEnvironment(getenv); err == nil || got.Password != "" {
		t.Errorf("%+v, %v", got, err)
	}
	env["ALGOSEC_HOST"] = "asms.example.com"
	if got, err := (Config{URL: "https://asms.example.com"}).WithEnvironment(getenv); err != nil || got.Username != "new" || got.Password != "p" {
		t.Errorf("%+v, %v", got, err)
	}
}
