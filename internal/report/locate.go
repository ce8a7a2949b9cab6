package report

import (
	"fmt"

	"go.yaml.in/yaml/v3"
)

// Locate finds the lines at which the flows of an inventory are declared, by
// "application/flow". The text is an inventory in JSON or YAML:
// applications[].app_name and app_flows.
func Locate(file, text string) (map[string]Location, error) {
	var doc yaml.Node
	if err := yaml.Unmarshal([]byte(text), &doc); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	out := map[string]Location{}
	if len(doc.Content) == 0 {
		return out, nil
	}
	applications := value(doc.Content[0], "applications")
	if applications == nil {
		return nil, fmt.Errorf("%s: has no applications; an inventory is { applications = [ { app_name, app_flows } ] }", file)
	}
	for _, a := range applications.Content {
		name := value(a, "app_name")
		flows := value(a, "app_flows")
		if name == nil || flows == nil || flows.Kind != yaml.MappingNode {
			continue
		}
		for i := 0; i+1 < len(flows.Content); i += 2 {
			key := flows.Content[i]
			out[name.Value+"/"+key.Value] = Location{file, key.Line}
		}
	}
	return out, nil
}

// value returns the value under key of a mapping, nil if there is none.
func value(n *yaml.Node, key string) *yaml.Node {
	if n.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1]
		}
	}
	return nil
}
