package format

import (
	"fmt"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// Change writes the rules of the insertion in the named format, as they go into the
// list before rule in.Before of its rules.
func Change(name, list string, in rule.Insertion) (string, error) {
	f, ok := Lookup(name)
	if !ok {
		return "", fmt.Errorf("rules cannot be written in the format %q; write %s", name, strings.Join(Names, ", "))
	}
	for i := range in.Rules {
		if r := &in.Rules[i]; r.State != rule.AnyState && !f.States {
			return "", fmt.Errorf("rule %s: is for %s connections, which rules in the format %s do not tell apart", r, r.State, name)
		}
	}
	return f.Write(list, in)
}

// Join puts changes together that were written one by one in the named format.
func Join(name string, changes []string) string {
	f, ok := Lookup(name)
	if !ok {
		f.Separator = "\n"
	}
	return strings.Join(changes, f.Separator)
}
