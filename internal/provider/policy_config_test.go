package provider

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/terraformtest"
)

// TestAccValidatePolicies has all that is wrong in one provider, which terraform
// validate says offline, all at once.
func TestAccValidatePolicies(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, policy, want string }{
		{"fine", `assert = "within(product.source, 'ours')"`, ""},
		{"fine-zones", `assert = "product.zones.source != product.zones.destination"`, ""},
		{"fine-unknown", `use = "source_in_networks", networks = [terraform_data.later.id]`, ""},
		{"fine-use", `use = "real_addresses", real_addresses = { "192.0.2.1" = "10.0.0.1" }, severity = "review", kind = "validate", order = 3`, ""},
		{"typo", `assert = "prodct.port_low > 1"`, `Policy "typo", assert, line 1, column 1`},
		{"second-line", `assert = "product.port_low > 1 &&\n  flow.nme == 'x'"`, `Policy "second-line", assert, line 2, column 7`},
		{"no-bool", `assert = "product.port_low"`, `Policy "no-bool", assert`},
		{"when", `when = "now", assert = "true"`, `Policy "when", when`},
		{"name", `assert = "within(product.source, 'our')"`, `"our"`},
		{"flow-scope", `scope = "flow", assert = "product.port_low > 1"`, `Policy "flow-scope", assert, line 1, column 1`},
		{"message", `assert = "false", message = "no {sorce}"`, `Policy "message", message, line 1, column 4: unknown placeholder {sorce}`},
		{"kind", `kind = "validation", assert = "false"`, `Policy "kind", kind: is "validation"; write validate or enforce`},
		{"severity", `severity = "warn", assert = "false"`, `Policy "severity", severity: is "warn"; write deny, review or notify`},
		{"scope", `scope = "flows", assert = "false"`, `Policy "scope", scope: is "flows"; write product or flow`},
		{"use", `use = "no_telnet"`, `Policy "use", use: there is no ready-made policy "no_telnet"`},
		{"both", `use = "any_to_any", assert = "true"`, `Policy "both", assert: is set beside use`},
		{"neither", `severity = "deny"`, `Policy "neither", assert: is empty`},
		{"parameter", `use = "max_hosts"`, `Policy "parameter", max_hosts: is not given`},
		{"other-parameter", `use = "any_to_any", max_days = 3`, `Policy "other-parameter", max_days: is given, but`},
		{"network", `use = "source_in_networks", networks = ["10.0.0.1/24"]`, "has host bits set"},
		{"expires", `assert = "true"`, `Policy "expires": is the name under which flows that have expired are shown`},
		{"matrix", `assert = "true"`, `Policy "matrix", name: is the name of the policy that the matrix makes`},
	}
	config := "-- main.tf --\nresource \"terraform_data\" \"later\" {}\nprovider \"acl\" {\n  addresses = { ours = [\"10.0.0.0/8\"] }\n" +
		"  matrix = { zones = { a = [\"ours\"] } }\n  policies = {\n"
	for _, c := range cases {
		config += fmt.Sprintf("    %s = { %s }\n", c.name, c.policy)
	}
	w := newWorkspace(t, config+"  }\n}\n"+webFlow)
	got := w.invalid()
	for _, c := range cases {
		of := slices.DeleteFunc(slices.Clone(got), func(text string) bool { return !strings.Contains(text, fmt.Sprintf("Policy %q", c.name)) })
		switch {
		case c.want == "" && len(of) > 0:
			t.Errorf("%s: %q", c.name, of)
		case c.want != "" && (len(of) != 1 || !strings.Contains(terraformtest.Flatten(of[0]), c.want)):
			t.Errorf("%s: %q, want one error with %q", c.name, of, c.want)
		}
	}
}

// The matrix, exceptions and dates are checked in the same way.
func TestAccValidateMatrix(t *testing.T) {
	t.Parallel()
	w := newWorkspace(t, `
-- main.tf --
provider "acl" {
  matrix = {
    zones = { a = ["10.0.0.0/24"], b = ["10.0.0.0/24", "10.1.0.1/24"], c = [] }
    cells = { a = { b = { permit = ["tcp/80"], allow = ["443"] }, d = { allow = ["any"] } } }
  }
}
resource "acl_flow" "bad" {
  application  = "Shop"
  name         = "web"
  sources      = ["10.0.0.1"]
  destinations = ["10.0.0.2"]
  services     = ["tcp/443"]
  expires      = "31.12.2026"
  exceptions   = { a = "until tomorrow: x", b = "" }
}
data "acl_match" "bad" {
  sources      = ["10.0.0.1"]
  destinations = ["10.0.0.2"]
  services     = ["tcp/443"]
  expires      = "soon"
}
`)
	for _, step := range []struct {
		before, after string
		want          []string
	}{
		{"", "", []string{`cells["a"]["b"]: unknown key "permit"; write any of allow, notify and deny`}},
		{`permit = ["tcp/80"], `, "", []string{`zones["b"]`, `has host bits set`, `zones["c"]`, `cells["a"]["b"].allow`, `cells["a"]["d"]`}},
		{"  matrix = {", "}\nlocals {\n  x = {", []string{`"31.12.2026" is not a date; write 2026-12-31`, `"tomorrow" is not a date`, "gives no reason", `"soon" is not a date`}},
	} {
		if step.before != "" {
			w.Edit("main.tf", step.before, step.after)
		}
		terraformtest.Contains(t, strings.Join(w.invalid(), "\n"), step.want...)
	}
}

// invalid returns what terraform validate says, an entry for each error.
func (w *workspace) invalid() (out []string) {
	w.Helper()
	var r validation
	if err := w.JSON(&r, "validate", "-json"); err == nil {
		w.Error("the configuration is valid")
	}
	for _, d := range r.Diagnostics {
		out = append(out, d.Summary+": "+d.Detail)
	}
	return out
}

func TestPointer(t *testing.T) {
	for _, tt := range []struct {
		text         string
		line, column int
		want         string
	}{
		{"a > b", 1, 5, "    a > b\n        ^"},
		{"a >\n\tb", 2, 2, "     b\n     ^"},
		{"a", 2, 1, ""},
		{strings.Repeat("x", 200) + "y", 1, 201, "    " + strings.Repeat("x", 49) + "y\n    " + strings.Repeat(" ", 49) + "^"},
	} {
		if got := pointer(tt.text, tt.line, tt.column); got != tt.want {
			t.Errorf("%q:\n%s\nwant\n%s", tt.text, got, tt.want)
		}
	}
}
