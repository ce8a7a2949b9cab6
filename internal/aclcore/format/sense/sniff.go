package sense

import "regexp"

// certain is the score of [Sniff].
const certain = 95

// sniffed is how much of a text is looked at.
const sniffed = 1 << 16

// marks are how a configuration begins.
var marks = map[string]*regexp.Regexp{
	OPNsense: regexp.MustCompile(`^(\xef\xbb\xbf)?\s*(<\?xml[^>]*\?>\s*)?(<!--[^>]*-->\s*)*<opnsense[\s>]`),
	PfSense:  regexp.MustCompile(`^(\xef\xbb\xbf)?\s*(<\?xml[^>]*\?>\s*)?(<!--[^>]*-->\s*)*<pfsense[\s>]`),
}

// Sniff tells how sure it is that content is the configuration of the system, from 0 to 100.
func Sniff(system string, content []byte) int {
	if marks[system].Match(content[:min(len(content), sniffed)]) {
		return certain
	}
	return 0
}
