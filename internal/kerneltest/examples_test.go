package kerneltest

import (
	"encoding/json"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/iptables"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/nftables"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/testshared"
)

// exampleProbe is a probe as the shared examples write it.
type exampleProbe struct {
	Src, Dst, Proto string
	Sport, Dport    uint16
	Flags           string
	ICMPType        *int `json:"icmp_type"`
}

// readProbes reads the probes of an example. Packets that open no connection (TCP
// flags other than SYN) are no question for the engine.
func readProbes(t *testing.T, file string) []Probe {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var from []exampleProbe
	if err := json.Unmarshal(content, &from); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	var out []Probe
	for _, e := range from {
		if e.Flags != "" && e.Flags != "S" {
			continue
		}
		s, err := service.Parse(e.Proto)
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		p := Probe{netip.MustParseAddr(e.Src), netip.MustParseAddr(e.Dst), s.Set.Ranges()[0].ProtoFrom, e.Sport, e.Dport}
		if p.SrcPort == 0 {
			p.SrcPort = 40000
		}
		switch p.Protocol {
		case service.ICMP:
			p.DstPort = 8 << 8
		case service.ICMPv6:
			p.DstPort = 128 << 8
		}
		if e.ICMPType != nil {
			p.DstPort = uint16(*e.ICMPType) << 8
		}
		out = append(out, p)
	}
	return out
}

// ownPorts are the ports where nothing is said of them.
var ownPorts = []Port{
	{"in0", nil}, {"out0", []netip.Prefix{prefix("0.0.0.0/0"), prefix("::/0")}},
}

// zonePorts are those of the example that names interfaces.
var zonePorts = []Port{
	{"lan", []netip.Prefix{prefix("10.1.0.0/16"), prefix("2001:db8:1::/48")}},
	{"dmz", []netip.Prefix{prefix("10.2.0.0/16")}},
	{"wan", []netip.Prefix{prefix("0.0.0.0/0"), prefix("::/0")}},
}

// TestKernelExamples loads the shared examples, which hold what trips readers of
// these formats, and compares every form of them with the kernel's verdicts.
func TestKernelExamples(t *testing.T) {
	dir := testshared.Dir(t, "tools", "kernel-oracle", "examples")
	for _, example := range []struct {
		name   string
		loader Loader
		file   string
		ports  []Port
		forms  []string
		// doubts is how many answers of the JSON form are indeterminate at least: it
		// lacks what iptables put into the rules.
		doubts int
	}{
		{"basic", NFT, "basic.nft", ownPorts, []string{"basic.nft", "basic.listed.nft", "basic.nft.json"}, 0},
		{"traps", NFT, "traps.nft", ownPorts, []string{"traps.nft", "traps.listed.nft", "traps.nft.json"}, 0},
		{"zones", IPTables, "zones.iptables", zonePorts, []string{"zones.iptables", "zones.iptables-legacy-save", "zones.iptables-nft-save", "zones.listed.nft", "zones.nft.json"}, 1},
	} {
		t.Run(example.name, func(t *testing.T) {
			Run(t, Config{Ports: example.ports}, func(t *testing.T, r *Router) {
				text, err := os.ReadFile(filepath.Join(dir, example.file))
				if err != nil {
					t.Fatal(err)
				}
				probes := readProbes(t, filepath.Join(dir, example.name+".probes.json"))
				verdicts, err := r.Ask(example.loader, string(text), probes)
				if err != nil {
					t.Fatal(err)
				}
				for _, form := range example.forms {
					rs := readForm(t, dir, form)
					var c tally
					ports := example.ports
					if example.name != "zones" {
						ports = []Port{{"out0", []netip.Prefix{prefix("0.0.0.0/0"), prefix("::/0")}}}
					}
					c.compare(t, form, rs, ports, probes, verdicts)
					t.Logf("%s: %v", form, &c)
					lossy := strings.HasSuffix(form, ".json") && example.doubts > 0
					if !lossy && c.indeterminate > 0 || lossy && c.indeterminate < example.doubts {
						t.Errorf("%s: %d answers are indeterminate", form, c.indeterminate)
					}
				}
			})
		})
	}
}

// readForm parses a file by its name and returns the list of the forward hook.
func readForm(t *testing.T, dir, form string) *rule.Ruleset {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(dir, form))
	if err != nil {
		t.Fatal(err)
	}
	in := device.Input{Source: form, Content: content}
	parse, sniffed, other := nftables.Parse, nftables.Sniff(content), iptables.Sniff(content)
	if !strings.Contains(strings.TrimSuffix(form, ".json"), ".nft") || strings.HasSuffix(form, "save") {
		parse, sniffed, other = iptables.Parse, other, sniffed
	}
	if sniffed < 90 || other > 0 {
		t.Errorf("%s: its format scores %d, the other %d", form, sniffed, other)
	}
	doc, err := parse(in)
	if err != nil {
		t.Fatal(err)
	}
	return ruleset(t, doc, "forward")
}

// TestKernelSamples loads what Capirca and Aerleon generate for the two formats and
// asks at the edges of every rule of every list that the parsers make of it.
func TestKernelSamples(t *testing.T) {
	var files []string
	for _, corpus := range []string{"capirca_samples", "aerleon_samples"} {
		for _, pattern := range []string{"*.ipt", "*.nft"} {
			found, err := filepath.Glob(filepath.Join(testshared.Dir(t, "corpora", corpus, "out"), pattern))
			if err != nil {
				t.Fatal(err)
			}
			files = append(files, found...)
		}
	}
	if len(files) == 0 {
		t.Fatal("no samples")
	}
	local := []netip.Prefix{prefix("0.0.0.0/1"), prefix("128.0.0.0/1"), prefix("::/1"), prefix("8000::/1")}
	for _, c := range []struct {
		hook   Hook
		name   string
		config Config
	}{
		{Forward, "forward", Config{}},
		{Input, "input", Config{Hook: Input, Local: local}},
		{Output, "output", Config{Hook: Output}},
	} {
		t.Run(c.name, func(t *testing.T) {
			Run(t, c.config, func(t *testing.T, r *Router) {
				for _, f := range files {
					sample(t, r, f, c.name)
				}
			})
		})
	}
}

func sample(t *testing.T, r *Router, file, hook string) {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Base(filepath.Dir(filepath.Dir(file))) + "/" + filepath.Base(file)
	in := device.Input{Source: filepath.Base(file), Content: content}
	loader, parse := NFT, nftables.Parse
	if strings.HasSuffix(file, ".ipt") {
		loader, parse = IPTables, iptables.Parse
	}
	doc, err := parse(in)
	if err != nil {
		t.Errorf("%s: %v", name, err)
		return
	}
	for _, l := range doc.Lists {
		if l.Name != strings.ToUpper(hook) && !strings.HasSuffix(l.Name, hook+" hook") && !contains(l.Aliases, hook) {
			continue
		}
		rs := &rule.Ruleset{Source: l.Name, Rules: l.Rules, Default: l.Default}
		probes := edges(rs)
		verdicts, err := r.Ask(loader, loadable(string(content)), probes)
		if err != nil {
			t.Logf("%s: this kernel does not take it: %.200v", name, err)
			return
		}
		var c tally
		var ports []Port
		if hook == "output" {
			ports = ownPorts
		}
		c.compare(t, name+" "+l.Name, rs, ports, probes, verdicts)
		t.Logf("%s %s: %v", name, l.Name, &c)
	}
}

func contains(list []string, s string) bool {
	for _, l := range list {
		if l == s {
			return true
		}
	}
	return false
}

// loadable leaves out what generators write and nft refuses, comments of chains
// before what the chain is and texts that are too long, and tables of bridges, where
// not every kernel tracks connections.
func loadable(text string) string {
	var b strings.Builder
	bridge := false
	for line := range strings.Lines(text) {
		trimmed := strings.TrimSpace(line)
		if strings.HasPrefix(line, "table ") {
			bridge = strings.HasPrefix(line, "table bridge ")
		}
		if bridge {
			continue
		}
		if strings.HasPrefix(trimmed, "comment ") {
			continue
		}
		if i := strings.Index(line, " comment \""); i >= 0 && !strings.HasPrefix(trimmed, "-") {
			line = line[:i] + "\n"
		}
		b.WriteString(line)
	}
	return b.String()
}

// edges returns probes at the corners of every rule, and beside them.
func edges(rs *rule.Ruleset) []Probe {
	var out []Probe
	seen := make(map[Probe]bool)
	for i := range rs.Rules {
		tr := rs.Rules[i].Traffic
		for _, s := range firstAndLast(tr.Sources.Ranges()) {
			for _, d := range firstAndLast(tr.Destinations.Ranges()) {
				for _, v := range firstAndLast(tr.Services.Ranges()) {
					for _, from := range []netip.Addr{s.From, s.To, s.From.Prev(), s.To.Next()} {
						for _, to := range []netip.Addr{d.From, d.To, d.From.Prev(), d.To.Next()} {
							for _, port := range []uint16{v.DstFrom, v.DstTo, v.DstFrom - 1, v.DstTo + 1} {
								for _, protocol := range []uint8{v.ProtoFrom, v.ProtoTo, 6, 17, 1, 58} {
									p := Probe{inside(from, to, 7), inside(to, from, 9), protocol, v.SrcFrom, port}
									if p.SrcPort == 0 {
										p.SrcPort = 40000
									}
									if !p.From.IsValid() || p.From.Is4() != p.To.Is4() || !sendable(p.Protocol) || seen[p] ||
										p.From.Is4() == (p.Protocol == service.ICMPv6) && service.HasTypes(p.Protocol) {
										continue
									}
									seen[p] = true
									out = append(out, p)
								}
							}
						}
					}
				}
			}
		}
	}
	return out
}

func firstAndLast[T any](ranges []T) []T {
	if len(ranges) > 2 {
		return []T{ranges[0], ranges[len(ranges)-1]}
	}
	return ranges
}

// inside returns a, or a host of the family of the other end in the place of what no
// packet has, such as the first and last of all addresses.
func inside(a, other netip.Addr, host byte) netip.Addr {
	switch {
	case a.IsValid() && !a.IsUnspecified() && !a.IsMulticast() && !a.IsLoopback() && a != netip.AddrFrom4([4]byte{255, 255, 255, 255}):
		return a
	case a.IsValid() && a.Is6() || !a.IsValid() && other.Is6():
		return netip.AddrFrom16([16]byte{0x20, 1, 0xd, 0xb8, 0, 0x99, 15: host})
	}
	return netip.AddrFrom4([4]byte{203, 0, 113, host})
}
