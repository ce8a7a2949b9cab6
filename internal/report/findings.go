package report

import (
	"fmt"
	"math/big"
	"slices"
	"strings"
)

// Findings are what was found out about the rules of firewalls.
type Findings struct {
	Audits []Audit
	Diffs  []Diff
}

// Audit is what data acl_audit or the function audit says.
type Audit struct {
	Findings []Finding
	// Summary counts all findings by kind; not all of them are in Findings.
	Summary map[string]int64
	Unknown int64
}

// Finding is something about one rule, or about one flow.
type Finding struct {
	Kind string
	// Where is the ruleset or device.
	Where, File, List, Rule, Text string
	Line                          int
	CoveredBy, Serves             []string
	// Excess is the first of what it permits that nobody wants, and Packets how many packets
	// all of that is; both may be empty.
	Excess  string
	Packets string
	Reason  string
	Remove  []string
}

// Diff is what data acl_diff or the function diff says.
type Diff struct {
	Changes         []RuleChange
	Same, Complete  bool
	OnlyIn, GoneOut []string // lists that only the one after, or before, has
}

// Kinds of changes of what rules do.
const (
	changeOpened    = "opened"
	changeClosed    = "closed"
	changeUncertain = "uncertain"
)

// RuleChange is traffic that rules treat otherwise than before.
type RuleChange struct {
	Kind, File, List                string
	Line                            int
	Sources, Destinations, Services []string
	Before, After                   string
}

// traffic is what is changed, in words.
func (c RuleChange) traffic() string {
	return fmt.Sprintf("%s → %s %s", list(c.Sources), list(c.Destinations), list(c.Services))
}

// orderOfKinds are the kinds of findings, those first that a reviewer asks about first.
var orderOfKinds = strings.Fields("violates contradicts wider unused shadowed possibly_shadowed redundant expired disabled undecidable no_hits duplicate_flow contained_flow overlapping_flow")

// ReadAudits takes audits from plain values: one of data acl_audit or of the function
// audit, or a list or map of them.
func ReadAudits(v any) (out []Audit, err error) {
	err = eachOf(v, "findings", "data.acl_audit.NAME", func(o map[string]any) {
		a := Audit{Summary: map[string]int64{}}
		a.Unknown, _ = o["unknown"].(int64)
		counts, _ := o["summary"].(map[string]any)
		for kind, n := range counts {
			a.Summary[kind], _ = n.(int64)
		}
		for _, f := range objects(o["findings"]) {
			one := Finding{
				Kind: text(f["kind"]), Where: placeOf(f), File: text(f["file"]), List: text(f["list"]), Rule: text(f["rule"]), Text: text(f["text"]), Line: number(f["line"]),
				CoveredBy: texts(f["covered_by"]), Serves: texts(f["serves"]), Reason: text(f["reason"]), Remove: texts(f["remove"]), Packets: packets(f["packets"]),
			}
			if excess := objects(f["excess"]); len(excess) > 0 {
				one.Excess = excessText(excess[0])
				if n := len(excess) - 1; n > 0 {
					one.Excess += " and " + more(n, "part")
				}
			}
			a.Findings = append(a.Findings, one)
		}
		out = append(out, a)
	})
	return out, err
}

// excessText writes traffic, and the zones that it goes between where it has some.
func excessText(of map[string]any) string {
	end := func(addresses, zones string) string {
		text := list(texts(of[addresses]))
		if names := texts(of[zones]); len(names) > 0 {
			text += " (" + list(names) + ")"
		}
		return text
	}
	return fmt.Sprintf("%s → %s %s", end("sources", "source_zones"), end("destinations", "destination_zones"), list(texts(of["services"])))
}

// ReadDiffs takes comparisons from plain values: one of data acl_diff or of the function
// diff, or a list or map of them.
func ReadDiffs(v any) (out []Diff, err error) {
	err = eachOf(v, changeOpened, "data.acl_diff.NAME", func(o map[string]any) {
		d := Diff{OnlyIn: texts(o["only_after"]), GoneOut: texts(o["only_before"])}
		d.Same, _ = o["same"].(bool)
		d.Complete, _ = o["complete"].(bool)
		for _, kind := range []string{changeOpened, changeUncertain, changeClosed} {
			for _, c := range objects(o[kind]) {
				d.Changes = append(d.Changes, RuleChange{
					Kind: kind, File: text(c["file"]), List: text(c["list"]), Line: number(c["line"]),
					Sources: texts(c["sources"]), Destinations: texts(c["destinations"]), Services: texts(c["services"]), Before: text(c["before"]), After: text(c["after"]),
				})
			}
		}
		out = append(out, d)
	})
	return out, err
}

// eachOf calls f for v, or for what is in it, where that has the key.
func eachOf(v any, key, wanted string, f func(o map[string]any)) error {
	switch v := v.(type) {
	case nil:
		return nil
	case []any:
		for i, one := range v {
			if err := eachOf(one, key, wanted, f); err != nil {
				return fmt.Errorf("[%d]%w", i, err)
			}
		}
		return nil
	case map[string]any:
		if _, is := v[key]; is {
			f(v)
			return nil
		}
		for _, name := range sortedKeys(v) {
			one, ok := v[name].(map[string]any)
			if _, is := one[key]; !ok || !is {
				return fmt.Errorf(" is not %s, nor a list or map of them", wanted)
			}
			f(one)
		}
		return nil
	}
	return fmt.Errorf(" is not %s, nor a list or map of them", wanted)
}

func sortedKeys(m map[string]any) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

func number(v any) int {
	n, _ := v.(int64)
	return int(n)
}

// packets writes a number of packets, which may be larger than any that is counted on
// fingers: from a million on only its size.
func packets(v any) string {
	switch n := v.(type) {
	case int64:
		if n < 1_000_000 {
			return fmt.Sprint(n)
		}
		return fmt.Sprintf("%.1e", float64(n))
	case float64:
		return fmt.Sprintf("%.1e", n)
	case *big.Float:
		return n.Text('e', 1)
	}
	return ""
}
