package format

import (
	"fmt"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// Change writes the rules of the insertion in the named format, as they go into the
// list before rule in.Before of its rules.
func Change(name, list string, in rule.Insertion) (string, error) {
	f, err := writable(name, in)
	if err != nil {
		return "", err
	}
	return f.Write(list, in)
}

// writable returns the format, which says all that the rules say.
func writable(name string, in rule.Insertion) (Format, error) {
	f, ok := Lookup(name)
	if !ok {
		return f, fmt.Errorf("rules cannot be written in the format %q; write %s", name, strings.Join(Names, ", "))
	}
	for i := range in.Rules {
		if r := &in.Rules[i]; r.State != rule.AnyState && !f.States {
			return f, fmt.Errorf("rule %s: is for %s connections, which rules in the format %s do not tell apart", r, r.State, name)
		}
	}
	return f, nil
}

// Join puts changes together that were written one by one in the named format.
func Join(name string, changes []string) string {
	f, ok := Lookup(name)
	if !ok {
		f.Separator = "\n"
	}
	return strings.Join(changes, f.Separator)
}

// HCL is the language that changes can be asked for besides that of the text.
const HCL = "hcl"

// Resources is like [Change] for resources of Terraform, by the vendor's own provider. It
// returns an error for formats that have none.
func Resources(name, list string, in rule.Insertion) (string, error) {
	f, err := writable(name, in)
	switch {
	case err != nil:
		return "", err
	case f.Resources != nil:
		return f.Resources(list, in)
	case slices.Contains(written, name):
		return f.Write(list, in)
	}
	return "", fmt.Errorf("changes in the format %s are not written as resources of Terraform; leave change_language out", name)
}

// written are the formats whose changes are resources anyway.
var written = []string{"aws", "azure", "gcp", "terraform"}
