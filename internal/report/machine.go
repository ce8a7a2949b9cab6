package report

import (
	"encoding/json"
	"fmt"
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
