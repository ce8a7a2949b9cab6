package ios

import (
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/cryptomap"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/terminal"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// doubts finds what a router does with packets besides its lists, its zones and its
// translations.
//
// What is left out does nothing to the packet that opens a connection: "ip local policy" is
// for packets of the router itself, "ip traffic-export" copies, "ip inspect" opens the way for
// replies and looks into contents, and what polices a rate drops what is too much, as every
// line does. Source: Cisco IOS command references, IP Routing Protocol-Independent, Security,
// IP Application Services, and Quality of Service.
type doubts struct {
	maps cryptomap.Maps
	// encrypting and checks are "crypto map NAME" and "ip verify unicast …" of interfaces,
	// which are known once the whole text is read.
	encrypting, checks []atInterface
	// protocols says that a routing protocol may know routes which the text does not tell.
	protocols bool
	ports     portLists
	// frames are the lists for frames: applied as one for packets, such a list may do anything.
	frames map[string]bool
	// sixRouted says that the text switches routing of IPv6 on, which IOS and EOS have off.
	sixRouted bool
}

// atInterface is a command of an interface.
type atInterface struct {
	iface string
	line  terminal.Line
	low   []string
	words []string
}

const redirected = "what it matches is sent another way"

// interfaceDoubts are commands of an interface that say all that is known by themselves.
var interfaceDoubts = []struct {
	begin   string
	v4, v6  bool
	in, out bool
	why     string
}{
	{"ip policy route-map", true, false, true, false, redirected},
	{"ipv6 policy route-map", false, true, true, false, redirected},
	{"epbr ip policy", true, false, true, false, redirected},
	{"epbr ipv6 policy", false, true, true, false, redirected},
	{"ip vrf select source", true, false, true, false, "the routing instance is chosen by the source, which is not followed"},
	{"vrf select source", true, false, true, false, "the routing instance is chosen by the source, which is not followed"},
	{"service-insertion", true, true, true, true, "a service node may take it"},
	{"authentication port-control auto", true, true, true, true, "it depends on who has logged in"},
	{"access-session port-control auto", true, true, true, true, "it depends on who has logged in"},
	{"dot1x port-control auto", true, true, true, true, "it depends on who has logged in"},
	{"ip verify source", true, false, true, false, "only addresses pass that the device has learned for the port"},
	{"ipv6 verify source", false, true, true, false, "only addresses pass that the device has learned for the port"},
	{"inherit port-profile", true, true, true, true, "what the port profile sets is not followed"},
	{"source template", true, true, true, true, "what the template sets is not followed"},
	{"apply-group", true, true, true, true, "what the group sets is not followed"},
}

// setting takes a command of an interface.
func (d *doubts) setting(doc *device.Document, i *device.Interface, l terminal.Line, words, low []string) {
	d.ports.setting(i.Name, l, low)
	has := func(prefix ...string) bool { return len(low) > len(prefix) && slices.Equal(low[:len(prefix)], prefix) }
	last := low[len(low)-1]
	switch {
	case has("crypto", "map"):
		d.encrypting = append(d.encrypting, atInterface{i.Name, l, low, words})
		return
	case len(low) > 3 && low[1] == "verify" && low[2] == "unicast" && low[3] != "notification":
		d.checks = append(d.checks, atInterface{i.Name, l, low, words})
		return
	case has("ip", "wccp"), has("ipv6", "wccp"):
		if slices.Contains(low, "exclude") || !slices.Contains(low, "redirect") {
			return // it takes packets out of the redirection
		}
		wccp(doc, i.Name, l, low)
		return
	case has("rate-limit") && drops(low):
		doubt(doc, i.Name, l, low[1] == "input", low[1] == "output", device.AllTraffic(true, true), "a limit drops what it matches")
		return
	case has("mac", "access-group"), has("ethernet-services", "access-group"), has("mac", "port", "access-group"):
		in, out := direction(last) != "out", direction(last) != "in"
		doubt(doc, i.Name, l, in, out, device.AllTraffic(true, true), "a list for frames is not read")
		return
	}
	text := strings.Join(low, " ")
	for _, x := range interfaceDoubts {
		if text == x.begin || strings.HasPrefix(text, x.begin+" ") {
			doubt(doc, i.Name, l, x.in, x.out, device.AllTraffic(x.v4, x.v6), x.why)
			return
		}
	}
}

// wccp takes "ip wccp [vrf VRF] {web-cache|SERVICE} redirect {in|out}": the router sends what the
// service is for to a cache (Cisco IOS IP Application Services Command Reference, ip wccp).
func wccp(doc *device.Document, iface string, l terminal.Line, low []string) {
	all := device.AllTraffic(low[0] == "ip", low[0] == "ipv6")
	if slices.Contains(low, "web-cache") {
		all.Services = service.SetOf(service.Ports(service.TCP, 80, 80))
	}
	last := low[len(low)-1]
	doubt(doc, iface, l, last != "out", last != "in", all, "a web cache may take it (WCCP)")
}

// outer takes a command of the top level.
func (d *doubts) outer(doc *device.Document, l terminal.Line, words, low []string) {
	d.maps.Outer(words, low)
	starts := func(prefix ...string) bool { return len(low) >= len(prefix) && slices.Equal(low[:len(prefix)], prefix) }
	switch {
	case starts("mac", "access-list") && len(low) > 2:
		if d.frames == nil {
			d.frames = make(map[string]bool)
		}
		d.frames[words[len(words)-1]] = true
	case starts("router") && len(low) > 1 && low[1] != "static":
		d.protocols = true
	case slices.Equal(low, []string{"no", "ip", "routing"}):
		doubt(doc, "", l, true, false, device.AllTraffic(true, false), "the device does not route")
	case slices.Equal(low, []string{"no", "ipv6", "unicast-routing"}):
		doubt(doc, "", l, true, false, device.AllTraffic(false, true), "the device does not route")
	case starts("ipv6", "unicast-routing"):
		d.sixRouted = true
	case starts("itd") && len(low) == 2:
		doubt(doc, "", l, true, false, device.AllTraffic(true, true), redirected)
	case starts("apply-group") && len(low) > 1:
		doubt(doc, "", l, true, true, device.AllTraffic(true, true), "what the group sets is not followed")
	}
}

func (d *doubts) open() bool { return d.maps.Open() }

// doubt adds what is not followed at an interface, all of them for "".
func doubt(doc *device.Document, iface string, l terminal.Line, in, out bool, what traffic.Product, why string) {
	x := device.Doubt{Stage: device.StageIn, Interface: iface, Traffic: what, Line: l.Number, Text: l.Text, Why: why}
	if in {
		doc.Doubts = append(doc.Doubts, x)
	}
	if x.Stage = device.StageOut; out {
		doc.Doubts = append(doc.Doubts, x)
	}
}

// finish adds what is known once all of the text is read.
func (d *doubts) finish(doc *device.Document, dialect Dialect) {
	for _, e := range d.encrypting {
		doc.Doubts = append(doc.Doubts, d.maps.Doubts(doc, e.iface, e.words[2], e.line.Number, e.line.Text)...)
	}
	for _, c := range d.checks {
		d.reversePath(doc, c)
	}
	d.ports.doubt(doc)
	for _, b := range doc.Bindings {
		if b.Rule != nil && d.frames[b.List] {
			l := terminal.Line{Number: b.Line, Text: b.Rule.Text}
			doubt(doc, b.From+b.To, l, b.Stage == device.StageIn, b.Stage == device.StageOut, device.AllTraffic(b.V4, b.V6), "the list is one for frames")
		}
	}
	if dialect == IOS && doc.Topology && !d.sixRouted {
		doubt(doc, "", terminal.Line{Text: "no ipv6 unicast-routing"}, true, false, device.AllTraffic(false, true), "the text does not switch IPv6 routing on")
	}
	if dialect == XR {
		forwarded(doc)
	}
}

// reversePath takes "{ip|ipv4|ipv6} verify unicast {reverse-path | source reachable-via {rx|any}
// [allow-default]}": what comes from addresses that the routes do not lead to is dropped, by the
// same interface if it is strict; the default route does only with allow-default (Cisco IOS
// Security Command Reference, ip verify unicast source reachable-via).
func (d *doubts) reversePath(doc *device.Document, c atInterface) {
	at := &device.Interface{Name: c.iface}
	if k := slices.IndexFunc(doc.Interfaces, func(i device.Interface) bool { return i.Name == c.iface }); k >= 0 {
		at = &doc.Interfaces[k]
	}
	lookup := device.Lookup{Static: !d.protocols, Default: slices.Contains(c.low, "allow-default"), Anywhere: slices.Contains(c.low, "any")}
	all := device.AllTraffic(c.low[0] != "ipv6", c.low[0] == "ipv6")
	all.Sources = all.Sources.Subtract(doc.ReversePath(at, lookup))
	if !all.IsEmpty() {
		doubt(doc, c.iface, c.line, true, false, all, "it is dropped, unless a route that the text does not tell leads back")
	}
}

// maxForwarded is how many entries of one list are doubted one by one.
const maxForwarded = 64

// forwarded doubts what an entry of XR sends to a next hop of its own (Cisco IOS XR, ABF:
// ACL-based forwarding).
func forwarded(doc *device.Document) {
	for _, b := range doc.Bindings {
		if b.Stage != device.StageIn || b.Rule != nil {
			continue
		}
		for i := range doc.Lists {
			if doc.Lists[i].Name == b.List {
				forwards(doc, b.From, doc.Lists[i].Rules)
			}
		}
	}
}

func forwards(doc *device.Document, iface string, rules []rule.Rule) {
	var met []device.Doubt
	var to addr.Set
	for i := range rules {
		r := &rules[i]
		if r.Action == rule.Permit && strings.Contains(strings.ToLower(r.Text), " nexthop1 ") {
			met = append(met, device.Doubt{Stage: device.StageIn, Interface: iface, Traffic: r.Traffic, Line: r.Line, Text: r.Text, Why: redirected})
			to = to.Union(r.Traffic.Destinations)
		}
	}
	if len(met) > maxForwarded {
		met = met[:1]
		met[0].Traffic = device.AllTraffic(true, true)
		met[0].Traffic.Destinations = to
	}
	doc.Doubts = append(doc.Doubts, met...)
}
