package oracle

import "github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"

// Cross says what can become of a packet that has to be permitted by every ruleset
// of a path.
func Cross(path []*rule.Ruleset, p Packet) (permit, deny bool) {
	permit = true
	for _, rs := range path {
		d := Decide(rs, p)
		permit = permit && d.Permit
		deny = deny || d.Deny
	}
	return permit, deny
}

// Verdict returns what users read for a flow of these packets, at least one, along
// a path: "allowed", "partial" or "blocked" if it is that whatever becomes of the
// packets for which both can be, else "indeterminate".
//
// One rule that cannot be decided may match one of the packets and not another, as
// a rule for an application does. So every number of them may be permitted.
func Verdict(path []*rule.Ruleset, packets []Packet) string {
	permitted, denied, open := 0, 0, 0
	for _, p := range packets {
		switch permit, deny := Cross(path, p); {
		case permit && deny:
			open++
		case permit:
			permitted++
		default:
			denied++
		}
	}
	verdicts := make(map[string]bool)
	for more := range open + 1 {
		verdicts[verdict(permitted+more, denied+open-more)] = true
	}
	if len(verdicts) > 1 {
		return "indeterminate"
	}
	return verdict(permitted+open, denied)
}

func verdict(permitted, denied int) string {
	switch {
	case denied == 0:
		return "allowed"
	case permitted == 0:
		return "blocked"
	}
	return "partial"
}
