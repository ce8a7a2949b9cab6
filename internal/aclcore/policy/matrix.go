package policy

import "github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/flow"

// matrix returns the policy that the matrix is: of kind enforce, asked about every
// product that is wanted allowed.
func (c *compiler) matrix() *policy {
	message, _ := parseTemplate("{source} → {destination} {service}: {detail}", ScopeProduct)
	decide := c.options.Matrix
	return &policy{
		Definition: Definition{Name: MatrixName}.withDefaults(),
		message:    message,
		assert: c.leaf(byAll, func(r *run, at cell) answer {
			if r.q.Deny {
				return yes
			}
			ruling := decide(flow.Product{
				Source: r.sources[at.source].literal, Destination: r.destinations[at.destination].literal, Service: r.services[at.service].literal,
			})
			if ruling.Severity == "" {
				return yes
			}
			return r.note(note{text: ruling.Detail, severity: ruling.Severity})
		}),
	}
}
