package provider

import (
	"maps"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// Descriptions that resources and the data source share.
const (
	sourcesText      = "Where the traffic comes from: hosts (`10.0.0.1`, `2001:db8::1`), prefixes (`10.0.0.0/24`), ranges (`10.0.0.1-10.0.0.9`), `any`, and names from the provider's `addresses`."
	destinationsText = "Where the traffic goes to, in the same forms as `sources`."
	servicesText     = "What the traffic is: `tcp/443`, `udp/1000-2000`, `tcp/https`, `tcp/*`, `icmp/8`, `esp`, `any`, and names from the provider's `services`. `tcp/443 from 1024-65535` restricts the source ports."
	sourceZoneText   = "Zone or interface that the traffic comes from. Without it a rule for particular zones cannot be decided: the verdict is `indeterminate`."
	destZoneText     = "Zone or interface that the traffic goes to."
	actionText       = "The wanted action: `permit` (default), or `deny` for traffic that must stay blocked."
	overrideDenyText = "Allow a rule for this flow to override an intentional deny, which is one that is more specific than any → any. Without it no such rule is written, and no such `change` is proposed. Default: `false`."
	acceptsText      = "Deny rules that are right, each by its name, its text, or its name in `summary`. The flow does not want the traffic that they deny. " +
		"Prefer the text: a name such as `outside_in line 2` means another rule after somebody inserts a line. A deny of any → any cannot be accepted."
	rulesetsText  = "Names of the provider's rulesets that the flow crosses, in order. All of them must permit it. Not needed if the provider has only one ruleset, or if it has `devices`: a flow without `rulesets` then finds its path."
	productsText  = "Number of (source, destination, service) combinations of the flow."
	statusText    = "What the rulesets do with the flow: `allowed`, `partial`, `blocked`, `indeterminate` (a condition that cannot be decided), `not_routed`, or `pending`: as wanted only by rules in an additions file, which the device does not have as far as is known."
	missingText   = "The traffic whose verdict is not the wanted one, and no other, merged into few entries; at most 50 are listed."
	summaryText   = "The verdict in one line of text, and what it rests on: `allowed by edge.cfg:21 inside_in line 5`, or `partial: 10.30.0.128/25 tcp/5432 denied by edge.cfg:24 inside_in line 8`. It begins with the status that holds: after the apply where that writes rules, now where no rule can be written, also if a plan wants another `status`."
	decisionsText = "Which rule decides which part of the traffic; at most 50 entries are listed."
	pathText      = "The ways of the traffic by zones, each with what it crosses in order, where the flow names no `rulesets` and the provider has `devices`; at most 50 are listed."
	managedText   = "The rules in additions files that this flow owns, in the language of their ruleset and in the order of the flow's rulesets, as they can be pasted: with the line number of an ASA, and an entry of a JSON list with the comma behind it."
	unneededText  = "The rules in additions files that the flow owns and no longer needs, since its ruleset now decides the traffic so itself; null if there are none. `additions_prune` of the ruleset drops them."
)

// declaredAttributes are the attributes of one declared flow.
func declaredAttributes() map[string]schema.Attribute {
	attributes := map[string]schema.Attribute{
		"sources":      schema.ListAttribute{Required: true, ElementType: types.StringType, Validators: addressEntries(), MarkdownDescription: sourcesText},
		"destinations": schema.ListAttribute{Required: true, ElementType: types.StringType, Validators: addressEntries(), MarkdownDescription: destinationsText},
		"services":     schema.ListAttribute{Required: true, ElementType: types.StringType, Validators: serviceEntries(), MarkdownDescription: servicesText},
		"source_zone":  schema.StringAttribute{Optional: true, Validators: []validator.String{stringvalidator.LengthAtLeast(1)}, MarkdownDescription: sourceZoneText},
		"destination_zone": schema.StringAttribute{
			Optional: true, Validators: []validator.String{stringvalidator.LengthAtLeast(1)}, MarkdownDescription: destZoneText,
		},
		"action":   schema.StringAttribute{Optional: true, Validators: []validator.String{stringvalidator.OneOf("permit", "deny")}, MarkdownDescription: actionText},
		"rulesets": rulesetsAttribute(rulesetsText),
		"override_deny": schema.BoolAttribute{
			Optional:            true,
			MarkdownDescription: overrideDenyText,
		},
		"accepts": schema.ListAttribute{
			Optional: true, ElementType: types.StringType, Validators: []validator.List{noNulls{}}, MarkdownDescription: acceptsText,
		},
		"network_applications": schema.ListAttribute{Optional: true, ElementType: types.StringType, Validators: []validator.List{noNulls{}}, MarkdownDescription: "Applications (layer 7) of the flow, by the names that the firewall has for them. A rule for applications (Palo Alto, Juniper) is decided by name; without them it is indeterminate. Other rulesets decide by address and service."},
		"users":                schema.ListAttribute{Optional: true, ElementType: types.StringType, Validators: []validator.List{noNulls{}}, MarkdownDescription: "Users or groups of the flow, by the names that the firewall has for them. A rule for users (Palo Alto, Fortinet, Juniper) is decided by name; without them it is indeterminate."},
		"comment":              schema.StringAttribute{Optional: true, MarkdownDescription: "Free text."},
	}
	maps.Copy(attributes, judgedAttributes())
	return attributes
}

func rulesetsAttribute(text string) schema.Attribute {
	return schema.ListAttribute{
		Optional: true, ElementType: types.StringType, MarkdownDescription: text,
		Validators: rulesetEntries(),
	}
}
