package flow

import (
	"maps"
	"slices"
	"sync"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
)

// privateUse are the networks for private use of RFC 1918, section 3.
var privateUse = []string{"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"}

// uniqueLocal are the unique local addresses of IPv6, RFC 4193.
const uniqueLocal = "fc00::/7"

// unicast is where addresses that are globally reachable can be: IPv4 without the
// multicast of RFC 5771; of IPv6 the global unicast of the "Internet Protocol Version 6
// Address Space" (IANA), and the well-known prefix for IPv4 behind NAT64 (RFC 6052),
// which the registry below has as globally reachable.
var unicast = []string{"0.0.0.0-223.255.255.255", "240.0.0.0-255.255.255.255", "2000::/3", "64:ff9b::/96"}

// specialPurpose are the blocks of the "IANA IPv4 Special-Purpose Address Registry" and
// of the "IANA IPv6 Special-Purpose Address Registry" (RFC 6890 and its successors) with
// "Globally Reachable" False, and true for those within them that are True. A block
// whose entry is N/A (2002::/16, 192.88.99.0/24, 2001::/32) is as what it lies in.
var specialPurpose = []struct {
	block     string
	reachable bool
}{
	{"0.0.0.0/8", false},       // this network, RFC 791
	{"10.0.0.0/8", false},      // private use, RFC 1918
	{"100.64.0.0/10", false},   // shared address space, RFC 6598
	{"127.0.0.0/8", false},     // loopback, RFC 1122
	{"169.254.0.0/16", false},  // link local, RFC 3927
	{"172.16.0.0/12", false},   // private use, RFC 1918
	{"192.0.0.0/24", false},    // IETF protocol assignments, RFC 6890
	{"192.0.0.9/32", true},     // port control protocol anycast, RFC 7723
	{"192.0.0.10/32", true},    // TURN anycast, RFC 8155
	{"192.0.2.0/24", false},    // documentation, RFC 5737
	{"192.168.0.0/16", false},  // private use, RFC 1918
	{"198.18.0.0/15", false},   // benchmarking, RFC 2544
	{"198.51.100.0/24", false}, // documentation, RFC 5737
	{"203.0.113.0/24", false},  // documentation, RFC 5737
	{"240.0.0.0/4", false},     // reserved, RFC 1112, with the limited broadcast
	{"2001::/23", false},       // IETF protocol assignments, RFC 2928
	{"2001:1::1/128", true},    // port control protocol anycast, RFC 7723
	{"2001:1::2/128", true},    // TURN anycast, RFC 8155
	{"2001:1::3/128", true},    // DNS-SD service registration anycast, RFC 9665
	{"2001:3::/32", true},      // AMT, RFC 7450
	{"2001:4:112::/48", true},  // AS112, RFC 7535
	{"2001:20::/28", true},     // ORCHIDv2, RFC 7343
	{"2001:30::/28", true},     // drone remote ID, RFC 9374
	{"2001:db8::/32", false},   // documentation, RFC 3849
	{"3fff::/20", false},       // documentation, RFC 9637
}

// builtinAddresses are the names of addresses that need no declaration. Who declares
// one of them means what is declared.
var builtinAddresses = sync.OnceValue(func() map[string][]string {
	var internet addr.Set
	for _, text := range unicast {
		internet = internet.Union(mustSet(text))
	}
	for _, s := range specialPurpose { // what is True lies behind what it is taken out of
		if s.reachable {
			internet = internet.Union(mustSet(s.block))
		} else {
			internet = internet.Subtract(mustSet(s.block))
		}
	}
	return map[string][]string{
		"internet": internet.Strings(),
		"private":  append(slices.Clone(privateUse), uniqueLocal),
		"rfc1918":  privateUse,
	}
})

// parseBuiltin reads an address of a built-in name.
func parseBuiltin(name, text string) (addr.Literal, error) {
	l, err := addr.Parse(text)
	l.Part = name != "rfc1918" // the others have addresses of both IP versions
	return l, err
}

// BuiltinNames returns the names of addresses that need no declaration, sorted.
func BuiltinNames() []string { return slices.Sorted(maps.Keys(builtinAddresses())) }

// mustSet reads an address of the tables above; a test reads all of them.
func mustSet(text string) addr.Set {
	l, err := addr.Parse(text)
	if err != nil {
		return addr.Set{}
	}
	return l.Set
}
