package visible_test

import (
	"strings"
	"testing"
	"unicode"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/visible"
)

func TestText(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"web → db: 10.0.0.0/8, Köln Ω 東京 ✓", "web → db: 10.0.0.0/8, Köln Ω 東京 ✓"},
		{"a\nb\tc\rd", "a⏎b c<U+000D>d"},
		{"\x1b[2Jx\x00\x7f\u0085\u009b", "<U+001B>[2Jx<U+0000><U+007F><U+0085><U+009B>"},
		{"\u202eabc\u2066\u200b\ufeff\u00ad", "<U+202E>abc<U+2066><U+200B><U+FEFF><U+00AD>"},
		{"a\u00a0b\u2028c\u3164", "a<U+00A0>b<U+2028>c<U+3164>"},
		{"\xff", "<U+FFFD>"},
		{"##[debug]x ##vso[task.x] ##TeamCity[y]", "#<U+0023>[debug]x #<U+0023>vso[task.x] #<U+0023>TeamCity[y]"},
		{"# ## [x] #[y]", "# ## [x] #[y]"},
		{"::add-mask::10.0.0.1", ":<U+003A>add-mask::10.0.0.1"},
		{"x ::Error file=a::b", "x :<U+003A>Error file=a::b"},
		{"::1, ::ffff:10.0.0.1, 2001:db8::add, fe80::e", "::1, ::ffff:10.0.0.1, 2001:db8::add, fe80::e"},
		{"#\x00#[debug]", "#<U+0000>#[debug]"},
	} {
		if got := visible.Text(tt.text); got != tt.want {
			t.Errorf("%q: %q, want %q", tt.text, got, tt.want)
		}
	}
	if got := visible.Lines("a\n\tb\r\x1b\n##[x]"); got != "a\n\tb<U+000D><U+001B>\n#<U+0023>[x]" {
		t.Errorf("%q", got)
	}
}

// FuzzText: nothing that is hidden is left, what is shown stays as it is when it is
// shown again, and plain text is not touched.
func FuzzText(f *testing.F) {
	for _, text := range []string{"plain", "\x1b[31m##[debug]::add-mask::\u202e\n", "##\x00[", ":\n:group::", "\xff\xfe", "###[[", ":::debug"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		one, many := visible.Text(text), visible.Lines(text)
		for _, r := range one {
			if !unicode.IsPrint(r) {
				t.Fatalf("%q keeps %U", one, r)
			}
		}
		for _, shown := range []string{one, many} {
			lower := strings.ToLower(shown)
			for _, c := range []string{"##[", "##vso[", "##teamcity[", "::add-mask::", "::debug::", "::stop-commands::", "\x1b", "\r"} {
				if strings.Contains(lower, c) {
					t.Fatalf("%q keeps %q", shown, c)
				}
			}
		}
		if visible.Text(one) != one || visible.Lines(many) != many {
			t.Fatalf("%q is shown in another way again", text)
		}
	})
}
