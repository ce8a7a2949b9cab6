package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/mapvalidator"
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

func addressEntries() []validator.List {
	return []validator.List{listvalidator.SizeAtLeast(1), listvalidator.NoNullValues(), listvalidator.ValueStringsAre(entryValidator{"address", flow.CheckAddress})}
}

func serviceEntries() []validator.List {
	return []validator.List{listvalidator.SizeAtLeast(1), listvalidator.NoNullValues(), listvalidator.ValueStringsAre(entryValidator{"service", flow.CheckService})}
}

func namedLists() []validator.Map {
	return []validator.Map{mapvalidator.NoNullValues(), mapvalidator.ValueListsAre(listvalidator.NoNullValues())}
}
