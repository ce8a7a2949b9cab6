package port_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/known"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/port"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
)

var _ known.Algebra[port.Set] = port.Set{}

// edges are the ports around which sets are drawn: the ends and a few between.
var edges = []uint16{0, 1, 2, 3, 80, 81, 82, 443, 65533, 65534, 65535}

func has(s port.Set, p uint16) bool {
	return slices.ContainsFunc(s.Runs(), func(r port.Run) bool { return r.From <= p && p <= r.To })
}

func draw(dice *rand.Rand) port.Set {
	var runs []port.Run
	for range dice.IntN(4) {
		a, b := edges[dice.IntN(len(edges))], edges[dice.IntN(len(edges))]
		runs = append(runs, port.Run{From: min(a, b), To: max(a, b)})
	}
	return port.Of(runs...)
}

// TestAlgebra compares the operations with what they mean for each port.
func TestAlgebra(t *testing.T) {
	dice := rand.New(rand.NewPCG(3, 4))
	for range 5000 {
		a, b := draw(dice), draw(dice)
		for name, tt := range map[string]struct {
			got  port.Set
			want func(p uint16) bool
		}{
			"union":      {a.Union(b), func(p uint16) bool { return has(a, p) || has(b, p) }},
			"intersect":  {a.Intersect(b), func(p uint16) bool { return has(a, p) && has(b, p) }},
			"subtract":   {a.Subtract(b), func(p uint16) bool { return has(a, p) && !has(b, p) }},
			"complement": {a.Complement(), func(p uint16) bool { return !has(a, p) }},
		} {
			for _, p := range edges {
				if has(tt.got, p) != tt.want(p) {
					t.Fatalf("%s of %v and %v is %v: port %d", name, a, b, tt.got, p)
				}
			}
			runs := tt.got.Runs()
			for i := range runs {
				if runs[i].From > runs[i].To || i > 0 && int(runs[i].From) <= int(runs[i-1].To)+1 {
					t.Fatalf("%s of %v and %v is %v", name, a, b, tt.got)
				}
			}
		}
		if a.Union(b).Equal(a) != b.Subtract(a).IsEmpty() {
			t.Fatalf("%v and %v: Equal and IsEmpty disagree", a, b)
		}
	}
}

// TestCompare compares the operators with what they mean for each port.
func TestCompare(t *testing.T) {
	means := map[string]func(p, a, b uint16) bool{
		"eq":    func(p, a, _ uint16) bool { return p == a },
		"neq":   func(p, a, _ uint16) bool { return p != a },
		"lt":    func(p, a, _ uint16) bool { return p < a },
		"gt":    func(p, a, _ uint16) bool { return p > a },
		"range": func(p, a, b uint16) bool { return a <= p && p <= b },
	}
	for op, holds := range means {
		for _, a := range edges {
			for _, b := range edges {
				set, ok := port.Compare(op, a, b)
				for _, p := range edges {
					if !ok || has(set, p) != holds(p, a, b) {
						t.Fatalf("%s %d %d: %v, %t: port %d", op, a, b, set, ok, p)
					}
				}
			}
		}
	}
	if _, ok := port.Compare("ge", 1, 1); ok {
		t.Error("ge is an operator")
	}
}

// TestBoxes: the services hold exactly the pairs of ports.
func TestBoxes(t *testing.T) {
	dice := rand.New(rand.NewPCG(5, 6))
	for range 500 {
		a, b := draw(dice), draw(dice)
		boxes := port.AppendBoxes(nil, service.TCP, a, b)
		if len(boxes) != port.Boxes(a, b) {
			t.Fatalf("%d boxes, counted %d", len(boxes), port.Boxes(a, b))
		}
		set := service.SetOf(boxes...)
		for _, from := range edges {
			for _, to := range edges {
				if set.Contains(service.TCP, from, to) != (has(a, from) && has(b, to)) || set.Contains(service.UDP, from, to) {
					t.Fatalf("%v to %v: %v: %d to %d", a, b, set, from, to)
				}
			}
		}
	}
}
