package rule

import (
	"sync"
	"sync/atomic"
	"testing"
)

func TestFound(t *testing.T) {
	type key string
	base, other := &Ruleset{Name: "base"}, &Ruleset{Name: "other"}
	var asked atomic.Int32
	ask := func(in Insertion, k key) string {
		return Found(in, k, func() string {
			asked.Add(1)
			return in.Base.Name + " " + string(k)
		})
	}
	kept := NewLookup(base)
	for _, tt := range []struct {
		name  string
		in    Insertion
		key   key
		want  string
		asked int32
	}{
		{"the first time", Insertion{Base: base, Lookup: kept}, "a", "base a", 1},
		{"again", Insertion{Base: base, Lookup: kept}, "a", "base a", 0},
		{"another key", Insertion{Base: base, Lookup: kept}, "b", "base b", 1},
		{"another ruleset", Insertion{Base: other, Lookup: kept}, "a", "other a", 1},
		{"the first one after it", Insertion{Base: base, Lookup: kept}, "a", "base a", 0},
		{"nothing is kept", Insertion{Base: base}, "a", "base a", 1},
	} {
		asked.Store(0)
		if got := ask(tt.in, tt.key); got != tt.want || asked.Load() != tt.asked {
			t.Errorf("%s: %q, asked %d times; want %q, %d", tt.name, got, asked.Load(), tt.want, tt.asked)
		}
	}
	asked.Store(0)
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() { ask(Insertion{Base: base, Lookup: kept}, "c") })
	}
	wg.Wait()
	if asked.Load() != 1 {
		t.Errorf("20 at once asked %d times", asked.Load())
	}
}
