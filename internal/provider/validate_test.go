package provider

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/terraformtest"
)

// A validation is what terraform validate -json prints.
type validation struct {
	Diagnostics []struct {
		Severity, Summary, Detail string
		Range                     struct {
			Filename string
			Start    struct{ Line int }
		}
		Snippet struct{ Context, Code string }
	}
}

// TestAccValidate has all that is wrong in one configuration, and looks the errors
// up by the resource that they speak of.
func TestAccValidate(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name string
		// replace is done to a flow that is valid
		before, after string
		want          string // none: valid
		line          string // the line that is pointed to
	}{
		{"valid", "", "", "", ""},
		{"names", `["10.0.0.1"]`, `["HR Payroll server", "web-1", "any", "2001:db8::1", "10.0.0.1-10.0.0.1"]`, "", ""},
		{"forms", `["tcp/443"]`, `["tcp", "icmp/8/0", "esp", "any", "udp/domain", "my service", "tcp/443 from 1024-65535"]`, "", ""},
		{"host_bits", `["10.0.0.1"]`, `["10.0.0.5/24"]`, "has host bits set; the prefix is 10.0.0.0/24, the host is 10.0.0.5", "sources"},
		{"bad_octet", `["10.0.0.1"]`, `["10.0.0.256"]`, `address "10.0.0.256": is not an address`, "sources"},
		{"leading_zero", `["10.0.0.1"]`, `["10.0.0.01"]`, `"10.0.0.01"`, "sources"},
		{"reversed", `["10.0.0.1"]`, `["10.0.0.9-10.0.0.1"]`, "is reversed; write 10.0.0.1-10.0.0.9", "sources"},
		{"mixed", `["10.0.0.1"]`, `["10.0.0.9-2001:db8::1"]`, "mixes IPv4 and IPv6", "sources"},
		{"length", `["10.0.0.2"]`, `["10.0.0.0/33"]`, `has the prefix length "33"`, "destinations"},
		{"second", `["10.0.0.2"]`, `["10.0.0.2", "10.0.0.300"]`, `"10.0.0.300"`, "destinations"},
		{"blank", `["10.0.0.2"]`, `["10.0.0.2 "]`, "has blanks in it; write 10.0.0.2", "destinations"},
		{"empty_text", `["10.0.0.2"]`, `[""]`, "is empty or has blanks around it", "destinations"},
		{"list_in_string", `["10.0.0.2"]`, `["10.0.0.2,10.0.0.3"]`, "is a list in one string; write one address per list element", "destinations"},
		{"list_with_blank", `["10.0.0.2"]`, `["10.0.0.2, 10.0.0.3"]`, "is a list in one string", "destinations"},
		{"empty_sources", `["10.0.0.1"]`, `[]`, "at least 1 elements", "sources"},
		{"empty_services", `["tcp/443"]`, `[]`, "at least 1 elements", "services"},
		{"null_sources", `["10.0.0.1"]`, `null`, "Must set a configuration value for the sources attribute", ""},
		{"null_entry", `["10.0.0.1"]`, `["10.0.0.1", null]`, "Attribute sources[1] is null; give it a value, or leave it out.", "sources"},
		{"null_user", "services", "users = [\"anna\", null]\n  services", "Attribute users[1] is null", "users"},
		{"null_network_application", "services", "network_applications = [null]\n  services", "Attribute network_applications[0] is null", "network_applications"},
		{"null_label", "services", "labels = { env = null }\n  services", `Attribute labels["env"] is null`, "labels"},
		{"no_protocol", `["tcp/443"]`, `["443"]`, "has no protocol before the port; write tcp/443 or udp/443", "services"},
		{"port", `["tcp/443"]`, `["tcp/65536"]`, `service "tcp/65536"`, "services"},
		{"port_name", `["tcp/443"]`, `["tcp/no-such-service"]`, "no-such-service", "services"},
		{"ports_in_string", `["tcp/443"]`, `["tcp/80,443"]`, "tcp/80,443", "services"},
		{"reversed_ports", `["tcp/443"]`, `["tcp/90-80"]`, "tcp/90-80", "services"},
		{"no_port", `["tcp/443"]`, `["tcp/"]`, `"tcp/"`, "services"},
		{"protocol_number", `["tcp/443"]`, `["256/1"]`, "256", "services"},
		{"action", "services", "action = \"allow\"\n  services", `value must be one of: ["permit" "deny"]`, "action"},
		{"slash", `"Shop"`, `"Shop/EU"`, "has a slash", "application"},
		{"no_application", `"Shop"`, `""`, "the name is empty", "application"},
		{"no_name", `"web"`, `""`, "string length must be at least 1", "name"},
		{"no_rulesets", "services", "rulesets = []\n  services", "at least 1 elements", "rulesets"},
		{"twice", "services", "rulesets = [\"edge\", \"edge\"]\n  services", `Attribute rulesets[1] is "edge", which is in the list before; leave it out.`, "rulesets"},
		{"no_ruleset", "services", "rulesets = [\"\"]\n  services", "Attribute rulesets[0] string length must be at least 1", "rulesets"},
		{"empty_zone", "services", "source_zone = \"\"\n  services", "string length must be at least 1", "source_zone"},
		{"computed", "services", "status = \"allowed\"\n  services", "Cannot set value for this attribute", "status"},
	}
	const valid = `
resource "acl_flow" %q {
  application  = "Shop"
  name         = "web"
  sources      = ["10.0.0.1"]
  destinations = ["10.0.0.2"]
  services     = ["tcp/443"]
}
`
	config := "-- main.tf --\n"
	for _, c := range cases {
		block := fmt.Sprintf(valid, c.name)
		if c.before != "" && strings.Count(block, c.before) != 1 {
			t.Fatalf("%s: %q is there %d times", c.name, c.before, strings.Count(block, c.before))
		}
		config += strings.Replace(block, c.before, c.after, 1)
	}
	w := newWorkspace(t, config)
	var r validation
	if err := w.JSON(&r, "validate", "-json"); err == nil {
		t.Error("the configuration is valid")
	}
	for _, c := range cases {
		var got []string
		for _, d := range r.Diagnostics {
			if d.Snippet.Context != fmt.Sprintf("resource %q %q", "acl_flow", c.name) {
				continue
			}
			got = append(got, d.Severity+" "+d.Summary+": "+d.Detail)
			if c.line != "" && !strings.HasPrefix(strings.TrimSpace(d.Snippet.Code), c.line) {
				t.Errorf("%s: leads to %q, want the line of %s", c.name, d.Snippet.Code, c.line)
			}
		}
		switch {
		case c.want == "" && len(got) > 0:
			t.Errorf("%s: %q", c.name, got)
		case c.want != "" && (len(got) != 1 || !strings.Contains(terraformtest.Flatten(got[0]), c.want)):
			t.Errorf("%s: %q, want one error with %q", c.name, got, c.want)
		}
	}
}

// The map of an application's flows is checked in the same way, at its own path.
func TestAccValidateApplication(t *testing.T) {
	t.Parallel()
	w := newWorkspace(t, `
-- main.tf --
resource "acl_application" "bad" {
  name  = "Shop/EU"
  flows = {
    a = { sources = ["10.0.0.1/24"], destinations = [], services = ["80"] }
    b = { sources = [null], destinations = ["any"], services = ["any"], users = [null], rulesets = ["edge", "edge"] }
  }
}
resource "acl_application" "nameless" {
  name  = ""
  flows = { "" = { sources = ["10.0.0.1"], destinations = ["10.0.0.2"], services = ["tcp/443"] } }
}
data "acl_match" "both" {
  sources = ["10.0.0.1/24"]
  flows   = { a = { sources = ["10.0.0.1"], destinations = ["10.0.0.2"], services = ["tcp/80,81"] } }
}
data "acl_match" "none" {
  rules = []
}
data "acl_match" "rules" {
  flows = { a = { sources = ["10.0.0.1"], destinations = ["10.0.0.2"], services = ["tcp/80"] } }
  rules = [
    { name = "typos", src_ip = "10.0.0.999", dst = "any", action = "permit" },
    { dst_ip = terraform_data.host.output, action = "permit" },
  ]
}
data "acl_match" "known" {
  flows = { a = { sources = ["10.0.0.1"], destinations = ["10.0.0.2"], services = ["tcp/80"] } }
  rules = [
    { name = "typos", src_ip = "10.0.0.999", dst = "any", action = "permit" },
    { action = "alow" },
  ]
}
resource "terraform_data" "host" {}
data "acl_match" "half" {
  sources  = ["10.0.0.1"]
  rules    = []
  rulesets = ["edge"]
}
`)
	var r validation
	if err := w.JSON(&r, "validate", "-json"); err == nil {
		t.Error("the configuration is valid")
	}
	var got []string
	for _, d := range r.Diagnostics {
		got = append(got, fmt.Sprintf("%d %s: %s", d.Range.Start.Line, d.Summary, terraformtest.Flatten(d.Detail)))
	}
	slices.Sort(got)
	all := strings.Join(got, "\n")
	for _, want := range []string{
		"has a slash", "the name is empty", "string length must be at least 1", "has host bits set; the prefix is 10.0.0.0/24", "at least 1 elements",
		`service "80": has no protocol`, `tcp/80,81`, `flows["b"].sources[0] is null`, `flows["b"].users[0] is null`, `flows["b"].rulesets[1] is "edge", which is in the list before`,
		`rules[0]: unknown key "dst" (did you mean dst_ip?)`, `rules[0].src_ip: address "10.0.0.999"`, `rules[1].action: unknown action "alow"`, "[flows,sources]", "[sources,destinations,services]", "[rules,rulesets]",
	} {
		if !strings.Contains(strings.ReplaceAll(all, ", ", ","), strings.ReplaceAll(want, ", ", ",")) {
			t.Errorf("no %q in\n%s", want, all)
		}
	}
	if n := strings.Count(all, "Invalid rules"); n != 1 {
		t.Errorf("there are %d errors for rules, want one, and none where a part is not known:\n%s", n, all)
	}
}

// The provider's own configuration.
func TestAccValidateProvider(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, config, want string }{
		{"both", `rulesets = { edge = { path = "edge.json", content = "[]" } }`, `The ruleset "edge" sets more than one of path, content and source; set exactly one`},
		{"neither", `rulesets = { edge = { format = "json" } }`, `The ruleset "edge" sets none of path, content and source`},
		{"format", `rulesets = { edge = { path = "edge.json", format = "jsn" } }`, `value must be one of: ["json"`},
		{"default action", `rulesets = { edge = { path = "edge.json", default_action = "drop" } }`, `value must be one of: ["permit" "deny"]`},
		{"additions shared", `rulesets = { a = { content = "[]", additions = "x.json" }, b = { content = "[]", additions = "x.json" } }`, `The rulesets "a" and "b" share the additions file x.json`},
		{"additions over the rules", `rulesets = { a = { path = "x.json", additions = "x.json" } }`, "would write its additions over its own rules"},
		{"enforcement", `enforcement = "strict"`, `value must be one of: ["apply" "advisory" "plan"]`},
		{"summary", `summary = "sometimes"`, `value must be one of: ["problems" "always" "never"]`},
		{"cycle", `addresses = { a = ["b"], b = ["a"] }`, "the name leads back to itself: a → b → a"},
		{"unknown name", `addresses = { a = ["nowhere"] }`, `address "nowhere" (through a) is neither a name in addresses nor`},
		{"empty name", `addresses = { a = [] }`, `addresses["a"]: is empty`},
		{"literal as name", `addresses = { "10.0.0.1" = ["10.0.0.2"] }`, "the name is itself an address"},
		{"host bits in a name", `addresses = { a = ["10.0.0.1/24"] }`, "has host bits set"},
		{"service", `services = { web = ["tcp/80", "80"] }`, "80"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorkspace(t, "-- main.tf --\nprovider \"acl\" {\n"+c.config+"\n}\n"+webFlow)
			contains(t, w.Run(1, "validate"), c.want)
		})
	}
}

// What needs the rulesets and names is found out by the plan, which leads to the
// attribute or to the line of the file.
func TestAccPlanErrors(t *testing.T) {
	t.Parallel()
	const flow = `
resource "acl_flow" "f" {
  application  = "Shop"
  name         = "web"
  sources      = ["10.0.0.1", "hr"]
  destinations = ["10.0.0.2"]
  services     = ["tcp/443"]
}
`
	const provider = `provider "acl" {
  rulesets  = { edge = { path = "edge.json" } }
  addresses = { hr = ["10.0.0.1"] }
}
`
	for _, c := range []struct {
		name, config, ruleset string
		want                  []string
	}{
		{"unknown name", provider + strings.Replace(flow, `"hr"`, `"HR"`, 1), "[]", []string{`sources      = ["10.0.0.1", "HR"]`, `address "HR" is neither a name in addresses nor`}},
		{"unknown service name", provider + strings.Replace(flow, `"tcp/443"`, `"web", "wbe"`, 1), "[]", []string{`services     = ["web", "wbe"]`, `"web"`, `"wbe"`}},
		{"missing file", strings.Replace(provider, "edge.json", "firewall/edge.json", 1) + flow, "[]", []string{"firewall/edge.json", "no such file", "a relative path starts in"}},
		{"directory", strings.Replace(provider, `"edge.json"`, `"."`, 1) + flow, "[]", []string{"is a directory"}},
		{"empty file", provider + flow, "", []string{"edge.json"}},
		{"missing comma", provider + flow, "[\n  {\"action\": \"permit\"}\n  {\"action\": \"deny\"}\n]", []string{"edge.json:3"}},
		{"missing quote", provider + flow, "[\n  {\"action\": \"permit},\n  {\"action\": \"deny\"}\n]", []string{"edge.json:2"}},
		{"cut off", provider + flow, "[\n  {\"action\": \"permit\"},\n  {\"action\":", []string{"edge.json:3"}},
		{"unknown key", provider + flow, "[\n  {\"action\": \"permit\", \"src_ip\": \"any\", \"dst\": \"any\"}\n]", []string{`edge.json:2: rule 1: unknown key "dst"`}},
		{"two problems", provider + flow, "[\n  {\"action\": \"alow\"},\n  {\"src_ip\": \"10.0.0.5/24\", \"action\": \"deny\"}\n]", []string{`edge.json:2`, `edge.json:3`, "has host bits set"}},
		{"forced format", strings.Replace(provider, `path = "edge.json"`, `path = "edge.json", format = "yaml"`, 1) + flow, "permit: [", []string{"edge.json:1"}},
		{"inline", strings.Replace(provider, `path = "edge.json"`, `content = jsonencode([{ name = "web" }])`, 1) + flow, "[]", []string{`edge:1: rule 1 ("web"): action: is missing`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorkspace(t, "-- main.tf --\n"+c.config)
			w.Write("edge.json", c.ruleset)
			summary := `Unable to read ruleset "edge"`
			if c.ruleset == "[]" && strings.HasPrefix(c.name, "unknown") {
				summary = `Unable to match flow "Shop/web"`
			}
			contains(t, w.Plan(1), append(c.want, summary)...)
		})
	}
}
