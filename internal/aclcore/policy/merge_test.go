package policy

import (
	"math/rand/v2"
	"testing"
)

// TestMergeAgainstCells merges random cells of a small space, with holes, and looks
// at every cell: each that is in is in exactly one entry, and no other one but holes
// is in any.
func TestMergeAgainstCells(t *testing.T) {
	rnd := rand.New(rand.NewPCG(5, 6))
	for range 5000 {
		r := &run{space: space{1 + rnd.IntN(5), 1 + rnd.IntN(5), 1 + rnd.IntN(4)}}
		if rnd.IntN(2) == 0 {
			r.anyHole, r.holes = true, newBitset(r.space.sources*r.space.destinations)
			for i := range min(r.space.sources, r.space.destinations) {
				if rnd.IntN(3) > 0 {
					r.holes.set(i*r.space.destinations + rnd.IntN(r.space.destinations))
				}
			}
		}
		part := newBitset(r.space.size())
		rare := 1 + rnd.IntN(4)
		r.eachProduct(nil, func(_ cell, i int) {
			if rnd.IntN(rare) == 0 {
				part.set(i)
			}
		})
		entries := r.merge(part)
		times := make([]int, r.space.size())
		for _, e := range entries {
			for _, s := range e.sources {
				for _, d := range e.destinations {
					for _, v := range e.services {
						times[(s*r.space.destinations+d)*r.space.services+v]++
					}
				}
			}
		}
		i := 0
		for s := range r.space.sources {
			for d := range r.space.destinations {
				for range r.space.services {
					if hole := r.isHole(s, d); !hole && part.has(i) != (times[i] == 1) || !hole && times[i] > 1 {
						t.Fatalf("%+v: cell %d is in %d entries, wanted: %t", r.space, i, times[i], part.has(i))
					}
					i++
				}
			}
		}
	}
}

// TestMergeIsShort counts the entries of what one look understands.
func TestMergeIsShort(t *testing.T) {
	for _, tt := range []struct {
		name  string
		space space
		holes bool
		in    func(c cell) bool
		want  int
	}{
		{"all", space{10, 10, 10}, false, func(cell) bool { return true }, 1},
		{"all but hosts to themselves", space{10, 10, 10}, true, func(cell) bool { return true }, 1},
		{"by source", space{10, 10, 10}, true, func(c cell) bool { return c.source%3 == 0 }, 1},
		{"by destination", space{10, 10, 10}, true, func(c cell) bool { return c.destination < 3 }, 1},
		{"by service", space{10, 10, 10}, true, func(c cell) bool { return c.service == 4 }, 1},
		{"by source and service", space{10, 10, 10}, true, func(c cell) bool { return c.source < 2 && c.service > 7 }, 1},
		{"by source or service", space{10, 10, 10}, false, func(c cell) bool { return c.source < 2 || c.service > 7 }, 2},
		{"by destination or service", space{10, 10, 10}, false, func(c cell) bool { return c.destination < 2 || c.service > 7 }, 2},
		{"service by source", space{10, 10, 10}, false, func(c cell) bool { return c.source%2 == c.service%2 }, 2},
		{"none", space{10, 10, 10}, true, func(cell) bool { return false }, 0},
	} {
		r := &run{space: tt.space}
		if tt.holes {
			r.anyHole, r.holes = true, newBitset(r.space.sources*r.space.destinations)
			for i := range r.space.sources {
				r.holes.set(i*r.space.destinations + i)
			}
		}
		part := newBitset(r.space.size())
		r.eachProduct(nil, func(c cell, i int) {
			if tt.in(c) {
				part.set(i)
			}
		})
		if got := r.merge(part); len(got) != tt.want {
			t.Errorf("%s: %d entries, want %d: %v", tt.name, len(got), tt.want, got)
		}
	}
}
