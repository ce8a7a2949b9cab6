package checkpoint

import (
	"bytes"
	"cmp"
	"errors"
	"regexp"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/cut"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/shell"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// uid is the form of identifiers of Check Point; a rule without one goes by its name.
var uid = regexp.MustCompile(`^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$`)

// Remove returns the command of the management API that deletes a rule (Check Point
// Management API reference, delete-access-rule).
func Remove(base *rule.Ruleset, r *rule.Rule) ([]string, error) {
	s, _ := base.Writer.(*site)
	if s == nil {
		return nil, errors.New("it is no rule of a layer")
	}
	p, ok := s.places[r.Place]
	if !ok || p.uid == "" {
		return nil, errors.New("it is no rule of a layer")
	}
	key := "name"
	if uid.MatchString(p.uid) {
		key = "uid"
	}
	return []string{"mgmt_cli delete access-rule layer " + shell.Quote(cmp.Or(p.layer.name, p.layer.uid)) + " " + key + " " + shell.Quote(p.uid)}, nil
}

// counts are what an answer says of how many rules it has.
var counts = regexp.MustCompile(`"(to|total|rule-number)"(\s*:\s*)\d+`)

// Cut returns a text without the rules that start on the lines. What answers say of their
// numbers and numbering goes with them, since they would be refused as not whole.
func Cut(content []byte, lines []int) ([]byte, error) {
	out, err := cut.Values(content, lines)
	if err != nil || bytes.Equal(out, content) {
		return out, err
	}
	return counts.ReplaceAll(out, []byte(`"$1"${2}null`)), nil
}
