package sense

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/known"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/objects"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/port"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/zoned"
)

// The systems whose configuration is read.
const (
	OPNsense = "opnsense"
	PfSense  = "pfsense"
)

// config is what rules refer to.
type config struct {
	root    *element
	content []byte
	// opn says that it is of OPNsense.
	opn        bool
	interfaces []*side
	byName     map[string]*side
	groups     map[string]group
	addresses  *objects.Scope[addr.Set]
	ports      *objects.Scope[port.Set]
}

// A side is an interface of the firewall.
type side struct {
	name, device string
	e            *element
	// own are its addresses, networks the prefixes on it, of both versions.
	own, networks zoned.Addresses
	// bridged says that it is a member of a bridge, or one.
	bridged bool
}

// A group is one of interfaces, with its place among groups.
type group struct {
	sequence int
	members  []string
}

// encrypted begins a configuration that was saved with a password.
var encrypted = []byte("---- BEGIN config.xml ----")

// open reads the XML of a configuration of the system.
func open(system, source string, content []byte) (*config, error) {
	if bytes.HasPrefix(bytes.TrimSpace(content), encrypted) {
		return nil, fmt.Errorf("%s:1: the configuration is encrypted; save it without a password", source)
	}
	top, err := readXML(source, content)
	if err != nil {
		return nil, err
	}
	if len(top.children) != 1 || top.children[0].name != system {
		return nil, fmt.Errorf("%s:1: has no element <%s> around everything else", source, system)
	}
	c := &config{root: top.children[0], content: content, opn: system == OPNsense, byName: make(map[string]*side), groups: make(map[string]group)}
	if again := c.repeated(); again != nil {
		return nil, fmt.Errorf("%s:%d: <%s> stands in the configuration twice", source, again.line, again.name)
	}
	c.readInterfaces()
	c.readGroups()
	c.readAliases()
	return c, nil
}

// sections are the elements that hold what is read, each of which stands there once.
var sections = [][]string{
	{"system"}, {"interfaces"}, {"filter"}, {"nat", "outbound"}, {"aliases"}, {"ifgroups"}, {"bridges"}, {"virtualip"}, {"installedpackages"},
	{"OPNsense", "Firewall", "Alias", "aliases"}, {"OPNsense", "Firewall", "Filter", "rules"}, {"OPNsense", "Firewall", "Filter", "snatrules"},
	{"OPNsense", "Firewall", "DNat"},
}

// repeated returns the second element of a section that stands there twice, nil if there is
// none.
func (c *config) repeated() *element {
	for _, path := range sections {
		at := c.root
		for _, name := range path {
			if again := at.all(name); len(again) > 1 {
				return again[1]
			}
			at = at.get(name)
		}
	}
	return nil
}

func (c *config) readInterfaces() {
	bridged := make(map[string]bool)
	for _, b := range c.root.get("bridges").all("bridged") {
		bridged[b.value("bridgeif")] = true
		for _, m := range words(b.value("members")) {
			bridged[m] = true
		}
	}
	for _, e := range c.root.get("interfaces").list() {
		if e.value("type") == "group" || c.byName[e.name] != nil {
			continue
		}
		s := &side{name: e.name, device: e.value("if"), e: e}
		s.bridged = bridged[s.name] || bridged[s.device]
		s.own, s.networks = c.addressesOf(e)
		c.interfaces, c.byName[s.name] = append(c.interfaces, s), s
	}
}

// list returns the children of the element.
func (e *element) list() []*element {
	if e == nil {
		return nil
	}
	return e.children
}

// addressesOf returns the addresses of an interface and the networks on it, with those of
// its virtual addresses.
func (c *config) addressesOf(e *element) (own, networks zoned.Addresses) {
	for _, v := range []struct {
		address, length string
		all             addr.Set
		is4             bool
	}{{"ipaddr", "subnet", addr.Any4(), true}, {"ipaddrv6", "subnetv6", addr.Any6(), false}} {
		text := e.value(v.address)
		if text == "" || text == "none" {
			continue
		}
		o, ok1 := zoned.Host(text)
		n, ok2 := zoned.Host(text + "/" + e.value(v.length))
		if !ok1 || !ok2 || !v.all.ContainsSet(n) {
			unknown := known.AtMost(v.all, fmt.Sprintf("the address of %s is %s", e.name, text))
			own, networks = own.Union(unknown), networks.Union(unknown)
			continue
		}
		own, networks = own.Union(known.Exactly(o)), networks.Union(known.Exactly(n))
	}
	for _, vip := range c.root.get("virtualip").all("vip") {
		if vip.value("interface") != e.name || vip.value("mode") == "proxyarp" || vip.value("mode") == "other" {
			continue
		}
		why := fmt.Sprintf("%s has the virtual address %s", e.name, vip.value("subnet"))
		o, ok1 := zoned.Host(vip.value("subnet"))
		n, ok2 := zoned.Host(vip.value("subnet") + "/" + vip.value("subnet_bits"))
		if !ok1 || !ok2 {
			o, n = addr.Any(), addr.Any()
		}
		own, networks = own.Union(known.AtMost(o, why)), networks.Union(known.AtMost(n, why))
	}
	return own, networks
}

// tunnels are groups that the system makes by itself, with how the devices in them begin.
var tunnels = map[string]string{
	"openvpn": "ovpn", "wireguard": "wg", "WireGuard": "tun_wg", "enc0": "ipsec", "ipsec": "ipsec", "IPsec": "ipsec",
	"l2tp": "l2tp", "pptp": "pptp", "pppoe": "poes",
}

func (c *config) readGroups() {
	entries := c.root.get("ifgroups").all("ifgroupentry")
	for _, e := range entries {
		g := group{members: words(e.value("members"))}
		g.sequence, _ = strconv.Atoi(e.value("sequence"))
		c.groups[e.value("ifname")] = g
	}
	for _, e := range c.root.get("interfaces").list() {
		if _, ok := c.groups[e.name]; !ok && e.value("type") == "group" {
			c.groups[e.name] = group{}
		}
	}
	for name, prefix := range tunnels {
		if _, ok := c.groups[name]; ok && len(c.groups[name].members) > 0 || c.byName[name] != nil {
			continue
		}
		g := group{sequence: c.groups[name].sequence}
		for _, s := range c.interfaces {
			if strings.HasPrefix(s.device, prefix) {
				g.members = append(g.members, s.name)
			}
		}
		c.groups[name] = g
	}
}

// zonesOf returns the interface, or a group with its members.
func (c *config) zonesOf(name string) []string {
	g, ok := c.groups[name]
	if !ok {
		return []string{name}
	}
	return append([]string{name}, slices.DeleteFunc(slices.Clone(g.members), func(m string) bool { return m == name })...)
}
