package junos

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/tree"
)

// groups applies the groups of a configuration where it says apply-groups: what a
// group has below the same words is added, its patterns <…> to every node that they
// match, and what the configuration says itself stays. Of several groups the first one
// that has a value gives it (Juniper, CLI User Guide, apply-groups).
type groups struct {
	root *tree.Node
	// doubts are nodes whose content is not sure, and why: an ordered list that a group
	// adds to, or a group that is not there.
	doubts map[*tree.Node]string
	// left bounds how many nodes are added.
	left int
	// given are settings of one value that a group has set, with the level that applied
	// the group.
	given map[*tree.Node]int
}

// maxAdded bounds what groups add to a text.
const maxAdded = 1 << 20

// maxLevels bounds how deep the tree is walked.
const maxLevels = 100

func applyGroups(root *tree.Node) *groups {
	g := &groups{root: root, doubts: make(map[*tree.Node]string), left: maxAdded, given: make(map[*tree.Node]int)}
	g.walk(root, nil, nil)
	return g
}

// applied is a group that holds for what is below, with the node of the group that
// stands for the node that is walked, and the level at which it was applied.
type applied struct {
	name  string
	node  *tree.Node
	level int
}

// walk applies the groups that hold at the node, those of the node itself first, and then
// those of the nodes below it.
func (g *groups) walk(n *tree.Node, outer []applied, words []string) {
	if len(words) > maxLevels || n.Inactive {
		return
	}
	except := n.Applied("apply-groups-except").Words()
	var here []applied
	for _, name := range n.Applied("apply-groups").Words() {
		here = append(here, g.here(n, name, words)...)
	}
	for _, a := range outer {
		if !slices.Contains(except, a.name) {
			here = append(here, a)
		}
	}
	for _, a := range here {
		g.add(n, a, words)
	}
	for _, c := range n.Active() {
		if len(words) == 0 && c.Word == "groups" {
			continue
		}
		var below []applied
		for _, a := range here {
			for _, m := range a.node.Active() {
				if matches(m.Word, c.Word) {
					below = append(below, applied{a.name, m, a.level})
				}
			}
		}
		g.walk(c, below, append(words[:len(words):len(words)], c.Word))
	}
}

// ofOneNode are groups that hold on one node of a cluster, one routing engine or one
// member of a virtual chassis (Juniper, CLI User Guide).
var ofOneNode = regexp.MustCompile(`^(node|re|member)\d+$`)

// here returns what the group of the name has for the node. A group that holds under
// conditions is not applied: where it has something that filters, the node is in doubt.
func (g *groups) here(n *tree.Node, name string, words []string) []applied {
	names, conditional := []string{name}, ofOneNode.MatchString(name)
	if name == "${node}" {
		names, conditional = []string{"node0", "node1"}, true
	}
	var out []applied
	found := false
	for _, one := range names {
		group := g.root.Applied("groups", one)
		if group == nil {
			continue
		}
		found = true
		conditional = conditional || group.Applied("when") != nil
		for _, node := range under(group, words) {
			switch {
			case conditional && (len(words) > 0 && len(node.Others("when")) > 0 || filters(node)):
				g.doubts[n] = fmt.Sprintf("the group %s does not always hold", one)
			case conditional:
			case appliesGroups(node, 0):
				g.doubts[n] = fmt.Sprintf("the group %s applies groups itself", one)
			default:
				out = append(out, applied{name, node, len(words)})
			}
		}
	}
	if !found && !strings.HasPrefix(name, "junos-") {
		g.doubts[n] = fmt.Sprintf("the group %s is not in the text", name)
	}
	return out
}

// appliesGroups reports whether a part of a group applies groups, which is not followed.
func appliesGroups(n *tree.Node, depth int) bool {
	return n.Applied("apply-groups") != nil || depth < maxLevels && slices.ContainsFunc(n.Active(), func(c *tree.Node) bool { return appliesGroups(c, depth+1) })
}

// filters reports whether a part of a group at the top has something that decides about
// packets.
func filters(n *tree.Node) bool {
	for _, c := range n.Active() {
		switch c.Word {
		case "firewall", "security", "policy-options", "applications", "forwarding-options", "logical-systems", "tenants", "filter":
			return true
		case "interfaces":
			if strings.Contains(c.String(), "filter") || c.Size() > maxShownSize {
				return true
			}
		}
	}
	return false
}

// maxShownSize is up to which size [tree.Node.String] shows all of a node.
const maxShownSize = 20

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

// matches reports whether the word of a group stands for the word of the configuration. A
// pattern stands for signs of any kind, among them the / of interfaces and prefixes.
func matches(pattern, word string) bool {
	inner, ok := strings.CutPrefix(pattern, "<")
	if inner, isPattern := strings.CutSuffix(inner, ">"); ok && isPattern {
		met, err := path.Match(strings.ReplaceAll(inner, "/", "\x00"), strings.ReplaceAll(word, "/", "\x00"))
		return err == nil && met
	}
	return pattern == word
}

// ordered are words whose nodes are asked in their order.
var ordered = []string{"term", "policy", "input-list", "output-list"}

// singles are settings of one value, which a group does not change where there is one.
var singles = []string{"default-policy", "input", "output"}

func single(words []string) bool {
	if len(words) == 0 {
		return false
	}
	last := words[len(words)-1]
	return slices.Contains(singles, last) || slices.Contains(words, "applications") && slices.Contains(applicationKeys, last) && last != "term"
}

// add gives the node what the group has directly below and the node has not.
func (g *groups) add(n *tree.Node, a applied, words []string) {
	for _, c := range a.node.Active() {
		if strings.HasPrefix(c.Word, "<") {
			continue
		}
		if own := n.Get(c.Word); own != nil {
			if own.Inactive {
				g.doubts[n] = fmt.Sprintf("%s is inactive, and the group %s sets it", c.Word, a.name)
			}
			continue
		}
		if single(words) && len(n.Active()) > 0 {
			if level, ok := g.given[n]; ok && level != a.level {
				g.doubts[n] = fmt.Sprintf("groups of two levels set %s", n.Word)
			}
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
		removePatterns(added, len(words))
		if single(words) {
			g.given[n] = a.level
		}
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

// below returns the first doubt about something below the node, or about itself.
func (g *groups) below(n *tree.Node, depth int) string {
	if n == nil || len(g.doubts) == 0 || depth > maxLevels {
		return ""
	}
	if why := g.doubts[n]; why != "" {
		return why
	}
	for _, c := range n.Active() {
		if why := g.below(c, depth+1); why != "" {
			return why
		}
	}
	return ""
}

// along returns the first doubt about a node on the path.
func (g *groups) along(n *tree.Node, words ...string) string {
	for _, w := range words {
		if why := g.doubts[n]; n == nil || why != "" {
			return why
		}
		n = n.Applied(w)
	}
	return g.doubts[n]
}
