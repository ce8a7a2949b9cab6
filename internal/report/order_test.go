package report

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
)

// The worst stands first, whatever it is called, and what is cut is never worse than what
// is left.
func TestMarkdownCutsTheLeast(t *testing.T) {
	results := object{"zz-denied": found("blocked", object{
		"missing":    []any{missing("edge.cfg:9 deny ip any any", "")},
		"violations": []any{object{"policy": "pci", "severity": "deny", "message": "not pci"}},
	})}
	flows := object{"zz-denied": object{}, "zz-open": object{"action": "deny"}}
	results["zz-open"] = found("allowed", object{"missing": []any{missing("edge.cfg:3 permit", "")}})
	for i := range 3000 {
		name := fmt.Sprintf("flow-%04d", i)
		flows[name] = object{}
		results[name] = found([]string{"allowed", "blocked", "partial", "indeterminate"}[i%4], object{"missing": []any{missing("edge.cfg:9 deny ip any any", "permit")}})
	}
	md := Markdown(read(t, []any{application("Shop", flows, results)}), nil, Findings{})
	if len(md) > MaxBytes {
		t.Errorf("the report has %d bytes", len(md))
	}
	last := -1
	for _, text := range []string{"⛔ <b>denied</b>", "🔓 <b>allowed</b>", "❌ <b>blocked</b>", "more flows, left out for length"} {
		at := strings.Index(md, text)
		if at <= last {
			t.Errorf("%q stands at %d, what is worse at %d", text, at, last)
		}
		last = at
	}
	for _, text := range []string{"<b>indeterminate</b>", "### As wanted"} {
		if strings.Contains(md, text) {
			t.Errorf("%q is there although what is worse is cut", text)
		}
	}
}

// What a change adds or alters comes first, with the deciding rule, allowed or not.
func TestMarkdownOfAChange(t *testing.T) {
	flows := func(names ...string) object {
		o := object{}
		for _, n := range names {
			o[n] = object{"sources": words("10.0.0.1"), "destinations": words("10.0.0.2"), "services": words("tcp/443")}
		}
		return o
	}
	allowed := found("allowed", object{"summary": "allowed by edge.cfg:21 inside_in line 5"})
	blocked := found("blocked", object{"summary": "blocked: denied by edge.cfg:9", "missing": []any{missing("edge.cfg:9 deny ip any any", "")}})
	before, err := JSON(read(t, []any{application("Shop", flows("kept", "turned", "gone"), object{"kept": blocked, "turned": allowed, "gone": allowed})}))
	if err != nil {
		t.Fatal(err)
	}
	now, err := Compare(read(t, []any{application("Shop", flows("kept", "turned", "added"), object{"kept": blocked, "turned": blocked, "added": allowed})}), before)
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "change.md", Markdown(now, nil, Findings{}))
	for _, bad := range []string{"no JSON", "{}", "[]"} {
		if _, err := Compare(now, bad); err == nil {
			t.Errorf("%q was taken for a report", bad)
		}
	}
	if first, err := Compare(now, " \n"); err != nil || first[0].Flows[0].Change != changeNew {
		t.Errorf("without a report before: %v, %v", first, err)
	}
}

func TestRules(t *testing.T) {
	for _, tt := range []struct {
		action, status, summary string
		want                    []Rule
	}{
		{"permit", "allowed", "allowed by a.cfg:1, a.cfg:2, a.cfg:3, and 4 more rules; b.cfg:7; without what it accepts as denied by a.cfg:9",
			[]Rule{{"", "a.cfg:1", "permit"}, {"", "a.cfg:2", "permit"}, {"", "a.cfg:3", "permit"}, {"", "b.cfg:7", "permit"}}},
		{"permit", "pending", "pending: allowed by edge.additions.json acl-1", []Rule{{"", "edge.additions.json acl-1", "permit"}}},
		{"deny", "blocked", "blocked by a.cfg:9; denied by policy p", []Rule{{"", "a.cfg:9", "deny"}}},
		{"permit", "blocked", "blocked: denied by a.cfg:9", nil},
	} {
		f := read(t, []any{application("A", object{"f": object{"action": tt.action}}, object{"f": found(tt.status, object{"summary": tt.summary})})})[0].Flows[0]
		var got []Rule
		for _, r := range f.Rules {
			if r.Name != "" {
				got = append(got, r)
			}
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s: %v, want %v", tt.summary, got, tt.want)
		}
	}
}

// A gap of a flow that finds its own way tells between which zones it is.
func TestZonesOfAGap(t *testing.T) {
	f := read(t, []any{application("Shop", object{"web": object{}}, object{"web": found("blocked", object{"missing": []any{object{
		"device": "core", "list": "FORWARD", "from": "office", "to": "dc", "sources": words("10.0.0.1"), "destinations": words("10.9.0.1"), "services": words("tcp/443"), "blocked_by": "core.txt:7",
	}}})})})[0].Flows[0]
	if md := flowSection(listed{"Shop", f, f.gravity()}); !strings.Contains(md, "| `10.0.0.1 → 10.9.0.1 tcp/443 (from zone office to zone dc)` | `core.txt:7` |") {
		t.Errorf("the zones are not told:\n%s", md)
	}
}

// A picture is drawn where the way has more than one list, and marks those in the way.
func TestPicture(t *testing.T) {
	f := Flow{
		Wanted: match.Allowed, Status: match.Blocked, Sources: []string{"10.0.0.1"}, Destinations: []string{"10.9.0.1"},
		Missing: []Missing{{Ruleset: "core"}},
		Path:    []Crossing{{From: "office", To: "dc", Hops: []Hop{{Device: "edge", Lists: []string{"inside_in"}}, {Device: "core", Lists: []string{"FORWARD"}}}}},
	}
	got := picture(f)
	for _, text := range []string{`s["10.0.0.1"]`, `s --> h0["edge<br/>inside_in"]` + "\n", `h0 --> h1["✗ core<br/>FORWARD"]:::against`, `h1 --> d["10.9.0.1"]`} {
		if !strings.Contains(got, text) {
			t.Errorf("no %s in\n%s", text, got)
		}
	}
	f.Path[0].Hops = f.Path[0].Hops[:1]
	if got := picture(f); got != "" {
		t.Errorf("one list has a picture:\n%s", got)
	}
}
