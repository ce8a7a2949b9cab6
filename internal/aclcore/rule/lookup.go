package rule

import "sync"

// A Lookup keeps what a format's writer has looked up in a ruleset, so that the changes
// for many flows pay for it once. The zero value and nil keep nothing. It is safe for
// concurrent use.
//
// A Lookup is of one ruleset, which must not change: what was found in it is not used for
// an insertion into another one.
type Lookup struct {
	of   *Ruleset
	mu   sync.Mutex
	kept map[any]any
}

// NewLookup returns an empty lookup of the ruleset.
func NewLookup(of *Ruleset) *Lookup { return &Lookup{of: of} }

// Found returns what find returns for the base of the insertion and the key, which is of
// a type of the caller's own. It asks once for each key and [Lookup], and keeps the
// answer.
func Found[V any](in Insertion, key any, find func() V) V {
	l := in.Lookup
	if l == nil || in.Base == nil || l.of != in.Base {
		return find()
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if v, ok := l.kept[key].(V); ok {
		return v
	}
	if l.kept == nil {
		l.kept = make(map[any]any)
	}
	v := find()
	l.kept[key] = v
	return v
}
