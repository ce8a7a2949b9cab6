package tfplan

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/tree"
)

// junosPolicies puts the security policies into the tree, and returns the addresses of
// the resources. A resource has all policies of its pair of zones, in order.
func (r junosResources) junosPolicies(root *tree.Node) []string {
	var names []string
	for _, res := range r.kinds(false, "junos_security_policy", "junos_security_policy_unordered", "junos_security_global_policy", "junos_security_global_policy_unordered") {
		path := []string{"security", "policies"}
		if strings.Contains(res.kind, "global") {
			path = append(path, "global")
		} else {
			from, to := r.text(res.values, "from_zone"), r.text(res.values, "to_zone")
			if from == "" || to == "" {
				r.notes = append(r.notes, device.Note{Line: res.line, Text: res.address, Reason: afterApply("from_zone or to_zone")})
				root.Put(res.line, append(path, "global")...).Doubt(res.address + ": " + afterApply("from_zone or to_zone"))
				continue
			}
			path = append(path, "from-zone", from, "to-zone", to)
		}
		names = append(names, res.address)
		table := root.Put(res.line, path...)
		policies := res.values.get("policy")
		if policies.isUnknown() {
			table.Doubt(afterApply("policy"))
		}
		for i, w := range policies.items() {
			if w.isUnknown() || w.value.IsNull() {
				table.Doubt(afterApply("a policy"))
				continue
			}
			name := r.text(w, "name")
			if policies.value.Keys != nil { // a map
				name = policies.value.Keys[i]
			}
			name = cmp.Or(name, fmt.Sprintf("policy %d", i+1))
			if table.Get("policy", name) != nil {
				table.Get("policy", name).Repeated = true
				continue
			}
			n := table.Put(w.line(res.line), "policy", name)
			r.grown(res, w, n, func(a *attributes, n *tree.Node) { a.junosPolicy(n, strings.Contains(res.kind, "global")) })
			if strings.HasSuffix(res.kind, "_unordered") {
				n.Doubt("the order of the policies of " + res.address + " is not known")
			}
		}
	}
	return names
}

// junosPolicy puts what a policy matches and does into the tree.
func (a *attributes) junosPolicy(n *tree.Node, global bool) {
	a.known = append(a.known, "name")
	for _, side := range []string{"source", "destination"} {
		words, open := a.words("match_" + side + "_address")
		excluded := a.text("match_" + side + "_address_excluded")
		if open || a.isOpen("match_"+side+"_address_excluded") {
			words, excluded = []string{"any"}, ""
		}
		for _, w := range words {
			n.Put(a.line, "match", side+"-address", w)
		}
		if excluded == "true" {
			n.Put(a.line, "match", side+"-address-excluded")
		}
	}
	lists := []struct{ attribute, word string }{{"match_application", "application"}, {"match_dynamic_application", "dynamic-application"}}
	if global {
		lists = append(lists, []struct{ attribute, word string }{{"match_from_zone", "from-zone"}, {"match_to_zone", "to-zone"}}...)
	}
	for _, l := range lists {
		words, open := a.words(l.attribute)
		if open {
			words = []string{"any"}
		}
		for _, w := range words {
			n.Put(a.line, "match", l.word, w)
		}
	}
	if profile := a.text("match_source_end_user_profile"); profile != "" {
		n.Put(a.line, "match", "source-end-user-profile", profile)
	}
	a.known = append(a.known, "permit_application_services")
	switch then := cmp.Or(a.text("then"), "permit"); {
	case a.isOpen("then"):
	case then == "permit":
		permit := n.Put(a.line, "then", "permit")
		if vpn := a.text("permit_tunnel_ipsec_vpn"); vpn != "" {
			permit.Put(a.line, "tunnel", "ipsec-vpn", vpn)
		}
	default:
		n.Put(a.line, "then", then)
	}
	a.known = append(a.known, "permit_tunnel_ipsec_vpn")
	a.rest("count", "log_init", "log_close", "description")
}

// junosObjects puts address books, zones and applications into the tree.
func (r junosResources) junosObjects(root *tree.Node) {
	for _, res := range r.kinds(false, "junos_security_address_book") {
		book := root.Put(res.line, "security", "address-book", cmp.Or(r.text(res.values, "name"), "global"))
		zones, _ := r.strings(res.values, "attach_zone")
		for _, z := range zones {
			book.Put(res.line, "attach", "zone", z.Text)
		}
		r.junosBook(res, book, map[string]string{
			"network_address": "", "dns_name": "dns-name", "range_address": "range-address", "wildcard_address": "wildcard-address", "address_set": "set",
		})
	}
	for _, res := range r.kinds(false, "junos_security_zone") {
		book := root.Put(res.line, "security", "zones", "security-zone", r.text(res.values, "name"), "address-book")
		r.junosBook(res, book, map[string]string{
			"address_book": "", "address_book_dns": "dns-name", "address_book_range": "range-address", "address_book_wildcard": "wildcard-address", "address_book_set": "set",
		})
	}
	for _, res := range r.kinds(false, "junos_security_zone_book_address", "junos_security_zone_book_address_set") {
		book := root.Put(res.line, "security", "zones", "security-zone", r.text(res.values, "zone"), "address-book")
		kind := ""
		if strings.HasSuffix(res.kind, "_set") {
			kind = "set"
		}
		r.junosAddress(res, res.values, book, kind)
	}
	for _, res := range r.kinds(false, "junos_application") {
		r.junosApplication(res, res.values, root)
	}
	for _, res := range r.kinds(false, "junos_application_set") {
		r.junosApplicationSet(res, res.values, root)
	}
	for _, res := range r.kinds(false, "junos_applications") {
		for _, w := range res.values.get("application").items() {
			r.junosApplication(res, w, root)
		}
		for _, w := range res.values.get("application_set").items() {
			r.junosApplicationSet(res, w, root)
		}
	}
}

// junosBook reads the blocks of an address book.
func (r junosResources) junosBook(res *resource, book *tree.Node, kinds map[string]string) {
	for _, key := range sortedKeys(kinds) {
		list := res.values.get(key)
		if hasUnknown(list) && list.isUnknown() {
			r.notes = append(r.notes, device.Note{Line: res.line, Text: res.address, Reason: afterApply(key)})
		}
		for _, w := range list.items() {
			r.junosAddress(res, w, book, kinds[key])
		}
	}
}

func sortedKeys(m map[string]string) []string {
	var out []string
	for key := range m {
		out = append(out, key)
	}
	slices.Sort(out)
	return out
}

// junosAddress puts one address or set of addresses into a book.
func (r junosResources) junosAddress(res *resource, w view, book *tree.Node, kind string) {
	name := r.text(w, "name")
	if name == "" {
		r.notes = append(r.notes, device.Note{Line: res.line, Text: res.address, Reason: afterApply("the name of an address")})
		return
	}
	table := "address"
	if kind == "set" {
		table = "address-set"
	}
	if n := book.Get(table, name); n != nil {
		n.Doubt(res.address + " has another one of the name")
		return
	}
	r.grown(res, w, book.Put(w.line(res.line), table, name), func(a *attributes, n *tree.Node) {
		a.known = append(a.known, "name", "zone")
		if kind == "set" {
			for _, key := range []string{"address", "address_set"} {
				members, _ := a.words(key)
				for _, m := range members {
					n.Put(a.line, dashed(key), m)
				}
			}
			a.rest("id", "description")
			return
		}
		for _, key := range []string{"value", "network", "cidr", "fqdn", "dns_name", "wildcard"} {
			text := a.text(key)
			switch {
			case text == "":
			case key == "fqdn" || key == "dns_name" || kind == "dns-name":
				n.Put(a.line, "dns-name", text)
			case key == "wildcard" || kind == "wildcard-address":
				n.Put(a.line, "wildcard-address", text)
			default:
				n.Put(a.line, text)
			}
		}
		from, to := cmp.Or(a.text("from"), a.text("range_from")), cmp.Or(a.text("to"), a.text("range_to"))
		if from != "" && to != "" {
			n.Put(a.line, "range-address", from, "to", to)
		}
		a.rest("id", "description", "dns_ipv4_only", "dns_ipv6_only", "ipv4_only", "ipv6_only")
	})
}

func (r junosResources) junosApplication(res *resource, w view, root *tree.Node) {
	name := r.text(w, "name")
	if n := root.Get("applications", "application", name); n != nil {
		n.Doubt(res.address + " has another one of the name")
		return
	}
	n := root.Put(w.line(res.line), "applications", "application", cmp.Or(name, res.address))
	settings := func(a *attributes, n *tree.Node) {
		for _, key := range a.keys() {
			if slices.Contains([]string{"name", "id", "term", "inactivity_timeout", "inactivity_timeout_never", "description"}, key) {
				continue
			}
			if text := a.text(key); text != "" {
				n.Put(a.line, dashed(key), text)
			}
		}
	}
	r.grown(res, w, n, func(a *attributes, n *tree.Node) {
		settings(a, n)
		terms, _ := a.blocks("term")
		for i, t := range terms {
			a.within(t, func(b *attributes) {
				settings(b, n.Put(a.line, "term", cmp.Or(b.w.value.Get("name").TextOr(""), fmt.Sprintf("term %d", i+1))))
			})
		}
	})
}

func (r junosResources) junosApplicationSet(res *resource, w view, root *tree.Node) {
	n := root.Put(w.line(res.line), "applications", "application-set", cmp.Or(r.text(w, "name"), res.address))
	r.grown(res, w, n, func(a *attributes, n *tree.Node) {
		a.known = append(a.known, "name")
		for _, attribute := range []string{"applications", "application", "application_set"} {
			members, _ := a.words(attribute)
			for _, m := range members {
				n.Put(a.line, strings.TrimSuffix(dashed(attribute), "s"), m)
			}
		}
		a.rest("id", "description")
	})
}
