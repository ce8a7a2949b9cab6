package azure

import (
	"errors"
	"fmt"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/shell"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// Remove returns the command of the Azure CLI that deletes a rule of a network security
// group (Azure CLI reference, az network nsg rule delete).
func Remove(base *rule.Ruleset, r *rule.Rule) ([]string, error) {
	s, _ := base.Writer.(*site)
	if s == nil {
		return nil, errors.New("delete it with az network firewall policy rule-collection-group collection rule remove, which asks for the group and the collection that it stands in")
	}
	if _, ok := s.byPlace[r.Place]; !ok || r.Name == "" {
		return nil, errors.New("it is no rule of the group")
	}
	if s.resourceGroup == "" {
		return nil, fmt.Errorf("delete the rule %s of %s with az network nsg rule delete, which asks for the resource group: the text does not name it", r.Name, s.group)
	}
	return []string{fmt.Sprintf("az network nsg rule delete --resource-group %s --nsg-name %s --name %s", shell.Quote(s.resourceGroup), shell.Quote(s.group), shell.Quote(r.Name))}, nil
}
