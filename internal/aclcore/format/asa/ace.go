package asa

import (
	"fmt"
	"slices"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/known"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// ace is an access control entry, read.
type ace struct {
	action rule.Action
	// lost says that not even the action is known.
	lost     bool
	src, dst addresses
	services services
	// conditions are reasons that concern the entry as a whole.
	conditions []string
	inactive   bool
	// refers says that the entry names an object, which show access-list expands.
	refers bool
}

// unsure reports whether some field of the entry is not surely known.
func (a *ace) unsure() bool {
	return len(a.src.Why)+len(a.dst.Why)+len(a.services.Why) > 0
}

// anything is an entry that may match every packet.
func anything() ace {
	return ace{
		src:      addresses{Possible: addr.Any()},
		dst:      addresses{Possible: addr.Any()},
		services: services{Possible: service.Any()},
	}
}

func (a *ace) doubt(format string, args ...any) {
	a.conditions = known.Reasons(a.conditions, []string{fmt.Sprintf(format, args...)})
}

// misplaced notes that word, "" for the end of the line, stands in the place of
// something else.
func (a *ace) misplaced(word, expected string) {
	if word == "" {
		a.doubt("the line ends where %s is expected", expected)
		return
	}
	a.doubt("%q stands where %s is expected", word, expected)
}

// readACE reads what follows the name and line number of an access-list command.
// anyone is what the word any stands for.
func (p *dictionary) readACE(text string, anyone addr.Set) ace {
	c := cursor{text}
	out := anything()
	standard := false
	switch c.peek() {
	case "extended":
		c.next()
	case "standard":
		c.next()
		standard = true
	}
	switch word := c.next(); word {
	case "permit":
		out.action = rule.Permit
	case "deny":
	default:
		out.lost = true
		out.misplaced(word, "permit or deny")
		return out
	}
	if standard {
		p.readStandard(&out, &c)
	} else {
		p.readExtended(&out, &c, anyone)
	}
	return out
}

// readStandard reads the one address of a standard entry: a destination.
func (p *dictionary) readStandard(out *ace, c *cursor) {
	out.src = known.Exactly(addr.Any4())
	out.services = known.Exactly(service.Any())
	dst, ok := p.readAddress(out, c, addr.Any4())
	if !ok {
		return
	}
	out.dst = dst
	p.readOptions(out, c)
}

// readExtended reads protocol, addresses, ports or types, and options. What comes
// after a word that cannot be placed is left at its widest.
func (p *dictionary) readExtended(out *ace, c *cursor, anyone addr.Set) {
	arg := serviceArg{name: c.next()}
	if arg.name == "object" || arg.name == groupArg {
		arg.ref, arg.name = arg.name, c.next()
		out.refers = true
	}
	whole := arg
	if !p.readEnds(out, &arg, c, anyone) {
		out.services.Possible = p.serviceOf(whole).Possible
		return
	}
	out.services = p.serviceOf(arg)
	p.readOptions(out, c)
}

// readEnds reads source and destination with their ports. It returns false at a
// word that cannot be placed.
func (p *dictionary) readEnds(out *ace, arg *serviceArg, c *cursor, anyone addr.Set) (ok bool) {
	p.readIdentity(out, c)
	src, ok := p.readAddress(out, c, anyone)
	if !ok {
		return false
	}
	out.src = src
	if arg.src, ok = p.readPorts(out, c, true); !ok {
		return false
	}
	p.readIdentity(out, c)
	dst, ok := p.readAddress(out, c, anyone)
	if !ok {
		return false
	}
	out.dst = dst
	if n, known := protocolNumber(arg.name); known && arg.ref == "" && service.HasTypes(n) {
		arg.icmp = readICMP(n, c)
		out.refers = out.refers || arg.icmp.group != ""
		return true
	}
	arg.dst, ok = p.readPorts(out, c, false)
	return ok
}

// readIdentity takes the users and security groups that may stand before an
// address.
func (p *dictionary) readIdentity(out *ace, c *cursor) {
	for {
		switch word := c.peek(); word {
		case "user", "user-group", "object-group-user", "object-group-security":
			c.next()
			out.doubt("%s %s", word, c.next())
		case "security-group":
			c.next()
			how := c.next()
			out.doubt("%s %s %s", word, how, c.next())
		default:
			return
		}
	}
}

func (p *dictionary) readAddress(out *ace, c *cursor, anyone addr.Set) (addresses, bool) {
	word := c.peek()
	out.refers = out.refers || word == "object" || word == groupArg
	a, ok := p.address(c, anyone)
	if !ok {
		out.misplaced(word, "an address")
	}
	return a, ok
}

// readPorts reads a port argument, if there is one. A group stands in the place of
// ports or of the next address: what it holds tells, else what follows it. ok is
// false if nothing does.
func (p *dictionary) readPorts(out *ace, c *cursor, addressFollows bool) (arg portArg, ok bool) {
	if c.peek() != groupArg {
		return portArgOf(c), true
	}
	out.refers = true
	ahead := *c
	ahead.next()
	name := ahead.next()
	if addressFollows {
		ports, understood := p.isPortGroup(name, ahead)
		if !understood {
			out.dst = unsureAddresses(addr.Any(), "%s %s is not in the text, and may hold ports or addresses", groupArg, name)
			return portArg{}, false
		}
		if !ports {
			return portArg{}, true
		}
	}
	*c = ahead
	return portArg{op: groupArg, a: name}, true
}

// isPortGroup tells whether the group, after which the line goes on at rest, holds
// ports rather than addresses.
func (p *dictionary) isPortGroup(name string, rest cursor) (ports, known bool) {
	if d := p.groups[name]; d != nil && d.kind != opaque {
		return d.kind != networkGroup, true
	}
	switch word := rest.next(); word {
	case "", "eq", "neq", "lt", "gt", "log", "inactive", "time-range":
		return false, true // else the destination would be missing
	case "range":
		// Ports, or addresses as show access-list writes them.
		_, isAddress := p.host(rest.next())
		return isAddress, true
	case groupArg:
		if d := p.groups[rest.next()]; d != nil && d.kind != opaque {
			return d.kind == networkGroup, true
		}
		return false, false
	}
	return true, true
}

func readICMP(protocol uint8, c *cursor) icmpArg {
	word := c.peek()
	if word == groupArg {
		c.next()
		return icmpArg{group: c.next()}
	}
	if _, ok := icmpType(protocol, word); !ok {
		return icmpArg{}
	}
	arg := icmpArg{kind: c.next()}
	if _, ok := number(c.peek(), 255); ok {
		arg.code = c.next()
	}
	return arg
}

// readOptions reads the rest of an entry.
func (p *dictionary) readOptions(out *ace, c *cursor) {
	for {
		switch word := c.next(); word {
		case "":
			return
		case "inactive":
			out.inactive = true
		case "log":
			readLog(c)
		case "time-range":
			out.doubt("time-range %s", c.next())
		default:
			out.doubt("%q is not understood", word)
		}
	}
}

// readLog takes the parameters of the log option, which do not change what
// matches.
func readLog(c *cursor) {
	word := c.peek()
	if _, ok := number(word, 7); ok || logLevels[word] || word == "disable" || word == "default" {
		c.next()
	}
	if c.take("interval") {
		c.next()
	}
}

// rules appends the rules that the entry makes, each a copy of like with action,
// traffic and doubts: one if everything about it is known, else one for what it
// surely matches, if anything, and one for what it may match.
func (a *ace) rules(out []rule.Rule, like rule.Rule) []rule.Rule {
	like.Action = a.action
	if a.lost {
		like.Traffic, like.Unknown = traffic.Any(), a.conditions
		for _, like.Action = range []rule.Action{rule.Permit, rule.Deny} {
			out = append(out, like)
		}
		return out
	}
	like.Traffic = traffic.Product{Sources: a.src.Sure, Destinations: a.dst.Sure, Services: a.services.Sure}
	if len(a.conditions) == 0 && !like.Traffic.IsEmpty() {
		out = append(out, like)
	}
	if len(a.conditions) > 0 || a.unsure() {
		like.Traffic = traffic.Product{Sources: a.src.Possible, Destinations: a.dst.Possible, Services: a.services.Possible}
		like.Unknown = slices.Concat(a.conditions, a.src.Why, a.dst.Why, a.services.Why)
		out = append(out, like)
	}
	return out
}
