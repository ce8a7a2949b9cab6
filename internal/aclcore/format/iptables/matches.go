package iptables

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/netfilter"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
)

const maxPort = 65535

func portOption(src, dst, multi bool) func(*ruleReader, string, [2]string, bool) error {
	return func(r *ruleReader, name string, args [2]string, not bool) error {
		r.rule.ports = append(r.rule.ports, portMatch{option: name, text: args[0], src: src, dst: dst, multi: multi, not: not})
		return nil
	}
}

// readPorts reads the conditions on ports, now that the protocol is known.
func (r *ruleReader) readPorts() error {
	for _, m := range r.rule.ports {
		if r.rule.protocol < 0 || !service.HasPorts(uint8(r.rule.protocol)) {
			return fmt.Errorf("%s %s needs -p tcp, udp, sctp, dccp or udplite", m.option, m.text)
		}
		protocol := uint8(r.rule.protocol)
		texts := []string{m.text}
		if m.multi {
			texts = strings.Split(m.text, ",")
		}
		var ranges []service.Range
		disputed := false
		for _, text := range texts {
			from, to, err := parsePorts(protocol, text)
			switch {
			case errors.Is(err, errReversed):
				continue // the kernel takes it, and no port is in it
			case errors.Is(err, errDisputed):
				r.rule.unknown = append(r.rule.unknown, fmt.Sprintf("%s %s: %v", m.option, m.text, err))
				disputed = true
				continue
			case err != nil:
				return fmt.Errorf("%s %s: %w", m.option, m.text, err)
			}
			if m.dst {
				ranges = append(ranges, service.Ports(protocol, from, to))
			}
			if m.src {
				s := service.Whole(protocol)
				s.SrcFrom, s.SrcTo = from, to
				ranges = append(ranges, s)
			}
		}
		s := service.SetOf(ranges...)
		switch {
		case disputed:
		case m.not:
			r.rule.services = r.rule.services.Subtract(s)
		default:
			r.rule.services = r.rule.services.Intersect(s)
		}
	}
	return nil
}

var (
	errReversed = errors.New("the range is reversed: no port is in it")
	errDisputed = errors.New("hosts and the registry give the name to different ports; write the number")
)

// parsePorts reads "80", "80:90", ":1023", "1024:" or a name. The error is errReversed for
// a range that ends before it begins.
func parsePorts(protocol uint8, text string) (from, to uint16, err error) {
	first, last, ranged := strings.Cut(text, ":")
	if !ranged {
		from, err = parsePort(protocol, text)
		return from, from, err
	}
	to = maxPort
	if first != "" {
		if from, err = parsePort(protocol, first); err != nil {
			return 0, 0, err
		}
	}
	if last != "" {
		if to, err = parsePort(protocol, last); err != nil {
			return 0, 0, err
		}
	}
	if from > to {
		return 0, 0, errReversed
	}
	return from, to, nil
}

func parsePort(protocol uint8, text string) (uint16, error) {
	if n, err := strconv.ParseUint(text, 10, 16); err == nil {
		return uint16(n), nil
	}
	if netfilter.IsDisputed(text) {
		return 0, errDisputed
	}
	port, ok := netfilter.Port(protocol, text)
	if !ok {
		return 0, fmt.Errorf("the port %q is not known; write its number, 0 to 65535", text)
	}
	return port, nil
}

func (r *ruleReader) needProtocol(protocol int, name string) error {
	if r.rule.protocol != protocol {
		return fmt.Errorf("needs -p %s", name)
	}
	return nil
}

func readSyn(r *ruleReader, _ string, _ [2]string, not bool) error {
	return r.tcpFlags(netfilter.SYN|netfilter.RST|netfilter.ACK|netfilter.FIN, netfilter.SYN, not, "--syn")
}

func readFlags(r *ruleReader, _ string, args [2]string, not bool) error {
	mask, err1 := parseFlags(args[0])
	want, err2 := parseFlags(args[1])
	if err := errors.Join(err1, err2); err != nil {
		return err
	}
	return r.tcpFlags(mask, want, not, "--tcp-flags "+args[0]+" "+args[1])
}

func (r *ruleReader) tcpFlags(mask, want uint8, not bool, text string) error {
	if err := r.needProtocol(service.TCP, "tcp"); err != nil {
		return err
	}
	r.rule.further = append(r.rule.further, netfilter.Flags(func(f uint8) bool { return (f&mask == want) != not }, text))
	return nil
}

var flagNames = map[string]uint8{
	"FIN": netfilter.FIN, "SYN": netfilter.SYN, "RST": netfilter.RST, "PSH": netfilter.PSH, "ACK": netfilter.ACK, "URG": netfilter.URG,
	"ALL": 0x3f, "NONE": 0,
}

func parseFlags(text string) (uint8, error) {
	var flags uint8
	for name := range strings.SplitSeq(text, ",") {
		f, ok := flagNames[strings.ToUpper(name)]
		if !ok {
			return 0, fmt.Errorf("the flag %q is not known; FIN, SYN, RST, PSH, ACK, URG, ALL and NONE are", name)
		}
		flags |= f
	}
	return flags, nil
}

var stateNames = map[string]netfilter.ConnStates{
	"NEW": netfilter.New, "ESTABLISHED": netfilter.Established, "RELATED": netfilter.Related,
	"INVALID": netfilter.Invalid, "UNTRACKED": netfilter.Untracked,
}

func readState(r *ruleReader, name string, args [2]string, not bool) error {
	var states netfilter.ConnStates
	text := name + " " + args[0]
	if not {
		text = "! " + text
	}
	translated, rewritten := false, false
	for word := range strings.SplitSeq(args[0], ",") {
		word = strings.ToUpper(word)
		s, ok := stateNames[word]
		switch {
		case ok:
			states |= s
		case word == "DNAT": // what has another destination is not told apart
			rewritten = true
		case word == "SNAT": // later packets may be of a connection whose source is another
			translated = true
		default:
			return fmt.Errorf("the state %q is not known; NEW, ESTABLISHED, RELATED, INVALID, UNTRACKED, SNAT and DNAT are", word)
		}
	}
	if not {
		const all = netfilter.New | netfilter.Established | netfilter.Related | netfilter.Invalid | netfilter.Untracked
		states = all &^ states
	}
	sets := r.connectionState(r.table.save, states, r.tracking, text)
	if translated {
		later := netfilter.Doubtful(text)
		later.State = netfilter.Later
		sets = append(sets, later)
		if not {
			for i := range sets {
				sets[i].State &^= netfilter.Later
			}
			sets[len(sets)-1] = later
		}
	}
	if rewritten {
		sets = r.table.save.behind(sets, text)
	}
	r.rule.further = append(r.rule.further, sets)
	return nil
}

// connectionState returns the packets in one of the states. Those that the raw table
// exempts are untracked; of what answers them it cannot be told.
func (r *reader) connectionState(s *save, states netfilter.ConnStates, tracking netfilter.Tracking, text string) []netfilter.Packets {
	sets := netfilter.Connection(states, tracking, text)
	if len(s.untracked) == 0 && (tracking == netfilter.Tracked || !strings.Contains(strings.ToUpper(r.content), "NOTRACK")) {
		return sets
	}
	return netfilter.WithUntracked(sets, s.untracked, states, text+": the raw table exempts traffic from connection tracking")
}

func readType(r *ruleReader, _ string, args [2]string, not bool) error {
	r.table.save.see(netfilter.V4, r.line)
	if err := r.needProtocol(service.ICMP, "icmp"); err != nil {
		return err
	}
	if args[0] == "any" || args[0] == "255" { // the type 255 stands for all
		if not {
			r.rule.services = service.Set{}
		}
		return nil
	}
	return r.icmpType(service.ICMP, args[0], typeNames, not)
}

func readType6(r *ruleReader, _ string, args [2]string, not bool) error {
	r.table.save.see(netfilter.V6, r.line)
	if err := r.needProtocol(service.ICMPv6, "ipv6-icmp"); err != nil {
		return err
	}
	return r.icmpType(service.ICMPv6, args[0], typeNames6, not)
}

func (r *ruleReader) icmpType(protocol uint8, text string, names map[string]string, not bool) error {
	if known, ok := names[strings.ToLower(text)]; ok {
		text = known
	}
	typeText, codeText, hasCode := strings.Cut(text, "/")
	t, err := strconv.ParseUint(typeText, 10, 8)
	if err != nil {
		return errors.New("the type is not known; write its number, or type/code")
	}
	set := service.SetOf(service.Type(protocol, uint8(t)))
	if hasCode {
		code, err := strconv.ParseUint(codeText, 10, 8)
		if err != nil {
			return fmt.Errorf("the code %q is none; write 0 to 255", codeText)
		}
		set = service.SetOf(service.Code(protocol, uint8(t), uint8(code)))
	}
	if not {
		r.rule.services = r.rule.services.Subtract(set)
	} else {
		r.rule.services = r.rule.services.Intersect(set)
	}
	return nil
}

// typeNames are the names that "iptables -p icmp -h" lists, as type or type/code.
var typeNames = map[string]string{
	"echo-reply": "0", "pong": "0",
	"destination-unreachable": "3", "network-unreachable": "3/0", "host-unreachable": "3/1", "protocol-unreachable": "3/2",
	"port-unreachable": "3/3", "fragmentation-needed": "3/4", "source-route-failed": "3/5", "network-unknown": "3/6",
	"host-unknown": "3/7", "network-prohibited": "3/9", "host-prohibited": "3/10", "tos-network-unreachable": "3/11",
	"tos-host-unreachable": "3/12", "communication-prohibited": "3/13", "host-precedence-violation": "3/14", "precedence-cutoff": "3/15",
	"source-quench": "4",
	"redirect":      "5", "network-redirect": "5/0", "host-redirect": "5/1", "tos-network-redirect": "5/2", "tos-host-redirect": "5/3",
	"echo-request": "8", "ping": "8", "router-advertisement": "9", "router-solicitation": "10",
	"time-exceeded": "11", "ttl-exceeded": "11", "ttl-zero-during-transit": "11/0", "ttl-zero-during-reassembly": "11/1",
	"parameter-problem": "12", "ip-header-bad": "12/0", "required-option-missing": "12/1",
	"timestamp-request": "13", "timestamp-reply": "14", "address-mask-request": "17", "address-mask-reply": "18",
}

// typeNames6 are the names that "ip6tables -p icmpv6 -h" lists.
var typeNames6 = map[string]string{
	"destination-unreachable": "1", "no-route": "1/0", "communication-prohibited": "1/1", "beyond-scope": "1/2",
	"address-unreachable": "1/3", "port-unreachable": "1/4", "failed-policy": "1/5", "reject-route": "1/6",
	"packet-too-big": "2", "time-exceeded": "3", "ttl-exceeded": "3", "ttl-zero-during-transit": "3/0", "ttl-zero-during-reassembly": "3/1",
	"parameter-problem": "4", "bad-header": "4/0", "unknown-header-type": "4/1", "unknown-option": "4/2",
	"echo-request": "128", "ping": "128", "echo-reply": "129", "pong": "129",
	"mld-listener-query": "130", "mld-listener-report": "131", "mld-listener-done": "132", "mld-listener-reduction": "132",
	"router-solicitation": "133", "router-advertisement": "134", "neighbour-solicitation": "135", "neighbor-solicitation": "135",
	"neighbour-advertisement": "136", "neighbor-advertisement": "136", "redirect": "137",
}
