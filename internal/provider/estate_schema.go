package provider

import (
	"maps"

	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format"
)

// estateAttributes are the attributes of the provider that declare zones, the devices
// between them, and ways.
func estateAttributes() map[string]schema.Attribute {
	texts := types.ListType{ElemType: types.StringType}
	some := []validator.List{listvalidator.SizeAtLeast(1), noNulls{}}
	return map[string]schema.Attribute{
		"zones": schema.MapAttribute{
			Optional: true, ElementType: texts, Validators: namedLists(),
			MarkdownDescription: "Zones of the estate: addresses between which no device filters, and names from `addresses`. Where one lies within another, the longest prefix decides. `matrix` uses them where it declares none.",
		},
		"devices": schema.MapNestedAttribute{
			Optional: true, Validators: []validator.Map{noNulls{}},
			MarkdownDescription: "The firewalls between the zones, by a name of your choice. Where there are devices, a flow that names no `rulesets` finds its own way: all shortest paths between the zones of its addresses, each of which has to permit it.",
			NestedObject:        schema.NestedAttributeObject{Attributes: deviceAttributes()},
		},
		"paths": schema.ListNestedAttribute{
			Optional: true, Validators: []validator.List{noNulls{}},
			MarkdownDescription: "Ways between zones that are not the shortest ones, where routing does otherwise. Several for the same zones are ways that are all taken.",
			NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
				"from": schema.ListAttribute{Required: true, ElementType: types.StringType, Validators: some, MarkdownDescription: "Zones of the source."},
				"to":   schema.ListAttribute{Required: true, ElementType: types.StringType, Validators: some, MarkdownDescription: "Zones of the destination."},
				"via":  schema.ListAttribute{Required: true, ElementType: types.StringType, Validators: some, MarkdownDescription: "Devices and rulesets that are crossed, in order."},
			}},
		},
	}
}

func deviceAttributes() map[string]schema.Attribute {
	out := deliverAttributes("device")
	maps.Copy(out, deviceTextAttributes())
	return out
}

func deviceTextAttributes() map[string]schema.Attribute {
	filled := []validator.String{stringvalidator.LengthAtLeast(1)}
	return map[string]schema.Attribute{
		"path": schema.StringAttribute{
			Optional: true, Validators: filled,
			MarkdownDescription: "File with the device's configuration. A relative path starts at Terraform's working directory. Exactly one of `path`, `content` and `source` is set.",
		},
		"content": schema.StringAttribute{Optional: true, MarkdownDescription: "The text itself."},
		"source":  sourceAttribute("device"),
		"format": schema.StringAttribute{
			Optional: true, Validators: []validator.String{stringvalidator.OneOf(format.Names...)},
			MarkdownDescription: "Language of the text: " + codeList(format.Names) + ". Detected from the text when not set.",
		},
		"context": schema.StringAttribute{Optional: true, Validators: filled, MarkdownDescription: contextDescription},
		"interfaces": schema.MapAttribute{
			Optional: true, ElementType: types.StringType, Validators: []validator.Map{noNulls{}},
			MarkdownDescription: "The device's own names of its sides, and the zone of `zones` that each lies in: the `nameif` of an ASA, an interface of a router or of Linux, a zone of PAN-OS, SRX or FortiOS, `src_zone` and `dst_zone` of a rule list. Interfaces that are left out are not crossed.",
		},
		"guards": schema.ListAttribute{
			Optional: true, ElementType: types.StringType, Validators: addressEntries(),
			MarkdownDescription: "Addresses that the device filters for itself, besides the way: those of a host with its own firewall, or that a security group protects. Not needed where the text has them, as the network interfaces of an AWS export.",
		},
		"check_zones": schema.BoolAttribute{
			Optional:            true,
			MarkdownDescription: "Whether a connected prefix or a next hop behind an interface must not lie in another zone than the one that it is mapped to. Default: `true`.",
		},
		"additions": schema.StringAttribute{
			Optional: true, Validators: filled,
			MarkdownDescription: "JSON file for the rules that this configuration adds, each with the list of the device that it stands before. Without it the device is read-only.",
		},
		"assume": schema.MapAttribute{Optional: true, ElementType: types.BoolType, MarkdownDescription: assumeText},
		"change_language": schema.StringAttribute{
			Optional: true, Validators: []validator.String{stringvalidator.OneOf(format.HCL)}, MarkdownDescription: changeLanguageText,
		},
		"additions_effective": schema.BoolAttribute{
			Optional:            true,
			MarkdownDescription: "Whether the device runs the additions file itself. A flow that the additions allow is then `allowed`. Default: false; such a flow is `pending` until the device has the rule.",
		},
	}
}
