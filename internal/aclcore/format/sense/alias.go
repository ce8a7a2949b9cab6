package sense

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/known"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/objects"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/port"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/zoned"
)

// readAliases reads the aliases of addresses and of ports, of both models.
func (c *config) readAliases() {
	addresses, ports := &objects.Level[addr.Set]{}, &objects.Level[port.Set]{}
	aliases := c.root.get("aliases").all("alias")
	if c.opn {
		aliases = slices.Concat(aliases, c.root.get("OPNsense", "Firewall", "Alias", "aliases").all("alias"))
	}
	for _, e := range aliases {
		name := e.value("name")
		content := append(words(e.value("address")), words(e.value("content"))...)
		switch kind := e.value("type"); kind {
		case "port":
			addPorts(ports, name, e, content)
		case "url_ports", "urltable_ports":
			ports.Doubt(name, e.line, fmt.Sprintf("the alias %q has the type %s", name, kind))
		case "host", "network", "networkgroup":
			addAddresses(addresses, name, e, content)
		default:
			addresses.Doubt(name, e.line, fmt.Sprintf("the alias %q has the type %q", name, kind))
		}
	}
	for _, e := range c.root.get("OPNsense", "Firewall", "Filter", "rules").all("rule") {
		if name := e.value("overload"); name != "" {
			addresses.Doubt(name, e.line, fmt.Sprintf("the alias %q is filled by a rule with overload", name))
		}
	}
	c.addresses = objects.NewScope(zoned.AddressOptions(addr.Any(), nil), addresses)
	c.ports = objects.NewScope(objects.Options[port.Set]{Kind: "port alias", All: port.All()}, ports)
}

func addPorts(l *objects.Level[port.Set], name string, e *element, content []string) {
	again := l.Has(name)
	l.Members(name, e.line)
	if e.get("enabled") != nil && !e.isSet("enabled") || again {
		l.Doubt(name, e.line, fmt.Sprintf("the alias %q is switched off, or stands in the text twice", name))
	}
	for _, text := range content {
		if set, ok := portRange(text); ok {
			l.Add(name, e.line, known.Exactly(set))
		} else {
			l.Members(name, e.line, text)
		}
	}
}

// portRange reads a port, or two with a colon or a hyphen between them.
func portRange(text string) (port.Set, bool) {
	from, to, isRange := strings.Cut(strings.ReplaceAll(text, "-", ":"), ":")
	if !isRange {
		to = from
	}
	a, ok1 := zoned.Port(from)
	b, ok2 := zoned.Port(to)
	if !ok1 || !ok2 {
		return port.Set{}, false
	}
	return port.Of(port.Run{From: min(a, b), To: max(a, b)}), true
}

func addAddresses(l *objects.Level[addr.Set], name string, e *element, content []string) {
	again := l.Has(name)
	l.Members(name, e.line)
	if e.get("enabled") != nil && !e.isSet("enabled") || again {
		l.Doubt(name, e.line, fmt.Sprintf("the alias %q is switched off, or stands in the text twice", name))
	}
	var add, except []addr.Set
	for _, text := range content {
		member, not := strings.CutPrefix(text, "!")
		set, ok := literal(member)
		switch {
		case ok && not:
			except = append(except, set)
		case ok:
			add = append(add, set)
		case not:
			l.Doubt(name, e.line, fmt.Sprintf("the alias %q has the exception %s", name, text))
		case strings.ContainsAny(member, ".:/"):
			l.Add(name, e.line, known.AtMost(addr.Any(), fmt.Sprintf("the addresses of %s are not in the text", member)))
		default:
			l.Members(name, e.line, member)
		}
	}
	if len(except) == 0 {
		l.Add(name, e.line, known.Exactly(addr.UnionOf(add)))
		return
	}
	l.Add(name, e.line, longest(add, except, name))
	for _, text := range content {
		if _, ok := literal(strings.TrimPrefix(text, "!")); !ok {
			l.Doubt(name, e.line, fmt.Sprintf("the alias %q has exceptions, and members by name", name))
		}
	}
}

// longest returns the addresses of a table: the longest entry that holds an address
// decides. Within an exception that holds another entry nothing is sure.
func longest(add, except []addr.Set, name string) zoned.Addresses {
	all, out := addr.UnionOf(slices.Clone(add)), addr.UnionOf(slices.Clone(except))
	var surely []addr.Set
	for _, x := range except {
		if !slices.ContainsFunc(add, func(a addr.Set) bool { return x.ContainsSet(a) }) {
			surely = append(surely, x)
		}
	}
	return known.Between(all.Subtract(out), all.Subtract(addr.UnionOf(surely)), fmt.Sprintf("the alias %q has entries within its exceptions", name))
}

// literal reads a host, a prefix, or a range.
func literal(text string) (addr.Set, bool) {
	if from, to, isRange := strings.Cut(text, "-"); isRange {
		if a, err := netip.ParseAddr(from); err == nil && a.IsValid() {
			return zoned.Span(from, to)
		}
		return addr.Set{}, false
	}
	return zoned.Host(text)
}
