package testnet

import (
	"net/netip"
	"testing"
)

// line builds two hosts with a router between them, and returns the router and the first
// host; the other answers at ports 80 and 443 of 10.2.0.7 and 2001:db8:2::7.
func line(n *Network) (fw, pc *Host) {
	users, servers := n.LAN("users"), n.LAN("servers")
	fw = n.Router("fw")
	fw.Join(users, "eth0", "10.1.0.1/24", "2001:db8:1::1/64")
	fw.Join(servers, "eth1", "10.2.0.1/24", "2001:db8:2::1/64")
	pc, web := n.Host("pc"), n.Host("web")
	pc.Join(users, "eth0", "10.1.0.7/24", "2001:db8:1::7/64")
	pc.Route("default", "10.1.0.1")
	pc.Route("default", "2001:db8:1::1")
	web.Join(servers, "eth0", "10.2.0.7/24", "2001:db8:2::7/64")
	web.Route("default", "10.2.0.1")
	web.Route("default", "2001:db8:2::1")
	web.Serve(80, 443)
	return fw, pc
}

func (n *Network) probe(from *Host, protocol uint8, source, to string) *Probe {
	return &Probe{Client: from, Protocol: protocol, From: n.FreshPort(source), To: netip.MustParseAddrPort(to)}
}

// Connections pass a router exactly as its rules say, in either language and family.
func TestRun(t *testing.T) {
	Run(t, func(t *testing.T, n *Network) {
		fw, pc := line(n)
		for _, c := range []struct {
			loader   Loader
			rules    string
			protocol uint8
			to       string
			want     bool
		}{
			{NFT, "", TCP, "10.2.0.7:443", true},
			{NFT, "", UDP, "10.2.0.7:443", true},
			{NFT, "", TCP, "10.2.0.7:81", false},
			{NFT, "", UDP, "10.2.0.7:81", false},
			{NFT, "", TCP, "[2001:db8:2::7]:80", true},
			{NFT, "", UDP, "[2001:db8:2::7]:80", true},
			{NFT, "table inet t { chain c { type filter hook forward priority 0; policy drop; ct state established accept; tcp dport 80 accept; }; }", TCP, "10.2.0.7:80", true},
			{NFT, "table inet t { chain c { type filter hook forward priority 0; policy drop; ct state established accept; tcp dport 80 accept; }; }", TCP, "10.2.0.7:443", false},
			{NFT, "table inet t { chain c { type filter hook forward priority 0; policy drop; udp dport 80 accept; }; }", UDP, "10.2.0.7:80", false}, // no answers
			{NFT, "table inet t { chain c { type filter hook forward priority 0; policy accept; tcp dport 80 reject; }; }", TCP, "10.2.0.7:80", false},
			{IPTables, "*filter\n:FORWARD DROP [0:0]\n-A FORWARD -m conntrack --ctstate ESTABLISHED -j ACCEPT\n-A FORWARD -i eth0 -o eth1 -p udp --dport 80 -j ACCEPT\nCOMMIT\n", UDP, "10.2.0.7:80", true},
			{IPTables, "*filter\n:FORWARD DROP [0:0]\n-A FORWARD -i eth1 -o eth0 -p udp --dport 80 -j ACCEPT\nCOMMIT\n", UDP, "10.2.0.7:80", false},
			{IP6Tables, "*filter\n:FORWARD DROP [0:0]\nCOMMIT\n", TCP, "[2001:db8:2::7]:80", false},
		} {
			fw.Load(c.loader, c.rules)
			from := "10.1.0.7"
			if netip.MustParseAddrPort(c.to).Addr().Is6() {
				from = "2001:db8:1::7"
			}
			p := n.probe(pc, c.protocol, from, c.to)
			n.Try([]*Probe{p}, func(*Probe) bool { return c.want })
			if p.Answered != c.want {
				t.Errorf("protocol %d to %s: answered %t, want %t, by %q", c.protocol, c.to, p.Answered, c.want, c.rules)
			}
			if want := (Seen{"web", p.From, p.To}); p.Answered && p.Seen != want {
				t.Errorf("protocol %d to %s: seen %+v, want %+v", c.protocol, c.to, p.Seen, want)
			}
		}
	})
}

// The answer tells which addresses arrived where they are translated on the way.
func TestSeen(t *testing.T) {
	Run(t, func(t *testing.T, n *Network) {
		fw, pc := line(n)
		fw.Load(NFT, `table ip nat {
	chain pre { type nat hook prerouting priority dstnat; ip daddr 10.1.0.1 meta l4proto { tcp, udp } th dport 8443 dnat to 10.2.0.7:443; }
	chain post { type nat hook postrouting priority srcnat; oifname "eth1" masquerade; }
}`)
		for _, protocol := range []uint8{TCP, UDP} {
			p := n.probe(pc, protocol, "10.1.0.7", "10.1.0.1:8443")
			n.Try([]*Probe{p}, func(*Probe) bool { return true })
			if !p.Answered || p.Seen.Host != "web" || p.Seen.From.Addr().String() != "10.2.0.1" || p.Seen.To.String() != "10.2.0.7:443" {
				t.Errorf("protocol %d: %+v", protocol, p.Seen)
			}
		}
	})
}
