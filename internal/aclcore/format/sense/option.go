package sense

import (
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// legacyElements and newElements are read elsewhere, or change no verdict.
var (
	legacyElements = strings.Fields(`type interface floating quick disabled direction ipprotocol protocol source destination descr icmptype`)
	newElements    = strings.Fields(`enabled sequence action quick interfacenot interface direction ipprotocol protocol icmptype icmp6type description
		source_net source_not source_port destination_net destination_not destination_port sort_order prio_group`)
	harmless = strings.Fields(`log tracker id seq created updated category categories label associated-rule-id statetimeout state-policy source-track
		nopfsync nosync allowopts disablereplyto set-prio set-prio-low vlanprioset tag ackqueue defaultqueue dnpipe pdnpipe shaper1 shaper2
		udp-first udp-multiple udp-single pflow tcpflags_any`)
	limits     = strings.Fields("max max-src-nodes max-src-conn max-src-states max-src-conn-rate max-src-conn-rates adaptivestart adaptiveend overload")
	conditions = strings.Fields("os tagged tos dscp vlanprio prio sched gateway reply-to replyto divert-to l7container")
	states     = []string{"", "keep state", "keep", "sloppy state", "sloppy", "modulate state", "modulate", "synproxy state", "synproxy"}
)

// options reads what a rule says beside what it matches.
func (c *config) options(out *entry, e *element, read []string) {
	seen := make(map[string]bool)
	for _, o := range e.children {
		if seen[o.name] {
			out.DoubtAction("<%s> stands there twice", o.name)
			out.broad, out.none, out.disabled = true, false, false
		}
		seen[o.name] = true
		unset := o.text == "" && len(o.children) == 0
		switch {
		case slices.Contains(read, o.name), slices.Contains(harmless, o.name):
		case o.name == "statetype":
			out.state(o.text)
		case o.name == "tcpflags1", o.name == "tcpflags2":
			out.flags(e)
		case slices.Contains(limits, o.name):
			out.fills = out.fills || !unset && o.name == "max-src-conn-rate"
			if !unset && out.Action == rule.Permit {
				out.DoubtAction("states are limited by %s", o.name)
			}
		case slices.Contains(conditions, o.name):
			if !unset && o.text != "none" && o.text != "any" && o.text != "default" {
				out.Doubt("%s %s", o.name, o.text)
			}
		default:
			out.Doubt("<%s> is not known", o.name)
		}
	}
}

func (r *entry) state(kind string) {
	switch {
	case slices.Contains(states, kind):
	case kind == "none" || kind == "no state":
		if r.Action == rule.Permit {
			r.DoubtAction("no state: a rule may block the replies")
		}
	default:
		r.Doubt("the state %s is not known", kind)
	}
}

// flags takes the flags of TCP, which open a connection if they are S/SA.
func (r *entry) flags(e *element) {
	set, of := words(strings.ToLower(e.value("tcpflags1"))), words(strings.ToLower(e.value("tcpflags2")))
	if strings.ToLower(e.value("protocol")) != "tcp" || e.get("tcpflags_any") != nil && (e.isSet("tcpflags_any") || e.value("tcpflags_any") == "") || len(of) == 0 {
		return
	}
	if !slices.Equal(set, []string{"syn"}) || !slices.Contains(of, "syn") {
		r.Doubt("flags %s/%s", strings.Join(set, ","), strings.Join(of, ","))
	}
}
