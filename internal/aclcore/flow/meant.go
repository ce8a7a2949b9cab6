package flow

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/nearest"
)

// unknown tells an unknown name from a literal that was meant as one; written is the
// entry as it stands in its list, and err what keeps it from being a literal.
func (d *dictionary[L]) unknown(written string, chain []string, err error) error {
	entry, _ := excluded(written)
	var through, meant string
	if len(chain) > 0 {
		through = " (through " + chainText(chain) + ")"
	}
	if name := d.nearest(entry); name != "" {
		meant = fmt.Sprintf("; did you mean %q?", name)
	} else if literal := d.literal(entry); literal != "" {
		meant = "; did you mean " + literal + "?"
	}
	if better := d.notName(written); better != nil {
		return fmt.Errorf("%w%s", better, through)
	}
	if strings.ContainsAny(entry, "/:") || strings.Trim(entry, "0123456789.-") == "" {
		return fmt.Errorf("%w%s%s", err, through, meant)
	}
	if meant == "" && d.attribute == "addresses" && domainName.MatchString(entry) {
		return fmt.Errorf("address %q%s is neither a name in addresses nor an address; a domain name is not looked up, since its addresses change: "+
			"declare it in addresses with the addresses that the firewall has for it", entry, through)
	}
	return fmt.Errorf("%s %q%s is neither a name in %s nor %s%s", d.kind, entry, through, d.attribute, d.accepted, meant)
}

// domainName is a name of the DNS (RFC 1035), or an internationalized one (RFC 5890),
// of two labels or more; a wildcard may lead it.
var domainName = regexp.MustCompile(`^(\*\.)?([\pL\pN_]([\pL\pN_-]*[\pL\pN])?\.)+\pL[\pL\pN-]*\.?$`)

// maxMeant bounds the length of an entry of which the spelling is compared with names.
const maxMeant = 200

// nearest returns the name that is likely meant, or "".
func (d *dictionary[L]) nearest(entry string) string {
	if len(entry) > maxMeant {
		return ""
	}
	if name := nearest.Of(entry, maps.Keys(d.entries)); name != "" {
		return name
	}
	return nearest.Of(entry, maps.Keys(d.builtin))
}

// literal returns the literals that an entry may be meant as which is none, or "".
func (d *dictionary[L]) literal(entry string) string {
	literals := slices.DeleteFunc(d.spellings(strings.ToLower(entry)), func(text string) bool {
		_, err := d.parse(text)
		return err != nil
	})
	return strings.Join(literals, " or ")
}

// addressSpellings are what people write for an address in other places, as it may
// be written here.
func addressSpellings(entry string) []string {
	if entry == "*" || entry == "all" {
		return []string{"any"}
	}
	return nil
}

// serviceSpellings is [addressSpellings] for services: a port name alone, tcp:443,
// tcp-443, 443/tcp.
func serviceSpellings(entry string) []string {
	if entry == "*" || entry == "all" {
		return []string{"any"}
	}
	if entry == "ping" {
		return []string{"icmp/echo"}
	}
	if strings.Trim(entry, "0123456789") == "" {
		return nil // the error says what may be meant
	}
	words := strings.FieldsFunc(entry, func(r rune) bool { return strings.ContainsRune("/:- _", r) })
	if len(words) == 2 {
		return []string{words[0] + "/" + words[1], words[1] + "/" + words[0]}
	}
	return []string{"tcp/" + entry, "udp/" + entry}
}
