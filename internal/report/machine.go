package report

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/visible"
)

// JSON writes the applications as an object with their summary, for scripts.
func JSON(applications []Application) (string, error) {
	type summary struct {
		Flows    int `json:"flows"`
		AsWanted int `json:"as_wanted"`
		// Pending counts the flows that are as wanted once a change is on the devices.
		Pending int `json:"pending"`
		// Violations counts those that no exception puts up with.
		Violations int `json:"violations"`
		// Severities counts them by severity.
		Severities map[string]int `json:"severities"`
		Status     map[string]int `json:"status"`
	}
	s := summary{Status: map[string]int{}, Severities: map[string]int{severityDeny: 0, severityReview: 0, severityNotify: 0}}
	for _, a := range applications {
		for _, f := range a.Flows {
			s.Flows++
			s.Status[f.Status.String()]++
			for _, v := range f.open() {
				s.Severities[v.Severity]++
			}
			switch {
			case f.AsIs:
				s.AsWanted++
			case f.gravity() == gravityPending:
				s.Pending++
			}
		}
		s.Violations += a.violations()
	}
	if applications == nil {
		applications = []Application{}
	}
	raw, err := json.MarshalIndent(map[string]any{"version": 1, "summary": s, "applications": applications}, "", "  ")
	if err != nil {
		return "", fmt.Errorf("encoding the report: %w", err)
	}
	return string(raw) + "\n", nil
}

// Location is where a flow is declared.
type Location struct {
	File string
	Line int // 1-based, 0 if unknown
}

// SARIF writes one result for each flow that is not as wanted, and for each violation, in the Static
// Analysis Results Interchange Format 2.1.0 (OASIS), for code scanning. Locations
// are by "application/flow".
func SARIF(applications []Application, locations map[string]Location) (string, error) {
	type m = map[string]any
	results := []m{}
	policies := policyRules{}
	for _, a := range applications {
		for _, f := range a.Flows {
			id := a.Name + "/" + f.Name
			add := func(rule, level, fingerprint, message string) {
				r := m{
					"ruleId": rule, "level": level, "message": m{"text": visible.Text(message)},
					"partialFingerprints": m{"flow/v1": fingerprint},
				}
				if at, ok := locations[id]; ok {
					place := m{"artifactLocation": m{"uri": (&url.URL{Path: at.File}).String()}}
					if at.Line > 0 {
						place["region"] = m{"startLine": at.Line}
					}
					r["locations"] = []m{{"physicalLocation": place}}
				}
				results = append(results, r)
			}
			if !f.AsIs && !f.denied() {
				add(ruleID(f), level(f), id, sarifMessage(id, f))
			}
			if f.expired() {
				add("flow-expired", "note", id+" "+expiresPolicy, fmt.Sprintf("Flow %s has expired.", id))
			}
			for _, v := range f.open() {
				message := fmt.Sprintf("Flow %s violates the policy %s: %s", id, v.Policy, v.Message)
				if len(v.Sources) > 0 {
					message += fmt.Sprintf(" (%s -> %s %s)", list(v.Sources), list(v.Destinations), list(v.Services))
				}
				add(policies.id(v), levelOf(v), id+" "+v.Policy, message)
			}
		}
	}
	rules := []m{}
	for _, s := range []struct{ id, text string }{
		{"flow-blocked", "A declared flow is blocked."}, {"flow-partial", "A declared flow is allowed only in part."},
		{"flow-pending", "A declared flow is as wanted once a change is on the devices."},
		{"flow-indeterminate", "It cannot be decided whether a declared flow is allowed."}, {"flow-open", "Traffic that must stay blocked is not."},
		{"flow-expired", "A declared flow has expired."},
	} {
		rules = append(rules, m{"id": s.id, "shortDescription": m{"text": s.text}})
	}
	for _, id := range slices.Sorted(maps.Keys(policies)) {
		rules = append(rules, m{
			"id": id, "shortDescription": m{"text": "A declared flow violates the policy " + strings.TrimPrefix(id, policyPrefix) + "."},
			"defaultConfiguration": m{"level": policies[id]}, "properties": m{"tags": []string{"policy"}},
		})
	}
	raw, err := json.MarshalIndent(m{
		"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0",
		"runs": []m{{"tool": m{"driver": m{"name": "terraform-provider-acl", "rules": rules}}, "results": results}},
	}, "", "  ")
	if err != nil {
		return "", fmt.Errorf("encoding the report: %w", err)
	}
	return string(raw) + "\n", nil
}

// policyPrefix begins the ids of the rules that stand for policies.
const policyPrefix = "policy/"

// policyRules are the rules that stand for policies: the level by the id.
type policyRules map[string]string

// id returns the id of the rule for the policy of v. A policy that has violations of
// several severities has the worst as its level.
func (p policyRules) id(v Violation) string {
	id := policyPrefix + shorten(visible.Text(v.Policy))
	worst := []string{"note", "warning", "error"}
	if level := levelOf(v); slices.Index(worst, level) > slices.Index(worst, p[id]) {
		p[id] = level
	}
	return id
}

// levelOf is that of SARIF by the severity of the violation.
func levelOf(v Violation) string {
	switch v.Severity {
	case severityDeny:
		return "error"
	case severityNotify:
		return "note"
	}
	return "warning"
}

func ruleID(f Flow) string {
	switch {
	case f.Status == match.Pending:
		return "flow-pending"
	case f.Wanted == match.Blocked:
		return "flow-open"
	case f.Status == match.Partial || f.Status == match.Blocked:
		return "flow-" + f.Status.String()
	case f.Status == match.NotRouted:
		return "flow-blocked"
	}
	return "flow-indeterminate"
}

func level(f Flow) string {
	switch ruleID(f) {
	case "flow-pending":
		return "note"
	case "flow-indeterminate":
		return "warning"
	}
	return "error"
}

func sarifMessage(id string, f Flow) string {
	text := fmt.Sprintf("Flow %s is %s (required: %s).", id, f.Status, f.Wanted)
	if len(f.Missing) > 0 {
		m := f.Missing[0]
		text += fmt.Sprintf(" %s -> %s %s: %s", list(m.Sources), list(m.Destinations), list(m.Services), m.Reason)
		if m.Translated != "" {
			text += ", compared as " + m.Translated
		}
		if m.BlockedBy != "" {
			text += " (" + m.BlockedBy + ")"
		}
		if n := len(f.Missing) - 1; n > 0 {
			text += fmt.Sprintf(", and %d more parts", n)
		}
	}
	return text
}
