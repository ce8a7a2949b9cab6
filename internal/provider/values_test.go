package provider

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// TestRulesAsShown: what parse_ruleset returns is cut at a limit, so that a list of it
// is no ruleset; who hands it over, or the text itself, is told what is.
func TestRulesAsShown(t *testing.T) {
	rule := func(keys ...string) attr.Value {
		kinds, values := map[string]attr.Type{}, map[string]attr.Value{}
		for _, k := range keys {
			kinds[k], values[k] = types.StringType, types.StringValue("any")
		}
		return types.ObjectValueMust(kinds, values)
	}
	list := func(v attr.Value) attr.Value {
		return types.TupleValueMust([]attr.Type{v.Type(t.Context())}, []attr.Value{v})
	}
	for _, tt := range []struct {
		name string
		v    attr.Value
		want string
	}{
		{"shown", list(rule("acl", "action", "indeterminate", "sources")), "rules: [0] is a rule as acl_ruleset and parse_ruleset show it"},
		{"text", types.StringValue("access-list x"), "rules: is a text and not a list of rules; to match against a text"},
		{"object", rule("sources"), "rules: is not a list of rules; write ["},
		{"misspelt", list(rule("acl", "sources")), `rules[0]: unknown key "acl"`},
	} {
		if _, err := rulesFrom(tt.v, nil); err == nil || !strings.HasPrefix(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %s", tt.name, err, tt.want)
		}
	}
}
