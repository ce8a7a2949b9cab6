package pf

import (
	"cmp"
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/known"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/zoned"
)

// tables are what is known of the tables of a text, by name.
type tables map[string]zoned.Addresses

// counted is the number of addresses behind the name of a table that pfctl prints.
var counted = regexp.MustCompile(`:\d+$`)

func (t tables) resolve(name string) zoned.Addresses {
	name = counted.ReplaceAllString(name, "")
	if set, ok := t[name]; ok {
		return set
	}
	return known.AtMost(addr.Any(), fmt.Sprintf("the content of the table <%s> is not in the text", name))
}

// member is a prefix of a table; the longest one that holds an address decides.
type member struct {
	prefix netip.Prefix
	not    bool
}

// read takes a statement that begins with table.
func (t tables) read(s *statement) {
	tokens := s.tokens
	if len(tokens) < 4 || tokens[1].text != "<" || !tokens[2].word || tokens[3].text != ">" {
		return // it names none: each rule that uses one is in doubt
	}
	name := tokens[2].text
	unread := func(why string) { t[name] = known.AtMost(addr.Any(), fmt.Sprintf("the table <%s> %s", name, why)) }
	if _, again := t[name]; again {
		unread("is defined twice")
		return
	}
	var members []member
	inside, listed := false, false
	for i := 4; i < len(tokens); i++ {
		switch w := tokens[i]; {
		case !w.word && w.text == "{":
			inside, listed = true, true
		case !w.word && w.text == "}":
			inside = false
		case !inside && slices.Contains([]string{"persist", "const", "counters"}, w.text):
		case inside && !w.word && w.text == ",":
		case inside:
			not := !w.word && w.text == "!"
			if not && i+1 < len(tokens) {
				i++
			}
			p, ok := prefixOf(tokens[i].text)
			if !ok {
				unread("has the member " + tokens[i].text + ", whose addresses are not in the text")
				return
			}
			members = append(members, member{p, not})
		default:
			unread("has the option " + w.text)
			return
		}
	}
	if !listed || len(members) == 0 {
		unread("is filled elsewhere")
		return
	}
	set, ok := longest(members)
	if !ok {
		unread("has a member that is excluded as well")
		return
	}
	t[name] = known.Exactly(set)
}

// longest returns the addresses whose longest prefix is no exception.
func longest(members []member) (addr.Set, bool) {
	slices.SortStableFunc(members, func(a, b member) int { return cmp.Compare(a.prefix.Bits(), b.prefix.Bits()) })
	var out addr.Set
	for i := 0; i < len(members); {
		var add, remove []addr.Set
		j := i
		for ; j < len(members) && members[j].prefix.Bits() == members[i].prefix.Bits(); j++ {
			set := addr.SetOf(addr.RangeOfPrefix(members[j].prefix))
			if members[j].not {
				remove = append(remove, set)
			} else {
				add = append(add, set)
			}
		}
		added, removed := addr.UnionOf(add), addr.UnionOf(remove)
		if added.Overlaps(removed) {
			return out, false
		}
		out = out.Union(added).Subtract(removed)
		i = j
	}
	return out, true
}

// short is an IPv4 prefix without its last zeros: 10/8.
var short = regexp.MustCompile(`^\d+(\.\d+){0,2}/\d+$`)

// prefixOf reads a host or a prefix; host bits do not count.
func prefixOf(text string) (netip.Prefix, bool) {
	if strings.Count(text, ".") < 3 && short.MatchString(text) {
		address, length, _ := strings.Cut(text, "/")
		text = address + strings.Repeat(".0", 3-strings.Count(address, ".")) + "/" + length
	}
	if a, err := netip.ParseAddr(text); err == nil && a.Zone() == "" && !a.Is4In6() {
		return netip.PrefixFrom(a, a.BitLen()), true
	}
	p, err := netip.ParsePrefix(text)
	return p.Masked(), err == nil && !p.Addr().Is4In6()
}
