package report

import (
	"fmt"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
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
		rest := map[state]int{}
		for j, f := range a.Flows {
			s := f.state()
			if s == state(match.Allowed) || shown >= maxNodes || b.Len() > maxPart {
				rest[s]++
				continue
			}
			shown++
			fmt.Fprintf(&b, "  a%d --> f%d_%d[\"%s<br/>%s\"]:::%s\n", i, i, j, label(f.Name), label(shownStatus(f)), class(s))
		}
		for k, s := range states() {
			if n := rest[s]; n > 0 {
				fmt.Fprintf(&b, "  a%d --> r%d_%d[\"%d %s\"]:::%s\n", i, i, k, n, label(s.String()), class(s))
			}
		}
	}
	b.WriteString("```\n")
	return b.String()
}

// shownStatus is the verdict, unless a policy stops the flow.
func shownStatus(f Flow) string {
	if f.denied() {
		return denied.String()
	}
	return f.Status.String()
}

func class(s state) string {
	switch s {
	case state(match.Allowed), state(match.Partial):
		return match.Verdict(s).String()
	case state(match.Blocked), state(match.NotRouted), denied:
		return match.Blocked.String()
	}
	return "unknown"
}
