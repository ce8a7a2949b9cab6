package provider

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/terraformtest"
)

// Lines of a plan, at most: what a person reads in a pull request.
const (
	maxAllowedLines     = 18  // a new flow that is allowed, its declared lists included
	maxGapLines         = 32  // a new flow with a gap
	maxApplicationLines = 500 // an application of 20 new flows
)

// sizedRulesets are edge devices that permit flows with even numbers, block those with
// odd ones, and permit those that divide by three in part. Each flow is on a line.
var sizedRulesets = map[string]func(n int) string{
	"cisco_asa": func(n int) string {
		var b strings.Builder
		for i := range n {
			mask := map[bool]string{true: "255.255.255.128", false: "255.255.255.0"}[i%3 == 2]
			if i%2 == 0 {
				fmt.Fprintf(&b, "access-list inside_in extended permit tcp 10.20.%d.0 255.255.255.0 10.30.%d.0 %s eq 5432\n", i, i, mask)
			}
		}
		return b.String() + "access-list inside_in extended deny ip any any log\n"
	},
	"cisco_ios": func(n int) string {
		var b strings.Builder
		b.WriteString("ip access-list extended INSIDE\n")
		for i := range n {
			mask := map[bool]string{true: "0.0.0.127", false: "0.0.0.255"}[i%3 == 2]
			if i%2 == 0 {
				fmt.Fprintf(&b, " %d permit tcp 10.20.%d.0 0.0.0.255 10.30.%d.0 %s eq 5432\n", 10*(i+1), i, i, mask)
			}
		}
		return b.String() + " 9000 deny ip any any log\n"
	},
}

// sizedConfig declares n flows in applications of at most 20.
func sizedConfig(n int) string {
	var b strings.Builder
	b.WriteString("provider \"acl\" {\n  rulesets = { edge = { path = \"edge.cfg\" } }\n}\n")
	for a := 0; a*20 < n; a++ {
		fmt.Fprintf(&b, "resource \"acl_application\" \"app%02d\" {\n  name  = \"App %02d\"\n  flows = {\n", a, a)
		for i := a * 20; i < min(n, a*20+20); i++ {
			fmt.Fprintf(&b, "    flow%03d = { sources = [\"10.20.%d.0/24\"], destinations = [\"10.30.%d.0/24\"], services = [\"tcp/5432\"] }\n", i, i, i)
		}
		b.WriteString("  }\n}\n")
	}
	return b.String()
}

// resourceLines cuts a plan to what it shows of each resource.
func resourceLines(plan string) map[string]int {
	out := map[string]int{}
	at := ""
	for line := range strings.Lines(plan) {
		if rest, ok := strings.CutPrefix(line, "  # "); ok {
			at, _, _ = strings.Cut(rest, " ")
		}
		if at != "" {
			out[at]++
		}
		if strings.HasPrefix(line, "    }") {
			at = ""
		}
	}
	return out
}

// TestAccPlanSizes: plans fit into a pull request. The plans of 1 and 20 flows are golden
// files, of 200 the counts.
func TestAccPlanSizes(t *testing.T) {
	terraformtest.Need(t)
	for format, ruleset := range sizedRulesets {
		for _, n := range []int{1, 20, 200} {
			t.Run(fmt.Sprintf("%s of %d flows", format, n), func(t *testing.T) {
				t.Parallel()
				w := newWorkspace(t, "")
				w.Write("main.tf", sizedConfig(n))
				w.Write("edge.cfg", ruleset(n))
				plan := w.Plan(2, "-parallelism=1")
				for at, lines := range resourceLines(plan) {
					if lines > maxApplicationLines {
						t.Errorf("%s has %d lines", at, lines)
					}
				}
				text := plan
				if n > 20 {
					text = counted(plan)
				}
				terraformtest.Golden(t, fmt.Sprintf("testdata/size/%s-%03d.golden", format, n), strings.TrimSpace(text)+"\n", *updateFlag)
			})
		}
	}
}

// counted tells how many lines a plan has, and how many of each resource.
func counted(plan string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d lines in all\n", strings.Count(plan, "\n"))
	lines := resourceLines(plan)
	names := make([]string, 0, len(lines))
	for name := range lines {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		fmt.Fprintf(&b, "%s %d\n", name, lines[name])
	}
	return b.String()
}

// TestAccFlowLines: a flow that stands on its own, and one more in an application, take
// few lines, in each format, and none once they are applied.
func TestAccFlowLines(t *testing.T) {
	terraformtest.Need(t)
	const application = `
provider "acl" {
  rulesets    = { edge = { path = "edge.cfg" } }
  enforcement = "advisory"
}
resource "acl_application" "one" {
  name  = "One"
  flows = { flow = { sources = ["10.20.%[1]d.0/24"], destinations = ["10.30.%[1]d.0/24"], services = ["tcp/5432"] } }
}
resource "acl_application" "two" {
  name  = "Two"
  flows = {
    flow = { sources = ["10.20.%[1]d.0/24"], destinations = ["10.30.%[1]d.0/24"], services = ["tcp/5432"] }
    more = { sources = ["10.20.%[1]d.0/24"], destinations = ["10.30.%[1]d.0/24"], services = ["tcp/5432"] }
  }
}
resource "acl_flow" "own" {
  application  = "Own"
  name         = "flow"
  sources      = ["10.20.%[1]d.0/24"]
  destinations = ["10.30.%[1]d.0/24"]
  services     = ["tcp/5432"]
}
`
	for format, ruleset := range sizedRulesets {
		for name, c := range map[string]struct{ number, most int }{
			"allowed": {0, maxAllowedLines}, "blocked": {1, maxGapLines}, "partial": {2, maxGapLines},
		} {
			t.Run(format+" "+name, func(t *testing.T) {
				t.Parallel()
				w := newWorkspace(t, "")
				w.Write("main.tf", fmt.Sprintf(application, c.number))
				w.Write("edge.cfg", ruleset(4))
				plan := w.Plan(2)
				contains(t, plan, `"`+name)
				lines := resourceLines(plan)
				if n := lines["acl_application.two"] - lines["acl_application.one"]; n > c.most || n < 10 {
					t.Errorf("a flow of an application takes %d lines, want at most %d\n%s", n, c.most, plan)
				}
				if n := lines["acl_flow.own"]; n > c.most || n < 10 {
					t.Errorf("acl_flow takes %d lines, want at most %d\n%s", n, c.most, plan)
				}
				lacks(t, plan, "known after apply")
				w.Apply(0)
				w.Settled()
			})
		}
	}
}
