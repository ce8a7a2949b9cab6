package provider

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/report"
)

// reportFunction is one of the functions that write a report in some format.
type reportFunction struct {
	name, summary, description string
	// options are the keys that the second argument may have.
	options []string
	write   func([]report.Application, reportOptions) (string, error)
}

const (
	reportInput = " The argument is `acl_application.NAME` or `acl_flow.NAME`: one resource, or the map or list of them that `for_each` and `count` give. " +
		"A plan promises the wanted status of a flow that drifted; the report sees through that by the summary and the deciding rules."
	findingsText = " With `audit = data.acl_audit.NAME`, and `diff = data.acl_diff.NAME`, or what the functions `audit` and `diff` return, or lists of them, there is what was found out about the rules: what a change of them opens and closes, and which of them may go. " +
		"The argument may then be `[]`."
	beforeText = " With `before`, the text that `report_json` wrote earlier (blank: there were no flows), flows that are new or altered since are marked and come first, and flows that are gone are named; null is as if it were left out."
)

func newReportFunction() function.Function {
	return reportFunction{
		name: "report", summary: "Write a Markdown report for a pull request.", options: []string{"before", "topology", "audit", "diff"},
		description: "First the flows that a change adds or alters, where `before` is given, with source, destination, service, verdict and deciding rule; then the flows that are not as wanted, the worst first: denied by policy, open, blocked, partial, undecided, pending; " +
			"for each what is in the way and the change that would help, in the device's language; then the rest as a table. The text has at most 63,000 bytes; what does not fit is cut from the end and counted. " +
			"Flows that find their own way through zones and devices get a picture (Mermaid) of those on their paths, the devices in the way marked; with `topology = data.acl_topology.NAME` it has the whole estate." + findingsText + beforeText + reportInput,
		write: func(a []report.Application, o reportOptions) (string, error) {
			return report.Markdown(a, o.estate, o.found), nil
		},
	}
}

func newReportJSONFunction() function.Function {
	return reportFunction{
		name: "report_json", summary: "Write a JSON report for scripts.", options: []string{"before"},
		description: "`summary` with counts, and `applications` with their flows, sorted by name, each with the rules that decide it." + beforeText + reportInput,
		write: func(a []report.Application, _ reportOptions) (string, error) {
			return report.JSON(a)
		},
	}
}

func newReportSARIFFunction() function.Function {
	return reportFunction{
		name: "report_sarif", summary: "Write a SARIF report for code scanning.", options: []string{"inventory", "locations", "audit", "diff", "root"},
		description: "One result for each flow that is not as wanted, and for each violation of a policy without an exception (SARIF 2.1.0). Each policy is a rule of its own, `policy/NAME`, with the level of its severity." + reportInput +
			" The second argument says where flows are declared: `{ inventory = { file = \"inventory.json\", text = file(\"inventory.json\") } }` finds the lines of an inventory, " +
			"`{ locations = { \"application/flow\" = { file = \"main.tf\", line = 12 } } }` names them." + findingsText +
			" Each finding and each change is a result at the line of the rule, in the file as the provider has it; `root` is the folder of the configuration within the repository, where the paths start that are not absolute.",
		write: func(a []report.Application, o reportOptions) (string, error) {
			return report.SARIF(a, o.locations, o.found, o.root)
		},
	}
}

func newReportHTMLFunction() function.Function {
	return reportFunction{
		name: "report_html", summary: "Write a report as one HTML page.", options: []string{"before", "title", "texts", "audit", "diff"},
		description: "One page that needs no other file and no network, for an artifact of a pipeline: search, filters by application, status, ruleset, rule and change, and sorting; for each flow its path, the deciding rules and the change; for each ruleset which flows use which rule. " +
			"`title` is its heading. `texts` is a map from the names of ruleset files to their texts, as `{ \"edge.cfg\" = file(\"edge.cfg\") }`: the page then shows the lines around each deciding rule, and no others. " +
			"Where scripts do not run, the page is a table of the 2,000 worst flows." + findingsText + beforeText + reportInput,
		write: func(a []report.Application, o reportOptions) (string, error) {
			return report.HTML(a, report.Page{Title: o.title, Texts: o.texts, Found: o.found})
		},
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
	resp.Definition.VariadicParameter = function.DynamicParameter{Name: "options", MarkdownDescription: "At most one object with any of `" + strings.Join(f.options, "`, `") + "`."}
}

func (f reportFunction) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var resources types.Dynamic
	var given []types.Dynamic
	if resp.Error = req.Arguments.Get(ctx, &resources, &given); resp.Error != nil {
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
	options, err := readReportOptions(given, f.options)
	if err == nil && options.before != nil {
		if applications, err = report.Compare(applications, *options.before); err != nil {
			err = fmt.Errorf("before %w", err)
		}
	}
	if err != nil {
		resp.Error = function.NewArgumentFuncError(1, "options: "+err.Error())
		return
	}
	text, err := f.write(applications, options)
	if err != nil {
		resp.Error = function.NewFuncError(err.Error())
		return
	}
	resp.Error = resp.Result.Set(ctx, text)
}
