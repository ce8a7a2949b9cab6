package panos

import (
	"fmt"
	"slices"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/tree"
)

// maxApplications bounds how many applications and groups of them a rule names.
const maxApplications = 10_000

// applications returns the applications that names stand for, with those of the groups of
// the text, in alphabetical order. There are reasons where they may be others: a filter
// stands for applications that only the firewall knows.
func (n *names) applications(words []string) (out, why []string) {
	seen := make(map[string]bool)
	for len(words) > 0 && len(seen) < maxApplications {
		name := words[0]
		words = words[1:]
		if seen[name] {
			continue
		}
		seen[name] = true
		members, isGroup, reason := n.groupOf(name)
		switch {
		case reason != "":
			why = append(why, reason)
		case !isGroup:
			out = append(out, name)
		}
		words = append(words, members...)
	}
	if len(words) > 0 {
		why = append(why, fmt.Sprintf("there are more than %d applications", maxApplications))
	}
	slices.Sort(out)
	return out, why
}

// groupOf returns the members of a group of applications, or why it is not known which they
// are.
func (n *names) groupOf(name string) (members []string, isGroup bool, why string) {
	var found *tree.Node
	for _, level := range n.levels {
		if level.Get("application-filter", name) != nil {
			return nil, true, "application-filter " + name
		}
		g := level.Get("application-group", name)
		switch {
		case g != nil && found != nil && !g.Same(found):
			return nil, true, fmt.Sprintf("application group %q is defined at two levels", name)
		case found == nil:
			found = g
		}
	}
	if found == nil {
		return nil, false, ""
	}
	members = append(found.Get("members").Words(), found.Get("member").Words()...)
	switch others := found.Others("members", "member", "tag", "description"); {
	case len(found.Why()) > 0:
		why = fmt.Sprintf("application group %q is in doubt: %s", name, found.Why()[0])
	case len(others) > 0:
		why = fmt.Sprintf("application group %q has an element that is not known: %s", name, others[0].Word)
	case len(members) == 0 || found.Repeated:
		why = fmt.Sprintf("application group %q has no members, or is there twice", name)
	}
	return members, true, why
}
