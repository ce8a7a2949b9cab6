package fortios

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/objects"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/tree"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
)

// A vdom is one virtual firewall of a text, with its objects resolved by name.
type vdom struct {
	root *tree.Node
	// global is the part of a text with VDOMs that belongs to none, else nil.
	global  *tree.Node
	name    string
	factory bool  // as in text
	version []int // of FortiOS, 7 2 5; none if the text does not say

	// disabled are the policies that are switched off, found while the others are read.
	disabled []rule.Rule

	v4, v6   *objects.Scope[addr.Set]
	services *objects.Scope[service.Set]
	// addresses and addresses6 are the levels behind v4 and v6, for the writer.
	addresses, addresses6 objects.Level[addr.Set]
	serviceLevel          objects.Level[service.Set]
	// limited are services that also limit the destination, to these addresses.
	limited map[string]addr.Set
	vips    []vip
	// own are the addresses of interfaces that are in the text for good.
	own map[string][]netip.Addr
	// zones holds the members of each zone.
	zones map[string][]string
}

func newVDOM(t *text, root *tree.Node, name string) *vdom {
	v := &vdom{root: root, global: t.root.Get("global"), name: name, factory: t.factory, version: versionOf(t.version), limited: make(map[string]addr.Set), zones: make(map[string][]string), own: make(map[string][]netip.Addr)}
	v.readAddresses()
	v.readServices()
	v.readZones()
	v.readVIPs()
	return v
}

// readZones reads the members of zones, and of those of SD-WAN, where the zone of a member
// is virtual-wan-link if none is set (FortiOS Administration Guide, SD-WAN zones).
func (v *vdom) readZones() {
	for _, z := range v.root.Get("system", "zone").Active() {
		v.zones[z.Word] = values(z, "interface")
	}
	for _, table := range []string{"sdwan", "virtual-wan-link"} {
		for _, m := range v.root.Get("system", table, "members").Active() {
			zone := value(m, "zone")
			if zone == "" {
				zone = "virtual-wan-link"
			}
			v.zones[zone] = append(v.zones[zone], value(m, "interface"))
		}
	}
}

// zoneDoubt says why it is not known which interfaces the zones are, "" if it is.
func (v *vdom) zoneDoubt(names []string) string {
	zones := v.root.Get("system", "zone")
	for _, name := range names {
		if why := unreadBelow(zones.Get(name)); why != "" {
			return fmt.Sprintf("zone %q: %s", name, why)
		}
	}
	return unreadBelow(zones)
}

// versionOf reads "FGVM64-7.2.5-FW-build1517-…".
func versionOf(text string) []int {
	for _, part := range strings.Split(text, "-") {
		numbers := strings.Split(part, ".")
		if len(numbers) != 3 {
			continue
		}
		var out []int
		for _, n := range numbers {
			i, err := strconv.Atoi(n)
			if err != nil {
				return nil
			}
			out = append(out, i)
		}
		return out
	}
	return nil
}

// before reports whether the release is known and comes before the other.
func (v *vdom) before(release ...int) bool {
	return len(v.version) > 0 && slices.Compare(v.version, release) < 0
}

// value returns the only argument of a setting, "" if it is not set.
func (v *vdom) value(path ...string) string {
	return value(v.root.Get(path[:len(path)-1]...), path[len(path)-1])
}

func value(n *tree.Node, setting string) string {
	if args := values(n, setting); len(args) == 1 {
		return args[0]
	}
	return ""
}

// values returns the arguments of a setting, none if it is not set.
func values(n *tree.Node, setting string) []string {
	if s := n.Get(setting); s != nil {
		return s.Values
	}
	return nil
}

// isOn reports whether a setting is enable.
func isOn(n *tree.Node, setting string) bool { return value(n, setting) == "enable" }

// isOff reports whether the arguments of a setting are a value by which a device says
// that it is not in use, as show full-configuration prints all of them.
func isOff(args []string) bool {
	if len(args) == 0 {
		return true
	}
	return len(args) == 1 && slices.Contains([]string{"disable", "none", "", "0", "0x00", "0.0.0.0", "::", "::/0"}, args[0])
}
