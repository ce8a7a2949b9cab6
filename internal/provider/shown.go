package provider

import (
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/visible"
)

// The border between what stands in rulesets and what Terraform shows: every text that
// is not the user's own configuration becomes a value here, and a message in
// [visibleMessages]. What only is to be read is one line; what is to be pasted keeps its
// lines.

// shown is a text to read.
func shown(text string) types.String { return types.StringValue(visible.Text(text)) }

// optionalString is [shown], and null of "".
func optionalString(text string) types.String {
	if text == "" {
		return types.StringNull()
	}
	return shown(text)
}

// stringsList is [shown] for each text.
func stringsList(texts []string) types.List { return listOf(texts, shown) }

// pasted is a text for a device, null of "".
func pasted(text string) types.String {
	if text == "" {
		return types.StringNull()
	}
	return types.StringValue(visible.Lines(text))
}

// pastedList is [pasted] for each text.
func pastedList(texts []string) types.List { return listOf(texts, pasted) }

func listOf(texts []string, value func(string) types.String) types.List {
	out := make([]attr.Value, len(texts))
	for i, t := range texts {
		out[i] = value(t)
	}
	return types.ListValueMust(types.StringType, out)
}
