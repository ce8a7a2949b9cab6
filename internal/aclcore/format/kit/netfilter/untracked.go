package netfilter

// WithUntracked returns what sets, the packets of connections in some of the states, are
// where rules exempt packets like these from connection tracking: what they have exempted
// is untracked, and whether an answer to such a packet is of a connection cannot be told.
func WithUntracked(sets, exempt []Packets, states ConnStates, reason string) []Packets {
	var out []Packets
	for _, s := range sets {
		parts := []Packets{s}
		if s.State&Later != 0 && s.Sure() {
			parts = nil
			first := s
			first.State &= First
			parts = append(parts, nonEmpty(first)...)
			later := []Packets{s}
			later[0].State = Later
			for _, u := range exempt {
				turned := All()
				turned.Traffic.Sources, turned.Traffic.Destinations = u.Traffic.Destinations, u.Traffic.Sources
				turned.Traffic.Services = u.Traffic.Services.Reverse()
				var rest []Packets
				for _, l := range later {
					rest = append(rest, l.Subtract(turned)...)
					parts = append(parts, nonEmpty(l.Intersect(turned).Because(reason))...)
				}
				later = rest
			}
			parts = append(parts, later...)
		}
		for _, p := range parts {
			out = append(out, nonEmpty(p.Intersect(AreUntracked(false)))...)
		}
	}
	if states&Untracked != 0 {
		out = append(out, AreUntracked(true))
	}
	return out
}
