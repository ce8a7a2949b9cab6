package sense

import (
	"net/netip"
	"slices"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/known"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/zoned"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
)

// oneToOne reads a one to one translation, which both systems write as a binat of pf: what
// the inside sends by the interface gets the outside address, and the other way round. The
// outside has the length of the inside's prefix. Sources: pfSense documentation, 1:1 NAT;
// OPNsense documentation, Network address translation.
func (c *config) oneToOne(e *element) redirection {
	r := redirection{e: e, zones: c.natZones(e), match: zoned.AnyMatch(), text: "binat on " + e.value("interface")}
	doubt := func(why string) redirection {
		r.why = []string{"onetoone is not followed: " + why}
		return r
	}
	for _, child := range e.children {
		if !slices.Contains([]string{"interface", "external", "source", "destination", "descr", "disabled", "ipprotocol", "natreflection", "type", "category", "created", "updated"}, child.name) {
			return doubt("<" + child.name + "> is not known")
		}
		if len(e.all(child.name)) > 1 {
			return doubt("<" + child.name + "> stands there twice")
		}
	}
	reflected := c.root.get("system", "enablebinatreflection") != nil && e.value("natreflection") != "disable" || e.value("natreflection") == "enable"
	from, to := c.legacyEnd(e, "source"), e.get("destination")
	external, err := netip.ParseAddr(e.value("external"))
	switch {
	case len(r.zones) != 1:
		return doubt("its interface is not one")
	case reflected:
		return doubt("reflects what comes from inside")
	case e.value("type") != "" && e.value("type") != "binat":
		return doubt("its type is " + e.value("type"))
	case e.value("ipprotocol") != "" && e.value("ipprotocol") != "inet" || err != nil || !external.Is4():
		return doubt("the external address is not one of IPv4")
	case to == nil || len(to.children) != 1 || to.get("any") == nil:
		return doubt("it is for some destinations only")
	case e.get("source", "port") != nil || !from.addresses.IsExact() || len(from.addresses.Sure.Ranges()) != 1:
		return doubt("the inside is not one network")
	}
	inside := from.addresses.Sure.Ranges()[0]
	bits := 32
	for bits > 0 && addr.RangeOfPrefix(netip.PrefixFrom(inside.From, bits)) != inside {
		bits--
	}
	if !inside.Is4() || bits == 0 {
		return doubt("the inside is not one network")
	}
	r.to = addr.SetOf(addr.RangeOfPrefix(netip.PrefixFrom(external, bits).Masked()))
	r.match = zoned.Match{Sources: from.addresses, Destinations: known.Exactly(addr.Any4()), Services: known.Exactly(service.Any())}
	r.both, r.text = true, r.text+" from "+from.text+" -> "+e.value("external")
	return r
}

// binat returns the translation of a one to one rule that is followed.
func (r *redirection) binat(t device.Translation) device.Translation {
	t.Search, t.From, t.To, t.Reverse = device.SearchSource, nil, r.zones, true
	t.Source = device.Mapping{Kind: device.Static, To: r.to}
	return t
}
