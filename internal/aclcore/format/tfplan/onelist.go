package tfplan

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Unknown stands for a value that Terraform knows only after apply.
type Unknown struct{}

// A part is a type of resource that makes a list, or a rule of one.
type part struct {
	// list is the type of the resource that the list is of.
	list string
	// owner is the attribute with which a rule names that resource, "" for the resource
	// itself.
	owner string
	// deciding are the attributes that decide what a rule matches and does, or for the
	// resource itself those with rules.
	deciding []string
	// references are attributes with ids of other resources: what these stand for is not
	// looked up.
	references []string
}

var (
	portAttributes  = []string{"from_port", "to_port"}
	azureAttributes = strings.Fields(`name priority direction access protocol source_port_range source_port_ranges destination_port_range destination_port_ranges
		source_address_prefix source_address_prefixes destination_address_prefix destination_address_prefixes`)
	googleAttributes = strings.Fields(`name priority direction disabled allow deny source_ranges destination_ranges source_tags target_tags
		source_service_accounts target_service_accounts`)
)

// parts are the types that [OneList] takes.
var parts = map[string]part{
	"aws_security_group": {list: "aws_security_group", deciding: []string{"ingress", "egress"}, references: []string{"security_groups", "prefix_list_ids"}},
	"aws_vpc_security_group_ingress_rule": {
		"aws_security_group", "security_group_id", slices.Concat(portAttributes, []string{"ip_protocol", "cidr_ipv4", "cidr_ipv6"}),
		[]string{"referenced_security_group_id", "prefix_list_id"},
	},
	"aws_vpc_security_group_egress_rule": {
		"aws_security_group", "security_group_id", slices.Concat(portAttributes, []string{"ip_protocol", "cidr_ipv4", "cidr_ipv6"}),
		[]string{"referenced_security_group_id", "prefix_list_id"},
	},
	"aws_security_group_rule": {
		"aws_security_group", "security_group_id", slices.Concat(portAttributes, []string{"type", "protocol", "cidr_blocks", "ipv6_cidr_blocks", "self"}),
		[]string{"source_security_group_id", "prefix_list_ids"},
	},
	"aws_network_acl": {list: "aws_network_acl", deciding: []string{"ingress", "egress"}},
	"aws_network_acl_rule": {
		"aws_network_acl", "network_acl_id",
		slices.Concat(portAttributes, []string{"rule_number", "rule_action", "egress", "protocol", "cidr_block", "ipv6_cidr_block", "icmp_type", "icmp_code"}), nil,
	},
	"azurerm_network_security_group": {
		list: "azurerm_network_security_group", deciding: []string{"security_rule"},
		references: []string{"source_application_security_group_ids", "destination_application_security_group_ids"},
	},
	"azurerm_network_security_rule": {
		"azurerm_network_security_group", "network_security_group_name", azureAttributes,
		[]string{"source_application_security_group_ids", "destination_application_security_group_ids"},
	},
	"google_compute_firewall": {"google_compute_network", "network", googleAttributes, nil},
}

// Accepted are the types that [OneList] takes, in order.
func Accepted() []string { return slices.Sorted(maps.Keys(parts)) }

// listName is the name of the one list: that of the resource that it is of.
const listName = "this"

// OneList returns the JSON of a plan that creates one security group, network ACL, network
// security group or VPC network with the rules that are given, and no others. resources
// holds, by type, the attributes of one resource, or a list or a map of them: strings,
// numbers, truth values, lists, maps, nil and [Unknown].
//
// Only attributes that decide are read, so that the text is the same before and after an
// apply. later names those of them that are not known yet; the text is then "". What
// another resource stands for that a rule names by its id is not looked up: it is as if it
// were known after apply, always.
func OneList(resources map[string]any) (text string, later []string, err error) {
	w := &oneList{}
	for _, kind := range slices.Sorted(maps.Keys(resources)) {
		p, ok := parts[kind]
		switch {
		case !ok:
			return "", nil, fmt.Errorf("%s: is no type that is read; write any of %s", kind, strings.Join(Accepted(), ", "))
		case w.list == "":
			w.list = p.list
		case w.list != p.list:
			return "", nil, fmt.Errorf("%s: belongs to %s, and other resources to %s; call the function once for each list", kind, p.list, w.list)
		}
		if err := w.addAll(kind, p, resources[kind]); err != nil {
			return "", nil, err
		}
	}
	if w.list == "" {
		return "", nil, fmt.Errorf("holds no resources; write any of %s", strings.Join(Accepted(), ", "))
	}
	if len(w.rules) == 0 {
		w.later = append(w.later, w.groupLater...)
	}
	if len(w.later) > 0 {
		slices.Sort(w.later)
		return "", slices.Compact(w.later), nil
	}
	text, err = w.plan()
	return text, nil, err
}

// oneList gathers the resources of one list.
type oneList struct {
	list  string
	group *oneRule // the resource itself, with rules in its attributes
	rules []oneRule
	later []string
	// groupLater are attributes of the group that are not known; they do not count where
	// rules are given, from which the provider computes them.
	groupLater []string
}

// A oneRule is a resource with the values that decide; hidden has the shape of those that
// are not known, and of those that are as if they were not.

type oneRule struct {
	address, kind  string
	values, hidden map[string]any
}

// addAll takes a resource, or a list or a map of them.
func (w *oneList) addAll(kind string, p part, v any) error {
	switch v := v.(type) {
	case nil:
		return nil
	case Unknown:
		w.later = append(w.later, kind)
		return nil
	case []any:
		for i, item := range v {
			if err := w.add(kind, p, fmt.Sprintf("[%d]", i), item); err != nil {
				return err
			}
		}
		return nil
	case map[string]any:
		if !p.isMapOfResources(v) {
			return w.add(kind, p, "", v)
		}
		for _, key := range slices.Sorted(maps.Keys(v)) {
			if err := w.add(kind, p, "["+strconv.Quote(key)+"]", v[key]); err != nil {
				return err
			}
		}
		return nil
	}
	return fmt.Errorf("%s: is no object; write a resource, or a list or a map of resources", kind)
}

// isMapOfResources reports whether every value is an object of its own: a resource has
// attributes that are none. Those that are not known may be either.
func (p part) isMapOfResources(v map[string]any) bool {
	for key, item := range v {
		switch item.(type) {
		case map[string]any:
		case Unknown:
			if key == "id" || slices.Contains(p.deciding, key) || slices.Contains(p.references, key) {
				return false
			}
		default:
			return false
		}
	}
	return true
}

func (w *oneList) add(kind string, p part, index string, v any) error {
	attributes, ok := v.(map[string]any)
	if _, later := v.(Unknown); later {
		w.later = append(w.later, kind+index)
		return nil
	}
	if !ok {
		return fmt.Errorf("%s%s: is no object; write a resource, or a list or a map of resources", kind, index)
	}
	values, hidden := make(map[string]any), make(map[string]any)
	var later []string
	for _, key := range p.deciding {
		got, given := attributes[key]
		if !given || got == nil {
			continue
		}
		shown, unknown := hide(got, p.references)
		if hasLater(shown) {
			later = append(later, kind+index+"."+key)
			continue
		}
		values[key] = shown
		if unknown != nil {
			hidden[key] = unknown
		}
	}
	for _, key := range p.references {
		if got := attributes[key]; got != nil && !isEmpty(got) {
			hidden[key] = true
		}
	}
	if p.owner == "" {
		if w.group != nil {
			return fmt.Errorf("%s: is there more than once; call the function once for each list", kind)
		}
		w.group = &oneRule{kind + "." + listName, kind, values, hidden}
		w.groupLater = later
		return nil
	}
	w.later = append(w.later, later...)
	values[p.owner] = listName
	if p.list == "azurerm_network_security_group" {
		values["resource_group_name"] = listName
	}
	w.rules = append(w.rules, oneRule{kind + "." + listName + index, kind, values, hidden})
	return nil
}

func isEmpty(v any) bool {
	switch v := v.(type) {
	case string:
		return v == ""
	case []any:
		return len(v) == 0
	}
	return v == nil
}

// hide takes references out of the objects of a value, and returns what stands for them
// among the values that are not known; nil if there are none.
func hide(v any, references []string) (shown, unknown any) {
	switch v := v.(type) {
	case []any:
		out, marks, some := make([]any, len(v)), make([]any, len(v)), false
		for i, item := range v {
			out[i], marks[i] = hide(item, references)
			some = some || marks[i] != nil
		}
		if some {
			return out, marks
		}
		return out, nil
	case map[string]any:
		out, marks := make(map[string]any, len(v)), make(map[string]any)
		for key, item := range v {
			if slices.Contains(references, key) {
				if item != nil && !isEmpty(item) {
					marks[key] = true
				}
				continue
			}
			inner, mark := hide(item, references)
			out[key] = inner
			if mark != nil {
				marks[key] = mark
			}
		}
		if len(marks) > 0 {
			return out, marks
		}
		return out, nil
	}
	return v, nil
}

// hasLater reports whether any part of a value is known after apply.
func hasLater(v any) bool {
	switch v := v.(type) {
	case Unknown:
		return true
	case []any:
		return slices.ContainsFunc(v, hasLater)
	case map[string]any:
		for _, item := range v {
			if hasLater(item) {
				return true
			}
		}
	}
	return false
}

// plan writes the plan, a resource to a line.
func (w *oneList) plan() (string, error) {
	values, hidden, expressions := map[string]any{}, map[string]any{}, map[string]any{}
	if w.group != nil && len(w.rules) == 0 {
		values, hidden = w.group.values, w.group.hidden
		for key := range values {
			expressions[key] = map[string]any{}
		}
	}
	for _, key := range parts[w.list].deciding {
		if _, ok := values[key]; !ok {
			hidden[key] = true
		}
	}
	values["id"], values["name"] = listName, listName
	if w.list == "azurerm_network_security_group" {
		values["resource_group_name"] = listName
	}
	address := w.list + "." + listName
	planned := []any{map[string]any{"address": address, "mode": "managed", "type": w.list, "name": listName, "values": values}}
	changes := []any{creation(address, w.list, hidden)}
	configuration := []any{map[string]any{"address": address, "type": w.list, "name": listName, "expressions": expressions}}
	seen := make(map[string]bool)
	for _, r := range w.rules {
		planned = append(planned, map[string]any{"address": r.address, "mode": "managed", "type": r.kind, "name": listName, "values": r.values})
		changes = append(changes, creation(r.address, r.kind, r.hidden))
		if !seen[r.kind] {
			seen[r.kind] = true
			given := map[string]any{}
			for _, key := range slices.Concat(parts[r.kind].deciding, parts[r.kind].references) {
				given[key] = map[string]any{}
			}
			configuration = append(configuration, map[string]any{"address": r.kind + "." + listName, "type": r.kind, "name": listName, "expressions": given})
		}
	}
	var b strings.Builder
	b.WriteString("{\"format_version\": \"1.2\", \"planned_values\": {\"root_module\": {\"resources\": [\n")
	if err := writeLines(&b, planned); err != nil {
		return "", err
	}
	b.WriteString("]}}, \"resource_changes\": [\n")
	if err := writeLines(&b, changes); err != nil {
		return "", err
	}
	b.WriteString("], \"configuration\": {\"root_module\": {\"resources\": [\n")
	if err := writeLines(&b, configuration); err != nil {
		return "", err
	}
	b.WriteString("]}}}\n")
	return b.String(), nil
}

// creation is the creation of a resource, of which some values are not known.
func creation(address, kind string, unknown map[string]any) map[string]any {
	return map[string]any{
		"address": address, "mode": "managed", "type": kind, "name": listName,
		"change": map[string]any{"actions": []any{"create"}, "before": nil, "after_unknown": unknown},
	}
}

func writeLines(b *strings.Builder, values []any) error {
	for i, v := range values {
		line, err := json.Marshal(v)
		if err != nil {
			return err
		}
		b.Write(line)
		if i+1 < len(values) {
			b.WriteByte(',')
		}
		b.WriteByte('\n')
	}
	return nil
}
