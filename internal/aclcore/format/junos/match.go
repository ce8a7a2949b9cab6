package junos

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/known"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/tree"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/zoned"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// A matcher collects the conditions of a term: different ones all hold, values of one
// are alternatives.
type matcher struct {
	config *config
	all    addr.Set
	policy *zoned.Policy

	sources, destinations zoned.Addresses
	either                []zoned.Addresses // that a source or a destination is in
	services              serviceMatch
	state                 rule.State
	asked                 bool // for a state
}

func newMatcher(c *config, family string, p *zoned.Policy) *matcher {
	all := families[family]
	return &matcher{
		config: c, all: all, policy: p,
		sources: known.Exactly(all), destinations: known.Exactly(all), services: serviceMatch{v6: family == "inet6"},
	}
}

// conditionKeys are the conditions with values.
var conditionKeys = strings.Fields(`source-address destination-address address source-prefix-list destination-prefix-list prefix-list
	protocol protocol-except next-header next-header-except payload-protocol payload-protocol-except
	port source-port destination-port port-except source-port-except destination-port-except
	icmp-type icmp-type-except icmp-code icmp-code-except tcp-flags fragment-offset`)

// from reads the conditions. It returns false if no packet that opens a connection, and
// no reply, matches them: only fragments do.
func (m *matcher) from(n *tree.Node) bool {
	addresses := make(map[string][]*tree.Node)
	for _, s := range settings(n, conditionKeys, []string{"tcp-established", "tcp-initial", "is-fragment"}) {
		switch s.key {
		case "source-address", "source-prefix-list", "destination-address", "destination-prefix-list", "address", "prefix-list":
			addresses[s.key] = append(addresses[s.key], s.node)
		case "is-fragment": // of the others, older and newer manuals differ on first-fragment
			return false
		case "tcp-established":
			m.inState(rule.Established)
		case "tcp-initial":
			m.inState(rule.New)
		case "tcp-flags":
			m.flags(s.value)
		case "apply-groups", "apply-groups-except":
		default:
			if !m.services.add(s) {
				m.policy.Doubt("the condition %s is not decided", s.node)
			}
		}
	}
	m.sources = m.side(addresses["source-address"], addresses["source-prefix-list"], m.sources)
	m.destinations = m.side(addresses["destination-address"], addresses["destination-prefix-list"], m.destinations)
	if a, l := addresses["address"], addresses["prefix-list"]; len(a)+len(l) > 0 {
		either := m.side(a, l, m.sources)
		if slices.ContainsFunc(slices.Concat(a, l), hasExcept) {
			either = known.AtMost(m.all, "except in a condition on either address")
		}
		m.either = append(m.either, either)
	}
	return true
}

// flags reads an expression on TCP flags; the two that have names of their own are
// decided.
func (m *matcher) flags(text string) {
	m.services.flags = true
	switch strings.Join(strings.Fields(strings.Trim(text, "()\"")), "") {
	case "ack|rst", "rst|ack":
		m.inState(rule.Established)
	case "syn&!ack", "!ack&syn":
		m.inState(rule.New)
	default:
		m.policy.Doubt("tcp-flags %s", text)
	}
}

// inState says that only packets of the state match; of two states it is not sure what
// the device makes.
func (m *matcher) inState(s rule.State) {
	m.services.flags = true
	if m.asked && m.state != s {
		m.policy.Doubt("two conditions on TCP flags")
		s = 0
	}
	m.state, m.asked = s, true
}

// matches returns what the term matches.
func (m *matcher) matches() []zoned.Match {
	services := m.services.set()
	base := zoned.Match{Sources: m.sources, Destinations: m.destinations, Services: services}
	out := []zoned.Match{base}
	for _, either := range m.either {
		var next []zoned.Match
		for _, x := range out {
			src, dst := x, x
			src.Sources = x.Sources.Intersect(either)
			dst.Destinations = x.Destinations.Intersect(either)
			next = append(next, src, dst)
		}
		out = next
	}
	if m.services.onEitherPort() {
		return m.services.either(out)
	}
	return out
}

func hasExcept(n *tree.Node) bool { return n.Applied("except") != nil }

// off reports whether an entry with except is inactive, which marks its last word.
func off(n *tree.Node) bool {
	except := n.Get("except")
	return except != nil && except.Inactive
}

// side returns what is known of a condition on one address: a list in which the longest
// prefix that holds an address decides, whether by itself or by except. A list of only
// exceptions holds nothing.
func (m *matcher) side(addresses, lists []*tree.Node, all zoned.Addresses) zoned.Addresses {
	if len(addresses)+len(lists) == 0 {
		return all
	}
	l := &prefixes{all: m.all}
	for _, a := range addresses {
		if !off(a) {
			l.add(a.Word, hasExcept(a))
		}
	}
	for _, a := range lists {
		if off(a) {
			continue
		}
		list := m.config.root.Applied("policy-options", "prefix-list", a.Word)
		if list == nil {
			list = m.config.global.Applied("policy-options", "prefix-list", a.Word)
		}
		switch why := cmp.Or(m.config.doubtAlong("policy-options", "prefix-list"), m.config.doubtBelow(list)); {
		case list == nil:
			l.unknown(fmt.Sprintf("the prefix list %s is not in the text", a.Word), hasExcept(a))
		case why != "":
			l.unknown(why, hasExcept(a))
		default:
			m.prefixList(l, list, hasExcept(a))
		}
	}
	return l.set()
}

func (m *matcher) prefixList(l *prefixes, list *tree.Node, except bool) {
	for _, p := range list.Active() {
		switch p.Word {
		case "apply-path":
			for _, word := range m.config.applyPath(strings.Join(p.Words(), " ")) {
				l.add(word, except)
			}
		case "apply-groups", "apply-groups-except", "description":
		default:
			l.add(p.Word, except)
		}
	}
}

// applyPath returns the words of the configuration that a path with patterns stands
// for: "interfaces <*> unit <*> family inet address <*>".
func (c *config) applyPath(path string) []string {
	nodes := []*tree.Node{c.global}
	for _, pattern := range strings.Fields(path) {
		var next []*tree.Node
		for _, n := range nodes {
			for _, child := range n.Active() {
				if matches(pattern, child.Word) {
					next = append(next, child)
				}
			}
		}
		nodes = next
	}
	words := make([]string, len(nodes))
	for i, n := range nodes {
		words[i] = n.Word
	}
	return words
}

// prefixes is a list in which the longest prefix decides.
type prefixes struct {
	all     addr.Set
	entries []prefixEntry
	// scattered are masks with ones that stand apart, which have no length.
	scattered zoned.Addresses
	doubtful  zoned.Addresses
	excepted  bool
	why       []string
}

type prefixEntry struct {
	prefix netip.Prefix
	except bool
}

func (l *prefixes) add(text string, except bool) {
	l.excepted = l.excepted || except
	if p, ok := prefixOf(text); ok {
		l.entries = append(l.entries, prefixEntry{p, except})
		return
	}
	if a, mask, ok := strings.Cut(text, "/"); ok {
		if set, ok := zoned.Masked(a, mask); ok && len(set.Ranges()) == 1 {
			if p, ok := prefixOf(set.Prefixes()[0]); ok {
				l.entries = append(l.entries, prefixEntry{p, except})
				return
			}
		}
		if set, ok := zoned.Wildcard(a, mask); ok && !except {
			l.scattered = l.scattered.Union(set)
			return
		}
	}
	l.unknown(fmt.Sprintf("the address %s is not read", text), except)
}

func prefixOf(text string) (netip.Prefix, bool) {
	if a, err := netip.ParseAddr(text); err == nil && a.Zone() == "" {
		return netip.PrefixFrom(a, a.BitLen()), true
	}
	p, err := netip.ParsePrefix(text)
	return p.Masked(), err == nil
}

func (l *prefixes) unknown(why string, except bool) {
	l.excepted = l.excepted || except
	l.doubtful = l.doubtful.Union(known.AtMost(l.all, why))
	if except {
		l.why = append(l.why, why)
	}
}

// set applies the entries from the shortest prefix to the longest.
func (l *prefixes) set() zoned.Addresses {
	slices.SortStableFunc(l.entries, func(a, b prefixEntry) int { return a.prefix.Bits() - b.prefix.Bits() })
	var set addr.Set
	for i, e := range l.entries {
		one := addr.SetOf(addr.RangeOfPrefix(e.prefix)).Intersect(l.all)
		if e.except {
			set = set.Subtract(one)
		} else {
			set = set.Union(one)
		}
		if i > 0 && l.entries[i-1].prefix == e.prefix && l.entries[i-1].except != e.except {
			return known.AtMost(l.all, fmt.Sprintf("%s is listed with except and without", e.prefix))
		}
	}
	out := known.Exactly(set).Union(l.scattered)
	switch {
	case len(l.why) > 0, l.excepted && len(l.scattered.Sure.Ranges()) > 0:
		return known.AtMost(l.all, append(l.why, l.doubtful.Why...)...).Doubt(l.all, "except beside an address that has no length")
	case l.excepted && !l.doubtful.Possible.IsEmpty():
		// An unknown list may hold longer prefixes than those excepted, and adds only.
		return out.Union(l.doubtful)
	}
	return out.Union(l.doubtful)
}
