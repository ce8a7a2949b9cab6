package examples_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/estate"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/terraformtest"
)

// pageOf names the page of a format, which is also that of its example.
func pageOf(format string) string {
	if format == "json" || format == "yaml" {
		format = "rulelist"
	}
	return "format-" + strings.ReplaceAll(format, "_", "-") + ".md"
}

// TestFormatPages: every format has a page and an example, and the overview leads to
// it.
func TestFormatPages(t *testing.T) {
	overview, err := os.ReadFile("../templates/guides/rulesets.md")
	if err != nil {
		t.Fatal(err)
	}
	pages := map[string]bool{}
	for _, name := range format.Names {
		page := pageOf(name)
		pages["../templates/guides/"+page+".tmpl"] = true
		if !strings.Contains(string(overview), "("+page+")") {
			t.Errorf("rulesets.md does not link to %s", page)
		}
	}
	found, err := filepath.Glob("../templates/guides/format-*")
	if err != nil || len(found) != len(pages) {
		t.Errorf("%d pages of formats: %v, want %d; %v", len(found), found, len(pages), err)
	}
	for _, page := range found {
		if !pages[filepath.ToSlash(page)] {
			t.Errorf("%s is of no format", page)
		}
	}
}

// pasted are the examples whose change is a command, and how it is added to the text
// of the ruleset.
var pasted = map[string]struct {
	file, acl string
	paste     func(text, change string) string
}{
	"cisco_asa":  {"asa.cfg", "outside in", below},
	"cisco_ios":  {"router.cfg", "OUTSIDE", below},
	"cisco_nxos": {"switch.cfg", "OUTSIDE", below},
	"cisco_xr":   {"router.cfg", "OUTSIDE", below},
	"fortios":    {"fortigate.conf", "policy", below},
	"junos":      {"srx.conf", "policies", below},
	"panos":      {"fw.set", "security", below},
	"iptables": {"fw.rules", "FORWARD", func(text, change string) string {
		return strings.Replace(text, "COMMIT", change+"\nCOMMIT", 1)
	}},
	"opnsense": {"config.xml", "in", beforeLine},
	"pfsense":  {"config.xml", "in", beforeLine},
	"nftables": {"ruleset.nft", "forward", func(text, change string) string {
		return text + strings.TrimPrefix(change, "nft ") + "\n"
	}},
}

// beforeLine puts elements before the line that the comment above them names.
func beforeLine(text, change string) string {
	place, elements, _ := strings.Cut(change, "\n")
	var line int
	if _, err := fmt.Sscanf(place, "<!-- before line %d -->", &line); err != nil {
		return text
	}
	lines := strings.Split(text, "\n")
	return strings.Join(slices.Insert(lines, line-1, elements), "\n")
}

func below(text, change string) string { return text + change + "\n" }

// openFlow are the lines of the flows that the rulesets do not allow.
var openFlow = regexp.MustCompile(`(?m)^ +(partner|backup) += \{.*\n`)

var planBlock = regexp.MustCompile("(?ms)^<!-- plan -->\n```text\n(.*?)^```$")

// TestAccFormats plans the example of each format, and compares the plan with what
// its page shows. With what is allowed the next plans are empty. A change that is a
// command is typed, and then the flow is allowed.
func TestAccFormats(t *testing.T) {
	examples, err := filepath.Glob("formats/*/main.tf")
	if err != nil || len(examples) == 0 {
		t.Fatalf("no examples: %v", err)
	}
	for _, example := range examples {
		format := filepath.Base(filepath.Dir(example))
		page := pageOf(format)
		text, err := os.ReadFile("../templates/guides/" + page + ".tmpl")
		if err != nil {
			t.Fatal(err)
		}
		block := planBlock.FindStringSubmatch(string(text))
		if block == nil {
			t.Fatalf("%s shows no plan", page)
		}
		t.Run(format, func(t *testing.T) {
			t.Parallel()
			w := newWorkspace(t, "formats/"+format)
			p := w.plan(2)
			if !terraformtest.Program.Tofu {
				compareExcerpt(t, page, block[1], p.text)
			}
			results := p.changes["acl_application.shop"]["results"].(map[string]any)
			for flow, want := range map[string]string{"web": "allowed", "partner": "partial", "backup": "indeterminate"} {
				if got := results[flow].(map[string]any)["status"]; got != want {
					t.Errorf("%s is %v, want %s", flow, got, want)
				}
			}
			w.Write("main.tf", openFlow.ReplaceAllString(w.Read("main.tf"), ""))
			w.settle()
			c, ok := pasted[format]
			if !ok {
				return
			}
			missing := results["partner"].(map[string]any)["missing"].([]any)
			text := c.paste(w.Read(c.file), missing[0].(map[string]any)["change"].(string))
			edge := estate.New(estate.Config{Rulesets: map[string]estate.RulesetConfig{"edge": {Content: text, ACL: c.acl}}})
			found, err := edge.Match(t.Context(), estate.Flow{
				Sources: []string{"198.51.100.0/24"}, Destinations: []string{"10.0.1.20"}, Services: []string{"tcp/8443"},
				SourceZone: "wan", DestinationZone: "dmz",
			})
			if err != nil || found.Status.String() != "allowed" {
				t.Errorf("after the change it is %q, %v:\n%s", found.Status, err, text)
			}
		})
	}
}
