package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// flowTable lists flows with what they declare, the verdict and the rule that it rests
// on, in at most so many bytes; the others are counted.
func flowTable(title string, flows []listed, most int) string {
	if len(flows) == 0 || most < 2*reserve {
		return ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, "\n### %s\n\n| verdict | flow | source | destination | service | rule |\n| --- | --- | --- | --- | --- | --- |\n", title)
	for i, l := range flows {
		row := flowRow(l)
		if b.Len()+len(row) > most-reserve {
			fmt.Fprintf(&b, "| | … and %s | | | | |\n", more(len(flows)-i, "flow"))
			break
		}
		b.WriteString(row)
	}
	return b.String()
}

func flowRow(l listed) string {
	verdict := l.gravity.symbol() + " " + l.gravity.String()
	if l.gravity.settled() {
		verdict = l.gravity.symbol() + " " + cmp.Or(l.Status.String(), l.gravity.String())
	}
	if l.Change != "" {
		verdict += ", " + l.Change
	}
	return fmt.Sprintf("| %s | %s | %s | %s | %s | %s |\n", verdict, code(l.id()), code(list(l.Sources)), code(list(l.Destinations)), code(list(l.Services)), l.rule())
}

// rule tells which rule decides, or keeps the flow from being as wanted.
func (l listed) rule() string {
	switch {
	case l.gravity == gravityDenied:
		v := l.open()[slices.IndexFunc(l.open(), func(v Violation) bool { return v.Severity == severityDeny })]
		return "policy " + code(v.Policy) + ": " + code(v.Message)
	case l.gravity.settled():
		if by := l.because(); by != "" {
			return code(by) + ", no change necessary"
		}
		return "no change necessary"
	case len(l.Missing) > 0:
		text := l.Missing[0].inTheWay()
		if n := len(l.Missing) - 1; n > 0 {
			text += " and " + more(n, "part")
		}
		return text
	}
	return code(l.because())
}

// maxPolicies is how many policies the table lists.
const maxPolicies = 20

// policyTable counts the violations that no exception puts up with by policy, those of
// the worst severity first.
func policyTable(flows []listed) string {
	type key struct{ severity, policy string }
	number, bySeverity := map[key]int{}, map[string]int{}
	for _, l := range flows {
		of := map[key]bool{}
		for _, v := range l.open() {
			of[key{v.Severity, v.Policy}] = true
		}
		for k := range of {
			number[k]++
			bySeverity[k.severity]++
		}
	}
	if len(number) == 0 {
		return ""
	}
	keys := make([]key, 0, len(number))
	for k := range number {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b key) int {
		return cmp.Or(cmp.Compare(severityOrder(a.severity), severityOrder(b.severity)), cmp.Compare(number[b], number[a]), cmp.Compare(a.policy, b.policy), cmp.Compare(a.severity, b.severity))
	})
	var counts []string
	for _, s := range severities {
		if n := bySeverity[s]; n > 0 {
			counts = append(counts, fmt.Sprintf("%d %s", n, s))
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "\n⚠️ Flows violate policies: %s.\n\n| policy | severity | flows |\n| --- | --- | ---: |\n", cmp.Or(strings.Join(counts, ", "), "see the table"))
	for i, k := range keys {
		if i == maxPolicies {
			fmt.Fprintf(&b, "| … and %d more | | |\n", len(keys)-i)
			break
		}
		fmt.Fprintf(&b, "| %s | %s | %d |\n", code(k.policy), code(k.severity), number[k])
	}
	return b.String()
}

// severityOrder puts the worst first, and one that is not known last.
func severityOrder(severity string) int {
	if i := slices.Index(severities, severity); i >= 0 {
		return i
	}
	return len(severities)
}

// removedList names the flows that the change takes away.
func removedList(applications []Application) string {
	var names []string
	for _, a := range applications {
		for _, f := range a.Removed {
			names = append(names, a.Name+"/"+f)
		}
	}
	if len(names) == 0 {
		return ""
	}
	const most = 20
	var shown []string
	for _, n := range names[:min(most, len(names))] {
		shown = append(shown, code(n))
	}
	text := fmt.Sprintf("\nThis change removes %s: %s", count(len(names), "flow"), strings.Join(shown, ", "))
	if n := len(names) - most; n > 0 {
		text += fmt.Sprintf(", … and %d more", n)
	}
	return text + ".\n"
}
