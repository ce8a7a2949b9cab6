package provider

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/flow"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/matrix"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/policy"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/estate"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/visible"
)

type matrixModel struct {
	Zones   types.Map    `tfsdk:"zones"`
	Cells   types.Map    `tfsdk:"cells"`
	Default types.Object `tfsdk:"default"`
}

type policyModel struct {
	Kind          types.String `tfsdk:"kind"`
	When          types.String `tfsdk:"when"`
	Assert        types.String `tfsdk:"assert"`
	Use           types.String `tfsdk:"use"`
	Severity      types.String `tfsdk:"severity"`
	Message       types.String `tfsdk:"message"`
	Scope         types.String `tfsdk:"scope"`
	Order         types.Int64  `tfsdk:"order"`
	Flows         types.Map    `tfsdk:"flows"`
	Networks      types.List   `tfsdk:"networks"`
	Services      types.List   `tfsdk:"services"`
	MaxHosts      types.Int64  `tfsdk:"max_hosts"`
	MaxDays       types.Int64  `tfsdk:"max_days"`
	RealAddresses types.Map    `tfsdk:"real_addresses"`
}

// compilePolicies checks and compiles what is known of matrix and policies. The set
// is nil where there are none. What is unknown is left out, and what is null has been
// reported by a validator.
func (m providerModel) compilePolicies(ctx context.Context) (*policy.Set, diag.Diagnostics) {
	var diags diag.Diagnostics
	if m.Policies.IsNull() && m.Matrix.IsNull() {
		return nil, diags
	}
	names := m.names(ctx)
	options := m.matrixOptions(ctx, names, &diags)
	definitions := m.definitions(ctx, &diags)
	set, err := policy.Compile(definitions, options)
	addPolicyErrors(&diags, err, definitions)
	if diags.HasError() {
		return nil, diags
	}
	return set, diags
}

// names returns the names of the provider, nil while they are not known or wrong.
func (m providerModel) names(ctx context.Context) *flow.Names {
	var addresses, services map[string][]string
	if !fullyKnown(ctx, m.Addresses) || !fullyKnown(ctx, m.Services) ||
		m.Addresses.ElementsAs(ctx, &addresses, false).HasError() || m.Services.ElementsAs(ctx, &services, false).HasError() {
		return nil
	}
	names, err := flow.NewNames(addresses, services)
	if err != nil {
		return nil // reported where the names are declared
	}
	return names
}

// matrixOptions returns the options of policies, with zones as far as the matrix is
// known.
func (m providerModel) matrixOptions(ctx context.Context, names *flow.Names, diags *diag.Diagnostics) policy.Options {
	options := estate.PolicyOptions(names, nil)
	if m.Matrix.IsNull() {
		m.zoneOptions(ctx, names, &options)
		return options
	}
	// A matrix that is not known, or wrong, has zones all the same.
	options.Zones = func(addr.Literal) []string { return nil }
	if names == nil || !fullyKnown(ctx, m.Matrix) {
		return options
	}
	var model matrixModel
	diags.Append(m.Matrix.As(ctx, &model, objectOptions)...)
	if model.Zones.IsNull() { // those of the estate
		switch {
		case m.Zones.IsNull():
			diags.AddAttributeError(path.Root("matrix"), "Invalid matrix", "The matrix has no zones, nor has the provider; declare zones = { NAME = [PREFIXES] } in one of them.")
			return options
		case !fullyKnown(ctx, m.Zones):
			return options
		}
		model.Zones = m.Zones
	}
	d, more := model.definition(ctx)
	if diags.Append(more...); diags.HasError() {
		return options
	}
	compiled, err := matrix.New(names, d)
	if err != nil {
		for _, e := range flow.FieldErrors(err) {
			at := path.Root("matrix")
			if e.Field != "" { // as deep as Terraform shows lines
				at = at.AtName(e.Field)
			}
			diags.AddAttributeError(at, "Invalid matrix", visible.Text("In the matrix, "+e.Error()+"."))
		}
		return options
	}
	return estate.PolicyOptions(names, compiled)
}

// zoneOptions lets policies use the zones of the estate where there is no matrix.
func (m providerModel) zoneOptions(ctx context.Context, names *flow.Names, options *policy.Options) {
	if m.Zones.IsNull() {
		return
	}
	options.Zones = func(addr.Literal) []string { return nil }
	var zones map[string][]string
	if names == nil || !fullyKnown(ctx, m.Zones) || m.Zones.ElementsAs(ctx, &zones, false).HasError() {
		return
	}
	if compiled, err := matrix.New(names, matrix.Definition{Zones: zones}); err == nil { // else told where zones are declared
		options.Zones = compiled.Zones
	}
}

func (m matrixModel) definition(ctx context.Context) (d matrix.Definition, diags diag.Diagnostics) {
	at := path.Root("matrix")
	if m.Zones.ElementsAs(ctx, &d.Zones, false).HasError() {
		return d, diags // a null, which a validator has reported
	}
	var cells map[string]map[string]map[string][]string
	if m.Cells.ElementsAs(ctx, &cells, false).HasError() {
		diags.AddAttributeError(at.AtName("cells"), "Invalid matrix", `The cells hold a null; write { "from zone" = { "to zone" = { allow = ["tcp/443"] } } }.`)
		return d, diags
	}
	d.Cells = make(map[string]map[string]matrix.Cell, len(cells))
	for _, from := range slices.Sorted(maps.Keys(cells)) {
		d.Cells[from] = make(map[string]matrix.Cell, len(cells[from]))
		for _, to := range slices.Sorted(maps.Keys(cells[from])) {
			lists := cells[from][to]
			for _, key := range slices.Sorted(maps.Keys(lists)) {
				if !slices.Contains([]string{"allow", "notify", "deny"}, key) {
					diags.AddAttributeError(at.AtName("cells"), "Invalid matrix",
						fmt.Sprintf("cells[%q][%q]: unknown key %q; write any of allow, notify and deny.", from, to, key))
				}
			}
			d.Cells[from][to] = matrix.Cell{Allow: lists["allow"], Notify: lists["notify"], Deny: lists["deny"]}
		}
	}
	if !m.Default.IsNull() {
		var cell struct {
			Allow  []string `tfsdk:"allow"`
			Notify []string `tfsdk:"notify"`
			Deny   []string `tfsdk:"deny"`
		}
		if m.Default.As(ctx, &cell, objectOptions).HasError() {
			return d, diags // a null, which a validator has reported
		}
		d.Default = matrix.Cell(cell)
	}
	return d, diags
}

// definitions returns the policies that are known, by name.
func (m providerModel) definitions(ctx context.Context, diags *diag.Diagnostics) []policy.Definition {
	var objects map[string]types.Object
	if m.Policies.IsUnknown() || m.Policies.ElementsAs(ctx, &objects, true).HasError() {
		return nil
	}
	var out []policy.Definition
	for _, name := range slices.Sorted(maps.Keys(objects)) {
		if objects[name].IsNull() || !fullyKnown(ctx, objects[name]) {
			continue
		}
		var p policyModel
		diags.Append(objects[name].As(ctx, &p, objectOptions)...)
		d, ok := p.definition(ctx, name)
		if name == estate.ExpiresPolicy {
			diags.AddAttributeError(path.Root("policies").AtMapKey(name), "Invalid policy",
				fmt.Sprintf("Policy %q: is the name under which flows that have expired are shown; choose another.", name))
			ok = false
		}
		if ok {
			out = append(out, d)
		}
	}
	return out
}

// definition translates p. It is not ok where a list holds a null, which a validator
// has reported.
func (m policyModel) definition(ctx context.Context, name string) (d policy.Definition, ok bool) {
	d = policy.Definition{
		Name: name, Kind: policy.Kind(m.Kind.ValueString()), Severity: policy.Severity(m.Severity.ValueString()), Scope: policy.Scope(m.Scope.ValueString()),
		Order: int(m.Order.ValueInt64()), When: m.When.ValueString(), Assert: m.Assert.ValueString(), Use: m.Use.ValueString(), Message: m.Message.ValueString(),
		Parameters: policy.Parameters{MaxHosts: m.MaxHosts.ValueInt64(), MaxDays: m.MaxDays.ValueInt64()},
	}
	var diags diag.Diagnostics
	diags.Append(m.Flows.ElementsAs(ctx, &d.Flows, false)...)
	diags.Append(m.Networks.ElementsAs(ctx, &d.Parameters.Networks, false)...)
	diags.Append(m.Services.ElementsAs(ctx, &d.Parameters.Services, false)...)
	diags.Append(m.RealAddresses.ElementsAs(ctx, &d.Parameters.RealAddresses, false)...)
	return d, !diags.HasError()
}

// addPolicyErrors leads each error of [policy.Compile] to its attribute, and shows
// where in an expression it is.
func addPolicyErrors(diags *diag.Diagnostics, err error, definitions []policy.Definition) {
	if err == nil {
		return
	}
	var all interface{ Unwrap() []error }
	if !errors.As(err, &all) {
		diags.AddAttributeError(path.Root("policies"), "Invalid policy", visible.Lines(sentence(err.Error())))
		return
	}
	for _, e := range all.Unwrap() {
		var d *policy.DefinitionError
		if !errors.As(e, &d) {
			diags.AddAttributeError(path.Root("policies"), "Invalid policy", visible.Lines(sentence(e.Error())))
			continue
		}
		// Terraform shows the line of an attribute of the policy's only as that of the
		// provider.
		at := path.Root("policies").AtMapKey(d.Policy)
		detail := visible.Lines(placeOf(d) + ": " + strings.TrimSuffix(d.Problem, ".") + ".")
		if d.Line > 0 {
			detail += "\n\n" + pointer(fieldText(definitions, d), d.Line, d.Column)
		}
		diags.AddAttributeError(at, "Invalid policy", detail)
	}
}

// placeOf reads `Policy "pci", assert, line 1, column 9`.
func placeOf(d *policy.DefinitionError) string {
	text := fmt.Sprintf("Policy %q, %s", d.Policy, d.Field)
	if d.Line > 0 {
		text += fmt.Sprintf(", line %d, column %d", d.Line, d.Column)
	}
	return text
}

func fieldText(definitions []policy.Definition, e *policy.DefinitionError) string {
	i := slices.IndexFunc(definitions, func(d policy.Definition) bool { return d.Name == e.Policy })
	if i < 0 {
		return ""
	}
	switch e.Field {
	case "when":
		return definitions[i].When
	case "assert":
		return definitions[i].Assert
	case "message":
		return definitions[i].Message
	}
	return ""
}

// pointer shows a line with a mark below the column, indented so that Terraform
// keeps it as it is.
func pointer(text string, line, column int) string {
	lines := strings.Split(text, "\n")
	if line > len(lines) {
		return ""
	}
	const width = 100
	shown, cut := []rune(strings.ReplaceAll(lines[line-1], "\t", " ")), 0
	if len(shown) > width && column > width/2 {
		cut = min(column-width/2, len(shown)-1)
	}
	shown = shown[cut:min(len(shown), cut+width)]
	return "    " + visible.Text(string(shown)) + "\n    " + strings.Repeat(" ", max(0, column-1-cut)) + "^"
}
