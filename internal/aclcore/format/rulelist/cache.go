package rulelist

import (
	"hash/maphash"
	"strings"
)

// A cache remembers what JSON texts of values mean. Most rules repeat addresses
// and services of other rules; they then share one set in memory, and its text is
// read once. The cache has a fixed size: a text has one bucket of two entries to
// stand in, and gets there when it is seen for the second time, so that texts that
// occur once cost little and push nothing out.
//
// The entries are too many for a processor's first cache, so that a text that is
// not there should not touch them: tags tells it from those that are.
type cache[S any] struct {
	seed    maphash.Seed
	seen    []uint32 // by bucket, the tag of the text last seen for the first time
	tags    [][2]uint32
	entries [][2]known[S] // as many as seen and tags, a power of two or none
}

// known is what a text means.
type known[S any] struct {
	raw   string
	value S
}

// newCache returns a cache for a list of about n rules.
func newCache[S any](n int) cache[S] {
	const most = 1 << 11
	size := 1 << 4
	for size < min(n, most) {
		size <<= 1
	}
	return cache[S]{maphash.MakeSeed(), make([]uint32, size), make([][2]uint32, size), make([][2]known[S], size)}
}

// place is where a text belongs.
type place struct {
	bucket uint64
	tag    uint32 // not 0
}

// get returns what raw means, if it is known, and its place for put.
func (c *cache[S]) get(raw []byte) (value S, at place, ok bool) {
	if len(c.tags) == 0 || len(raw) == 0 {
		return value, at, false
	}
	hash := maphash.Bytes(c.seed, raw)
	at = place{hash & uint64(len(c.tags)-1), uint32(hash>>32) | 1}
	tags := &c.tags[at.bucket]
	for i := range tags {
		if tags[i] != at.tag {
			continue
		}
		if k := &c.entries[at.bucket][i]; k.raw == string(raw) {
			return k.value, at, true
		}
	}
	return value, at, false
}

// put tells what raw means, which get did not know.
func (c *cache[S]) put(raw []byte, at place, value S) {
	if at.tag == 0 {
		return
	}
	if c.seen[at.bucket] != at.tag {
		c.seen[at.bucket] = at.tag
		return
	}
	tags, entries := &c.tags[at.bucket], &c.entries[at.bucket]
	tags[1], entries[1] = tags[0], entries[0]
	tags[0], entries[0] = at.tag, known[S]{string(raw), value}
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
