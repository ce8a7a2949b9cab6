package fortios

import (
	"errors"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// Remove returns the commands that delete a policy.
func Remove(base *rule.Ruleset, r *rule.Rule) ([]string, error) {
	s, _ := base.Writer.(*site)
	if s == nil || r.Place == "" {
		return nil, errors.New("it is no policy: see what its text names")
	}
	table := "firewall policy"
	if v4, _ := r.Traffic.ByFamily(); v4.IsEmpty() && !r.Traffic.IsEmpty() && s.split {
		table = "firewall policy6"
	}
	w := &writer{site: s}
	w.add(table, "    delete "+r.Place)
	return strings.Split(w.text(), "\n"), nil
}
