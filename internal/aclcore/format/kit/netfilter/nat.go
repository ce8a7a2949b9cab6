package netfilter

import (
	"net/netip"
	"slices"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// NAT is what a rule makes of the packets that it matches in a chain of the nat table.
type NAT struct {
	// Source says that it translates the source, not the destination; Either, that it
	// translates the one which its hook is for.
	Source, Either bool
	// To are the addresses that it gives, any of them; none where they are not in the text
	// (masquerade) or where Keep says that the address stays.
	To   addr.Set
	Keep bool
	// Network says that only the network is exchanged, for that of To (NETMAP): the bits of
	// the host stay.
	Network bool
	// FirstPort and LastPort are the ports that it gives, any of them, 0 where it names
	// none.
	FirstPort, LastPort uint16
	// Unknown tells why it cannot be known what it does, empty if it can.
	Unknown string
}

// A NATChain is a base chain of the type nat with the chains that it may call.
type NATChain struct {
	Base   *Chain
	Chains map[string]*Chain
}

// maxTranslations bounds the rules of translation that chains become.
const maxTranslations = 200_000

// Translations returns the rules of the chains of one hook, which are tried in this order
// until one of them translates: in prerouting those for destinations, in postrouting those
// for sources. A chain that a packet leaves without translation leads to the next.
//
// Only the first packet of a connection comes to them, see iptables(8), "nat", and nft(8),
// "CHAINS".
func Translations(chains []NATChain, search device.Search, symbols *Symbols) []device.Translation {
	t := translator{search: search}
	for _, c := range chains {
		base, err := Flatten(translating(c))
		if err != nil {
			continue // the text is refused
		}
		t.chains = append(t.chains, t.hits(base, symbols))
	}
	if len(t.chains) == 0 {
		return nil
	}
	t.emit(0, All())
	if t.full {
		return []device.Translation{{
			Search: search, Text: "the nat table", Match: traffic.Any(), Source: t.anything(true), Destination: t.anything(false),
			Unknown: []string{"the chains of the nat table expand to too many rules"},
		}}
	}
	return t.split()
}

// translating returns the chains with every rule that translates as one that only does
// that, whatever lists make of it.
func translating(c NATChain) (*Chain, map[string]*Chain) {
	chains := make(map[string]*Chain, len(c.Chains))
	turned := func(from *Chain) *Chain {
		out := *from
		out.Rules = slices.Clone(from.Rules)
		for i := range out.Rules {
			r := &out.Rules[i]
			r.Clauses = slices.Clone(r.Clauses)
			for j := range r.Clauses {
				if v := &r.Clauses[j].Verdict; v.NAT != nil {
					v.Kind = Translate
				}
			}
		}
		return &out
	}
	for name, chain := range c.Chains {
		chains[name] = turned(chain)
	}
	if base := chains[c.Base.Name]; base != nil {
		return base, chains
	}
	return turned(c.Base), chains
}

// A hit is what becomes of some packets.
type hit struct {
	Packets
	source *Rule
	// nat is nil for packets that leave the chain as they are; ends says that they do so
	// surely, and is false where they may be dropped or sent elsewhere.
	nat  *NAT
	ends bool
}

// A translator gathers the rules of translation of a hook.
type translator struct {
	search device.Search
	chains [][]hit
	out    []hit
	full   bool
}

// hits returns what a stage does with packets that open a connection.
func (t *translator) hits(s Stage, symbols *Symbols) []hit {
	var out []hit
	for i, e := range s.entries {
		e.State &= First
		if e.IsEmpty() {
			continue
		}
		if e.Facts.mask != 0 {
			e.Packets = e.Because(symbols.reasons(e.Facts)...)
		}
		h := hit{Packets: e.Packets, source: e.source, nat: e.nat, ends: e.nat == nil}
		if e.nat == nil && (e.final || e.action == rule.Deny) {
			h.ends = false
			if e.action == rule.Deny && i > 0 && s.entries[i-1].final {
				continue // the second half of what is undecided
			}
			h.Packets = e.Because("the nat table may drop it")
		}
		out = append(out, h)
	}
	return out
}

// emit writes down what chains from number i on do with the packets.
func (t *translator) emit(i int, within Packets) {
	for _, h := range t.chains[i] {
		h.Packets = within.Intersect(h.Packets)
		switch {
		case h.IsEmpty():
			continue
		case len(t.out) >= maxTranslations:
			t.full = true
			return
		}
		if h.nat == nil && h.ends && h.Sure() && i+1 < len(t.chains) {
			t.emit(i+1, h.Packets)
		}
		t.out = append(t.out, h)
	}
	if i+1 < len(t.chains) {
		t.emit(i+1, within)
	}
}

// side returns the interfaces that the search is about, and the others.
func (t *translator) side(p Packets) (about, other Interfaces) {
	if t.search == device.SearchSource {
		return p.Out, p.In
	}
	return p.In, p.Out
}

// split writes the hits as rules. A rule names the interfaces that it is for, and not
// those that it is not for. Where one is for all but some, what those meet comes first, and
// ends the search for them.
func (t *translator) split() (out []device.Translation) {
	names := t.names()
	for _, name := range names {
		one := Only(name)
		for _, h := range t.out {
			if about, _ := t.side(h.Packets); !about.intersect(one).IsEmpty() {
				out = t.write(out, h, []string{name})
			}
		}
		end := device.Translation{Search: t.search, Text: "the end of the nat chain", Match: traffic.Any()}
		t.set(&end, []string{name})
		out = append(out, end)
		if len(out) > maxTranslations {
			return []device.Translation{{
				Search: t.search, Text: "the nat table", Match: traffic.Any(), Source: t.anything(true), Destination: t.anything(false),
				Unknown: []string{"the chains of the nat table expand to too many rules"},
			}}
		}
	}
	for _, h := range t.out {
		about, _ := t.side(h.Packets)
		is := about.get()
		plain := slices.DeleteFunc(slices.Clone(is.names), isPattern)
		switch {
		case about.IsEvery():
			out = t.write(out, h, nil)
		case len(is.not) > 0 && !slices.ContainsFunc(slices.Concat(is.not, is.names), isPattern) && !is.only:
			out = t.write(out, h, nil) // those that it is not for are done
		case is.only && len(plain) == len(is.names) && len(names) == 0:
			out = t.write(out, h, plain)
		case is.only && len(plain) == len(is.names): // done
		default:
			h.Packets = h.Because("the interfaces " + about.String() + " are not all named")
			out = t.write(out, h, nil)
		}
	}
	return out
}

func isPattern(name string) bool { return len(name) > 0 && name[len(name)-1:] == anyEnd }

// names returns the interfaces that are told apart: none where no rule is for all but some
// or for those of a pattern.
func (t *translator) names() (names []string) {
	apart := false
	for _, h := range t.out {
		about, _ := t.side(h.Packets)
		is := about.get()
		for _, n := range slices.Concat(is.names, is.not) {
			if isPattern(n) {
				apart = true
			} else if n != "" {
				names = append(names, n)
			}
		}
		apart = apart || len(is.not) > 0
	}
	if !apart {
		return nil
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func (t *translator) set(r *device.Translation, names []string) {
	if t.search == device.SearchSource {
		r.To = names
	} else {
		r.From = names
	}
}

// anything returns the mapping of what may become anything.
func (t *translator) anything(source bool) device.Mapping {
	if source == (t.search == device.SearchSource) {
		return device.Mapping{Kind: device.Dynamic}
	}
	return device.Mapping{}
}

// write appends the rules for a hit on the interfaces, none for all.
func (t *translator) write(out []device.Translation, h hit, names []string) []device.Translation {
	r := device.Translation{Search: t.search, Name: h.source.Name, Line: h.source.Line, Text: h.source.Text, Match: h.Traffic, Unknown: h.Unknown}
	t.set(&r, names)
	if _, other := t.side(h.Packets); !other.IsEvery() {
		r.Unknown = addReasons(r.Unknown, []string{"it asks for an interface that is not known at this point"})
	}
	switch {
	case h.nat == nil && h.ends && len(r.Unknown) == 0:
		return append(out, r)
	case h.nat != nil && !h.nat.Either && h.nat.Source != (t.search == device.SearchSource):
		r.Unknown = addReasons(r.Unknown, []string{"it translates the other end of the packet than chains of its hook do"})
	case h.nat != nil && h.nat.Unknown != "":
		r.Unknown = addReasons(r.Unknown, []string{h.nat.Unknown})
	}
	if len(r.Unknown) > 0 {
		r.Source, r.Destination = t.anything(true), t.anything(false)
		return append(out, r)
	}
	n := *h.nat
	n.Source = t.search == device.SearchSource
	return append(out, n.translations(r)...)
}

// translations returns the rule with its mapping, one for each range that it maps by
// itself.
func (n *NAT) translations(r device.Translation) (out []device.Translation) {
	end, mapping := &r.Match.Destinations, &r.Destination
	if n.Source {
		end, mapping = &r.Match.Sources, &r.Source
	}
	if v4, v6 := n.To.Split(); v6.IsEmpty() && !v4.IsEmpty() {
		*end = end.Intersect(addr.Any4())
	} else if v4.IsEmpty() && !v6.IsEmpty() {
		*end = end.Intersect(addr.Any6())
	}
	if !n.Network && !n.Keep {
		if !end.IsEmpty() {
			*mapping = n.mapping()
			out = append(out, r)
		}
		return out
	}
	for _, from := range end.Ranges() {
		*end = addr.SetOf(from)
		var why string
		*mapping, why = n.piece(from)
		one := r
		if why != "" {
			one.Unknown = []string{why}
		}
		out = append(out, one)
	}
	return out
}

// mapping returns what addresses become that are all given the same.
func (n *NAT) mapping() device.Mapping {
	m := device.Mapping{Kind: device.Dynamic, To: n.To, FirstPort: n.FirstPort, LastPort: n.LastPort}
	_, one := n.To.Single()
	switch {
	case n.Source && m.LastPort == 0: // another port where two connections would be alike
		m.FirstPort, m.LastPort = 1, 65535
	case !n.Source && one && n.FirstPort == n.LastPort:
		m.Kind = device.Static
	}
	return m
}

// piece returns what a range becomes whose host bits, or whose addresses, stay.
func (n *NAT) piece(from addr.Range) (m device.Mapping, why string) {
	m = device.Mapping{Kind: device.Static, To: addr.SetOf(from), FirstPort: n.FirstPort, LastPort: n.LastPort}
	if n.Network {
		to, ok := exchanged(from, n.To)
		if !ok {
			return device.Mapping{Kind: device.Dynamic, To: n.To}, "it exchanges the network of addresses of more than one"
		}
		m.To = to
	}
	if n.FirstPort != n.LastPort {
		return device.Mapping{Kind: device.Dynamic}, "it keeps the address and gives any of several ports"
	}
	return m, ""
}

// exchanged returns the addresses of the range with the network of to. ok is false if the
// range is not in one network of that length.
func exchanged(from addr.Range, to addr.Set) (addr.Set, bool) {
	prefixes := to.Prefixes()
	if len(prefixes) != 1 {
		return addr.Set{}, false
	}
	p, err := netip.ParsePrefix(prefixes[0])
	if err != nil || p.Addr().Is4() != from.Is4() {
		return addr.Set{}, false
	}
	if netip.PrefixFrom(from.From, p.Bits()).Masked() != netip.PrefixFrom(from.To, p.Bits()).Masked() {
		return addr.Set{}, false
	}
	return addr.SetOf(addr.RangeOf(inNetwork(from.From, p), inNetwork(from.To, p))), true
}

// inNetwork returns the address with the network of the prefix.
func inNetwork(a netip.Addr, p netip.Prefix) netip.Addr {
	host, network := a.AsSlice(), p.Addr().AsSlice()
	for i := range host {
		mask := byte(0xff) // the bits of the network in this byte
		if left := p.Bits() - 8*i; left < 8 {
			mask = ^byte(0xff >> max(left, 0))
		}
		host[i] = host[i]&^mask | network[i]&mask
	}
	out, _ := netip.AddrFromSlice(host)
	return out
}

// Behind returns the sets, of packets for which a condition on the destination that they
// were sent to holds, with those in doubt that have one of the destinations which rules
// give: they may have been sent elsewhere.
func Behind(sets []Packets, given addr.Set, text string) []Packets {
	if given.IsEmpty() {
		return sets
	}
	doubted := Doubtful(text + ", and the nat table gives destinations").To(given)
	doubted.State = First
	out := []Packets{doubted}
	for _, p := range sets {
		later := p
		if later.State &= Later; !later.IsEmpty() {
			out = append(out, later)
		}
		if p.State &= First; !p.IsEmpty() {
			out = append(out, p.Subtract(All().To(given))...)
		}
	}
	return out
}
