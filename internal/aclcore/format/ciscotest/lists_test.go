package ciscotest

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/enginetest"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/oracle"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// A written entry has the place that its text gives it: a sequence number, or on an ASA
// the line before which it goes; 0 is the end.
type written struct {
	text  string
	place int
	means *opinion
}

func choose(dice enginetest.Dice, words ...string) string { return words[dice.IntN(len(words))] }

// draw writes an entry of the platform, and a word here and there that is not known.
func draw(dice enginetest.Dice, on platform, v6 bool) string {
	every, icmp := "ip", "icmp"
	switch {
	case v6 && on != asaText:
		every = "ipv6"
	case on == xrText:
		every = "ipv4"
	case v6:
		icmp = "icmp6"
	}
	proto := choose(dice, "tcp", "udp", "tcp", "udp", every, icmp, "gre", "47")
	parts := []string{choose(dice, "permit", "permit", "deny"), proto}
	for range 2 {
		parts = append(parts, drawAddress(dice, on, v6))
		switch {
		case proto == "tcp" || proto == "udp":
			parts = append(parts, drawPorts(dice, on, proto))
		case proto == icmp && len(parts) > 3:
			parts = append(parts, choose(dice, "", "8", "3", "3 4", "0 0"))
		}
	}
	parts = append(parts, choose(dice, "", "", "", "log", "established", "frobnicate"))
	return strings.Join(strings.Fields(strings.Join(parts, " ")), " ")
}

func drawAddress(dice enginetest.Dice, on platform, v6 bool) string {
	if v6 {
		return choose(dice, "any", "host 2001:db8::1", "2001:db8::/32", "2001:db8::7/64", "host 2001:db8::2", "::/0")
	}
	base := choose(dice, "10.0.0.0", "10.0.0.1", "10.0.0.6", "10.1.0.0", "172.16.255.255")
	switch on {
	case asaText:
		return choose(dice, "any", "any4", "host "+base, base+" 255.255.255.0", base+" 255.255.255.254", base+" 255.0.0.255", base+" 255.255.255.255", base+" 0.0.0.0")
	case nxosText:
		return choose(dice, "any", "host "+base, base+"/24", base+"/31", base+"/0", base+" 0.0.0.255", base+" 0.0.1.1")
	}
	return choose(dice, "any", "host "+base, base+" 0.0.0.255", base+" 0.0.0.1", base+" 0.0.1.2", base+" 255.255.255.255", base+" 0.0.0.0")
}

func drawPorts(dice enginetest.Dice, on platform, proto string) string {
	name := choose(dice, "www", "ftp", "bgp", "telnet")
	if proto == "udp" {
		name = choose(dice, "ntp", "snmp", "tftp", "bootps")
	}
	several := "eq 80"
	if on == iosText {
		several = choose(dice, "eq 80 81", "eq 22 23 24 7", "neq 1 2 3")
	}
	return choose(dice, "", "", "eq 80", "eq "+name, "neq 80", "gt 1023", "lt 1024", "range 20 25", "range 80 80", several, "eq frobnicate")
}

// headings enter a list.
var headings = map[platform][2]string{
	asaText:  {"ASA Version 9.16(4)", "ASA Version 9.16(4)"},
	iosText:  {"ip access-list extended L", "ipv6 access-list L"},
	nxosText: {"ip access-list L", "ipv6 access-list L"},
	xrText:   {"ipv4 access-list L", "ipv6 access-list L"},
}

// drawList writes a list and what the plain reader makes of it, in the device's order.
// It returns nil where it has no opinion on some entry, or where it is not told which of
// two entries stands.
func drawList(dice enginetest.Dice, on platform, v6 bool) (text string, order []written) {
	heading := headings[on][0]
	if v6 {
		heading = headings[on][1]
	}
	lines := []string{heading}
	last, seen, sure := 0, make(map[string]bool), true
	for range 1 + dice.IntN(6) {
		body := draw(dice, on, v6)
		e := written{text: body}
		sure = sure && !seen[body]
		seen[body] = true
		number := 10 * (1 + dice.IntN(9))
		switch {
		case on == asaText && dice.IntN(3) == 0 && len(order) > 0:
			e.place = 1 + dice.IntN(len(order))
			e.text = fmt.Sprintf("access-list L line %d extended %s", e.place, body)
		case on == asaText:
			e.text = "access-list L extended " + body
		case dice.IntN(2) == 0:
			e.place, e.text = number, fmt.Sprintf("%d %s", number, body)
			if on == iosText && v6 {
				e.text = fmt.Sprintf("sequence %d %s", number, body)
			}
		default:
			e.place = last + 10
		}
		sure = sure && !(on != asaText && slices.ContainsFunc(order, func(o written) bool { return o.place == e.place }))
		last = max(last, e.place)
		e.means = judge(on, v6, e.text)
		sure = sure && e.means != nil
		lines = append(lines, strings.Repeat(" ", min(1, len(on)-len(asaText)+1))+e.text)
		if on == asaText && e.place > 0 {
			order = slices.Insert(order, e.place-1, e)
		} else {
			order = append(order, e)
		}
	}
	if on != asaText {
		slices.SortStableFunc(order, func(a, b written) int { return cmp.Compare(a.place, b.place) })
	}
	if !sure {
		order = nil
	}
	return strings.Join(lines, "\n") + "\n", order
}

// decide is what a device does with a packet: the first entry that matches says.
func decide(order []written, p packet) bool {
	for _, e := range order {
		if !e.means.established && e.means.matches(p) {
			return e.means.permit
		}
	}
	return false
}

// checkList compares the reader with the plain one over a list.
func checkList(t *testing.T, dice enginetest.Dice, on platform, v6 bool) (compared bool) {
	t.Helper()
	text, order := drawList(dice, on, v6)
	doc, err := parse(on, "list", []byte(text))
	if err != nil || len(doc.Lists) != 1 {
		t.Fatalf("%d lists, %v, of\n%s", len(doc.Lists), err, text)
	}
	if order == nil {
		return false
	}
	rs := &rule.Ruleset{Rules: doc.Lists[0].Rules, Default: doc.Lists[0].Default}
	for i, e := range order {
		for n, p := range packets(e.means) {
			if n%7 != i%7 {
				continue // one in seven is enough, and not always the same
			}
			if p.proto == 58 && v6 && p.to>>8 >= 133 && p.to>>8 <= 136 {
				continue // neighbour discovery is permitted implicitly
			}
			d := oracle.Decide(rs, oracle.Packet{From: p.src, To: p.dst, Protocol: p.proto, SourcePort: p.from, DestinationPort: p.to})
			if want := decide(order, p); p.src.Is4() != v6 && (d.Permit != want || d.Deny == want) {
				t.Fatalf("entry %d, %s: %s permitted %t, denied %t, want %t, by\n%s", i, e.text, p, d.Permit, d.Deny, want, text)
			}
		}
	}
	return true
}

var platforms = []platform{asaText, iosText, nxosText, xrText}

// TestLists compares many lists.
func TestLists(t *testing.T) {
	dice := rand.New(rand.NewPCG(11, 12))
	for _, on := range platforms {
		compared := 0
		for i := range 250 {
			if checkList(t, dice, on, i%4 == 0) {
				compared++
			}
		}
		if t.Logf("%s: %d lists", on, compared); compared < 35 {
			t.Errorf("%s: only %d lists are compared", on, compared)
		}
	}
}

// FuzzLists is TestLists as the fuzzer wants it.
func FuzzLists(f *testing.F) {
	for on := range platforms {
		f.Add(uint8(on), false, []byte{1, 2, 3, 4, 5, 6, 7, 8, 9})
		f.Add(uint8(on), true, []byte{9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 3, 3})
	}
	f.Fuzz(func(t *testing.T, on uint8, v6 bool, content []byte) {
		bytes := enginetest.Bytes(content)
		checkList(t, &bytes, platforms[int(on)%len(platforms)], v6)
	})
}

// FuzzEntry: whatever the text of an entry, the reader says nothing else of it than the
// plain one, where that has an opinion.
func FuzzEntry(f *testing.F) {
	dice := rand.New(rand.NewPCG(13, 14))
	for on, name := range platforms {
		for i := range 40 {
			f.Add(uint8(on), i%4 == 0, draw(dice, name, i%4 == 0))
		}
	}
	f.Fuzz(func(t *testing.T, which uint8, v6 bool, entry string) {
		on := platforms[int(which)%len(platforms)]
		entry, _, _ = strings.Cut(entry, "\n")
		heading := headings[on][0]
		if v6 {
			heading = headings[on][1]
		}
		line := " " + entry
		if on == asaText {
			line = "access-list L extended " + entry
		}
		doc, err := parse(on, "entry", []byte(heading+"\n"+line+"\n"))
		if err != nil || len(doc.Lists) != 1 {
			return
		}
		r := alone(&doc.Lists[0])[2]
		if o := judge(on, v6, strings.TrimSpace(line)); r != nil && o != nil {
			compare(t, string(on), r, o)
		}
	})
}
