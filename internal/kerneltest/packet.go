package kerneltest

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"net/netip"
)

// Every probe carries a mark: eight fixed bytes, the round it was sent in, so that
// a straggler is not taken for an answer, and its number.
var markHead = [8]byte{0xac, 1, 0xac, 1, 'p', 'r', 'o', 'b'}

const markLen = 16

func mark(round, number uint32) []byte {
	b := make([]byte, 0, markLen)
	b = append(b, markHead[:]...)
	b = binary.BigEndian.AppendUint32(b, round)
	return binary.BigEndian.AppendUint32(b, number)
}

func findMark(packet []byte, round uint32) (number uint32, ok bool) {
	i := bytes.LastIndex(packet, markHead[:])
	if i < 0 || len(packet) < i+markLen || binary.BigEndian.Uint32(packet[i+8:]) != round {
		return 0, false
	}
	return binary.BigEndian.Uint32(packet[i+12:]), true
}

// Protocols whose header is built; others get zeros for one.
const (
	protoICMP    = 1
	protoTCP     = 6
	protoUDP     = 17
	protoICMPv6  = 58
	protoSCTP    = 132
	protoUDPLite = 136
)

// build returns the IP packet of a probe.
func (p Probe) build(round, number uint32) []byte {
	payload := mark(round, number)
	var body []byte
	switch p.Protocol {
	case protoTCP:
		body = append(p.tcp(number), payload...)
		p.putChecksum(body, 16)
	case protoUDP, protoUDPLite:
		body = p.ports(make([]byte, 0, 24))
		body = binary.BigEndian.AppendUint16(body, 8+markLen)
		body = append(body, 0, 0)
		body = append(body, payload...)
		p.putChecksum(body, 6)
	case protoICMP, protoICMPv6:
		body = binary.BigEndian.AppendUint16(nil, p.DstPort)
		body = append(body, 0, 0)
		// An identifier of its own, or an echo reply would belong to a request.
		body = binary.BigEndian.AppendUint16(body, uint16(number))
		body = binary.BigEndian.AppendUint16(body, uint16(number>>16))
		body = append(body, payload...)
		p.putChecksum(body, 2)
	case protoSCTP:
		body = p.sctp(payload)
	default:
		body = append(make([]byte, 16), payload...)
	}
	if p.From.Is4() {
		return append(p.ipv4(len(body), number), body...)
	}
	return append(p.ipv6(len(body)), body...)
}

func (p Probe) ports(b []byte) []byte {
	return binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16(b, p.SrcPort), p.DstPort)
}

func (p Probe) tcp(number uint32) []byte {
	b := p.ports(make([]byte, 0, 36))
	b = binary.BigEndian.AppendUint32(b, number*2654435761+1) // sequence number
	b = binary.BigEndian.AppendUint32(b, 0)
	const syn = 2
	b = append(b, 5<<4, syn)
	b = binary.BigEndian.AppendUint16(b, 64240) // window
	return append(b, 0, 0, 0, 0)                // checksum, urgent pointer
}

// sctp returns an INIT chunk (RFC 9260 section 3.3.2) with the mark in a parameter
// that a receiver skips.
func (p Probe) sctp(payload []byte) []byte {
	b := p.ports(nil)
	b = append(b, 0, 0, 0, 0, 0, 0, 0, 0) // verification tag, checksum
	b = append(b, 1, 0)
	b = binary.BigEndian.AppendUint16(b, uint16(20+4+len(payload)))
	b = append(b, 0, 0, 0, 1, 0, 1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 1)
	b = append(b, 0xff, 0xfe)
	b = binary.BigEndian.AppendUint16(b, uint16(4+len(payload)))
	b = append(b, payload...)
	binary.LittleEndian.PutUint32(b[8:], crc32.Checksum(b, crc32.MakeTable(crc32.Castagnoli)))
	return b
}

const hopLimit = 64

func (p Probe) ipv4(length int, number uint32) []byte {
	b := make([]byte, 20)
	b[0] = 0x45
	binary.BigEndian.PutUint16(b[2:], uint16(20+length))
	binary.BigEndian.PutUint16(b[4:], uint16(number))
	b[8], b[9] = hopLimit, p.Protocol
	copy(b[12:], p.From.AsSlice())
	copy(b[16:], p.To.AsSlice())
	binary.BigEndian.PutUint16(b[10:], fold(sum(0, b)))
	return b
}

func (p Probe) ipv6(length int) []byte {
	b := make([]byte, 8, 40)
	b[0] = 0x60
	binary.BigEndian.PutUint16(b[4:], uint16(length))
	b[6], b[7] = p.Protocol, hopLimit
	return append(append(b, p.From.AsSlice()...), p.To.AsSlice()...)
}

// putChecksum writes the Internet checksum of body, with the pseudo-header where
// the protocol has it, at offset at.
func (p Probe) putChecksum(body []byte, at int) {
	var s uint32
	if p.Protocol != protoICMP {
		s = sum(sum(uint32(p.Protocol)+uint32(len(body)), p.From.AsSlice()), p.To.AsSlice())
	}
	c := fold(sum(s, body))
	if c == 0 && p.Protocol != protoICMP {
		c = 0xffff
	}
	binary.BigEndian.PutUint16(body[at:], c)
}

func sum(s uint32, b []byte) uint32 {
	for ; len(b) > 1; b = b[2:] {
		s += uint32(b[0])<<8 | uint32(b[1])
	}
	if len(b) == 1 {
		s += uint32(b[0]) << 8
	}
	return s
}

func fold(s uint32) uint16 {
	for s > 0xffff {
		s = s>>16 + s&0xffff
	}
	return ^uint16(s)
}

// ends returns the source and destination of an IP packet.
func ends(packet []byte) (from, to netip.Addr) {
	switch {
	case len(packet) >= 20 && packet[0]>>4 == 4:
		return netip.AddrFrom4([4]byte(packet[12:16])), netip.AddrFrom4([4]byte(packet[16:20]))
	case len(packet) >= 40 && packet[0]>>4 == 6:
		return netip.AddrFrom16([16]byte(packet[8:24])), netip.AddrFrom16([16]byte(packet[24:40]))
	}
	return netip.Addr{}, netip.Addr{}
}
