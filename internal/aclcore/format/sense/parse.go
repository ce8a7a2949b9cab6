package sense

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/pf"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// The lists of a configuration are those of pf.
const (
	ListIn  = pf.ListIn
	ListOut = pf.ListOut
)

// Order is what the firewall does with a packet that crosses it: that of pf.
var Order = pf.Order

// Parse reads the config.xml of a system, [OPNsense] or [PfSense]. The list in filters what
// enters the firewall, out what leaves it. Errors are led by source and line.
func Parse(system string, in device.Input) (*device.Document, error) {
	c, err := open(system, in.Source, in.Content)
	if err != nil {
		return nil, err
	}
	user := c.userRules()
	doc := &device.Document{Format: system}
	doc.Translations = c.translations()
	c.topology(doc)
	p := c.places()
	for i := range user {
		p.rules[user[i].Line] = user[i].site
		if user[i].site.newModel {
			p.last = max(p.last, user[i].sequence)
		}
	}
	before := c.systemRules(user)
	redirected, leaving := c.redirections(user)
	for _, list := range []string{ListIn, ListOut} {
		l := device.List{Name: list, Default: rule.Deny}
		doubts := redirected
		if list == ListOut {
			l.Default = rule.Permit // what was let in leaves, and keeps state
			doubts = leaving
		}
		l.Rules, l.Disabled = lower(list, before, doubts, user, c.afterwards())
		p.list = list
		l.Writer = p
		doc.Lists = append(doc.Lists, l)
	}
	return doc, nil
}

// userRules returns the rules of both models in the order in which they are loaded.
func (c *config) userRules() []entry {
	var out []entry
	if c.opn {
		for _, e := range c.root.get("OPNsense", "Firewall", "Filter", "rules").all("rule") {
			out = append(out, c.newRule(e))
		}
	}
	for _, e := range c.root.get("filter").all("rule") {
		out = append(out, c.legacyRule(e))
	}
	slices.SortStableFunc(out, func(a, b entry) int {
		return cmp.Or(cmp.Compare(a.priority, b.priority), cmp.Compare(a.sequence, b.sequence))
	})
	return out
}

// lower returns the rules of a list in the order in which the first that matches decides:
// the quick ones, then the others from the last to the first.
func lower(list string, before, doubts, user, after []entry) (out, disabled []rule.Rule) {
	add := func(e *entry) {
		if e.none || list == ListIn && !e.in || list == ListOut && !e.out {
			return
		}
		p := e.Policy
		if list == ListIn {
			p.From = e.zones
		} else {
			p.To = e.zones
		}
		if e.disabled {
			disabled = append(disabled, p.Disabled())
			return
		}
		if e.site.line > 0 {
			p.Place = fmt.Sprintf("before line %d", e.site.line)
		}
		out = append(out, p.Rules()...)
	}
	for i := range before {
		add(&before[i])
	}
	from := len(out)
	for i := range doubts {
		add(&doubts[i])
	}
	for i := from; i < len(out); i++ {
		out[i].Translated = true
	}
	for i := range user {
		if user[i].quick {
			add(&user[i])
		}
	}
	for i := range slices.Backward(user) {
		if !user[i].quick {
			add(&user[i])
		}
	}
	for i := range after {
		if list == ListIn {
			add(&after[i])
		}
	}
	return out, disabled
}
