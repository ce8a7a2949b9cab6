package match

import (
	"sync"
	"sync/atomic"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// A list is rules in order and what makes those that a product meets quick to find.
type list struct {
	rules []rule.Rule
	// fallback is the action for what no rule matches.
	fallback rule.Action
	// scanned counts the rules that questions were put past one by one, until that
	// has cost more than the forest would.
	scanned atomic.Int64
	plant   sync.Once
	grown   atomic.Pointer[forest]
}

// A forest is the trees of a list of products, one for each address family. The
// owner of a box is the index in the list, times two, plus the bit of the product.
type forest struct {
	keys keys
	v4   *tree
	v6   *tree
}

func newList(rules []rule.Rule, fallback rule.Action) *list {
	return &list{rules: rules, fallback: fallback}
}

// A forest costs about 24 times what a scan of the rules does. It is planted when
// half of that has been spent on scanning: who has asked so often will go on. A
// short list never costs enough to care.
const (
	plantCost = 12
	shortList = 48
)

// forest returns the forest if there is one or if it pays to have one by now.
func (l *list) forest() *forest {
	if f := l.grown.Load(); f != nil {
		return f
	}
	if n := int64(len(l.rules)); n <= shortList || l.scanned.Load() < plantCost*n {
		return nil
	}
	return l.planted()
}

// planted returns the forest, which is planted if there is none.
func (l *list) planted() *forest {
	l.plant.Do(func() {
		l.grown.Store(newForest(len(l.rules), func(i int) (*traffic.Product, uint8) {
			return &l.rules[i].Traffic, uint8(l.rules[i].Action)
		}))
	})
	return l.grown.Load()
}

// A rule has at most maxBoxes boxes, and a list about boxesPerItem times as many
// boxes as rules: memory for speed with long lists of scattered addresses.
const (
	maxBoxes     = 64
	boxesPerItem = 8
	sparedBoxes  = 1 << 16
)

// newForest indexes n products.
func newForest(n int, item func(i int) (p *traffic.Product, bit uint8)) *forest {
	f := &forest{keys: newKeys(func(yield func(*traffic.Product) bool) {
		for i := range n {
			if p, _ := item(i); !yield(p) {
				return
			}
		}
	})}
	limit := maxBoxes
	counts := countBoxes(n, item, limit)
	for limit > 1 && counts[0]+counts[1] > boxesPerItem*n+sparedBoxes {
		limit /= 2
		counts = countBoxes(n, item, limit)
	}
	entries := [2][]entry{make([]entry, 0, counts[0]), make([]entry, 0, counts[1])}
	var boxes []box
	for i := range n {
		p, bit := item(i)
		v4, v6 := p.ByFamily()
		for family, q := range [...]traffic.Product{v4, v6} {
			boxes = f.keys.boxes(boxes[:0], q, limit)
			for _, b := range boxes {
				entries[family] = append(entries[family], entry{b, uint32(i)<<1 | uint32(bit)})
			}
		}
	}
	f.v4, f.v6 = newTree(entries[0]), newTree(entries[1])
	return f
}

// countBoxes returns how many boxes the items have at most, by family.
func countBoxes(n int, item func(i int) (*traffic.Product, uint8), limit int) (counts [2]int) {
	for i := range n {
		p, _ := item(i)
		v4, v6 := p.ByFamily()
		for family, q := range [...]*traffic.Product{&v4, &v6} {
			counts[family] += min(limit, len(q.Sources.Ranges())*len(q.Destinations.Ranges()))
		}
	}
	return counts
}

// of returns the tree of the family of p.
func (f *forest) of(p traffic.Product) *tree {
	if p.Sources.Ranges()[0].Is4() {
		return f.v4
	}
	return f.v6
}

// A finder finds the rules of a list that a product can meet, in order, and holds
// the pieces that are carried past them.
type finder struct {
	list        *list
	indexed     bool
	search      search
	from        int // the next rule, or the first that is wanted
	scanned     int
	open, spare []pending
}

// finders are used again, so that nothing is allocated to find rules.
var finders = sync.Pool{New: func() any { return new(finder) }}

func newFinder() *finder { return finders.Get().(*finder) }

func (f *finder) release() {
	f.list.scanned.Add(int64(f.scanned))
	finders.Put(f)
}

// both selects rules of either action.
const both = 1<<rule.Deny | 1<<rule.Permit

// start looks for the rules from number from on that p, of one family, can meet:
// one after the other, or in the forest if there is one.
func (f *finder) start(l *list, p traffic.Product, from int) {
	f.list, f.from, f.scanned, f.indexed = l, from, 0, false
	if from > 0 {
		f.startIn(l.planted(), p, both)
	} else if trees := l.forest(); trees != nil {
		f.startIn(trees, p, both)
	}
}

func (f *finder) startIn(trees *forest, p traffic.Product, bits uint8) {
	f.indexed = true
	f.search.region.set(trees.keys, p)
	f.search.start(trees.of(p), bits)
}

// next returns the next rule that may overlap the product.
func (f *finder) next() (i int, ok bool) {
	if !f.indexed {
		i = f.from
		f.from++
		f.scanned++
		return i, i < len(f.list.rules)
	}
	for {
		owner, ok := f.search.next()
		if i = int(owner >> 1); !ok || i >= f.from {
			return i, ok
		}
	}
}
