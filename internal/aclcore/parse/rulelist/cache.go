package rulelist

import (
	"bytes"
	"hash/maphash"
	"strings"
)

// A cache remembers what JSON texts of values mean. Most rules repeat addresses
// and services of other rules; they then share one set in memory, and its text is
// read once. A text has two slots to stand in and pushes out what was there, so
// that the cache has a fixed size and costs little where nothing repeats.
type cache[S any] struct {
	slots []slot[S]
	seed  maphash.Seed
}

type slot[S any] struct {
	hash  uint64
	raw   []byte
	value S
}

// cacheSlots is a power of two; as many slots stay in a processor's own cache.
const cacheSlots = 1 << 13

// get returns what raw means, if it is known, and its hash for put.
func (c *cache[S]) get(raw []byte) (value S, hash uint64, ok bool) {
	if raw == nil {
		return value, 0, false
	}
	if c.slots == nil {
		c.slots, c.seed = make([]slot[S], cacheSlots), maphash.MakeSeed()
	}
	hash = maphash.Bytes(c.seed, raw)
	first := hash % cacheSlots &^ 1
	for i := range c.slots[first : first+2] {
		if s := &c.slots[first+uint64(i)]; s.hash == hash && bytes.Equal(s.raw, raw) {
			return s.value, hash, true
		}
	}
	return value, hash, false
}

// put remembers what raw means.
func (c *cache[S]) put(raw []byte, hash uint64, value S) {
	if raw == nil {
		return
	}
	first := hash % cacheSlots &^ 1
	c.slots[first+1] = c.slots[first]
	c.slots[first] = slot[S]{hash, bytes.Clone(raw), value} // near the other clones in memory
}

// texts copies short texts into few allocations.
type texts struct{ chunk strings.Builder }

func (t *texts) copy(text []byte) string {
	const chunkSize = 32 << 10
	if len(text) > chunkSize/8 {
		return string(text)
	}
	if t.chunk.Cap()-t.chunk.Len() < len(text) {
		t.chunk = strings.Builder{}
		t.chunk.Grow(chunkSize)
	}
	start := t.chunk.Len()
	t.chunk.Write(text)
	return t.chunk.String()[start:]
}
