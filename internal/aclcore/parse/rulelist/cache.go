package rulelist

// A cache maps JSON texts of values to what they mean, since most rules repeat
// addresses and services of others: the rules then share one set in memory, and
// its text is read once. It forgets everything when it is full.
type cache[S any] struct{ sets map[string]S }

// maxCached and maxCachedText bound a cache to some megabytes.
const (
	maxCached     = 1 << 14
	maxCachedText = 512
)

func (c *cache[S]) get(raw []byte) (S, bool) {
	s, ok := c.sets[string(raw)]
	return s, ok
}

func (c *cache[S]) put(raw []byte, s S) {
	if raw == nil || len(raw) > maxCachedText {
		return
	}
	if len(c.sets) >= maxCached {
		clear(c.sets)
	}
	if c.sets == nil {
		c.sets = make(map[string]S)
	}
	c.sets[string(raw)] = s
}
