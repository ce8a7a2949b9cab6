package tfplan

import (
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/tree"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/zoned"
)

// The resources of PAN-OS, FortiOS and Junos become a tree of the device's own words, with
// the lines of the plan, which the reader of the format takes in place of a text.

// grown builds what stands below a node from the attributes of a resource or a block. What
// is not known in full is left as wide as it can be, and the node is in doubt.
func (r *reader) grown(res *resource, w view, n *tree.Node, build func(a *attributes, n *tree.Node)) {
	a := &attributes{r: r, res: res, w: w, line: n.Line}
	first := &tree.Node{Word: n.Word, Line: n.Line}
	build(a, first)
	if len(a.open)+len(a.partly)+len(a.strange) == 0 {
		n.Adopt(first)
		return
	}
	// As in the device's own text, what is not understood is one more condition.
	b := &attributes{r: r, res: res, w: w, line: n.Line, wide: true}
	build(b, n)
	n.Doubt(slices.Concat(a.strange, a.open, a.partly)...)
}

// dashed writes an attribute as the device's own word: source_address is source-address.
func dashed(attribute string) string { return strings.ReplaceAll(attribute, "_", "-") }

// prepend leaves open what rules before all others do.
func prepend(l *device.List, line int, text string, reasons ...string) {
	for _, why := range slices.Backward(reasons) {
		l.Rules = append(zoned.Undecided(line, text, why, zoned.AnyMatch()), l.Rules...)
	}
}
