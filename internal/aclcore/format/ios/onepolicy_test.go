package ios_test

import (
	"net/netip"
	"os"
	"slices"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/ios"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/oracle"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/testshared"
)

// TestOnePolicy compares the lists that a generator has made of one policy for
// several platforms, with packets at every edge of their rules.
func TestOnePolicy(t *testing.T) {
	for _, tt := range []struct {
		list  string
		files map[string]ios.Dialect
	}{
		{"edge-inbound", map[string]ios.Dialect{
			"sample_multitarget.acl": ios.IOS, "sample_multitarget.bacl": ios.IOS, "sample_multitarget.eacl": ios.IOS,
			"sample_multitarget.nxacl": ios.NXOS, "sample_multitarget.xacl": ios.XR,
		}},
		{"allowtointernet", map[string]ios.Dialect{"sample_cisco_lab.acl": ios.IOS, "sample_cisconx.nxacl": ios.NXOS}},
	} {
		for _, generator := range []string{"capirca_samples", "aerleon_samples"} {
			t.Run(generator+" "+tt.list, func(t *testing.T) {
				sets := make(map[string]*rule.Ruleset)
				for name, d := range tt.files {
					sets[name] = readList(t, testshared.Dir(t, "corpora", generator, "out", name), d, tt.list)
				}
				packets := edges(sets)
				if len(packets) < 100 {
					t.Fatalf("only %d packets", len(packets))
				}
				for _, p := range packets {
					want, first := oracle.Decision{}, ""
					for name, rs := range sets {
						got := oracle.Decide(rs, p)
						if first == "" {
							want, first = got, name
						}
						if got.Permit != want.Permit || got.Deny != want.Deny {
							t.Fatalf("%+v: permitted %v in %s, %v in %s", p, got.Permit, name, want.Permit, first)
						}
					}
				}
			})
		}
	}
}

func readList(t *testing.T, path string, d ios.Dialect, list string) *rule.Ruleset {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := ios.Parse(d, device.Input{Source: path, Content: content})
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range doc.Lists {
		if l.Name == list {
			return &rule.Ruleset{Name: path, Rules: l.Rules, Default: l.Default}
		}
	}
	t.Fatalf("no list %s in %s", list, path)
	return nil
}

// edges returns packets at, before and behind the bounds of every rule.
func edges(sets map[string]*rule.Ruleset) (out []oracle.Packet) {
	var from, to []netip.Addr
	var ports []uint16
	protocols := []uint8{1, 6, 17, 47}
	for _, rs := range sets {
		for _, r := range rs.Rules {
			for _, s := range r.Traffic.Sources.Ranges() {
				from = append(from, s.From, s.To, s.From.Prev(), s.To.Next())
			}
			for _, s := range r.Traffic.Destinations.Ranges() {
				to = append(to, s.From, s.To, s.From.Prev(), s.To.Next())
			}
			for _, s := range r.Traffic.Services.Ranges() {
				ports = append(ports, s.DstFrom, s.DstTo, s.SrcFrom, s.DstTo+1, s.SrcFrom-1)
			}
		}
	}
	unique := func(all []netip.Addr) []netip.Addr {
		slices.SortFunc(all, netip.Addr.Compare)
		all = slices.DeleteFunc(all, func(a netip.Addr) bool { return !a.Is4() })
		return slices.Compact(all)
	}
	from, to = unique(from), unique(to)
	slices.Sort(ports)
	ports = slices.Compact(ports)
	for i, f := range from {
		for j, d := range to {
			for k, port := range ports {
				// Every pair of addresses with some of the ports, in turn.
				if (i+j+k)%7 != 0 {
					continue
				}
				for _, proto := range protocols {
					out = append(out, oracle.Packet{From: f, To: d, Protocol: proto, SourcePort: ports[(k+i)%len(ports)], DestinationPort: port})
				}
			}
		}
	}
	return out
}
