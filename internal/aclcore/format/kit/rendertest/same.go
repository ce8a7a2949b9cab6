package rendertest

import (
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/oracle"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// zones are those of the rules in the tests of chains, and one that no rule names.
var zones = []string{"a", "b", "c"}

// Same fails unless both rulesets do the same with every one of the packets. Where a
// packet's zones are not declared, the rules that chains become can tell more or less
// of it, as each of them is judged alone: got then has to allow for what want does with
// the packet in some zone, and for nothing that want rules out.
func Same(t *testing.T, got, want *rule.Ruleset, packets []oracle.Packet, report string) {
	t.Helper()
	for _, p := range packets {
		g, w := oracle.Decide(got, p), oracle.Decide(want, p)
		if g.Permit == w.Permit && g.Deny == w.Deny {
			continue
		}
		permit, deny := w.Permit, w.Deny
		if p.SourceZone == "" || p.DestinationZone == "" {
			permit, deny = inSomeZone(want, p)
		}
		if g.Permit && !w.Permit || g.Deny && !w.Deny || permit && !g.Permit || deny && !g.Deny {
			t.Fatalf("%+v: permitted %v and denied %v, want %v and %v, by\n%s", p, g.Permit, g.Deny, w.Permit, w.Deny, report)
		}
	}
}

// inSomeZone tells what may become of the packet in the zones that it does not declare.
func inSomeZone(rs *rule.Ruleset, p oracle.Packet) (permit, deny bool) {
	either := func(declared string) []string {
		if declared != "" {
			return []string{declared}
		}
		return zones
	}
	for _, from := range either(p.SourceZone) {
		for _, to := range either(p.DestinationZone) {
			declared := p
			declared.SourceZone, declared.DestinationZone = from, to
			d := oracle.Decide(rs, declared)
			permit, deny = permit || d.Permit, deny || d.Deny
		}
	}
	return permit, deny
}
