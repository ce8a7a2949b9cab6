package asa

import (
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
)

// policies are the policy maps of a text, by what in them may drop a packet that opens a
// connection, or send it elsewhere (Cisco ASA Series Firewall CLI Configuration Guide, Service
// Policy Using the Modular Policy Framework; ASA FirePOWER Module; Cloud Web Security).
type policies struct {
	// why is what the policy does, empty if it does nothing of that kind.
	why map[string]string
	// open is the policy whose body is being read.
	open string
}

// bodyWords begin the lines of a policy's body, which some collectors do not indent.
var bodyWords = []string{"class", "match", "inspect", "set", "police", "priority", "shape", "sfr", "cxsc", "ips", "csc", "description", "user-statistics", "flow-export"}

// line takes a command that is not of an interface.
func (p *policies) line(c *command) {
	switch {
	case !c.Indented && c.is("policy-map") && len(c.low) == 2:
		p.open = c.words[1]
		if p.why == nil {
			p.why = make(map[string]string)
		}
		p.why[p.open] += ""
	case !c.Indented && !slices.Contains(bodyWords, c.low[0]):
		p.open = ""
	case p.open != "":
		if why := acts(c); why != "" {
			p.why[p.open] = why
		}
	}
}

// acts tells what an action of a class does to packets, empty if nothing that matters. A
// module that only watches lets them pass; what polices drops what conforms only if it says so.
func acts(c *command) string {
	switch {
	case (c.is("sfr") || c.is("cxsc")) && !slices.Contains(c.low, "monitor-only"):
		return "a module decides about it by rules of its own"
	case c.is("inspect", "scansafe"):
		return "it may be sent to Cloud Web Security"
	case c.is("police") && strings.Contains(strings.Join(c.low, " "), "conform-action drop"):
		return "a limit drops what it matches"
	}
	return ""
}

// apply takes "service-policy NAME {global | interface NAME} [fail-close]".
func (p *policies) apply(doc *device.Document, c *command) {
	iface := after(c, "interface")
	why, known := p.why[c.words[1]]
	if !known {
		why = "the policy map " + c.words[1] + " is not in the text"
	}
	if why != "" {
		c.doubt(doc, device.StageIn, iface, why)
		if iface != "" {
			c.doubt(doc, device.StageOut, iface, why)
		}
	}
	if slices.Contains(c.low, "fail-close") {
		c.doubt(doc, device.StageIn, iface, "inspections that know no IPv6 drop it").Traffic = device.AllTraffic(false, true)
	}
}
