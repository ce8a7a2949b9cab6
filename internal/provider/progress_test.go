package provider

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
)

// What takes long tells of itself at the level info, and of nothing that stands in a
// ruleset.
func TestAccProgress(t *testing.T) {
	t.Parallel()
	w := newWorkspace(t, `
-- main.tf --
provider "acl" {
  rulesets = { edge = { path = "edge.json" } }
}
resource "acl_application" "shop" {
  name  = "Shop"
  flows = { web = { sources = ["10.0.0.1"], destinations = ["10.0.0.2"], services = ["tcp/443"] } }
}
data "acl_ruleset" "edge" {
  rulesets = ["edge"]
}
-- edge.json --
[{"name": "hush", "src_ip": "10.0.0.1", "comment": "whisper", "action": "permit"}]
`)
	text := w.Read("edge.json") + strings.Repeat(" ", largeRuleset)
	size := len(text)
	w.Write("edge.json", text)
	w.Env = append(w.Env, "TF_LOG=INFO")
	out := w.Plan(2)
	for message, fields := range map[string][]string{
		"ruleset is being read":   {"ruleset=edge", fmt.Sprintf("bytes=%d", size)},
		"ruleset is read":         {"ruleset=edge", fmt.Sprintf("bytes=%d", size), "format=json", "rules=1", "duration="},
		"application is assessed": {"application=Shop", "flows=1", "duration="},
		"rulesets are inspected":  {"format=json", "rules=1", "duration="},
	} {
		lines := regexp.MustCompile(`\[INFO\] .* `+message+`: .*`).FindAllString(out, -1)
		if len(lines) != 1 {
			t.Errorf("%q is told %d times in\n%s", message, len(lines), out)
			continue
		}
		contains(t, lines[0], fields...)
	}
	for line := range strings.Lines(out) {
		if strings.Contains(line, "[INFO]") && (strings.Contains(line, "hush") || strings.Contains(line, "whisper")) {
			t.Errorf("a rule is told: %s", line)
		}
	}
	lacks(t, out, "[DEBUG]", "[TRACE]")
}
