package format

import (
	"fmt"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/fortios"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/junos"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/panos"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// Delete returns the commands that take a rule out of the ruleset, for the formats whose
// readers follow them: what they were made for can be read again with them.
func Delete(rs *rule.Ruleset, r *rule.Rule) (string, error) {
	switch rs.Format {
	case "fortios":
		return fortios.Delete(rs, r)
	case "junos":
		return junos.Delete(rs, r)
	case "panos":
		return panos.Delete(rs, r)
	}
	return "", fmt.Errorf("commands that delete rules in the format %s are not followed", rs.Format)
}
