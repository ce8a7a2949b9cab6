package report

import (
	"encoding/json"
	"fmt"
)

// JSON writes the applications as an object with their summary, for scripts.
func JSON(applications []Application) (string, error) {
	type summary struct {
		Flows    int            `json:"flows"`
		AsWanted int            `json:"as_wanted"`
		Status   map[string]int `json:"status"`
	}
	s := summary{Status: map[string]int{}}
	for _, a := range applications {
		for _, f := range a.Flows {
			s.Flows++
			s.Status[f.Status]++
			if f.AsIs {
				s.AsWanted++
			}
		}
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

// SARIF writes one result for each flow that is not as wanted, in the Static
// Analysis Results Interchange Format 2.1.0 (OASIS), for code scanning. Locations
// are by "application/flow".
func SARIF(applications []Application, locations map[string]Location) (string, error) {
	type m = map[string]any
	results := []m{}
	for _, a := range applications {
		for _, f := range a.Flows {
			if f.AsIs {
				continue
			}
			id := a.Name + "/" + f.Name
			r := m{
				"ruleId": ruleID(f), "level": level(f), "message": m{"text": visible(sarifMessage(id, f))},
				"partialFingerprints": m{"flow/v1": id},
			}
			if at, ok := locations[id]; ok {
				place := m{"artifactLocation": m{"uri": at.File}}
				if at.Line > 0 {
					place["region"] = m{"startLine": at.Line}
				}
				r["locations"] = []m{{"physicalLocation": place}}
			}
			results = append(results, r)
		}
	}
	rules := []m{}
	for _, s := range []struct{ id, text string }{
		{"flow-blocked", "A declared flow is blocked."}, {"flow-partial", "A declared flow is allowed only in part."},
		{"flow-indeterminate", "It cannot be decided whether a declared flow is allowed."}, {"flow-open", "Traffic that must stay blocked is not."},
	} {
		rules = append(rules, m{"id": s.id, "shortDescription": m{"text": s.text}})
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

func ruleID(f Flow) string {
	switch {
	case f.Wanted == "blocked":
		return "flow-open"
	case f.Status == "partial" || f.Status == "blocked":
		return "flow-" + f.Status
	case f.Status == "not_routed":
		return "flow-blocked"
	}
	return "flow-indeterminate"
}

func level(f Flow) string {
	if ruleID(f) == "flow-indeterminate" {
		return "warning"
	}
	return "error"
}

func sarifMessage(id string, f Flow) string {
	text := fmt.Sprintf("Flow %s is %s, wanted %s.", id, f.Status, f.Wanted)
	if len(f.Missing) > 0 {
		m := f.Missing[0]
		text += fmt.Sprintf(" %s -> %s %s: %s", list(m.Sources), list(m.Destinations), list(m.Services), m.Reason)
		if m.BlockedBy != "" {
			text += " (" + m.BlockedBy + ")"
		}
		if n := len(f.Missing) - 1; n > 0 {
			text += fmt.Sprintf(", and %d more parts", n)
		}
	}
	return text
}
