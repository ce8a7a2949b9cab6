package parsetest

import (
	"fmt"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// topology writes what a document has besides its lists, a line each.
func topology(doc *device.Document) string {
	var b strings.Builder
	if len(doc.Contexts) > 0 {
		fmt.Fprintf(&b, "context %s of %s\n", doc.Context, strings.Join(doc.Contexts, ", "))
	}
	fmt.Fprintf(&b, "complete %t\n", doc.Topology)
	for i := range doc.Interfaces {
		b.WriteString(interfaceText(&doc.Interfaces[i]) + "\n")
	}
	stages := map[device.Stage]string{
		device.StageIn: "in", device.StageOut: "out", device.StageBetween: "between",
		device.StageLocalIn: "local in", device.StageLocalOut: "local out",
	}
	for _, x := range doc.Bindings {
		fmt.Fprintf(&b, "%d binding %s %s from %q to %q v4 %t v6 %t%s\n", x.Line, x.List, stages[x.Stage], x.From, x.To, x.V4, x.V6, instead(x.Rule))
	}
	for _, d := range doc.Doubts {
		fmt.Fprintf(&b, "%d doubt %s %q %q: %s ? %s\n", d.Line, stages[d.Stage], d.Interface, d.Text, d.Traffic, d.Why)
	}
	for _, r := range doc.Routes {
		via := ""
		if r.Via.IsValid() {
			via = " via " + r.Via.String()
		}
		fmt.Fprintf(&b, "%d route %s%s interface %q discard %t\n", r.Line, r.To, via, r.Interface, r.Discard)
	}
	for i := range doc.Translations {
		b.WriteString(translationText(&doc.Translations[i]) + "\n")
	}
	return b.String()
}

// instead writes the rule that decides in the place of a list.
func instead(r *rule.Rule) string {
	if r == nil {
		return ""
	}
	text := fmt.Sprintf(" instead %s %q", r.Action, r.Text)
	for _, why := range r.Unknown {
		text += " ? " + why
	}
	return text
}

func interfaceText(i *device.Interface) string {
	text := fmt.Sprintf("%d interface %s", i.Line, i.Name)
	if i.Port != "" {
		text += " port " + i.Port
	}
	if i.Zone != "" {
		text += " zone " + i.Zone
	}
	if i.VRF != "" {
		text += " vrf " + i.VRF
	}
	for _, p := range i.Addresses {
		text += " " + p.String()
	}
	if i.SecurityLevel != nil {
		text += fmt.Sprintf(" level %d", *i.SecurityLevel)
	}
	if i.Shutdown {
		text += " shutdown"
	}
	if i.Stateful != "" {
		text += " stateful: " + i.Stateful
	}
	for _, why := range i.Unknown {
		text += " ? " + why
	}
	return text
}

func translationText(t *device.Translation) string {
	text := fmt.Sprintf("%d translation %q from %s to %s: %s", t.Line, t.Name, strings.Join(t.From, ","), strings.Join(t.To, ","), t.Match)
	text += map[device.Search]string{device.SearchDestination: ", search for destinations", device.SearchSource: ", search for sources"}[t.Search]
	for _, m := range []struct {
		side string
		device.Mapping
	}{{"source", t.Source}, {"destination", t.Destination}} {
		if m.Kind == device.Unchanged {
			continue
		}
		kind := map[device.MappingKind]string{device.Static: "static", device.Dynamic: "dynamic"}[m.Kind]
		text += fmt.Sprintf(", %s %s %s", m.side, kind, m.To)
		switch {
		case m.LastPort == 0:
		case m.FirstPort == m.LastPort:
			text += fmt.Sprintf(" port %d", m.FirstPort)
		default:
			text += fmt.Sprintf(" ports %d-%d", m.FirstPort, m.LastPort)
		}
	}
	if t.Reverse {
		text += ", both ways"
	}
	for _, why := range t.Unknown {
		text += " ? " + why
	}
	return text
}
