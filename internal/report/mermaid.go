package report

import (
	"fmt"
	"slices"
	"strings"
)

// maxHops bounds the lists in a picture: a longer row cannot be read.
const maxHops = 8

// picture draws the way of a flow that is not as wanted, where it crosses more than one
// list: the table names the lists in the way but not where they are on the way. It is
// empty where it would say no more than the table.
func picture(f Flow) string {
	if f.gravity().settled() || len(f.Path) != 1 || len(f.Missing) == 0 {
		return ""
	}
	type stop struct{ device, list string }
	var stops []stop
	for _, h := range f.Path[0].Hops {
		for _, l := range h.Lists {
			stops = append(stops, stop{h.Device, l})
		}
	}
	if len(stops) < 2 || len(stops) > maxHops {
		return ""
	}
	against := func(s stop) bool {
		return slices.ContainsFunc(f.Missing, func(m Missing) bool {
			return m.Ruleset == s.list || m.Ruleset == s.device || m.Ruleset == s.device+" "+s.list
		})
	}
	var b strings.Builder
	b.WriteString("```mermaid\nflowchart LR\n")
	b.WriteString("  classDef against fill:#f8d7da,stroke:#c62828,color:#000\n")
	fmt.Fprintf(&b, "  s[\"%s\"]\n", label(list(f.Sources)))
	last := "s"
	for i, s := range stops {
		mark, class := "", ""
		if against(s) {
			mark, class = "✗ ", ":::against"
		}
		fmt.Fprintf(&b, "  %s --> h%d[\"%s%s<br/>%s\"]%s\n", last, i, mark, label(s.device), label(s.list), class)
		last = fmt.Sprintf("h%d", i)
	}
	fmt.Fprintf(&b, "  %s --> d[\"%s\"]\n```\n\n", last, label(list(f.Destinations)))
	return b.String()
}
