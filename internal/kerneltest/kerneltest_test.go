package kerneltest

import (
	"net/netip"
	"testing"
)

func probe(from, to string, protocol uint8, port uint16) Probe {
	return Probe{netip.MustParseAddr(from), netip.MustParseAddr(to), protocol, 40000, port}
}

// TestForward asks plain questions whose answers are plain, through every loader.
func TestForward(t *testing.T) {
	Run(t, Config{}, func(t *testing.T, r *Router) {
		for _, c := range []struct {
			loader Loader
			rules  string
			probe  Probe
			want   Verdict
		}{
			{NFT, "table inet t { chain c { type filter hook forward priority 0; policy drop; tcp dport 80 accept; }; }", probe("10.0.0.1", "10.0.1.1", 6, 80), Passed},
			{NFT, "table inet t { chain c { type filter hook forward priority 0; policy drop; tcp dport 80 accept; }; }", probe("10.0.0.1", "10.0.1.1", 6, 81), Stopped},
			{NFT, "table inet t { chain c { type filter hook forward priority 0; policy drop; udp dport 80 accept; }; }", probe("2001:db8::1", "2001:db8::2", 17, 80), Passed},
			{NFT, "table inet t { chain c { type filter hook forward priority 0; policy accept; ip daddr 10.0.1.1 reject; }; }", probe("10.0.0.1", "10.0.1.1", 17, 81), Stopped},
			{NFT, "table inet t { chain c { type filter hook forward priority 0; policy accept; ip daddr 10.0.1.1 reject with tcp reset; }; }", probe("10.0.0.1", "10.0.1.1", 6, 81), Stopped},
			{NFT, "table inet t { chain c { type filter hook forward priority 0; policy accept; }; }", probe("224.0.0.1", "10.0.1.1", 17, 81), Unsendable},
			{NFT, "table inet t { chain c { type filter hook forward priority 0; policy drop; ct state new accept; }; }", probe("10.0.0.1", "10.0.1.1", 132, 80), Passed},
			{NFT, "table inet t { chain c { type filter hook forward priority 0; policy drop; ct state new accept; }; }", probe("10.0.0.1", "10.0.1.1", 1, 8<<8), Passed},
			{NFT, "table inet t { chain c { type filter hook forward priority 0; policy drop; ip protocol 47 accept; }; }", probe("10.0.0.1", "10.0.1.1", 47, 0), Passed},
			{IPTables, "*filter\n:FORWARD DROP [0:0]\n-A FORWARD -i in0 -o out0 -p tcp --dport 80 -j ACCEPT\nCOMMIT\n", probe("10.0.0.1", "10.0.1.1", 6, 80), Passed},
			{IPTables, "*filter\n:FORWARD DROP [0:0]\n-A FORWARD -i out0 -p tcp --dport 80 -j ACCEPT\nCOMMIT\n", probe("10.0.0.1", "10.0.1.1", 6, 80), Stopped},
			{IP6Tables, "*filter\n:FORWARD DROP [0:0]\n-A FORWARD -p ipv6-icmp --icmpv6-type 128 -j ACCEPT\nCOMMIT\n", probe("2001:db8::1", "2001:db8::2", 58, 128<<8), Passed},
		} {
			got, err := r.Ask(c.loader, c.rules, []Probe{c.probe})
			if err != nil {
				t.Fatal(err)
			}
			if got[0] != c.want {
				t.Errorf("%+v is %v, want %v, by %s", c.probe, got[0], c.want, c.rules)
			}
		}
	})
}

// TestPorts sends probes in by the port of their source and expects them out by
// that of their destination.
func TestPorts(t *testing.T) {
	ports := []Port{
		{"lan", []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16")}},
		{"wan", []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0")}},
	}
	Run(t, Config{Ports: ports}, func(t *testing.T, r *Router) {
		rules := `table ip t { chain c { type filter hook forward priority 0; policy drop; iifname "lan" oifname "wan" accept; }; }`
		got, err := r.Ask(NFT, rules, []Probe{probe("10.1.0.1", "8.8.8.8", 6, 80), probe("8.8.8.8", "10.1.0.1", 6, 80)})
		if err != nil {
			t.Fatal(err)
		}
		if got[0] != Passed || got[1] != Stopped {
			t.Errorf("verdicts %v, want passed and stopped", got)
		}
	})
}

// TestOwn asks about packets to and from the router itself.
func TestOwn(t *testing.T) {
	for _, c := range []struct {
		name   string
		config Config
		hook   string
		a, b   Probe
	}{
		{"input", Config{Hook: Input, Local: []netip.Prefix{netip.MustParsePrefix("10.9.0.0/16")}}, "input", probe("10.0.0.1", "10.9.0.1", 6, 80), probe("10.0.0.1", "10.9.0.1", 17, 81)},
		{"output", Config{Hook: Output}, "output", probe("10.9.0.1", "10.0.0.1", 6, 80), probe("10.9.0.1", "10.0.0.1", 17, 81)},
	} {
		t.Run(c.name, func(t *testing.T) {
			Run(t, c.config, func(t *testing.T, r *Router) {
				rules := "table inet t { chain c { type filter hook " + c.hook + " priority 0; policy drop; tcp dport 80 accept; }; }"
				got, err := r.Ask(NFT, rules, []Probe{c.a, c.b})
				if err != nil {
					t.Fatal(err)
				}
				if got[0] != Passed || got[1] != Stopped {
					t.Errorf("verdicts %v, want passed and stopped", got)
				}
			})
		})
	}
}

// TestMany sends more probes than queues hold, and gets each one's own verdict.
func TestMany(t *testing.T) {
	Run(t, Config{}, func(t *testing.T, r *Router) {
		var probes []Probe
		for i := range 50_000 {
			probes = append(probes, probe("10.0.0.1", "10.0.1.1", 17, uint16(i)))
		}
		rules := "table inet t { chain c { type filter hook forward priority 0; policy drop; udp dport & 1 == 1 ct state new accept; }; }"
		got, err := r.Ask(NFT, rules, probes)
		if err != nil {
			t.Fatal(err)
		}
		for i, v := range got {
			if (v == Passed) != (i%2 == 1) || v == Unsendable {
				t.Fatalf("probe %d is %v", i, v)
			}
		}
	})
}
