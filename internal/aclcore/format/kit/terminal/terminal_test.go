package terminal_test

import (
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/terminal"
)

func TestCutPrompt(t *testing.T) {
	for _, tt := range []struct{ line, prompt, command string }{
		{"r1#show running-config", "r1", "show running-config"},
		{"r1>", "r1", ""},
		{"fw1/act(config)# access-list x extended permit ip any any", "fw1/act(config)", "access-list x extended permit ip any any"},
		{"RP/0/RSP0/CPU0:r1(config-ipv4-acl)#10 permit ipv4 any any", "RP/0/RSP0/CPU0:r1(config-ipv4-acl)", "10 permit ipv4 any any"},
		{"# access-list x extended permit ip any any", "", ""},
		{"#10 permit ip any any", "", ""},
		{"-> 10 permit ip any any", "", ""},
		{"10 remark see #4", "", ""},
		{"description a>b", "", ""},
		{"a+b#c", "", ""},
		{"permit", "", ""},
		{"", "", ""},
	} {
		prompt, command, ok := terminal.CutPrompt(tt.line)
		switch {
		case ok != (tt.prompt != ""):
			t.Errorf("CutPrompt(%q) is %v", tt.line, ok)
		case ok && (prompt != tt.prompt || command != tt.command), !ok && (prompt != "" || command != tt.line):
			t.Errorf("CutPrompt(%q) = %q, %q", tt.line, prompt, command)
		}
	}
}

func TestWhole(t *testing.T) {
	for _, tt := range []struct{ word, want string }{
		{"access-l", "access-list"},
		{"access-list", "access-list"},
		{"access-gr", "access-group"},
		{"access-", "access-"},
		{"access-lists", "access-lists"},
		{"", ""},
	} {
		if got := terminal.Whole(tt.word, "access-list", "access-group"); got != tt.want {
			t.Errorf("Whole(%q) = %q, want %q", tt.word, got, tt.want)
		}
	}
}

func TestNamesFilter(t *testing.T) {
	for line, want := range map[string]bool{
		"":                                false,
		"quantum ip access list q":        true,
		"access list q":                   true,
		"access to the list":              false,
		"frame-relay access-list f":       true,
		"packet-filter 3":                 true,
		"firewall f":                      true,
		"novel thing x":                   false,
		"ipv4 acl x":                      true,
		"a b c d e access-list":           false, // prose
		"crypto map m 10 match address a": false,
	} {
		if got := terminal.NamesFilter(strings.Fields(line)); got != want {
			t.Errorf("%q: %t", line, got)
		}
	}
}
