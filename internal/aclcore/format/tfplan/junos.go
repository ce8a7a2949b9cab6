package tfplan

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/junos"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/tree"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/zoned"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// junosResources reads the resources of Junos.
type junosResources struct{ *reader }

var junosVendor = vendor{
	prefix: "junos_",
	read: strings.Fields(`firewall_filter policyoptions_prefix_list security_policy security_policy_unordered security_global_policy security_global_policy_unordered
		security_address_book security_zone security_zone_book_address security_zone_book_address_set application application_set applications`),
	// Translation changes the addresses that policies compare; groups and raw text may
	// change anything.
	filters: regexp.MustCompile(`^(security_nat_(destination|static)|security_policy|security_address_book|security_zone|group_raw|apply_group|null_load_config|applications|application)`),
	beside:  regexp.MustCompile(`^(firewall_|security_(idp|screen|utm)|services_(security|advanced|user))`),
	device:  true,
	lists:   func(r *reader) ([]device.List, error) { return junosResources{r}.junosLists() },
	write:   junos.Resources,
}

// junosLists returns the firewall filters, and the security policies as one list.
func (r junosResources) junosLists() ([]device.List, error) {
	root := &tree.Node{Line: 1}
	addresses := make(map[string]string) // of resources, by name of the list
	for _, res := range r.kinds(false, "junos_firewall_filter") {
		family, name := cmp.Or(r.text(res.values, "family"), "inet"), r.text(res.values, "name")
		if name == "" {
			r.notes = append(r.notes, device.Note{Line: res.line, Text: res.address, Reason: afterApply("name")})
			continue
		}
		if addresses[name] == "" {
			addresses[name] = res.address
		}
		addresses[family+" "+name] = res.address
		r.junosFilter(root, res, family, name)
	}
	for _, res := range r.kinds(false, "junos_policyoptions_prefix_list") {
		n := root.Put(res.line, "policy-options", "prefix-list", cmp.Or(r.text(res.values, "name"), res.address))
		r.grown(res, res.values, n, func(a *attributes, n *tree.Node) {
			a.known = append(a.known, "name", "id")
			prefixes, _ := a.words("prefix")
			for _, p := range prefixes {
				n.Put(a.line, p)
			}
			a.rest() // of apply_path and dynamic_db the file has no content
		})
	}
	policies := r.junosPolicies(root)
	r.junosObjects(root)
	doc, err := junos.Document(device.Input{Source: r.problems.Source}, root)
	if err != nil {
		return nil, err
	}
	for i := range doc.Lists {
		l := &doc.Lists[i]
		if l.Name != junos.PolicyList {
			l.Aliases = append(l.Aliases, l.Name)
			l.Name = cmp.Or(addresses[l.Name], l.Name)
			continue
		}
		l.Name, l.Aliases = "junos policies", slices.Concat(policies, []string{"policies"})
		behindPairs(l)
	}
	for _, n := range doc.Notes {
		r.notes = append(r.notes, device.Note{Line: max(n.Line, 1), Text: n.Text, Reason: n.Reason})
	}
	return doc.Lists, nil
}

// behindPairs leaves open what the policies of other pairs of zones do, and global ones
// that the file has not: a packet comes to them that no policy of its own pair matches.
func behindPairs(l *device.List) {
	at := slices.IndexFunc(l.Rules, func(r rule.Rule) bool { return strings.HasPrefix(r.Text, "global policy ") })
	if at < 0 {
		at = len(l.Rules)
	}
	open := zoned.Undecided(1, l.Name, outside+"the device may have policies for other zones, and global ones", zoned.AnyMatch())
	l.Rules = slices.Insert(l.Rules, at, open...)
}

// junosFilter puts the terms of a filter into the tree.
func (r junosResources) junosFilter(root *tree.Node, res *resource, family, name string) {
	filter := root.Put(res.line, "firewall", "family", family, "filter", name)
	terms := res.values.get("term")
	if terms.isUnknown() {
		filter.Doubt(afterApply("term"))
	}
	for i, w := range terms.items() {
		if w.isUnknown() || w.value.IsNull() {
			filter.Doubt(afterApply("a term"))
			continue
		}
		term := cmp.Or(r.text(w, "name"), fmt.Sprintf("term %d", i+1))
		if filter.Get("term", term) != nil {
			filter.Get("term", term).Repeated = true
			continue
		}
		n := filter.Put(w.line(res.line), "term", term)
		r.grown(res, w, n, func(a *attributes, n *tree.Node) {
			a.known = append(a.known, "name")
			if nested := a.text("filter"); nested != "" {
				n.Put(a.line, "filter", nested)
			} else if a.isOpen("filter") {
				n.Put(a.line, "filter", afterApply("filter"))
			}
			from, openFrom := a.blocks("from")
			for _, block := range from {
				if !openFrom {
					a.within(block, func(b *attributes) { b.junosFrom(n) })
				}
			}
			then, openThen := a.blocks("then")
			for _, block := range then {
				a.within(block, func(b *attributes) { b.junosThen(n) })
			}
			if openThen {
				n.Put(a.line, "then", afterApply("then"))
			}
			a.rest()
		})
	}
}

// junosFrom puts the conditions of a term into the tree: X_except of addresses and prefix
// lists are values of X with except behind them.
func (a *attributes) junosFrom(n *tree.Node) {
	for _, key := range a.keys() {
		word := dashed(key)
		base, except := strings.CutSuffix(word, "-except")
		except = except && (strings.HasSuffix(base, "address") || strings.HasSuffix(base, "prefix-list"))
		if !except {
			base = word
		}
		if v := a.w.get(key); v.value.TextOr("") != "" || v.isUnknown() {
			text := a.text(key)
			switch {
			case text == "true":
				n.Put(a.line, "from", base)
			case text != "" && text != "false":
				n.Put(a.line, "from", base, text)
			}
			continue
		}
		words, open := a.words(key)
		if open {
			continue // without the condition the term matches more
		}
		for _, w := range words {
			path := []string{"from", base, w}
			if except {
				path = append(path, "except")
			}
			n.Put(a.line, path...)
		}
	}
}

func (a *attributes) junosThen(n *tree.Node) {
	n.Put(a.line, "then")
	for _, key := range a.keys() {
		text := a.text(key)
		switch {
		case key == "action" && text != "":
			n.Put(a.line, append([]string{"then"}, strings.Fields(text)...)...)
		case key == "action":
			n.Put(a.line, "then", afterApply(key))
		case text == "true":
			n.Put(a.line, "then", dashed(key))
		case text != "":
			n.Put(a.line, "then", dashed(key), text)
		}
	}
}
