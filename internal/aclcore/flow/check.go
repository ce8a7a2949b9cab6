package flow

import (
	"errors"
	"regexp"
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
		return errors.New("an entry is empty or has blanks around it; write " + addr.Accepted + ", or a name")
	}
	if !literalAddress.MatchString(entry) {
		return nil
	}
	_, err := addr.Parse(entry)
	return err
}

// CheckService is [CheckAddress] for services.
func CheckService(entry string) error {
	if entry == "" || strings.TrimSpace(entry) != entry {
		return errors.New("an entry is empty or has blanks around it; write " + service.Accepted + ", or a name")
	}
	if !literalService.MatchString(entry) {
		return nil
	}
	_, err := service.Parse(entry)
	return err
}
