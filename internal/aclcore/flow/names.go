package flow

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/nearest"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
)

// Names resolves declared names of addresses and services to literals. A name
// stands for literals and other names, nested to any depth. Names is immutable
// and safe for concurrent use.
type Names struct {
	addresses dictionary[addr.Literal]
	services  dictionary[service.Literal]
}

// Dictionary resolves names of addresses and services to literals, as [Names] does.
type Dictionary interface {
	Addresses(entries []string) ([]addr.Literal, error)
	Services(entries []string) ([]service.Literal, error)
}

// Unresolved is a Dictionary for as long as the names are not known: an entry that
// may be a name stands for nothing, and any other has to be a literal.
type Unresolved struct{}

// Addresses implements [Dictionary].
func (Unresolved) Addresses(entries []string) ([]addr.Literal, error) {
	return unresolved(entries, addr.Parse, CheckAddress)
}

// Services implements [Dictionary].
func (Unresolved) Services(entries []string) ([]service.Literal, error) {
	return unresolved(entries, service.Parse, CheckService)
}

func unresolved[L any](entries []string, parse func(string) (L, error), check func(string) error) (out []L, err error) {
	var errs []error
	for _, e := range entries {
		if l, err := parse(e); err == nil {
			out = append(out, l)
		} else {
			errs = append(errs, check(e))
		}
	}
	return out, errors.Join(errs...)
}

// NewNames checks and keeps the two dictionaries. The error joins every bad entry:
// a literal that cannot be read, an unknown name, a cycle (with its chain), an
// empty list, a name that is itself a literal.
func NewNames(addresses, services map[string][]string) (*Names, error) {
	n := &Names{
		addresses: dictionary[addr.Literal]{"address", "addresses", addr.Accepted, addresses, addr.Parse, CheckAddress, addressSpellings},
		services:  dictionary[service.Literal]{"service", "services", service.Accepted, services, service.Parse, CheckService, serviceSpellings},
	}
	if problems := append(n.addresses.check(), n.services.check()...); len(problems) > 0 {
		return nil, fmt.Errorf("%s", strings.Join(problems, "\n"))
	}
	return n, nil
}

// Addresses returns the literals that entries, names and literals, stand for, in
// order. Where a name is among them the literals are unique and sorted as text,
// which is what netutils' address groups give.
func (n *Names) Addresses(entries []string) ([]addr.Literal, error) {
	return n.addresses.resolve(entries, func(l addr.Literal) string { return l.Text })
}

// Services is [Names.Addresses] for services.
func (n *Names) Services(entries []string) ([]service.Literal, error) {
	return n.services.resolve(entries, func(l service.Literal) string { return l.Text })
}

type dictionary[L any] struct {
	kind, attribute, accepted string
	entries                   map[string][]string
	parse                     func(string) (L, error)
	// notName tells what is wrong with an entry that cannot be meant as a name.
	notName func(string) error
	// spellings are the literals that an entry may be meant as, all lower case.
	spellings func(string) []string
}

// maxProblems is how many problems of one list or dictionary an error tells. More are
// one mistake, such as a dictionary that was left out.
const maxProblems = 20

func (d *dictionary[L]) check() []string {
	var problems []string
	for i, name := range slices.Sorted(maps.Keys(d.entries)) {
		if len(problems) == maxProblems {
			return append(problems, fmt.Sprintf("%s: %d more names were not looked at", d.attribute, len(d.entries)-i))
		}
		if _, err := d.parse(name); err == nil {
			problems = append(problems, fmt.Sprintf("%s[%q]: the name is itself %s %s; choose another name", d.attribute, name, article(d.kind), d.kind))
			continue
		}
		if len(d.entries[name]) == 0 {
			problems = append(problems, fmt.Sprintf("%s[%q]: is empty; list at least one %s or name", d.attribute, name, d.kind))
			continue
		}
		if _, err := d.walk(name, nil, nil); err != nil {
			problems = append(problems, fmt.Sprintf("%s[%q]: %s", d.attribute, name, err))
		}
	}
	return problems
}

func article(noun string) string {
	if strings.ContainsAny(noun[:1], "aeiou") {
		return "an"
	}
	return "a"
}

// walk appends the literals below entry to out; chain is the names from the top.
func (d *dictionary[L]) walk(entry string, chain []string, out []L) ([]L, error) {
	members, named := d.entries[entry]
	if !named {
		literal, err := d.parse(entry)
		if err != nil {
			return nil, d.unknown(entry, chain, err)
		}
		return append(out, literal), nil
	}
	if slices.Contains(chain, entry) {
		return nil, fmt.Errorf("the name leads back to itself: %s", strings.Join(append(slices.Clone(chain), entry), " → "))
	}
	chain = append(slices.Clip(chain), entry)
	var err error
	for _, m := range members {
		if out, err = d.walk(m, chain, out); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// unknown tells an unknown name from a literal that was meant as one.
func (d *dictionary[L]) unknown(entry string, chain []string, err error) error {
	var through, meant string
	if len(chain) > 0 {
		through = " (through " + strings.Join(chain, " → ") + ")"
	}
	if name := nearest.Of(entry, maps.Keys(d.entries)); name != "" {
		meant = fmt.Sprintf("; did you mean %q?", name)
	} else if literal := d.literal(entry); literal != "" {
		meant = "; did you mean " + literal + "?"
	}
	if better := d.notName(entry); better != nil {
		return fmt.Errorf("%w%s", better, through)
	}
	if strings.ContainsAny(entry, "/:") || strings.Trim(entry, "0123456789.-") == "" {
		return fmt.Errorf("%w%s%s", err, through, meant)
	}
	return fmt.Errorf("%s %q%s is neither a name in %s nor %s%s", d.kind, entry, through, d.attribute, d.accepted, meant)
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

func (d *dictionary[L]) resolve(entries []string, text func(L) string) ([]L, error) {
	out := make([]L, 0, len(entries))
	named := false
	var problems []string
	for i, e := range entries {
		if len(problems) == maxProblems {
			problems = append(problems, fmt.Sprintf("%d more entries were not looked at", len(entries)-i))
			break
		}
		if _, ok := d.entries[e]; ok {
			named = true
		}
		more, err := d.walk(e, nil, nil)
		if err != nil {
			problems = append(problems, err.Error())
			continue
		}
		out = append(out, more...)
	}
	if len(problems) > 0 {
		return nil, fmt.Errorf("%s", strings.Join(problems, "\n"))
	}
	if named {
		slices.SortFunc(out, func(a, b L) int { return strings.Compare(text(a), text(b)) })
		out = slices.CompactFunc(out, func(a, b L) bool { return text(a) == text(b) })
	}
	return out, nil
}
