package ios_test

import (
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/ios"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/parsetest"
)

// groupTexts are groups of each kind, a line of the fuzzer's to come at LINE, and
// lists that permit and deny them.
var groupTexts = []struct {
	dialect   ios.Dialect
	text      string
	questions []string
}{
	{ios.IOS, `hostname r
object-group network G
 host 10.0.0.1
LINE
 10.0.0.4 255.255.255.254
ip access-list extended YES
 permit ip object-group G any
ip access-list extended NO
 deny ip object-group G any
 permit ip any any
`, addressQuestions},
	{ios.NXOS, `hostname r
object-group ip address G
  10 host 10.0.0.1
LINE
  30 10.0.0.4/31
ip access-list YES
  10 permit ip addrgroup G any
ip access-list NO
  10 deny ip addrgroup G any
  20 permit ip any any
`, addressQuestions},
	{ios.XR, `hostname r
object-group network ipv4 G
 host 10.0.0.1
LINE
 10.0.0.4/31
!
ipv4 access-list YES
 10 permit ipv4 net-group G any
ipv4 access-list NO
 10 deny ipv4 net-group G any
 20 permit ipv4 any any
`, addressQuestions},
	{ios.IOS, `hostname r
object-group service G
 tcp eq 80
LINE
 udp range 53 54
ip access-list extended YES
 permit object-group G any any
ip access-list extended NO
 deny object-group G any any
 permit ip any any
`, serviceQuestions},
	{ios.NXOS, `hostname r
object-group ip port G
  10 eq 80
LINE
  30 range 53 54
ip access-list YES
  10 permit tcp any any portgroup G
ip access-list NO
  10 deny tcp any any portgroup G
  20 permit ip any any
`, portQuestions},
}

var addressQuestions = []string{
	"YES: 10.0.0.1 -> 10.9.9.9 tcp/80", "YES: 10.0.0.2 -> 10.9.9.9 tcp/80", "YES: 10.0.0.4 -> 10.9.9.9 tcp/80",
	"NO: 10.0.0.1 -> 10.9.9.9 tcp/80", "NO: 10.0.0.2 -> 10.9.9.9 tcp/80", "NO: 10.0.0.4 -> 10.9.9.9 tcp/80",
}

var serviceQuestions = []string{
	"YES: 10.0.0.1 -> 10.9.9.9 tcp/80", "YES: 10.0.0.1 -> 10.9.9.9 udp/53", "YES: 10.0.0.1 -> 10.9.9.9 tcp/81",
	"NO: 10.0.0.1 -> 10.9.9.9 tcp/80", "NO: 10.0.0.1 -> 10.9.9.9 udp/53", "NO: 10.0.0.1 -> 10.9.9.9 tcp/81",
}

var portQuestions = []string{
	"YES: 10.0.0.1 -> 10.9.9.9 tcp/80", "YES: 10.0.0.1 -> 10.9.9.9 tcp/53", "YES: 10.0.0.1 -> 10.9.9.9 tcp/81",
	"NO: 10.0.0.1 -> 10.9.9.9 tcp/80", "NO: 10.0.0.1 -> 10.9.9.9 tcp/53", "NO: 10.0.0.1 -> 10.9.9.9 tcp/81",
}

// addingWords begin a member of some group of these platforms.
const addingWords = ` any host range group-object object-group port-group eq neq gt lt portgroup tcp udp tcp-udp icmp sctp
 protocol-object service-object ip ipv4 ipv6 icmpv6 ahp ah esp gre igmp igrp eigrp ipinip nos ospf pcp pim rsvp vrrp `

// kindOf tells how the line begins, after the number that NX-OS writes.
func kindOf(line string) parsetest.GroupLine {
	words := strings.Fields(strings.ToLower(strings.TrimSpace(line)))
	if len(words) == 0 || words[0][0] == '!' || words[0][0] == '#' || words[0] == "commit" {
		return parsetest.Harmless
	}
	if len(words) > 1 && strings.Trim(words[0], "0123456789") == "" { // also what is too long for one
		words = words[1:]
	}
	rest := words
	if words[0] == "no" || words[0] == "default" {
		rest = words[1:]
	}
	switch word := words[0]; {
	case len(rest) > 0 && (rest[0] == "description" || rest[0] == "remark"):
		return parsetest.Harmless
	case strings.Contains(addingWords, " "+word+" "), word[0] >= '0' && word[0] <= '9', strings.Contains(word, ":"):
		return parsetest.Adds
	}
	return parsetest.Other
}

// FuzzGroupLaw: whatever line stands in a group, nothing becomes allowed by it unless
// it adds.
func FuzzGroupLaw(f *testing.F) {
	for i := range groupTexts {
		for _, line := range []string{
			"no host 10.0.0.1", "host somewhere", "frobnicate", "10 host 10.0.0.2", "no 10", "default host 10.0.0.1", "exit",
			"no eq 80", "no tcp eq 80", "eq foo", "tcp eq foo", "object-group network H", "range 10.0.0.1", "description x", "remark",
		} {
			f.Add(uint8(i), line)
		}
	}
	f.Fuzz(func(t *testing.T, which uint8, line string) {
		line, _, _ = strings.Cut(line, "\n")
		g := groupTexts[int(which)%len(groupTexts)]
		parse := func(in device.Input) (*device.Document, error) { return ios.Parse(g.dialect, in) }
		parsetest.GroupLaw(t, parse, strings.Replace(g.text, "LINE\n", "", 1), strings.Replace(g.text, "LINE", "  "+line, 1), kindOf(line), g.questions...)
	})
}
