package ios

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/terminal"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// otherFilters finds what filters packets besides access lists and is not read: whatever
// crosses an interface where it does is undecided.
type otherFilters struct {
	// policy is the policy map whose block is being read, empty outside of one.
	policy string
	// defined are the policy maps of the text, drops those that drop packets, parents those
	// that a policy map is part of.
	defined, drops map[string]bool
	parents        map[string][]string
	// applied are policy maps where they are applied to interfaces.
	applied []appliedPolicy
	// filters are those that are not applied to one interface.
	filters []wideFilter
}

type appliedPolicy struct {
	iface, name string
	line        terminal.Line
	// built says that it may be one of those that the device has by itself.
	built bool
}

// A wideFilter filters at the interfaces of some VLANs, or at all interfaces if all is
// set.
type wideFilter struct {
	line terminal.Line
	why  string
	all  bool
	// vlans are as the text has them: 10,20-29.
	vlans string
}

// undecidedAt notes that something which is not read filters at the interface, in both
// directions.
func undecidedAt(doc *device.Document, i *device.Interface, l terminal.Line, why string) {
	b := device.Binding{
		Rule: &rule.Rule{Line: l.Number, Text: l.Text, Action: rule.Permit, Unknown: []string{why}}, From: i.Name, V4: true, V6: true, Line: l.Number,
	}
	doc.Bindings = append(doc.Bindings, b)
	b.Stage, b.From, b.To = device.StageOut, "", i.Name
	doc.Bindings = append(doc.Bindings, b)
}

// open reports whether indented lines are those of a policy map.
func (u *otherFilters) open() bool { return u.policy != "" }

func (u *otherFilters) close() { u.policy = "" }

// setting reads a command of an interface.
func (u *otherFilters) setting(doc *device.Document, i *device.Interface, l terminal.Line, low []string) {
	has := func(prefix ...string) bool { return len(low) > len(prefix) && slices.Equal(low[:len(prefix)], prefix) }
	switch {
	case has("ip", "access-group", "common"), has("ipv4", "access-group", "common"), has("ipv6", "access-group", "common"):
		undecidedAt(doc, i, l, "a common access list is not read")
	case has("service-policy", "type", "inspect"):
		undecidedAt(doc, i, l, "a policy of type inspect is not read")
	case has("service-policy", "type", "pbr"), has("traffic-policy"):
		undecidedAt(doc, i, l, "a traffic policy is not read")
	case has("service-policy", "input"), has("service-policy", "output"):
		u.applied = append(u.applied, appliedPolicy{i.Name, low[2], l, false})
	case has("service-policy", "type", "qos") && len(low) > 4:
		u.applied = append(u.applied, appliedPolicy{i.Name, low[4], l, true})
	case has("service-policy", "type", "queuing"), has("service-policy", "type", "performance-monitor"): // they drop what is too much, or count
	case has("service-policy", "type"):
		undecidedAt(doc, i, l, "a policy of this type is not read")
	case has("bridge-group"), has("bridge-domain"):
		undecidedAt(doc, i, l, "the interface is in a bridge group, which is not followed")
	case has("ip", "auth-proxy"), has("ip", "admission"):
		undecidedAt(doc, i, l, "it depends on who has logged in")
	case has("cts", "role-based", "enforcement"), slices.Equal(low, []string{"cts", "role-based", "enforcement"}):
		undecidedAt(doc, i, l, "lists for security groups are not read")
	}
}

// outer reads a line that is not indented.
func (u *otherFilters) outer(l terminal.Line, low []string) {
	u.close()
	starts := func(prefix ...string) bool { return len(low) >= len(prefix) && slices.Equal(low[:len(prefix)], prefix) }
	switch {
	case starts("policy-map") && len(low) > 1:
		u.policy = low[len(low)-1]
		if u.defined == nil {
			u.defined = map[string]bool{}
		}
		u.defined[u.policy] = true
	case starts("zone", "security", "default"):
		u.filters = append(u.filters, wideFilter{line: l, why: "the zone-based firewall, which is not read, is for interfaces without a zone too", all: true})
	case starts("cts", "role-based", "enforcement") && len(low) == 3:
		u.filters = append(u.filters, wideFilter{line: l, why: "lists for security groups are not read", all: true})
	case starts("cts", "role-based", "enforcement", "vlan-list") && len(low) > 4:
		u.filters = append(u.filters, wideFilter{line: l, why: "lists for security groups are not read", vlans: strings.Join(low[4:], "")})
	case starts("vlan", "filter") && len(low) > 4 && low[3] == "vlan-list":
		u.filters = append(u.filters, wideFilter{line: l, why: "a map of access lists for a VLAN is not read", vlans: strings.Join(low[4:], "")})
	case starts("vlan", "filter") && len(low) > 4 && low[3] == "interface":
		u.filters = append(u.filters, wideFilter{line: l, why: "a map of access lists is not read", all: true})
	case starts("flowspec"):
		u.filters = append(u.filters, wideFilter{line: l, why: "flowspec rules come from routing, and are not read", all: true})
	}
}

// inner reads a line of a policy map.
func (u *otherFilters) inner(low []string) {
	switch {
	case u.policy == "":
	case low[0] == "drop" && len(low) == 1, drops(low):
		if u.drops == nil {
			u.drops = map[string]bool{}
		}
		u.drops[u.policy] = true
	case low[0] == "service-policy" && len(low) > 1:
		if u.parents == nil {
			u.parents = map[string][]string{}
		}
		child := low[len(low)-1]
		u.parents[child] = append(u.parents[child], u.policy)
	}
}

// drops reports whether what a line of a policy map polices is dropped below the rate too.
// What exceeds a rate is not asked: every line drops what is too much (Cisco IOS Quality of
// Service Solutions Command Reference, police).
func drops(low []string) bool {
	for k, w := range low[:len(low)-1] {
		if (w == "conform-action" || w == "conform") && low[k+1] == "drop" {
			return true
		}
	}
	return false
}

// doubt adds to the document what is known once all of it is read.
func (u *otherFilters) doubt(doc *device.Document) {
	for queue := slices.Sorted(maps.Keys(u.drops)); len(queue) > 0; queue = queue[1:] {
		for _, parent := range u.parents[queue[0]] {
			if !u.drops[parent] {
				u.drops[parent] = true
				queue = append(queue, parent)
			}
		}
	}
	for k := range doc.Interfaces {
		i := &doc.Interfaces[k]
		if strings.HasPrefix(strings.ToUpper(i.Name), "BVI") || strings.HasPrefix(strings.ToUpper(i.Name), "BDI") {
			undecidedAt(doc, i, terminal.Line{Number: i.Line, Text: "interface " + i.Name}, "the interface is that of a bridge group, which is not followed")
		}
		for _, a := range u.applied {
			if a.iface == i.Name && u.drops[a.name] {
				undecidedAt(doc, i, a.line, "a policy map that drops packets is not read")
			}
			if a.iface == i.Name && !a.built && !u.defined[a.name] {
				undecidedAt(doc, i, a.line, "the policy map "+a.name+" is not in the text")
			}
		}
		for _, f := range u.filters {
			if f.at(i.Name) {
				undecidedAt(doc, i, f.line, f.why)
			}
		}
	}
}

// at reports whether the filter is at an interface. A list of VLANs that cannot be read is
// taken for all.
func (f wideFilter) at(iface string) bool {
	if f.all {
		return true
	}
	number, ok := strings.CutPrefix(strings.ToLower(iface), "vlan")
	vlan, err := strconv.Atoi(number)
	if !ok || err != nil {
		return false
	}
	for part := range strings.SplitSeq(f.vlans, ",") {
		first, last, ranged := strings.Cut(part, "-")
		if !ranged {
			last = first
		}
		from, err1 := strconv.Atoi(first)
		to, err2 := strconv.Atoi(last)
		if err1 != nil || err2 != nil || from <= vlan && vlan <= to {
			return true
		}
	}
	return false
}
