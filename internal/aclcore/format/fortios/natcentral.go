package fortios

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/known"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/tree"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// centralRead are the settings of an entry of the central table that are read, or that
// change no address (Fortinet, FortiOS CLI Reference, config firewall central-snat-map).
// Others put the entry in doubt unless they are off.
var centralRead = words(`status type srcintf dstintf orig-addr dst-addr protocol nat nat-ippool comments uuid port-preserve port-random`)

// centralTranslations returns the central table of source translation: the first entry that
// matches decides, one without nat keeps the source, and so does no entry.
func (v *vdom) centralTranslations() (out []device.Translation) {
	out = v.vipSources()
	for _, n := range v.root.Get("firewall", "central-snat-map").Active() {
		if value(n, "status") == "disable" {
			continue
		}
		if t := v.centralEntry(n); !t.Match.IsEmpty() {
			out = append(out, t)
		}
	}
	return out
}

func (v *vdom) centralEntry(n *tree.Node) device.Translation {
	t := device.Translation{
		Name: n.Word, Line: n.Line, Text: "central-snat-map " + n.Word, Search: device.SearchSource,
		From: v.interfaces(values(n, "srcintf")), To: v.interfaces(values(n, "dstintf")),
	}
	nameless(&t)
	doubt := func(format string, args ...any) {
		t.Unknown = known.Reasons(t.Unknown, []string{fmt.Sprintf(format, args...)})
	}
	src, dst := v.centralAddresses(n, "orig-addr"), v.centralAddresses(n, "dst-addr")
	t.Match = traffic.Product{Sources: src.Possible, Destinations: dst.Possible, Services: service.Any()}
	t.Unknown = known.Reasons(known.Reasons(t.Unknown, src.Why), dst.Why)
	if text := value(n, "protocol"); text != "" && text != "0" {
		if protocol, err := strconv.ParseUint(text, 10, 8); err == nil {
			t.Match.Services = service.SetOf(service.Whole(uint8(protocol)))
		} else {
			doubt("the protocol %q is not read", text)
		}
	}
	for _, s := range n.Nodes {
		if !slices.Contains(centralRead, s.Word) && (len(s.Nodes) > 0 || !isOff(s.Values)) {
			doubt("%s is not read", s.Word)
		}
	}
	if value(n, "type") == "ipv6" {
		t.Match.Sources, t.Match.Destinations = addr.Any6(), addr.Any6()
		doubt("entries for IPv6 are not read")
	}
	switch value(n, "nat") {
	case "disable":
	case "", "enable":
		t.Source = device.Mapping{Kind: device.Dynamic, FirstPort: 1, LastPort: 65535}
		if names := values(n, "nat-ippool"); len(names) > 0 {
			t.Source.To = v.pool(names)
		} else {
			t.Source.To = v.addressesOf(t.To)
		}
	default:
		doubt("nat is %q", value(n, "nat"))
		t.Source = device.Mapping{Kind: device.Dynamic}
	}
	return t
}

// centralAddresses resolves one side of an entry.
func (v *vdom) centralAddresses(n *tree.Node, setting string) known.Set[addr.Set] {
	names := values(n, setting)
	if len(names) == 0 {
		return known.AtMost(addr.Any4(), setting+" is not set")
	}
	return v.v4.Union(names)
}
