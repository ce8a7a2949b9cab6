package format

import (
	"fmt"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// turnRound gives the ruleset of a list that keeps no state the rules that replies meet:
// those of the list in the other direction at the interface that the list is applied to,
// and none where none is. A list that the text applies nowhere is met by replies itself.
// acl is what the list was chosen by, which may be an interface and a direction.
func turnRound(rs *rule.Ruleset, doc *device.Document, list *device.List, acl string) {
	var met []opposite
	for _, u := range uses(doc, list, acl) {
		o := oppositeOf(doc, u)
		if !slices.ContainsFunc(met, func(have opposite) bool { return have.name == o.name }) {
			met = append(met, o)
		}
	}
	switch len(met) {
	case 0:
		return
	case 1:
		o := met[0]
		rs.Return, rs.ReturnDefault, rs.ReturnList, rs.ReturnWriter = o.rules, o.fallback, o.name, o.writer
		return
	}
	var texts []string
	for _, o := range met {
		texts = append(texts, o.at+" "+o.name)
	}
	rs.ReturnList = "one of several"
	rs.Return, rs.ReturnDefault = inDoubt(fmt.Sprintf(
		"the list is applied to several interfaces where replies meet different lists (%s); name the interface: acl = %q", strings.Join(texts, ", "), met[0].use)), rule.Deny
}

// An opposite is what replies meet at an interface.
type opposite struct {
	// use is the interface and direction of the list itself, at that of the replies.
	use, at string
	// name is that of the list, or says that there is none.
	name     string
	rules    []rule.Rule // not nil
	fallback rule.Action
	writer   any
}

// uses returns where the list is applied to interfaces; if it was chosen by one of these
// places, that one alone.
func uses(doc *device.Document, list *device.List, acl string) (out []device.Binding) {
	for _, b := range doc.Bindings {
		if b.Stage > device.StageOut || b.List == "" || bound(doc, b) != list {
			continue
		}
		if strings.EqualFold(place(b), acl) {
			return []device.Binding{b}
		}
		out = append(out, b)
	}
	return out
}

// place names an interface and a direction.
func place(b device.Binding) string {
	if b.Stage == device.StageIn {
		return b.From + " in"
	}
	return b.To + " out"
}

// bound returns the list of a binding, nil if it is not in the text.
func bound(doc *device.Document, b device.Binding) *device.List {
	for i := range doc.Lists {
		if l := &doc.Lists[i]; l.Name == b.List || slices.Contains(l.Aliases, b.List) {
			return l
		}
	}
	return nil
}

// oppositeOf returns what replies meet where the list is applied so.
func oppositeOf(doc *device.Document, use device.Binding) opposite {
	turned := device.Binding{Stage: device.StageOut, To: use.From}
	if use.Stage == device.StageOut {
		turned = device.Binding{Stage: device.StageIn, From: use.To}
	}
	o := opposite{use: place(use), at: place(turned), name: "(no list)", rules: []rule.Rule{}, fallback: rule.Permit}
	met := 0
	for _, b := range doc.Bindings {
		if b.Stage != turned.Stage || b.From != turned.From || b.To != turned.To || !(b.V4 && use.V4 || b.V6 && use.V6) {
			continue
		}
		met++
		switch l := bound(doc, b); {
		case b.Rule != nil:
			o.name, o.rules = b.Rule.Text, []rule.Rule{*b.Rule}
			o.rules[0].Traffic = traffic.Any()
			if len(b.Rule.Unknown) > 0 {
				o.rules = inDoubt(b.Rule.Unknown...)
			}
		case l == nil:
			o.name, o.rules = b.List, inDoubt(fmt.Sprintf("the list %s at %s is not in the text", b.List, o.at))
		default:
			o.name, o.rules, o.fallback, o.writer = l.Name, l.Rules, l.Default, l.Writer
			if o.rules == nil {
				o.rules = []rule.Rule{}
			}
		}
	}
	if met > 1 {
		o.name, o.rules = "several lists", inDoubt(fmt.Sprintf("several lists are applied at %s", o.at))
	}
	return o
}

// inDoubt returns rules that may permit or deny everything.
func inDoubt(reasons ...string) []rule.Rule {
	return []rule.Rule{
		{Action: rule.Permit, Traffic: traffic.Any(), Text: "(replies)", Unknown: reasons},
		{Action: rule.Deny, Traffic: traffic.Any(), Text: "(replies)", Unknown: reasons},
	}
}

// keepsNoState reports whether lists of the format filter each direction of an interface
// on its own.
func keepsNoState(name string) bool {
	f, _ := Lookup(name)
	return f.Family == "router" || f.Family == "junos"
}
