package policy

import (
	"testing"
	"time"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/flow"
)

// TestHotPathDoesNotAllocate guards the walk over products whose leaves have been
// asked.
func TestHotPathDoesNotAllocate(t *testing.T) {
	s, err := Compile([]Definition{{Name: "p", When: "product.port_low != 22",
		Assert: `(within(product.source, "10.0.0.0/8") || product.destination == "10.1.0.1") && (product.protocol == "tcp" ? true : product.source != product.destination)`}}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	names, err := flow.NewNames(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	f, err := flow.New(names, []string{"10.0.0.1", "10.0.0.2"}, []string{"10.1.0.1", "10.1.0.2"}, []string{"tcp/80", "udp/53"})
	if err != nil {
		t.Fatal(err)
	}
	r := s.newRun(&Question{Flow: f}, time.Time{})
	p := s.policies[0]
	if allocations := testing.AllocsPerRun(10, func() {
		if !r.passes(p, r.space) {
			t.Error("violated")
		}
	}); allocations > 0 {
		t.Errorf("%g allocations", allocations)
	}
}

// TestEachLeafIsAskedOnce counts evaluations: that is what makes it fast.
func TestEachLeafIsAskedOnce(t *testing.T) {
	for _, tt := range []struct {
		by   dims
		want int
	}{{0, 1}, {bySource, 5}, {byDestination, 7}, {byService, 3}, {bySource | byDestination, 35}, {bySource | byService, 15}, {byDestination | byService, 21}, {byAll, 105}} {
		asked := make(map[cell]int)
		l := &leaf{by: tt.by, ask: func(_ *run, c cell) answer { asked[c]++; return yes }}
		r := &run{space: space{5, 7, 3}, tables: make([]table, 1)}
		for range 2 {
			r.holes = newBitset(35)
			r.eachProduct(nil, func(c cell, _ int) { l.at(r, c) })
		}
		if len(asked) != tt.want {
			t.Errorf("by %03b: %d evaluations, want %d", tt.by, len(asked), tt.want)
		}
		for c, n := range asked {
			if n != 1 {
				t.Errorf("by %03b: %v asked %d times", tt.by, c, n)
			}
		}
	}
}
