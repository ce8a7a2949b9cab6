// Package render writes rules in the language of the ruleset that they are for.
package render

import (
	"fmt"

	asarender "github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/render/asa"
	awsrender "github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/render/aws"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// Change writes new rules, and where they go, in the language of the base
// ruleset. list is the access list they are for, where the language has several.
func Change(format, list string, in rule.Insertion) (string, error) {
	switch format {
	case "json", "yaml":
		return ruleList(format, in)
	case "cisco_asa":
		return asarender.Render(list, in)
	case "aws", "terraform":
		return awsrender.Render(list, in)
	}
	return "", fmt.Errorf("rules cannot be written in the format %q", format)
}
