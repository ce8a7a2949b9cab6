package oracle

import "github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"

// Verdict returns what users read for a flow of these packets: "allowed",
// "partial" or "blocked" if it is that for every choice of what cannot be decided,
// else "indeterminate".
//
// One rule that cannot be decided may match one of the packets and not another, as
// a rule for an application does. So every packet takes each of its possible
// fates, one at a time; that of the others is settled by trying all of them.
func Verdict(rs *rule.Ruleset, packets []Packet) string {
	sureP, sureD, open := 0, 0, 0
	for _, p := range packets {
		switch d := Decide(rs, p); {
		case d.Permit && d.Deny:
			open++
		case d.Permit:
			sureP++
		default:
			sureD++
		}
	}
	seen := make(map[string]bool)
	for permitted := range open + 1 {
		seen[verdict(sureP+permitted, sureD+open-permitted)] = true
	}
	if len(seen) > 1 {
		return "indeterminate"
	}
	for v := range seen {
		return v
	}
	return ""
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
