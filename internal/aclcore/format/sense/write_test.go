package sense_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/enginetest"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/rendertest"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/sense"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/oracle"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// apply puts each change before the line that its comment names.
func apply(t *testing.T, text string, changes []string) string {
	t.Helper()
	rows := strings.SplitAfter(text, "\n")
	added := make(map[int]string)
	for _, c := range changes {
		place, elements, _ := strings.Cut(c, "\n")
		var line int
		if n, _ := fmt.Sscanf(place, "<!-- before line %d -->", &line); n != 1 {
			t.Fatalf("no place: %s", c)
		}
		added[line] += elements + "\n"
	}
	var b strings.Builder
	for i, row := range rows {
		b.WriteString(added[i+1] + row)
	}
	return b.String()
}

// insertion asks a drawn configuration for drawn traffic, makes the changes, and fails unless
// the traffic is as wanted then and nothing else has changed.
func insertion(t *testing.T, dice enginetest.Dice, system string) {
	t.Helper()
	_, text := drawConfig(dice, system)
	list := []string{sense.ListIn, sense.ListOut}[dice.IntN(2)]
	set := func() addr.Set {
		p, err := addr.Parse(drawnPrefixes[dice.IntN(len(drawnPrefixes))])
		if err != nil {
			t.Fatal(err)
		}
		return p.Set
	}
	wanted := traffic.Product{Sources: set(), Destinations: set(), Services: service.SetOf(service.Ports(service.TCP, 80, uint16(80+dice.IntN(2))))}
	base := readList(t, system, text, list)
	answer := rendertest.AskBetween(base, wanted, rule.Action(dice.IntN(2)), "em0", "em1")
	changes, err := answer.Changes(func(in rule.Insertion) (string, error) { return sense.Write(system, list, in) })
	if err != nil && strings.Contains(err.Error(), "a floating rule of the newer model") {
		return // it says that it cannot
	}
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	between := slices.DeleteFunc(packets(), func(p oracle.Packet) bool { return p.SourceZone != "em0" })
	after := apply(t, text, changes)
	answer.Prove(t, readList(t, system, after, list), between, after)
}

func TestWrite(t *testing.T) {
	dice := rand.New(rand.NewPCG(7, 8))
	for range 150 {
		insertion(t, dice, sense.OPNsense)
		insertion(t, dice, sense.PfSense)
	}
}

func FuzzWrite(f *testing.F) {
	f.Add([]byte("drawn rules, and what they are asked for"))
	f.Fuzz(func(t *testing.T, data []byte) {
		dice := enginetest.Bytes(data)
		insertion(t, &dice, sense.OPNsense)
		insertion(t, &dice, sense.PfSense)
	})
}

// TestWriteElements: the words of each model.
func TestWriteElements(t *testing.T) {
	v6, err := addr.Parse("2001:db8::/64")
	if err != nil {
		t.Fatal(err)
	}
	ping := rule.Rule{Name: "ping <all>", Action: rule.Permit, SourceZones: []string{"lan"}, Traffic: traffic.Product{
		Sources: v6.Set, Destinations: addr.Any6(), Services: service.SetOf(service.Type(service.ICMPv6, 128)),
	}}
	got, err := sense.Write(sense.PfSense, sense.ListIn, rule.Insertion{Rules: []rule.Rule{ping}})
	want := `<!-- in filter -->
<rule>
  <type>pass</type>
  <interface>lan</interface>
  <ipprotocol>inet6</ipprotocol>
  <protocol>icmp</protocol>
  <icmptype>128</icmptype>
  <source><address>2001:db8::/64</address></source>
  <destination><any/></destination>
  <floating>yes</floating>
  <quick>yes</quick>
  <direction>in</direction>
  <descr>ping &lt;all&gt;</descr>
</rule>`
	if err != nil || got != want {
		t.Errorf("%v\n%s\nwant\n%s", err, got, want)
	}
}

// TestWriteRefusals: what config.xml cannot say, and where no rule can come.
func TestWriteRefusals(t *testing.T) {
	text := "<pfsense>\n<filter>\n<rule>\n<type>pass</type>\n</rule>\n</filter>\n</pfsense>\n"
	base := readList(t, sense.PfSense, text, sense.ListIn)
	of := func(s ...service.Range) []rule.Rule {
		return []rule.Rule{{Action: rule.Permit, Traffic: traffic.Product{Sources: addr.Any4(), Destinations: addr.Any4(), Services: service.SetOf(s...)}}}
	}
	for _, tt := range []struct {
		list, want string
		in         rule.Insertion
	}{
		{"forward", "the lists are in and out", rule.Insertion{}},
		{"in", "where no rule can come before it", rule.Insertion{Base: base}},
		{"in", "for one code of an ICMP type", rule.Insertion{Rules: of(service.Code(service.ICMP, 3, 4))}},
		{"in", "no ports of IP protocol 132", rule.Insertion{Rules: of(service.Ports(service.SCTP, 80, 80))}},
		{"in", "IP protocol 0 alone", rule.Insertion{Rules: of(service.Whole(0))}},
	} {
		if got, err := sense.Write(sense.PfSense, tt.list, tt.in); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %q, %v; want %s", tt.list, got, err, tt.want)
		}
	}
}

// TestCut takes rules out of a configuration by the lines where they begin.
func TestCut(t *testing.T) {
	text := "<pfsense>\n<filter>\n<rule>\n<type>pass</type>\n</rule>\n<rule><type>block</type></rule>\n</filter>\n</pfsense>\n"
	got, err := sense.Cut([]byte(text), []int{3})
	if want := "<pfsense>\n<filter>\n\n<rule><type>block</type></rule>\n</filter>\n</pfsense>\n"; err != nil || string(got) != want {
		t.Errorf("%v\n%s", err, got)
	}
	if _, err := sense.Cut([]byte(text), []int{4}); err == nil {
		t.Error("a line that begins no rule is cut")
	}
}
