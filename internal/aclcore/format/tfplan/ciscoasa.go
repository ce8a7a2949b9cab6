package tfplan

import (
	"cmp"
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/asa"
)

var asaVendor = vendor{
	prefix: "ciscoasa_",
	read:   []string{"acl", "access_in_rules", "access_out_rules", "network_object", "network_object_group", "network_service"},
	// Translation is asked before a list, which compares the real addresses.
	filters: regexp.MustCompile(`^(nat|access_)`),
	beside:  regexp.MustCompile(`acl|access`),
	device:  true,
	lists:   func(r *reader) ([]device.List, error) { return ciscoResources{r}.asaLists() },
}

// asaLists returns the access lists: a ciscoasa_acl has all entries of a list in order,
// the rules of an interface are a set without one.
func (r ciscoResources) asaLists() ([]device.List, error) {
	var out []device.List
	for _, res := range r.kinds(false, "ciscoasa_acl", "ciscoasa_access_in_rules", "ciscoasa_access_out_rules") {
		name := r.text(res.values, "name")
		var why []string
		if res.kind != "ciscoasa_acl" {
			name = cmp.Or(r.text(res.values, "interface"), "interface") + "_access_" + strings.TrimSuffix(strings.TrimPrefix(res.kind, "ciscoasa_access_"), "_rules")
			if res.values.get("managed").value.TextOr("") != "true" {
				why = append(why, outside+"the interface may have others")
			}
		}
		name = strings.Map(identifier, cmp.Or(name, res.address))
		c := r.asaObjects()
		rules := res.values.get("rule")
		reason := ""
		if rules.isUnknown() {
			reason = afterApply("rule")
			c.entry(res.line, "access-list "+name+" extended ", 0, "", "", "ip any any", []string{reason})
		}
		if res.kind != "ciscoasa_acl" && !alikeASA(rules) {
			reason = "the rules of an interface are a set, of which the order is not known"
		}
		for _, w := range rules.items() {
			if w.isUnknown() || w.value.IsNull() {
				c.entry(res.line, "access-list "+name+" extended ", 0, "", "", "ip any any", []string{afterApply("a rule")})
				continue
			}
			action, rest, reasons := r.attributesOf(res, w, reason, func(a *attributes) (string, string) { return a.asaEntry(r) })
			if rest != "" {
				c.entry(w.line(res.line), "access-list "+name+" extended ", 0, action, rest, "ip any any", reasons)
			}
		}
		doc, err := asa.Parse(device.Input{Source: res.address, Content: []byte(c.String())})
		i := -1
		if err == nil {
			i = slices.IndexFunc(doc.Lists, func(l device.List) bool { return l.Name == name })
		}
		if i < 0 {
			r.notes = append(r.notes, device.Note{Line: res.line, Text: res.address, Reason: fmt.Sprintf("is not read as a list: %v", err)})
			continue
		}
		l := doc.Lists[i]
		c.finish(&l)
		l.Name, l.Aliases = res.address, []string{name}
		prepend(&l, res.line, res.address, why...)
		out = append(out, l)
	}
	return out, nil
}

// identifier keeps the characters that the name of a list has in a text.
func identifier(c rune) rune {
	if c > ' ' && c < 0x7f {
		return c
	}
	return '_'
}

// alikeASA reports whether all rules permit, or all deny: their order is then without
// effect.
func alikeASA(rules view) bool {
	first := ""
	for _, w := range rules.items() {
		permit := w.get("permit").value.TextOr("")
		first = cmp.Or(first, permit)
		if w.get("permit").isUnknown() || permit == "" || permit != first {
			return false
		}
	}
	return true
}

// asaObjects writes the network objects and groups of the file. One that is not known in
// full is left out, so that what uses it is in doubt.
func (r ciscoResources) asaObjects() commands {
	var c commands
	for _, res := range r.kinds(false, "ciscoasa_network_object") {
		name, value := r.text(res.values, "name"), r.text(res.values, "value")
		text := asaAddress(value)
		from, to, isRange := strings.Cut(value, "-")
		switch {
		case name == "" || strings.Map(identifier, name+value) != name+value:
			continue
		case isRange:
			text = "range " + from + " " + to
		case text == "":
			continue
		case !strings.HasPrefix(text, "host "):
			text = "subnet " + text
		}
		c.add(res.line, "object network %s", name)
		c.add(res.line, " %s", text)
	}
	for _, res := range r.kinds(false, "ciscoasa_network_object_group") {
		name := r.text(res.values, "name")
		members, more := r.strings(res.values, "members")
		if name == "" || more || strings.Map(identifier, name) != name {
			continue
		}
		c.add(res.line, "object-group network %s", name)
		for _, m := range members {
			text := asaAddress(m.Text)
			if text == "" {
				text = r.asaNamed(strings.Map(identifier, m.Text))
			}
			c.add(res.line, " network-object %s", text)
		}
	}
	return c
}

// asaAddress writes an address as an entry has it, "" if it is a name.
func asaAddress(text string) string {
	if slices.Contains([]string{"any", "any4", "any6"}, text) {
		return text
	}
	if a, err := netip.ParseAddr(text); err == nil && a.Zone() == "" {
		return "host " + a.String()
	}
	p, err := netip.ParsePrefix(text)
	switch {
	case err != nil:
		return ""
	case p.IsSingleIP():
		return "host " + p.Addr().String()
	case p.Addr().Is6():
		return p.Masked().String()
	}
	mask := ^uint32(0) << (32 - p.Bits())
	if p.Bits() == 0 {
		mask = 0
	}
	return fmt.Sprintf("%s %d.%d.%d.%d", p.Masked().Addr(), mask>>24, mask>>16&255, mask>>8&255, mask&255)
}

// asaNamed writes the name of an object or of a group.
func (r ciscoResources) asaNamed(name string) string {
	for _, res := range r.kinds(false, "ciscoasa_network_object_group") {
		if r.text(res.values, "name") == name {
			return "object-group " + name
		}
	}
	return "object " + name
}

func (a *attributes) asaEntry(r ciscoResources) (action, rest string) {
	switch a.word("permit") {
	case "true":
		action = "permit"
	case "false":
		action = "deny"
	}
	active := a.word("active")
	ends := make(map[string]string)
	for _, side := range []string{"source", "destination"} {
		text := a.word(side)
		if ends[side] = asaAddress(text); ends[side] == "" {
			ends[side] = r.asaNamed(text)
			if text == "" {
				a.strange = append(a.strange, "the "+side+" is not read")
			}
		}
	}
	protocol, ports, ok := r.asaService(a.word("destination_service"))
	sourceProtocol, sourcePorts, ok2 := protocol, "", true
	if text := a.word("source_service"); text != "" {
		sourceProtocol, sourcePorts, ok2 = r.asaService(text)
	}
	if !ok || !ok2 || sourceProtocol != protocol {
		a.strange = append(a.strange, "the service is not in the file, or not read")
	}
	rest = strings.Join(slices.DeleteFunc([]string{protocol, ends["source"], sourcePorts, ends["destination"], ports}, func(w string) bool { return w == "" }), " ")
	if name := a.word("time_range"); name != "" {
		rest += " time-range " + name
	}
	a.rest("id", "log_interval", "log_status", "remarks")
	if active == "false" {
		return "", ""
	}
	return action, rest
}

var asaPorts = regexp.MustCompile(`^(tcp|udp|sctp)/([\w-]+)$`)

// asaService reads a service as the provider writes it: a protocol, with a port, a range of
// them or a type of ICMP behind a slash, or the name of a service object of the file.
func (r ciscoResources) asaService(text string) (protocol, ports string, ok bool) {
	for _, res := range r.kinds(false, "ciscoasa_network_service") {
		if r.text(res.values, "name") == text {
			text = r.text(res.values, "value")
			break
		}
	}
	if m := asaPorts.FindStringSubmatch(text); m != nil {
		if from, to, isRange := strings.Cut(m[2], "-"); isRange && strings.Trim(from+to, "0123456789") == "" {
			return m[1], "range " + from + " " + to, true
		}
		return m[1], "eq " + m[2], true
	}
	if kind, found := strings.CutPrefix(text, "icmp/"); found {
		return "icmp", kind, strings.Trim(kind, "0123456789") == "" && kind != ""
	}
	return text, "", slices.Contains([]string{"ip", "tcp", "udp", "sctp", "icmp", "icmp6", "gre", "esp", "ah", "ospf", "eigrp", "igmp"}, text)
}
