package sense_test

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/enginetest"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/sense"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/oracle"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// A modelRule is what a drawn rule says.
type modelRule struct {
	class          int // 0 floating, 1 of the group, 2 of an interface
	newer          bool
	sequence       int
	zone           string
	quick, in, out bool
	permit         bool
	from, to       netip.Prefix
	notFrom        bool
	port           uint16

	anyPort bool
}

// The group of the drawn configurations holds em0.
const drawnHead = `<%[1]s>
<system>
<ipv6allow>1</ipv6allow>
</system>
<interfaces>
<em0>
<if>em0</if>
<enable>1</enable>
</em0>
<em1>
<if>em1</if>
<enable>1</enable>
</em1>
</interfaces>
<ifgroups>
<ifgroupentry>
<ifname>grp</ifname>
<members>em0</members>
</ifgroupentry>
</ifgroups>
`

// drawnPrefixes are around the packets that are asked.
var drawnPrefixes = []string{"10.0.0.0/8", "10.0.0.0/24", "10.0.0.1/32", "10.0.1.0/24", "192.0.2.0/24", "192.0.2.1/32", "192.0.0.0/9", "0.0.0.0/1"}

func drawRule(dice enginetest.Dice, system string) modelRule {
	r := modelRule{class: dice.IntN(3), permit: dice.IntN(2) == 0, anyPort: dice.IntN(2) == 0, port: uint16(80 + dice.IntN(2))}
	r.newer = system == sense.OPNsense && dice.IntN(2) == 0
	r.sequence = dice.IntN(4)
	r.from = netip.MustParsePrefix(drawnPrefixes[dice.IntN(len(drawnPrefixes))])
	r.to = netip.MustParsePrefix(drawnPrefixes[dice.IntN(len(drawnPrefixes))])
	r.notFrom = dice.IntN(4) == 0
	r.quick, r.in = true, true
	switch r.class {
	case 0:
		r.quick = dice.IntN(2) == 0
		direction := dice.IntN(3)
		r.in, r.out = direction != 1, direction != 0
		if r.zone = []string{"", "em0", "em1"}[dice.IntN(3)]; r.newer {
			r.zone = ""
		}
	case 1:
		r.zone = "grp"
	case 2:
		r.zone = []string{"em0", "em1"}[dice.IntN(2)]
	}
	return r
}

// text writes the rule in its model.
func (r modelRule) text() string {
	direction := map[[2]bool]string{{true, true}: "any", {true, false}: "in", {false, true}: "out"}[[2]bool{r.in, r.out}]
	action := map[bool]string{true: "pass", false: "block"}[r.permit]
	flag := map[bool]string{true: "1", false: "0"}
	var b strings.Builder
	b.WriteString("<rule>\n")
	add := func(name, value string) { fmt.Fprintf(&b, "<%s>%s</%s>\n", name, value, name) }
	add("direction", direction)
	add("ipprotocol", "inet")
	add("protocol", "tcp")
	add("interface", r.zone)
	if r.newer {
		add("action", action)
		add("sequence", fmt.Sprint(r.sequence))
		add("quick", flag[r.quick])
		add("source_net", r.from.String())
		add("source_not", flag[r.notFrom])
		add("destination_net", r.to.String())
		if !r.anyPort {
			add("destination_port", fmt.Sprint(r.port))
		}
		return b.String() + "</rule>\n"
	}
	add("type", action)
	if r.class == 0 {
		add("floating", "yes")
		if r.quick {
			add("quick", "yes")
		}
	}
	not, port := "", ""
	if r.notFrom {
		not = "<not/>"
	}
	if !r.anyPort {
		port = fmt.Sprintf("<port>%d</port>", r.port)
	}
	add("source", "<address>"+r.from.String()+"</address>"+not)
	add("destination", "<address>"+r.to.String()+"</address>"+port)
	return b.String() + "</rule>\n"
}

// matches reports whether the rule matches a packet that enters, or leaves, by the zone.
func (r modelRule) matches(list string, p oracle.Packet) bool {
	zone, direction := p.SourceZone, r.in
	if list == sense.ListOut {
		zone, direction = p.DestinationZone, r.out
	}
	onZone := r.zone == "" || r.zone == zone || r.zone == "grp" && zone == "em0"
	return direction && onZone && p.Protocol == 6 && r.from.Contains(p.From) != r.notFrom && r.to.Contains(p.To) && (r.anyPort || p.DestinationPort == r.port)
}

// walk says what becomes of a packet: rules are loaded floating ones first, then those of the
// group, then those of interfaces, in each the newer ones by their sequence before the others.
// The last that matches decides, or the first that is quick.
func walk(rules []modelRule, list string, p oracle.Packet) bool {
	decision := list == sense.ListOut
	for class := range 3 {
		for _, newer := range []bool{true, false} {
			for sequence := range 4 {
				for _, r := range rules {
					if r.class != class || r.newer != newer || newer && r.sequence != sequence || !newer && sequence > 0 || !r.matches(list, p) {
						continue
					}
					if decision = r.permit; r.quick {
						return decision
					}
				}
			}
		}
	}
	return decision
}

func drawConfig(dice enginetest.Dice, system string) ([]modelRule, string) {
	var rules []modelRule
	var legacy, newer string
	for range 1 + dice.IntN(6) {
		r := drawRule(dice, system)
		rules = append(rules, r)
		if r.newer {
			newer += r.text()
		} else {
			legacy += r.text()
		}
	}
	text := fmt.Sprintf(drawnHead, system) + "<filter>\n" + legacy + "</filter>\n"
	if newer != "" {
		text += "<OPNsense>\n<Firewall>\n<Filter>\n<rules>\n" + newer + "</rules>\n</Filter>\n</Firewall>\n</OPNsense>\n"
	}
	return rules, text + "<nat>\n<outbound>\n<mode>disabled</mode>\n</outbound>\n</nat>\n</" + system + ">\n"
}

func readList(t *testing.T, system, text, list string) *rule.Ruleset {
	t.Helper()
	doc, err := sense.Parse(system, device.Input{Source: "config.xml", Content: []byte(text)})
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	i := slices.IndexFunc(doc.Lists, func(l device.List) bool { return l.Name == list })
	rs := doc.Lists[i].Ruleset()
	rs.Source, rs.Format = "config.xml", system
	return rs
}

// packets are around all prefixes and ports of drawn rules.
func packets() []oracle.Packet {
	var out []oracle.Packet
	addresses := []string{"10.0.0.1", "10.0.0.2", "10.0.1.1", "10.9.0.1", "192.0.2.1", "192.0.2.2", "203.0.113.1"}
	for _, src := range addresses {
		for _, dst := range addresses {
			for _, zones := range [][2]string{{"em0", "em1"}, {"em1", "em0"}} {
				for _, port := range []uint16{79, 80, 81} {
					out = append(out, oracle.Packet{From: netip.MustParseAddr(src), To: netip.MustParseAddr(dst), Protocol: 6, SourcePort: 1024, DestinationPort: port, SourceZone: zones[0], DestinationZone: zones[1]})
				}
			}
		}
	}
	return out
}

// same fails unless the lists decide as the model walks.
func same(t *testing.T, dice enginetest.Dice, system string) {
	t.Helper()
	rules, text := drawConfig(dice, system)
	for _, list := range []string{sense.ListIn, sense.ListOut} {
		rs := readList(t, system, text, list)
		for _, p := range packets() {
			got, want := oracle.Decide(rs, p), walk(rules, list, p)
			if got.Permit != want || got.Deny == want {
				t.Fatalf("%s: %+v is permitted %v and denied %v; want %v by\n%s", list, p, got.Permit, got.Deny, want, text)
			}
		}
	}
}

// TestModel compares drawn configurations with a plain walk.
func TestModel(t *testing.T) {
	dice := rand.New(rand.NewPCG(5, 6))
	for range 150 {
		same(t, dice, sense.OPNsense)
		same(t, dice, sense.PfSense)
	}
}

func FuzzModel(f *testing.F) {
	f.Add([]byte("drawn rules, and what the firewall does with them"))
	f.Fuzz(func(t *testing.T, data []byte) {
		dice := enginetest.Bytes(data)
		same(t, &dice, sense.OPNsense)
		same(t, &dice, sense.PfSense)
	})
}
