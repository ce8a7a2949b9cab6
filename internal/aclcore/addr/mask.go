package addr

import "net/netip"

// A Mask stands for the addresses that agree with Address in every bit that is 0 in
// Free, as a wildcard mask of Cisco has it. It serves where these are too many ranges to
// be listed (see [ErrTooScattered]). Both are of one family.
type Mask struct{ Address, Free netip.Addr }

// Within returns the addresses of s that the mask stands for. ok is false if they are in
// more than limit ranges.
func (m Mask) Within(s Set, limit int) (within Set, ok bool) {
	var out []Range
	for _, r := range s.Ranges() {
		if r.Is4() != m.Address.Is4() {
			continue
		}
		for from := r.From; ; {
			first, found := m.next(from)
			if !found || r.To.Less(first) {
				break
			}
			if len(out) == limit {
				return Set{}, false
			}
			last := m.run(first)
			if !last.Less(r.To) {
				out = append(out, Range{first, r.To})
				break
			}
			out = append(out, Range{first, last})
			from = last.Next()
		}
	}
	return SetOf(out...), true
}

// next returns the lowest address from a on that the mask stands for.
func (m Mask) next(a netip.Addr) (netip.Addr, bool) {
	value, fixed, free := a.AsSlice(), m.Address.AsSlice(), m.Free.AsSlice()
	size := len(value) * 8
	bit := func(b []byte, i int) byte { return b[i/8] >> (7 - i%8) & 1 }
	set := func(i int, to byte) { value[i/8] = value[i/8]&^(1<<(7-i%8)) | to<<(7-i%8) }
	// The first bit that the mask wants otherwise. All before it can stay, unless the
	// bit has to become lower: then the last free one before it that is 0 becomes 1.
	at := 0
	for at < size && (bit(free, at) == 1 || bit(value, at) == bit(fixed, at)) {
		at++
	}
	if at == size {
		return a, true
	}
	if bit(value, at) == 1 {
		for at--; at >= 0 && (bit(free, at) == 0 || bit(value, at) == 1); at-- {
		}
		if at < 0 {
			return netip.Addr{}, false
		}
		set(at, 1)
		at++
	}
	for ; at < size; at++ { // the lowest that follows
		set(at, bit(fixed, at)&^bit(free, at))
	}
	out, _ := netip.AddrFromSlice(value)
	return out, true
}

// run returns the last address of the run that begins with a, which the mask stands for.
func (m Mask) run(a netip.Addr) netip.Addr {
	value, free := a.AsSlice(), m.Free.AsSlice()
	for i := len(value)*8 - 1; i >= 0 && free[i/8]>>(7-i%8)&1 == 1; i-- {
		value[i/8] |= 1 << (7 - i%8)
	}
	out, _ := netip.AddrFromSlice(value)
	return out
}
