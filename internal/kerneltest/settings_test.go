package kerneltest

import (
	"net/netip"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/nftables"
)

// TestKernelSettings: a statement of nft that sets something leaves the rule where the
// packet lacks what is set or looked up, so that the accept behind it is not for all.
// The engine may know no answer then, but no other than the kernel's.
func TestKernelSettings(t *testing.T) {
	statements := []string{
		"meta mark set 0x1", "ct mark set 0x1", "meta priority set 1:2", "meta mark set meta mark or 0x10", "log prefix \"x \"", "counter",
		"ip dscp set ef", "ip6 hoplimit set 9", "tcp option maxseg size set 1400", "meta mark set ip saddr map @marks", "meta mark set ct mark",
		"notrack", "add @seen { ip saddr }",
	}
	from4, to4 := netip.MustParseAddr("10.1.0.1"), netip.MustParseAddr("10.2.0.1")
	from6, to6 := netip.MustParseAddr("2001:db8:1::1"), netip.MustParseAddr("2001:db8:2::1")
	Run(t, Config{Ports: estate}, func(t *testing.T, r *Router) {
		var c tally
		for _, statement := range statements {
			text := "table inet fw {\n" +
				"\tset seen { type ipv4_addr; flags dynamic; }\n" +
				"\tmap marks { type ipv4_addr : mark; elements = { 10.1.0.9 : 0x1 }; }\n" +
				"\tchain forward {\n\t\ttype filter hook forward priority filter; policy drop;\n\t\t" + statement + " accept\n\t}\n}\n"
			var probes []Probe
			for _, protocol := range []uint8{protoTCP, protoUDP} {
				probes = append(probes,
					Probe{From: from4, To: to4, Protocol: protocol, SrcPort: 40000, DstPort: 80},
					Probe{From: from6, To: to6, Protocol: protocol, SrcPort: 40000, DstPort: 80})
			}
			verdicts, err := r.Ask(NFT, text, probes)
			if err != nil {
				t.Fatalf("%s: %v", statement, err)
			}
			listed, err1 := r.Command("nft", "list", "ruleset")
			inJSON, err2 := r.Command("nft", "-j", "list", "ruleset")
			if err1 != nil || err2 != nil {
				t.Fatal(err1, err2)
			}
			for form, content := range map[string]string{"file": text, "listing": listed, "JSON": inJSON} {
				doc, err := nftables.Parse(device.Input{Source: form, Content: []byte(content)})
				if err != nil {
					t.Fatalf("%s: %v\n%s", statement, err, content)
				}
				c.compare(t, statement+" in the "+form, ruleset(t, doc, "inet fw forward"), estate, probes, verdicts)
			}
		}
		t.Log(&c)
	})
}
