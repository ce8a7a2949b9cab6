// Package testnet builds networks of Linux network namespaces for tests, and sends real
// connections through them. Nothing outside of the namespaces is touched, and they end
// with the test.
//
//	testnet.Run(t, func(t *testing.T, n *testnet.Network) {
//		users, servers := n.LAN("users"), n.LAN("servers")
//		fw := n.Router("fw")
//		fw.Join(users, "eth0", "10.1.0.1/24")
//		fw.Join(servers, "eth1", "10.2.0.1/24")
//		pc, web := n.Host("pc"), n.Host("web")
//		pc.Join(users, "eth0", "10.1.0.7/24")
//		pc.Route("default", "10.1.0.1")
//		web.Join(servers, "eth0", "10.2.0.7/24")
//		web.Route("default", "10.2.0.1")
//		web.Serve(443)
//		fw.Load(testnet.NFT, rules)
//		p := &testnet.Probe{Client: pc, Protocol: testnet.TCP, From: n.FreshPort("10.1.0.7"), To: netip.MustParseAddrPort("10.2.0.7:443")}
//		n.Try([]*testnet.Probe{p}, nil)
//		// p.Answered, p.Seen
//	})
//
// A [LAN] is an Ethernet of its own: a bridge. A [Host] is a namespace with interfaces in
// some of them; a router is a host that forwards. [Host.Do] runs a function in the
// namespace, and [Host.Command] a program.
//
// [Run] starts the test again in a new network namespace, since only there devices can be
// made without rights outside; without root the new process also gets a user namespace.
// Where that or a program is missing the test is skipped with a message, or fails if
// [EnvRequire] is set.
package testnet

import "net/netip"

// EnvRequire names the environment variable that, when set, makes a test fail where
// it would be skipped.
const EnvRequire = "ACL_KERNEL_REQUIRE"

// Loader is a program that takes a ruleset on its standard input.
type Loader string

// The loaders. All act on the kernel's nf_tables.
const (
	NFT       Loader = "nft -f -"
	IPTables  Loader = "iptables-nft-restore"
	IP6Tables Loader = "ip6tables-nft-restore"
)

// Protocols of probes, by IANA's numbers.
const (
	TCP uint8 = 6
	UDP uint8 = 17
)

// A Probe is one exchange that is tried: a TCP connection that is opened, or a UDP
// datagram that is answered.
type Probe struct {
	Client   *Host
	Protocol uint8
	// From is an address of the client and a port that no other probe has, since devices
	// on the way remember connections: see [Network.FreshPort].
	From, To netip.AddrPort

	// Answered says that the answer has arrived: the request passed on the way there, and
	// its reply on the way back.
	Answered bool
	// Seen is what the answering host saw, which differs from From and To where addresses
	// were translated. It is zero where the answer did not say.
	Seen Seen
}

// Seen is a probe as it arrived.
type Seen struct {
	// Host is the name of the host that answered.
	Host     string
	From, To netip.AddrPort
}
