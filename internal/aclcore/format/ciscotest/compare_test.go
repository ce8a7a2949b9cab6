package ciscotest

import (
	"encoding/binary"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/asa"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/ios"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/testshared"
)

func parse(on platform, name string, content []byte) (*device.Document, error) {
	in := device.Input{Source: name, Content: content}
	if on == asaText {
		return asa.Parse(in)
	}
	return ios.Parse(ios.Dialect(on), in)
}

// beside are addresses, ports and protocols that entries hardly ever name.
var (
	strange   = []netip.Addr{netip.MustParseAddr("203.0.113.77"), netip.MustParseAddr("2001:db8:ffff::77")}
	oddPorts  = []uint16{0, 1, 31337, 65535}
	protocols = []uint8{1, 6, 17, 47, 58, 199}
)

// packets are packets at the edges of what the entry says, inside and outside of them.
func packets(o *opinion) []packet {
	addresses := append([]netip.Addr{}, strange...)
	for _, a := range o.addresses {
		addresses = append(addresses, a, a.Prev(), a.Next(), flip(a, 5), flip(a, 13), flip(a, 22))
	}
	ports := append([]uint16{}, oddPorts...)
	for _, p := range o.ports {
		ports = append(ports, p, p-1, p+1)
	}
	var out []packet
	for i, src := range addresses {
		for j, dst := range addresses {
			if !src.IsValid() || !dst.IsValid() || src.Is4() != dst.Is4() {
				continue
			}
			for k, proto := range append(protocols[:len(protocols):len(protocols)], o.protocols...) {
				for l, port := range ports {
					p := packet{src: src, dst: dst, proto: proto, from: ports[(i+2*j+3*k+l)%len(ports)], to: port}
					switch proto {
					case 6, 17:
					case 1, 58:
						p.from = 0
					default:
						p.from, p.to = 0, 0
					}
					out = append(out, p)
				}
			}
		}
	}
	return out
}

// flip turns bit n of the address, from the last one.
func flip(a netip.Addr, n int) netip.Addr {
	if !a.Is4() {
		return a
	}
	b := a.As4()
	binary.BigEndian.PutUint32(b[:], binary.BigEndian.Uint32(b[:])^1<<n)
	return netip.AddrFrom4(b)
}

func holds(r *rule.Rule, p packet) bool {
	t := &r.Traffic
	return t.Sources.Contains(p.src) && t.Destinations.Contains(p.dst) && t.Services.Contains(p.proto, p.from, p.to)
}

// compare holds a rule that the reader made of a line against the opinion on the line.
func compare(t *testing.T, where string, r *rule.Rule, o *opinion) {
	t.Helper()
	if (r.Action == rule.Permit) != o.permit {
		t.Errorf("%s: %s, read as a %s", where, r.Text, r.Action)
		return
	}
	sure := len(r.Unknown) == 0
	if established := r.State == rule.Established; sure && established != o.established {
		t.Errorf("%s: %s: of established connections %t, not %t", where, r.Text, established, o.established)
	}
	for _, p := range packets(o) {
		got, want := holds(r, p), o.matches(p)
		if got != want && (sure || want) {
			t.Errorf("%s: %s: %s matches %t, read as %s %v, not %t", where, r.Text, p, got, r.Traffic, r.Unknown, want)
			return
		}
	}
}

// alone returns the rule of each line of which there is one.
func alone(l *device.List) map[int]*rule.Rule {
	out := make(map[int]*rule.Rule)
	for i := range l.Rules {
		r := &l.Rules[i]
		if _, twice := out[r.Line]; twice || r.Line == 0 {
			out[r.Line] = nil
			continue
		}
		out[r.Line] = r
	}
	return out
}

var corpora = []struct {
	dir, suffix string
	on          platform
}{
	{"batfish/grammar/cisco", "", iosText},
	{"batfish/grammar/vendor/arista", "", iosText},
	{"batfish/grammar/vendor/cisco_nxos", "", nxosText},
	{"batfish/grammar/cisco_xr", "", xrText},
	{"batfish/grammar/cisco_asa", "", asaText},
	{"ntc-templates/cisco_ios", ".raw", iosText},
	{"ntc-templates/arista_eos", ".raw", iosText},
	{"ntc-templates/cisco_nxos", ".raw", nxosText},
	{"ntc-templates/cisco_asa", ".raw", asaText},
	{"capirca_samples/out", ".acl", iosText},
	{"capirca_samples/out", ".eacl", iosText},
	{"capirca_samples/out", ".nxacl", nxosText},
	{"capirca_samples/out", ".xacl", xrText},
	{"capirca_samples/out", ".asa", asaText},
	{"aerleon_samples/out", ".acl", iosText},
	{"aerleon_samples/out", ".eacl", iosText},
	{"aerleon_samples/out", ".nxacl", nxosText},
	{"aerleon_samples/out", ".xacl", xrText},
	{"aerleon_samples/out", ".asa", asaText},
}

// TestCorpora compares each entry of the corpora on which the plain reader has an
// opinion, and counts those that it decides and the reader does not.
func TestCorpora(t *testing.T) {
	root := testshared.Dir(t, "corpora")
	rules, opinions, undecided := 0, 0, 0
	for _, c := range corpora {
		err := filepath.WalkDir(filepath.Join(root, c.dir), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, c.suffix) {
				return err
			}
			content, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			doc, err := parse(c.on, d.Name(), content)
			if err != nil {
				return nil //nolint:nilerr // of another device
			}
			for i := range doc.Lists {
				l := &doc.Lists[i]
				for _, r := range alone(l) {
					if r == nil {
						continue
					}
					rules++
					// "permit 10.0.0.1" of a standard list is no entry of an extended one.
					o := judge(c.on, isIPv6(r), r.Text)
					if o == nil {
						continue
					}
					opinions++
					if len(r.Unknown) > 0 {
						undecided++
						t.Logf("%s: %s: %v", d.Name(), r.Text, r.Unknown)
					}
					if c.on == asaText {
						o = withAny(o, r)
					}
					compare(t, d.Name(), r, o)
				}
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
	t.Logf("%d entries, an opinion on %d, of which the reader leaves %d undecided", rules, opinions, undecided)
	if opinions < 1000 {
		t.Errorf("an opinion on %d entries only", opinions)
	}
}

// isIPv6 reports whether the rule can only be of an IPv6 list.
func isIPv6(r *rule.Rule) bool {
	v4, _ := r.Traffic.Sources.Split()
	return v4.IsEmpty() && !r.Traffic.Sources.IsEmpty()
}

// withAny makes any of an ASA one of IPv4 where the text is of a release before 9.0.
func withAny(o *opinion, r *rule.Rule) *opinion {
	if !strings.HasPrefix(r.Place, "release 7.") && !strings.HasPrefix(r.Place, "release 8.") {
		return o
	}
	old := *o
	old.src = func(a netip.Addr) bool { return a.Is4() && o.src(a) }
	old.dst = func(a netip.Addr) bool { return a.Is4() && o.dst(a) }
	return &old
}
