package provider

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/estate"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/visible"
)

// addErrorAt leads to the attribute at the path, or to the whole resource: Terraform
// shows no line for the path of no steps.
func addErrorAt(diags *diag.Diagnostics, at path.Path, summary, detail string) {
	detail = visible.Lines(detail)
	if at.Equal(path.Empty()) {
		diags.AddError(summary, detail)
		return
	}
	diags.AddAttributeError(at, summary, detail)
}

// foldErrors keeps one of the errors that say the same of several flows, as when
// the ruleset of all of them cannot be read. Terraform folds warnings only. What is
// wrong with a ruleset, or with a delivery, is told at length by the first resource that
// meets it.
func (s *session) foldErrors(diags diag.Diagnostics) diag.Diagnostics {
	var out diag.Diagnostics
	more := map[string]int{} // how many were left out, by detail
	for _, d := range diags {
		if _, seen := more[d.Detail()]; seen && d.Severity() == diag.SeverityError {
			more[d.Detail()]++
			continue
		}
		if d.Severity() == diag.SeverityError {
			more[d.Detail()] = 0
		}
		out = append(out, d)
	}
	for i, d := range out {
		if d.Severity() != diag.SeverityError {
			continue
		}
		detail, n := d.Detail(), more[d.Detail()]
		if first, rest, long := strings.Cut(detail, "\n"); long && (strings.HasPrefix(d.Summary(), unreadSummary) || strings.HasPrefix(detail, failedDelivery)) {
			if _, told := s.told.LoadOrStore(detail, true); told {
				detail = fmt.Sprintf("%s\n… and %s, to be found in another error.", first, moreLines(rest))
			}
		}
		if n > 0 {
			detail += fmt.Sprintf("\n\nThe same goes for %d more of its flows.", n)
		}
		if at, ok := d.(diag.DiagnosticWithPath); ok {
			out[i] = diag.NewAttributeErrorDiagnostic(at.Path(), d.Summary(), detail)
		} else {
			out[i] = diag.NewErrorDiagnostic(d.Summary(), detail)
		}
	}
	return out
}

// failedDelivery begins the detail of the error of a delivery, which is the same for all
// flows of it.
const failedDelivery = "The delivery to "

// unread collects the flows of one application that could not be matched on
// refresh, by error.
type unread map[string][]string

func (u unread) add(f estate.Flow, err error) { u[err.Error()] = append(u[err.Error()], f.Name) }

// warn adds one warning for the application.
func (u unread) warn(diags *diag.Diagnostics, application string) {
	if len(u) == 0 {
		return
	}
	var lines []string
	for text, flows := range u {
		const listed = 5
		if n := len(flows) - listed; n > 0 {
			flows = append(flows[:listed:listed], fmt.Sprintf("… (%d more)", n))
		}
		for i, name := range flows {
			flows[i] = visible.Text(name)
		}
		lines = append(lines, fmt.Sprintf("%s: %s", strings.Join(flows, ", "), ended(firstLine(text))))
	}
	slices.Sort(lines)
	diags.AddWarning(fmt.Sprintf("application %q: flows that could not be matched on refresh", application),
		strings.Join(lines, "\n")+"\n\nThe state keeps what was found before. To destroy all the same: terraform destroy -refresh=false.")
}

// firstLine is the first line of a text, and how many there are more. The plan that comes
// after a refresh has them all.
func firstLine(text string) string {
	first, rest, long := strings.Cut(text, "\n")
	if !long {
		return text
	}
	return fmt.Sprintf("%s (and %s)", first, moreLines(rest))
}

func moreLines(rest string) string {
	if n := strings.Count(rest, "\n"); n > 0 {
		return fmt.Sprintf("%d more lines", n+1)
	}
	return "one more line"
}

// ended ends a sentence, whose own end may be a question mark.
func ended(text string) string {
	if strings.HasSuffix(text, "?") || strings.HasSuffix(text, ".") {
		return text
	}
	return text + "."
}
