package rulelist

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// listed is a rule in the keys of netutils' rule lists. A field that is absent
// means every value, so any is left out.
type listed struct {
	Name            string   `json:"name,omitempty"`
	SourceZone      any      `json:"src_zone,omitempty"`
	Sources         []string `json:"src_ip,omitempty"`
	DestinationZone any      `json:"dst_zone,omitempty"`
	Destinations    []string `json:"dst_ip,omitempty"`
	Services        []string `json:"dst_port,omitempty"`
	State           string   `json:"state,omitempty"`
	Action          string   `json:"action"`
}

// Write writes rules as elements of a rule list, one a line, to be put before
// the rule that they precede: with a comma behind in JSON, a dash before in YAML.
func Write(format string, in rule.Insertion) (string, error) {
	before, after := "", ","
	if format == "yaml" {
		before, after = "- ", ""
	}
	var lines []string
	for i := range in.Rules {
		r := &in.Rules[i]
		l := listed{Name: r.Name, State: r.State.String(), Action: r.Action.String()}
		if !r.Traffic.Sources.IsAny() {
			l.Sources = r.Traffic.Sources.Strings()
		}
		if !r.Traffic.Destinations.IsAny() {
			l.Destinations = r.Traffic.Destinations.Strings()
		}
		if !r.Traffic.Services.IsAny() {
			l.Services = r.Traffic.Services.Strings()
		}
		l.SourceZone, l.DestinationZone = zones(r.SourceZones), zones(r.DestinationZones)
		var b bytes.Buffer
		e := json.NewEncoder(&b)
		e.SetEscapeHTML(false)
		if err := e.Encode(l); err != nil {
			return "", fmt.Errorf("rule %q: %w", r.Name, err)
		}
		lines = append(lines, before+strings.TrimSpace(b.String())+after)
	}
	return strings.Join(lines, "\n"), nil
}

// zones writes one zone as a string, as netutils has it, and several as a list.
func zones(names []string) any {
	switch len(names) {
	case 0:
		return nil
	case 1:
		return names[0]
	}
	return names
}
