package estate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/visible"
)

// Rulesets names the rulesets that are changed, in the order of their first change.
func (s *ChangeSet) Rulesets() []string {
	var out []string
	for _, c := range s.Changes {
		if !slices.Contains(out, c.Ruleset) {
			out = append(out, c.Ruleset)
		}
	}
	return out
}

// Commands is all that is typed for one ruleset, in order.
func (s *ChangeSet) Commands(ruleset string) string { return s.join(s.texts(ruleset, false)) }

// Undo takes back what Commands does, the last first.
func (s *ChangeSet) Undo(ruleset string) string { return s.join(s.texts(ruleset, true)) }

func (s *ChangeSet) join(texts []string) string { return strings.Join(texts, "\n") }

func (s *ChangeSet) texts(ruleset string, undo bool) []string {
	var out []string
	for _, c := range s.Changes {
		switch {
		case c.Ruleset != ruleset:
		case undo:
			out = append([]string{c.undo}, out...)
		default:
			out = append(out, c.Command)
		}
	}
	return out
}

// Ticket writes the change set for people, as Markdown: for each ruleset what to type,
// for which flows, what it overrules, and how to take it back; and what stays open.
func (s *ChangeSet) Ticket() string {
	var b strings.Builder
	b.WriteString("# Firewall changes\n")
	if len(s.Changes) == 0 {
		b.WriteString("\nNo change is necessary.\n")
	}
	for _, name := range s.Rulesets() {
		fmt.Fprintf(&b, "\n## %s\n\nType these commands in this order:\n\n%s", inline(name), fenced(s.Commands(name)))
		b.WriteString("\n| command | flows | overrules |\n| --- | --- | --- |\n")
		for _, c := range s.Changes {
			if c.Ruleset == name {
				overrules := "nothing"
				if c.Overrules != "" {
					overrules = inline(c.Overrules)
				}
				fmt.Fprintf(&b, "| %s | %s | %s |\n", lines(c.Command), inline(strings.Join(c.Flows, ", ")), overrules)
			}
		}
		fmt.Fprintf(&b, "\nTo take them back:\n\n%s", fenced(s.Undo(name)))
	}
	if len(s.Open) > 0 {
		b.WriteString("\n## Not solved by these changes\n\n| flow | why |\n| --- | --- |\n")
		for _, o := range s.Open {
			fmt.Fprintf(&b, "| %s | %s |\n", inline(o.Name), inline(o.Why))
		}
	}
	return b.String()
}

// lines writes the lines of a command in a cell of a table.
func lines(text string) string {
	var out []string
	for line := range strings.SplitSeq(text, "\n") {
		if line = strings.TrimSpace(line); line != "" {
			out = append(out, inline(line))
		}
	}
	return strings.Join(out, "<br>")
}

// inline writes a text as code in a cell of a table.
func inline(text string) string {
	text = strings.ReplaceAll(visible.Text(text), "|", `\|`)
	if strings.Contains(text, "`") {
		return "`` " + text + " ``"
	}
	return "`" + text + "`"
}

func fenced(text string) string {
	fence := "```"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	return fence + "text\n" + visible.Lines(text) + "\n" + fence + "\n"
}
