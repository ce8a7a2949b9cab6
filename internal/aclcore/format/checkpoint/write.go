package checkpoint

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/shell"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/zoned"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
)

// A site is what the writer needs to know of a text besides its rules.
type site struct {
	export *export
	names  *names
	// gateway is the one that was chosen, "" for none.
	gateway string
	places  map[string]placeSite
}

// placeSite is where a rule stands: its layer, the ordered layers behind that, and the
// rule's uid, "" for the cleanup.
type placeSite struct {
	layer *layer
	after []*layer
	uid   string
}

// placeOf returns the place of a rule, or of the cleanup of its layer.
func placeOf(l *layer, uid string) string {
	return fmt.Sprintf("layer %q rule %q", cmp.Or(l.uid, l.name), uid)
}

func (s *site) add(l *layer, after []*layer, uid string) {
	if s.places == nil {
		s.places = make(map[string]placeSite)
	}
	s.places[placeOf(l, uid)] = placeSite{l, after, uid}
}

// Write writes the rules of the insertion as commands of mgmt_cli: the objects that they
// need and the text has not, and each rule above the one that decides, in that rule's
// layer. A rule that accepts is added to each ordered layer behind it too that does not
// accept all of the traffic by itself, since all have to accept. The commands end with publish; the policy has to be installed then.
func Write(list string, in rule.Insertion) (string, error) {
	w, err := written(list, in)
	if err != nil {
		return "", err
	}
	return strings.Join(append(w.objects, w.rules...), "\n"), nil
}

func written(list string, in rule.Insertion) (*writer, error) {
	w := &writer{in: in, at: placeSite{layer: &layer{name: cmp.Or(list, "Network")}}}
	if in.Base != nil {
		w.site, _ = in.Base.Writer.(*site)
		if err := w.place(); err != nil {
			return nil, err
		}
	}
	for i := range in.Rules {
		if err := w.rule(&in.Rules[i]); err != nil {
			return nil, err
		}
	}
	return w, nil
}

type writer struct {
	in               rule.Insertion
	site             *site
	at               placeSite
	addresses, ports *zoned.Names
	objects, rules   []string
	// placed are the rules as what they say.
	placed []placedRule
}

// A placedRule is a rule of a layer with the names in its cells. above is the uid of the
// rule that it goes above; without one it goes to the bottom.
type placedRule struct {
	layer, name, action, above string
	cells                      []namedCell
}

// A namedCell is a cell with the names of its objects.
type namedCell struct {
	key   string
	names []string
}

// place finds the layer and the rule that new ones go above.
func (w *writer) place() error {
	if w.site == nil || w.in.Before >= len(w.in.Base.Rules) {
		if w.site != nil {
			for _, r := range slices.Backward(w.in.Base.Rules) {
				if p, ok := w.site.places[r.Place]; ok {
					w.at = placeSite{layer: p.layer, after: p.after}
					return nil
				}
			}
		}
		return nil
	}
	p, ok := w.site.places[w.in.Base.Rules[w.in.Before].Place]
	if !ok {
		return fmt.Errorf("%s decides this traffic before all rules", w.in.Base.Describe(w.in.Before))
	}
	w.at = p
	return nil
}

func (w *writer) rule(r *rule.Rule) error {
	src, err1 := w.addressNames(r.Traffic.Sources)
	dst, err2 := w.addressNames(r.Traffic.Destinations)
	services, err3 := w.serviceNames(r.Traffic.Services)
	if err := errors.Join(err1, err2, err3); err != nil {
		return err
	}
	action, places := "Accept", []placeSite{w.at}
	if r.Action == rule.Deny {
		action = "Drop"
	} else if w.site != nil {
		for _, l := range w.at.after {
			if p, blocks := w.site.blocker(l, r.Traffic); blocks {
				places = append(places, p)
			}
		}
	}
	cells := []namedCell{{"source", src}, {"destination", dst}, {"service", services}}
	for _, p := range places {
		position := "position bottom"
		if p.uid != "" {
			position = "position.above " + shell.Quote(p.uid)
		}
		w.rules = append(w.rules, w.command(p.layer, position, r.Name, cells, action))
		w.placed = append(w.placed, placedRule{cmp.Or(p.layer.name, p.layer.uid), r.Name, action, p.uid, cells})
	}
	return nil
}

func (w *writer) command(l *layer, position, name string, cells []namedCell, action string) string {
	parts := []string{"mgmt_cli add access-rule layer " + shell.Quote(cmp.Or(l.name, l.uid)), position}
	if name != "" {
		parts = append(parts, "name "+shell.Quote(name))
	}
	for _, cell := range cells {
		for i, n := range cell.names {
			parts = append(parts, fmt.Sprintf("%s.%d %s", cell.key, i+1, shell.Quote(n)))
		}
	}
	return strings.Join(append(parts, "action "+action, "track.type Log"), " ")
}

// define adds a command unless it is there, or in a change that is made before.
func (w *writer) define(command string) {
	inText := func(text string) bool { return slices.Contains(strings.Split(text, "\n"), command) }
	if !slices.Contains(w.objects, command) && !slices.ContainsFunc(w.in.Beside, inText) {
		w.objects = append(w.objects, command)
	}
}

// objectName returns the name of an object of the text that has exactly the value.
func (w *writer) objectName(names *zoned.Names, value string) string {
	if key, isNew := names.Of(value, "", nil); !isNew && key != "" {
		if v := w.site.export.objects[key]; v != nil && len(w.site.export.byName[label(v)]) == 1 {
			return label(v)
		}
	}
	return ""
}

func (w *writer) addressNames(s addr.Set) ([]string, error) {
	if s.IsAny() {
		return []string{"Any"}, nil
	}
	if w.addresses == nil {
		w.addresses = &zoned.Names{}
		if w.site != nil {
			w.addresses = w.site.names.addressNames()
		}
	}
	if name := w.objectName(w.addresses, s.String()); name != "" {
		return []string{name}, nil
	}
	var out []string
	for _, t := range zoned.AddressTerms(s) {
		if name := w.objectName(w.addresses, t.Set().String()); name != "" {
			out = append(out, name)
			continue
		}
		name := "acl-" + strings.NewReplacer("/", "_", ":", "-").Replace(t.String())
		out = append(out, name)
		family := map[bool]string{true: "4", false: "6"}[t.Is4()]
		switch {
		case !t.Prefix.IsValid():
			w.define(fmt.Sprintf("mgmt_cli add address-range name %s ipv%s-address-first %s ipv%s-address-last %s", name, family, t.From, family, t.To))
		case t.Prefix.IsSingleIP():
			w.define(fmt.Sprintf("mgmt_cli add host name %s ipv%s-address %s", name, family, t.Prefix.Addr()))
		default:
			w.define(fmt.Sprintf("mgmt_cli add network name %s subnet%s %s mask-length%s %d", name, family, t.Prefix.Addr(), family, t.Prefix.Bits()))
		}
	}
	return out, nil
}

func (w *writer) serviceNames(s service.Set) ([]string, error) {
	if s.IsAny() {
		return []string{"Any"}, nil
	}
	if w.ports == nil {
		w.ports = &zoned.Names{}
		if w.site != nil {
			w.ports = w.site.names.serviceNames()
		}
	}
	if name := w.objectName(w.ports, s.String()); name != "" {
		return []string{name}, nil
	}
	terms, err := zoned.ServiceTerms(s)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, t := range terms {
		if name := w.objectName(w.ports, t.Set().String()); name != "" {
			out = append(out, name)
			continue
		}
		name, command, err := serviceCommand(t)
		if err != nil {
			return nil, err
		}
		w.define(command)
		out = append(out, name)
	}
	return out, nil
}

// serviceCommand returns a name for a service object, and the command that adds it.
func serviceCommand(t zoned.ServiceTerm) (name, command string, err error) {
	word := map[uint8]string{service.TCP: "tcp", service.UDP: "udp", service.SCTP: "sctp"}[t.Protocol]
	switch {
	case word != "":
		name = "acl-" + word + "-" + run(t.Destinations)
		command = fmt.Sprintf("service-%s name %%s port %s", word, shell.Quote(run(t.Destinations)))
		if t.Sources != (zoned.Ports{From: 0, To: 65535}) {
			name += "-from-" + run(t.Sources)
			command += " source-port " + shell.Quote(run(t.Sources))
		}
	case service.HasTypes(t.Protocol):
		kind := map[uint8]string{service.ICMP: "icmp", service.ICMPv6: "icmp6"}[t.Protocol]
		name, command = "acl-"+kind, "service-"+kind+" name %s"
		if t.Type >= 0 {
			name, command = fmt.Sprintf("%s-%d", name, t.Type), fmt.Sprintf("%s icmp-type %d", command, t.Type)
		}
		if t.Code >= 0 {
			name, command = fmt.Sprintf("%s-%d", name, t.Code), fmt.Sprintf("%s icmp-code %d", command, t.Code)
		}
	case t.HasPorts():
		return "", "", fmt.Errorf("no service of Check Point has ports of IP protocol %d", t.Protocol)
	default:
		name = fmt.Sprintf("acl-ip-%d", t.Protocol)
		command = fmt.Sprintf("service-other name %%s ip-protocol %d", t.Protocol)
	}
	return name, "mgmt_cli add " + fmt.Sprintf(command, name), nil
}

func run(p zoned.Ports) string {
	if p.From == p.To {
		return fmt.Sprint(p.From)
	}
	return fmt.Sprintf("%d-%d", p.From, p.To)
}
