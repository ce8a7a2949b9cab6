package junos

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/tree"
)

// PolicyList is the name of the list of security policies.
const PolicyList = "policies"

// Parse reads a configuration. Its lists are the firewall filters by their names ("inet6
// NAME" where both families have one of a name), and "policies", the security policies.
// in.Context names a logical system or a tenant. Errors are led by source and line.
func Parse(in device.Input) (*device.Document, error) {
	root, notes, err := read(in.Source, in.Content)
	if err != nil {
		return nil, err
	}
	return document(in, root, notes)
}

// Document is like [Parse] for a tree in place of a text, which another reader has put
// together. in.Content is not read. Reasons of [tree.Node.Doubt] put a term, a policy or
// an object in doubt.
func Document(in device.Input, root *tree.Node) (*device.Document, error) {
	return document(in, root, nil)
}

func document(in device.Input, root *tree.Node, notes []device.Note) (*device.Document, error) {
	doc := &device.Document{Format: "junos", Notes: notes}
	g := applyGroups(root)
	scope, prefix, err := choose(in, root, doc)
	if err != nil {
		return nil, err
	}
	c := &config{root: scope, prefix: prefix, global: root, groups: g, left: maxNested}
	c.readTopology(doc)
	c.readFilters(doc)
	if scope.Applied("security", "policies") != nil {
		doc.Lists = append(doc.Lists, c.policyList(doc))
		doc.Bindings = append(doc.Bindings, device.Binding{List: PolicyList, Stage: device.StageBetween, V4: true, V6: true})
	}
	doc.Notes = append(doc.Notes, c.notes...)
	slices.SortStableFunc(doc.Notes, func(a, b device.Note) int { return cmp.Compare(a.Line, b.Line) })
	return doc, nil
}

// config is the part of a text that configures one firewall.
type config struct {
	// root is that part, global the whole text.
	root, global *tree.Node
	// prefix is what commands for the part begin with: the kind and the name of a logical
	// system or tenant, empty for the device itself.
	prefix  []string
	groups  *groups
	notes   []device.Note
	filters map[filterKey]*filter
	chains  []*chain
	// left bounds how many rules nested filters become.
	left int
}

// doubt returns why the content of a node is not sure, "" if it is. What is not sure
// of a node below it does not count.
func (c *config) doubt(nodes ...*tree.Node) string {
	for _, n := range nodes {
		if why := c.groups.doubts[n]; why != "" {
			return why
		}
		if why := n.Why(); len(why) > 0 {
			return why[0]
		}
	}
	return ""
}

// doubtBelow is like doubt, and asks for all that is below the nodes as well.
func (c *config) doubtBelow(nodes ...*tree.Node) string {
	for _, n := range nodes {
		if why := cmp.Or(c.doubt(n), c.groups.below(n, 0)); why != "" {
			return why
		}
	}
	return ""
}

// doubtAlong returns why the content of a node on the path is not sure, "" if it is:
// what a group may add there is not in the text.
func (c *config) doubtAlong(path ...string) string {
	return cmp.Or(c.groups.doubts[c.global], c.groups.along(c.root, path...))
}

// choose returns the part of the text that is meant and what commands for it begin with,
// and tells doc which parts there are.
func choose(in device.Input, root *tree.Node, doc *device.Document) (part *tree.Node, prefix []string, err error) {
	parts, kinds := make(map[string]*tree.Node), make(map[string]string)
	for _, kind := range []string{"logical-systems", "tenants"} {
		for _, n := range root.Applied(kind).Active() {
			parts[n.Word], kinds[n.Word] = n, kind
			doc.Contexts = append(doc.Contexts, n.Word)
		}
	}
	switch {
	case in.Context == "":
		return root, nil, nil
	case parts[in.Context] == nil && len(parts) == 0:
		return nil, nil, fmt.Errorf("%s: context is %q, but the text has no logical systems or tenants; leave context out", in.Source, in.Context)
	case parts[in.Context] == nil:
		return nil, nil, fmt.Errorf("%s: has no logical system or tenant %q; there are %s", in.Source, in.Context, strings.Join(doc.Contexts, ", "))
	}
	doc.Context = in.Context
	return parts[in.Context], []string{kinds[in.Context], in.Context}, nil
}
