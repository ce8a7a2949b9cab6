package fortios

import (
	"regexp"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/tree"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/widen"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// Widen returns, for each group of the policy that nothing else in the text names, the
// commands that append what the policy lacks to it (FortiOS CLI reference, the subcommand
// append), with the objects that the text has not.
func Widen(content []byte, base *rule.Ruleset, r *rule.Rule, lack widen.Lack) (out []string) {
	s, _ := base.Writer.(*site)
	if s == nil || s.root == nil || s.split {
		return nil // where IPv6 has a table of its own, a number may stand for two policies
	}
	policy := s.root.Get("firewall", "policy", r.Place)
	w := func() *writer { return &writer{in: rule.Insertion{Base: base}, site: s} }
	add := func(setting, table string, member func(*writer) ([]string, error)) {
		if isOn(policy, setting+"-negate") {
			return
		}
		for _, group := range groupsOf(policy, s.root, setting, table) {
			one := w()
			names, err := member(one)
			if err != nil || len(names) > widen.Max || !isOnce(content, group) {
				continue
			}
			one.add("firewall "+table, "    edit "+quotedList([]string{group}), "        append member "+quotedList(names), "    next")
			out = append(out, one.text())
		}
	}
	if !lack.Services.IsEmpty() {
		add("service", "service group", func(w *writer) ([]string, error) { return w.serviceNames(lack.Services) })
		return out
	}
	side, set := "srcaddr", lack.Sources
	if set.IsEmpty() {
		side, set = "dstaddr", lack.Destinations
	}
	prefixes := lack.Prefixes()
	if len(prefixes) == 0 {
		return nil
	}
	suffix := ""
	for _, p := range prefixes {
		if p.Addr().Is4() != prefixes[0].Addr().Is4() {
			return nil
		}
		if !p.Addr().Is4() {
			suffix = "6"
		}
	}
	add(side+suffix, "addrgrp"+suffix, func(w *writer) ([]string, error) { return w.addressNames(set, suffix != "") })
	return out
}

// groupsOf are the names in a setting of the policy that are groups of the table.
func groupsOf(policy, root *tree.Node, setting, table string) (out []string) {
	for _, name := range values(policy, setting) {
		if root.Get(append([]string{"firewall"}, words(table)...)...).Get(name) != nil {
			out = append(out, name)
		}
	}
	return out
}

// isOnce reports whether the text has the name twice: where the group is defined, and where
// the one policy names it.
func isOnce(content []byte, name string) bool {
	quoted := regexp.QuoteMeta(name)
	return len(regexp.MustCompile(`(?m)"`+quoted+`"|(?:^|\s)`+quoted+`(?:\s|$)`).FindAllIndex(content, 3)) == 2
}
