package rulelist

import (
	"hash/maphash"
	"strings"
)

// A cache remembers what JSON texts of values mean. Most rules repeat addresses
// and services of other rules; they then share one set in memory, and its text is
// read once. The cache has a fixed size: a text has one bucket to stand in, and
// gets there when it is seen for the second time, so that texts that occur once
// cost little and push nothing out.
type cache[S any] struct {
	buckets []bucket[S] // a power of two; none, and nothing is remembered
	seed    maphash.Seed
}

type bucket[S any] struct {
	seen  uint64 // the hash that was last seen for the first time
	known [2]struct {
		hash  uint64
		raw   string
		value S
	}
}

// newCache returns a cache for a list of about n rules.
func newCache[S any](n int) cache[S] {
	const most = 1 << 12 // as many buckets stay in a processor's own cache
	size := 1 << 4
	for size < min(n, most) {
		size <<= 1
	}
	return cache[S]{make([]bucket[S], size), maphash.MakeSeed()}
}

// get returns what raw means, if it is known, and its hash for put.
func (c *cache[S]) get(raw []byte) (value S, hash uint64, ok bool) {
	if len(c.buckets) == 0 || len(raw) == 0 {
		return value, 0, false
	}
	hash = maphash.Bytes(c.seed, raw)
	b := &c.buckets[hash&uint64(len(c.buckets)-1)]
	for i := range b.known {
		if k := &b.known[i]; k.hash == hash && k.raw == string(raw) {
			return k.value, hash, true
		}
	}
	return value, hash, false
}

// put tells what raw means, which get did not know.
func (c *cache[S]) put(raw []byte, hash uint64, value S) {
	if len(c.buckets) == 0 || len(raw) == 0 {
		return
	}
	b := &c.buckets[hash&uint64(len(c.buckets)-1)]
	if b.seen != hash {
		b.seen = hash
		return
	}
	b.known[1] = b.known[0]
	k := &b.known[0]
	k.hash, k.raw, k.value = hash, string(raw), value
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
