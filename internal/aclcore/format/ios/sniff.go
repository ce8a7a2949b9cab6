package ios

import (
	"bytes"
	"net/netip"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/terminal"
)

const (
	sniffBytes = 64 << 10
	sniffLines = 600
)

// Sniff says which of the dialects the content is most likely in, and how likely
// that is: 0 is none of them, 100 is certain. It looks at the first 64 kB only.
func Sniff(content []byte) (dialect Dialect, score int) {
	if isJSON(content) {
		return NXOS, 95
	}
	head := content[:min(len(content), sniffBytes)]
	if trimmed := bytes.TrimLeft(head, " \t\r\n\uFEFF"); len(trimmed) == 0 || strings.IndexByte("{[<*", trimmed[0]) >= 0 || bytes.IndexByte(head, 0) >= 0 {
		return IOS, 0
	}
	var s signs
	var w words
	for range sniffLines {
		text, rest, more := bytes.Cut(head, []byte("\n"))
		_, command, _ := terminal.CutPrompt(strings.TrimLeft(string(text), " \t"))
		w.cut(command)
		s.line(&w)
		if !more {
			break
		}
		head = rest
	}
	return s.verdict()
}

// signs counts what speaks for each dialect.
type signs struct {
	ios, eos, nxos, xr, any int
	// plain counts lists that could be of NX-OS or of EOS.
	plain int
	// numbered counts entries of numbered lists, which an old ASA has as well; netmask
	// says that one of them has what looks like one of its masks.
	numbered int
	netmask  bool
	// router says that a line is of a router for sure, though not of which.
	router bool
	// kinds says that a list is called standard or extended, and ports that an interface
	// has a name that NX-OS does not know: neither is of NX-OS, whatever else it looks like.
	kinds, ports bool
	// labelled says that a tool wrote the platform into a comment.
	labelled bool
	// other says that a line is of another language.
	other bool
}

func (s *signs) line(w *words) {
	first, second, third := w.ahead(0), w.ahead(1), w.ahead(2)
	if strings.HasPrefix(first, "!") {
		s.comment(w)
		return
	}
	switch first {
	case "":
	case "asa", "pix", "nameif", "security-level", "same-security-traffic":
		s.other = s.other || first != "asa" && first != "pix" || second == "version"
	case "config", "set", "acl", "traffic-policies":
		s.other = s.other || first != "set" && second != ""
	case "access-list":
		if _, ok := number(second); !ok {
			s.other = s.other || third == "extended" || third == "standard" || third == "line" || third == "remark"
		} else if third == "permit" || third == "deny" || third == "remark" || third == "dynamic" {
			s.ios += 3
			s.numbered++
			s.netmask = s.netmask || hasNetmask(w)
		}
	case "ip", "ipv6":
		s.ip(first, second, third, w)
	case "ipv4":
		switch second {
		case "access-list", "access-group":
			s.xr += 3
		case "acl":
			s.nxos += 3
		}
	case "no":
		if second == "ipv4" && third == "access-list" {
			s.xr += 3
		}
	case "standard", "extended", "fqdn":
		if second == "ip" && third == "access" {
			s.ios += 3
		}
	case "object-group":
		s.group(second, third, w)
	case "feature", "vdc", "switchname":
		s.nxos += 2
	case "daemon", "transceiver":
		s.eos++
	case "hostname", "interface", "version", "router", "line", "service", "username":
		s.any++
		if first == "version" && strings.HasSuffix(second, ")") { // 9.3(3), where IOS has 15.2
			s.nxos += 3
		}
		s.router = s.router || first == "version" || first == "line"
		s.ports = s.ports || first == "interface" && isRouterPort(second)
	default:
		if key, _, ok := shownGroup(w); ok {
			if first == "network" || first == "v6-network" || key.kind == serviceGroup {
				s.ios += 3
			} else {
				s.nxos += 3
			}
			return
		}
		s.entry(w)
	}
}

// isRouterPort reports whether the interface has a name that IOS or XR gives, and NX-OS
// does not.
func isRouterPort(name string) bool {
	for _, kind := range [...]string{"gigabitethernet", "fastethernet", "tengigabitethernet", "tengige", "serial", "dialer", "bvi", "bdi"} {
		if strings.HasPrefix(name, kind) {
			return true
		}
	}
	return false
}

// hasNetmask reports whether a word is a netmask of some length, which would be an odd
// wildcard mask.
func hasNetmask(w *words) bool {
	for _, word := range w.raw {
		mask, err := netip.ParseAddr(word)
		if err == nil && mask.Is4() && mask.As4()[0] == 255 && mask.As4()[3] == 0 && isNetmask(mask) {
			return true
		}
	}
	return false
}

func (s *signs) comment(w *words) {
	text := strings.Join(w.low, " ")
	switch {
	case strings.Contains(text, "rancid-content-type: cisco-xr"), strings.Contains(text, "ios xr configuration"):
		s.xr += 9
	case strings.Contains(text, "rancid-content-type: cisco-nx"), strings.HasPrefix(text, "!running configuration last done at"), strings.HasPrefix(text, "!command: show "):
		s.nxos += 9
		s.labelled = true
	case strings.Contains(text, "rancid-content-type: arista"), strings.Contains(text, "eos-4."):
		s.eos += 9
	case strings.Contains(text, "rancid-content-type: cisco"):
		s.ios += 9
	}
}

func (s *signs) ip(first, second, third string, w *words) {
	switch {
	case second == "access" && third == "list": // over a list that is shown
		switch {
		case w.raw[1] == "Access":
			s.eos += 3
		case first == "ip":
			s.nxos += 3
		default:
			s.any += 3 // IOS and NX-OS write the same
		}
	case second != "access-list":
		if second == "access-group" || second == "traffic-filter" {
			s.any++
			s.router = true
		}
	case first == "ip" && second == "acl":
		s.nxos += 3
	case first == "ip" && (third == "standard" || third == "extended" || third == "fqdn") && w.ahead(3) != "":
		s.ios += 3
		s.kinds = true
	case first == "ip":
		s.plain += 3
	default:
		s.any += 3
	}
}

func (s *signs) group(second, third string, w *words) {
	switch {
	case second == "network" && (third == "ipv4" || third == "ipv6") && w.ahead(3) != "", second == "port":
		s.xr += 3
	case second == "ip" || second == "ipv6":
		s.nxos += 3
	case second == "v6-network" || second == "v6-service":
		s.ios += 3
	}
}

// entry looks at a line that may be an entry of a list.
func (s *signs) entry(w *words) {
	if startsWithDigit(w.peek()) {
		w.skip(1)
	}
	if !isActionWord(w.peek()) {
		if w.peek() == "statistics" && w.ahead(1) == "per-entry" {
			s.any++
		}
		return
	}
	s.any++
	if w.ahead(1) == "ipv4" {
		s.xr += 3
		return
	}
	for w.next() != "" {
		switch w.peek() {
		case "addrgroup", "portgroup":
			s.nxos += 3
		case "net-group", "port-group":
			s.xr += 3
		case "eq":
			_, onNXOS := NXOS.port(anyTransport, w.ahead(1))
			_, onEOS := IOS.port(anyTransport, w.ahead(1))
			_, several := IOS.port(anyTransport, w.ahead(2))
			if onEOS && (!onNXOS || several) {
				s.eos++
			}
		default:
			if strings.HasPrefix(w.peek(), "[match=") {
				s.nxos += 3
			}
		}
	}
}

func (s *signs) verdict() (Dialect, int) {
	if s.other {
		return IOS, 0
	}
	nxos, eos := s.nxos, s.eos
	if (s.kinds || s.ports) && !s.labelled { // so are the groups of a Catalyst
		eos, nxos = eos+nxos, 0
	}
	if s.plain > 0 { // of NX-OS, unless something speaks for EOS
		if eos > nxos || s.kinds || s.ports && !s.labelled {
			eos += s.plain
		} else {
			nxos += s.plain
		}
	}
	best, strength := IOS, s.ios+eos
	if nxos > strength {
		best, strength = NXOS, nxos
	}
	if s.xr > strength {
		best, strength = XR, s.xr
	}
	switch {
	case s.netmask && !s.router && strength == 3*s.numbered:
		return best, 40 // as sure as an ASA is of it
	case strength >= 9:
		return best, 95
	case strength >= 3:
		return best, 85
	case strength > 0, s.any >= 3:
		return best, 50
	case s.any > 0:
		return best, 20
	}
	return IOS, 0
}
