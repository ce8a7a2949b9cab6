package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
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
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid "+v.description, err.Error())
	}
}

func addressEntries() []validator.List {
	return []validator.List{listvalidator.SizeAtLeast(1), listvalidator.ValueStringsAre(entryValidator{"address", flow.CheckAddress})}
}

func serviceEntries() []validator.List {
	return []validator.List{listvalidator.SizeAtLeast(1), listvalidator.ValueStringsAre(entryValidator{"service", flow.CheckService})}
}
