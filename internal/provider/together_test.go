package provider

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

// Changes of one data source are made together: no two of them take one number of a
// list. Those of a resource cannot know each other, since Terraform plans it again once
// an input is known and wants the same texts then.
func TestAccChangesTogether(t *testing.T) {
	t.Parallel()
	w := newWorkspace(t, `
-- main.tf --
provider "acl" {
  rulesets = { edge = { path = "edge.cfg" } }
}
data "acl_match" "all" {
  flows = { for i in range(4) : "f${i}" => {
    sources = ["10.0.0.${i}"], destinations = ["172.16.0.1"], services = ["tcp/22"], override_deny = true
  } }
}
output "changes" {
  value = { for name, r in data.acl_match.all.results : name => r.missing[0].change }
}
-- edge.cfg --
hostname r1
ip access-list extended EDGE
 10 permit tcp 10.0.0.0 0.255.255.255 host 172.16.0.1 eq 443
 20 deny tcp any any eq 22
 30 deny ip any any
`)
	after, _ := w.PlanJSON(2).OutputChanges["changes"].After.(map[string]any)
	numbers := map[string]string{}
	for name, change := range after {
		_, entry, _ := strings.Cut(change.(string), "\n ")
		numbers[name], _, _ = strings.Cut(entry, " ")
	}
	if got := slices.Compact(slices.Sorted(maps.Values(numbers))); len(numbers) != 4 || len(got) != 4 {
		t.Errorf("numbers taken twice: %v", numbers)
	}
}
