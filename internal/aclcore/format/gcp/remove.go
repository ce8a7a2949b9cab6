package gcp

import (
	"errors"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// Remove returns the gcloud command that deletes a VPC rule (gcloud reference, compute
// firewall-rules delete).
func Remove(_ *rule.Ruleset, r *rule.Rule) ([]string, error) {
	name, ok := strings.CutPrefix(r.Place, "vpc ")
	switch {
	case isPolicy(r):
		return nil, errors.New("it is " + r.Place + ": delete it there by its priority (gcloud compute network-firewall-policies rules delete, or firewall-policies of the organization)")
	case !ok || name == "":
		return nil, errors.New("it is no rule of the network")
	}
	return []string{"gcloud compute firewall-rules delete " + name + " --quiet"}, nil
}
