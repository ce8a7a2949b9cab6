package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/visible"
)

// MaxBytes bounds the Markdown: a comment on GitHub holds 65,536 characters.
const MaxBytes = 63_000

// A table takes no more, so that there is room for what follows.
const maxPart = 12_000

// reserve is kept for the line that tells what is left out.
const reserve = 200

// Markdown writes the report for a pull request: what the change adds or alters, where
// that is known, then what is not as wanted, the worst first, each with what is in the
// way and the change that would help, then the rest. What does not fit is cut from the
// end and counted. With an estate its picture has all zones and devices, without one
// those on the paths of the flows. What was found out about rules has sections of its own.
func Markdown(applications []Application, e *Estate, found Findings) string {
	var b strings.Builder
	b.WriteString("## Application connectivity\n")
	flows := byGravity(applications)
	diffs, audits := found.diffSection(), found.auditSection()
	if len(flows) == 0 && len(applications) == 0 {
		if diffs+audits == "" {
			b.WriteString(headline(applications))
		}
		return b.String() + diffs + audits
	}
	b.WriteString(headline(applications))
	b.WriteString(diffs)
	b.WriteString(policyTable(flows))
	changed, others := split(flows, func(l listed) bool { return l.Change != "" })
	gaps, rest := split(others, func(l listed) bool { return !l.gravity.settled() })
	title := "Not as wanted"
	if len(changed) > 0 {
		title = "Not as wanted, not changed"
	}
	b.WriteString(flowTable("This change adds or alters", changed, maxPart))
	b.WriteString(removedList(applications))
	b.WriteString(flowTable(title, gaps, maxPart))
	b.WriteString(audits)
	if drawn := estatePicture(applications, e); b.Len()+len(drawn) <= MaxBytes-reserve {
		b.WriteString(drawn)
	}
	left := writeFolds(&b, flows)
	if left > 0 {
		fmt.Fprintf(&b, "\n… and the details of %s, left out for length.\n", more(left, "flow"))
		return b.String()
	}
	b.WriteString(flowTable("As wanted", rest, MaxBytes-reserve-b.Len()))
	if overview := overview(applications, MaxBytes-reserve-b.Len()); len(applications) > 1 && b.Len()+len(overview) <= MaxBytes {
		b.WriteString(overview)
	}
	return b.String()
}

func split(all []listed, first func(listed) bool) (yes, no []listed) {
	for _, l := range all {
		if first(l) {
			yes = append(yes, l)
		} else {
			no = append(no, l)
		}
	}
	return yes, no
}

// writeFolds writes the details of all flows of which there is something to say, until
// there is no room, and returns how many are left out. After the first that does not
// fit none is written: what is left out is never worse than what is there.
func writeFolds(b *strings.Builder, flows []listed) (left int) {
	full := false
	for _, l := range flows {
		if l.gravity == gravityFine {
			continue
		}
		section := ""
		if !full {
			if section = flowSection(l); section == "" {
				continue
			}
			full = b.Len()+len(section) > MaxBytes-reserve
		}
		if full {
			left++
			continue
		}
		b.WriteString(section)
	}
	return left
}

// headline says how many flows are in which state, the good ones only where all are.
func headline(applications []Application) string {
	total, settled, pending, unneeded := 0, 0, 0, 0
	for _, a := range applications {
		for _, f := range a.Flows {
			total++
			switch g := f.gravity(); {
			case g.settled():
				settled++
			case g == gravityPending:
				pending++
			}
			unneeded += len(f.Unneeded)
		}
	}
	var b strings.Builder
	switch {
	case total == 0:
		return "\nNo flows are declared.\n"
	case settled == total && total == 1:
		b.WriteString("\n✅ The flow is as wanted.\n")
	case settled == total:
		fmt.Fprintf(&b, "\n✅ All %d flows are as wanted.\n", total)
	case settled+pending < total:
		n := total - settled - pending
		fmt.Fprintf(&b, "\n❌ %d of %s %s not as wanted.\n", n, count(total, "flow"), be(n))
	}
	if pending > 0 {
		fmt.Fprintf(&b, "\n⏳ %d of %s %s pending: as wanted once the change is on the devices.\n", pending, count(total, "flow"), be(pending))
	}
	if unneeded > 0 {
		fmt.Fprintf(&b, "\nℹ️ %s in additions files %s no longer needed.\n", count(unneeded, "rule"), be(unneeded))
	}
	return b.String()
}

// count reads "1 flow" or "2 flows".
func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// more reads "1 more flow" or "2 more flows".
func more(n int, what string) string { return count(n, "more "+what) }

func be(n int) string {
	if n == 1 {
		return "is"
	}
	return "are"
}

// maxTable is how many applications the table lists.
const maxTable = 150

// overview counts the flows of each application by gravity, in a table of at most so
// many bytes.
func overview(applications []Application, most int) string {
	var b strings.Builder
	b.WriteString("\n### Applications\n\n| application | flows |")
	bars := "| --- | ---:"
	for g := gravityDenied; g <= gravityPending; g++ {
		fmt.Fprintf(&b, " %s |", g)
		bars += " | ---:"
	}
	fmt.Fprintf(&b, " as wanted |\n%s | ---: |\n", bars)
	for i, a := range applications {
		n := map[gravity]int{}
		for _, f := range a.Flows {
			n[min(f.gravity(), gravityReview)]++
		}
		row := fmt.Sprintf("| %s | %d |", code(a.Name), len(a.Flows))
		for g := gravityDenied; g <= gravityReview; g++ {
			row += fmt.Sprintf(" %d |", n[g])
		}
		if i == maxTable || b.Len()+len(row) > most-reserve {
			fmt.Fprintf(&b, "| … and %d more |%s\n", len(applications)-i, strings.Repeat(" |", int(gravityReview)+2))
			break
		}
		b.WriteString(row + "\n")
	}
	return b.String()
}

// maxMissing is how many gaps of one flow are listed.
const maxMissing = 10

// flowSection is what the table does not tell of a flow, folded; empty where that is
// nothing.
func flowSection(f listed) string {
	var b strings.Builder
	if f.Comment != "" {
		fmt.Fprintf(&b, "%s\n\n", code(f.Comment))
	}
	b.WriteString(picture(f.Flow))
	if len(f.Missing) > 0 {
		b.WriteString("| ruleset | traffic | in the way |\n| --- | --- | --- |\n")
	}
	var changes []change
	for i, m := range f.Missing {
		if i == maxMissing {
			fmt.Fprintf(&b, "| | … and %s | |\n", more(len(f.Missing)-i, "part"))
			break
		}
		fmt.Fprintf(&b, "| %s | %s | %s |\n", code(m.Ruleset), code(m.traffic()), m.inTheWay())
		if m.Change != "" {
			changes = addChange(changes, m)
		}
	}
	b.WriteString(changeTexts(changes, f.Flow))
	b.WriteString(violations(f.Violations))
	if len(f.Managed) > 0 {
		title := "Rules that are managed here"
		if f.gravity == gravityPending {
			title = "Rules that the devices need"
		}
		fmt.Fprintf(&b, "\n%s:\n\n%s", title, block(strings.Join(f.Managed, "\n")))
	}
	if len(f.Unneeded) > 0 {
		fmt.Fprintf(&b, "\nRules that are no longer needed, since the ruleset has them:\n\n%s", block(strings.Join(f.Unneeded, "\n")))
	}
	if b.Len() == 0 {
		return ""
	}
	return fmt.Sprintf("\n<details><summary>%s %s: <code>%s</code></summary>\n\n%s\n</details>\n", f.gravity.symbol(), f.title(), html(f.id()), b.String())
}

// title says in a few words of HTML what is the matter with the flow.
func (l listed) title() string {
	status := cmp.Or(l.Status.String(), "not known yet")
	switch {
	case l.gravity == gravityDenied:
		return fmt.Sprintf("<b>denied</b> by policy, %s in the rulesets", html(status))
	case l.gravity == gravityReview, l.gravity == gravityNoted && len(l.open()) > 0:
		return fmt.Sprintf("<b>%s</b>, against policies", html(status))
	case l.expired():
		return fmt.Sprintf("<b>%s</b>, expired", html(status))
	case l.gravity == gravityNoted && len(l.Violations) > 0:
		return fmt.Sprintf("<b>%s</b>, excepted", html(status))
	case l.gravity == gravityNoted:
		return fmt.Sprintf("<b>%s</b>, with rules that are no longer needed", html(status))
	}
	return fmt.Sprintf("<b>%s</b>, required %s", html(status), html(l.Wanted.String()))
}

// changeTexts writes the changes that would close the gaps, those for one ruleset
// together. Nobody is to make one for a flow that a policy denies.
func changeTexts(changes []change, f Flow) string {
	if f.denied() {
		return ""
	}
	var b strings.Builder
	for _, c := range changes {
		where := ""
		if len(changes) > 1 {
			where = " in " + code(c.ruleset)
		}
		fmt.Fprintf(&b, "\nThe change that would close the gap%s:\n\n%s", where, block(strings.Join(c.texts, "\n")))
	}
	return b.String()
}

// traffic is the part in words, with its zones where they are known.
func (m Missing) traffic() string {
	text := fmt.Sprintf("%s → %s %s", list(m.Sources), list(m.Destinations), list(m.Services))
	if m.From != "" || m.To != "" {
		text += fmt.Sprintf(" (from zone %s to zone %s)", m.From, m.To)
	}
	if m.Translated != "" {
		text += ", compared as " + m.Translated
	}
	return text
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
