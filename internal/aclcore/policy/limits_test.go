package policy_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/policy"
)

// nested is a comprehension in a comprehension, depth times, over a list.
func nested(depth int, over string) string {
	text := "true"
	for i := range depth {
		text = fmt.Sprintf("%s.all(v%d, %s)", over, i, text)
	}
	return text
}

// TestRunaways stops expressions that would take days.
func TestRunaways(t *testing.T) {
	var addresses []string
	for i := range 200 {
		addresses = append(addresses, fmt.Sprintf("10.0.0.%d", i))
	}
	for _, tt := range []struct{ name, assert, want string }{
		{"nested over a list of the flow", nested(9, "flow.sources"), "the expression at 1:17 runs away and was stopped after 50000 steps"},
		{"nested over a constant", nested(9, "[1, 2, 3, 4, 5, 6, 7, 8]"), "the expression at 1:29 runs away and was stopped after 50000 steps"},
		{"a text that doubles", "size([0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0].map(i, flow.sources.map(s, flow.sources.map(t, s + t)))) > 0", "runs away and was stopped after 50000 steps"},
		{"one that is cheap enough but for each product", "size(flow.comment + product.source + product.destination + product.service) > 0",
			"it takes too long for this flow and was stopped after 10000000 steps; write a cheaper expression, or split the flow"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			q := ask(t, strings.Join(addresses, " ")+" > "+strings.Join(addresses[:10], " ")+" tcp/1 tcp/2")
			q.Comment = strings.Repeat("x", 100_000)
			got := check(t, compile(t, policy.Definition{Name: "runaway", Assert: tt.assert}), q)
			if len(got) != 1 {
				t.Fatalf("%+v", got)
			}
			for _, v := range got {
				if !v.Undecided || !v.Blocks() || !strings.HasPrefix(v.Message, "the policy runaway cannot be decided, so it is not passed: ") || !strings.Contains(v.Message, tt.want) {
					t.Errorf("%+v", v)
				}
			}
		})
	}
}

// TestRunawayByItself refuses what no question could make cheap, before any.
func TestRunawayByItself(t *testing.T) {
	elements := strings.Repeat("1,", 999) + "1"
	_, err := policy.Compile([]policy.Definition{{Name: "p", Assert: fmt.Sprintf("size([%s].map(a, [%s].map(b, a + b))) > 0", elements, elements)}}, policy.Options{})
	if err == nil || !strings.Contains(err.Error(), `policy "p": assert:`) || !strings.Contains(err.Error(), "steps for each product, more than the 50000 that are allowed") {
		t.Error(err)
	}
}

// TestLongAndDeep refuses expressions that nobody can read.
func TestLongAndDeep(t *testing.T) {
	for _, tt := range []struct{ name, assert, want string }{
		{"long", strings.Repeat("true && ", 3000) + "true", `policy "p": assert: expression code point size exceeds limit`},
		{"deep", strings.Repeat("(", 1000) + "true" + strings.Repeat(")", 1000), `policy "p": assert: expression recursion limit exceeded: 250`},
		{"deeper", strings.Repeat("!", 5000) + "true", ""},
		{"wide", strings.Repeat("[", 400) + strings.Repeat("]", 400) + " == []", `policy "p": assert: expression recursion limit exceeded: 250`},
	} {
		_, err := policy.Compile([]policy.Definition{{Name: "p", Assert: tt.assert}}, policy.Options{})
		if tt.want == "" && err == nil {
			continue
		}
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}
