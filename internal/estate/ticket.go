package estate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/visible"
)

// Targets names the rulesets and devices that are changed, in the order of their first
// change.
func (s *ChangeSet) Targets() []string {
	var out []string
	for _, c := range s.Changes {
		if !slices.Contains(out, c.Target) {
			out = append(out, c.Target)
		}
	}
	return out
}

// Commands is all that is typed for one of the targets, in order.
func (s *ChangeSet) Commands(target string) string { return s.join(s.texts(target, false)) }

// Undo takes back what Commands does, the last first.
func (s *ChangeSet) Undo(target string) string { return s.join(s.texts(target, true)) }

func (s *ChangeSet) join(texts []string) string { return strings.Join(texts, "\n") }

func (s *ChangeSet) texts(target string, undo bool) []string {
	var out []string
	for _, c := range s.Changes {
		switch {
		case c.Target != target:
		case undo:
			out = append([]string{c.undo}, out...)
		default:
			out = append(out, c.Command)
		}
	}
	return out
}

// Ticket writes the change set for people, as Markdown: for each ruleset and device what to type,
// for which flows, what it overrules, and how to take it back; and what stays open.
func (s *ChangeSet) Ticket() string {
	var b strings.Builder
	b.WriteString("# Firewall changes\n")
	if len(s.Changes) == 0 {
		b.WriteString("\nNo change is necessary.\n")
	}
	for _, name := range s.Targets() {
		fmt.Fprintf(&b, "\n## %s\n\nType these commands in this order:\n\n%s", inline(name), fenced(s.Commands(name)))
		s.table(&b, name)
		s.alternatives(&b, name)
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

// table lists the commands of one target; those of a device with their list.
func (s *ChangeSet) table(b *strings.Builder, target string) {
	head := true
	for _, c := range s.Changes {
		if c.Target != target {
			continue
		}
		list := ""
		if c.Device != "" {
			list = " " + inline(c.List) + " |"
		}
		if head && list == "" {
			b.WriteString("\n| command | flows | overrules |\n| --- | --- | --- |\n")
		} else if head {
			b.WriteString("\n| command | list | flows | overrules |\n| --- | --- | --- | --- |\n")
		}
		head = false
		overrules := "nothing"
		if c.Overrules != "" {
			overrules = inline(c.Overrules)
		}
		fmt.Fprintf(b, "| %s |%s %s | %s |\n", lines(c.Command), list, inline(strings.Join(c.Flows, ", ")), overrules)
	}
}

// alternatives lists what may be typed in place of commands of one target.
func (s *ChangeSet) alternatives(b *strings.Builder, target string) {
	head, later := true, false
	for i, c := range s.Changes {
		if c.Target != target || c.Alternative == "" {
			continue
		}
		if head {
			b.WriteString("\nA new rule is not always needed. A new member of an object group that only one rule uses, or of that rule, permits exactly the same:\n\n| in place of | type |\n| --- | --- |\n")
		}
		head = false
		fmt.Fprintf(b, "| %s | %s |\n", lines(c.Command), lines(c.Alternative))
		later = later || slices.ContainsFunc(s.Changes[i+1:], func(next Change) bool { return next.place == c.place })
	}
	if later {
		b.WriteString("\nIf you do that, ask for the commands that follow again: their line numbers assume the new rule.\n")
	}
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
