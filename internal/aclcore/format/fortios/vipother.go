package fortios

import (
	"fmt"
	"slices"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/known"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/zoned"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// otherVIPs leave open what becomes of packets to virtual IPs of IPv6 and between the
// versions, which are not read further.
func (v *vdom) otherVIPs() []rule.Rule {
	var out []rule.Rule
	for _, table := range []string{"vip6", "vip46", "vip64"} {
		for _, n := range v.root.Get("firewall", table).Active() {
			if value(n, "status") == "disable" {
				continue
			}
			m := zoned.AnyMatch()
			if outside, ok := spanOf(value(n, "extip")); ok {
				m.Destinations = known.Exactly(outside)
			}
			text := fmt.Sprintf("firewall %s %q", table, n.Word)
			out = append(out, zoned.Undecided(n.Line, text, "it translates the destination, which is not followed", m)...)
		}
	}
	return out
}

// wellKnownPrefix is that of NAT64 unless another is set (FortiOS CLI Reference, system
// nat64; RFC 6052).
const wellKnownPrefix = "64:ff9b::/96"

// nat64 leaves open what becomes of IPv6 packets whose destination holds an IPv4 address:
// firewall policy64 decides about them after they are translated. A part of a configuration
// may have those policies and not the setting.
func (v *vdom) nat64() []rule.Rule {
	n := v.root.Get("system", "nat64")
	policies := v.root.Get("firewall", "policy64")
	if value(n, "status") != "enable" && (value(n, "status") == "disable" || len(policies.Active()) == 0) {
		return nil
	}
	prefixes := []string{wellKnownPrefix}
	if own := values(n, "nat64-prefix"); len(own) > 0 {
		prefixes = slices.Clone(own)
	}
	for _, second := range n.Get("secondary-prefix").Active() {
		prefixes = append(prefixes, values(second, "nat64-prefix")...)
	}
	m := zoned.AnyMatch()
	var all addr.Set
	for _, text := range prefixes {
		set, ok := zoned.Host(text)
		if !ok {
			set = addr.Any6()
		}
		all = all.Union(set)
	}
	m.Destinations = known.Exactly(all)
	line := policies
	if n != nil {
		line = n
	}
	return zoned.Undecided(line.Line, "system nat64", "it translates the destination to IPv4, which is not followed", m)
}
