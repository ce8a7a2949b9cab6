package provider

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/estate"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/visible"
)

type deviceModel struct {
	Path       types.String `tfsdk:"path"`
	Content    types.String `tfsdk:"content"`
	Source     types.Object `tfsdk:"source"`
	Format     types.String `tfsdk:"format"`
	Context    types.String `tfsdk:"context"`
	Interfaces types.Map    `tfsdk:"interfaces"`
	Guards     types.List   `tfsdk:"guards"`
	CheckZones types.Bool   `tfsdk:"check_zones"`
	Additions  types.String `tfsdk:"additions"`
	Effective  types.Bool   `tfsdk:"additions_effective"`
	Script     types.String `tfsdk:"script"`
	Deliver    types.Object `tfsdk:"deliver"`
	Assume     types.Map    `tfsdk:"assume"`
	Language   types.String `tfsdk:"change_language"`
}

type pathModel struct {
	From []string `tfsdk:"from"`
	To   []string `tfsdk:"to"`
	Via  []string `tfsdk:"via"`
}

// config is the device as far as it is known.
func (d deviceModel) config(ctx context.Context, name string) (c estate.DeviceConfig, diags diag.Diagnostics) {
	c = estate.DeviceConfig{
		Path: d.Path.ValueString(), Content: d.Content.ValueString(), Format: d.Format.ValueString(), Context: d.Context.ValueString(),
		Additions: additionsFile(name, d.Additions, d.Script, d.Deliver), Script: d.Script.ValueString(), AdditionsEffective: d.Effective.ValueBool(), Assume: assumptions(d.Assume), ChangeLanguage: d.Language.ValueString(), SkipZones: !d.CheckZones.IsNull() && !d.CheckZones.ValueBool(),
	}
	c.Deliver, diags = deliverConfig(ctx, d.Deliver)
	source, more := sourceConfig(ctx, d.Source)
	c.Source = source
	diags.Append(more...)
	if fullyKnown(ctx, d.Interfaces) {
		diags.Append(d.Interfaces.ElementsAs(ctx, &c.Interfaces, false)...)
	}
	if fullyKnown(ctx, d.Guards) {
		diags.Append(d.Guards.ElementsAs(ctx, &c.Guards, false)...)
	}
	return c, diags
}

// addEstate adds zones, devices and paths to the configuration of the estate.
func (m providerModel) addEstate(ctx context.Context, c *estate.Config) (diags diag.Diagnostics) {
	diags.Append(m.Zones.ElementsAs(ctx, &c.Zones, false)...)
	diags.Append(m.addPaths(ctx, c)...)
	var devices map[string]deviceModel
	diags.Append(m.Devices.ElementsAs(ctx, &devices, false)...)
	c.Devices = make(map[string]estate.DeviceConfig, len(devices))
	for name, d := range devices {
		config, more := d.config(ctx, name)
		diags.Append(more...)
		c.Devices[name] = config
	}
	return diags
}

func (m providerModel) addPaths(ctx context.Context, c *estate.Config) diag.Diagnostics {
	var paths []pathModel
	diags := m.Paths.ElementsAs(ctx, &paths, false)
	for _, p := range paths {
		c.Paths = append(c.Paths, estate.PathConfig(p))
	}
	return diags
}

// validateEstate checks what is known of zones, devices and paths without reading a
// file.
func (m providerModel) validateEstate(ctx context.Context) (diags diag.Diagnostics) {
	diags.Append(m.validateDevices(ctx)...)
	if diags.HasError() || m.Zones.IsNull() && m.Devices.IsNull() && m.Paths.IsNull() || m.names(ctx) == nil {
		return diags
	}
	for _, v := range []interface{ IsUnknown() bool }{m.Zones, m.Devices, m.Paths} {
		if v.IsUnknown() {
			return diags
		}
	}
	if !fullyKnown(ctx, m.Zones) || !fullyKnown(ctx, m.Paths) || m.Rulesets.IsUnknown() {
		return diags
	}
	c := estate.Config{Rulesets: map[string]estate.RulesetConfig{}, Devices: map[string]estate.DeviceConfig{}}
	diags.Append(m.Addresses.ElementsAs(ctx, &c.Addresses, false)...)
	diags.Append(m.Zones.ElementsAs(ctx, &c.Zones, false)...)
	diags.Append(m.addPaths(ctx, &c)...)
	for name := range m.Rulesets.Elements() {
		c.Rulesets[name] = estate.RulesetConfig{}
	}
	for name, v := range m.Devices.Elements() {
		object, ok := v.(types.Object)
		if !ok || object.IsUnknown() || object.IsNull() {
			return diags
		}
		var d deviceModel
		diags.Append(object.As(ctx, &d, objectOptions)...)
		if !fullyKnown(ctx, d.Interfaces) || !fullyKnown(ctx, d.Guards) {
			return diags
		}
		config, more := d.config(ctx, name)
		diags.Append(more...)
		c.Devices[name] = config
	}
	if diags.HasError() {
		return diags
	}
	if err := estate.CheckTopology(c); err != nil {
		addTopologyErrors(&diags, err)
	}
	return diags
}

// validateDevices checks each device alone.
func (m providerModel) validateDevices(ctx context.Context) (diags diag.Diagnostics) {
	if m.Devices.IsUnknown() || m.Devices.IsNull() {
		return diags
	}
	var devices map[string]types.Object
	diags.Append(m.Devices.ElementsAs(ctx, &devices, true)...)
	for _, name := range slices.Sorted(maps.Keys(devices)) {
		if devices[name].IsUnknown() || devices[name].IsNull() {
			continue
		}
		var d deviceModel
		diags.Append(devices[name].As(ctx, &d, objectOptions)...)
		at := path.Root("devices").AtMapKey(name)
		checkText(&diags, at, "device", name, d.Path, d.Content, d.Source)
		diags.Append(validateSource(ctx, at, fmt.Sprintf("device %q", name), d.Source)...)
		checkDeliver(&diags, at, fmt.Sprintf("device %q", name), d.Content, d.Deliver)
	}
	return diags
}

// addTopologyErrors leads each line of the error to the attribute that it begins with.
func addTopologyErrors(diags *diag.Diagnostics, err error) {
	for line := range strings.SplitSeq(err.Error(), "\n") {
		at, summary := attributeOf(line)
		diags.AddAttributeError(at, summary, visible.Text(ended(line)))
	}
}

// attributeOf returns the attribute that a line starts with: zones["dmz"], devices["fw"],
// paths[0].
func attributeOf(line string) (path.Path, string) {
	root, rest, ok := strings.Cut(line, "[")
	if !ok {
		return path.Empty(), "Invalid estate"
	}
	at := path.Root(root)
	switch root {
	case "zones", "devices":
		if key, err := strconv.QuotedPrefix(rest); err == nil {
			if name, err := strconv.Unquote(key); err == nil {
				at = at.AtMapKey(name)
			}
		}
		if root == "zones" {
			return at, "Invalid zones"
		}
		return at, "Invalid device"
	case "paths":
		if digits, _, ok := strings.Cut(rest, "]"); ok {
			if n, err := strconv.Atoi(digits); err == nil {
				at = at.AtListIndex(n)
			}
		}
		return at, "Invalid path"
	}
	return path.Empty(), "Invalid estate"
}

// knownDevices are the devices as far as they are known.
func (m providerModel) knownDevices(ctx context.Context) map[string]estate.DeviceConfig {
	out := map[string]estate.DeviceConfig{}
	for name, v := range m.Devices.Elements() {
		object, ok := v.(types.Object)
		if !ok || object.IsUnknown() || object.IsNull() {
			continue
		}
		var d deviceModel
		if object.As(ctx, &d, objectOptions).HasError() {
			continue
		}
		out[name], _ = d.config(ctx, name)
	}
	return out
}
