package provider

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/estate"
)

type matchFunction struct{}

func newMatchFunction() function.Function { return matchFunction{} }

func (matchFunction) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "match"
}

func (matchFunction) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		Summary: "Say what a list of rules does with a flow.",
		MarkdownDescription: "Matches a flow against rules in netutils style under first match and returns what the data source `acl_match` computes: " +
			"`status`, `satisfied`, `action`, `products`, `missing`, `decisions`.",
		Parameters: []function.Parameter{
			function.DynamicParameter{Name: "flow", MarkdownDescription: "Object with `sources`, `destinations`, `services`, and optionally `source_zone`, `destination_zone`, `action`; or a rule with `src_ip`, `dst_ip`, `dst_port`, `src_zone`, `dst_zone`."},
			function.DynamicParameter{Name: "rules", MarkdownDescription: "List of rules in order, as in the data source's `rules`."},
		},
		VariadicParameter: optionsParameter,
		Return:            function.ObjectReturn{AttributeTypes: answerTypes},
	}
}

func (matchFunction) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var question, list types.Dynamic
	var options []types.Dynamic
	if resp.Error = req.Arguments.Get(ctx, &question, &list, &options); resp.Error != nil {
		return
	}
	o, ferr := readOptions(2, options, nameOptions)
	if ferr != nil {
		resp.Error = ferr
		return
	}
	f, err := flowFrom(question)
	if err != nil {
		resp.Error = function.NewArgumentFuncError(0, "flow: "+err.Error())
		return
	}
	rules, err := rulesFrom(list)
	if err != nil {
		resp.Error = function.NewArgumentFuncError(1, err.Error())
		return
	}
	found, err := o.estate().MatchRules(rules, f)
	if err != nil {
		resp.Error = function.NewArgumentFuncError(0, "flow: "+strings.ReplaceAll(err.Error(), "\n", "; "))
		return
	}
	resp.Error = resp.Result.Set(ctx, answerObject(found))
}

// flowFrom reads a flow that was handed over as a value, in our words or in
// netutils'.
func flowFrom(v types.Dynamic) (f estate.Flow, err error) {
	plain, err := plainValue(v)
	if err != nil {
		return f, err
	}
	fields, ok := plain.(map[string]any)
	if !ok {
		return f, fmt.Errorf("is not an object; write { sources = […], destinations = […], services = […] }")
	}
	for _, key := range slices.Sorted(maps.Keys(fields)) {
		texts, err := toStrings(fields[key])
		if err != nil {
			return f, fmt.Errorf("%s %w", key, err)
		}
		switch key {
		case "sources", "src_ip":
			f.Sources = append(f.Sources, texts...)
		case "destinations", "dst_ip":
			f.Destinations = append(f.Destinations, texts...)
		case "services", "dst_port":
			f.Services = append(f.Services, texts...)
		case "source_zone", "src_zone":
			f.SourceZone, err = one(texts)
		case "destination_zone", "dst_zone":
			f.DestinationZone, err = one(texts)
		case "action":
			var action string
			action, err = one(texts)
			if f.Deny = action == "deny"; !f.Deny && action != "permit" && action != "" {
				err = fmt.Errorf("is %q; write permit or deny", action)
			}
		case "name", "comment":
		default:
			err = fmt.Errorf("is unknown; write sources, destinations, services, source_zone, destination_zone, action, or netutils' src_ip, dst_ip, dst_port, src_zone, dst_zone")
		}
		if err != nil {
			return f, fmt.Errorf("%s %w", key, err)
		}
	}
	f.Application, f.Name = "match", "flow"
	return f, nil
}

func one(texts []string) (string, error) {
	switch len(texts) {
	case 0:
		return "", nil
	case 1:
		return texts[0], nil
	}
	return "", fmt.Errorf("has %d values; write one", len(texts))
}
