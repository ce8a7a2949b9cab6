package zone

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
)

// An entry is a run of addresses as a zone declares it.
type entry struct {
	addr.Range
	zone int
	name string
}

// A segment is a run of addresses of one family that lie in one zone.
type segment struct {
	addr.Range
	zone int
}

// segments are sorted and disjoint; what lies between them is in no zone.
type segments []segment

// An overlap is of entries of two zones that leave the zone of what they share
// open.
type overlap struct{ a, b entry }

func (o overlap) String() string {
	if o.a.Range == o.b.Range {
		return fmt.Sprintf("both hold %s; an address is in one zone: leave it out of one of them", o.a.Range)
	}
	return fmt.Sprintf("%s and %s overlap and neither holds the other; write prefixes, or ranges that do not cross", o.a.Range, o.b.Range)
}

// segmentsOf cuts the addresses of entries into segments. The zone of an address is
// that of the innermost entry with it: prefixes are either apart or one within the
// other, so the innermost is the longest, and for ranges that is what is asked.
func segmentsOf(entries []entry) (out segments, overlaps []overlap) {
	slices.SortFunc(entries, func(a, b entry) int {
		return cmp.Or(a.From.Compare(b.From), b.To.Compare(a.To), cmp.Compare(a.zone, b.zone))
	})
	entries = slices.Compact(entries)
	var open []entry // those that hold the current address, in order of entries
	next := 0
	for _, from := range starts(entries) {
		open = slices.DeleteFunc(open, func(e entry) bool { return e.To.Less(from) })
		for ; next < len(entries) && entries[next].From == from; next++ {
			e := entries[next]
			for _, o := range open {
				if o.zone != e.zone && (o.Range == e.Range || o.To.Less(e.To)) {
					overlaps = append(overlaps, overlap{o, e})
				}
			}
			open = append(open, e)
		}
		if len(open) == 0 {
			continue
		}
		// Entries of two zones are apart or nested, so the one that starts last, and of
		// those the one that ends first, is within every one of another zone.
		inner := open[len(open)-1]
		out = append(out, segment{addr.RangeOf(from, inner.To), inner.zone})
	}
	return out.trim(), overlaps
}

// starts returns the addresses at which the entries that hold an address change.
func starts(entries []entry) (out []netip.Addr) {
	for _, e := range entries {
		out = append(out, e.From)
		if after := e.To.Next(); after.IsValid() {
			out = append(out, after)
		}
	}
	slices.SortFunc(out, netip.Addr.Compare)
	return slices.Compact(out)
}

// trim ends each segment before the next, joins neighbours of one zone, and drops
// what the zone "" has: it is in no segment.
func (s segments) trim() (out segments) {
	for i, seg := range s {
		if i+1 < len(s) && s[i+1].From.Is4() == seg.Is4() && !seg.To.Less(s[i+1].From) {
			seg.To = s[i+1].From.Prev()
		}
		if seg.zone == 0 {
			continue
		}
		if n := len(out); n > 0 && out[n-1].zone == seg.zone && out[n-1].To.Next() == seg.From {
			out[n-1].To = seg.To
			continue
		}
		out = append(out, seg)
	}
	return out
}

// search returns the index of the first segment that ends at a or after it.
func (s segments) search(a netip.Addr) int {
	from, to := 0, len(s)
	for from < to {
		if mid := int(uint(from+to) / 2); s[mid].To.Less(a) {
			from = mid + 1
		} else {
			to = mid
		}
	}
	return from
}

// whole returns the zone that holds all of the range, if one does.
func (s segments) whole(r addr.Range) (zone int, ok bool) {
	i := s.search(r.From)
	if i == len(s) || r.To.Less(s[i].From) {
		return 0, true
	}
	return s[i].zone, !r.From.Less(s[i].From) && !s[i].To.Less(r.To)
}

// walk calls yield with the runs of addresses of set and the zone of each, in order.
func (s segments) walk(set addr.Set, yield func(zone int, r addr.Range)) {
	for _, r := range set.Ranges() {
		rest, left := r, true
		for i := s.search(r.From); left && i < len(s) && !r.To.Less(s[i].From); i++ {
			seg := s[i]
			if rest.From.Less(seg.From) {
				yield(0, addr.RangeOf(rest.From, seg.From.Prev()))
				rest.From = seg.From
			}
			if seg.To.Less(rest.To) {
				yield(seg.zone, addr.RangeOf(rest.From, seg.To))
				rest.From = seg.To.Next()
				continue
			}
			yield(seg.zone, rest)
			left = false
		}
		if left {
			yield(0, rest)
		}
	}
}
