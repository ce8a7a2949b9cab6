package ios

import (
	"net/netip"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/terminal"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// nat collects the rules of address translation, each with all that it may touch. What
// they do is not read yet.
type nat struct {
	inside, outside []string
	rules           []device.Translation
}

// iface notes "ip nat inside" and "ip nat outside" of an interface.
func (n *nat) iface(name, side string) {
	switch side {
	case "inside":
		n.inside = append(n.inside, name)
	case "outside":
		n.outside = append(n.outside, name)
	}
}

// rule reads "ip nat inside source static LOCAL GLOBAL" and its kin.
func (n *nat) rule(l terminal.Line, words []string) {
	if len(words) < 5 || strings.ToLower(words[1]) != "nat" || strings.ToLower(words[3]) != "source" {
		return
	}
	t := device.Translation{Line: l.Number, Text: l.Text, Match: traffic.Any(), Unknown: []string{"address translation is not read"}}
	if strings.ToLower(words[2]) != "inside" {
		t.Destination = device.Mapping{Kind: device.Static, To: addr.Any()}
		n.rules = append(n.rules, t)
		return
	}
	t.Source = device.Mapping{Kind: device.Dynamic, To: addr.Any()}
	if strings.ToLower(words[4]) == "static" {
		var hosts []addr.Set
		for _, w := range words[5:] {
			if a, err := netip.ParseAddr(w); err == nil {
				hosts = append(hosts, addr.SetOf(addr.RangeOf(a, a)))
			}
		}
		t.Reverse, t.Source.Kind = true, device.Static
		if len(hosts) == 2 && strings.ToLower(words[5]) != "network" {
			t.Match.Sources, t.Source.To = hosts[0], hosts[1]
		}
	}
	n.rules = append(n.rules, t)
}

// translations returns the rules, between the interfaces that are inside and outside.
func (n *nat) translations() []device.Translation {
	if len(n.inside) == 0 || len(n.outside) == 0 {
		return nil
	}
	for i := range n.rules {
		if n.rules[i].Destination.Kind == device.Unchanged {
			n.rules[i].From, n.rules[i].To = n.inside, n.outside
		}
	}
	return n.rules
}
