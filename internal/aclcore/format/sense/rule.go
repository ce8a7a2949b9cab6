package sense

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/known"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/port"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/zoned"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/pf"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
)

// The priorities of rules; that of a group is raised by its own sequence (OPNsense,
// FilterRuleField.php, getPriority).
const (
	floating    = 200_000
	ofGroup     = 300_000
	ofInterface = 400_000
)

// An entry is a rule of the configuration.
type entry struct {
	zoned.Policy
	quick, in, out bool
	// disabled says that it is switched off, none that it decides nothing.
	disabled, none bool
	// fills says that it fills a table with senders that are too fast.
	fills bool
	// broad says that an element of it stands there twice: it may be for anything.
	broad bool
	// zones are the interfaces of the rule, none for all of them.
	zones []string
	// priority and sequence are its place; legacy rules come behind those of the newer
	// model. Equal ones stand in the order of the text.
	priority, sequence int
	site               site
}

// A site is what the writer has to know of a rule: how one that comes before it is written.
type site struct {
	// line is where the element begins; newModel says that it is of the newer model of
	// OPNsense, quick that it ends the search.
	line            int
	newModel, quick bool
	floating        bool
	sequence        int
	interfaces      []string
}

// legacyRule reads a <rule> of <filter>.
func (c *config) legacyRule(e *element) entry {
	out := entry{quick: true, priority: ofInterface, sequence: 1_000_000}
	out.Line, out.Name = e.line, e.value("descr")
	isFloating := e.get("floating") != nil
	if v := e.value("floating"); isFloating && v != "" && !e.isSet("floating") {
		out.Doubt("<floating> is %s", v)
	}
	if q := e.get("quick"); isFloating || c.opn && q != nil {
		out.quick = q != nil && (e.isSet("quick") || !c.opn)
	}
	switch d := e.get("disabled"); {
	case d == nil:
	case e.isSet("disabled") || !c.opn:
		out.disabled = true
	case d.text == "":
		out.Doubt("<disabled> is empty")
	}
	interfaces := words(e.value("interface"))
	if isFloating {
		out.priority = floating
		interfaces = slices.DeleteFunc(interfaces, func(name string) bool { return name == "any" })
	}
	c.place(&out, interfaces, isFloating)
	c.direction(&out, e.value("direction"), isFloating)
	c.action(&out, strings.ToLower(e.value("type")))
	family := e.value("ipprotocol")
	if family == "" && !c.opn {
		family = "inet"
	}
	c.options(&out, e, legacyElements)
	c.match(&out, e, family, c.legacyEnd(e, "source"), c.legacyEnd(e, "destination"))
	out.site = site{line: c.ownLine(e), quick: out.quick, floating: isFloating, interfaces: interfaces}
	return out
}

// newRule reads a rule of OPNsense/Firewall/Filter/rules.
func (c *config) newRule(e *element) entry {
	out := entry{quick: e.get("quick") == nil || e.isSet("quick")}
	out.Line, out.Name = e.line, e.value("description")
	out.disabled = e.get("enabled") != nil && !e.isSet("enabled")
	sequence, err := strconv.Atoi(e.value("sequence"))
	switch {
	case e.value("sequence") == "":
		sequence = 1
	case err != nil || sequence < 0 || sequence >= 1_000_000:
		out.Doubt("the sequence %q is not read", e.value("sequence"))
	}
	out.sequence = sequence
	interfaces := words(e.value("interface"))
	isFloating := len(interfaces) != 1
	out.priority = ofInterface
	if isFloating {
		out.priority = floating
	}
	inverted := e.isSet("interfacenot")
	if inverted {
		out.Doubt("is for other interfaces than %s", strings.Join(interfaces, ", "))
	}
	c.place(&out, interfaces, isFloating)
	if inverted {
		out.zones = nil
	}
	c.direction(&out, e.value("direction"), true)
	c.action(&out, e.value("action"))
	family := e.value("ipprotocol")
	if family == "" {
		family = "inet"
	}
	c.options(&out, e, newElements)
	c.match(&out, e, family, c.newEnd(e, "source"), c.newEnd(e, "destination"))
	out.site = site{line: c.ownLine(e), newModel: true, quick: out.quick, floating: isFloating, sequence: sequence, interfaces: interfaces}
	return out
}

// place fills in the interfaces of a rule and where those of a group stand.
func (c *config) place(out *entry, interfaces []string, isFloating bool) {
	for _, name := range interfaces {
		out.zones = append(out.zones, c.zonesOf(name)...)
	}
	if isFloating {
		return
	}
	if len(interfaces) == 0 {
		out.Doubt("names no interface")
		return
	}
	if g, ok := c.groups[interfaces[0]]; ok {
		out.priority = ofGroup
		if c.opn {
			out.priority += min(max(g.sequence, 0), ofInterface-ofGroup-1)
		}
	}
}

// direction reads for which direction a rule is: in where there is none, but both for a
// floating one of pfSense.
func (c *config) direction(out *entry, text string, isFloating bool) {
	switch text {
	case "in":
		out.in = true
	case "out":
		out.out = true
	case "any":
		out.in, out.out = true, true
	case "":
		out.in, out.out = true, isFloating && !c.opn
	default:
		out.in, out.out = true, true
		out.Doubt("the direction %s is not known", text)
	}
	if !c.opn && !isFloating && text != "" && text != "in" {
		out.in, out.out = true, true
		out.Doubt("a rule of an interface has the direction %s", text)
	}
}

func (c *config) action(out *entry, text string) {
	switch text {
	case "pass":
		out.Action = rule.Permit
	case "block", "reject":
		out.Action = rule.Deny
	case "match":
		if out.none = !c.opn; out.none {
			return
		}
		fallthrough
	default:
		out.DoubtAction("the action %q is not known", text)
	}
}

// match fills in what the rule matches, and its text.
func (c *config) match(out *entry, e *element, family string, from, to end) {
	protocol := strings.ToLower(e.value("protocol"))
	if protocol == "any" {
		protocol = ""
	}
	if protocol == "" && !c.opn && from.portText+to.portText != "" {
		protocol = "tcp" // as pfSense has it
	}
	types := e.value("icmptype")
	for _, why := range slices.Concat(from.why, to.why) {
		out.Doubt("%s", why)
	}
	for _, v := range []struct {
		family string
		all    addr.Set
	}{{"inet", addr.Any4()}, {"inet6", addr.Any6()}} {
		if family != v.family && (family == "inet" || family == "inet6") {
			continue
		}
		s, why := c.services(v.family, family, protocol, types, e.value("icmp6type"), from, to)
		if why != "" {
			out.Doubt("%s", why)
		}
		only := known.Exactly(v.all)
		out.Matches = append(out.Matches, zoned.Match{Sources: from.addresses.Intersect(only), Destinations: to.addresses.Intersect(only), Services: s})
	}
	if !slices.Contains([]string{"inet", "inet6", "inet46", ""}, family) {
		out.Doubt("the version %s is not known", family)
	}
	if out.broad {
		out.Matches, out.zones, out.in, out.out = []zoned.Match{zoned.AnyMatch()}, nil, true, true
	}
	out.Text = out.describe(e, family, protocol, from, to)
}

// services returns the services of a rule for one version.
func (c *config) services(version, family, protocol, types, types6 string, from, to end) (s zoned.Services, why string) {
	var numbers []uint8
	hasPorts := from.portText+to.portText != ""
	switch {
	case protocol == "":
		if hasPorts {
			why = "has ports without a protocol"
		}
		return known.Exactly(service.Any()), why
	case protocol == "tcp/udp":
		numbers = []uint8{service.TCP, service.UDP}
	case protocol == "icmp" && version == "inet6" && family != "":
		if c.opn || family == "inet6" {
			numbers = []uint8{service.ICMPv6}
			break
		}
		return known.AtMost(service.SetOf(service.Whole(service.ICMPv6)), "icmp of both versions may be ICMP of IPv4 alone"), ""
	default:
		n, ok := pf.Protocol(protocol)
		if !ok {
			return known.AtMost(service.Any(), fmt.Sprintf("the protocol %s is not known", protocol)), ""
		}
		numbers = []uint8{n}
	}
	if n := numbers[0]; n == service.ICMPv6 && types6 != "" {
		types = types6
	}
	if n := numbers[0]; (n == service.ICMP || n == service.ICMPv6) && types != "" && types != "any" {
		return icmpTypes(n, types), ""
	}
	if hasPorts && numbers[0] != service.TCP && numbers[0] != service.UDP {
		why = "has ports of " + protocol
	}
	var sure, possible []service.Range
	for _, n := range numbers {
		if !hasPorts || why != "" {
			sure, possible = append(sure, service.Whole(n)), append(possible, service.Whole(n))
			continue
		}
		sure = port.AppendBoxes(sure, n, from.ports.Sure, to.ports.Sure)
		possible = port.AppendBoxes(possible, n, from.ports.Possible, to.ports.Possible)
	}
	return known.Between(service.SetOf(sure...), service.SetOf(possible...), known.Reasons(from.ports.Why, to.ports.Why)...), why
}

// icmpTypes reads names and numbers of types.
func icmpTypes(protocol uint8, list string) zoned.Services {
	var out zoned.Services
	for _, name := range words(list) {
		t, ok := pf.Type(protocol, name)
		if !ok {
			out = out.Union(known.AtMost(service.SetOf(service.Whole(protocol)), fmt.Sprintf("the ICMP type %s is not known", name)))
			continue
		}
		out = out.Union(known.Exactly(service.SetOf(service.Type(protocol, t))))
	}
	return out
}

// describe writes the rule as pf has it.
func (r *entry) describe(e *element, family, protocol string, from, to end) string {
	text := []string{strings.ToLower(e.value("type") + e.value("action"))}
	if r.in != r.out {
		text = append(text, map[bool]string{true: "in", false: "out"}[r.in])
	}
	if r.quick {
		text = append(text, "quick")
	}
	if on := e.value("interface"); on != "" {
		text = append(text, "on "+strings.Join(words(on), ","))
	}
	for _, word := range []string{family, protocol} {
		if word != "" {
			text = append(text, word)
		}
	}
	text = append(text, "from "+from.text)
	if from.portText != "" {
		text = append(text, "port "+from.portText)
	}
	text = append(text, "to "+to.text)
	if to.portText != "" {
		text = append(text, "port "+to.portText)
	}
	return strings.Join(strings.Fields(strings.Join(text, " ")), " ")
}
