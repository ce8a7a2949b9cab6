package panos

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/cut"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// Remove returns the command that deletes a rule. What Panorama pushes to a firewall is
// deleted there, and not in the text of the firewall.
func Remove(base *rule.Ruleset, r *rule.Rule) ([]string, error) {
	s, _ := base.Writer.(*site)
	if s == nil || r.Place == "" {
		return nil, errors.New("it is no rule of a rulebase")
	}
	for i := range s.layers {
		l := &s.layers[i]
		name, ok := strings.CutPrefix(r.Place, strings.Join(l.path, " ")+" ")
		if !ok || name != fmt.Sprintf("%q", r.Name) {
			continue
		}
		if !l.writable {
			return nil, fmt.Errorf("it is pushed: delete it in Panorama's %s", strings.Join(l.path, " "))
		}
		return []string{"delete " + strings.Join(append(quotedWords(l.path), "security", "rules", quoted(r.Name)), " ")}, nil
	}
	return nil, errors.New("it is no rule of a rulebase")
}

// statement is what commands for one rule begin with.
var statement = regexp.MustCompile(`^(?:.*? )?security rules (?:"[^"]*"|\S+) `)

// Cut returns a text without the rules that start on the lines.
func Cut(content []byte, lines []int) ([]byte, error) {
	if bytes.HasPrefix(bytes.TrimLeft(content, " \t\r\n\ufeff"), []byte("<")) {
		return cut.Entries(content, lines)
	}
	return cut.Commands(content, lines, statement)
}
