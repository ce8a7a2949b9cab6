package iptables

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/netfilter"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// A ruleReader reads the options of one rule after the other of a table.
type ruleReader struct {
	*reader
	table *table
	// of is the chain whose rules are read.
	of       string
	tracking netfilter.Tracking
	tokens   []token

	line int
	next int
	rule parsedRule
	// connection are the conditions on the first packet of the rule's connections.
	connection connection
}

// parsedRule is what the options of a rule say.
type parsedRule struct {
	sources, destinations addr.Set
	services              service.Set
	// protocol is that of -p, -1 if there is none or it is negated.
	protocol int
	ports    []portMatch
	in, out  netfilter.Interfaces
	// further are conditions that are not one set of a product.
	further [][]netfilter.Packets
	unknown []string
	// steady are matches whose options are not read.
	steady []steadyMatch
	// module is the match whose options follow, target the target.
	module, target string
	isGoto         bool
	// untracks says that the target exempts packets from connection tracking.
	untracks bool
	name     string
	// change is what the target makes of the mark.
	change *netfilter.Change
	// to is the destination that the target DNAT gives.
	to string
	// gives are the options of the target with their values.
	gives [][]string
	// hops says that the target may leave a packet with no hops to go.
	hops bool
	// copies is how many rules it becomes: one for each pair of addresses.
	copies int
}

// portMatch is a condition on ports, which can be read once the protocol is known.
type portMatch struct {
	option   string
	text     string
	src, dst bool
	multi    bool
	not      bool
}

// read reads one rule. ok is false if it has an error, which is noted.
func (r *ruleReader) read(l ruleLine) (clauses []netfilter.Clause, ok bool) {
	tokens, err := split(l.spec, r.tokens)
	if err != nil {
		r.Add(l.line, "%v in %.60q", err, l.text)
		return nil, false
	}
	r.tokens, r.line, r.next = tokens, l.line, 0
	r.rule = parsedRule{sources: addr.Any(), destinations: addr.Any(), services: service.Any(), protocol: -1, copies: 1}
	for r.next < len(r.tokens) {
		if err := r.option(); err != nil {
			r.Add(l.line, "%v", err)
			return nil, false
		}
	}
	if err := r.readPorts(); err != nil {
		r.Add(l.line, "%v", err)
		return nil, false
	}
	if err := r.connection.close(r); err != nil {
		r.Add(l.line, "%v", err)
		return nil, false
	}
	packets := r.packets()
	if r.rule.untracks {
		r.table.save.untracked = append(r.table.save.untracked, packets...)
	}
	v, any := r.verdict()
	if !any {
		return nil, true
	}
	if same, ok := r.unchanged(packets); ok && v.Kind == netfilter.Undecided {
		clauses = append(clauses, netfilter.Clause{Packets: same, Verdict: netfilter.Verdict{Kind: netfilter.Accept}})
	}
	return append(clauses, netfilter.Clause{Packets: packets, Verdict: v}), true
}

// packets returns what the rule matches.
func (r *ruleReader) packets() []netfilter.Packets {
	p := netfilter.Packets{
		Traffic: traffic.Product{Sources: r.rule.sources, Destinations: r.rule.destinations, Services: r.rule.services},
		In:      r.rule.in, Out: r.rule.out, State: netfilter.AnyState, Unknown: r.rule.unknown,
	}
	if p.IsEmpty() {
		return nil
	}
	sets := []netfilter.Packets{p}
	for i := range r.rule.steady {
		m := &r.rule.steady[i]
		sets, ok := m.addressType(&r.symbols)
		if !ok {
			sets = []netfilter.Packets{m.condition(&r.symbols)}
		}
		r.rule.further = append(r.rule.further, sets)
	}
	for _, f := range r.rule.further {
		both, ok := netfilter.Both(sets, f)
		if !ok {
			return []netfilter.Packets{p.Because("its conditions are too many")}
		}
		sets = both
	}
	return sets
}

// option reads the next option with its arguments.
func (r *ruleReader) option() error {
	t := r.tokens[r.next]
	r.next++
	not := t.isBang()
	if not {
		if r.next == len(r.tokens) {
			return fmt.Errorf("the exclamation mark has nothing behind it")
		}
		t = r.tokens[r.next]
		r.next++
	}
	if !t.isOption() {
		return fmt.Errorf("%q is not an option; blanks in a text need quotes", t.text)
	}
	name, value, joined := strings.Cut(t.text, "=")
	if joined && strings.HasPrefix(name, "--") {
		r.next--
		r.tokens[r.next] = token{value, true}
	} else {
		name = t.text
	}
	if o, ok := options[name]; ok {
		return r.known(name, o, not)
	}
	if strings.HasPrefix(name, "-") && !strings.HasPrefix(name, "--") && len(name) > 2 {
		return fmt.Errorf("the option %s is not known; options of one letter stand alone", name)
	}
	r.foreign(name, not)
	return nil
}

func (r *ruleReader) known(name string, o option, not bool) error {
	var args [2]string
	for i := range o.args {
		if r.next < len(r.tokens) && r.tokens[r.next].isBang() { // "-s ! 10.0.0.0/8", as older versions print
			not = !not
			r.next++
		}
		if r.next == len(r.tokens) {
			return fmt.Errorf("%s needs a value", name)
		}
		args[i] = r.tokens[r.next].text
		r.next++
	}
	if not && !o.negates {
		return fmt.Errorf("%s cannot be negated", name)
	}
	if err := o.read(r, name, args, not); err != nil {
		return fmt.Errorf("%s %s: %w", name, strings.TrimSpace(args[0]+" "+args[1]), err)
	}
	return nil
}

// foreign passes over an option of a match or target that is not known. A match
// puts the rule in doubt; a target is judged by its name.
func (r *ruleReader) foreign(name string, not bool) {
	words := []string{name}
	if not {
		words = []string{"!", name}
	}
	for r.next < len(r.tokens) && !r.tokens[r.next].isOption() && !r.tokens[r.next].isBang() {
		words = append(words, r.tokens[r.next].text)
		r.next++
	}
	r.suggestFamily(words)
	r.markOption(words)
	if len(words) == 2 && words[0] == "--to-destination" && r.rule.module == "" {
		r.rule.to += words[1] // two are no destination that a packet can have
	}
	if len(words) > 1 {
		switch n, err := strconv.Atoi(words[1]); words[0] {
		case "--ttl-set", "--hl-set":
			r.rule.hops = err != nil || n < 2
		case "--ttl-dec", "--hl-dec":
			r.rule.hops = true
		}
	}
	if r.rule.module == "" && r.rule.target != "" {
		r.rule.gives = append(r.rule.gives, words)
		return
	}
	if neverFirst[r.rule.module] {
		return
	}
	text := strings.Join(words, " ")
	if _, ok := steady[r.rule.module]; ok {
		c := &r.rule.steady[len(r.rule.steady)-1]
		c.words, c.options, c.not = append(c.words, words...), c.options+1, not
		return
	}
	r.doubt(text)
}

// doubt adds what is written of the match that is read to what is not decided.
func (r *ruleReader) doubt(text string) {
	if n := len(r.rule.unknown); n > 0 && strings.HasPrefix(r.rule.unknown[n-1], "-m "+r.rule.module) {
		r.rule.unknown[n-1] += " " + text
		return
	}
	if r.rule.module != "" {
		text = "-m " + r.rule.module + " " + text
	}
	r.rule.unknown = append(r.rule.unknown, text)
}

// steady are the matches that cannot be decided, but say the same of a packet wherever it
// meets them: what they look at is not changed on its way. Where it is true, "!" matches
// exactly the other packets; others, such as mac, do not match what lacks a field.
var steady = map[string]bool{
	"owner": true, "pkttype": true, "string": true, "length": true, "addrtype": true,
	"mac": false, "time": false, "policy": false, "rpfilter": false, "geoip": false, "condition": false, "osf": false, "ah": false, "esp": false,
}

// A steadyMatch is a match of [steady] with its options.
type steadyMatch struct {
	module  string
	words   []string
	options int
	// not says that its last option is negated.
	not bool
}

// condition returns the packets that the match holds for.
func (m *steadyMatch) condition(s *netfilter.Symbols) netfilter.Packets {
	words, not := m.words, m.not && m.options == 1 && steady[m.module]
	if not {
		words = words[1:]
	}
	return s.Holds(strings.Join(append([]string{"-m " + m.module}, words...), " "), !not)
}

// suggestFamily learns from what only one family rejects with.
func (r *ruleReader) suggestFamily(words []string) {
	if len(words) < 2 || words[0] != "--reject-with" {
		return
	}
	switch {
	case strings.HasPrefix(words[1], "icmp6-"):
		r.table.save.see(netfilter.V6, r.line)
	case strings.HasPrefix(words[1], "icmp-"):
		r.table.save.see(netfilter.V4, r.line)
	}
}
