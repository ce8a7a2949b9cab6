package azure

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/hcl"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/zoned"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
)

// A site is what the writer needs to know of a group besides its rules.
type site struct {
	group, resourceGroup, direction string
	taken                           map[int]bool // priorities
	names                           map[string]bool
	byPlace                         map[string]int
}

func newSite(name, id, direction string, rules []securityRule) *site {
	s := &site{group: name, resourceGroup: resourceGroup(id), direction: direction, taken: make(map[int]bool), names: make(map[string]bool), byPlace: make(map[string]int)}
	for _, r := range rules {
		s.taken[r.priority], s.names[r.Name], s.byPlace[r.Place] = true, true, r.priority
	}
	return s
}

// Priorities of rules that are not defaults.
const (
	firstPriority = 100
	lastPriority  = 4096
)

// Write writes the rules of the insertion as Terraform resources, each with the command
// of the Azure CLI that does the same above it. A rule gets the priority that is free
// nearest before the rule that decides. It returns an error where none is free, for
// Azure Firewall policies, and for protocols that a group does not tell apart.
func Write(list string, in rule.Insertion) (string, error) {
	w := &writer{in: in, site: &site{group: strings.TrimSuffix(strings.TrimSuffix(list, " "+inbound), " "+outbound), direction: inbound}}
	if strings.HasSuffix(list, outbound) {
		w.site.direction = outbound
	}
	if in.Base != nil {
		if s, ok := in.Base.Writer.(*site); ok {
			w.site = s
		} else if in.Base.Source != "" {
			return "", errors.New("rules of an Azure Firewall policy are not written; add a network rule to a collection of a lower priority number")
		}
	}
	var entries []entry
	for i := range in.Rules {
		more, err := w.entries(&in.Rules[i])
		if err != nil {
			return "", err
		}
		entries = append(entries, more...)
	}
	priorities := make([]int, len(entries))
	for i := range priorities {
		n, err := w.priority()
		if err != nil {
			return "", err
		}
		priorities[i] = n
	}
	slices.Sort(priorities) // the first rule has the lowest number
	blocks := make([]string, len(entries))
	for i, e := range entries {
		blocks[i] = w.block(e, priorities[i])
	}
	return strings.Join(blocks, "\n\n"), nil
}

type writer struct {
	in   rule.Insertion
	site *site
	used []int // priorities of this change
}

// priority returns the highest number that is free before the rule that decides and
// behind those that have to stay before.
func (w *writer) priority() (int, error) {
	limit := lastPriority + 1
	floor := firstPriority - 1
	if w.in.Base != nil {
		for i := range w.in.Base.Rules {
			n, ok := w.site.byPlace[w.in.Base.Rules[i].Place]
			switch {
			case !ok || n > lastPriority:
			case i < w.in.Before:
				floor = max(floor, n)
			default:
				limit = min(limit, n)
			}
		}
	}
	for n := limit - 1; n > floor; n-- {
		if !w.site.taken[n] && !slices.Contains(w.used, n) && !slices.ContainsFunc(w.in.Beside, func(text string) bool {
			return strings.Contains(text, fmt.Sprintf("--priority %d ", n)) && strings.Contains(text, "--nsg-name "+w.site.group+" ")
		}) {
			w.used = append(w.used, n)
			return n, nil
		}
	}
	return 0, fmt.Errorf("no priority is free between %d and %d in %s: move rules of the group apart first", floor, limit, w.site.group)
}

// An entry is one rule of the group that is written.
type entry struct {
	action   rule.Action
	src, dst []string
	serviceLine
}

// entries returns one for each combination of address family, protocol and source
// ports.
func (w *writer) entries(r *rule.Rule) ([]entry, error) {
	lines, err := serviceLines(r.Traffic.Services)
	if err != nil {
		return nil, err
	}
	var out []entry
	if r.Traffic.Sources.IsAny() && r.Traffic.Destinations.IsAny() { // "*" is of both families
		for _, l := range lines {
			out = append(out, entry{r.Action, []string{"*"}, []string{"*"}, l})
		}
		return out, nil
	}
	for _, family := range []addr.Set{addr.Any4(), addr.Any6()} {
		src, dst := r.Traffic.Sources.Intersect(family), r.Traffic.Destinations.Intersect(family)
		if src.IsEmpty() || dst.IsEmpty() {
			continue
		}
		for _, l := range lines {
			out = append(out, entry{r.Action, src.Prefixes(), dst.Prefixes(), l})
		}
	}
	return out, nil
}

// serviceLine is what one rule says of services.
type serviceLine struct {
	protocol              string
	sources, destinations []string
}

// serviceLines groups services by protocol and source ports.
func serviceLines(s service.Set) ([]serviceLine, error) {
	if s.IsAny() {
		return []serviceLine{{"*", []string{"*"}, []string{"*"}}}, nil
	}
	terms, err := zoned.ServiceTerms(s)
	if err != nil {
		return nil, err
	}
	var out []serviceLine
	icmp := map[uint8]bool{}
	for _, t := range terms {
		name := map[uint8]string{service.TCP: "Tcp", service.UDP: "Udp", 50: "Esp", 51: "Ah"}[t.Protocol]
		switch {
		case service.HasTypes(t.Protocol) && t.Type < 0:
			icmp[t.Protocol] = true
			continue
		case name == "":
			return nil, fmt.Errorf("a network security group tells TCP, UDP, ICMP as a whole, ESP and AH apart, and not IP protocol %d or types of ICMP", t.Protocol)
		}
		source, destination := run(t.Sources), run(t.Destinations)
		if i := slices.IndexFunc(out, func(l serviceLine) bool { return l.protocol == name && slices.Equal(l.sources, []string{source}) }); i >= 0 {
			out[i].destinations = append(out[i].destinations, destination)
			continue
		}
		out = append(out, serviceLine{name, []string{source}, []string{destination}})
	}
	if len(icmp) == 1 {
		return nil, errors.New("a network security group does not tell ICMP and ICMPv6 apart")
	}
	if len(icmp) == 2 {
		out = append(out, serviceLine{"Icmp", []string{"*"}, []string{"*"}})
	}
	return out, nil
}

func run(p zoned.Ports) string {
	switch {
	case p == zoned.AllPorts()[0]:
		return "*"
	case p.From == p.To:
		return fmt.Sprint(p.From)
	}
	return fmt.Sprintf("%d-%d", p.From, p.To)
}

// block writes one rule.
func (w *writer) block(e entry, n int) string {
	name := fmt.Sprintf("acl-%s-%d", w.site.direction, n)
	direction := map[string]string{inbound: "Inbound", outbound: "Outbound"}[w.site.direction]
	access := "Allow"
	if e.action == rule.Deny {
		access = "Deny"
	}
	group := w.site.resourceGroup
	if group == "" {
		group = "RESOURCE_GROUP"
	}
	command := fmt.Sprintf("# az network nsg rule create --resource-group %s --nsg-name %s --name %s --priority %d --direction %s --access %s --protocol '%s'"+
		" --source-address-prefixes %s --source-port-ranges %s --destination-address-prefixes %s --destination-port-ranges %s",
		group, w.site.group, name, n, direction, access, e.protocol, cli(e.src), cli(e.sources), cli(e.dst), cli(e.destinations))
	return command + "\n" + hcl.Resource("azurerm_network_security_rule", strings.ReplaceAll(name, "-", "_"), func(b *hcl.Block) {
		b.Text("name", name)
		b.Text("resource_group_name", group)
		b.Text("network_security_group_name", w.site.group)
		b.Set("priority", fmt.Sprint(n))
		b.Text("direction", direction)
		b.Text("access", access)
		b.Text("protocol", e.protocol)
		attribute(b, "source_port_range", e.sources)
		attribute(b, "destination_port_range", e.destinations)
		attribute(b, "source_address_prefix", e.src)
		attribute(b, "destination_address_prefix", e.dst)
	})
}

// attribute writes the singular attribute for one value, the plural for several.
func attribute(b *hcl.Block, name string, words []string) {
	if len(words) == 1 {
		b.Text(name, words[0])
		return
	}
	plural := name + "s"
	if strings.HasSuffix(name, "prefix") {
		plural = name + "es"
	}
	b.Set(plural, hcl.List(words...))
}

func cli(words []string) string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = w
		if w == "*" {
			out[i] = "'*'"
		}
	}
	return strings.Join(out, " ")
}
