package asa

import (
	"errors"
	"regexp"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// atLine is the number in an entry, which changes when another one goes.
var atLine = regexp.MustCompile(`^(access-list \S+) line \d+ `)

// Remove returns the command that takes an entry back, by what it says. An element that
// show access-list expands an entry to is none of its own: the entry is taken back.
func Remove(content []byte, _ *rule.Ruleset, r *rule.Rule) ([]string, error) {
	text := r.Text
	if at, ok := numberOf(text); ok {
		for line := range strings.Lines(string(content)) {
			if other, ok := numberOf(line); ok && other == at {
				text, _, _ = trimCounters(strings.TrimSpace(line))
				break
			}
		}
	}
	if !strings.HasPrefix(text, "access-list ") {
		return nil, errors.New("it is no entry of an access list")
	}
	return []string{"no " + atLine.ReplaceAllString(text, "$1 ")}, nil
}
