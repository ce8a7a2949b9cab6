package flow

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
)

// literalAddress tells what can only be meant as an address from what may be a
// name.
var literalAddress = regexp.MustCompile(`^([0-9]+(\.[0-9]+)+([/-].*)?|[0-9A-Fa-f]*:[0-9A-Fa-f:.]*([/-].*)?)$`)

// literalService tells what can only be meant as a service from what may be a name.
var literalService = regexp.MustCompile(`(?i)^([0-9]+|(tcp|udp|sctp|dccp|icmp|icmpv6|ip|any|[0-9]+)/.*)$`)

// CheckAddress tells what is wrong with an entry that is meant as a literal
// address. An entry that may be a name is accepted: whether it is one is known
// only with a dictionary.
func CheckAddress(entry string) error {
	if entry == "" || strings.TrimSpace(entry) != entry {
		return fmt.Errorf("address %q: is empty or has blanks around it; write %s, or a name", entry, addr.Accepted)
	}
	if parts := strings.FieldsFunc(entry, isSeparator); len(parts) > 1 && !slices.ContainsFunc(parts, mayBeName) {
		return fmt.Errorf("address %q: is a list in one string; write one address per list element", entry)
	}
	if !literalAddress.MatchString(entry) {
		return nil
	}
	_, err := addr.Parse(entry)
	return err
}

// isSeparator reports whether people separate the elements of a list with r.
func isSeparator(r rune) bool { return r == ',' || r == ';' || r == ' ' }

func mayBeName(entry string) bool { return !literalAddress.MatchString(entry) }

// CheckService is [CheckAddress] for services.
func CheckService(entry string) error {
	if entry == "" || strings.TrimSpace(entry) != entry {
		return fmt.Errorf("service %q: is empty or has blanks around it; write %s, or a name", entry, service.Accepted)
	}
	if !literalService.MatchString(entry) {
		return nil
	}
	_, err := service.Parse(entry)
	return err
}
