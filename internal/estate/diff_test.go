package estate

import (
	"fmt"
	"slices"
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
