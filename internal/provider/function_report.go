package provider

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/report"
)

// reportFunction is one of the functions that write a report in some format.
type reportFunction struct {
	name, summary, description string
	// located says that the function takes the locations of flows.
	located bool
	write   func([]report.Application, map[string]report.Location) (string, error)
}

const reportInput = " The argument is `acl_application.NAME` or `acl_flow.NAME`: one resource, or the map or list of them that `for_each` and `count` give. " +
	"A plan promises the wanted status of a flow that drifted; the report sees through that by the deciding rules."

func newReportFunction() function.Function {
	return reportFunction{
		name: "report", summary: "Write a Markdown report for a pull request.",
		description: "A table per application, a Mermaid graph, and for each flow that is not as wanted what is in the way and the change that would help, in the device's language. Of other flows what policies have against them." + reportInput,
		write: func(a []report.Application, _ map[string]report.Location) (string, error) {
			return report.Markdown(a), nil
		},
	}
}

func newReportJSONFunction() function.Function {
	return reportFunction{
		name: "report_json", summary: "Write a JSON report for scripts.",
		description: "`summary` with counts, and `applications` with their flows, sorted by name." + reportInput,
		write: func(a []report.Application, _ map[string]report.Location) (string, error) {
			return report.JSON(a)
		},
	}
}

func newReportSARIFFunction() function.Function {
	return reportFunction{
		name: "report_sarif", summary: "Write a SARIF report for code scanning.", located: true,
		description: "One result for each flow that is not as wanted, and for each violation of a policy without an exception (SARIF 2.1.0)." + reportInput +
			" The second argument says where flows are declared: `{ inventory = { file = \"inventory.json\", text = file(\"inventory.json\") } }` finds the lines of an inventory, " +
			"`{ locations = { \"application/flow\" = { file = \"main.tf\", line = 12 } } }` names them.",
		write: report.SARIF,
	}
}

func (f reportFunction) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = f.name
}

func (f reportFunction) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		Summary: f.summary, MarkdownDescription: f.description,
		Parameters: []function.Parameter{function.DynamicParameter{Name: "applications", MarkdownDescription: "The resources to report."}},
		Return:     function.StringReturn{},
	}
	if f.located {
		resp.Definition.VariadicParameter = function.DynamicParameter{Name: "where", MarkdownDescription: "At most one object with any of `inventory` and `locations`."}
	}
}

func (f reportFunction) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var resources types.Dynamic
	var where []types.Dynamic
	arguments := []any{&resources}
	if f.located {
		arguments = append(arguments, &where)
	}
	if resp.Error = req.Arguments.Get(ctx, arguments...); resp.Error != nil {
		return
	}
	plain, err := plainValue(resources)
	if err != nil {
		resp.Error = function.NewArgumentFuncError(0, "applications "+err.Error())
		return
	}
	applications, err := report.Read(plain)
	if err != nil {
		resp.Error = function.NewArgumentFuncError(0, "applications"+err.Error())
		return
	}
	locations, err := readWhere(where)
	if err != nil {
		resp.Error = function.NewArgumentFuncError(1, "where: "+err.Error())
		return
	}
	text, err := f.write(applications, locations)
	if err != nil {
		resp.Error = function.NewFuncError(err.Error())
		return
	}
	resp.Error = resp.Result.Set(ctx, text)
}

func readWhere(where []types.Dynamic) (map[string]report.Location, error) {
	out := map[string]report.Location{}
	if len(where) == 0 {
		return out, nil
	}
	if len(where) > 1 {
		return nil, fmt.Errorf("%d objects are given; write one with any of inventory and locations", len(where))
	}
	plain, err := plainValue(where[0])
	if err != nil {
		return nil, err
	}
	fields, ok := plain.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("is not an object with any of inventory and locations")
	}
	for _, key := range slices.Sorted(maps.Keys(fields)) {
		entries, _ := fields[key].(map[string]any)
		switch key {
		case "inventory":
			file, _ := entries["file"].(string)
			text, isText := entries["text"].(string)
			if file == "" || !isText {
				return nil, fmt.Errorf("inventory is not { file = …, text = … }")
			}
			found, err := report.Locate(file, text)
			if err != nil {
				return nil, fmt.Errorf("inventory: %w", err)
			}
			maps.Copy(out, found)
		case "locations":
			for id, v := range entries {
				at, _ := v.(map[string]any)
				file, _ := at["file"].(string)
				line, _ := at["line"].(int64)
				if file == "" {
					return nil, fmt.Errorf("locations[%q] is not { file = …, line = … }", id)
				}
				out[id] = report.Location{File: file, Line: int(line)}
			}
		default:
			return nil, fmt.Errorf("unknown key %q; write any of inventory and locations", key)
		}
	}
	return out, nil
}
