package ios

import (
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
)

// conditions is what stands behind the addresses and ports of an entry.
type conditions struct {
	state rule.State
	// fragments says that the entry matches only fragments after the first.
	fragments bool
	// reasons are the conditions that cannot be decided.
	reasons []string
	// unread says that the line goes on with words that are not understood.
	unread bool
}

// rest stands for all the words up to the end of the line.
const rest = 1 << 20

// arguments counts the words that follow a condition which cannot be decided, and
// an action besides permit and deny.
var arguments = map[string]int{
	"cos": 1, "dscp": 1, "ecn": 1, "flow-label": 1, "http-method": 1, "nve": 2, "option": 1, "precedence": 1,
	"qos-group": 1, "tcp-flags-mask": 1, "tcp-option-length": 1, "time-range": 1, "tos": 1, "vlan": 1,
	"nexthop": rest, "nexthop1": rest, "default": rest, "redirect": rest, "set": rest, "police": rest,
	"routing": 0, "mobility": 0, "dest-option": 0, "hbh": 0, "undetermined-transport": 0,
}

// conditions reads to the end of the line.
func (r *resolver) conditions(action rule.Action, proto protocol, w *words) conditions {
	var c conditions
	var (
		tests   []flagTest
		written []string
		masked  bool // the meaning of the flags depends on a mask (NX-OS)
	)
	for !w.done() {
		if r.withoutEffect(action, w) {
			continue
		}
		start := w.at
		switch word := w.peek(); word {
		case "fragments":
			w.skip(1)
			c.fragments = true
			continue
		case "tracked": // EOS: packets of known connections
			w.skip(1)
			c.state = rule.Established
			continue
		}
		if reason := undecided(w); reason != "" {
			masked = masked || strings.HasPrefix(lower(reason), "tcp-flags-mask")
			c.reasons = append(c.reasons, reason)
			continue
		}
		if found := flagTests(w); found != nil && proto.number == service.TCP && !proto.any {
			tests = append(tests, found...)
			written = append(written, strings.Join(w.raw[start:w.at], " "))
			continue
		}
		w.at = start
		c.unread = true
		c.reasons = append(c.reasons, notUnderstood(w))
	}
	if tests != nil && !masked {
		state, reason := connectionState(action, tests, strings.Join(written, " "))
		if c.state == rule.AnyState {
			c.state = state
		}
		if reason != "" {
			c.reasons = append(c.reasons, reason)
		}
	}
	return c
}

// withoutEffect steps over what changes nothing about which packets an entry matches, if
// the line goes on with such.
func (r *resolver) withoutEffect(action rule.Action, w *words) bool {
	switch w.peek() {
	case "log", "log-input", "log-update", "icmp-off", "icmp-on", "count":
		w.skip(1)
		r.logCookie(w)
	case "capture": // NX-OS names a session
		w.skip(1)
		if w.take("session") {
			w.skip(1)
		}
	case "counter": // XR
		w.skip(2)
	case "reflect": // makes a temporary entry in another list
		w.skip(2)
		if w.take("timeout") {
			w.skip(1)
		}
	default: // a permit is one, whichever way the packet is sent on
		return action == rule.Permit && r.dialect == XR && nextHops(w)
	}
	return true
}

// undecided takes a condition that a flow does not settle and returns it, empty if the
// line goes on with something else.
func undecided(w *words) string {
	word := w.peek()
	switch word {
	case "ttl", "hop-limit", "packet-length":
		w.skip(1)
		n := 1
		switch w.peek() {
		case "eq", "neq", "gt", "lt":
			n = 2
		case "range":
			n = 3
		}
		return word + " " + w.span(n)
	}
	n, ok := arguments[word]
	if !ok {
		return ""
	}
	reason := w.span(1 + n)
	if next := w.peek(); word == "time-range" && (next == "(active)" || next == "(inactive)") {
		w.skip(1) // as of when the output was taken
	}
	return reason
}

// nextHops steps over "[default] nexthop1 [vrf NAME] [ipv4 ADDRESS] [track NAME]
// nexthop2 …", where XR sends what the entry permits (ACL-based forwarding), if the line
// goes on like that.
func nextHops(w *words) bool {
	start := w.at
	w.take("default")
	first := w.at
	for w.take("nexthop1") || w.take("nexthop2") || w.take("nexthop3") {
		where := w.at
		for w.take("vrf") || w.take("ipv4") || w.take("ipv6") || w.take("track") {
			w.skip(1)
		}
		if w.at == where {
			w.at = start
			return false
		}
	}
	if w.at == first {
		w.at = start
		return false
	}
	return true
}

// logCookie takes the word that IOS writes into its log beside an entry, if that is
// what ends the line.
func (r *resolver) logCookie(w *words) {
	word := w.peek()
	if _, argument := arguments[word]; r.cookies && !r.v6 && w.at == len(w.low)-1 && !argument && flagNames[word] == 0 && !conditionWords[word] {
		w.skip(1)
	}
}

// conditionWords are the words that conditions does not take from a table.
var conditionWords = makeSet(`log log-input log-update icmp-off icmp-on count capture counter reflect fragments tracked ttl
	hop-limit packet-length established match-any match-all`)
