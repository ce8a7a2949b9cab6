package iptables

import (
	"slices"
	"strings"
)

// A listing is what "iptables -S" prints: the lines of one table, without its name. The
// policies, which come first, tell which one it is, and where the next begins if several
// listings stand in one file.
type listing struct {
	table    *table
	policies map[string]bool
}

// policyOf tells that a policy of the chain comes next in a text without *table lines, and
// begins another table where it cannot be of the one that is read.
func (r *reader) policyOf(line int, chain string) {
	l := &r.listing
	if l.policies[chain] || len(l.policies) > 0 && chain == "PREROUTING" {
		r.closeListing()
	}
	if r.current == nil {
		r.openListing(line)
	}
	if l.policies == nil {
		l.policies = make(map[string]bool)
	}
	l.policies[chain] = true
}

// openListing begins a table whose name is not known yet.
func (r *reader) openListing(line int) {
	r.current = &table{line: line, chains: make(map[string]*chain)}
	r.listing = listing{table: r.current}
}

// closeListing ends the table that is read without a name, if there is one, and gives it
// the name that its chains tell.
func (r *reader) closeListing() {
	t := r.listing.table
	if t == nil {
		return
	}
	r.listing, r.current = listing{}, nil
	t.name = t.guess()
	if n := len(r.saves); n > 0 && r.saves[n-1].table(t.name) != nil && t.isBare() {
		return // such as the security table, which has the chains of filter
	}
	r.attach(t)
}

// guess tells by the chains which table they are of: the filter table if it can be.
func (t *table) guess() string {
	for _, name := range []string{"filter", "raw", "nat", "mangle"} {
		stranger := func(c *chain) bool { return builtin[c.name] && !slices.Contains(builtins[name], c.name) }
		if !slices.ContainsFunc(t.order, stranger) {
			return name
		}
	}
	return "filter"
}

// isBare reports whether the table lets everything pass.
func (t *table) isBare() bool {
	return !slices.ContainsFunc(t.order, func(c *chain) bool { return len(c.rules) > 0 || c.policy == "DROP" })
}

// joinHeadless puts tables that stand before the first header into the save that
// follows: the first comment line is missing. Tables of the other family stay alone.
func (r *reader) joinHeadless() {
	for i := 0; i+1 < len(r.saves); i++ {
		s, next := r.saves[i], r.saves[i+1]
		if s.declared != 0 || next.declared == 0 || s.mayBeIPv6() != (next.declared == v6) {
			continue
		}
		if slices.ContainsFunc(s.tables, func(t *table) bool { return next.table(t.name) != nil }) {
			continue
		}
		for _, t := range s.tables {
			t.save = next
		}
		next.tables, s.tables = append(s.tables, next.tables...), nil
	}
}

// mayBeIPv6 reports whether a rule has an IPv6 address or an option of ip6tables.
func (s *save) mayBeIPv6() bool {
	for _, t := range s.tables {
		for _, c := range t.order {
			for _, l := range c.rules {
				for word := range strings.FieldsSeq(l.spec) {
					if strings.Count(word, ":") > 1 || strings.Contains(word, "icmp6") || strings.Contains(word, "icmpv6") || word == "ipv6-icmp" {
						return true
					}
				}
			}
		}
	}
	return false
}
