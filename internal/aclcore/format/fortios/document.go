package fortios

import (
	"fmt"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/tree"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// ListName is the name of the one list of a VDOM.
const ListName = "policy"

// Parse reads a configuration. The list of the VDOM that in.Context names, or of the
// only one that has policies, is called policy. Errors are led by source and line.
func Parse(in device.Input) (*device.Document, error) {
	t, err := read(in.Source, in.Content)
	if err != nil {
		return nil, err
	}
	return document(in, t)
}

// Document is like [Parse] for a tree in place of a text, which another reader has put
// together: tables below the words of their path, entries below their table, settings
// below their entry with their arguments as values. in.Content is not read. The factory's
// services are there beside those of the tree. Reasons of [tree.Node.Doubt] put a policy
// or an object in doubt.
func Document(in device.Input, root *tree.Node) (*device.Document, error) {
	return document(in, &text{root: root, factory: true})
}

func document(in device.Input, t *text) (*device.Document, error) {
	doc := &device.Document{Format: "fortios", Notes: t.notes}
	root, err := choose(in, t, doc)
	if err != nil {
		return nil, err
	}
	if err := otherPolicies(in.Source, t.root, root); err != nil {
		return nil, err
	}
	v := newVDOM(t, root, doc.Context)
	if v.value("system", "settings", "ngfw-mode") == "policy-based" {
		return nil, fmt.Errorf("%s:%d: the firewall is in policy-based NGFW mode, in which firewall policy does not filter; only profile-based mode is read",
			in.Source, root.Get("system", "settings", "ngfw-mode").Line)
	}
	v.readTopology(doc)
	rules, translations := v.rules()
	doc.Translations = append(doc.Translations, translations...)
	doc.Lists = []device.List{{
		Name: ListName, Aliases: []string{"firewall policy"}, Default: rule.Deny, Rules: rules, Disabled: v.disabled, Writer: v.writer(),
	}}
	doc.Bindings = []device.Binding{{List: ListName, Stage: device.StageBetween, V4: true, V6: true}}
	doc.Bindings = append(doc.Bindings, bridged(root.Get("system", "settings"))...)
	doc.Notes = append(doc.Notes, v.notes()...)
	return doc, nil
}

// otherPolicies returns an error for a text with policies in tables that are not read, or in
// a place where no firewall has them: it is not known then what filters.
func otherPolicies(source string, all, root *tree.Node) error {
	consolidated := root.Get("system", "settings", "consolidated-firewall-mode")
	if table := root.Get("firewall", "consolidated", "policy"); len(table.Active()) > 0 || value(root.Get("system", "settings"), "consolidated-firewall-mode") == "enable" {
		if table == nil {
			table = consolidated
		}
		return fmt.Errorf("%s:%d: the firewall filters by consolidated policies, which are not read", source, table.Line)
	}
	if table := root.Get("firewall", "security-policy"); len(table.Active()) > 0 {
		return fmt.Errorf("%s:%d: the firewall has policies of policy-based NGFW mode, which are not read", source, table.Line)
	}
	for _, place := range []*tree.Node{all, all.Get("global")} {
		if table := place.Get("firewall", "policy"); table != nil && place != root {
			return fmt.Errorf("%s:%d: policies stand outside of the VDOMs; it is not known which one filters by them", source, table.Line)
		}
	}
	return nil
}

// choose returns the part of the tree that configures the VDOM that is meant, and
// tells doc which there are.
func choose(in device.Input, t *text, doc *device.Document) (*tree.Node, error) {
	vdoms := t.root.Get("vdom")
	if vdoms == nil {
		if in.Context != "" && in.Context != "root" {
			return nil, fmt.Errorf("%s: context is %q, but the text has no VDOMs; leave context out", in.Source, in.Context)
		}
		return t.root, nil
	}
	var filtering []string
	for _, v := range vdoms.Nodes {
		doc.Contexts = append(doc.Contexts, v.Word)
		if slices.ContainsFunc([]string{"policy", "policy6", "consolidated", "security-policy"}, func(table string) bool { return v.Get("firewall", table) != nil }) {
			filtering = append(filtering, v.Word)
		}
	}
	switch {
	case in.Context != "" && !slices.Contains(doc.Contexts, in.Context):
		return nil, fmt.Errorf("%s: has no VDOM %q; there are %s", in.Source, in.Context, strings.Join(doc.Contexts, ", "))
	case in.Context != "":
		doc.Context = in.Context
	case len(filtering) == 1:
		doc.Context = filtering[0]
	case len(doc.Contexts) == 1:
		doc.Context = doc.Contexts[0]
	default:
		return nil, fmt.Errorf("%s: has %d VDOMs; set context to one of %s", in.Source, len(doc.Contexts), strings.Join(doc.Contexts, ", "))
	}
	return vdoms.Get(doc.Context), nil
}
