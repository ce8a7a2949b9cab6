package provider

import (
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/estate"
)

// What is found out about a flow, each part defined once.
var (
	missingShape = shape[estate.Missing]{
		textField("ruleset", "The blocking ruleset.", func(m estate.Missing) types.String { return optionalString(m.Ruleset) }),
		textField("device", "The blocking device, if the flow finds its path.", func(m estate.Missing) types.String { return optionalString(m.Device) }),
		textField("list", "The access list of the device.", func(m estate.Missing) types.String { return optionalString(m.List) }),
		textField("from", "Zone that the part comes from.", func(m estate.Missing) types.String { return optionalString(m.From) }),
		textField("to", "Zone that the part goes to.", func(m estate.Missing) types.String { return optionalString(m.To) }),
		textField("translated", "The same traffic with the addresses that the device compares. Null if they are those of the flow.", func(m estate.Missing) types.String { return optionalString(m.Translated) }),
		textsField("sources", "Source addresses of the part."+ownText, func(m estate.Missing) []string { return m.Sources }),
		textsField("destinations", "Destination addresses of the part."+ownText, func(m estate.Missing) []string { return m.Destinations }),
		textsField("services", "Services of the part."+ownText, func(m estate.Missing) []string { return m.Services }),
		textField("blocked_by", "The deciding rule, with file and line.", func(m estate.Missing) types.String { return optionalString(m.BlockedBy) }),
		textField("reason", "Why the verdict is not the wanted one.", func(m estate.Missing) types.String { return optionalString(m.Reason) }),
		textField("change", "The proposed rule that closes the gap, in the language of the ruleset.", func(m estate.Missing) types.String { return pasted(m.Change) }),
	}
	decisionShape = shape[estate.Decision]{
		textField("ruleset", "The ruleset, null for a device.", func(d estate.Decision) types.String { return optionalString(d.Ruleset) }),
		textField("device", "The device, if the flow finds its path.", func(d estate.Decision) types.String { return optionalString(d.Device) }),
		textField("list", "The access list of the device.", func(d estate.Decision) types.String { return optionalString(d.List) }),
		textField("from", "Zone that the part comes from.", func(d estate.Decision) types.String { return optionalString(d.From) }),
		textField("to", "Zone that the part goes to.", func(d estate.Decision) types.String { return optionalString(d.To) }),
		textField("rule", "Name or text of the deciding rule; `default deny` or `default permit` if no rule matches.", func(d estate.Decision) types.String { return shown(d.Rule) }),
		numberField("line", "Line of the rule in its file, null where it has none: the default action, a rule that is still to be written, and one that was handed over as a value.",
			func(d estate.Decision) types.Int64 { return optionalLine(d.Line) }),
		textField("action", "`permit`, `deny`, or `indeterminate` where the rule has a condition that cannot be decided.", func(d estate.Decision) types.String { return shown(d.Action) }),
		textsField("sources", "Source addresses of the part.", func(d estate.Decision) []string { return d.Sources }),
		textsField("destinations", "Destination addresses of the part.", func(d estate.Decision) []string { return d.Destinations }),
		textsField("services", "Services of the part.", func(d estate.Decision) []string { return d.Services }),
	}
	violationShape = shape[estate.Violation]{
		textField("policy", "Name of the policy, `matrix` for the matrix, `expires` for a flow that has expired.", func(v estate.Violation) types.String { return shown(v.Policy) }),
		textField("severity", "`deny`, `review` or `notify`.", func(v estate.Violation) types.String { return shown(v.Severity) }),
		textField("message", "Why the traffic violates the policy.", func(v estate.Violation) types.String { return shown(v.Message) }),
		textsField("sources", "Source addresses of the part. The three lists are empty, and null in a resource, where the whole flow is meant.", func(v estate.Violation) []string { return v.Sources }),
		textsField("destinations", "Destination addresses of the part.", func(v estate.Violation) []string { return v.Destinations }),
		textsField("services", "Services of the part.", func(v estate.Violation) []string { return v.Services }),
		textField("exception", "The reason of the exception. Null if there is no exception.", func(v estate.Violation) types.String { return optionalString(v.Exception) }),
	}
	hopShape = shape[estate.Hop]{
		textField("device", "The device, or the ruleset.", func(h estate.Hop) types.String { return optionalString(h.Device) }),
		textField("in", "The interface that the traffic enters by.", func(h estate.Hop) types.String { return optionalString(h.In) }),
		textField("out", "The interface that it leaves by.", func(h estate.Hop) types.String { return optionalString(h.Out) }),
		textsField("lists", "The access lists that filter it.", func(h estate.Hop) []string { return h.Lists }),
	}
	wayShape = shape[estate.Way]{
		textField("from", "Zone that the traffic comes from.", func(w estate.Way) types.String { return optionalString(w.From) }),
		textField("to", "Zone that it goes to.", func(w estate.Way) types.String { return optionalString(w.To) }),
		listField("hops", "What it crosses, in order; none within one zone.", hopShape, func(w estate.Way) []estate.Hop { return w.Hops }),
	}
	// foundShape is what a resource shows of a flow.
	foundShape = shape[estate.Found]{
		numberField("products", productsText, func(f estate.Found) types.Int64 { return types.Int64Value(f.Products) }),
		textField("status", statusText, func(f estate.Found) types.String { return types.StringValue(f.Status.String()) }),
		textField("summary", summaryText, func(f estate.Found) types.String { return optionalString(f.Summary) }),
		listField("missing", missingText+nullText, missingShape, func(f estate.Found) []estate.Missing { return f.Missing }),
		listField("decisions", decisionsText+detailsText, decisionShape, func(f estate.Found) []estate.Decision { return f.Decisions }),
		listField("path", pathText+nullText, wayShape, func(f estate.Found) []estate.Way { return f.Ways }),
		commandsField("managed_rules", managedText+nullText, func(f estate.Found) []string { return f.Managed }),
		textsField("unneeded_rules", unneededText, func(f estate.Found) []string { return f.Unneeded }),
		listField("violations", violationsText+nullText, violationShape, func(f estate.Found) []estate.Violation { return f.Violations }),
		textsField("denied_by", deniedByText+nullText, func(f estate.Found) []string { return f.DeniedBy }),
	}
	// answerShape is what answers a question about rules alone, judgedShape one that
	// policies are asked about as well.
	answerShape = shape[estate.Found]{
		textField("status", statusText, func(f estate.Found) types.String { return types.StringValue(f.Status.String()) }),
		textField("summary", summaryText, func(f estate.Found) types.String { return optionalString(f.Summary) }),
		boolField("satisfied", "Whether the verdict is the wanted one (`allowed` for `permit`, `blocked` for `deny`) and no policy denies the traffic.", satisfied),
		textField("action", "`permit` if all of the traffic surely is permitted, else `deny`.", func(f estate.Found) types.String { return types.StringValue(answer(f)) }),
		numberField("products", productsText, func(f estate.Found) types.Int64 { return types.Int64Value(f.Products) }),
		listField("missing", missingText, missingShape, func(f estate.Found) []estate.Missing { return f.Missing }),
		listField("decisions", decisionsText, decisionShape, func(f estate.Found) []estate.Decision { return f.Decisions }),
	}
	judgedShape = append(answerShape[:len(answerShape):len(answerShape)],
		listField("path", pathText, wayShape, func(f estate.Found) []estate.Way { return f.Ways }),
		listField("violations", "The policies that the traffic violates, in the order in which they run; at most 50 entries are listed.",
			violationShape, func(f estate.Found) []estate.Violation { return f.Violations }))

	wayType                                  = wayShape.objectType()
	missingType, decisionType, violationType = missingShape.objectType(), decisionShape.objectType(), violationShape.objectType()
	foundTypes, answerTypes, judgedTypes     = foundShape.types(), answerShape.types(), judgedShape.types()
)

// What the descriptions of several attributes say.
const (
	ownText     = " In a resource null where it is all that the flow declares, unless the provider sets `details = \"full\"`."
	nullText    = " Null where there is none: write `coalesce(…, [])` to count them."
	detailsText = " Null unless the provider sets `details = \"full\"`; `summary` names the deciding rules, and `acl_match` always has the decisions."
)

// stringList is the type of a list of texts.
var stringList = types.ListType{ElemType: types.StringType}

func missingList(entries []estate.Missing) types.List { return missingShape.list(entries, blankNull) }

func decisionList(entries []estate.Decision) types.List {
	return decisionShape.list(entries, blankNull)
}

func violationList(entries []estate.Violation) types.List {
	return violationShape.list(entries, blankNull)
}
