package sense

import (
	"bytes"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/zoned"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// places are what the writer knows of a text.
type places struct {
	list string
	// rules are those of the user, by the line where they begin.
	rules map[int]site
	// top is the line of the first rule of <filter>, or of its end; 0 if there is no <filter>.
	top int
	// end is the line of the end of <filter> with rules, 0 if there is none of its own.
	end int
	// newer is the line of the end of the rules of the newer model, 0 if there are none;
	// last is their highest sequence.
	newer, last int
}

func (c *config) places() places {
	p := places{rules: make(map[int]site)}
	if rules := c.root.get("OPNsense", "Firewall", "Filter", "rules"); c.opn && len(rules.all("rule")) > 0 && rules.lastLine > rules.all("rule")[0].lastLine {
		p.newer = rules.lastLine
	}
	f := c.root.get("filter")
	switch first := f.get("rule"); {
	case f == nil:
	case first != nil:
		p.top = c.ownLine(first)
		if all := f.all("rule"); f.lastLine > all[len(all)-1].lastLine {
			p.end = f.lastLine
		}
	case f.lastLine > f.line:
		p.top = f.lastLine
	}
	return p
}

// ownLine returns the line where the element begins, 0 if something else stands before it
// there.
func (c *config) ownLine(e *element) int {
	before := c.content[:e.start]
	if i := bytes.LastIndexByte(before, '\n'); i >= 0 && len(bytes.TrimSpace(before[i:])) == 0 {
		return e.line
	}
	return 0
}

// Write writes the rules of the insertion as elements of the configuration, below a comment
// that says before which line of the text they go. What a quick rule decides gets rules of its
// own kind before it. What no quick rule matches gets quick rules of its interface behind the
// others. Everything else gets floating rules that are quick, on top. It returns an error where
// none can come before what decides.
func Write(system, list string, in rule.Insertion) (string, error) {
	if list != ListIn && list != ListOut {
		return "", fmt.Errorf("%s has no list %q; the lists are in and out", system, list)
	}
	at, line, err := siteOf(list, in)
	if err != nil {
		return "", err
	}
	out := []string{"<!-- in filter -->"}
	if line > 0 {
		out[0] = fmt.Sprintf("<!-- before line %d -->", line)
	}
	for i := range in.Rules {
		written, err := elements(list, at, &in.Rules[i])
		if err != nil {
			return "", err
		}
		out = append(out, written...)
	}
	return strings.Join(out, "\n"), nil
}

// siteOf returns how new rules are written, and before which line they go, 0 if there is none.
func siteOf(list string, in rule.Insertion) (site, int, error) {
	top := site{quick: true, floating: true}
	if in.Base == nil {
		return top, 0, nil
	}
	p, _ := in.Base.Writer.(places)
	if in.Before >= len(in.Base.Rules) {
		return p.behind(list, in.Rules)
	}
	r := &in.Base.Rules[in.Before]
	at, ok := p.rules[r.Line]
	if !ok || r.Place == "" {
		return top, 0, fmt.Errorf("%s decides this traffic where no rule can come before it", in.Base.Describe(in.Before))
	}
	if !at.quick {
		return p.behind(list, in.Rules)
	}
	own := len(in.Rules) > 0
	for i := range in.Rules {
		own = own && slices.Equal(zonesOf(list, &in.Rules[i]), at.interfaces)
	}
	switch {
	case own || at.floating && !at.newModel:
		return at, at.line, nil
	case at.floating:
		return top, 0, fmt.Errorf("%s is a floating rule of the newer model: a rule for other interfaces cannot come before it", in.Base.Describe(in.Before))
	}
	return top, p.top, nil
}

// behind returns how rules are written for what no quick rule decides: those for one
// interface behind the others of the model that is used, else as floating ones on top.
func (p places) behind(list string, rules []rule.Rule) (site, int, error) {
	at := site{quick: true}
	for i := range rules {
		zones := zonesOf(list, &rules[i])
		if len(zones) != 1 || at.interfaces != nil && at.interfaces[0] != zones[0] {
			return site{quick: true, floating: true}, p.top, nil
		}
		at.interfaces = zones
	}
	switch {
	case p.newer > 0 && len(rules) > 0:
		at.newModel, at.sequence = true, min(p.last+1, 999_999)
		return at, p.newer, nil
	case p.end > 0 && list == ListIn && len(rules) > 0:
		return at, p.end, nil
	}
	return site{quick: true, floating: true}, p.top, nil
}

// zonesOf returns the interfaces of a new rule in the list.
func zonesOf(list string, r *rule.Rule) []string {
	if list == ListOut {
		return r.DestinationZones
	}
	return r.SourceZones
}

// elements writes a rule: an element for each version, pair of prefixes, and service.
func elements(list string, at site, r *rule.Rule) ([]string, error) {
	services, err := serviceElements(r.Traffic.Services)
	if err != nil {
		return nil, err
	}
	var out []string
	v4, v6 := r.Traffic.ByFamily()
	for _, f := range []struct {
		version string
		all     addr.Set
		traffic.Product
	}{{"inet", addr.Any4(), v4}, {"inet6", addr.Any6(), v6}} {
		if f.Product.IsEmpty() {
			continue
		}
		for _, s := range services {
			if s.protocol == "icmp" && f.version == "inet6" || s.protocol == "ipv6-icmp" && f.version == "inet" {
				continue
			}
			for _, source := range prefixes(f.Sources, f.all) {
				for _, destination := range prefixes(f.Destinations, f.all) {
					out = append(out, at.element(list, f.version, r, source, destination, s))
				}
			}
		}
	}
	return out, nil
}

// A serviceElement is one service of an element.
type serviceElement struct{ protocol, from, to, types string }

func serviceElements(set service.Set) ([]serviceElement, error) {
	if set.IsAny() {
		return []serviceElement{{}}, nil
	}
	terms, err := zoned.ServiceTerms(set)
	if err != nil {
		return nil, err
	}
	var out []serviceElement
	for _, t := range terms {
		s := serviceElement{protocol: protocolText(t.Protocol)}
		switch {
		case t.Protocol == 0:
			return nil, errors.New("there is no rule for IP protocol 0 alone, since 0 stands for all of them")
		case t.HasPorts() && t.Protocol != service.TCP && t.Protocol != service.UDP:
			return nil, fmt.Errorf("there are no ports of IP protocol %d", t.Protocol)
		case t.HasPorts():
			s.from, s.to = portText(t.Sources), portText(t.Destinations)
		case t.Code >= 0:
			return nil, errors.New("there is no rule for one code of an ICMP type")
		case t.Type >= 0:
			s.types = strconv.Itoa(t.Type)
		}
		out = append(out, s)
	}
	return out, nil
}

func protocolText(p uint8) string {
	if name, ok := map[uint8]string{service.TCP: "tcp", service.UDP: "udp", service.ICMP: "icmp", service.ICMPv6: "ipv6-icmp"}[p]; ok {
		return name
	}
	return strconv.Itoa(int(p))
}

func portText(p zoned.Ports) string {
	switch {
	case p == zoned.Ports{From: 0, To: 65535}:
		return ""
	case p.From == p.To:
		return strconv.Itoa(int(p.From))
	}
	return fmt.Sprintf("%d-%d", p.From, p.To)
}

// prefixes returns the prefixes of a set, "" for all of it.
func prefixes(set, all addr.Set) []string {
	if set.Equal(all) {
		return []string{""}
	}
	var out []string
	for _, text := range set.Prefixes() {
		if p, err := netip.ParsePrefix(text); err == nil && p.IsSingleIP() {
			text = p.Addr().String()
		}
		out = append(out, text)
	}
	return out
}

// element writes one rule in the model of the site.
func (at site) element(list, version string, r *rule.Rule, source, destination string, s serviceElement) string {
	b := &builder{}
	zones := strings.Join(zonesOf(list, r), ",")
	action := map[rule.Action]string{rule.Permit: "pass", rule.Deny: "block"}[r.Action]
	b.line("<rule>")
	if at.newModel {
		b.value("enabled", "1")
		b.value("sequence", strconv.Itoa(at.sequence))
		b.value("action", action)
		b.value("quick", "1")
		b.value("interface", zones)
		b.value("direction", list)
		b.value("ipprotocol", version)
		b.value("protocol", orAny(s.protocol))
		b.value("source_net", orAny(source))
		b.optional("source_port", s.from)
		b.value("destination_net", orAny(destination))
		b.optional("destination_port", s.to)
		b.optional(map[string]string{"ipv6-icmp": "icmp6type"}[s.protocol]+map[string]string{"icmp": "icmptype"}[s.protocol], s.types)
		b.optional("description", r.Name)
		b.line("</rule>")
		return strings.TrimSuffix(b.String(), "\n")
	}
	b.value("type", action)
	b.optional("interface", zones)
	b.value("ipprotocol", version)
	b.optional("protocol", strings.TrimPrefix(s.protocol, "ipv6-"))
	b.optional("icmptype", s.types)
	b.end("source", source, s.from)
	b.end("destination", destination, s.to)
	if at.floating {
		b.value("floating", "yes")
		b.value("quick", "yes")
	}
	b.value("direction", list)
	b.optional("descr", r.Name)
	b.line("</rule>")
	return strings.TrimSuffix(b.String(), "\n")
}

func orAny(text string) string {
	if text == "" {
		return "any"
	}
	return text
}

type builder struct{ strings.Builder }

func (b *builder) line(text string) { b.WriteString(text + "\n") }

var escape = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

func (b *builder) value(name, text string) {
	b.line("  <" + name + ">" + escape.Replace(text) + "</" + name + ">")
}

func (b *builder) optional(name, text string) {
	if text != "" {
		b.value(name, text)
	}
}

func (b *builder) end(name, address, port string) {
	text := "<any/>"
	if address != "" {
		text = "<address>" + address + "</address>"
	}
	if port != "" {
		text += "<port>" + port + "</port>"
	}
	b.line("  <" + name + ">" + text + "</" + name + ">")
}

// Cut takes out the rules that begin on the lines, which are sorted.
func Cut(content []byte, lines []int) ([]byte, error) {
	top, err := readXML("config.xml", content)
	if err != nil {
		return nil, err
	}
	wanted := make(map[int]bool, len(lines))
	for _, n := range lines {
		wanted[n] = true
	}
	var out []byte
	at, found := 0, 0
	var walk func(e *element)
	walk = func(e *element) {
		for _, c := range e.children {
			if c.name == "rule" && wanted[c.line] {
				out = append(out, content[at:c.start]...)
				at = c.end
				found++
				continue
			}
			walk(c)
		}
	}
	walk(top)
	if found != len(lines) {
		return nil, errors.New("the rules do not each begin on a line of their own")
	}
	return append(out, content[at:]...), nil
}
