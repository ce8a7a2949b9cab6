package panos

import (
	"fmt"
	"slices"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/known"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/tree"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/zoned"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// nat returns the rules of address translation in the order in which they are tried.
func (p *policies) nat() []device.Translation {
	var out []device.Translation
	for _, l := range p.scope.layers {
		for _, n := range l.node.Get("nat", "rules").Active() {
			if n.Value("disabled") != "yes" {
				out = append(out, p.translation(n))
			}
		}
	}
	return out
}

func (p *policies) translation(n *tree.Node) device.Translation {
	t := device.Translation{Name: n.Word, Line: n.Line, Text: fmt.Sprintf("NAT rule %q", n.Word), From: zonesOf(n, "from"), To: zonesOf(n, "to")}
	src, dst := p.natAddresses(n, "source"), p.natAddresses(n, "destination")
	services := zoned.AnyMatch().Services
	if words := n.Get("service").Words(); len(words) > 0 {
		services = p.names.services.Union(words)
	}
	t.Match = traffic.Product{Sources: src.Possible, Destinations: dst.Possible, Services: services.Possible}
	t.Unknown = known.Reasons(known.Reasons(src.Why, dst.Why), services.Why)
	if to := n.Get("destination-translation"); to != nil {
		t.Destination = p.mapping(&t, to.Get("translated-address").Words())
		if port, ok := zoned.Port(orZero(to.Value("translated-port"))); ok {
			t.Destination.FirstPort, t.Destination.LastPort = port, port
		}
	}
	if n.Get("dynamic-destination-translation") != nil {
		t.Destination = device.Mapping{Kind: device.Dynamic, To: addr.Any()}
		t.Unknown = known.Reasons(t.Unknown, []string{"the destination is chosen while the firewall runs"})
	}
	p.sourceTranslation(&t, n.Get("source-translation"))
	if kind := n.Value("nat-type"); kind != "" && kind != "ipv4" {
		t.Unknown = known.Reasons(t.Unknown, []string{"nat-type " + kind})
	}
	return t
}

func orZero(text string) string {
	if text == "" {
		return "0"
	}
	return text
}

func zonesOf(n *tree.Node, element string) []string {
	words := n.Get(element).Words()
	if slices.Contains(words, "any") {
		return nil
	}
	return words
}

func (p *policies) natAddresses(n *tree.Node, element string) zoned.Addresses {
	words := n.Get(element).Words()
	if len(words) == 0 || slices.Contains(words, "any") {
		return known.Exactly(addr.Any())
	}
	return p.names.addresses.Union(words)
}

// mapping returns what addresses become: one to one where both sets are of one size or
// one address stands for all.
func (p *policies) mapping(t *device.Translation, words []string) device.Mapping {
	to := p.names.addresses.Union(words)
	t.Unknown = known.Reasons(t.Unknown, to.Why)
	return device.Mapping{Kind: device.Static, To: to.Possible}
}

func (p *policies) sourceTranslation(t *device.Translation, n *tree.Node) {
	for _, kind := range n.Active() {
		switch kind.Word {
		case "static-ip":
			t.Source = p.mapping(t, kind.Get("translated-address").Words())
			t.Reverse = kind.Value("bi-directional") == "yes"
		case "dynamic-ip-and-port", "dynamic-ip":
			t.Source = p.mapping(t, kind.Get("translated-address").Words())
			t.Source.Kind = device.Dynamic
			if kind.Get("interface-address") != nil {
				t.Source.To = addr.Set{}
			}
		default:
			t.Unknown = known.Reasons(t.Unknown, []string{"source-translation " + kind.Word})
		}
	}
}
