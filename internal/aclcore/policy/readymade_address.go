package policy

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
)

var sourceInNetworks = ReadyMadePolicy{
	Name: "source_in_networks", Scope: ScopeProduct, Required: []string{"networks"}, blocked: true,
	Doc:     "Every source lies in our networks.",
	Message: "the source {source} is not in our networks",
	build: func(b *builder) node {
		networks, unresolved := b.addresses("networks", b.definition.Parameters.Networks)
		ours := unionOfAddresses(setsOf(networks, addressSet))
		return b.asks(bySource, unresolved, func(r *run, c cell) answer { return truth(ours.ContainsSet(r.sources[c.source].literal.Set)) })
	},
}

var destinationInNetworks = ReadyMadePolicy{
	Name: "destination_in_networks", Scope: ScopeProduct, Required: []string{"networks"}, blocked: true,
	Doc:     "Every destination lies in our networks.",
	Message: "the destination {destination} is not in our networks",
	build: func(b *builder) node {
		networks, unresolved := b.addresses("networks", b.definition.Parameters.Networks)
		ours := unionOfAddresses(setsOf(networks, addressSet))
		return b.asks(byDestination, unresolved, func(r *run, c cell) answer {
			return truth(ours.ContainsSet(r.destinations[c.destination].literal.Set))
		})
	},
}

var sameNetwork = ReadyMadePolicy{
	Name: "same_network", Scope: ScopeProduct, Required: []string{"networks"}, blocked: true,
	Doc:     "Source and destination do not lie in the same network, each entry of networks being one: such traffic crosses no firewall, so there is nothing to ask for.",
	Message: "{source} and {destination} are in the same network {detail}: no firewall is between them",
	build: func(b *builder) node {
		networks, unresolved := b.addresses("networks", b.definition.Parameters.Networks)
		return b.asks(bySource|byDestination, unresolved, func(r *run, c cell) answer {
			s, d := r.sources[c.source].literal.Set, r.destinations[c.destination].literal.Set
			for _, n := range networks {
				if n.Set.ContainsSet(s) && n.Set.ContainsSet(d) {
					return r.note(note{text: addressText(n)})
				}
			}
			return yes
		})
	},
}

var maxHosts = ReadyMadePolicy{
	Name: "max_hosts", Scope: ScopeProduct, Required: []string{"max_hosts"},
	Doc:     "No single source or destination has more than max_hosts addresses.",
	Message: "{source} → {destination} is too wide: the {detail} addresses",
	build: func(b *builder) node {
		most := b.definition.Parameters.MaxHosts
		if most < 0 {
			b.bad(b.definition, "max_hosts", "is %d; write a number of addresses, at least 1", most)
		}
		wide := func(side string, set func(r *run, c cell) addr.Set) func(r *run, c cell) answer {
			return func(r *run, c cell) answer {
				if addressCount(set(r, c)) <= most {
					return yes
				}
				return r.note(note{text: fmt.Sprintf("%s has more than %d", side, most)})
			}
		}
		return and{
			b.leaf(bySource, wide("source", func(r *run, c cell) addr.Set { return r.sources[c.source].literal.Set })),
			b.leaf(byDestination, wide("destination", func(r *run, c cell) addr.Set { return r.destinations[c.destination].literal.Set })),
		}
	},
}

var anyToAny = ReadyMadePolicy{
	Name: "any_to_any", Scope: ScopeProduct,
	Doc:     "A flow is not from every address to every address, of IPv4 or of IPv6.",
	Message: "{source} → {destination} is any → any; name the addresses that are meant",
	build: func(b *builder) node {
		all := func(s, d addr.Set, family addr.Set) bool { return s.ContainsSet(family) && d.ContainsSet(family) }
		return b.leaf(bySource|byDestination, func(r *run, c cell) answer {
			s, d := r.sources[c.source].literal.Set, r.destinations[c.destination].literal.Set
			return truth(!all(s, d, addr.Any4()) && !all(s, d, addr.Any6()))
		})
	},
}

// insecure are services that send passwords in the clear or ask for none, by the
// names of RFC 854 (telnet), RFC 959 (ftp; RFC 2577 on its security), RFC 1350 (tftp,
// "no login or access control mechanisms"), RFC 1282 (rlogin) and the IANA registry
// (exec, login and shell on TCP ports 512 to 514).
var insecure = []string{"tcp/20-21", "tcp/23", "tcp/512-514", "udp/69"}

var insecureServices = ReadyMadePolicy{
	Name: "insecure_services", Scope: ScopeProduct, Optional: []string{"services"},
	Doc: "No service is one that is known to be insecure, nor holds one: FTP, telnet, rexec, rlogin, rsh and TFTP (" +
		strings.Join(insecure, ", ") + ") unless services lists others.",
	Message: "{service} from {source} to {destination} is or holds an insecure service ({detail})",
	build: func(b *builder) node {
		texts := b.definition.Parameters.Services
		if texts == nil {
			texts = insecure
		}
		listed, unresolved := b.services("services", texts)
		all := unionOfServices(setsOf(listed, serviceSet))
		return b.asks(byService, unresolved, func(r *run, c cell) answer {
			in := r.services[c.service].literal.Set.Intersect(all)
			if in.IsEmpty() {
				return yes
			}
			return r.note(note{text: some(in.Strings())})
		})
	},
}

var realAddresses = ReadyMadePolicy{
	Name: "real_addresses", Scope: ScopeProduct, Optional: []string{"real_addresses"}, blocked: true,
	Doc:     "No source or destination is an address that NAT shows instead of the real one. real_addresses maps the one to the other: hosts, or prefixes of one length; without it the static translations of the provider's devices do.",
	Message: "{source} → {destination}: {detail}",
	build: func(b *builder) node {
		pairs := b.natPairs()
		real := func(l addr.Literal) string {
			for _, p := range pairs {
				if p.shown.ContainsSet(l.Set) {
					return p.text(l)
				}
			}
			return ""
		}
		if b.definition.Parameters.RealAddresses == nil {
			return b.leaf(bySource|byDestination, realByDevices)
		}
		return b.leaf(bySource|byDestination, func(r *run, c cell) answer {
			texts := []string{real(r.sources[c.source].literal), real(r.destinations[c.destination].literal)}
			texts = slices.DeleteFunc(texts, func(t string) bool { return t == "" })
			if len(texts) == 0 {
				return yes
			}
			return r.note(note{text: strings.Join(texts, "; ")})
		})
	},
}

// realByDevices asks the devices for the addresses behind those of a product.
func realByDevices(r *run, c cell) answer {
	if r.q.Real == nil {
		return r.note(note{text: "no device tells which addresses NAT shows; set real_addresses, or declare devices"})
	}
	var texts []string
	for _, l := range []addr.Literal{r.sources[c.source].literal, r.destinations[c.destination].literal} {
		behind, shown, err := r.q.Real(l.Set)
		switch {
		case err != nil:
			return r.note(note{text: err.Error()})
		case shown:
			texts = append(texts, fmt.Sprintf("%s is an address of NAT; the real one is %s", addressText(l), behind))
		}
	}
	if len(texts) == 0 {
		return yes
	}
	return r.note(note{text: strings.Join(texts, "; ")})
}

// A natPair is an address or a prefix that NAT shows and what is behind it.
type natPair struct{ shown, real addr.Set }

// natPairs reads the table, in order of what is shown.
func (b *builder) natPairs() (out []natPair) {
	table := b.definition.Parameters.RealAddresses
	if table != nil && len(table) == 0 {
		b.bad(b.definition, "real_addresses", "is empty; write at least one pair")
	}
	for _, key := range slices.Sorted(maps.Keys(table)) {
		shown, err1 := addr.Parse(key)
		real, err2 := addr.Parse(table[key])
		switch {
		case err1 != nil:
			b.bad(b.definition, "real_addresses", "%s", err1)
		case err2 != nil:
			b.bad(b.definition, "real_addresses", "of %s: %s", key, err2)
		case addressCount(shown.Set) != addressCount(real.Set) || len(shown.Set.Ranges()) != 1 || len(real.Set.Ranges()) != 1:
			b.bad(b.definition, "real_addresses", "%s and %s are not of one size; write a host for a host, or a prefix for a prefix of the same length", key, table[key])
		default:
			out = append(out, natPair{shown.Set, real.Set})
		}
	}
	return out
}

// text says what the literal, which lies in what is shown, is in reality.
func (p natPair) text(l addr.Literal) string {
	r, shown, real := l.Set.Ranges()[0], p.shown.Ranges()[0], p.real.Ranges()[0]
	return fmt.Sprintf("%s is an address of NAT; the real one is %s", addressText(l), addr.RangeOf(shift(r.From, shown.From, real.From), shift(r.To, shown.From, real.From)))
}
