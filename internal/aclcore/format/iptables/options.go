package iptables

import (
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/netfilter"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service/iana"
)

// An option of iptables that decides what a rule matches or does.
type option struct {
	args    int
	negates bool
	read    func(r *ruleReader, name string, args [2]string, not bool) error
}

// options are those of the matches that a flow can be judged by, and of iptables
// itself.
var options map[string]option

func init() {
	options = make(map[string]option)
	for names, o := range map[string]option{
		"-p --protocol":                     {1, true, readProtocol},
		"-s --source --src":                 {1, true, readSource},
		"-d --destination --dst":            {1, true, readDestination},
		"-i --in-interface":                 {1, true, readIn},
		"-o --out-interface":                {1, true, readOut},
		"-f --fragment --fragments":         {0, true, readFragment},
		"-m --match":                        {1, false, readModule},
		"-j --jump":                         {1, false, readJump},
		"-g --goto":                         {1, false, readGoto},
		"-c --set-counters":                 {2, false, ignore},
		"-4 --ipv4":                         {0, false, readOnly4},
		"-6 --ipv6":                         {0, false, readOnly6},
		"--sport --source-port":             {1, true, portOption(true, false, false)},
		"--dport --destination-port":        {1, true, portOption(false, true, false)},
		"--sports --source-ports":           {1, true, portOption(true, false, true)},
		"--dports --destination-ports":      {1, true, portOption(false, true, true)},
		"--ports":                           {1, true, portOption(true, true, true)},
		"--syn":                             {0, true, readSyn},
		"--tcp-flags":                       {2, true, readFlags},
		"--icmp-type":                       {1, true, readType},
		"--icmpv6-type":                     {1, true, readType6},
		"--state":                           {1, true, readState},
		"--ctstate":                         {1, true, readState},
		"--src-range":                       {1, true, readSourceRange},
		"--dst-range":                       {1, true, readDestinationRange},
		"--comment":                         {1, false, readComment},
		"--match-set":                       {2, true, readMatchSet},
		"--notrack":                         {0, false, readNoTrack},
		"--mark":                            {1, true, readMark},
		"--dst-type":                        {1, true, readDestinationType},
		"--ctproto":                         {1, true, readConnectionProtocol},
		"--ctorigsrc":                       {1, true, readConnectionAddress},
		"--ctorigdst":                       {1, true, readConnectionAddress},
		"--ctorigsrcport":                   {1, true, readConnectionPort},
		"--ctorigdstport":                   {1, true, readConnectionPort},
		"-w --wait -n -v --verbose --exact": {0, false, ignore},
	} {
		for name := range strings.FieldsSeq(names) {
			options[name] = o
		}
	}
}

func ignore(*ruleReader, string, [2]string, bool) error { return nil }

func readOnly4(r *ruleReader, _ string, _ [2]string, _ bool) error {
	r.rule.further = append(r.rule.further, []netfilter.Packets{netfilter.IPv4()})
	return nil
}

func readOnly6(r *ruleReader, _ string, _ [2]string, _ bool) error {
	r.rule.further = append(r.rule.further, []netfilter.Packets{netfilter.IPv6()})
	return nil
}

func readComment(r *ruleReader, _ string, args [2]string, _ bool) error {
	r.rule.name = args[0]
	return nil
}

func readNoTrack(r *ruleReader, _ string, _ [2]string, _ bool) error {
	r.rule.untracks = true
	return nil
}

// plain are the matches whose options are all in options, or that say nothing.
var plain = map[string]bool{
	"tcp": true, "udp": true, "udplite": true, "sctp": true, "dccp": true, "icmp": true, "icmp6": true, "icmpv6": true,
	"multiport": true, "state": true, "conntrack": true, "iprange": true, "comment": true,
	"set": true, "mark": true,
}

// neverFirst are matches on extension headers of IPv6, which packets of a connection that
// is asked about do not have.
var neverFirst = map[string]bool{"frag": true, "rt": true, "hbh": true, "dst": true}

func readModule(r *ruleReader, _ string, args [2]string, _ bool) error {
	r.rule.module = args[0]
	_, isSteady := steady[args[0]]
	switch {
	case plain[args[0]]:
	case neverFirst[args[0]]:
		r.rule.further = append(r.rule.further, nil)
	case isSteady:
		r.rule.steady = append(r.rule.steady, steadyMatch{module: args[0]})
	default:
		r.rule.unknown = append(r.rule.unknown, "-m "+args[0])
	}
	return nil
}

func readJump(r *ruleReader, _ string, args [2]string, _ bool) error {
	r.rule.target, r.rule.module = args[0], ""
	r.rule.untracks = r.rule.untracks || args[0] == "NOTRACK"
	return nil
}

func readGoto(r *ruleReader, _ string, args [2]string, _ bool) error {
	r.rule.target, r.rule.isGoto, r.rule.module = args[0], true, ""
	return nil
}

// protocolNames are names of /etc/protocols on Linux that the registry does not
// have.
var protocolNames = map[string]uint8{"icmp6": 58, "ipencap": 4, "ipv6-mh": 135, "mh": 135, "ospf": 89, "ospfigp": 89}

func readProtocol(r *ruleReader, _ string, args [2]string, not bool) error {
	name := strings.ToLower(args[0])
	number, ok := protocolNames[name]
	if !ok {
		number, ok = iana.Protocol(name)
	}
	if !ok {
		n, err := strconv.ParseUint(name, 10, 8)
		number, ok = uint8(n), err == nil
	}
	switch {
	case name == "all" || ok && number == 0: // 0 means all here
		if not {
			r.rule.services = service.Set{}
		}
		return nil
	case !ok:
		return errors.New("the protocol is not known; write its number")
	}
	switch name {
	case "icmp":
		r.table.save.hint |= netfilter.V4
	case "icmpv6", "ipv6-icmp", "icmp6":
		r.table.save.hint |= netfilter.V6
	}
	whole := service.SetOf(service.Whole(number))
	if not {
		r.rule.services = r.rule.services.Subtract(whole)
		return nil
	}
	r.rule.protocol = int(number)
	r.rule.services = r.rule.services.Intersect(whole)
	return nil
}

func readSource(r *ruleReader, _ string, args [2]string, not bool) error {
	return r.addresses(&r.rule.sources, args[0], not)
}

func readDestination(r *ruleReader, _ string, args [2]string, not bool) error {
	return r.addresses(&r.rule.destinations, args[0], not)
}

func (r *ruleReader) addresses(into *addr.Set, text string, not bool) error {
	var all, perhaps addr.Set
	parts, reason := 0, ""
	for part := range strings.SplitSeq(text, ",") {
		parts++
		s, err := parseAddress(part)
		switch {
		case errors.Is(err, addr.ErrTooScattered):
			perhaps = perhaps.Union(s) // one of them surely
			reason = fmt.Sprintf("%s: %v", part, err)
			continue
		case err != nil && isHostName(part):
			r.rule.unknown = append(r.rule.unknown, fmt.Sprintf("the address of %s is not in the file", part))
			return nil
		case err != nil:
			return err
		}
		all = all.Union(s)
	}
	r.rule.copies *= parts
	if perhaps.IsEmpty() {
		return r.narrow(into, all, not)
	}
	// Addresses outside of what the mask may leave are surely not meant.
	may := all.Union(perhaps)
	if !not {
		r.rule.unknown = append(r.rule.unknown, reason)
		return r.narrow(into, may, false)
	}
	base := addr.Any4()
	if v4, _ := may.Split(); v4.IsEmpty() {
		base = addr.Any6()
	}
	side := netfilter.From
	if into == &r.rule.destinations {
		side = netfilter.All().To
	}
	r.rule.further = append(r.rule.further, []netfilter.Packets{side(base.Subtract(may)), side(perhaps.Subtract(all)).Because("! " + reason)})
	return nil
}

// narrow restricts an address set to those in s, or to those that are not.
func (r *ruleReader) narrow(into *addr.Set, s addr.Set, not bool) error {
	v4, v6 := s.Split()
	base := addr.Any6()
	switch {
	case !v4.IsEmpty() && !v6.IsEmpty():
		return errors.New("mixes IPv4 and IPv6")
	case !v4.IsEmpty():
		base = addr.Any4()
		r.table.save.see(netfilter.V4, r.line)
	default:
		r.table.save.see(netfilter.V6, r.line)
	}
	if not {
		s = base.Subtract(s)
	}
	*into = into.Intersect(s)
	return nil
}

// parseAddress reads an address with an optional prefix length or mask, which need
// not be contiguous. Bits under the mask do not count. For a mask that is too scattered it
// returns addr.ErrTooScattered, with a set that holds all addresses and more.
func parseAddress(text string) (addr.Set, error) {
	host, mask, masked := strings.Cut(text, "/")
	a, err := netip.ParseAddr(host)
	if err != nil || a.Zone() != "" {
		return addr.Set{}, errors.New("is not an address; write 10.0.0.0/8, 10.0.0.0/255.0.0.0 or 2001:db8::/32")
	}
	if !masked {
		return addr.SetOf(addr.RangeOf(a, a)), nil
	}
	if bits, err := strconv.Atoi(mask); err == nil && bits >= 0 && bits <= a.BitLen() {
		return addr.SetOf(addr.RangeOfPrefix(netip.PrefixFrom(a, bits))), nil
	}
	m, err := netip.ParseAddr(mask)
	if err != nil || m.Is4() != a.Is4() {
		return addr.Set{}, fmt.Errorf("the mask %q is none; write 0 to %d or a mask such as 255.0.0.0", mask, a.BitLen())
	}
	wildcard := m.AsSlice()
	for i := range wildcard {
		wildcard[i] = ^wildcard[i]
	}
	w, _ := netip.AddrFromSlice(wildcard)
	s, err := addr.Wildcard(a, w)
	if errors.Is(err, addr.ErrTooScattered) {
		if wider, err := addr.WildcardWithin(a, w); err == nil {
			return wider, addr.ErrTooScattered
		}
	}
	return s, err
}

func isHostName(text string) bool {
	letter := false
	for _, c := range text {
		switch {
		case 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z':
			letter = true
		case '0' <= c && c <= '9' || c == '-' || c == '.' || c == '_':
		default:
			return false
		}
	}
	return letter
}

func readSourceRange(r *ruleReader, _ string, args [2]string, not bool) error {
	return r.addressRange(&r.rule.sources, args[0], not)
}

func readDestinationRange(r *ruleReader, _ string, args [2]string, not bool) error {
	return r.addressRange(&r.rule.destinations, args[0], not)
}

func (r *ruleReader) addressRange(into *addr.Set, text string, not bool) error {
	first, last, ranged := strings.Cut(text, "-")
	if !ranged {
		last = first
	}
	from, err1 := netip.ParseAddr(first)
	to, err2 := netip.ParseAddr(last)
	if err1 != nil || err2 != nil || from.Is4() != to.Is4() || from.Zone() != "" || to.Zone() != "" {
		return errors.New("is not a range; write 10.0.0.1-10.0.0.9")
	}
	if to.Less(from) { // the kernel takes it, and nothing matches
		if !not {
			*into = addr.Set{}
		}
		return nil
	}
	return r.narrow(into, addr.SetOf(addr.RangeOf(from, to)), not)
}

func readIn(r *ruleReader, _ string, args [2]string, not bool) error {
	onInterface(args[0], not, &r.rule.in)
	return nil
}

func readOut(r *ruleReader, _ string, args [2]string, not bool) error {
	onInterface(args[0], not, &r.rule.out)
	return nil
}

// onInterface restricts the rule to an interface, or to those of a pattern (eth+).
func onInterface(name string, not bool, into *netfilter.Interfaces) {
	prefix, pattern := strings.CutSuffix(name, "+")
	if !pattern {
		*into = netfilter.Only(name)
		if not {
			*into = into.Complement()
		}
		return
	}
	if prefix == "" {
		if not {
			*into = netfilter.Only()
		}
		return
	}
	*into = netfilter.Like(prefix)
	if not {
		*into = into.Complement()
	}
}

// readFragment reads -f: a second or later fragment, which no packet is that is asked
// about. Connection tracking puts fragments together before every table.
func readFragment(r *ruleReader, _ string, _ [2]string, not bool) error {
	r.table.save.see(netfilter.V4, r.line)
	if !not {
		r.rule.further = append(r.rule.further, nil)
	}
	return nil
}
