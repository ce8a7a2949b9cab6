package provider

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/mapvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/flow"
)

// entryValidator refuses a literal that cannot be read. Names are resolved later,
// when the provider's dictionaries are at hand.
type entryValidator struct {
	description string
	check       func(string) error
}

func (v entryValidator) Description(context.Context) string         { return v.description }
func (v entryValidator) MarkdownDescription(context.Context) string { return v.description }

// ValidateString implements validator.String.
func (v entryValidator) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	if err := v.check(req.ConfigValue.ValueString()); err != nil {
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid "+v.description, inFlow(req.Path)+err.Error()+".")
	}
}

// day reads a day as 2026-12-31.
func day() validator.String {
	return entryValidator{"day", func(text string) error {
		if _, err := time.Parse(time.DateOnly, text); err != nil {
			return fmt.Errorf("%q is no day; write one as 2026-12-31", text)
		}
		return nil
	}}
}

// inFlow names the flow in a map of flows that a path leads into: Terraform shows
// only the line where the map begins.
func inFlow(p path.Path) string {
	steps := p.Steps()
	if len(steps) < 3 || !steps[0].Equal(path.PathStepAttributeName("flows")) {
		return ""
	}
	key, ok := steps[1].(path.PathStepElementKeyString)
	if !ok {
		return ""
	}
	return fmt.Sprintf("flow %q, %s: ", string(key), steps[2])
}

// noNulls refuses null elements of a list or map, and names them.
type noNulls struct{}

func (noNulls) Description(context.Context) string         { return "no element is null" }
func (noNulls) MarkdownDescription(context.Context) string { return "no element is null" }

// ValidateList implements validator.List.
func (noNulls) ValidateList(_ context.Context, req validator.ListRequest, resp *validator.ListResponse) {
	for i, e := range req.ConfigValue.Elements() {
		if e.IsNull() {
			addNull(&resp.Diagnostics, req.Path, req.Path.AtListIndex(i))
		}
	}
}

// ValidateMap implements validator.Map.
func (noNulls) ValidateMap(_ context.Context, req validator.MapRequest, resp *validator.MapResponse) {
	elements := req.ConfigValue.Elements()
	for _, key := range slices.Sorted(maps.Keys(elements)) {
		if elements[key].IsNull() {
			addNull(&resp.Diagnostics, req.Path, req.Path.AtMapKey(key))
		}
	}
}

func addNull(diags *diag.Diagnostics, at, element path.Path) {
	diags.AddAttributeError(at, "Invalid null", fmt.Sprintf("Attribute %s is null; give it a value, or leave it out.", element))
}

// noRepeats refuses an element that is in a list before, and names it.
type noRepeats struct{}

func (noRepeats) Description(context.Context) string         { return "no element is there twice" }
func (noRepeats) MarkdownDescription(context.Context) string { return "no element is there twice" }

// ValidateList implements validator.List.
func (noRepeats) ValidateList(_ context.Context, req validator.ListRequest, resp *validator.ListResponse) {
	elements := req.ConfigValue.Elements()
	for i, e := range elements {
		if !e.IsUnknown() && slices.ContainsFunc(elements[:i], e.Equal) {
			resp.Diagnostics.AddAttributeError(req.Path, "Invalid repetition", fmt.Sprintf("Attribute %s is %s, which is in the list before; leave it out.", req.Path.AtListIndex(i), e))
		}
	}
}

func addressEntries() []validator.List {
	return []validator.List{listvalidator.SizeAtLeast(1), noNulls{}, listvalidator.ValueStringsAre(entryValidator{"address", flow.CheckAddress})}
}

func serviceEntries() []validator.List {
	return []validator.List{listvalidator.SizeAtLeast(1), noNulls{}, listvalidator.ValueStringsAre(entryValidator{"service", flow.CheckService})}
}

// rulesetEntries are the validators of the names of rulesets that a flow crosses.
func rulesetEntries() []validator.List {
	return []validator.List{listvalidator.SizeAtLeast(1), noNulls{}, noRepeats{}, listvalidator.ValueStringsAre(stringvalidator.LengthAtLeast(1))}
}

func namedLists() []validator.Map {
	return []validator.Map{noNulls{}, mapvalidator.ValueListsAre(noNulls{})}
}
