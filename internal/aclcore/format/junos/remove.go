package junos

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/cut"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// Remove returns the command that deletes a term or a policy.
func Remove(base *rule.Ruleset, r *rule.Rule) ([]string, error) {
	if r.Place == "" {
		return nil, errors.New("it is no term and no policy of its own")
	}
	switch site := base.Writer.(type) {
	case *filter:
		return []string{fmt.Sprintf("delete %s term %s", strings.Join(site.path, " "), r.Place)}, nil
	case *policySite:
		p, ok := site.policies[r.Place]
		switch {
		case !ok:
		case p.from == "":
			return []string{"delete security policies global policy " + p.name}, nil
		default:
			return []string{fmt.Sprintf("delete security policies from-zone %s to-zone %s policy %s", p.from, p.to, p.name)}, nil
		}
	}
	return nil, errors.New("it is no term and no policy of its own")
}

// statement is what commands for one term or policy begin with.
var statement = regexp.MustCompile(`^(?:.*? )?(?:filter (?:"[^"]*"|\S+) term|(?:from-zone \S+ to-zone \S+|global) policy) (?:"[^"]*"|\S+) `)

// Cut returns a text without the terms and policies that start on the lines.
func Cut(content []byte, lines []int) ([]byte, error) {
	if out, err := cut.Commands(content, lines, statement); err == nil {
		return out, nil
	}
	return cut.Blocks(content, lines)
}
