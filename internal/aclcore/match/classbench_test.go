package match

import (
	"bufio"
	"compress/gzip"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/oracle"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/testshared"
)

// classBench reads a set in the format of the ClassBench generator,
//
//	@SRC/len DST/len SPORT : SPORT DPORT : DPORT PROTO/MASK FLAGS/MASK
//
// in order of priority. The format has no action: every third rule denies.
func classBench(t testing.TB, path string) *rule.Ruleset {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	rs := &rule.Ruleset{Source: filepath.Base(path)}
	for i, line := range strings.Split(strings.TrimSpace(string(text)), "\n") {
		var src, dst string
		var r service.Range
		var protocol, mask uint8
		if _, err := fmt.Sscanf(line, "@%s %s %d : %d %d : %d 0x%x/0x%x", &src, &dst, &r.SrcFrom, &r.SrcTo, &r.DstFrom, &r.DstTo, &protocol, &mask); err != nil {
			t.Fatalf("%s:%d: %s: %q", path, i+1, err, line)
		}
		r.ProtoFrom, r.ProtoTo = protocol&mask, protocol|^mask
		set := func(text string) addr.Set {
			return addr.SetOf(addr.RangeOfPrefix(netip.MustParsePrefix(text)))
		}
		action := rule.Permit
		if i%3 == 0 {
			action = rule.Deny
		}
		rs.Rules = append(rs.Rules, rule.Rule{Line: i + 1, Action: action, Traffic: traffic.Product{Sources: set(src), Destinations: set(dst), Services: service.SetOf(r)}})
	}
	return rs
}

// headers reads a trace: one packet a line, source, destination, ports and protocol
// as decimal numbers.
func headers(t testing.TB, path string) (out []oracle.Packet) {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	unzipped, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(unzipped)
	for lines.Scan() {
		var src, dst uint32
		var p oracle.Packet
		if _, err := fmt.Sscan(lines.Text(), &src, &dst, &p.SourcePort, &p.DestinationPort, &p.Protocol); err != nil {
			t.Fatalf("%s: %s: %q", path, err, lines.Text())
		}
		p.From, p.To = netip.AddrFrom4([4]byte{byte(src >> 24), byte(src >> 16), byte(src >> 8), byte(src)}), netip.AddrFrom4([4]byte{byte(dst >> 24), byte(dst >> 16), byte(dst >> 8), byte(dst)})
		out = append(out, p)
	}
	return out
}

func packetQuestion(p oracle.Packet) Question {
	return Question{Products: []traffic.Product{{
		Sources: addr.SetOf(addr.RangeOf(p.From, p.From)), Destinations: addr.SetOf(addr.RangeOf(p.To, p.To)),
		Services: service.SetOf(service.Range{ProtoFrom: p.Protocol, ProtoTo: p.Protocol, SrcFrom: p.SourcePort, SrcTo: p.SourcePort, DstFrom: p.DestinationPort, DstTo: p.DestinationPort}),
	}}}
}

// TestClassBenchTraces asks for every packet of the traces which rule decides it.
func TestClassBenchTraces(t *testing.T) {
	for _, name := range []string{"acl_1k", "fw_1k"} {
		t.Run(name, func(t *testing.T) {
			rs := classBench(t, testshared.Dir(t, "corpora", "classbench", "cutsplit", name))
			indexed, scanning := planted(rs), New(rs)
			packets := headers(t, testshared.Dir(t, "corpora", "classbench", "cutsplit", name+"_trace.gz"))
			var all []Question
			var deciding []int
			for i, p := range packets {
				q := packetQuestion(p)
				all = append(all, q)
				want := oracle.Decide(rs, p)
				deciding = append(deciding, want.Rule)
				ways := []*Index{indexed}
				if i%20 == 0 {
					ways = append(ways, scanning)
				}
				for _, x := range ways {
					a := x.Match(q)
					if len(a.Parts) != 1 || a.Parts[0].Rule != want.Rule || (a.Parts[0].Outcome == Permitted) != want.Permit {
						t.Fatalf("%v: %v, want rule %d", p, a.Parts, want.Rule)
					}
				}
			}
			for i, a := range New(rs).MatchAll(all) {
				if len(a.Parts) != 1 || a.Parts[0].Rule != deciding[i] {
					t.Fatalf("%v, with all others: %v, want rule %d", packets[i], a.Parts, deciding[i])
				}
			}
			if len(packets) < 10_000 {
				t.Errorf("only %d packets", len(packets))
			}
		})
	}
}

// BenchmarkClassBench asks for the packets of the traces.
func BenchmarkClassBench(b *testing.B) {
	for _, name := range []string{"acl_1k", "fw_1k"} {
		b.Run(name, func(b *testing.B) {
			x := planted(classBench(b, testshared.Dir(b, "corpora", "classbench", "cutsplit", name)))
			var qs []Question
			for _, p := range headers(b, testshared.Dir(b, "corpora", "classbench", "cutsplit", name+"_trace.gz")) {
				qs = append(qs, packetQuestion(p))
			}
			benchmarkQuestions(b, x, qs)
		})
	}
}
