package provider

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/flow"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
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
			"`status`, `summary`, `satisfied`, `action`, `products`, `missing`, `decisions`.",
		Parameters: []function.Parameter{
			function.DynamicParameter{Name: "flow", MarkdownDescription: "Object with `sources`, `destinations`, `services`, and optionally `source_zone`, `destination_zone`, `action`; or a rule with `src_ip`, `dst_ip`, `dst_port`, `src_zone`, `dst_zone`. `name`, `comment`, `users` and `network_applications` may be there and do not count."},
			function.DynamicParameter{Name: "rules", MarkdownDescription: "List of rules in order, as in the data source's `rules`; they may use the names of the options."},
		},
		VariadicParameter: optionsParameter,
		Return:            function.ObjectReturn{AttributeTypes: answerTypes},
	}
}

func (matchFunction) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var asked, list types.Dynamic
	var options []types.Dynamic
	if resp.Error = req.Arguments.Get(ctx, &asked, &list, &options); resp.Error != nil {
		return
	}
	o, ferr := readOptions(2, options, nameOptions)
	if ferr != nil {
		resp.Error = ferr
		return
	}
	f, err := flowFrom(asked)
	if err != nil {
		resp.Error = function.NewArgumentFuncError(0, "flow: "+err.Error())
		return
	}
	e := o.estate()
	names, err := e.Names()
	if err != nil {
		resp.Error = function.NewArgumentFuncError(2, "options: "+joined(err))
		return
	}
	rules, err := rulesFrom(list, names)
	if err != nil {
		resp.Error = function.NewArgumentFuncError(1, joined(err))
		return
	}
	found, err := e.MatchRules(rules, f.Flow)
	if err != nil {
		resp.Error = function.NewArgumentFuncError(0, "flow: "+f.inItsWords(err))
		return
	}
	resp.Error = resp.Result.Set(ctx, answerShape.object(found, blankEmpty))
}

// A question is a flow that was handed over as a value, in our words or in
// netutils'.
type question struct {
	estate.Flow
	// key is what the value calls a field that we call otherwise.
	key map[string]string
}

// questionKeys are the keys of a question, by our words for them.
var questionKeys = map[string]string{
	"sources": "sources", "src_ip": "sources",
	"destinations": "destinations", "dst_ip": "destinations",
	"services": "services", "dst_port": "services",
	"source_zone": "source_zone", "src_zone": "source_zone",
	"destination_zone": "destination_zone", "dst_zone": "destination_zone",
	"action": "action",
}

func flowFrom(v types.Dynamic) (q question, err error) {
	plain, err := plainValue(v)
	if err != nil {
		return q, err
	}
	fields, ok := plain.(map[string]any)
	if !ok {
		return q, fmt.Errorf("is not an object; write { sources = […], destinations = […], services = […] }")
	}
	q.Application, q.Name = "match", "flow"
	q.key = map[string]string{}
	for _, key := range slices.Sorted(maps.Keys(fields)) {
		if key == "name" || slices.Contains(flow.RecordKeys, key) {
			continue
		}
		field, ok := questionKeys[key]
		if !ok {
			return q, fmt.Errorf("unknown key %q; write sources, destinations, services, source_zone, destination_zone, action, or netutils' src_ip, dst_ip, dst_port, src_zone, dst_zone", key)
		}
		if other, twice := q.key[field]; twice {
			return q, fmt.Errorf("%s and %s are two names of one field; write one of them", other, key)
		}
		q.key[field] = key
		texts, err := toStrings(fields[key])
		if err == nil {
			err = q.set(field, texts)
		}
		if err != nil {
			return q, fmt.Errorf("%s %w", key, err)
		}
	}
	return q, nil
}

func (q *question) set(field string, texts []string) (err error) {
	switch field {
	case "sources":
		q.Sources = texts
	case "destinations":
		q.Destinations = texts
	case "services":
		q.Services = texts
	case "source_zone":
		q.SourceZone, err = one(texts)
	case "destination_zone":
		q.DestinationZone, err = one(texts)
	case "action":
		var word string
		if word, err = one(texts); err != nil || word == "" {
			return err
		}
		var action rule.Action
		if action, err = rule.ParseAction(word); err != nil {
			return fmt.Errorf("is not understood: %w", err)
		}
		q.Deny = action == rule.Deny
	}
	return err
}

// inItsWords writes an error in one line, with the question's own words for our fields.
func (q question) inItsWords(err error) string {
	var texts []string
	for _, e := range flow.FieldErrors(err) {
		if own := q.key[e.Field]; own != "" {
			e = &flow.FieldError{Field: own, At: e.At, Problem: e.Problem}
		}
		texts = append(texts, joined(e))
	}
	return strings.Join(texts, "; ")
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
