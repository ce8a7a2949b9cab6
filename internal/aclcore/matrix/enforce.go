package matrix

import (
	"errors"
	"fmt"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/flow"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
)

// Enforced is what a matrix says of one product of a rule, in the words of
// netutils: the addresses as they are declared, the service as "protocol
// number/port".
type Enforced struct {
	Source, Destination, Service string
	Decision                     Decision
}

// Enforce decides each product of a rule, as [flow.ExpandRule] returns them and in
// its order. A rule without a source, a destination or a service has no answer: the
// error names what is missing.
func (m *Matrix) Enforce(names *flow.Names, rule map[string]any) ([]Enforced, error) {
	products, err := flow.ExpandRule(names, rule)
	if err != nil {
		return nil, err
	}
	var problems []error
	source := keyOf(rule, &problems, "src_ip", "sources")
	destination := keyOf(rule, &problems, "dst_ip", "destinations")
	asked := keyOf(rule, &problems, "dst_port", "services")
	if len(problems) > 0 {
		return nil, errors.Join(problems...)
	}
	out := make([]Enforced, 0, len(products))
	for _, p := range products {
		e := Enforced{}
		var q flow.Product
		e.Source, q.Source, problems = literal(p[source], addr.Parse, problems)
		e.Destination, q.Destination, problems = literal(p[destination], addr.Parse, problems)
		e.Service, q.Service, problems = literal(p[asked], service.Parse, problems)
		e.Decision = m.Decide(q)
		out = append(out, e)
	}
	return out, errors.Join(problems...)
}

// keyOf returns the spelling of a field that the rule has a value for.
func keyOf(rule map[string]any, problems *[]error, spellings ...string) string {
	for _, key := range spellings {
		switch v := rule[key].(type) {
		case string:
			if v != "" {
				return key
			}
		case []any:
			if len(v) > 0 {
				return key
			}
		}
	}
	*problems = append(*problems, fmt.Errorf("%s: is missing; a matrix decides traffic from somewhere to somewhere: write %q for all of it", spellings[0], "any"))
	return ""
}

// literal reads back what an expanded rule has for a field.
func literal[L any](value any, parse func(string) (L, error), problems []error) (string, L, []error) {
	text, _ := value.(string)
	l, err := parse(text)
	if err != nil {
		problems = append(problems, err)
	}
	return text, l, problems
}
