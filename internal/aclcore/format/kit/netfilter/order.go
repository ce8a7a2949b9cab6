package netfilter

import "github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"

// Order is what Linux does with a packet that it forwards, and with each that answers
// it: a reply passes the same chains with the interfaces turned round.
var Order = device.Order{
	Steps:      []device.Step{device.TranslateDestination, device.FilterBetween, device.TranslateSource},
	Stateless:  true,
	Absent:     device.Undecided,
	NoProxyARP: true,
	Source:     "iptables(8), TABLES; nft(8), ADDRESS FAMILIES and hooks",
}

// Bind notes that the list of a hook filters what crosses the machine (forward), what it
// receives (input) or what it sends (output).
func Bind(doc *device.Document, hook, list string) {
	stage, ok := map[string]device.Stage{
		"forward": device.StageBetween, "input": device.StageLocalIn, "output": device.StageLocalOut,
	}[hook]
	if ok {
		doc.Bindings = append(doc.Bindings, device.Binding{List: list, Stage: stage, V4: true, V6: true})
	}
}
