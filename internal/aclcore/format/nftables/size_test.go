package nftables_test

import (
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/nftables"
)

// TestNesting: braces and parentheses of any depth are no condition, and cost no stack.
func TestNesting(t *testing.T) {
	for _, sign := range []string{"()", "{}"} {
		for _, deep := range []int{3, 400_000} {
			text := "table inet f {\n\tchain c {\n\t\ttype filter hook forward priority 0; policy drop;\n\t\ttcp dport " +
				strings.Repeat(sign[:1], deep) + " 22 " + strings.Repeat(sign[1:], deep) + " accept\n\t}\n}\n"
			doc, err := nftables.Parse(device.Input{Source: "fw.nft", Content: []byte(text)})
			if err != nil {
				t.Fatalf("%d times %s: %v", deep, sign, err)
			}
			if rules := doc.Lists[0].Rules; len(rules) != 1 || (len(rules[0].Unknown) > 0) != (deep > 3) {
				t.Errorf("%d times %s: %d rules, unknown %v", deep, sign, len(rules), rules[0].Unknown)
			}
		}
	}
}

// TestLarge reads a ruleset in JSON that is larger than the tree of it may be.
func TestLarge(t *testing.T) {
	if testing.Short() {
		t.Skip("70 MB of rules")
	}
	var b strings.Builder
	b.WriteString(`{"nftables": [{"table": {"family": "inet", "name": "f"}},` +
		`{"chain": {"family": "inet", "table": "f", "name": "c", "type": "filter", "hook": "forward", "prio": 0, "policy": "drop"}}`)
	const rule = `,{"rule": {"family": "inet", "table": "f", "chain": "c", "expr": [{"counter": {"packets": 0, "bytes": 0}}, {"accept": null}], "comment": "`
	for b.Len() < 70<<20 {
		b.WriteString(rule + strings.Repeat("x", 100_000) + `"}}` + "\n")
	}
	b.WriteString("]}")
	doc, err := nftables.Parse(device.Input{Source: "fw.json", Content: []byte(b.String())})
	if err != nil || len(doc.Lists) != 1 || len(doc.Lists[0].Rules) < 700 {
		t.Fatalf("error %v, lists %d", err, len(doc.Lists))
	}
}
