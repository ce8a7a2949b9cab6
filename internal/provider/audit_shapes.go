package provider

import (
	"math/big"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	datasource "github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	resource "github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/estate"
)

// What audits and comparisons find, each part defined once.
var (
	trafficShape = shape[estate.Traffic]{
		textsField("sources", "Source addresses.", func(t estate.Traffic) []string { return t.Sources }),
		textsField("destinations", "Destination addresses.", func(t estate.Traffic) []string { return t.Destinations }),
		textsField("services", "Services.", func(t estate.Traffic) []string { return t.Services }),
		textsField("source_zones", "Zones that it comes from; none means every zone.", func(t estate.Traffic) []string { return t.SourceZones }),
		textsField("destination_zones", "Zones that it goes to; none means every zone.", func(t estate.Traffic) []string { return t.DestinationZones }),
	}
	auditFindingShape = shape[estate.AuditFinding]{
		textField("kind", "What was found out; see the guide on audits for each kind.", func(f estate.AuditFinding) types.String { return types.StringValue(f.Kind) }),
		textField("device", "The device.", func(f estate.AuditFinding) types.String { return optionalString(f.Device) }),
		textField("ruleset", "The ruleset.", func(f estate.AuditFinding) types.String { return optionalString(f.Ruleset) }),
		textField("file", "The file of the ruleset or device, as the provider has it.", func(f estate.AuditFinding) types.String { return optionalString(f.File) }),
		textField("list", "The access list.", func(f estate.AuditFinding) types.String { return optionalString(f.List) }),
		textField("rule", "The rule's name, or what it says. Of a finding about flows: the flow.", func(f estate.AuditFinding) types.String { return shown(f.Rule) }),
		numberField("line", "Line of the text.", func(f estate.AuditFinding) types.Int64 { return optionalNumber(f.Line) }),
		textField("text", "The rule as it stands there.", func(f estate.AuditFinding) types.String { return optionalString(f.Text) }),
		textsField("covered_by", "The rules that decide its packets in its place, with file and line.", func(f estate.AuditFinding) []string { return f.CoveredBy }),
		textsField("serves", "The declared flows that it serves. Of a finding about flows: the other flow.", func(f estate.AuditFinding) []string { return f.Serves }),
		listField("excess", "What it permits that no declared flow wants.", trafficShape, func(f estate.AuditFinding) []estate.Traffic { return f.Excess }),
		bigNumberField("packets", "How many packets the excess is: sources, destinations, protocols, ports. Null where it is not known.", func(f estate.AuditFinding) *big.Int { return f.Packets }),
		textField("reason", "More about it.", func(f estate.AuditFinding) types.String { return optionalString(f.Reason) }),
		commandsField("remove", "Commands that take the rule out, in the first finding about it. All that are proposed may be done together.", func(f estate.AuditFinding) []string { return f.Remove }),
	}
	auditRuleShape = shape[estate.AuditRule]{
		textField("device", "The device.", func(r estate.AuditRule) types.String { return optionalString(r.Device) }),
		textField("ruleset", "The ruleset.", func(r estate.AuditRule) types.String { return optionalString(r.Ruleset) }),
		textField("file", "The file of the ruleset or device, as the provider has it.", func(r estate.AuditRule) types.String { return optionalString(r.File) }),
		textField("list", "The access list.", func(r estate.AuditRule) types.String { return optionalString(r.List) }),
		textField("rule", "The rule's name, or what it says.", func(r estate.AuditRule) types.String { return shown(r.Rule) }),
		numberField("line", "Line of the text.", func(r estate.AuditRule) types.Int64 { return optionalNumber(r.Line) }),
		textsField("serves", "The declared flows whose traffic it decides as they want.", func(r estate.AuditRule) []string { return r.Serves }),
		numberField("hits", "How many packets the device has counted for it; Check Point counts connections. Null where the text has no counter.", func(r estate.AuditRule) types.Int64 { return types.Int64PointerValue(r.Hits) }),
	}
	diffShape = shape[estate.DiffEntry]{
		textField("file", "The file that `line` is of, as the provider has it.", func(d estate.DiffEntry) types.String { return optionalString(d.File) }),
		textField("list", "The access list.", func(d estate.DiffEntry) types.String { return optionalString(d.List) }),
		textsField("sources", "Source addresses.", func(d estate.DiffEntry) []string { return d.Sources }),
		textsField("destinations", "Destination addresses.", func(d estate.DiffEntry) []string { return d.Destinations }),
		textsField("services", "Services.", func(d estate.DiffEntry) []string { return d.Services }),
		textsField("source_zones", "Source zones; none means every zone.", func(d estate.DiffEntry) []string { return d.SourceZones }),
		textsField("destination_zones", "Destination zones; none means every zone.", func(d estate.DiffEntry) []string { return d.DestinationZones }),
		textField("before", "The rule that decides before, with file and line.", func(d estate.DiffEntry) types.String { return shown(d.Before) }),
		textField("after", "The rule that decides after.", func(d estate.DiffEntry) types.String { return shown(d.After) }),
		numberField("line", "Line of the rule that decides after.", func(d estate.DiffEntry) types.Int64 { return optionalNumber(d.Line) }),
	}
)

// bigNumberField is a whole number of any size.
func bigNumberField[T any](name, text string, get func(T) *big.Int) attribute[T] {
	value := func(v T, _ blanks) attr.Value {
		n := get(v)
		if n == nil {
			return types.NumberNull()
		}
		return types.NumberValue(new(big.Float).SetPrec(512).SetInt(n))
	}
	return attribute[T]{
		name, types.NumberType, value,
		resource.NumberAttribute{Computed: true, MarkdownDescription: text}, datasource.NumberAttribute{Computed: true, MarkdownDescription: text},
	}
}

func optionalNumber(n int64) types.Int64 {
	if n == 0 {
		return types.Int64Null()
	}
	return types.Int64Value(n)
}
