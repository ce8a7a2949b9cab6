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

// Location is where a flow is declared, or a rule stands.
type Location struct {
	File string
	Line int // 1-based, 0 if unknown
}

type fields = map[string]any

// A sarif gathers results.
type sarif struct {
	results []fields
	// rules are those that have results and are not there always, by id.
	rules map[string]fields
}

// add adds a result. What tells it from others is the fingerprint, by which code scanning
// knows it again when lines move.
func (s *sarif) add(rule, level, message, fingerprint, value string, at Location) {
	r := fields{
		"ruleId": rule, "level": level, "message": fields{"text": visible.Text(message)},
		"partialFingerprints": fields{fingerprint: value},
	}
	if at.File != "" {
		place := fields{"artifactLocation": fields{"uri": (&url.URL{Path: at.File}).String()}}
		if at.Line > 0 {
			place["region"] = fields{"startLine": at.Line}
		}
		r["locations"] = []fields{{"physicalLocation": place}}
	}
	s.results = append(s.results, r)
}

// rule says what a result of that id is.
func (s *sarif) rule(id, text, tag string) {
	s.rules[id] = fields{"id": id, "shortDescription": fields{"text": text}, "properties": fields{"tags": []string{tag}}}
}

// SARIF writes one result for each flow that is not as wanted, and for each violation, in the Static
// Analysis Results Interchange Format 2.1.0 (OASIS), for code scanning; then one for each
// finding about rules and for each change of what they do, at the line of the rule.
// Locations of flows are by "application/flow"; files of rules are relative to root.
func SARIF(applications []Application, locations map[string]Location, found Findings, root string) (string, error) {
	s := &sarif{results: []fields{}, rules: map[string]fields{}}
	policies := policyRules{}
	for _, a := range applications {
		for _, f := range a.Flows {
			s.flow(a.Name+"/"+f.Name, f, locations, policies)
		}
	}
	s.findings(found, root)
	rules := []fields{}
	for _, r := range []struct{ id, text string }{
		{"flow-blocked", "A declared flow is blocked."}, {"flow-partial", "A declared flow is allowed only in part."},
		{"flow-pending", "A declared flow is as wanted once a change is on the devices."},
		{"flow-indeterminate", "It cannot be decided whether a declared flow is allowed."}, {"flow-open", "Traffic that must stay blocked is not."},
		{"flow-expired", "A declared flow has expired."},
	} {
		rules = append(rules, fields{"id": r.id, "shortDescription": fields{"text": r.text}})
	}
	for _, id := range slices.Sorted(maps.Keys(policies)) {
		rules = append(rules, fields{
			"id": id, "shortDescription": fields{"text": "A declared flow violates the policy " + strings.TrimPrefix(id, policyPrefix) + "."},
			"defaultConfiguration": fields{"level": policies[id]}, "properties": fields{"tags": []string{"policy"}},
		})
	}
	for _, id := range slices.Sorted(maps.Keys(s.rules)) {
		rules = append(rules, s.rules[id])
	}
	raw, err := json.MarshalIndent(fields{
		"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0",
		"runs": []fields{{"tool": fields{"driver": fields{"name": "terraform-provider-acl", "rules": rules}}, "results": s.results}},
	}, "", "  ")
	if err != nil {
		return "", fmt.Errorf("encoding the report: %w", err)
	}
	return string(raw) + "\n", nil
}

// flow adds what there is to say of a flow.
func (s *sarif) flow(id string, f Flow, locations map[string]Location, policies policyRules) {
	add := func(rule, level, fingerprint, message string) {
		s.add(rule, level, message, "flow/v1", fingerprint, locations[id])
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
