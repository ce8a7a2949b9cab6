package report

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// What a change does to a flow.
const (
	changeNew     = "new"
	changeAltered = "altered"
)

// Compare marks the flows that are new, or are declared, found or judged otherwise than
// before, and names those that are gone. Before is what [JSON] wrote then; a blank text
// says that there were no flows.
func Compare(applications []Application, before string) ([]Application, error) {
	var was struct {
		Applications []Application `json:"applications"`
	}
	if strings.TrimSpace(before) != "" {
		if err := json.Unmarshal([]byte(before), &was); err != nil {
			return nil, fmt.Errorf("is not what report_json wrote: %w", err)
		}
		if was.Applications == nil {
			return nil, fmt.Errorf("is not what report_json wrote: it has no applications")
		}
	}
	earlier := map[string]map[string]Flow{}
	for _, a := range was.Applications {
		earlier[a.Name] = map[string]Flow{}
		for _, f := range a.Flows {
			earlier[a.Name][f.Name] = f
		}
	}
	out := slices.Clone(applications)
	for i, a := range out {
		out[i].Flows = slices.Clone(a.Flows)
		for j, f := range a.Flows {
			old, there := earlier[a.Name][f.Name]
			switch {
			case !there:
				out[i].Flows[j].Change = changeNew
			case !f.same(old):
				out[i].Flows[j].Change = changeAltered
			}
		}
	}
	return withRemoved(out, was.Applications), nil
}

// withRemoved names the flows of before that are no longer there.
func withRemoved(now, before []Application) []Application {
	for _, old := range before {
		i := slices.IndexFunc(now, func(a Application) bool { return a.Name == old.Name })
		var gone []string
		for _, f := range old.Flows {
			if i < 0 || !slices.ContainsFunc(now[i].Flows, func(g Flow) bool { return g.Name == f.Name }) {
				gone = append(gone, f.Name)
			}
		}
		switch {
		case len(gone) == 0:
		case i < 0:
			now = append(now, Application{Name: old.Name, Flows: []Flow{}, Removed: gone})
		default:
			now[i].Removed = gone
		}
	}
	return now
}

// same reports whether the flow is declared, found and judged as the other; the lines
// of rules may differ.
func (f Flow) same(other Flow) bool {
	judged := func(f Flow) []string {
		var out []string
		for _, v := range f.Violations {
			out = append(out, v.Policy+"\x00"+v.Severity+"\x00"+v.Exception)
		}
		slices.Sort(out)
		return slices.Compact(out)
	}
	return f.Wanted == other.Wanted && f.Status == other.Status && slices.Equal(f.Sources, other.Sources) &&
		slices.Equal(f.Destinations, other.Destinations) && slices.Equal(f.Services, other.Services) && slices.Equal(judged(f), judged(other))
}
