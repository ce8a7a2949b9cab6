package aws

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// The writer writes rules as Terraform resources of the AWS provider: an
// aws_vpc_security_group_ingress_rule or _egress_rule for each prefix and range of
// ports that a security group has to permit, and an aws_network_acl_rule for each
// that a network ACL has to permit or deny, with a free rule number.
//
// Both kinds of rules say less than a flow: they have the address of one side only,
// the source on ingress and the destination on egress, no source ports, and ports of
// TCP and UDP alone. What a rule lets through beyond the flow is written above it.
//
// The names of resources are made of what they say, so that the same rule has the
// same name in every change.

// maxResources is how many resources one change may have. AWS permits 60 rules to a
// security group and 20 to a network ACL unless its quotas are raised.
const maxResources = 1000

// Write writes the rules of the insertion for a list that is named as package
// parse/aws or parse/tfplan does, "sg-… ingress" or "aws_network_acl.main egress";
// without a direction it is the ingress list. Where the base has rules with a Place,
// the list is theirs, so that rules for replies go to the other direction.
//
// A reference to a resource within a module is written as it has to stand in that
// module. Zones are not written: what a list protects is what carries it.
//
// It returns an error for a deny in a security group, which can only permit, where no
// rule number is free, where the list does not decide or takes away what is not in the
// resource that describes it, and for more than 1,000 resources.
func Write(listName string, in rule.Insertion) (string, error) {
	t, err := targetOf(listName, in.Base)
	if err != nil {
		return "", err
	}
	if err := t.open(in); err != nil {
		return "", err
	}
	var all []entry
	said := namesIn(in.Beside)
	for i := range in.Rules {
		entries, err := entriesOf(t, &in.Rules[i])
		for _, e := range entries {
			// What an earlier entry says is said: AWS refuses it twice in a group.
			if name := e.name(t); !said[name] {
				said[name] = true
				all = append(all, e)
			}
		}
		if err == nil && len(all) > maxResources {
			err = errTooMany
		}
		if err != nil {
			return "", fmt.Errorf("rule %s: %w", &in.Rules[i], err)
		}
	}
	if t.acl {
		if err := number(t, all, in); err != nil {
			return "", err
		}
	}
	if len(all) == 0 && len(in.Rules) > 0 {
		return "# The resources of the changes before this one are for this as well.", nil
	}
	blocks := make([]string, len(all))
	for i := range all {
		blocks[i] = all[i].block(t)
	}
	return strings.Join(blocks, "\n\n"), nil
}

// named finds the names of the resources of a change.
var named = regexp.MustCompile(`(?m)^resource "[a-z_]+" "([^"]+)" \{$`)

func namesIn(changes []string) map[string]bool {
	names := make(map[string]bool)
	for _, change := range changes {
		for _, parts := range named.FindAllStringSubmatch(change, -1) {
			names[parts[1]] = true
		}
	}
	return names
}

var errTooMany = errors.New("takes more than 1,000 resources; declare fewer addresses and services together")

// A target is the list that rules are for.
type target struct {
	// name is the id or the address of the security group or network ACL.
	name   string
	acl    bool
	egress bool
}

// String returns the name of the list.
func (t target) String() string {
	if t.egress {
		return t.name + " egress"
	}
	return t.name + " ingress"
}

// place splits the name of a list, or the Place of a rule, which has the number of an
// entry behind it and how it stands with further rules. Addresses may hold blanks.
var place = regexp.MustCompile(`^(.+?)(?: (ingress|egress)(?: ([0-9]+|\*))?(?: (inline|elsewhere))?)?$`)

// open tells why rules that are resources of their own do nothing in the list, if so.
func (t target) open(in rule.Insertion) error {
	if in.Base == nil {
		return nil
	}
	for i := range in.Base.Rules {
		r := &in.Base.Rules[i]
		parts := place.FindStringSubmatch(r.Place)
		switch {
		case parts == nil:
		case parts[4] == "elsewhere" && i == in.Before:
			return fmt.Errorf("list %s: %s", t, strings.Join(r.Unknown, "; "))
		case parts[4] == "inline":
			return fmt.Errorf("list %s: the resource lists its rules itself and takes others away; add the rule to it", t)
		}
	}
	return nil
}

// targetOf returns the list that the base's rules are from, else the one of that name.
func targetOf(listName string, base *rule.Ruleset) (target, error) {
	if base != nil && len(base.Rules) > 0 && base.Rules[0].Place != "" {
		listName = base.Rules[0].Place
	}
	parts := place.FindStringSubmatch(listName)
	if parts == nil {
		return target{}, fmt.Errorf("list %q: %s", listName, acceptedLists)
	}
	t := target{name: parts[1], egress: parts[2] == "egress"}
	switch kind := targetKind(t.name); kind {
	case "sg", "aws_security_group", "aws_default_security_group":
	case "acl", "aws_network_acl", "aws_default_network_acl":
		t.acl = true
	default:
		return target{}, fmt.Errorf("list %q: %s", listName, acceptedLists)
	}
	return t, nil
}

const acceptedLists = `write the id or the address of a security group or network ACL, and a direction: "sg-… ingress", "acl-… egress", "aws_security_group.web ingress"`

// id is the form of ids of AWS; address the form of addresses of Terraform, with the
// module first and the type and name of the resource last.
var (
	id      = regexp.MustCompile(`^(sg|acl)-[0-9A-Za-z]+$`)
	address = regexp.MustCompile(`^((?:module\.[\w-]+(?:\[[^\]]*\])?\.)*)(aws_\w+)\.([\w-]+(?:\[(?:[0-9]+|"(?:[^"\\]|\\.)*")\])?)$`)
)

// kindOf returns the prefix of an id or the type of an address, "" if the name is
// neither.
func targetKind(name string) string {
	if parts := id.FindStringSubmatch(name); parts != nil {
		return parts[1]
	}
	if parts := address.FindStringSubmatch(name); parts != nil {
		return parts[2]
	}
	return ""
}

// reference writes the id of the target as an expression, and the module in which it
// has to stand.
func (t target) reference() (expression, module string) {
	if parts := address.FindStringSubmatch(t.name); parts != nil {
		return parts[2] + "." + parts[3] + ".id", strings.TrimSuffix(parts[1], ".")
	}
	return quote(t.name), ""
}
