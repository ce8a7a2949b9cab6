package flow

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
)

// literalAddress tells what can only be meant as an address from what may be a
// name.
var literalAddress = regexp.MustCompile(`(?s)^([0-9]+(\.[0-9]+)+([/-].*)?|[0-9A-Fa-f]*:[0-9A-Fa-f:.]*([/-].*)?)$`)

// literalService tells what can only be meant as a service from what may be a name.
var literalService = regexp.MustCompile(`(?is)^([0-9]+|(tcp|udp|sctp|dccp|icmp|icmpv6|ip|any|[0-9]+)/.*)$`)

// CheckAddress tells what is wrong with an entry that is meant as a literal
// address. An entry that may be a name is accepted: whether it is one is known
// only with a dictionary.
//
// After "!" an entry is what it takes away from its list.
func CheckAddress(entry string) error {
	if rest, ok := excluded(entry); ok {
		return checkExcluded(entry, rest, CheckAddress)
	}
	_, err := addr.Parse(entry)
	return check(entry, err, literalAddress.MatchString(entry) || errors.Is(err, addr.ErrSeparators), "address", addr.Accepted)
}

// CheckService is [CheckAddress] for services.
func CheckService(entry string) error {
	if rest, ok := excluded(entry); ok {
		return checkExcluded(entry, rest, CheckService)
	}
	_, err := service.Parse(entry)
	return check(entry, err, literalService.MatchString(entry) || errors.Is(err, service.ErrSeparators), "service", service.Accepted)
}

// checkExcluded judges what stands after "!".
func checkExcluded(entry, rest string, check func(string) error) error {
	if rest == "" || IsExclusion(rest) || strings.TrimSpace(rest) != rest {
		return fmt.Errorf("%q: write what is taken away once and right after the !, such as \"!10.1.0.0/16\" or \"!NAME\"", entry)
	}
	return check(rest)
}

// check judges an entry that reads as a literal with err; literal says that it
// cannot be meant as a name.
func check(entry string, err error, literal bool, kind, accepted string) error {
	switch {
	case err == nil:
		return nil
	case literal:
		return err
	case entry == "" || strings.TrimSpace(entry) != entry:
		return fmt.Errorf("%s %q: is empty or has blanks around it; write %s, or a name", kind, entry, accepted)
	}
	return nil
}
