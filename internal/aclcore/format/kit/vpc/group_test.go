package vpc

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
)

func host(a, b, c, d int) addr.Set {
	h := netip.AddrFrom4([4]byte{byte(a), byte(b), byte(c), byte(d)})
	return addr.SetOf(addr.RangeOf(h, h))
}

// estate is a network of n groups of a rule each, with two interfaces to a group,
// every second of which carries the next group too.
func estate(n int) *Network {
	net := &Network{AllInterfaces: true}
	key := func(i int) string { return fmt.Sprintf("sg-%06d", i%n) }
	for i := range n {
		net.Groups = append(net.Groups, Group{Name: key(i), Key: key(i), Line: i + 1, Ingress: []Permission{{
			Label: key(i), Line: i + 1, Services: service.SetOf(service.Ports(service.TCP, 443, 443)),
			Peer: Peer{Text: key(i + 1), Group: key(i + 1)},
		}}})
		net.Interfaces = append(net.Interfaces,
			Interface{Groups: []string{key(i)}, Private: host(10, i>>8, i&255, 1)},
			Interface{Groups: []string{key(i), key(i + 1)}, Private: host(10, i>>8, i&255, 3)})
	}
	return net
}

// TestForeignBound checks that an estate too large to keep what does not carry each
// group answers for the group's own addresses, and for no others.
func TestForeignBound(t *testing.T) {
	const n = 15 // of 30 addresses
	lists, err := estate(n).lists(MaxRules, 100)
	if err != nil {
		t.Fatal(err)
	}
	own := host(10, 0, n-1, 1)
	unknown := func(list int, destination addr.Set) bool {
		for _, r := range lists[list].Rules[:2] {
			if len(r.Unknown) > 0 && r.Traffic.Destinations.ContainsSet(destination) {
				return true
			}
		}
		return false
	}
	for _, tt := range []struct {
		list        int
		destination addr.Set
		want        bool
	}{
		{0, host(10, 0, 0, 1), false},
		{0, own, true},
		{0, host(192, 0, 2, 1), false}, // no interface has it
		{2 * (n - 1), own, false},      //
		{2 * (n - 1), host(10, 0, 0, 1), true},
		{2 * (n - 1), host(192, 0, 2, 1), true}, // past the bound: only what surely carries the group
	} {
		if got := unknown(tt.list, tt.destination); got != tt.want {
			t.Errorf("%s to %s undecidable: %v, want %v", lists[tt.list].Name, tt.destination, got, tt.want)
		}
	}
}

func TestMaxRules(t *testing.T) {
	prefix, err := CIDR("10.0.0.0/8")
	if err != nil {
		t.Fatal(err)
	}
	many := make([]Permission, 10)
	for i := range many {
		many[i] = Permission{Services: service.Any(), Peer: prefix}
	}
	g := Group{Name: "sg-1", Key: "sg-1", Ingress: many}
	shared := []Interface{{Groups: []string{"sg-1", "sg-2"}, Private: host(10, 0, 0, 1)}}
	// The permits of sg-1 do not fit into the list of sg-2 as well.
	lists, err := (&Network{Groups: []Group{g, {Name: "sg-2", Key: "sg-2"}}, Interfaces: shared}).lists(10, maxForeign)
	if err != nil {
		t.Fatal(err)
	}
	in := lists[2].Rules
	if len(in) != 1 || len(in[0].Unknown) != 1 || in[0].Action != rule.Permit {
		t.Errorf("sg-2 ingress has %d rules, want one that cannot be decided", len(in))
	}
	g.Egress = many[:1]
	if _, err := (&Network{Groups: []Group{g}}).lists(10, maxForeign); err == nil || !strings.Contains(err.Error(), "more than 10 rules") {
		t.Errorf("too many rules: %v", err)
	}
}

// TestDefaultEntries: a network ACL without entries still denies, and has rules that
// replies meet; nil would send them to the rules of the same list.
func TestDefaultEntries(t *testing.T) {
	lists, err := (&Network{ACLs: []ACL{{Name: "acl-1", Line: 7}}}).Lists()
	if err != nil {
		t.Fatal(err)
	}
	for i, l := range lists {
		if len(l.Rules) != 1 || len(l.Return) != 1 || !l.Stateless {
			t.Fatalf("%s has %d rules and %d for replies, stateless: %v", l.Name, len(l.Rules), len(l.Return), l.Stateless)
		}
		own, other := l.Name+" *", lists[1-i].Name+" *"
		if r := l.Rules[0]; r.Name != DefaultEntry || r.Place != own || r.Line != 7 || r.Action != rule.Deny || !r.IsCatchAll() {
			t.Errorf("%s: %+v", l.Name, r)
		}
		if l.Return[0].Place != other {
			t.Errorf("%s: replies meet %q", l.Name, l.Return[0].Place)
		}
	}
}

func BenchmarkLists(b *testing.B) {
	n := estate(1000)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := n.Lists(); err != nil {
			b.Fatal(err)
		}
	}
}
