package provider

import (
	"fmt"
	"slices"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/estate"
)

// The values of details.
const (
	detailsSummary = "summary"
	detailsFull    = "full"
)

// What a resource shows at most of one flow, unless all details are wanted.
const (
	maxShownParts   = 10 // gaps and violations
	maxShownEntries = 8  // addresses or services of one of them
)

// brief is what a resource shows of what was found out. A plan prints all of it for
// each flow that is new or changed, so that it is a page and not a book: no decisions,
// no list that the flow declares itself, and no change twice.
func (s *session) brief(f estate.Found) foundModel {
	if s.details == detailsFull {
		return newFoundModel(f)
	}
	f.Decisions = nil
	f.Missing = briefMissing(f.Missing)
	f.Violations = briefViolations(f.Violations)
	return newFoundModel(f)
}

func briefMissing(all []estate.Missing) []estate.Missing {
	out := slices.Clone(all[:min(len(all), maxShownParts)])
	told := map[[2]string]bool{}
	for i := range out {
		m := &out[i]
		m.Sources, m.Destinations, m.Services = unlessOwn(m.Own.Sources, m.Sources), unlessOwn(m.Own.Destinations, m.Destinations), unlessOwn(m.Own.Services, m.Services)
		key := [2]string{m.Ruleset + " " + m.Device, m.Change}
		if told[key] {
			m.Change = ""
		}
		told[key] = true
	}
	if n := len(all) - len(out); n > 0 {
		out[len(out)-1].Reason += fmt.Sprintf(" (and %d more parts)", n)
	}
	return out
}

func briefViolations(all []estate.Violation) []estate.Violation {
	out := slices.Clone(all[:min(len(all), maxShownParts)])
	for i := range out {
		v := &out[i]
		v.Sources, v.Destinations, v.Services = shortened(v.Sources), shortened(v.Destinations), shortened(v.Services)
	}
	if n := len(all) - len(out); n > 0 {
		out[len(out)-1].Message += fmt.Sprintf(" (and %d more violations)", n)
	}
	return out
}

func unlessOwn(own bool, texts []string) []string {
	if own {
		return nil
	}
	return shortened(texts)
}

// shortened cuts a long list, with the number of those that are left out at its end.
func shortened(texts []string) []string {
	if n := len(texts) - maxShownEntries; n > 1 {
		return append(slices.Clone(texts[:maxShownEntries]), fmt.Sprintf("… and %d more", n))
	}
	return texts
}

// briefAll is [session.brief] by name of flow.
func (s *session) briefAll(found map[string]estate.Found) map[string]foundModel {
	out := make(map[string]foundModel, len(found))
	for name, f := range found {
		out[name] = s.brief(f)
	}
	return out
}
