package iptables

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/netfilter"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
)

// ipset is a set as "ipset save" prints it, which may stand in the same file as the
// rules that name it.
type ipset struct {
	// parts are what an element is made of: ip, net, port, and others that are not
	// read.
	parts    []string
	elements [][]string
	// doubt is why the elements are not surely those of the set.
	doubt string
	// matched is what the set matches, by the flags that a rule gives, "! " before them
	// where it negates. Rules are read when all elements are there.
	matched map[string]matched
}

// matched are the packets of a set, or why they cannot be told.
type matched struct {
	packets []netfilter.Packets
	err     error
}

// setLine reads "create NAME TYPE …" or "add NAME ELEMENT …" and reports whether the
// line is one.
func (r *reader) setLine(line int, text string) bool {
	if !strings.HasPrefix(text, "create") && !strings.HasPrefix(text, "add") {
		return false
	}
	w := strings.Fields(text)
	switch {
	case len(w) >= 3 && w[0] == "create":
		_, parts, ok := strings.Cut(w[2], ":")
		if !ok || r.ipsets[w[1]] != nil {
			r.Add(line, "%.60q creates no set, or one that is there; write create NAME hash:net", text)
			return true
		}
		s := &ipset{parts: strings.Split(parts, ",")}
		switch {
		case strings.HasPrefix(w[2], "list:") || expires(w):
			s.doubt = "its members are not read"
		case slices.ContainsFunc(w[3:], func(word string) bool { return masks[word] }):
			s.doubt = "its members are compared under a mask"
		}
		if r.ipsets == nil {
			r.ipsets = make(map[string]*ipset)
		}
		r.ipsets[w[1]] = s
	case len(w) >= 3 && w[0] == "add":
		s := r.ipsets[w[1]]
		if s == nil {
			r.Add(line, "the set %s is not created before", w[1])
			return true
		}
		s.elements = append(s.elements, strings.Split(w[2], ","))
		if expires(w) || slices.Contains(w, "nomatch") {
			s.doubt = "it has members that expire or are exceptions"
		}
	default:
		return false
	}
	return true
}

// masks are the options of a set under which an element stands for more than itself.
var masks = map[string]bool{"netmask": true, "bitmask": true, "markmask": true}

// expires reports whether a set, or an element, has a timeout.
func expires(words []string) bool {
	i := slices.Index(words, "timeout")
	return i >= 0 && i+1 < len(words) && words[i+1] != "0"
}

// readMatchSet reads "--match-set NAME src,dst".
func readMatchSet(r *ruleReader, _ string, args [2]string, not bool) error {
	text := "--match-set " + args[0] + " " + args[1]
	if not {
		text = "! " + text
	}
	s := r.ipsets[args[0]]
	switch {
	case s == nil:
		r.rule.unknown = append(r.rule.unknown, text+": the set is not in the file")
		return nil
	case r.isFilled(args[0]):
		r.rule.unknown = append(r.rule.unknown, text+": rules of the file add members to the set or delete some")
		return nil
	case s.doubt != "":
		r.rule.unknown = append(r.rule.unknown, text+": "+s.doubt)
		return nil
	}
	sets, err := s.match(args[1], not)
	if err != nil {
		r.rule.unknown = append(r.rule.unknown, text+": "+err.Error())
		return nil //nolint:nilerr // a condition that is not understood is a doubt, not an error
	}
	r.rule.further = append(r.rule.further, sets)
	return nil
}

// match returns the packets that are in the set, or are not, once for all rules that ask
// for the same.
func (s *ipset) match(flags string, not bool) ([]netfilter.Packets, error) {
	key := flags
	if not {
		key = "! " + flags
	}
	m, known := s.matched[key]
	if !known {
		m.packets, m.err = s.packets(strings.Split(flags, ","))
		if m.err == nil && not {
			var ok bool
			if m.packets, ok = netfilter.Except(netfilter.All(), m.packets); !ok {
				m.err = errors.New("the set is too large to be negated")
			}
		}
		if s.matched == nil {
			s.matched = make(map[string]matched)
		}
		s.matched[key] = m
	}
	return slices.Clip(m.packets), m.err
}

// isFilled reports whether a rule (-j SET) changes the members of the set.
func (r *reader) isFilled(name string) bool {
	if r.filled == nil {
		r.filled = make(map[string]bool)
		previous := ""
		for word := range strings.FieldsSeq(r.content) {
			if previous == "--add-set" || previous == "--del-set" {
				r.filled[word] = true
			}
			previous = word
		}
	}
	return r.filled[name]
}

// packets returns the packets whose source or destination, as flags says for each
// part, is in the set.
func (s *ipset) packets(flags []string) ([]netfilter.Packets, error) {
	if len(flags) < len(s.parts) {
		return nil, errors.New("says src or dst for fewer parts than the set has")
	}
	if len(s.parts) == 1 && s.parts[0] != "port" {
		return s.addresses(flags[0])
	}
	var out []netfilter.Packets
	for _, e := range s.elements {
		if len(s.parts) == 1 { // bitmap:port, whose ports are of TCP and of UDP
			for _, name := range [...]string{"tcp", "udp"} {
				p, err := portElement(name, strings.Join(e, ","), flags[0])
				if err != nil {
					return nil, err
				}
				out = append(out, p)
			}
			continue
		}
		if len(e) != len(s.parts) {
			return nil, fmt.Errorf("the element %s is not understood", strings.Join(e, ","))
		}
		p := netfilter.All()
		for i, part := range s.parts {
			one, err := elementOf(part, e[i], flags[i])
			if err != nil {
				return nil, err
			}
			p = p.Intersect(one)
		}
		if !p.IsEmpty() {
			out = append(out, p)
		}
	}
	return out, nil
}

// addresses joins the elements of a set of addresses.
func (s *ipset) addresses(flag string) ([]netfilter.Packets, error) {
	var ranges []addr.Range
	for _, e := range s.elements {
		a, err := elementAddress(s.parts[0], strings.Join(e, ","))
		if err != nil {
			return nil, err
		}
		ranges = append(ranges, a.Ranges()...)
	}
	p, err := side(addr.SetOf(ranges...), flag)
	if p.IsEmpty() {
		return nil, err
	}
	return []netfilter.Packets{p}, err
}

func side(s addr.Set, flag string) (netfilter.Packets, error) {
	switch flag {
	case "src":
		return netfilter.From(s), nil
	case "dst":
		return netfilter.All().To(s), nil
	}
	return netfilter.Packets{}, fmt.Errorf("%q is neither src nor dst", flag)
}

func elementOf(part, text, flag string) (netfilter.Packets, error) {
	if part != "port" {
		a, err := elementAddress(part, text)
		if err != nil {
			return netfilter.Packets{}, err
		}
		return side(a, flag)
	}
	name, ports, ok := strings.Cut(text, ":")
	if !ok {
		name, ports = "tcp", text
	}
	return portElement(name, ports, flag)
}

// portElement returns the packets of a protocol from or to the ports.
func portElement(name, ports, flag string) (netfilter.Packets, error) {
	protocol, known := map[string]uint8{"tcp": service.TCP, "udp": service.UDP, "sctp": service.SCTP, "udplite": service.UDPLite}[name]
	if !known {
		return netfilter.Packets{}, fmt.Errorf("the element %s:%s is not understood", name, ports)
	}
	from, to, err := parsePorts(protocol, strings.ReplaceAll(ports, "-", ":"))
	if err != nil {
		return netfilter.Packets{}, err
	}
	s := service.Ports(protocol, from, to)
	if flag == "src" {
		s = service.Whole(protocol)
		s.SrcFrom, s.SrcTo = from, to
	}
	return netfilter.For(service.SetOf(s)), nil
}

func elementAddress(part, text string) (addr.Set, error) {
	if part != "ip" && part != "net" {
		return addr.Set{}, fmt.Errorf("a set of %s cannot be decided", part)
	}
	if first, last, ok := strings.Cut(text, "-"); ok {
		a, err1 := parseAddress(first)
		b, err2 := parseAddress(last)
		if err := errors.Join(err1, err2); err != nil {
			return addr.Set{}, err
		}
		from, ok1 := a.Single()
		to, ok2 := b.Single()
		if !ok1 || !ok2 || to.Less(from) || from.Is4() != to.Is4() {
			return addr.Set{}, fmt.Errorf("the element %s is no range", text)
		}
		return addr.SetOf(addr.RangeOf(from, to)), nil
	}
	return parseAddress(text)
}
