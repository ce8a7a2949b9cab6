package asa

import (
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/known"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
)

// A statement is one nat command as it is being read.
type statement struct {
	*natReader
	line natLine
	// real and mapped are its interfaces, empty for any; single says that the command
	// has one interface, as before release 8.3.
	real, mapped string
	single       bool
	// static and what follows are what the command says.
	static         bool
	from, to       natSet
	destination    bool
	dstFrom, dstTo natSet
	pool           pool
	ports          portMap
	oneWay, off    bool
	// why tells what is not understood.
	why []string
}

// pool is what the sources of a dynamic rule become.
type pool struct {
	natSet
	// pat says that ports are translated too, at least when addresses run out.
	pat bool
}

// portMap is what happens to ports: match are the services that the rule is for.
type portMap struct {
	match    services
	src, dst [2]uint16 // the first and the last port after the translation, 0 for none
}

func (s *statement) doubt(why string) { s.why = known.Reasons(s.why, []string{why}) }

// pair reads "(real,mapped)", which may be left out.
func (s *statement) pair(c *cursor) {
	if !strings.HasPrefix(c.peek(), "(") {
		return
	}
	text := c.next()
	for !strings.HasSuffix(text, ")") && !c.atEnd() {
		text += c.next()
	}
	real, mapped, two := strings.Cut(strings.Trim(text, "()"), ",")
	s.real, s.mapped, s.single = interfaceOf(real), interfaceOf(mapped), !two
}

// interfaceOf returns the name of an interface, empty for all.
func interfaceOf(word string) string {
	if word = strings.TrimSpace(word); strings.EqualFold(word, "any") {
		return ""
	}
	return word
}

// translation returns the rule with its place in the text and its interfaces.
func (s *statement) translation() device.Translation {
	t := device.Translation{Name: s.line.object, Line: s.line.Number, Text: s.line.Text}
	if s.real != "" {
		t.From = []string{s.real}
	}
	if s.mapped != "" {
		t.To = []string{s.mapped}
	}
	return t
}

// auto reads "{static|dynamic} …" in the body of an object.
func (s *statement) auto(c *cursor) autoRule {
	a := autoRule{object: s.line.object}
	s.from = s.named("object", s.line.object)
	if r := s.from.runs; s.from.IsExact() && len(r) == 1 {
		a.read, a.size, a.first = true, sizeOf(r[0]), r[0].From
	}
	if !s.mapping(c.next(), c) {
		a.read, a.rules = false, s.unread("this nat command is not understood")
		return a
	}
	a.static = s.static
	a.rules = s.rules()
	return a
}

// manual reads what follows "source" in a manual rule.
func (s *statement) manual(c *cursor) []device.Translation {
	kind := c.next()
	s.from = s.address(c)
	if !s.mapping(kind, c) {
		return s.unread("this nat command is not understood")
	}
	return s.rules()
}

// mapping reads what follows "static" or "dynamic" and the real addresses; it reports
// whether kind is one of them.
func (s *statement) mapping(kind string, c *cursor) bool {
	s.ports.match = known.Exactly(service.Any())
	switch strings.ToLower(kind) {
	case "static":
		s.static = true
		s.to = s.mappedAddress(c, s.mapped)
	case "dynamic":
		s.pool = s.poolOf(c)
	default:
		return false
	}
	s.options(c)
	return true
}

// options reads what may follow the addresses. What is not known puts the rule in doubt.
func (s *statement) options(c *cursor) {
	for !c.atEnd() {
		switch word := strings.ToLower(c.next()); word {
		case "dns", "no-proxy-arp", "route-lookup", "net-to-net":
		case "unidirectional":
			s.oneWay = true
		case "inactive":
			s.off = true
		case "description":
			return
		case "destination":
			s.destinationClause(c)
		case "service":
			s.serviceClause(c)
		default:
			s.doubt("the word " + word + " of the nat command is not understood")
		}
	}
}

func (s *statement) destinationClause(c *cursor) {
	if !c.take("static") {
		s.doubt("its destination is not understood")
		return
	}
	s.destination = true
	s.dstFrom = s.mappedAddress(c, s.real)
	s.dstTo = s.address(c)
}

// serviceClause reads "service tcp 80 8080" of an object, or "service REAL MAPPED", of
// which each is an object or any.
func (s *statement) serviceClause(c *cursor) {
	first, second := c.next(), c.next()
	if protocols := protocolWords[strings.ToLower(first)]; len(protocols) == 1 && s.line.object != "" {
		s.objectService(protocols[0], second, c.next())
		return
	}
	if strings.EqualFold(first, "any") && strings.EqualFold(second, "any") {
		return
	}
	a, b := s.serviceRef("object", first, serviceObject, 0), s.serviceRef("object", second, serviceObject, 0)
	s.ports.match = a
	x, y := a.Possible.Ranges(), b.Possible.Ranges()
	switch {
	case !a.IsExact() || !b.IsExact():
		s.why = known.Reasons(known.Reasons(s.why, a.Why), b.Why)
	case a.Possible.Equal(b.Possible):
	case len(x) != 1 || len(y) != 1 || x[0].ProtoFrom != y[0].ProtoFrom || x[0].ProtoTo != y[0].ProtoTo:
		s.doubt("its services are not one protocol with one range of ports each")
	default:
		s.ports.src = s.mapPorts(x[0].SrcFrom, x[0].SrcTo, y[0].SrcFrom, y[0].SrcTo)
		s.ports.dst = s.mapPorts(x[0].DstFrom, x[0].DstTo, y[0].DstFrom, y[0].DstTo)
	}
}

// mapPorts returns the ports that those of one range are mapped to, zero where they stay.
func (s *statement) mapPorts(from, to, mappedFrom, mappedTo uint16) [2]uint16 {
	if from == mappedFrom && to == mappedTo {
		return [2]uint16{}
	}
	if to-from != mappedTo-mappedFrom || mappedFrom == 0 {
		s.doubt("its services have different numbers of ports")
		return [2]uint16{}
	}
	return [2]uint16{mappedFrom, mappedTo}
}

func (s *statement) objectService(protocol uint8, real, mapped string) {
	a, b := portNumbers(protocol, strings.ToLower(real)), portNumbers(protocol, strings.ToLower(mapped))
	if len(a) != 1 || len(b) != 1 || b[0] == 0 {
		s.doubt("its ports " + real + " and " + mapped + " are not read")
		s.ports.match = known.Exactly(service.SetOf(service.Whole(protocol)))
		return
	}
	s.ports.match = known.Exactly(service.SetOf(service.Range{
		ProtoFrom: protocol, ProtoTo: protocol, SrcFrom: a[0], SrcTo: a[0], DstTo: maxPort,
	}))
	if a[0] != b[0] {
		s.ports.src = [2]uint16{b[0], b[0]}
	}
}
