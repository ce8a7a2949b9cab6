package estate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/visible"
)

// obstacles tells for each gap that stays open what rule is needed where, and why
// it is not written. shown is the finding with the changes that are written already.
func (w writer) obstacles(f finding, shown Found) []string {
	var out []string
	changes := w.beside.clone()
	for i, m := range f.Missing {
		why := m.Reason
		if m.By != "" {
			why += ": " + m.By
		}
		if m.Ruleset < 0 {
			out = append(out, fmt.Sprintf("%s\n  %s", m.Product, why))
			continue
		}
		s := w.stations[m.Ruleset]
		head := fmt.Sprintf("%s: %s\n  %s", s.title(), m.Product, why)
		switch {
		case w.overruled(f, i) != "":
			out = append(out, fmt.Sprintf("%s\n  The rule would override the intentional deny %s.\n  If the flow is right, set override_deny = true on it. If the deny is right, name the deny in accepts.", head, w.overruled(f, i)))
		case !s.writable():
			text := ""
			if i < len(shown.Missing) {
				text = shown.Missing[i].Change
			} else {
				text = w.change(f, i, changes)
			}
			out = append(out, fmt.Sprintf("%s\n  The %s is read-only, since it has no additions file. It needs\n  %s", head, kindOrRuleset(s.kind), strings.ReplaceAll(text, "\n", "\n  ")))
		default:
			out = append(out, head+"\n  "+w.undeliverable(f, i))
		}
	}
	return slices.Compact(out)
}

// undeliverable says why no rule of ours closes gap number k of the finding.
func (w writer) undeliverable(f finding, k int) string {
	s := w.stations[f.Missing[k].Ruleset]
	for _, r := range w.rules(f, k) {
		if s.undeliverable != nil {
			return fmt.Sprintf("The rule that would change that is not delivered: %s.", visible.Text(s.undeliverable.Error()))
		}
		if err := s.cannot(r); err != nil {
			return fmt.Sprintf("The rule that would change that cannot be written as %s: %s.", s.rules().Format, visible.Text(err.Error()))
		}
	}
	return "No rule among our additions can change that."
}

// Unmet says why the flow is not as wanted, each line indented so that Terraform
// keeps it as it is.
func (a *Assessment) Unmet() string { return Indent(a.Obstacles) }

// Indent joins texts, each line indented, so that Terraform does not wrap them.
func Indent(texts []string) string {
	return "  " + strings.ReplaceAll(strings.Join(texts, "\n"), "\n", "\n  ")
}
