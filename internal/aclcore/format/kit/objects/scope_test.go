package objects_test

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/known"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/objects"
)

type (
	level = objects.Level[addr.Set]
	set   = known.Set[addr.Set]
)

func host(last byte) addr.Set {
	a := netip.AddrFrom4([4]byte{10, 0, 0, last})
	return addr.SetOf(addr.RangeOf(a, a))
}

func scope(levels ...*level) *objects.Scope[addr.Set] {
	return objects.NewScope(objects.Options[addr.Set]{
		Kind: "address", All: addr.Any4(), Size: func(s addr.Set) int { return len(s.Ranges()) }, Budget: 1000,
		Other: func(name string) (set, bool) {
			if name == "all" {
				return known.Exactly(addr.Any4()), true
			}
			return set{}, false
		},
	}, levels...)
}

func describe(s set) string {
	text := s.Sure.String()
	if !s.Possible.Equal(s.Sure) {
		text += " to " + s.Possible.String()
	}
	if len(s.Why) > 0 {
		text += " ? " + strings.Join(s.Why, "; ")
	}
	return text
}

func TestResolve(t *testing.T) {
	inner, outer := new(level), new(level)
	for _, l := range []*level{inner, outer} {
		for i := range byte(4) {
			l.Add(fmt.Sprintf("h%d", i), int(i)+1, known.Exactly(host(i)))
		}
	}
	outer.Add("dns", 5, known.AtMost(addr.Any4(), "its address is not in the text"))
	outer.Members("web", 6, "h1", "h2")
	outer.Members("all-but", 7, "all")
	outer.Except("all-but", 7, "web")
	outer.Members("mixed", 8, "web", "dns")
	outer.Members("but-dns", 9, "web")
	outer.Except("but-dns", 9, "dns")
	outer.Members("circle", 10, "h1", "circle2")
	outer.Members("circle2", 11, "circle", "h2")
	outer.Members("odd", 12, "h1")
	outer.Doubt("odd", 13, `line "zap h1" is not understood`)
	inner.Add("h1", 20, known.Exactly(host(9))) // a second line of the same object adds
	hidden := new(level)
	hidden.Add("h2", 30, known.Exactly(host(7)))

	for _, tt := range []struct{ name, want string }{
		{"h0", "10.0.0.0"},
		{"all", "0.0.0.0/0"},
		{"web", "10.0.0.1, 10.0.0.7, 10.0.0.9"},
		{"mixed", "10.0.0.1, 10.0.0.7, 10.0.0.9 to 0.0.0.0/0 ? its address is not in the text"},
		{"but-dns", "none to 10.0.0.1, 10.0.0.7, 10.0.0.9 ? its address is not in the text"},
		{"circle", `10.0.0.1, 10.0.0.7, 10.0.0.9 to 0.0.0.0/0 ? address "circle" is a member of itself`},
		{"odd", `none to 0.0.0.0/0 ? line "zap h1" is not understood`},
		{"gone", `none to 0.0.0.0/0 ? address "gone" is not in the text`},
	} {
		if got := describe(scope(hidden, inner, outer).Resolve(tt.name)); got != tt.want {
			t.Errorf("%s = %q, want %q", tt.name, got, tt.want)
		}
	}
	s := scope(hidden, inner, outer)
	if got := s.Resolve("all-but"); got.Sure.Contains(netip.MustParseAddr("10.0.0.7")) || !got.Sure.Contains(netip.MustParseAddr("10.0.0.2")) || !got.IsExact() {
		t.Errorf("all-but = %v", got)
	}
	if s.Line("h2") != 30 || s.Line("web") != 6 || s.Line("gone") != 0 {
		t.Error("the lines of objects are wrong")
	}
}

// TestNested: work is in proportion to the text, also where groups multiply or nest
// deeply, and where one of them is not known in full.
func TestNested(t *testing.T) {
	l := new(level)
	l.Members("g0", 1, "h", "gone")
	l.Add("h", 2, known.Exactly(host(1)))
	for depth := 1; depth <= 3000; depth++ {
		for range 10 {
			l.Members(fmt.Sprintf("g%d", depth), depth, fmt.Sprintf("g%d", depth-1))
		}
	}
	s := scope(l)
	if got := s.Resolve("g20"); !got.Sure.Equal(host(1)) || got.IsExact() {
		t.Errorf("20 levels of 10: %s", describe(got))
	}
	if got := s.Resolve("g3000"); !got.Sure.IsEmpty() || !strings.Contains(describe(got), "nested more than 64 levels deep") {
		t.Errorf("3000 levels: %s", describe(got))
	}
}

// TestBudget: what stands for more ranges than are kept may be anything.
func TestBudget(t *testing.T) {
	l := new(level)
	var many addr.Set
	for i := range byte(100) {
		many = many.Union(host(2 * i))
	}
	for i := range 20 {
		l.Add(fmt.Sprint(i), i+1, known.Exactly(many))
	}
	s, exact := scope(l), 0
	for i := range 20 {
		if got := s.Resolve(fmt.Sprint(i)); got.IsExact() {
			exact++
		} else if !got.Possible.Equal(addr.Any4()) {
			t.Errorf("%d beyond the budget: %s", i, describe(got))
		}
	}
	if exact != 5 {
		t.Errorf("%d of 20 are exact, want 5", exact)
	}
}
