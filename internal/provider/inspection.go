package provider

import (
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/estate"
)

// What a text was understood as, in Terraform's types.
var (
	aclTypes = map[string]attr.Type{"ruleset": types.StringType, "name": types.StringType, "aliases": stringList}
	aclType  = types.ObjectType{AttrTypes: aclTypes}

	lineTypes = map[string]attr.Type{
		"ruleset": types.StringType, "acl": types.StringType, "line": types.Int64Type, "text": types.StringType, "reason": types.StringType,
	}
	lineType = types.ObjectType{AttrTypes: lineTypes}

	ruleTypes = map[string]attr.Type{
		"ruleset": types.StringType, "acl": types.StringType, "name": types.StringType, "line": types.Int64Type, "text": types.StringType, "action": types.StringType,
		"sources": stringList, "destinations": stringList, "services": stringList,
		"source_zones": stringList, "destination_zones": stringList, "state": types.StringType, "indeterminate": stringList,
	}
	ruleType = types.ObjectType{AttrTypes: ruleTypes}

	inspectionTypes = map[string]attr.Type{
		"format": types.StringType, "acls": types.ListType{ElemType: aclType}, "rule_count": types.Int64Type,
		"indeterminate": types.ListType{ElemType: lineType}, "rules": types.ListType{ElemType: ruleType},
	}
)

func inspectionValues(in *estate.Inspection) map[string]attr.Value {
	acls, lines, rules := make([]attr.Value, len(in.ACLs)), make([]attr.Value, len(in.Indeterminate)), make([]attr.Value, len(in.Rules))
	for i, a := range in.ACLs {
		acls[i] = types.ObjectValueMust(aclTypes, map[string]attr.Value{"ruleset": optionalString(a.Ruleset), "name": optionalString(a.Name), "aliases": stringsList(a.Aliases)})
	}
	for i, l := range in.Indeterminate {
		lines[i] = types.ObjectValueMust(lineTypes, map[string]attr.Value{
			"ruleset": optionalString(l.Ruleset), "acl": optionalString(l.ACL), "line": optionalLine(l.Line), "text": shown(l.Text), "reason": shown(l.Reason),
		})
	}
	for i, r := range in.Rules {
		rules[i] = types.ObjectValueMust(ruleTypes, map[string]attr.Value{
			"ruleset": optionalString(r.Ruleset), "acl": optionalString(r.ACL), "name": optionalString(r.Name), "line": optionalLine(r.Line), "text": shown(r.Text),
			"action": shown(r.Action), "sources": stringsList(r.Sources), "destinations": stringsList(r.Destinations),
			"services": stringsList(r.Services), "source_zones": stringsList(r.SourceZones), "destination_zones": stringsList(r.DestinationZones),
			"state": optionalString(r.State), "indeterminate": stringsList(r.Indeterminate),
		})
	}
	return map[string]attr.Value{
		"format": optionalString(in.Format), "acls": types.ListValueMust(aclType, acls), "rule_count": types.Int64Value(in.RuleCount),
		"indeterminate": types.ListValueMust(lineType, lines), "rules": types.ListValueMust(ruleType, rules),
	}
}

// optionalLine makes null of 0, which stands for a line that is not known.
func optionalLine(n int64) types.Int64 {
	if n <= 0 {
		return types.Int64Null()
	}
	return types.Int64Value(n)
}
