package service

import (
	"fmt"
	"strconv"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service/iana"
)

// Strings writes the set in few entries that [Parse] reads, in order of protocol
// and port.
func (s Set) Strings() []string {
	var out []string
	for _, r := range s.r {
		out = appendTexts(out, r)
	}
	return out
}

func appendTexts(out []string, r Range) []string {
	whole := r.SrcFrom == 0 && r.SrcTo == maxPort && r.DstFrom == 0 && r.DstTo == maxPort
	switch {
	case r == All():
		return append(out, "any")
	case whole && r.ProtoFrom != r.ProtoTo:
		return append(out, fmt.Sprintf("protocol/%d-%d", r.ProtoFrom, r.ProtoTo))
	case whole:
		return append(out, protocolText(r.ProtoFrom))
	}
	for p := int(r.ProtoFrom); p <= int(r.ProtoTo); p++ {
		protocol := uint8(p)
		if HasTypes(protocol) {
			out = appendTypes(out, protocol, int(r.DstFrom), int(r.DstTo))
			continue
		}
		text := protocolText(protocol) + "/" + portText(r.DstFrom, r.DstTo)
		if r.SrcFrom != 0 || r.SrcTo != maxPort {
			text += " from " + portText(r.SrcFrom, r.SrcTo)
		}
		out = append(out, text)
	}
	return out
}

// appendTypes writes a run of types and codes: whole types together, the broken
// types at either end with their codes.
func appendTypes(out []string, protocol uint8, from, to int) []string {
	name := protocolText(protocol)
	for from <= to {
		t, code := from>>8, from&255
		last := to >> 8
		if code == 0 && to&255 != 255 {
			last--
		}
		if code == 0 && last >= t {
			out = append(out, name+"/"+runText(t, last))
			from = (last + 1) << 8
			continue
		}
		end := min(to, t<<8|255)
		out = append(out, fmt.Sprintf("%s/%d/%s", name, t, runText(code, end&255)))
		from = end + 1
	}
	return out
}

func protocolText(protocol uint8) string {
	if name := iana.ProtocolName(protocol); name != "" && !doubtful(name) {
		return name
	}
	return "protocol/" + strconv.Itoa(int(protocol))
}

func portText(from, to uint16) string {
	if from == 0 && to == maxPort {
		return "*"
	}
	return runText(int(from), int(to))
}

func runText(from, to int) string {
	if from == to {
		return strconv.Itoa(from)
	}
	return fmt.Sprintf("%d-%d", from, to)
}
