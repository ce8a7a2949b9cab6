package asa

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/cryptomap"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/terminal"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
)

// doubts finds what an ASA does with packets besides its lists, its security levels and its
// translations.
//
// What is left out does not drop the packet that opens a connection. Application inspection,
// also that of the default policy, opens the way for further connections and looks into
// contents; connection limits, rates and threat detection, also with shun, are about how many
// packets there are, not which; "set connection advanced-options tcp-state-bypass" checks less;
// "management-access" is for packets to the device; a list of webtype is for a portal. Source:
// Cisco ASA Series Firewall CLI Configuration Guide (Service Policy; Getting Started with
// Application Layer Protocol Inspection; Connection Settings; Threat Detection), and Command
// References.
type doubts struct {
	maps cryptomap.Maps
	// later are commands that are understood once the whole text is read.
	later []command
	// protocols says that a routing protocol may know routes which the text does not tell.
	protocols bool
	policies  policies
	// audits are the policies of "ip audit" that drop ordinary packets.
	audits map[string]bool
	// pools are the addresses of VPN clients, vpnFilter the first line that filters these.
	pools     addr.Set
	vpnFilter command
	// natControl is the line that asks for a translation of everything.
	natControl command
}

// A command is a line in words.
type command struct {
	terminal.Line
	words, low []string
}

// is reports whether the command begins with the words.
func (c *command) is(words ...string) bool {
	return len(c.low) >= len(words) && slices.Equal(c.low[:len(words)], words)
}

// doubt adds what the command may do at an interface, all of them for "".
func (c *command) doubt(doc *device.Document, stage device.Stage, iface, why string) *device.Doubt {
	doc.Doubts = append(doc.Doubts, device.Doubt{
		Stage: stage, Interface: iface, Traffic: device.AllTraffic(true, true), Line: c.Number, Text: c.Text, Why: why,
	})
	return &doc.Doubts[len(doc.Doubts)-1]
}

// open reports whether indented lines matter.
func (d *doubts) open() bool { return d.policies.open != "" }

// line takes a command that is not of an interface.
func (d *doubts) line(l terminal.Line, words []string) {
	c := command{l, words, strings.Fields(strings.ToLower(l.Text))}
	if c.is("vpn-filter", "value") && d.vpnFilter.low == nil {
		d.vpnFilter = c
	}
	d.policies.line(&c)
	if l.Indented {
		return
	}
	d.maps.Outer(words, c.low)
	switch {
	case c.is("router") && len(words) > 1:
		d.protocols = true
	case c.is("nat-control"):
		d.natControl = c
	case c.is("no", "nat-control"):
		d.natControl = command{}
	case c.is("ip", "local", "pool") && len(words) > 4:
		d.pool(words[4])
	case c.is("ip", "audit", "name") && len(words) > 4:
		if c.low[4] == "info" && (slices.Contains(c.low, "drop") || slices.Contains(c.low, "reset")) {
			if d.audits == nil {
				d.audits = make(map[string]bool)
			}
			d.audits[words[3]] = true
		}
	case c.is("crypto", "map"), c.is("ip", "verify"), c.is("ip", "audit", "interface"), c.is("filter"), c.is("shun"), c.is("wccp"),
		c.is("dynamic-filter", "drop"), c.is("aaa"), c.is("service-policy"):
		d.later = append(d.later, c)
	}
}

// pool reads the addresses "FIRST-LAST" of VPN clients. What cannot be read may be any.
func (d *doubts) pool(text string) {
	first, last, _ := strings.Cut(text, "-")
	a, err := netip.ParseAddr(first)
	b, err2 := netip.ParseAddr(last)
	if err != nil || err2 != nil || a.Is4() != b.Is4() || b.Less(a) {
		d.pools = addr.Any()
		return
	}
	d.pools = d.pools.Union(addr.SetOf(addr.RangeOf(a, b)))
}

// finish adds what is known once all of the text is read.
func (d *doubts) finish(doc *device.Document) {
	if d.natControl.low != nil {
		d.natControl.doubt(doc, device.StageIn, "", "nat-control drops what no translation is for")
	}
	if d.vpnFilter.low != nil && !d.pools.IsEmpty() {
		const why = "a list for VPN clients filters it (vpn-filter), which is not read"
		d.vpnFilter.doubt(doc, device.StageIn, "", why).Traffic.Sources = d.pools
		d.vpnFilter.doubt(doc, device.StageOut, "", why).Traffic.Destinations = d.pools
	}
	for i := range d.later {
		c := &d.later[i]
		n := len(c.words)
		switch {
		case c.is("crypto", "map") && n > 4 && c.low[3] == "interface":
			doc.Doubts = append(doc.Doubts, d.maps.Doubts(doc, c.words[4], c.words[2], c.Number, c.Text)...)
		case c.is("ip", "verify", "reverse-path", "interface") && n > 4:
			d.reversePath(doc, c)
		case c.is("ip", "audit", "interface") && n > 4 && d.audits[c.words[4]]:
			c.doubt(doc, device.StageIn, c.words[3], "an audit policy drops what has an ordinary signature, as echo requests have")
		case c.is("dynamic-filter", "drop"):
			c.doubt(doc, device.StageIn, after(c, "interface"), "what is on a list of bad addresses is dropped, which is not in the text")
		case c.is("service-policy") && n > 2:
			d.policies.apply(doc, c)
		default:
			c.chosen(doc)
		}
	}
}

// after returns the word that comes after another, empty if there is none.
func after(c *command, word string) string {
	if k := slices.Index(c.low, word); k >= 0 && k+1 < len(c.words) {
		return c.words[k+1]
	}
	return ""
}

// reversePath takes "ip verify reverse-path interface NAME": what comes from addresses that
// routes, the default one too, do not lead to by that interface is dropped (Cisco ASA Series
// Command Reference, ip verify reverse-path).
func (d *doubts) reversePath(doc *device.Document, c *command) {
	at := &device.Interface{Name: c.words[4]}
	if k := slices.IndexFunc(doc.Interfaces, func(i device.Interface) bool { return i.Name == c.words[4] }); k >= 0 {
		at = &doc.Interfaces[k]
	}
	left := addr.Any().Subtract(doc.ReversePath(at, device.Lookup{Static: !d.protocols, Default: true}))
	if !left.IsEmpty() {
		c.doubt(doc, device.StageIn, at.Name, "it is dropped, unless a route that the text does not tell leads back").Traffic.Sources = left
	}
}

// chosen adds what commands do that choose packets themselves.
func (c *command) chosen(doc *device.Document) {
	n := len(c.words)
	switch {
	case c.is("filter") && n > 1:
		c.filter(doc)
	case c.is("shun") && n > 1:
		x := c.doubt(doc, device.StageIn, "", "the address is shunned")
		for _, w := range c.words[1:min(n, 3)] {
			if a, err := netip.ParseAddr(w); err == nil {
				x.Traffic.Sources = addr.SetOf(addr.RangeOf(a, a))
				break
			}
		}
	case c.is("wccp", "interface") && n > 4:
		x := c.doubt(doc, device.StageIn, c.words[2], "a web cache may take it (WCCP)")
		if c.low[3] == "web-cache" {
			x.Traffic.Services = service.SetOf(service.Ports(service.TCP, 80, 80))
		}
	case (c.is("aaa", "authentication", "match") || c.is("aaa", "authorization", "match")) && n > 4:
		c.doubt(doc, device.StageIn, c.words[4], "it depends on who has logged in").Traffic.Destinations = doc.MayPermit(c.words[3])
	case c.is("aaa", "authentication", "include"), c.is("aaa", "authorization", "include"):
		c.doubt(doc, device.StageIn, "", "it depends on who has logged in")
	}
}

// filter takes "filter {url|https|ftp} PORT LOCAL MASK FOREIGN MASK": a server is asked about
// each address that a client reads. What filters Java and ActiveX changes contents alone (Cisco
// ASA Series Firewall CLI Configuration Guide, Filtering Services).
func (c *command) filter(doc *device.Document) {
	n := len(c.words)
	if what := c.low[1]; what != "url" && what != "https" && what != "ftp" || n > 2 && c.low[2] == "except" {
		return
	}
	x := c.doubt(doc, device.StageIn, "", "a server for filtering decides about it")
	if n < 7 {
		return
	}
	rest := slices.Clone(c.words[3:7])
	for i, w := range rest {
		if w == "0" {
			rest[i] = "0.0.0.0"
		}
	}
	local, one := terminal.Prefix(rest[:2])
	foreign, two := terminal.Prefix(rest[2:])
	if one != 2 || two != 2 {
		return
	}
	x.Traffic.Sources = addr.SetOf(addr.RangeOfPrefix(local.Masked()))
	x.Traffic.Destinations = addr.SetOf(addr.RangeOfPrefix(foreign.Masked()))
	x.Traffic.Services = service.SetOf(service.Whole(service.TCP))
	if port, ok := filterPort(c.low[2]); ok {
		x.Traffic.Services = service.SetOf(service.Ports(service.TCP, port, port))
	}
}

// filterPort reads a port that is filtered, by number or by one of the three names.
func filterPort(text string) (uint16, bool) {
	switch text {
	case "http":
		return 80, true
	case "https":
		return 443, true
	case "ftp":
		return 21, true
	}
	n, ok := number(text, 65535)
	return uint16(n), ok
}
