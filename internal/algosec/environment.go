package algosec

import (
	"errors"
	"fmt"
	"strings"
)

// Environment variables that stand in for what the configuration leaves out.
// AlgoSec's Ruby SDK reads ALGOSEC_HOST, ALGOSEC_USER and ALGOSEC_PASSWORD; other
// public tools read ALGOSEC_URL and ALGOSEC_USERNAME. The first that is set counts.
// There is none to turn the verification of certificates off.
var (
	EnvURL      = []string{"ALGOSEC_URL", "ALGOSEC_HOST"}
	EnvUsername = []string{"ALGOSEC_USERNAME", "ALGOSEC_USER"}
	EnvPassword = []string{"ALGOSEC_PASSWORD"}
	// EnvCACertificate holds PEM. It is never the name of a file: whoever writes the
	// configuration may be able to write that file too.
	EnvCACertificate = []string{"ALGOSEC_CA_CERTIFICATE"}
)

// WithEnvironment returns the configuration with what is empty taken from the
// environment, which getenv reads: os.Getenv, or a test's.
//
// User name and password of the environment go only to the server that the
// environment names, verified with the certificates that the environment names and
// the system's. The reason: in a pipeline the environment belongs to its owner, and
// the configuration to whoever opens a pull request. So a configuration that names
// another server, certificates, or no verification has to have both credentials
// too; else the error says what to write.
func (c Config) WithEnvironment(getenv func(string) string) (Config, error) {
	first := func(names []string) string {
		for _, name := range names {
			if value := getenv(name); value != "" {
				return value
			}
		}
		return ""
	}
	server, ca := first(EnvURL), first(EnvCACertificate)
	own := c.ownServer(server, ca)
	if c.URL == "" {
		c.URL = server
	}
	if len(own) == 0 {
		c.CACertificate = ca
		if c.Username == "" {
			c.Username = first(EnvUsername)
		}
		if c.Password == "" {
			c.Password = first(EnvPassword)
		}
		return c, nil
	}
	var missing []string
	if c.Username == "" {
		missing = append(missing, "username")
	}
	if c.Password == "" {
		missing = append(missing, "password")
	}
	if len(missing) == 0 {
		return c, nil
	}
	var errs []error
	for _, o := range own {
		errs = append(errs, fmt.Errorf("%s is set in the configuration, and %s not: credentials of the environment go only to the server that %s names, with the certificates of %s and of the system; set username and password beside %s, or %s",
			o.attribute, strings.Join(missing, " and "), EnvURL[0], EnvCACertificate[0], o.attribute, o.instead))
	}
	return c, errors.Join(errs...)
}

// An ownSetting is an attribute by which a configuration leaves the server of the
// environment.
type ownSetting struct {
	attribute string
	instead   string // what to write, to stay with it
}

// ownServer returns how the configuration leaves the environment's server, nil if it
// does not. What the environment says too is no difference.
func (c Config) ownServer(server, ca string) []ownSetting {
	var own []ownSetting
	if c.URL != "" && !sameServer(c.URL, server) {
		own = append(own, ownSetting{"url", "the address in the environment variable " + EnvURL[0] + " instead"})
	}
	if c.CACertificate != "" && strings.TrimSpace(c.CACertificate) != strings.TrimSpace(ca) {
		own = append(own, ownSetting{"ca_certificate", "the certificates (PEM) in the environment variable " + EnvCACertificate[0] + " instead"})
	}
	if c.InsecureSkipVerify {
		own = append(own, ownSetting{"insecure_skip_verify", "the certificate (PEM) of the server's authority in the environment variable " + EnvCACertificate[0] + " instead"})
	}
	return own
}

// sameServer reports whether two addresses are the same, scheme, host, port and path.
func sameServer(a, b string) bool {
	first, err := Config{URL: a}.root()
	if err != nil {
		return false
	}
	second, err := Config{URL: b}.root()
	return err == nil && first.String() == second.String()
}
