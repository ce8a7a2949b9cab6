package nftables_test

import (
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/parsetest"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/nftables"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
)

const guarded = `table inet fw {
	set hosts {
		type ipv4_addr
		flags interval
		elements = { 10.1.0.0/16 }
	}
	map where {
		type ipv4_addr : verdict
		elements = { 10.2.0.1 : drop, 10.2.0.2 : jump own }
	}
	chain own {
		tcp dport 80 accept
	}
	chain pre {
		type filter hook prerouting priority raw; policy accept;
		ip saddr 203.0.113.0/24 drop
	}
	chain forward {
		type filter hook forward priority filter; policy drop;
		ct state established,related accept
		ip saddr @hosts tcp dport 443 accept
		ip daddr vmap @where
		meta mark set 0x1
		meta mark 0x1 tcp dport 25 accept
	}
}
`

var guardedQuestions = []parsetest.Question{
	{List: "forward", Flow: "10.1.0.7 -> 10.3.0.1 tcp/443"},
	{List: "forward", Flow: "10.4.0.7 -> 10.3.0.1 tcp/443"},
	{List: "forward", Flow: "10.4.0.7 -> 10.2.0.2 tcp/80"},
	{List: "forward", Flow: "10.4.0.7 -> 10.2.0.1 tcp/80"},
	{List: "forward", Flow: "203.0.113.7 -> 10.2.0.2 tcp/80"},
	{List: "forward", Flow: "10.4.0.7 -> 10.3.0.1 tcp/25"},
	{List: "forward", Flow: "10.4.0.7 -> 10.3.0.1 tcp/26"},
}

var unreadLines = []string{
	`include "/etc/nftables.d/*.nft"`,
	"newword 5;",
	"newblock x { type filter hook forward priority 0; policy drop; }",
	"newblock { drop }",
	"limit rate 1/hour",
	"frobnicate the packet drop",
	"tcp dport 1 # recent: CHECK counter packets 0 bytes 0 drop",
	"meta mark set jhash ip saddr mod 2",
	"ip saddr set 10.9.9.9",
	"flags dynamic",
	"timeout 1h",
	"chain more { type filter hook forward priority -5; policy drop; }",
}

// TestUnreadLines puts lines that no ruleset has, and such as filter, at each place of a
// text: none opens anything.
func TestUnreadLines(t *testing.T) {
	parsetest.UnreadLines(t, nftables.Parse, guarded, unreadLines, guardedQuestions...)
}

// TestUnreadIsTold: a line within a table that is not understood is noted, or puts in
// doubt what it stands before, or is refused: it never disappears.
func TestUnreadIsTold(t *testing.T) {
	rows := strings.SplitAfter(guarded, "\n")
	verdicts := func(doc *device.Document) (out []match.Verdict) {
		for _, q := range guardedQuestions {
			out = append(out, q.Verdict(t, doc))
		}
		return out
	}
	for _, line := range []string{unreadLines[0], unreadLines[1], unreadLines[2], unreadLines[3], unreadLines[5]} {
		for at := range rows {
			text := strings.Join(rows[:at], "") + line + "\n" + strings.Join(rows[at:], "")
			doc, err := nftables.Parse(device.Input{Source: "fw.nft", Content: []byte(text)})
			if err != nil {
				continue
			}
			told := len(doc.Notes) > 0
			for _, l := range doc.Lists {
				for i := range l.Rules {
					told = told || strings.Contains(strings.Join(l.Rules[i].Unknown, " ")+l.Rules[i].Text, strings.Fields(line)[0])
				}
			}
			for _, v := range verdicts(doc) {
				told = told || v == match.Indeterminate
			}
			if !told {
				t.Errorf("%q before line %d disappears:\n%s", line, at+1, text)
			}
		}
	}
}

// FuzzUnread puts any line at any place: it is refused, or opens nothing that the text
// without it, or the line itself read in full, does not.
func FuzzUnread(f *testing.F) {
	for i, line := range unreadLines {
		f.Add(line, uint8(3*i))
	}
	doc, err := nftables.Parse(device.Input{Source: "fw.nft", Content: []byte(guarded)})
	if err != nil {
		f.Fatal(err)
	}
	rows := strings.SplitAfter(guarded, "\n")
	f.Fuzz(func(t *testing.T, line string, place uint8) {
		for _, word := range []string{"accept", "return", "policy", "jump", "goto", "continue", "snat", "masquerade", "add", "insert", "delete", "flush", "}", "{", "\\", "#", "\"", "type", "flags", "elements", "set", "define", "table", "chain", "destroy"} {
			if strings.Contains(line, word) {
				return // which may well open something
			}
		}
		at := int(place) % len(rows)
		changed, err := nftables.Parse(device.Input{Source: "fw.nft", Content: []byte(strings.Join(rows[:at], "") + line + "\n" + strings.Join(rows[at:], ""))})
		if err != nil {
			return
		}
		for _, q := range guardedQuestions {
			if before, got := q.Verdict(t, doc), q.Verdict(t, changed); got == match.Allowed && before != match.Allowed {
				t.Errorf("%q before line %d turns %s from %s to %s", line, at+1, q.Flow, before, got)
			}
		}
	})
}
