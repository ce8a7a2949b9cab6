package junos

import (
	"errors"
	"regexp"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/cut"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// Remove returns the command that deletes a term or a policy.
func Remove(base *rule.Ruleset, r *rule.Rule) ([]string, error) {
	command, err := Delete(base, r)
	if err != nil {
		return nil, errors.New("it is no term and no policy of its own")
	}
	return []string{command}, nil
}

// inQuotes writes words of a command, those in quotes that have to be.
func inQuotes(words ...string) string {
	out := make([]string, len(words))
	for i, w := range words {
		if out[i] = w; w == "" || strings.ContainsAny(w, " \t;{}[]#\"") {
			out[i] = `"` + strings.ReplaceAll(w, `"`, `\"`) + `"`
		}
	}
	return strings.Join(out, " ")
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
