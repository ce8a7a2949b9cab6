package provider

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
)

// resourceBase holds what resources have from the provider's configuration.
type resourceBase struct {
	session *session
}

// Configure implements resource.ResourceWithConfigure.
func (b *resourceBase) Configure(_ context.Context, req resource.ConfigureRequest, _ *resource.ConfigureResponse) {
	if s, ok := req.ProviderData.(*session); ok {
		b.session = s
	}
}

func (b *resourceBase) configured(diags *diag.Diagnostics) bool {
	if b.session.known() {
		return true
	}
	diags.AddError("Unable to match", "The configuration of provider \"acl\" is still unknown. Apply first what its rulesets and names depend on.")
	return false
}

// forget drops the evidence while the provider's configuration is not known, and
// reports whether it is not: the apply knows it, and must not take for settled what
// was so under an earlier one.
func (b *resourceBase) forget(ctx context.Context, resp *resource.ReadResponse) bool {
	if b.session.known() {
		return false
	}
	resp.Diagnostics.Append(storeEvidence(ctx, resp.Private, nil)...)
	return true
}

// checkApplicationName refuses what could not be told apart in "application/flow".
func checkApplicationName(name string) error {
	switch {
	case name == "":
		return errors.New("the name is empty")
	case strings.Contains(name, "/"):
		return fmt.Errorf("the name %q has a slash, which separates the application from the flow in ids", name)
	}
	return nil
}

func applicationName() []validator.String {
	return []validator.String{entryValidator{"application name", checkApplicationName}}
}
