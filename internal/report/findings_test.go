package report

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
)

func finding(kind, rule string, line int, more object) object {
	f := object{"kind": kind, "ruleset": "edge", "file": "../firewall/edge.cfg", "list": "EDGE", "rule": rule, "line": int64(line), "text": "access-list EDGE " + rule}
	for key, value := range more {
		f[key] = value
	}
	return f
}

// rulesFound has a finding of most kinds, and a change of each.
func rulesFound(t *testing.T) Findings {
	t.Helper()
	traffic := object{"sources": words("10.0.0.0/8"), "destinations": words("172.16.0.1"), "services": words("tcp/80"), "source_zones": words("lan", "guest"), "destination_zones": words()}
	audits, err := ReadAudits(object{
		"summary": object{"contradicts": int64(1), "wider": int64(1), "shadowed": int64(250), "no_hits": int64(1), "duplicate_flow": int64(1)}, "unknown": int64(2),
		"findings": []any{
			finding("shadowed", "permit a", 4, object{"covered_by": words("edge.cfg:1 permit b"), "remove": words("no access-list EDGE permit a")}),
			finding("contradicts", "deny a", 5, object{"covered_by": words("edge.cfg:1 permit b", "edge.cfg:2 permit c"), "reason": "packets that it is for are permitted before it"}),
			finding("wider", "permit b", 1, object{"excess": []any{traffic, traffic}, "packets": 4278190080.5, "serves": words("shop/web"), "reason": "declared flows want less"}),
			finding("no_hits", "permit c", 2, object{"reason": "the device has counted no packet for it"}),
			object{"kind": "duplicate_flow", "rule": "shop/web", "serves": words("shop/web2"), "reason": "both flows are for the same traffic"},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	change := func(before, after string, line int) []any {
		return []any{object{"list": "EDGE", "file": "firewall/edge.cfg", "line": int64(line), "sources": words("10.0.0.5"), "destinations": words("172.16.0.1"), "services": words("tcp/23"), "before": before, "after": after}}
	}
	diffs, err := ReadDiffs(map[string]any{"edge": object{
		"opened": change("edge.cfg:9 deny ip any any", "edge.cfg:3 permit tcp any any eq 23", 3), "closed": change("edge.cfg:1 permit", "edge.cfg:1 deny", 1),
		"uncertain": change("edge.cfg:1 permit", "edge.cfg:2 permit time-range NIGHT", 0), "only_after": words("DMZ"), "same": false, "complete": false,
	}})
	if err != nil {
		t.Fatal(err)
	}
	return Findings{audits, diffs}
}

func TestFindings(t *testing.T) {
	found := rulesFound(t)
	golden(t, "rules.md", Markdown(nil, nil, found))
	checkMarkdown(t, Markdown(nil, nil, found))
	got, err := SARIF(nil, nil, found, "terraform")
	if err != nil || !json.Valid([]byte(got)) {
		t.Fatal(got, err)
	}
	golden(t, "rules.sarif", got)
	if md := Markdown(read(t, estate()), nil, found); strings.Index(md, "What the rules do differently") > strings.Index(md, "### Not as wanted") || !strings.Contains(md, "Rules of the firewalls") {
		t.Errorf("the sections are not where they belong:\n%s", md)
	}
	page, err := HTML(read(t, estate()), Page{Found: found})
	for _, text := range []string{"<td>opened</td><td>10.0.0.5</td>", "<td>no hits</td>", "no access-list EDGE permit a"} {
		if err != nil || !strings.Contains(page, text) {
			t.Errorf("no %q in the page: %v", text, err)
		}
	}
	same := Findings{Diffs: []Diff{{Same: true, Complete: true}}, Audits: []Audit{{}}}
	if md := Markdown(nil, nil, same); !strings.Contains(md, "The rules do the same as before") || !strings.Contains(md, "Nothing was found out") {
		t.Errorf("nothing is wrong:\n%s", md)
	}
}

func TestReadFindingsRefuses(t *testing.T) {
	for _, v := range []any{"x", object{"a": "x"}, []any{"x"}, object{"a": object{"x": "y"}}} {
		if a, err := ReadAudits(v); err == nil {
			t.Errorf("%v was read as %v", v, a)
		}
		if d, err := ReadDiffs(v); err == nil {
			t.Errorf("%v was read as %v", v, d)
		}
	}
	if a, err := ReadAudits(nil); err != nil || a != nil {
		t.Errorf("null is nothing: %v, %v", a, err)
	}
}

// TestFindingsAreBounded reports 1,000 findings and 1,500 changes beside as many flows, and
// says how many are left out.
func TestFindingsAreBounded(t *testing.T) {
	var a Audit
	a.Summary = map[string]int64{}
	for n := range 1000 {
		kind := orderOfKinds[n/200]
		a.Summary[kind]++
		a.Findings = append(a.Findings, Finding{
			Kind: kind, Where: "edge", File: "edge.cfg", Rule: strings.Repeat("rule ", 20), Text: strings.Repeat("text ", 100), Line: n + 1, CoveredBy: only(strings.Repeat("by ", 100)),
			Excess: strings.Repeat("excess ", 100), Reason: strings.Repeat("reason ", 100), Remove: only(strings.Repeat("no permit ", 20)),
		})
	}
	slices.Reverse(a.Findings)
	var d Diff
	for n := range 1500 {
		d.Changes = append(d.Changes, RuleChange{Kind: []string{"opened", "closed", "uncertain"}[n%3], Sources: only("10.0.0.1"), Destinations: only("10.0.0.2"), Services: only("tcp/80"), Before: strings.Repeat("🔥", 200), After: "x"})
	}
	rules := Findings{[]Audit{a}, []Diff{d}}
	var all []any
	for n := range 200 {
		name := fmt.Sprintf("%03d ", n) + strings.Repeat("🔥", 200)
		all = append(all, application(name, object{}, object{name: found("blocked", nil)}))
	}
	for _, md := range []string{Markdown(nil, nil, rules), Markdown(read(t, all), nil, rules)} {
		if len(md) > 64_000 {
			t.Errorf("the report has %d bytes", len(md))
		}
		if first, last := strings.Index(md, "| "+orderOfKinds[0]+" |"), strings.Index(md, "| "+orderOfKinds[1]+" |"); first < 0 || last >= 0 && last < first {
			t.Error("the most important findings are not first")
		}
		for _, text := range []string{"more findings", "more parts", "and the commands for"} {
			if !strings.Contains(md, text) {
				t.Errorf("no %q in the report", text)
			}
		}
	}
}

func only(text string) []string { return []string{text} }

func TestHostileFindings(t *testing.T) {
	for _, h := range hostile {
		found := Findings{
			[]Audit{{Summary: map[string]int64{"shadowed": 1}, Findings: []Finding{{Kind: "shadowed", Where: h, File: h, List: h, Rule: h, Text: h, CoveredBy: only(h), Reason: h, Remove: only(h)}}}},
			[]Diff{{Changes: []RuleChange{{Kind: "opened", File: h, List: h, Sources: only(h), Destinations: only(h), Services: only(h), Before: h, After: h}}, OnlyIn: only(h)}},
		}
		checkMarkdown(t, Markdown(nil, nil, found))
		if text, err := SARIF(nil, nil, found, ""); err != nil || !json.Valid([]byte(text)) {
			t.Errorf("no JSON: %v\n%s", err, text)
		}
	}
}
