package live

import (
	"cmp"
	"encoding/base64"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// Secrets are texts that nobody may read. The zero value has none.
type Secrets struct {
	// texts are longest first, so that none is found within another.
	texts []string
}

// leastSecret is the length in bytes from which on a text is taken for a secret: what
// is shorter stands in every other word.
const leastSecret = 4

// NewSecrets returns the texts as secrets. Each line of a text of several lines, as of a
// key, is one of its own, and so are the parts of what HTTP sends as credentials
// ("Bearer TOKEN", "Basic …").
func NewSecrets(texts ...string) Secrets {
	var s Secrets
	add := func(text string) {
		if text = strings.TrimSpace(text); len(text) < leastSecret {
			return
		}
		s.texts = append(s.texts, text)
		if escaped := url.QueryEscape(text); escaped != text {
			s.texts = append(s.texts, escaped, url.PathEscape(text))
		}
	}
	for _, text := range texts {
		add(text)
		for line := range strings.Lines(text) {
			if len(strings.TrimSpace(line)) >= 8 {
				add(line)
			}
		}
		scheme, rest, found := strings.Cut(strings.TrimSpace(text), " ")
		if !found {
			continue
		}
		add(rest)
		if plain, err := base64.StdEncoding.DecodeString(strings.TrimSpace(rest)); err == nil && strings.EqualFold(scheme, "basic") {
			add(string(plain))
			_, password, _ := strings.Cut(string(plain), ":")
			add(password)
		}
	}
	slices.SortFunc(s.texts, func(a, b string) int {
		return cmp.Or(cmp.Compare(len(b), len(a)), cmp.Compare(a, b))
	})
	s.texts = slices.Compact(s.texts)
	return s
}

// With returns the secrets of both.
func (s Secrets) With(other Secrets) Secrets {
	return NewSecrets(slices.Concat(s.texts, other.texts)...)
}

// Hidden stands where a secret was.
const Hidden = "(hidden)"

// Hide returns the text without the secrets.
func (s Secrets) Hide(text string) string {
	for _, secret := range s.texts {
		text = strings.ReplaceAll(text, secret, Hidden)
	}
	return text
}

// In reports whether a secret stands in the text.
func (s Secrets) In(text string) bool {
	return slices.ContainsFunc(s.texts, func(secret string) bool { return strings.Contains(text, secret) })
}

// spoken are lines that everybody types at the prompt of a device: nobody's secret.
var spoken = regexp.MustCompile(`(?i)^(?:exit|quit|logout|end|abort|commit(?: .*)?|configure(?: \w+)?|conf t|config|enable|copy running-config startup-config|save|write(?: \w+)?|(?:show|terminal|screen-length|no page|no more) ?.*|set cli .*|cli|system-view|return)$`)

// SecretLines are the lines of texts that are typed at the prompt of a device and may be
// secret, as the password for enable is: all but those that everybody types.
func SecretLines(texts ...string) []string {
	var out []string
	for _, text := range texts {
		for line := range strings.Lines(text) {
			if line = strings.TrimSpace(line); line != "" && !spoken.MatchString(line) {
				out = append(out, line)
			}
		}
	}
	return out
}

// AllSecrets are what no error of the command shows.
func (c Command) AllSecrets() Secrets { return c.secrets() }
