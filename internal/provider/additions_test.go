package provider

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// anyConfiguration is the id in an owner: that of a directory of the test's own.
var anyConfiguration = regexp.MustCompile(`@[0-9a-f]{10}\b`)

// An additionsRule is one rule of an additions file.
type additionsRule struct {
	Name   string
	Owners []string
}

// additions reads an additions file and fails if it is not whole.
func (w *workspace) additions(name string) []additionsRule {
	w.Helper()
	content, err := os.ReadFile(w.Path(name))
	if os.IsNotExist(err) {
		return nil
	}
	var rules []additionsRule
	if err == nil {
		err = json.Unmarshal(content, &rules)
	}
	if err != nil {
		w.Fatalf("%s: %v\n%s", name, err, content)
	}
	for i := range rules {
		for j := range rules[i].Owners {
			rules[i].Owners[j] = anyConfiguration.ReplaceAllString(rules[i].Owners[j], "")
		}
	}
	return rules
}

// owned expects an additions file to hold rules of exactly these owners.
func (w *workspace) owned(name string, owners ...string) {
	w.Helper()
	var got []string
	for _, r := range w.additions(name) {
		got = append(got, r.Owners...)
	}
	slices.Sort(got)
	slices.Sort(owners)
	if strings.Join(got, ", ") != strings.Join(owners, ", ") {
		w.Errorf("%s has rules of %q, want of %q", name, got, owners)
	}
}

// manyFlows are flows that own a rule each, and flows that own one rule together.
func manyFlows(each, together int) string {
	return fmt.Sprintf(`
-- main.tf --
provider "acl" {
  rulesets = { edge = { path = "edge.json", additions = "edge.additions.json" } }
}
locals {
  each     = { for i in range(%d) : format("f%%02d", i) => i }
  together = { for i in range(%d) : format("f%%02d", i) => i }
}
resource "acl_flow" "each" {
  for_each     = local.each
  application  = "Shop"
  name         = each.key
  sources      = ["10.0.0.${each.value}", "10.1.1.1"]
  destinations = ["10.0.9.9"]
  services     = ["tcp/443"]
}
resource "acl_flow" "together" {
  for_each     = local.together
  application  = "Shared"
  name         = each.key
  sources      = ["10.2.2.2"]
  destinations = ["10.0.9.9"]
  services     = ["tcp/22"]
}
-- edge.json --
[]
-- edge.additions.json --
`, each, together) + handMade
}

// handMade is written the way people write: nothing of it may change.
const handMade = `[
  {"name": "by hand",   "src_ip": "10.9.9.9", "dst_ip": "10.0.0.2",
     "dst_port": "tcp/22", "action": "permit"},

	{ "action":"deny" , "dst_ip":["10.66.0.0/16","10.67.0.0/16"] , "comment":"ünïcode → \u00e9 <&>" }
]
`

// handMadeRules are the two rules byte for byte.
var handMadeRules = []string{
	`{"name": "by hand",   "src_ip": "10.9.9.9", "dst_ip": "10.0.0.2",
     "dst_port": "tcp/22", "action": "permit"}`,
	`{ "action":"deny" , "dst_ip":["10.66.0.0/16","10.67.0.0/16"] , "comment":"ünïcode → \u00e9 <&>" }`,
}

func (w *workspace) handMadeStays(name string) {
	w.Helper()
	content := w.Read(name)
	for _, rule := range handMadeRules {
		if strings.Count(content, rule) != 1 {
			w.Errorf("the rule %s is not in\n%s", rule, content)
		}
	}
}

// Terraform applies ten flows at a time in one provider process.
func TestAccAdditionsConcurrent(t *testing.T) {
	t.Parallel()
	w := newWorkspace(t, manyFlows(24, 4))
	stop := watch(w, "edge.additions.json")
	w.Apply(0)
	stop()
	w.handMadeStays("edge.additions.json")
	w.rulesByOwners("edge.additions.json", map[int]int{0: 2, 1: 24, 4: 1})
	w.Settled()
	w.Run(0, "destroy", "-target=acl_flow.each")
	w.rulesByOwners("edge.additions.json", map[int]int{0: 2, 4: 1})
	w.Run(0, "destroy")
	if got := w.Read("edge.additions.json"); got != handMade {
		t.Errorf("after all is destroyed the file is\n%s\nwant what it was before\n%s", got, handMade)
	}
}

// rulesByOwners expects the file to have so many rules of so many owners.
func (w *workspace) rulesByOwners(name string, want map[int]int) {
	w.Helper()
	got := map[int]int{}
	for _, r := range w.additions(name) {
		got[len(r.Owners)]++
	}
	if !maps.Equal(got, want) {
		w.Errorf("by the number of owners %s has %v rules, want %v", name, got, want)
	}
}

// watch reads an additions file over and over until stop is called, as somebody
// who deploys it would.
func watch(w *workspace, name string) (stop func()) {
	done, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			select {
			case <-done:
				return
			case <-time.After(time.Millisecond):
			}
			content, err := os.ReadFile(w.Path(name))
			var rules []additionsRule
			if err == nil && json.Unmarshal(content, &rules) != nil {
				w.Errorf("%s is not whole:\n%s", name, content)
				return
			}
		}
	}()
	return func() {
		close(done)
		<-stopped
	}
}

// A rule that two flows need stays until the second of them goes.
func TestAccAdditionsShared(t *testing.T) {
	t.Parallel()
	w := newWorkspace(t, `
-- main.tf --
provider "acl" {
  rulesets = { edge = { path = "edge.json", additions = "edge.additions.json" } }
}
`+webFlow+strings.ReplaceAll(webFlow, `"web"`, `"web2"`)+`
-- edge.json --
[]
-- edge.additions.json --
`+handMade)
	w.Apply(0)
	w.Settled()
	rules := w.additions("edge.additions.json")
	if len(rules) != 3 || strings.Join(rules[0].Owners, " ") != "Shop/web Shop/web2" {
		t.Errorf("the rules are %v, want one with two owners and two by hand", rules)
	}
	w.handMadeStays("edge.additions.json")
	w.Write("main.tf", strings.Replace(w.Read("main.tf"), webFlow, "", 1))
	w.Apply(0)
	w.owned("edge.additions.json", "Shop/web2")
	w.Settled()
	w.Run(0, "destroy")
	if got := w.Read("edge.additions.json"); got != handMade {
		t.Errorf("the file is\n%s\nwant\n%s", got, handMade)
	}
}

// Two Terraform processes with a state each write one additions file.
func TestAccAdditionsTwoProcesses(t *testing.T) {
	t.Parallel()
	first := newWorkspace(t, manyFlows(12, 3))
	second := newWorkspace(t, strings.ReplaceAll(strings.ReplaceAll(manyFlows(12, 3), `"Shop"`, `"Store"`), `"Shared"`, `"Commons"`))
	second.Edit("main.tf", `"edge.additions.json"`, quote(t, first.Path("edge.additions.json")))
	both := func(args ...string) {
		t.Helper()
		done := make(chan string)
		go func() {
			out, exit := second.Try(args...)
			if exit != 0 {
				t.Errorf("terraform %s in the second workspace: exit %d\n%s", args[0], exit, out)
			}
			done <- out
		}()
		first.Run(0, args...)
		<-done
	}
	stop := watch(first, "edge.additions.json")
	both("apply")
	// Both need the same rules.
	first.rulesByOwners("edge.additions.json", map[int]int{0: 2, 2: 12, 6: 1})
	first.Settled()
	second.Settled()
	both("destroy")
	stop()
	if got := first.Read("edge.additions.json"); got != handMade {
		t.Errorf("the file is\n%s\nwant\n%s", got, handMade)
	}
}
