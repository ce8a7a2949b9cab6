package report

import (
	"fmt"
	"slices"
	"strings"
)

// maxNodes bounds the flows that the graph shows one by one; the others are
// counted by state, so that it stays readable.
const maxNodes = 40

// graph draws applications, their flows by state, and what is in the way. Flows
// that are as wanted are one node per application.
func graph(applications []Application) string {
	var b strings.Builder
	b.WriteString("```mermaid\nflowchart LR\n")
	b.WriteString("  classDef allowed fill:#d5f5d5,stroke:#2e7d32,color:#000\n")
	b.WriteString("  classDef partial fill:#fff3cd,stroke:#e69500,color:#000\n")
	b.WriteString("  classDef blocked fill:#f8d7da,stroke:#c62828,color:#000\n")
	b.WriteString("  classDef unknown fill:#e2e3e5,stroke:#616161,color:#000\n")
	shown := 0
	for i, a := range applications {
		if i == maxNodes || b.Len() > maxPart {
			fmt.Fprintf(&b, "  more[\"and %d more applications\"]\n", len(applications)-i)
			break
		}
		fmt.Fprintf(&b, "  a%d[\"%s\"]\n", i, label(a.Name))
		rest := map[string]int{}
		for j, f := range a.Flows {
			state := f.state()
			if state == "allowed" || shown >= maxNodes || b.Len() > maxPart {
				rest[state]++
				continue
			}
			shown++
			fmt.Fprintf(&b, "  a%d --> f%d_%d[\"%s<br/>%s\"]:::%s\n", i, i, j, label(f.Name), label(shownStatus(f)), class(state))
		}
		for k, state := range append(slices.Clone(statuses), "") {
			if n := rest[state]; n > 0 {
				fmt.Fprintf(&b, "  a%d --> r%d_%d[\"%d %s\"]:::%s\n", i, i, k, n, label(name(state)), class(state))
			}
		}
	}
	b.WriteString("```\n")
	return b.String()
}

// shownStatus is the verdict, unless a policy stops the flow.
func shownStatus(f Flow) string {
	if f.denied() {
		return "denied"
	}
	return f.Status
}

func name(state string) string {
	switch state {
	case "allowed":
		return "as wanted"
	case "":
		return "not known yet"
	}
	return state
}

func class(state string) string {
	switch state {
	case "allowed", "partial":
		return state
	case "blocked", "not_routed", "denied":
		return "blocked"
	}
	return "unknown"
}
