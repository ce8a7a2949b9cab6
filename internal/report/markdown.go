package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/visible"
)

// MaxBytes bounds the Markdown: a comment on GitHub holds 65,536 characters.
const MaxBytes = 63_000

// The table and the graph take no more each, so that there is room for what is wrong.
const maxPart = 20_000

// Markdown writes the report for a pull request: a table of applications, a graph,
// and for each flow that is not as wanted what is in the way and the change that
// would help. What does not fit is counted.
func Markdown(applications []Application) string {
	var b strings.Builder
	b.WriteString("## Application connectivity\n\n")
	b.WriteString(headline(applications))
	if len(applications) == 0 {
		return b.String()
	}
	b.WriteString(overview(applications))
	b.WriteString("\n")
	b.WriteString(graph(applications))
	left := 0
	for _, a := range applications {
		for _, f := range a.Flows {
			if f.AsIs && len(f.Violations) == 0 && len(f.Unneeded) == 0 {
				continue
			}
			section := flowSection(a, f)
			if b.Len()+len(section) > MaxBytes {
				left++
				continue
			}
			b.WriteString(section)
		}
	}
	if left > 0 {
		fmt.Fprintf(&b, "\n… and %d more flows, left out for length.\n", left)
	}
	return b.String()
}

func headline(applications []Application) string {
	total, ok, pending, unneeded, against := 0, 0, 0, 0, 0
	for _, a := range applications {
		for _, f := range a.Flows {
			total++
			switch {
			case f.AsIs:
				ok++
			case f.state() == state(match.Pending):
				pending++
			}
			unneeded += len(f.Unneeded)
		}
		against += a.violations()
	}
	var b strings.Builder
	switch {
	case total == 0:
		return "No flows are declared.\n"
	case ok == total:
		fmt.Fprintf(&b, "✅ All %d flows are as wanted.\n\n", total)
	case ok+pending < total:
		fmt.Fprintf(&b, "❌ %d of %d flows are not as wanted.\n\n", total-ok-pending, total)
	}
	if pending > 0 {
		fmt.Fprintf(&b, "⏳ %d of %d flows are pending: as wanted once the change is on the devices.\n\n", pending, total)
	}
	if unneeded > 0 {
		fmt.Fprintf(&b, "ℹ️ %d rules in additions files are no longer needed.\n\n", unneeded)
	}
	if against > 0 {
		fmt.Fprintf(&b, "⚠️ Policies are violated %d times.\n\n", against)
	}
	return b.String()
}

// maxTable is how many applications the table lists.
const maxTable = 150

func overview(applications []Application) string {
	columns := []string{"application", "flows", "as wanted", "partial", "blocked", "indeterminate", "pending"}
	if slices.ContainsFunc(applications, func(a Application) bool { return a.violations() > 0 }) {
		columns = append(columns, "denied", "violations")
	}
	var b strings.Builder
	fmt.Fprintf(&b, "| %s |\n| ---%s |\n", strings.Join(columns, " | "), strings.Repeat(" | ---:", len(columns)-1))
	for i, a := range applications {
		if i == maxTable || b.Len() > maxPart {
			fmt.Fprintf(&b, "| … and %d more |%s\n", len(applications)-i, strings.Repeat(" |", len(columns)-1))
			break
		}
		n := map[match.Verdict]int{}
		stopped := 0
		for _, f := range a.Flows {
			if s := f.state(); s == denied {
				stopped++
			} else {
				n[match.Verdict(s)]++
			}
		}
		numbers := []int{
			len(a.Flows), n[match.Allowed], n[match.Partial], n[match.Blocked] + n[match.NotRouted], n[match.Indeterminate] + n[0], n[match.Pending], stopped, a.violations(),
		}
		fmt.Fprintf(&b, "| %s |", code(a.Name))
		for _, number := range numbers[:len(columns)-1] {
			fmt.Fprintf(&b, " %d |", number)
		}
		b.WriteString("\n")
	}
	return b.String()
}

// maxMissing is how many gaps of one flow are listed.
const maxMissing = 10

func flowSection(a Application, f Flow) string {
	var b strings.Builder
	status := f.Status.String()
	if status == "" {
		status = "not known yet"
	}
	switch {
	case f.denied():
		fmt.Fprintf(&b, "\n<details><summary>%s <b>denied</b> by policy, %s in the rulesets: <code>%s</code></summary>\n\n", symbol(f), html(status), html(a.Name+"/"+f.Name))
	case len(f.open()) == 0 && f.AsIs:
		fmt.Fprintf(&b, "\n<details><summary>ℹ️ <b>%s</b>, %s: <code>%s</code></summary>\n\n", html(status), map[bool]string{true: "expired", false: "excepted"}[f.expired()], html(a.Name+"/"+f.Name))
	case f.AsIs:
		fmt.Fprintf(&b, "\n<details><summary>⚠️ <b>%s</b>, against policies: <code>%s</code></summary>\n\n", html(status), html(a.Name+"/"+f.Name))
	default:
		fmt.Fprintf(&b, "\n<details><summary>%s <b>%s</b>, wanted %s: <code>%s</code></summary>\n\n",
			symbol(f), html(status), html(f.Wanted.String()), html(a.Name+"/"+f.Name))
	}
	if f.Comment != "" {
		fmt.Fprintf(&b, "%s\n\n", code(f.Comment))
	}
	if len(f.Missing) > 0 {
		b.WriteString("| ruleset | traffic | in the way |\n| --- | --- | --- |\n")
	}
	var changes []change
	for i, m := range f.Missing {
		if i == maxMissing {
			fmt.Fprintf(&b, "| | … and %d more parts | |\n", len(f.Missing)-i)
			break
		}
		traffic := fmt.Sprintf("%s → %s %s", list(m.Sources), list(m.Destinations), list(m.Services))
		fmt.Fprintf(&b, "| %s | %s | %s |\n", code(m.Ruleset), code(traffic), m.inTheWay())
		if m.Change != "" {
			changes = addChange(changes, m)
		}
	}
	for _, c := range changes {
		if f.denied() {
			break // nobody is to make it
		}
		where := ""
		if len(changes) > 1 {
			where = " in " + code(c.ruleset)
		}
		fmt.Fprintf(&b, "\nThe change that would close the gap%s:\n\n%s", where, block(strings.Join(c.texts, "\n")))
	}
	b.WriteString(violations(f.Violations))
	if len(f.Managed) > 0 {
		title := "Rules that are managed here"
		if f.state() == state(match.Pending) {
			title = "Rules that the devices need"
		}
		fmt.Fprintf(&b, "\n%s:\n\n%s", title, block(strings.Join(f.Managed, "\n")))
	}
	if len(f.Unneeded) > 0 {
		fmt.Fprintf(&b, "\nRules that are no longer needed, since the ruleset has them:\n\n%s", block(strings.Join(f.Unneeded, "\n")))
	}
	b.WriteString("\n</details>\n")
	return b.String()
}

// inTheWay tells which rule keeps the traffic from being as wanted, and where that
// cannot be decided why.
func (m Missing) inTheWay() string {
	why, undecided := strings.CutPrefix(m.Reason, "indeterminate: ")
	switch {
	case m.BlockedBy == "":
		return code(m.Reason)
	case undecided:
		return code(why) + ": " + code(m.BlockedBy)
	}
	if _, unoffered, ok := strings.Cut(m.Reason, "; "); ok && m.Change == "" {
		return code(m.BlockedBy) + ": " + code(unoffered)
	}
	return code(m.BlockedBy)
}

// A change is what goes to one ruleset, in its language.
type change struct {
	ruleset string
	texts   []string
}

// addChange puts the change for a gap with the others for its ruleset.
func addChange(changes []change, m Missing) []change {
	i := slices.IndexFunc(changes, func(c change) bool { return c.ruleset == m.Ruleset })
	if i < 0 {
		return append(changes, change{m.Ruleset, []string{m.Change}})
	}
	changes[i].texts = append(changes[i].texts, m.Change)
	return changes
}

// violations tells in a table which policies are against a flow, and why some of them
// are put up with.
func violations(all []Violation) string {
	if len(all) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString("\n| policy | severity | traffic | why |\n| --- | --- | --- | --- |\n")
	for i, v := range all {
		if i == maxMissing {
			fmt.Fprintf(&b, "| | | … and %d more | |\n", len(all)-i)
			break
		}
		traffic := "all of the flow"
		if len(v.Sources) > 0 {
			traffic = code(fmt.Sprintf("%s → %s %s", list(v.Sources), list(v.Destinations), list(v.Services)))
		}
		severity := code(v.Severity)
		if v.Exception != "" {
			severity += ", excepted: " + code(v.Exception)
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", code(v.Policy), severity, traffic, code(v.Message))
	}
	return b.String()
}

func list(texts []string) string {
	if len(texts) > 3 {
		return fmt.Sprintf("%s, … (%d)", strings.Join(texts[:2], ", "), len(texts))
	}
	return strings.Join(texts, ", ")
}

// html writes s as text inside an HTML element.
func html(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&#39;", "@", "&#64;",
		"`", "&#96;", "*", "&#42;", "_", "&#95;", "[", "&#91;", "]", "&#93;", "~", "&#126;", "|", "&#124;", `\`, "&#92;", "#", "&#35;", ":", "&#58;").Replace(shorten(visible.Text(s)))
}

func symbol(f Flow) string {
	switch f.state() {
	case denied:
		return "⛔"
	case state(match.Allowed):
		return "✅"
	case state(match.Partial):
		return "🟠"
	case state(match.Pending):
		return "⏳"
	case state(match.Indeterminate), unknown:
		return "❔"
	}
	return "❌"
}
