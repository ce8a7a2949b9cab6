package provider

import (
	"github.com/hashicorp/terraform-plugin-framework-validators/mapvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	datasource "github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	resource "github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/policy"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/estate"
)

// Descriptions that resources and the data source share.
const (
	expiresText = "The last day on which the flow is wanted, in UTC (`2026-12-31`), or a time (`2026-12-31T18:00:00Z`). After it, " +
		"the plan removes the rules that the flow owns, `status` still says what the rulesets do, and `violations` has an entry of the policy `expires`."
	exceptionsText = "Policies that the flow may violate, each with the reason: `{ \"no-telnet\" = \"the switch speaks nothing else\" }`. " +
		"A reason that begins with `until 2026-12-31: ` holds to the end of that day in UTC."
	ownerText      = "The person or team responsible for the application. Policies can read it."
	labelsText     = "Labels of the application. Policies can read them and can be limited to them."
	violationsText = "The policies that the flow violates, in the order in which they run; at most 50 entries are listed. This is always what was found, also in a plan."
	deniedByText   = "The policies that deny the flow: those in `violations` with severity `deny` and no exception. " +
		"A plan wants it empty, so that there is a difference until no policy denies the flow."
)

func expiresValidators() []validator.String {
	return []validator.String{entryValidator{"date", func(text string) error { _, err := policy.ParseDeadline(text); return err }}}
}

func exceptionsValidators() []validator.Map {
	return []validator.Map{
		noNulls{},
		mapvalidator.ValueStringsAre(entryValidator{"exception", func(text string) error { _, err := estate.ParseException(text); return err }}),
	}
}

// judgedAttributes are the attributes of a declared flow that policies read.
func judgedAttributes() map[string]resource.Attribute {
	return map[string]resource.Attribute{
		"expires":    resource.StringAttribute{Optional: true, Validators: expiresValidators(), MarkdownDescription: expiresText},
		"exceptions": resource.MapAttribute{Optional: true, ElementType: types.StringType, Validators: exceptionsValidators(), MarkdownDescription: exceptionsText},
	}
}

// judgedQuestionAttributes are the attributes of a question that policies read.
func judgedQuestionAttributes() map[string]datasource.Attribute {
	return map[string]datasource.Attribute{
		"application": datasource.StringAttribute{Optional: true, Validators: []validator.String{stringvalidator.LengthAtLeast(1)}, MarkdownDescription: "Name of the application that asks; policies read it."},
		"owner":       datasource.StringAttribute{Optional: true, MarkdownDescription: ownerText},
		"labels":      datasource.MapAttribute{Optional: true, ElementType: types.StringType, Validators: []validator.Map{noNulls{}}, MarkdownDescription: labelsText},
		"expires":     datasource.StringAttribute{Optional: true, Validators: expiresValidators(), MarkdownDescription: "The last day on which the traffic is wanted, or an instant. After it nothing is wanted, so that `satisfied` is true unless a policy denies the traffic."},
		"exceptions":  datasource.MapAttribute{Optional: true, ElementType: types.StringType, Validators: exceptionsValidators(), MarkdownDescription: exceptionsText},
	}
}

// policyAttributes are the attributes of the provider that say what may be asked
// for.
func policyAttributes() map[string]schema.Attribute {
	services := types.ListType{ElemType: types.StringType}
	cell := func(text string) schema.Attribute {
		return schema.ListAttribute{Optional: true, ElementType: types.StringType, Validators: []validator.List{noNulls{}}, MarkdownDescription: text}
	}
	optional := func(text string) schema.Attribute {
		return schema.StringAttribute{Optional: true, MarkdownDescription: text}
	}
	return map[string]schema.Attribute{
		"matrix": schema.SingleNestedAttribute{
			Optional:            true,
			MarkdownDescription: "What may pass between zones. Every flow with `action = \"permit\"` is checked against it; violations have the policy name `matrix`.",
			Attributes: map[string]schema.Attribute{
				"zones": schema.MapAttribute{
					Optional: true, ElementType: types.ListType{ElemType: types.StringType}, Validators: namedLists(),
					MarkdownDescription: "Those of the provider, where not set. Addresses and names of addresses by zone. The longest prefix decides the zone of an address; what is in none is in the zone `\"\"`.",
				},
				"cells": schema.MapAttribute{
					Optional: true, ElementType: types.MapType{ElemType: types.MapType{ElemType: services}}, Validators: []validator.Map{noNulls{}},
					MarkdownDescription: "What may pass from one zone to another: source zone, then destination zone, then any of `allow`, `notify` and `deny`, each a list of services and names of services. " +
						"The strictest list that has a service counts; a service in none is denied.",
				},
				"default": schema.SingleNestedAttribute{
					Optional:            true,
					MarkdownDescription: "The cell of each pair of zones without one, a zone and itself included. Without it they are denied.",
					Attributes: map[string]schema.Attribute{
						"allow": cell("Services that may pass."), "notify": cell("Services that may pass, and that somebody is told of: severity `notify`."), "deny": cell("Services that may not pass: severity `deny`."),
					},
				},
			},
		},
		"policies": schema.MapNestedAttribute{
			Optional: true, Validators: []validator.Map{noNulls{}},
			MarkdownDescription: "Conditions that every flow must meet, by a name of your choice. Each has an `assert` that must be true, or uses a ready-made policy with `use`. See [policies](guides/policies.md).",
			NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
				"kind": optional("`validate` or `enforce` (default). All policies of kind `validate` run first, and what one of them denies is not put to those of kind `enforce`."),
				"when": optional("CEL expression. If it is false, the policy does not apply."),
				"assert": optional("CEL expression that must be true, as in `product.port_low >= 1024`. The variables are `product`, `flow`, `application` and `now`, " +
					"the functions `within`, `overlaps`, `in_group`, `is_private`, `prefix_length`, `address_count`, `covers_service` and `overlaps_service`."),
				"use":      optional("Name of a ready-made policy: " + codeList(readyMadeNames()) + "."),
				"severity": optional("What a violation leads to: `deny` (default) stops the apply, `review` and `notify` are shown in the warning of the application."),
				"message":  optional("What a violation says. Placeholders are " + codeList(placeholders()) + "; `{{` and `}}` are braces."),
				"scope":    optional("`product` (default): each source, destination and service of a flow. `flow`: the flow as a whole, so that there is no `product`."),
				"order":    schema.Int64Attribute{Optional: true, MarkdownDescription: "Order of policies of one kind, the lowest first (default 0). Equal ones are sorted by name."},
				"flows": schema.MapAttribute{
					Optional: true, ElementType: types.StringType, Validators: []validator.Map{noNulls{}},
					MarkdownDescription: "Limits the policy to applications that have all of these labels.",
				},
				"networks":  cell("For a ready-made policy: addresses and names of addresses."),
				"services":  cell("For a ready-made policy: services and names of services."),
				"max_hosts": schema.Int64Attribute{Optional: true, MarkdownDescription: "For a ready-made policy: a number of addresses."},
				"max_days":  schema.Int64Attribute{Optional: true, MarkdownDescription: "For a ready-made policy: a number of days."},
				"real_addresses": schema.MapAttribute{
					Optional: true, ElementType: types.StringType, Validators: []validator.Map{noNulls{}},
					MarkdownDescription: "For a ready-made policy: the map from the address that NAT shows to the real address. Without it the static translations of `devices` are asked.",
				},
			}},
		},
	}
}

func readyMadeNames() []string {
	var names []string
	for _, p := range policy.ReadyMade() {
		names = append(names, p.Name)
	}
	return names
}

func placeholders() []string {
	var out []string
	for _, p := range policy.Placeholders() {
		out = append(out, "{"+p+"}")
	}
	return out
}
