package nftables

import (
	"errors"
	"net/netip"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/netfilter"
)

// masked returns the packets for a comparison of some bits of a field: addresses
// under a mask, TCP flags, states of connections, fragments.
func (l *lowerer) masked(st *statement) ([]netfilter.Packets, bool) {
	if st.left.args[0].kind != fieldExpr || st.operator != "==" && st.operator != "!=" {
		return nil, false
	}
	f := l.field(st.left.args[0].text)
	values, ok := l.values(st.right)
	if f == nil || !ok || len(values) == 0 {
		return nil, false
	}
	mask, not := st.left.args[1], st.operator == "!="
	switch {
	case f.address != nil:
		return maskedAddresses(f, mask, values, not, st.text)
	case f.bits:
		return maskedFlags(mask, values, not, st.text)
	case f.state:
		return l.maskedState(mask, values, not, st.text)
	case st.left.args[0].text == "ip frag-off":
		return maskedFragment(f, mask, values, not)
	}
	return nil, false
}

// maskedAddresses keeps the bits of the mask, which need not be contiguous.
func maskedAddresses(f *field, mask expr, values []expr, not bool, text string) ([]netfilter.Packets, bool) {
	m, err := netip.ParseAddr(mask.text)
	if err != nil || mask.kind != literal {
		return nil, false
	}
	free := m.AsSlice()
	for i := range free {
		free[i] = ^free[i]
	}
	wildcard, _ := netip.AddrFromSlice(free)
	var all, perhaps addr.Set
	for _, v := range values {
		one, ok := parseAddresses(v, f.all)
		if !ok || len(one.Ranges()) != 1 || !one.Ranges()[0].IsSingle() || m.Is4() != one.Ranges()[0].Is4() {
			return nil, false
		}
		a := one.Ranges()[0].From
		if outside(a, free) {
			continue // no address has bits where the mask has none
		}
		s, err := addr.Wildcard(a, wildcard)
		if errors.Is(err, addr.ErrTooScattered) { // addresses outside are surely not meant
			if s, err = addr.WildcardWithin(a, wildcard); err == nil {
				perhaps = perhaps.Union(s)
				continue
			}
		}
		if err != nil {
			return nil, false
		}
		all = all.Union(s)
	}
	doubt := f.address(perhaps.Subtract(all)).Because(text)
	if not {
		return nonEmpty(f.address(f.all.Subtract(all.Union(perhaps))), doubt), true
	}
	return nonEmpty(f.address(all), doubt), true
}

func outside(a netip.Addr, free []byte) bool {
	for i, b := range a.AsSlice() {
		if b&free[i] != 0 {
			return true
		}
	}
	return false
}

func maskedFlags(mask expr, values []expr, not bool, text string) ([]netfilter.Packets, bool) {
	m, ok := parseBits(mask)
	if !ok {
		return nil, false
	}
	wanted := make(map[uint8]bool, len(values))
	for _, v := range values {
		b, ok := parseBits(v)
		if !ok {
			return nil, false
		}
		wanted[b] = true
	}
	return netfilter.Flags(func(b uint8) bool { return wanted[b&m] != not }, text), true
}

// maskedState reads "ct state & (new | established) != 0", or == 0.
func (l *lowerer) maskedState(mask expr, values []expr, not bool, text string) ([]netfilter.Packets, bool) {
	names := []expr{mask}
	if mask.kind == flags {
		names = mask.args
	}
	states, ok := parseStates(names)
	if !ok || len(values) != 1 || values[0].text != "0" {
		return nil, false
	}
	if !not {
		states = allStates &^ states
	}
	return l.connection(states, text), true
}

// maskedFragment judges offset and flag "more fragments" of a packet that is no
// fragment; the flag "don't fragment" is left open.
func maskedFragment(f *field, mask expr, values []expr, not bool) ([]netfilter.Packets, bool) {
	const moreAndOffset = 0x3fff
	m, ok := plainNumber(mask.text)
	if !ok || m&^moreAndOffset != 0 {
		return nil, false
	}
	zero := false
	for _, v := range values {
		n, ok := plainNumber(v.text)
		if !ok || v.kind != literal {
			return nil, false
		}
		zero = zero || n == 0
	}
	if zero == not {
		return nil, true
	}
	return nonEmpty(f.has), true
}
