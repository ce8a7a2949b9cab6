package provider

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/report"
)

// reportOptions is the second argument of the functions that write reports.
type reportOptions struct {
	// before is what report_json wrote before the change, nil where it is not known.
	before *string
	// locations are where flows are declared, by "application/flow".
	locations map[string]report.Location
	// title is the heading of a page, empty for that of the format.
	title string
	// estate is what a picture shows besides the paths of the flows, nil for nothing.
	estate *report.Estate
	// found is what was found out about rules, and root where the paths of their files start.
	found report.Findings
	root  string
	// texts are those of rulesets by file name.
	texts map[string]string
}

// readReportOptions reads the object, of which a function knows some keys.
func readReportOptions(given []types.Dynamic, known []string) (reportOptions, error) {
	o := reportOptions{locations: map[string]report.Location{}}
	if len(given) == 0 {
		return o, nil
	}
	accepted := "any of " + strings.Join(known, ", ")
	if len(given) > 1 {
		return o, fmt.Errorf("%d objects are given; write one with %s", len(given), accepted)
	}
	plain, err := plainValue(given[0])
	if err != nil {
		return o, err
	}
	fields, ok := plain.(map[string]any)
	if !ok {
		return o, fmt.Errorf("is not an object with %s", accepted)
	}
	for _, key := range slices.Sorted(maps.Keys(fields)) {
		if !slices.Contains(known, key) {
			return o, fmt.Errorf("unknown key %q; write %s", key, accepted)
		}
		if err := o.read(key, fields[key]); err != nil {
			return o, err
		}
	}
	return o, nil
}

func (o *reportOptions) read(key string, v any) error {
	switch key {
	case "before":
		if v == nil {
			return nil
		}
		before, ok := v.(string)
		if !ok {
			return fmt.Errorf("before is not a text that report_json wrote")
		}
		o.before = &before
	case "title":
		if title, ok := v.(string); ok {
			o.title = title
		} else if v != nil {
			return fmt.Errorf("title is not a text")
		}
	case "topology":
		if v == nil {
			return nil
		}
		var err error
		if o.estate, err = report.ReadEstate(v); err != nil {
			return fmt.Errorf("topology %w", err)
		}
	case "root":
		if root, ok := v.(string); ok {
			o.root = root
		} else if v != nil {
			return fmt.Errorf("root is not the name of a folder")
		}
	case "audit":
		found, err := report.ReadAudits(v)
		if err != nil {
			return fmt.Errorf("audit%w", err)
		}
		o.found.Audits = found
	case "diff":
		found, err := report.ReadDiffs(v)
		if err != nil {
			return fmt.Errorf("diff%w", err)
		}
		o.found.Diffs = found
	case "texts":
		return o.readTexts(v)
	case "inventory":
		return o.readInventory(v)
	case "locations":
		return o.readLocations(v)
	}
	return nil
}

func (o *reportOptions) readTexts(v any) error {
	entries, ok := v.(map[string]any)
	if !ok && v != nil {
		return fmt.Errorf("texts is not a map from the names of files to their texts")
	}
	o.texts = map[string]string{}
	for name, text := range entries {
		if o.texts[name], ok = text.(string); !ok {
			return fmt.Errorf("texts[%q] is not a text", name)
		}
	}
	return nil
}

func (o *reportOptions) readInventory(v any) error {
	entries, _ := v.(map[string]any)
	file, _ := entries["file"].(string)
	text, isText := entries["text"].(string)
	if file == "" || !isText {
		return fmt.Errorf("inventory is not { file = …, text = … }")
	}
	found, err := report.Locate(file, text)
	if err != nil {
		return fmt.Errorf("inventory: %w", err)
	}
	maps.Copy(o.locations, found)
	return nil
}

func (o *reportOptions) readLocations(v any) error {
	entries, _ := v.(map[string]any)
	for id, v := range entries {
		at, _ := v.(map[string]any)
		file, _ := at["file"].(string)
		line, _ := at["line"].(int64)
		if file == "" {
			return fmt.Errorf("locations[%q] is not { file = …, line = … }", id)
		}
		o.locations[id] = report.Location{File: file, Line: int(line)}
	}
	return nil
}
