// Package render writes rules in the language of the ruleset that they are for.
package render

import (
	"fmt"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/parse/ios"
	asarender "github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/render/asa"
	awsrender "github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/render/aws"
	iosrender "github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/render/ios"
	iptablesrender "github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/render/iptables"
	nftablesrender "github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/render/nftables"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// Change writes new rules, and where they go, in the language of the base
// ruleset. list is the access list they are for, where the language has several.
func Change(format, list string, in rule.Insertion) (string, error) {
	switch format {
	case "json", "yaml":
		return ruleList(format, in)
	case string(ios.IOS), string(ios.NXOS), string(ios.XR):
		return iosrender.Render(ios.Dialect(format), list, in)
	case "cisco_asa":
		return asarender.Render(list, in)
	case "iptables":
		return iptablesrender.Render(list, in)
	case "nftables":
		return nftablesrender.Render(list, in)
	case "aws", "terraform":
		return awsrender.Render(list, in)
	}
	return "", fmt.Errorf("rules cannot be written in the format %q; write json, yaml, cisco_ios, cisco_nxos, cisco_xr, cisco_asa, iptables, nftables, aws or terraform", format)
}

// Join puts changes one below the other.
func Join(format string, changes []string) string {
	if format == "aws" || format == "terraform" { // blocks
		return strings.Join(changes, "\n\n")
	}
	return strings.Join(changes, "\n")
}
