package junos

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/tree"
)

// groups applies the groups of a configuration where it says apply-groups: what a
// group has below the same words is added, its patterns <…> to every node that they
// match, and what the configuration says itself stays.
type groups struct {
	root *tree.Node
	// doubts are nodes whose content is not sure, and why: an ordered list that a group
	// adds to, or a group that is not there.
	doubts map[*tree.Node]string
	// left bounds how many nodes are added.
	left int
}

// maxAdded bounds what groups add to a text.
const maxAdded = 1 << 20

// maxLevels bounds how deep the tree is walked.
const maxLevels = 100

func applyGroups(root *tree.Node) *groups {
	g := &groups{root: root, doubts: make(map[*tree.Node]string), left: maxAdded}
	g.walk(root, nil, nil, 0)
	return g
}

// applied is a group that holds for what is below, with the node of the group that
// stands for the node that is walked.
type applied struct {
	name string
	node *tree.Node
}

// walk applies the groups that hold at the node, outer ones first, and then those of
// the nodes below it.
func (g *groups) walk(n *tree.Node, outer []applied, words []string, depth int) {
	if depth > maxLevels || n.Inactive {
		return
	}
	except := n.Get("apply-groups-except").Words()
	var here []applied
	for _, a := range outer {
		if !slices.Contains(except, a.name) {
			here = append(here, a)
		}
	}
	for _, name := range n.Get("apply-groups").Words() {
		group := g.root.Get("groups", name)
		if group == nil {
			if !strings.HasPrefix(name, "junos-") && name != "${node}" && !strings.HasPrefix(name, "node") {
				g.doubts[n] = fmt.Sprintf("the group %s is not in the text", name)
			}
			continue
		}
		for _, node := range under(group, words) {
			here = append(here, applied{name, node})
		}
	}
	for _, a := range here {
		g.add(n, a.node, depth)
	}
	for _, c := range n.Active() {
		if depth == 0 && c.Word == "groups" {
			continue
		}
		var below []applied
		for _, a := range here {
			for _, m := range a.node.Active() {
				if matches(m.Word, c.Word) {
					below = append(below, applied{a.name, m})
				}
			}
		}
		g.walk(c, below, append(words[:len(words):len(words)], c.Word), depth+1)
	}
}

// under returns the nodes of a group that stand for the path.
func under(group *tree.Node, words []string) []*tree.Node {
	nodes := []*tree.Node{group}
	for _, w := range words {
		var next []*tree.Node
		for _, n := range nodes {
			for _, c := range n.Active() {
				if matches(c.Word, w) {
					next = append(next, c)
				}
			}
		}
		nodes = next
	}
	return nodes
}

// matches reports whether the word of a group stands for the word of the configuration.
func matches(pattern, word string) bool {
	inner, ok := strings.CutPrefix(pattern, "<")
	if inner, isPattern := strings.CutSuffix(inner, ">"); ok && isPattern {
		met, err := path.Match(inner, word)
		return err == nil && met
	}
	return pattern == word
}

// ordered are words whose nodes are asked in their order.
var ordered = []string{"term", "policy"}

// add gives the node what the group has directly below and the node has not.
func (g *groups) add(n, group *tree.Node, depth int) {
	for _, c := range group.Active() {
		if strings.HasPrefix(c.Word, "<") || n.Get(c.Word) != nil {
			continue
		}
		if slices.Contains(ordered, n.Word) && len(n.Nodes) > 0 {
			g.doubts[n] = fmt.Sprintf("a group adds %s %s, at a place that is not known", n.Word, c.Word)
		}
		if g.left -= c.Size(); g.left < 0 {
			g.doubts[n] = "groups add more than is kept"
			return
		}
		added := n.Put(c.Line, c.Word)
		added.Adopt(c.Clone())
		removePatterns(added, depth)
	}
}

// removePatterns takes away what stands for names that the node does not have.
func removePatterns(n *tree.Node, depth int) {
	for _, c := range slices.Clone(n.Nodes) {
		if strings.HasPrefix(c.Word, "<") && strings.HasSuffix(c.Word, ">") {
			n.Delete(c.Word)
			continue
		}
		if depth < 2*maxLevels {
			removePatterns(c, depth+1)
		}
	}
}
