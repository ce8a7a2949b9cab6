package asa

import "slices"

// sequence holds the entries of a list in the order of the device, and finds the
// one at a line number without walking them all: a change may insert thousands.
type sequence struct {
	chunks []chunk
	// lines is how many lines of the device the entries stand for.
	lines int
}

// chunk is a run of entries, by index, and the number of lines they stand for.
type chunk struct {
	entries []int32
	lines   int
}

const chunkSize = 1024

// push adds the entry, which stands for span lines, at the end.
func (s *sequence) push(entry int32, span int) {
	if n := len(s.chunks); n == 0 || len(s.chunks[n-1].entries) >= chunkSize {
		s.chunks = append(s.chunks, chunk{})
	}
	last := &s.chunks[len(s.chunks)-1]
	last.entries = append(last.entries, entry)
	last.lines += span
	s.lines += span
}

// insert puts the entry, which stands for one line, before the one that has the
// line number, or at the end if there is none. Lines that share an entry are not
// parted: spanOf tells how many an entry stands for, and a new one goes below all
// of them.
func (s *sequence) insert(number int, entry int32, spanOf func(int32) int) {
	above := number - 1
	for i := range s.chunks {
		c := &s.chunks[i]
		if above >= c.lines {
			above -= c.lines
			continue
		}
		at := 0
		for at < len(c.entries) && above > 0 {
			above -= spanOf(c.entries[at])
			at++
		}
		c.entries = slices.Insert(c.entries, at, entry)
		c.lines++
		s.lines++
		if len(c.entries) >= 2*chunkSize {
			s.split(i, spanOf)
		}
		return
	}
	s.push(entry, 1)
}

// remove takes the entry out, and reports whether it was there.
func (s *sequence) remove(entry int32, spanOf func(int32) int) bool {
	for i := range s.chunks {
		c := &s.chunks[i]
		if at := slices.Index(c.entries, entry); at >= 0 {
			c.entries = slices.Delete(c.entries, at, at+1)
			c.lines -= spanOf(entry)
			s.lines -= spanOf(entry)
			return true
		}
	}
	return false
}

// split halves a chunk that has grown.
func (s *sequence) split(i int, spanOf func(int32) int) {
	whole := s.chunks[i]
	half := len(whole.entries) / 2
	lower := chunk{entries: slices.Clone(whole.entries[half:])}
	for _, e := range lower.entries {
		lower.lines += spanOf(e)
	}
	s.chunks[i] = chunk{whole.entries[:half], whole.lines - lower.lines}
	s.chunks = slices.Insert(s.chunks, i+1, lower)
}

// all yields the entries in order.
func (s *sequence) all(yield func(int32) bool) {
	for _, c := range s.chunks {
		for _, e := range c.entries {
			if !yield(e) {
				return
			}
		}
	}
}
