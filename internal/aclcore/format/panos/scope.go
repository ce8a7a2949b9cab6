package panos

import (
	"fmt"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/tree"
)

// A layer is one rulebase, in the order in which rulebases are asked.
type layer struct {
	// path are the words of its commands: "rulebase", "device-group DC pre-rulebase".
	path []string
	node *tree.Node
	// local says that the text's own firewall has it, and not Panorama.
	local bool
}

// A scope is one virtual system or device group: its rulebases, and the levels at which
// names are defined.
type scope struct {
	name string
	// prefix are the words of commands for objects of the innermost level.
	prefix []string
	layers []layer
	// levels hold objects, the innermost first.
	levels []*tree.Node
	// panorama says that it is a device group.
	panorama bool
	// orphan says that it is a device group whose place in the tree of them is not known.
	orphan bool
	// device is the node with network, deviceconfig and so on, nil in Panorama.
	device *tree.Node
}

// config is where a text keeps what: the same for all of its forms.
type config struct {
	root   *tree.Node // shared, devices, readonly, panorama, policy
	device *tree.Node // vsys, device-group, network, deviceconfig
}

func newConfig(root *tree.Node) config {
	for _, path := range [][]string{{"response", "result", "config"}, {"response", "result"}, {"config"}} {
		if n := root.Get(path...); n != nil {
			root = n
			break
		}
	}
	c := config{root: root, device: root}
	if devices := root.Get("devices"); devices != nil && len(devices.Nodes) > 0 {
		c.device = devices.Nodes[0]
	}
	return c
}

// scopes returns what the text configures: virtual systems, else device groups.
func (c config) scopes() []scope {
	var out []scope
	for _, n := range c.device.Get("vsys").Active() {
		if n.Get("rulebase") != nil || n.Get("zone") != nil || len(n.Nodes) > 1 {
			out = append(out, c.vsys(n.Word, n, []string{"vsys", n.Word}))
		}
	}
	if len(out) == 1 {
		out[0].prefix = nil // a firewall with one takes commands without it
		for i := range out[0].layers {
			if l := &out[0].layers[i]; l.local {
				l.path = l.path[2:]
			}
		}
	}
	if c.device.Get("rulebase") != nil { // commands without a vsys
		out = append(out, c.vsys("vsys1", c.device, nil))
	}
	for _, n := range c.device.Get("device-group").Active() {
		out = append(out, c.group(n))
	}
	if len(out) == 0 && len(c.pushed("", "pre-rulebase"))+len(c.pushed("", "post-rulebase"))+len(c.shared("pre-rulebase"))+len(c.shared("post-rulebase")) > 0 {
		out = append(out, c.vsys("vsys1", c.device, nil))
	}
	return out
}

// pushed are the rulebases that Panorama has pushed to a firewall.
func (c config) pushed(vsys, rulebase string) []layer {
	var out []layer
	for _, path := range [][]string{{"panorama"}, {"policy", "panorama"}, {"panorama", "vsys", vsys}} {
		if n := c.root.Get(append(slices.Clone(path), rulebase)...); n != nil {
			out = append(out, layer{path: append(slices.Clone(path), rulebase), node: n})
		}
	}
	return out
}

func (c config) shared(rulebase string) []layer {
	if n := c.root.Get("shared", rulebase); n != nil {
		return []layer{{path: []string{"shared", rulebase}, node: n}}
	}
	return nil
}

func (c config) vsys(name string, n *tree.Node, prefix []string) scope {
	s := scope{name: name, prefix: prefix, device: c.device}
	s.layers = slices.Concat(c.shared("pre-rulebase"), c.pushed(name, "pre-rulebase"),
		[]layer{{path: append(slices.Clone(prefix), "rulebase"), node: n.Get("rulebase"), local: true}},
		c.pushed(name, "post-rulebase"), c.shared("post-rulebase"))
	s.levels = []*tree.Node{n, c.root.Get("policy", "panorama"), c.root.Get("panorama", "vsys", name), c.root.Get("panorama"), c.root.Get("shared")}
	return s
}

// group is a device group, with those that it is below of.
func (c config) group(n *tree.Node) scope {
	s := scope{name: n.Word, prefix: []string{"device-group", n.Word}, panorama: true}
	chain, known := c.chain(n)
	s.orphan = !known
	s.layers = c.shared("pre-rulebase")
	for _, g := range slices.Backward(chain) {
		s.layers = append(s.layers, layer{path: []string{"device-group", g.Word, "pre-rulebase"}, node: g.Get("pre-rulebase")})
	}
	for _, g := range chain {
		s.layers = append(s.layers, layer{path: []string{"device-group", g.Word, "post-rulebase"}, node: g.Get("post-rulebase")})
	}
	s.layers = append(s.layers, c.shared("post-rulebase")...)
	s.levels = append(chain, c.root.Get("shared"))
	return s
}

// maxAncestors bounds how deep device groups are nested; Panorama has four levels.
const maxAncestors = 16

// chain returns the device group and its ancestors, the innermost first. known is false
// where one of them is not in the text, or where the text has several groups and does not
// say which is below which: set commands do not.
func (c config) chain(n *tree.Node) (chain []*tree.Node, known bool) {
	chain = []*tree.Node{n}
	groups := c.device.Get("device-group")
	for range maxAncestors {
		last := chain[len(chain)-1].Word
		parent := groups.Get(last).Value("parent-dg")
		if parent == "" {
			for _, d := range c.root.Get("readonly", "devices").Active() {
				parent = d.Value("device-group", last, "parent-dg")
			}
		}
		if parent == "" {
			parent = c.root.Value("readonly", "device-group", last, "parent-dg")
		}
		p := groups.Get(parent)
		switch {
		case parent == "":
			return chain, len(groups.Nodes) == 1 || c.tellsParents()
		case p == nil || slices.Contains(chain, p):
			return chain, false
		}
		chain = append(chain, p)
	}
	return chain, false
}

// tellsParents reports whether the text says which device group is below which.
func (c config) tellsParents() bool {
	told := c.root.Get("readonly", "device-group") != nil
	for _, d := range c.root.Get("readonly", "devices").Active() {
		told = told || d.Get("device-group") != nil
	}
	for _, g := range c.device.Get("device-group").Active() {
		told = told || g.Get("parent-dg") != nil
	}
	return told
}

// choose returns the scope that is meant, and tells doc which there are.
func choose(in device.Input, scopes []scope, doc *device.Document) (*scope, error) {
	var names, filtering []string
	for i := range scopes {
		names = append(names, scopes[i].name)
		if scopes[i].filters() {
			filtering = append(filtering, scopes[i].name)
		}
	}
	doc.Contexts = names
	name := in.Context
	switch {
	case len(scopes) == 0:
		return nil, nil
	case slices.ContainsFunc(scopes, func(s scope) bool { return s.device != nil && s.device == s.levels[0] }) && len(scopes) > 1:
		return nil, fmt.Errorf("%s: has rules of a virtual system and others of none; a firewall has one kind", in.Source)
	case name != "" && !slices.Contains(names, name):
		return nil, fmt.Errorf("%s: has no virtual system or device group %q; there are %s", in.Source, name, strings.Join(names, ", "))
	case name != "":
	case len(names) == 1:
		name = names[0]
	case len(filtering) == 1 && !scopes[slices.Index(names, filtering[0])].panorama:
		name = filtering[0]
	default:
		return nil, fmt.Errorf("%s: has %d virtual systems or device groups; set context to one of %s", in.Source, len(names), strings.Join(names, ", "))
	}
	doc.Context = name
	return &scopes[slices.Index(names, name)], nil
}

// isOwn tells whether a layer is the device group's own rulebase of that name, and none of
// a group above it.
func (s *scope) isOwn(rulebase string) func(layer) bool {
	return func(l layer) bool { return len(l.path) == 3 && l.path[1] == s.name && l.path[2] == rulebase }
}

// filters reports whether the scope has security rules of its own.
func (s *scope) filters() bool {
	return slices.ContainsFunc(s.layers, func(l layer) bool {
		return (l.local || s.panorama && len(l.path) == 3 && l.path[1] == s.name) && l.node.Get("security", "rules") != nil
	})
}
