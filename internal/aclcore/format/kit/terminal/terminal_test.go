package terminal_test

import (
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
