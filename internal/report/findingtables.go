package report

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"
)

// maxFindingPart bounds each of the two sections about rules.
const maxFindingPart = 14_000

// changeSymbols mark what a change of rules does.
var changeSymbols = map[string]string{changeOpened: "🔓", changeUncertain: "❔", changeClosed: "🔒"}

// diffSection tells what a change of the rules opens and closes.
func (found Findings) diffSection() string {
	if len(found.Diffs) == 0 {
		return ""
	}
	var changes []RuleChange
	var incomplete bool
	var lists []string
	for _, d := range found.Diffs {
		changes = append(changes, d.Changes...)
		incomplete = incomplete || !d.Complete
		for _, name := range d.OnlyIn {
			lists = append(lists, "new list "+code(name))
		}
		for _, name := range d.GoneOut {
			lists = append(lists, "list "+code(name)+" is gone")
		}
	}
	slices.SortStableFunc(changes, func(a, b RuleChange) int { return cmp.Compare(changeOrderOf(a.Kind), changeOrderOf(b.Kind)) })
	number := map[string]int{}
	for _, c := range changes {
		number[c.Kind]++
	}
	var b strings.Builder
	b.WriteString("\n### What the rules do differently\n")
	switch {
	case len(changes) == 0 && len(lists) == 0 && !incomplete:
		b.WriteString("\n✅ The rules do the same as before.\n")
		return b.String()
	case number[changeOpened] > 0:
		fmt.Fprintf(&b, "\n🔓 The change opens traffic: %s.\n", count(number[changeOpened], "part"))
	case number[changeUncertain] > 0:
		b.WriteString("\n❔ The change may open or close traffic: it depends on what cannot be decided.\n")
	case number[changeClosed] > 0:
		b.WriteString("\n🔒 The change opens nothing.\n")
	}
	if incomplete {
		b.WriteString("\n⚠️ Not all could be compared: there may be more.\n")
	}
	if len(lists) > 0 {
		fmt.Fprintf(&b, "\nNot compared: %s.\n", strings.Join(lists[:min(len(lists), 20)], ", "))
	}
	if len(changes) == 0 {
		return b.String()
	}
	b.WriteString("\n| | list | source | destination | service | before | after |\n| --- | --- | --- | --- | --- | --- | --- |\n")
	for i, c := range changes {
		row := fmt.Sprintf("| %s %s | %s | %s | %s | %s | %s | %s |\n", changeSymbols[c.Kind], c.Kind, code(c.List),
			code(list(c.Sources)), code(list(c.Destinations)), code(list(c.Services)), code(c.Before), code(c.After))
		if b.Len()+len(row) > maxFindingPart-reserve {
			fmt.Fprintf(&b, "| | … and %s | | | | | |\n", more(len(changes)-i, "part"))
			break
		}
		b.WriteString(row)
	}
	return b.String()
}

func changeOrderOf(kind string) int {
	return slices.Index([]string{changeOpened, changeUncertain, changeClosed}, kind)
}

// auditSection tells what was found out about the rules, the most important first.
func (found Findings) auditSection() string {
	if len(found.Audits) == 0 {
		return ""
	}
	summary := map[string]int64{}
	var all []Finding
	unknown := int64(0)
	for _, a := range found.Audits {
		for kind, n := range a.Summary {
			summary[kind] += n
		}
		all = append(all, a.Findings...)
		unknown += a.Unknown
	}
	slices.SortStableFunc(all, func(a, b Finding) int { return cmp.Compare(kindOrder(a.Kind), kindOrder(b.Kind)) })
	var b strings.Builder
	b.WriteString("\n### Rules of the firewalls\n")
	total := int64(0)
	var counts []string
	for _, kind := range orderOfKinds {
		if n := summary[kind]; n > 0 {
			counts = append(counts, fmt.Sprintf("%d %s", n, spaced(kind)))
			total += n
		}
	}
	if total == 0 {
		b.WriteString("\n✅ Nothing was found out about the rules.\n")
	} else {
		fmt.Fprintf(&b, "\n%s.\n", strings.Join(counts, ", "))
	}
	if unknown > 0 {
		fmt.Fprintf(&b, "\n⚠️ Rules and flows that could not be judged: %d.\n", unknown)
	}
	if len(all) == 0 {
		return b.String()
	}
	b.WriteString("\n| finding | rule | why |\n| --- | --- | --- |\n")
	shown := 0
	for _, f := range all {
		row := fmt.Sprintf("| %s | %s | %s |\n", spaced(f.Kind), code(f.label()), f.why())
		if b.Len()+len(row) > maxFindingPart*2/3 {
			break
		}
		b.WriteString(row)
		shown++
	}
	if left := total - int64(shown); left > 0 {
		fmt.Fprintf(&b, "| | … and %s | |\n", more(int(left), "finding"))
	}
	b.WriteString(removeFold(all, maxFindingPart-b.Len()))
	return b.String()
}

// removeFold writes the commands that take rules out, folded, in at most so many bytes.
// Commands for one rule stay together.
func removeFold(all []Finding, most int) string {
	var lines []string
	size, left := 0, 0
	for _, f := range all {
		if len(f.Remove) == 0 {
			continue
		}
		text := strings.Join(f.Remove, "\n")
		if size += len(text) + 1; size > most-2*reserve {
			left++
			continue
		}
		lines = append(lines, text)
	}
	if len(lines) == 0 {
		return ""
	}
	text := fmt.Sprintf("\n<details><summary>Commands that take out what may go</summary>\n\n%s", block(strings.Join(lines, "\n")))
	if left > 0 {
		text += fmt.Sprintf("\n… and the commands for %s.\n", more(left, "rule"))
	}
	return text + "\n</details>\n"
}

func kindOrder(kind string) int {
	if i := slices.Index(orderOfKinds, kind); i >= 0 {
		return i
	}
	return len(orderOfKinds)
}

// spaced writes a kind as people read it.
func spaced(kind string) string { return strings.ReplaceAll(html(kind), "&#95;", " ") }

// label names the rule, with its line where that is known.
func (f Finding) label() string {
	where := cmp.Or(path.Base(f.File), f.Where)
	if f.File == "" {
		where = f.Where
	}
	if f.Line > 0 {
		return fmt.Sprintf("%s:%d %s", where, f.Line, f.Rule)
	}
	return strings.TrimSpace(where + " " + f.Rule)
}

// why says in a cell of a table what is the matter.
func (f Finding) why() string {
	var parts []string
	if f.Excess != "" {
		parts = append(parts, code(f.Excess))
	}
	if f.Packets != "" && f.Kind == "wider" {
		parts = append(parts, f.Packets+" packets")
	}
	if len(f.CoveredBy) > 0 {
		text := "by " + code(f.CoveredBy[0])
		if n := len(f.CoveredBy) - 1; n > 0 {
			text += " and " + more(n, "rule")
		}
		parts = append(parts, text)
	}
	if strings.HasSuffix(f.Kind, "_flow") && len(f.Serves) > 0 {
		parts = append(parts, code(f.Serves[0]))
	}
	if f.Reason != "" && (len(parts) == 0 || f.Kind == "violates") {
		parts = append(parts, code(f.Reason))
	}
	return strings.Join(parts, ", ")
}

// aboutRules says in SARIF what each kind of finding is, and at which level.
var aboutRules = map[string]struct{ level, text string }{
	"violates":          {"warning", "A rule permits what a policy does not want."},
	"contradicts":       {"warning", "What a rule says does not hold: rules before it do the opposite."},
	"wider":             {"note", "A rule permits more than the declared flows want."},
	"unused":            {"note", "No declared flow wants what a rule permits."},
	"shadowed":          {"note", "A rule never decides a packet."},
	"possibly_shadowed": {"note", "A rule decides no packet if rules match that cannot be decided."},
	"redundant":         {"note", "Without a rule nothing changes."},
	"expired":           {"note", "The schedule of a rule has ended."},
	"disabled":          {"note", "A rule is switched off."},
	"undecidable":       {"note", "It cannot be known what a rule matches."},
	"no_hits":           {"note", "The device has counted no packet for a rule."},
	changeOpened:        {"warning", "A change of the rules opens traffic."},
	changeUncertain:     {"warning", "A change of the rules may open or close traffic."},
	changeClosed:        {"note", "A change of the rules closes traffic."},
}

// findings adds one result for each finding about a rule and each change of what rules do.
func (s *sarif) findings(found Findings, root string) {
	at := func(file string, line int) Location {
		if file == "" {
			return Location{}
		}
		if !path.IsAbs(file) {
			file = path.Join(root, file)
		}
		return Location{file, line}
	}
	for _, a := range found.Audits {
		for _, f := range a.Findings {
			about, known := aboutRules[f.Kind]
			if !known { // of flows, which have no line of a firewall
				continue
			}
			id := "rule-" + strings.ReplaceAll(f.Kind, "_", "-")
			s.rule(id, about.text, "rules")
			s.add(id, about.level, f.message(about.text), "rule/v1", strings.Join([]string{f.Kind, f.Where, f.List, cmp.Or(f.Text, f.Rule), f.policy()}, " "), at(f.File, f.Line))
		}
	}
	for _, d := range found.Diffs {
		for _, c := range d.Changes {
			about := aboutRules[c.Kind]
			id := "change-" + c.Kind
			s.rule(id, about.text, "rules")
			message := fmt.Sprintf("%s %s. Before: %s. After: %s.", about.text, c.traffic(), c.Before, c.After)
			s.add(id, about.level, message, "change/v1", strings.Join([]string{c.Kind, c.List, c.traffic()}, " "), at(c.File, c.Line))
		}
	}
}

// policy is the policy that the rule violates, as its reason begins.
func (f Finding) policy() string {
	if f.Kind != "violates" {
		return ""
	}
	name, _, _ := strings.Cut(f.Reason, ":")
	return name
}

// message says what is found out about the rule.
func (f Finding) message(about string) string {
	text := about + " " + cmp.Or(f.Text, f.Rule)
	if len(f.CoveredBy) > 0 {
		text += "; it is decided by " + strings.Join(f.CoveredBy[:min(3, len(f.CoveredBy))], ", ")
	}
	if f.Excess != "" {
		text += "; " + f.Excess
	}
	if f.Reason != "" {
		text += "; " + f.Reason
	}
	if len(f.Remove) > 0 {
		text += "; take it out: " + strings.Join(f.Remove, "; ")
	}
	return text
}

// A changeRow and a findingRow are rows of the tables of a page.
type changeRow struct{ Kind, Source, Destination, Service, Before, After string }

type findingRow struct{ Kind, Rule, Text, Why, Remove string }

func changeRows(diffs []Diff) (out []changeRow) {
	for _, d := range diffs {
		for _, c := range d.Changes {
			out = append(out, changeRow{c.Kind, plain(strings.Join(c.Sources, ", ")), plain(strings.Join(c.Destinations, ", ")), plain(strings.Join(c.Services, ", ")), plain(c.Before), plain(c.After)})
		}
	}
	return out
}

func findingRows(audits []Audit) (out []findingRow) {
	for _, a := range audits {
		for _, f := range a.Findings {
			why := strings.Join(slices.DeleteFunc([]string{f.Excess, strings.Join(f.CoveredBy, ", "), f.Reason}, func(s string) bool { return s == "" }), "; ")
			out = append(out, findingRow{plain(strings.ReplaceAll(f.Kind, "_", " ")), plain(f.label()), plain(f.Text), plain(why), plain(strings.Join(f.Remove, " ⏎ "))})
		}
	}
	return out
}
