package sense

import (
	"fmt"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/known"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/port"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/zoned"
)

// An end is the source or the destination of a rule.
type end struct {
	addresses zoned.Addresses
	ports     known.Set[port.Set]
	// portText is the port as it stands there, empty for all of them.
	portText string
	text     string
	// why are reasons why it cannot be known whether the rule is loaded at all.
	why []string
}

func (e *end) doubt(format string, args ...any) {
	e.why = known.Reasons(e.why, []string{fmt.Sprintf(format, args...)})
}

// unclear says that the end may be anything.
func (e *end) unclear(format string, args ...any) {
	e.doubt(format, args...)
	e.addresses = known.AtMost(addr.Any(), e.why...)
}

// all returns an end that is every address.
func all(text string) end {
	return end{addresses: known.Exactly(addr.Any()), ports: known.Exactly(port.All()), text: text}
}

// legacyEnd reads <source> or <destination>. OPNsense takes one that is missing or empty for
// any.
func (c *config) legacyEnd(rule *element, name string) end {
	e := rule.get(name)
	out := all("any")
	if e == nil || len(e.children) == 0 {
		if !c.opn {
			out.doubt("has no %s", name)
		}
		return out
	}
	not := e.get("not") != nil
	switch {
	case e.get("any") != nil:
		not = false
	case e.value("network") != "":
		out.addresses, out.text = c.network(e.value("network")), e.value("network")
	case e.value("address") != "":
		out.addresses, out.text = c.address(e.value("address")), e.value("address")
	default:
		out.doubt("its %s names no addresses", name)
	}
	out.negate(not)
	for _, flag := range []string{"not", "any"} {
		if v := e.value(flag); v != "" && !e.isSet(flag) {
			out.unclear("<%s> of its %s is %s", flag, name, v)
		}
	}
	for _, child := range e.children {
		if !slices.Contains([]string{"any", "network", "address", "not", "port"}, child.name) {
			out.unclear("<%s> of its %s is not known", child.name, name)
		}
		if len(e.all(child.name)) > 1 {
			out.unclear("<%s> of its %s stands there twice", child.name, name)
		}
	}
	c.readPort(&out, e.value("port"))
	return out
}

// newEnd reads source_net and what stands beside it, or destination_net.
func (c *config) newEnd(rule *element, name string) end {
	out := all("any")
	nets := words(rule.value(name + "_net"))
	if len(nets) > 0 {
		out.addresses, out.text = zoned.Addresses{}, strings.Join(nets, ",")
		for _, net := range nets {
			out.addresses = out.addresses.Union(c.network(net))
		}
	}
	not := rule.isSet(name + "_not")
	if not && len(nets) > 1 {
		out.doubt("an exception of several addresses")
		out.addresses, not = known.AtMost(addr.Any(), "an exception of several addresses"), false
	}
	out.negate(not && out.text != "any")
	c.readPort(&out, rule.value(name+"_port"))
	return out
}

func (e *end) negate(not bool) {
	if !not {
		return
	}
	if e.addresses.Possible.IsEmpty() {
		e.doubt("%s is empty", e.text)
	}
	e.addresses, e.text = zoned.Negate(addr.Any(), e.addresses), "!"+e.text
}

// network resolves what stands for addresses: the firewall itself, a network or an address
// of an interface, an alias.
func (c *config) network(name string) zoned.Addresses {
	switch {
	case name == "any":
		return known.Exactly(addr.Any())
	case name == "(self)":
		return c.self()
	case c.byName[name] != nil:
		return c.byName[name].networks
	}
	if s := c.byName[strings.TrimSuffix(name, "ip")]; s != nil && strings.HasSuffix(name, "ip") {
		return s.own
	}
	if _, ok := c.groups[name]; ok {
		return known.AtMost(addr.Any(), fmt.Sprintf("the networks of the group %s are not in the text", name))
	}
	return c.address(name)
}

// address resolves a literal address or an alias.
func (c *config) address(text string) zoned.Addresses {
	if set, ok := literal(text); ok {
		return known.Exactly(set)
	}
	return c.addresses.Resolve(text)
}

// self returns the addresses of the firewall itself.
func (c *config) self() zoned.Addresses {
	loopback, _ := zoned.Host("127.0.0.0/8")
	out := known.Exactly(loopback)
	for _, s := range c.interfaces {
		out = out.Union(s.own)
		if s.own.Possible.IsEmpty() && s.device != "lo0" {
			out = out.Union(known.AtMost(addr.Any(), fmt.Sprintf("the address of %s is not in the text", s.name)))
		}
	}
	return out
}

// readPort reads the port of an end.
func (c *config) readPort(out *end, text string) {
	if text == "" || text == "any" {
		return
	}
	out.portText = text
	// A range with any on one side goes to the first port, or to the last.
	both := strings.ReplaceAll(text, ":", "-")
	if from, isUp := strings.CutSuffix(both, "-any"); isUp && from != "any" {
		both = from + "-65535"
	} else if to, isDown := strings.CutPrefix(both, "any-"); isDown {
		both = "1-" + to
	}
	if set, ok := portRange(both); ok {
		out.ports = known.Exactly(set)
		return
	}
	out.ports = c.ports.Resolve(text)
	if out.ports.Possible.IsEmpty() {
		out.doubt("the port alias %s is empty", text)
	}
}
