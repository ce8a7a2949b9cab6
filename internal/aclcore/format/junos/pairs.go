package junos

import (
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/tree"
)

// A setting is a keyword with one of its values; node is the value, or the keyword
// itself if it has none.
type setting struct {
	key   string
	value string
	node  *tree.Node
}

// settings returns what is below the node as settings, in order. Statements of one line
// hold several ("protocol tcp destination-port 80"), which a tree of words has one below
// the other: a value is then followed by the next keyword.
func settings(n *tree.Node, keys []string, flags []string) []setting {
	var out []setting
	for _, k := range n.Active() {
		if k.Word == "except" || k.Word == tree.DoubtWord { // belongs to the value above it
			continue
		}
		if k.Emptied() && !strings.Contains(k.Word, "address") && !strings.Contains(k.Word, "prefix") {
			continue // "inactive: dscp ef" marks the last word
		}
		if !slices.Contains(keys, k.Word) || slices.Contains(flags, k.Word) {
			out = append(out, setting{k.Word, "", k})
			if slices.Contains(flags, k.Word) {
				out = append(out, settings(k, keys, flags)...)
			}
			continue
		}
		values := k.Active()
		if len(values) == 0 {
			out = append(out, setting{k.Word, "", k})
		}
		for _, v := range values {
			out = append(out, setting{k.Word, v.Word, v})
			out = append(out, settings(v, keys, flags)...)
		}
	}
	return out
}
