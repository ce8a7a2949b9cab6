package estate

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// TestUnwanted tells what a change opens, or may open, beyond what flows want; a flow for a
// zone wants nothing of what goes between others.
func TestUnwanted(t *testing.T) {
	rules := func(text string) DiffSide { return DiffSide{Text: &RulesetConfig{Content: text}} }
	const deny = "access-list A extended deny ip any any\n"
	web := Flow{Name: "web", Sources: []string{"10.0.0.0/9"}, Destinations: []string{"192.0.2.1"}, Services: []string{"tcp/443"}}
	zoned, blocked := web, web
	zoned.SourceZone, blocked.Deny = "dmz", true
	for _, c := range []struct {
		name, before, after string
		flow                Flow
		want                []string
	}{
		{"opened", deny, "access-list A extended permit tcp 10.0.0.0 255.0.0.0 host 192.0.2.1 eq 443\n", web, []string{"10.128.0.0/9 192.0.2.1 tcp/443"}},
		{"for a zone", deny, "access-list A extended permit tcp 10.0.0.0 255.0.0.0 host 192.0.2.1 eq 443\n", zoned, []string{"10.0.0.0/8 192.0.2.1 tcp/443"}},
		{"to be blocked", deny, "access-list A extended permit tcp 10.0.0.0 255.0.0.0 host 192.0.2.1 eq 443\n", blocked, []string{"10.0.0.0/8 192.0.2.1 tcp/443"}},
		{"possibly opened", deny, "access-list A extended permit tcp 10.0.0.0 255.0.0.0 host 192.0.2.1 eq 443 time-range X\n", web, []string{"10.128.0.0/9 192.0.2.1 tcp/443"}},
		{"possibly closed", "access-list A extended permit ip any any\n", "access-list A extended deny tcp any any time-range X\naccess-list A extended permit ip any any\n", web, nil},
		{"closed", "access-list A extended permit ip any any\n", deny, web, nil},
	} {
		d, err := New(Config{}).Diff(rules(c.before), rules(c.after), c.flow)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, e := range d.Unwanted {
			got = append(got, fmt.Sprint(e.Sources[0], " ", e.Destinations[0], " ", e.Services[0]))
		}
		if !slices.Equal(got, c.want) || len(d.Opened)+len(d.Closed)+len(d.Uncertain) == 0 {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

// TestDiffStrays compares what becomes of packets that are of no connection, in firewalls of
// Linux.
func TestDiffStrays(t *testing.T) {
	chain := func(rules ...string) string {
		return "*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n" + strings.Join(rules, "\n") + "\nCOMMIT\n"
	}
	const (
		answers = "-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT"
		no      = "-A INPUT -m conntrack --ctstate INVALID -j DROP"
		web     = "-A INPUT -p tcp -m tcp --dport 443 -j ACCEPT"
		opening = "-A INPUT -p tcp -m tcp --dport 443 -m conntrack --ctstate NEW -j ACCEPT"
	)
	nft := func(rules ...string) string {
		return "table inet f {\n chain in {\n  type filter hook input priority filter; policy drop;\n  " + strings.Join(rules, "\n  ") + "\n }\n}\n"
	}
	for _, c := range []struct {
		name, before, after string
		want                []string
	}{
		{"the same", chain(answers, no, web), chain(answers, no, web), nil},
		{"counters", chain(answers, no, web), chain("[12:840] "+answers, "[1:40] "+no, web), nil},
		{"counters and handles", nft("ct state established,related accept", "ct state invalid counter packets 1 bytes 40 drop # handle 4"), nft("ct state established,related accept", "ct state invalid counter packets 7 bytes 280 drop # handle 9"), nil},
		{"related ones no more", chain(answers, web), chain(strings.Replace(answers, "RELATED,", "", 1), web), []string{"closed INPUT (related packets)"}},
		{"related ones of nft", nft("ct state established accept"), nft("ct state established,related accept"), []string{"opened inet f in (related packets)"}},
		{"for any state", chain(answers, opening), chain(answers, web), []string{"opened INPUT (packets of no connection)"}},
		{"a rule more", chain(answers), chain(answers, web), []string{"opened INPUT"}},
		{"invalid ones no more", chain(answers, web), chain(answers, no, web), []string{"uncertain INPUT (packets of no connection)"}},
		{"behind what permits them", chain(answers, web, no), chain(answers, web), nil},
	} {
		side := func(text string) DiffSide {
			format, acl := "iptables", "INPUT"
			if strings.HasPrefix(text, "table") {
				format, acl = "nftables", ""
			}
			return DiffSide{Text: &RulesetConfig{Format: format, ACL: acl, Content: text}}
		}
		d, err := New(Config{}).Diff(side(c.before), side(c.after))
		if err != nil {
			t.Fatal(c.name, err)
		}
		var got []string
		for kind, entries := range map[string][]DiffEntry{"opened": d.Opened, "closed": d.Closed, "uncertain": d.Uncertain} {
			for _, e := range entries {
				if one := kind + " " + e.List; !slices.Contains(got, one) {
					got = append(got, one)
				}
			}
		}
		slices.Sort(got)
		if !slices.Equal(got, c.want) || d.Same != (len(c.want) == 0) {
			t.Errorf("%s: %q, same %t, want %q\n%+v %+v %+v", c.name, got, d.Same, c.want, d.Opened, d.Closed, d.Uncertain)
		}
	}
}
