package report

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
)

// Application is an application with its flows in order of name.
type Application struct {
	Name  string `json:"name"`
	Owner string `json:"owner,omitempty"`
	Flows []Flow `json:"flows"`
	// Removed are the flows that were there before, where that is known.
	Removed []string `json:"removed,omitempty"`
}

// Flow is a flow and what was found out about it.
type Flow struct {
	Name   string        `json:"name"`
	Wanted match.Verdict `json:"wanted"`
	// Status is what holds now as far as the values given tell: a plan shows the
	// wanted status for a flow that has yet to get there, and its summary tells.
	Status match.Verdict `json:"status"`
	// Summary is the verdict in one line, the status first. Unlike Status a plan does
	// not promise it.
	Summary string    `json:"summary,omitempty"`
	AsIs    bool      `json:"as_wanted"`
	Missing []Missing `json:"missing,omitempty"`
	// Violations are of policies: a flow may have them whatever its status. One that is
	// denied is not as wanted, and one that has expired wants nothing.
	Violations []Violation `json:"violations,omitempty"`
	Managed    []string    `json:"managed_rules,omitempty"`
	// Unneeded are those of Managed that the flow no longer needs.
	Unneeded []string `json:"unneeded_rules,omitempty"`
	// Sources, Destinations and Services are as declared; empty where the values
	// given do not hold them.
	Sources      []string `json:"sources,omitempty"`
	Destinations []string `json:"destinations,omitempty"`
	Services     []string `json:"services,omitempty"`
	Comment      string   `json:"comment,omitempty"`
	// Rules are those that decide, as far as the values given name them.
	Rules []Rule     `json:"rules,omitempty"`
	Path  []Crossing `json:"path,omitempty"`
	// Change is "new" or "altered" where it is known what was before.
	Change string `json:"change,omitempty"`
}

// Missing is traffic that is not treated as wanted.
type Missing struct {
	Ruleset string `json:"ruleset,omitempty"`
	// From and To are zones, empty where none are known.
	From         string   `json:"from,omitempty"`
	To           string   `json:"to,omitempty"`
	Sources      []string `json:"sources,omitempty"`
	Destinations []string `json:"destinations,omitempty"`
	Services     []string `json:"services,omitempty"`
	// Translated is the same traffic as the device compares it, empty where it is the same.
	Translated string `json:"translated,omitempty"`
	BlockedBy  string `json:"blocked_by,omitempty"`
	Reason     string `json:"reason,omitempty"`
	Change     string `json:"change,omitempty"`

	// device is the device in the way, empty where a ruleset is, or nothing that is known.
	device string
}

// Violation is traffic of a flow that a policy is against.
type Violation struct {
	Policy string `json:"policy"`
	// Severity is one of [severities].
	Severity string `json:"severity"`
	Message  string `json:"message,omitempty"`
	// The three lists are empty where the whole flow is meant.
	Sources      []string `json:"sources,omitempty"`
	Destinations []string `json:"destinations,omitempty"`
	Services     []string `json:"services,omitempty"`
	// Exception is why the violation is put up with; empty if it is not.
	Exception string `json:"exception,omitempty"`
}

// Severities of policies.
const (
	severityDeny   = "deny"
	severityReview = "review"
	severityNotify = "notify"
)

// severities lists them, the worst first.
var severities = []string{severityDeny, severityReview, severityNotify}

// violations counts those of all flows that no exception puts up with.
func (a Application) violations() (n int) {
	for _, f := range a.Flows {
		n += len(f.open())
	}
	return n
}

// open returns the violations that no exception puts up with.
func (f Flow) open() []Violation {
	return slices.DeleteFunc(slices.Clone(f.Violations), func(v Violation) bool { return v.Exception != "" || v.Policy == expiresPolicy })
}

// expiresPolicy is what flows violate that have expired.
const expiresPolicy = "expires"

// expired reports whether the flow is past its end.
func (f Flow) expired() bool {
	return slices.ContainsFunc(f.Violations, func(v Violation) bool { return v.Policy == expiresPolicy })
}

// denied reports whether a policy stops the flow.
func (f Flow) denied() bool {
	return slices.ContainsFunc(f.open(), func(v Violation) bool { return v.Severity == severityDeny })
}

// Read takes applications from plain values (nil, bool, string, numbers, []any,
// map[string]any): a map or list of acl_application objects, acl_flow objects, or
// one of either. Flows of one application are put together.
func Read(v any) ([]Application, error) {
	byName := map[string]*Application{}
	err := each(v, func(at string, o map[string]any) error { return readObject(byName, at, o) })
	if err != nil {
		return nil, err
	}
	out := make([]Application, 0, len(byName))
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		a := byName[name]
		slices.SortFunc(a.Flows, func(a, b Flow) int { return cmp.Compare(a.Name, b.Name) })
		out = append(out, *a)
	}
	return out, nil
}

const handOver = "hand over acl_application.NAME or acl_flow.NAME"

// each calls f for every resource in v.
func each(v any, f func(at string, o map[string]any) error) error {
	switch v := v.(type) {
	case []any:
		for i, e := range v {
			o, ok := e.(map[string]any)
			if !ok {
				return fmt.Errorf("[%d] is no resource; %s", i, handOver)
			}
			if err := f(fmt.Sprintf("[%d]", i), o); err != nil {
				return err
			}
		}
		return nil
	case map[string]any:
		if _, one := v["name"].(string); one {
			return f("", v)
		}
		for _, key := range slices.Sorted(maps.Keys(v)) {
			o, ok := v[key].(map[string]any)
			if !ok {
				return fmt.Errorf("[%q] is no resource; %s", key, handOver)
			}
			if err := f(fmt.Sprintf("[%q]", key), o); err != nil {
				return err
			}
		}
		return nil
	}
	return fmt.Errorf(": %s", handOver)
}

func readObject(byName map[string]*Application, at string, o map[string]any) error {
	name, _ := o["name"].(string)
	if application, ok := o["application"].(string); ok {
		a := get(byName, application)
		a.Flows = append(a.Flows, readFlow(name, o, o))
		return nil
	}
	results, ok := o["results"].(map[string]any)
	if !ok || name == "" {
		return fmt.Errorf("%s has neither results nor an application; %s", at, handOver)
	}
	a := get(byName, name)
	a.Owner, _ = o["owner"].(string)
	declared, _ := o["flows"].(map[string]any)
	for _, flow := range slices.Sorted(maps.Keys(results)) {
		d, _ := declared[flow].(map[string]any)
		r, _ := results[flow].(map[string]any)
		a.Flows = append(a.Flows, readFlow(flow, d, r))
	}
	return nil
}

func get(byName map[string]*Application, name string) *Application {
	if byName[name] == nil {
		byName[name] = &Application{Name: name, Flows: []Flow{}}
	}
	return byName[name]
}

func readFlow(name string, declared, found map[string]any) Flow {
	f := Flow{
		Name: name, Wanted: match.Wanted(text(declared["action"]) == "deny"), Status: match.VerdictOf(text(found["status"])), Summary: text(found["summary"]), Managed: texts(found["managed_rules"]), Unneeded: texts(found["unneeded_rules"]),
		Sources: texts(declared["sources"]), Destinations: texts(declared["destinations"]), Services: texts(declared["services"]),
		Comment: text(declared["comment"]),
	}
	for _, e := range objects(found["missing"]) {
		f.Missing = append(f.Missing, Missing{
			Ruleset: placeOf(e), device: text(e["device"]), From: text(e["from"]), To: text(e["to"]), Sources: orOwn(e["sources"], f.Sources), Destinations: orOwn(e["destinations"], f.Destinations), Services: orOwn(e["services"], f.Services),
			Translated: text(e["translated"]), BlockedBy: text(e["blocked_by"]), Reason: text(e["reason"]), Change: text(e["change"]),
		})
	}
	for _, e := range objects(found["violations"]) {
		f.Violations = append(f.Violations, Violation{
			Policy: text(e["policy"]), Severity: text(e["severity"]), Message: text(e["message"]), Exception: text(e["exception"]),
			Sources: texts(e["sources"]), Destinations: texts(e["destinations"]), Services: texts(e["services"]),
		})
	}
	if f.expired() {
		f.AsIs, f.Missing = true, nil
	} else {
		f.settle(objects(found["decisions"]))
	}
	f.AsIs = f.AsIs && !f.denied()
	f.readRules(objects(found["decisions"]))
	f.readPath(found["path"])
	return f
}

// settle sees through a planned status: a plan promises the wanted one, while the
// summary, and the decisions where the flow has any, still tell what is in the way.
func (f *Flow) settle(decisions []map[string]any) {
	if len(decisions) == 0 {
		f.settleBySummary()
		return
	}
	n := map[string]int{}
	rulesets := map[string]bool{}
	for _, d := range decisions {
		n[text(d["action"])]++
		rulesets[placeOf(d)] = true
	}
	switch {
	case f.Status != f.Wanted || len(decisions) == 0:
	case f.Wanted == match.Allowed:
		switch {
		case n["permit"] == len(decisions):
		case n["permit"] > 0 && n["deny"] > 0:
			f.Status = match.Partial
		case n["permit"]+n["deny"] < len(decisions):
			f.Status = match.Indeterminate
		default:
			f.Status = match.Blocked
		}
		f.gaps(decisions, "permit")
	case n["deny"] == 0:
		f.Status = match.Allowed
		f.gaps(decisions, "deny")
	case n["deny"] < len(decisions) && len(rulesets) == 1:
		f.Status = match.Partial
		f.gaps(decisions, "deny")
	}
	f.AsIs = f.Status == f.Wanted
}

// settleBySummary takes the status from the summary, which begins with it.
func (f *Flow) settleBySummary() {
	word, why, _ := strings.Cut(f.Summary, ": ")
	word, _, _ = strings.Cut(word, ";")
	word, _, _ = strings.Cut(word, " ")
	if status, known := match.ParseVerdict(word); known && word != "" && status != f.Status {
		f.Status = status
		if len(f.Missing) == 0 && status != f.Wanted {
			f.Missing = []Missing{{Sources: f.Sources, Destinations: f.Destinations, Services: f.Services, Reason: why}}
		}
	}
	f.AsIs = f.Status == f.Wanted
}

// gaps lists what is decided otherwise than by action.
func (f *Flow) gaps(decisions []map[string]any, action string) {
	for _, d := range decisions {
		if text(d["action"]) == action {
			continue
		}
		f.Missing = append(f.Missing, Missing{
			Ruleset: placeOf(d), device: text(d["device"]), From: text(d["from"]), To: text(d["to"]), Sources: texts(d["sources"]), Destinations: texts(d["destinations"]), Services: texts(d["services"]),
			BlockedBy: text(d["rule"]), Reason: "not as wanted yet",
		})
	}
}

func text(v any) string {
	s, _ := v.(string)
	return s
}

// orOwn reads a list of a gap, which is left out where it is all that the flow declares.
func orOwn(v any, own []string) []string {
	if v == nil {
		return own
	}
	return texts(v)
}

func texts(v any) []string {
	var out []string
	list, _ := v.([]any)
	for _, e := range list {
		out = append(out, text(e))
	}
	return out
}

func objects(v any) []map[string]any {
	var out []map[string]any
	list, _ := v.([]any)
	for _, e := range list {
		if o, ok := e.(map[string]any); ok {
			out = append(out, o)
		}
	}
	return out
}
