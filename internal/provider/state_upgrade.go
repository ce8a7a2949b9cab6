package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// stateVersion is the version of the schemas of both resources. Version 0, of release
// 0.1.0, had no summary, decisions always, and an empty list where now is null.
const stateVersion = 1

// upgradeFirstState reads a state of version 0. Attributes that it does not have are
// null, as they are in a state that was never refreshed.
func upgradeFirstState() map[int64]resource.StateUpgrader {
	return map[int64]resource.StateUpgrader{0: {StateUpgrader: func(ctx context.Context, req resource.UpgradeStateRequest, resp *resource.UpgradeStateResponse) {
		kind := resp.State.Schema.Type().TerraformType(ctx)
		old, err := req.RawState.UnmarshalWithOpts(kind, tfprotov6.UnmarshalOpts{ValueFromJSONOpts: tftypes.ValueFromJSONOpts{IgnoreUndefinedAttributes: true}})
		if err == nil {
			resp.State.Raw, err = tftypes.Transform(old, blankFirst)
		}
		if err != nil {
			resp.Diagnostics.AddError("Unable to read the state", fmt.Sprintf("The state of version 0.1.0 of the provider is not what that version writes: %s.", err))
		}
	}}}
}

// blankFirst makes null of what version 1 has as null.
func blankFirst(at *tftypes.AttributePath, v tftypes.Value) (tftypes.Value, error) {
	name, ok := at.LastStep().(tftypes.AttributeName)
	if !ok || v.IsNull() || !v.IsKnown() {
		return v, nil
	}
	switch name {
	case "decisions":
		return tftypes.NewValue(v.Type(), nil), nil
	case "missing", "managed_rules", "violations", "denied_by":
		var elements []tftypes.Value
		if err := v.As(&elements); err != nil {
			return v, fmt.Errorf("%s: %w", at, err)
		}
		if len(elements) == 0 {
			return tftypes.NewValue(v.Type(), nil), nil
		}
	}
	return v, nil
}

// UpgradeState implements resource.ResourceWithUpgradeState.
func (r *flowResource) UpgradeState(context.Context) map[int64]resource.StateUpgrader {
	return upgradeFirstState()
}

// UpgradeState implements resource.ResourceWithUpgradeState.
func (r *applicationResource) UpgradeState(context.Context) map[int64]resource.StateUpgrader {
	return upgradeFirstState()
}
