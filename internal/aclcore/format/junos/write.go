package junos

import (
	"errors"
	"fmt"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/zoned"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// Write writes the rules of the insertion as set commands: terms of a firewall filter,
// or security policies with the addresses and applications that they need, and the
// insert that puts each before the one that decides. It returns an error for policies
// without zones and for what Junos cannot say.
func Write(list string, in rule.Insertion) (string, error) {
	if in.Base != nil {
		switch site := in.Base.Writer.(type) {
		case *filter:
			return writeTerms(site.prefix, site.path, site.key.family, in)
		case *chain:
			f := site.filter(in.Before)
			if f == nil {
				return "", fmt.Errorf("a filter of the list %s is not in the text", site.alias)
			}
			return writeTerms(f.prefix, f.path, f.key.family, in)
		case *policySite:
			return writePolicies(site, in)
		}
	}
	if list == PolicyList {
		return writePolicies(&policySite{}, in)
	}
	family, name, ok := strings.Cut(list, " ")
	if !ok {
		family, name = familyOf(in), list
	}
	return writeTerms(nil, []string{"firewall", "family", family, "filter", name}, family, in)
}

// familyOf returns the family of the first rule.
func familyOf(in rule.Insertion) string {
	for _, r := range in.Rules {
		if v4, _ := r.Traffic.ByFamily(); v4.IsEmpty() {
			return "inet6"
		}
	}
	return "inet"
}

// before returns the place of the rule that new ones go before, "" for the end.
func before(in rule.Insertion) (string, error) {
	if in.Base == nil || in.Before >= len(in.Base.Rules) {
		return "", nil
	}
	r := &in.Base.Rules[in.Before]
	if r.Place == "" {
		return "", fmt.Errorf("%s decides this traffic where no rule can come before it", in.Base.Describe(in.Before))
	}
	return r.Place, nil
}

// A namer gives names to new terms or policies.
type namer struct {
	// used are the names of this change and of those made before it.
	used map[string]bool
	// next is the number that is tried next behind a name.
	next map[string]int
}

// newNamer returns a namer of terms or policies, as kind says.
func newNamer(in rule.Insertion, kind string) *namer {
	n := &namer{used: make(map[string]bool), next: make(map[string]int)}
	for _, text := range in.Beside {
		word := ""
		for next := range strings.FieldsSeq(text) {
			if word == kind {
				n.used[next] = true
			}
			word = next
		}
	}
	return n
}

// name returns the rule's own name if it can be one and is free, or with a number behind,
// since a rule may take several terms; without such a name acl-N.
func (n *namer) name(wanted string, taken func(name string) bool) string {
	free := func(name string) bool { return !n.used[name] && !taken(name) }
	name := wanted
	if !isName(wanted) || !free(wanted) {
		stem := "acl"
		if n.next[stem] = max(n.next[stem], 1); isName(wanted) && len(wanted) < maxName-10 {
			stem = wanted
			n.next[stem] = max(n.next[stem], 2)
		}
		for name = ""; name == "" || !free(name); n.next[stem]++ {
			name = fmt.Sprintf("%s-%d", stem, n.next[stem])
		}
	}
	n.used[name] = true
	return name
}

// maxName is how long a name may be.
const maxName = 63

func isName(text string) bool {
	if text == "" || len(text) > maxName {
		return false
	}
	return strings.IndexFunc(text, func(r rune) bool {
		return !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune("-_.", r))
	}) < 0
}

// inPart returns the command for a logical system or tenant: "set security …" becomes
// "set logical-systems NAME security …".
func inPart(prefix []string, command string) string {
	if len(prefix) == 0 {
		return command
	}
	verb, rest, _ := strings.Cut(command, " ")
	return verb + " " + inQuotes(prefix...) + " " + rest
}

// writeTerms writes one term for each service of each rule.
func writeTerms(prefix, path []string, family string, in rule.Insertion) (string, error) {
	at, err := before(in)
	if err != nil {
		return "", err
	}
	places := make(map[string]bool)
	if in.Base != nil {
		for i := range in.Base.Rules {
			places[in.Base.Rules[i].Place] = true
		}
	}
	names := newNamer(in, "term")
	var lines []string
	for i := range in.Rules {
		r := &in.Rules[i]
		t := traffic.Product{Sources: r.Traffic.Sources.Intersect(families[family]), Destinations: r.Traffic.Destinations.Intersect(families[family]), Services: r.Traffic.Services}
		if t.IsEmpty() {
			continue
		}
		groups, err := termServices(t.Services, family)
		if err != nil {
			return "", err
		}
		for _, conditions := range groups {
			name := names.name(r.Name, func(name string) bool { return places[name] })
			base := "set " + inQuotes(path...) + " term " + name
			lines = append(lines, termLines(base, t, family, conditions, r.Action)...)
			if at != "" {
				lines = append(lines, fmt.Sprintf("insert %s term %s before term %s", inQuotes(path...), name, inQuotes(at)))
			}
		}
	}
	if len(lines) == 0 {
		return "", fmt.Errorf("a filter of the family %s does not match this traffic", family)
	}
	for i := range lines {
		lines[i] = inPart(prefix, lines[i])
	}
	return strings.Join(lines, "\n"), nil
}

func termLines(base string, t traffic.Product, family string, conditions []string, action rule.Action) []string {
	var lines []string
	for _, side := range []struct {
		word string
		set  addr.Set
	}{{"source-address", t.Sources}, {"destination-address", t.Destinations}} {
		if side.set.Equal(families[family]) {
			continue
		}
		for _, p := range side.set.Prefixes() {
			if !strings.Contains(p, "/") {
				p += map[string]string{"inet": "/32", "inet6": "/128"}[family]
			}
			lines = append(lines, base+" from "+side.word+" "+p)
		}
	}
	for _, c := range conditions {
		lines = append(lines, base+" from "+c)
	}
	if action == rule.Permit {
		return append(lines, base+" then accept")
	}
	return append(lines, base+" then discard")
}

// termServices returns the conditions on services, a list for each term.
func termServices(s service.Set, family string) ([][]string, error) {
	if s.IsAny() {
		return [][]string{nil}, nil
	}
	terms, err := zoned.ServiceTerms(s)
	if err != nil {
		return nil, err
	}
	word := map[string]string{"inet": "protocol", "inet6": "next-header"}[family]
	icmp := map[string]uint8{"inet": service.ICMP, "inet6": service.ICMPv6}[family]
	var out [][]string
	for _, t := range terms {
		c := []string{fmt.Sprintf("%s %d", word, t.Protocol)}
		if t.HasPorts() {
			if t.Sources != (zoned.Ports{From: 0, To: 65535}) {
				c = append(c, "source-port "+run(t.Sources))
			}
			if t.Destinations != (zoned.Ports{From: 0, To: 65535}) {
				c = append(c, "destination-port "+run(t.Destinations))
			}
		}
		if t.Type >= 0 && t.Protocol != icmp {
			return nil, fmt.Errorf("a filter of the family %s has no types of IP protocol %d", family, t.Protocol)
		}
		if t.Type >= 0 {
			c = append(c, fmt.Sprintf("icmp-type %d", t.Type))
		}
		if t.Code >= 0 {
			c = append(c, fmt.Sprintf("icmp-code %d", t.Code))
		}
		out = append(out, c)
	}
	return out, nil
}

func run(p zoned.Ports) string {
	if p.From == p.To {
		return fmt.Sprint(p.From)
	}
	return fmt.Sprintf("%d-%d", p.From, p.To)
}

var errZones = errors.New("a security policy is for a pair of zones: declare source_zone and destination_zone of the flow")

// Delete returns the command that deletes a term or a policy of the list.
func Delete(base *rule.Ruleset, r *rule.Rule) (string, error) {
	switch s := base.Writer.(type) {
	case *filter:
		if r.Place != "" {
			return inPart(s.prefix, fmt.Sprintf("delete %s term %s", inQuotes(s.path...), inQuotes(r.Place))), nil
		}
	case *policySite:
		switch p, ok := s.policies[r.Place]; {
		case !ok:
		case p.from == "":
			return inPart(s.prefix, "delete security policies global policy "+inQuotes(p.name)), nil
		default:
			return inPart(s.prefix, fmt.Sprintf("delete security policies from-zone %s to-zone %s policy %s", inQuotes(p.from), inQuotes(p.to), inQuotes(p.name))), nil
		}
	}
	return "", fmt.Errorf("%s is no term or policy of its own", r)
}
