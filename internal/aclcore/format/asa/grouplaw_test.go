package asa_test

import (
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/asa"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/parsetest"
)

// groupText are groups of each kind, a line of the fuzzer's to come into one of them.
const groupText = `hostname fw
object-group network N
 network-object host 10.0.0.1
LINE0
 network-object 10.0.0.4 255.255.255.254
object-group service S
 service-object tcp destination eq 80
LINE1
 service-object udp destination eq 53
object-group service P tcp
 port-object eq 80
LINE2
 port-object range 53 54
object-group protocol R
 protocol-object tcp
LINE3
 protocol-object udp
object-group icmp-type I
 icmp-object echo
LINE4
 icmp-object unreachable
access-list YES0 extended permit ip object-group N any4
access-list YES1 extended permit object-group S any4 any4
access-list YES2 extended permit tcp any4 any4 object-group P
access-list YES3 extended permit object-group R any4 any4
access-list YES4 extended permit icmp any4 any4 object-group I
access-list NO0 extended deny ip object-group N any4
access-list NO0 extended permit ip any4 any4
access-list NO1 extended deny object-group S any4 any4
access-list NO1 extended permit ip any4 any4
access-list NO2 extended deny tcp any4 any4 object-group P
access-list NO2 extended permit ip any4 any4
access-list NO3 extended deny object-group R any4 any4
access-list NO3 extended permit ip any4 any4
access-list NO4 extended deny icmp any4 any4 object-group I
access-list NO4 extended permit ip any4 any4
`

// groupQuestions are about what each group holds, and about what it does not.
var groupQuestions = [5][]string{
	{"10.0.0.1 -> 10.9.9.9 tcp/80", "10.0.0.2 -> 10.9.9.9 tcp/80", "10.0.0.4 -> 10.9.9.9 tcp/80"},
	{"10.0.0.1 -> 10.9.9.9 tcp/80", "10.0.0.1 -> 10.9.9.9 udp/53", "10.0.0.1 -> 10.9.9.9 tcp/81"},
	{"10.0.0.1 -> 10.9.9.9 tcp/80", "10.0.0.1 -> 10.9.9.9 tcp/53", "10.0.0.1 -> 10.9.9.9 tcp/81"},
	{"10.0.0.1 -> 10.9.9.9 tcp/80", "10.0.0.1 -> 10.9.9.9 udp/53", "10.0.0.1 -> 10.9.9.9 protocol/47"},
	{"10.0.0.1 -> 10.9.9.9 icmp/8", "10.0.0.1 -> 10.9.9.9 icmp/3", "10.0.0.1 -> 10.9.9.9 icmp/4"},
}

// kindOf tells how the line begins.
func kindOf(line string) parsetest.GroupLine {
	words := strings.Fields(strings.ToLower(line))
	if len(words) == 0 || strings.Contains("!:#>", words[0][:1]) {
		return parsetest.Harmless
	}
	rest := words
	if words[0] == "no" {
		rest = words[1:]
	}
	switch word := words[0]; {
	case len(rest) > 0 && strings.TrimSuffix(rest[0], ":") == "description":
		return parsetest.Harmless
	case strings.HasSuffix(word, "-object"), word == "host", word == "subnet", word == "range", word == "fqdn", word == "service":
		return parsetest.Adds
	}
	return parsetest.Other
}

// FuzzGroupLaw: whatever line stands in a group, nothing becomes allowed by it unless
// it adds.
func FuzzGroupLaw(f *testing.F) {
	for which := range groupQuestions {
		for _, line := range []string{
			"no network-object host 10.0.0.1", "network-object host somewhere", "frobnicate", "no port-object eq 80", "exit",
			"port-object eq foo", "service-object frobnicate", "protocol-object frobnicate", "icmp-object frobnicate",
			"group-object NOWHERE", "description x", "no description", "port-object", "access-list", "object-group network X",
		} {
			f.Add(uint8(which), line)
		}
	}
	f.Fuzz(func(t *testing.T, which uint8, line string) {
		n := int(which) % len(groupQuestions)
		line, _, _ = strings.Cut(line, "\n")
		line = strings.TrimRight(line, " \t\r")
		text := func(line string) string {
			out := groupText
			for i := range groupQuestions {
				with := ""
				if i == n {
					with = line
				}
				out = strings.Replace(out, "LINE"+string(rune('0'+i))+"\n", with, 1)
			}
			return out
		}
		number := string(rune('0' + n))
		var questions []string
		for _, q := range groupQuestions[n] {
			questions = append(questions, "YES"+number+": "+q, "NO"+number+": "+q)
		}
		parsetest.GroupLaw(t, asa.Parse, text(""), text("  "+line+"\n"), kindOf(line), questions...)
	})
}
