package rulelist

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/flow"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
)

// A builder makes rules of entries and collects what is wrong with them.
type builder struct {
	// where leads a problem with a key of an entry, or with all of it if key is
	// empty: "place: key: ".
	where    func(e *entry, line int, key string) string
	rules    []rule.Rule
	maxRules int
	problems problems
	// dictionary resolves names, nil where there are only literals.
	dictionary flow.Dictionary

	hosts     *ipv4Sets
	addresses cache[addr.Set]
	services  cache[service.Set]
	zones     cache[[]string]
	names     texts
	items     []item       // buffers of the value at hand
	ranges    []addr.Range //
}

func newBuilder(where func(e *entry, line int, key string) string) *builder {
	return &builder{where: where, maxRules: MaxRules}
}

// expect makes room for n rules.
func (b *builder) expect(n int) { b.rules = slices.Grow(b.rules, n) }

// expectJSON makes room for n rules whose values are JSON text.
func (b *builder) expectJSON(n int) {
	b.expect(n)
	b.hosts = new(ipv4Sets)
	b.addresses, b.services, b.zones = newCache[addr.Set](n), newCache[service.Set](n), newCache[[]string](n)
}

// add judges the values of e and appends its rule.
func (b *builder) add(e *entry) {
	for _, p := range e.keyProblems {
		b.problem(e, p.line, nil, p.text)
	}
	b.rules = append(b.rules, rule.Rule{})
	r := &b.rules[len(b.rules)-1]
	r.Line = e.line
	r.Name = b.name(e)
	r.Action = b.action(e)
	r.SourceZones = readSet(b, &b.zones, e, fieldSourceZones, nil, parseZones)
	r.DestinationZones = readSet(b, &b.zones, e, fieldDestinationZones, nil, parseZones)
	r.State = b.state(e)
	r.Unknown = b.strings(e, fieldCondition)
	r.Traffic.Sources = b.addressSet(e, fieldSources)
	r.Traffic.Destinations = b.addressSet(e, fieldDestinations)
	r.Traffic.Services = readSet(b, &b.services, e, fieldServices, service.Any(), b.parseServices)
	if e.get(fieldSourcePorts) != nil {
		r.Traffic.Services = b.fromPorts(e, r.Traffic.Services)
	}
	b.strings(e, fieldOwners)
	b.strings(e, fieldList)
}

// read returns the items of v, which are valid until the next read.
func (b *builder) read(v *value) []item {
	items := v.read(b.items[:0])
	if v.raw != nil {
		b.items = items
	}
	return items
}

// problem records what is wrong with a key of e; key is empty for the object as a
// whole.
func (b *builder) problem(e *entry, line int, key []byte, text string) {
	if b.problems.full() {
		b.problems.add("")
		return
	}
	b.problems.add(b.where(e, line, string(key)) + text)
}

func (b *builder) name(e *entry) string {
	v := e.get(fieldName)
	if v == nil {
		return ""
	}
	if plain := v.plain(); plain != nil {
		return b.names.copy(plain)
	}
	items := b.read(v)
	switch {
	case v.isEmpty():
		return ""
	case v.list:
		b.problem(e, v.line, v.key, "is a list; write one string")
		return ""
	case items[0].kind != aString:
		b.problem(e, v.line, v.key, notString(items[0], "web servers"))
		return ""
	}
	return items[0].text
}

func (b *builder) action(e *entry) rule.Action {
	const write = "write permit, allow, accept, pass, deny, drop, reject, block, discard, reset, reset-client, reset-server or reset-both"
	v := e.get(fieldAction)
	if v == nil {
		b.problem(e, e.line, []byte("action"), "is missing; "+write)
		return rule.Deny
	}
	switch string(v.raw) { // the usual ones
	case `"permit"`:
		return rule.Permit
	case `"deny"`:
		return rule.Deny
	}
	items := b.read(v)
	switch {
	case v.list:
		b.problem(e, v.line, v.key, "is a list; "+write)
	case v.isEmpty():
		b.problem(e, v.line, v.key, "is empty; "+write)
	case items[0].kind != aString:
		b.problem(e, v.line, v.key, "is "+items[0].kind.String()+"; "+write)
	default:
		a, err := rule.ParseAction(items[0].text)
		if err != nil {
			b.problem(e, v.line, v.key, err.Error())
			break
		}
		return a
	}
	return rule.Deny
}

// state reads the state of the connections that the rule is for.
func (b *builder) state(e *entry) rule.State {
	v := e.get(fieldState)
	if v == nil {
		return rule.AnyState
	}
	items := b.read(v)
	switch {
	case v.isEmpty():
		return rule.AnyState
	case !v.list && items[0].kind == aString && items[0].text == rule.Established.String():
		return rule.Established
	case !v.list && items[0].kind == aString && items[0].text == rule.New.String():
		return rule.New
	}
	b.problem(e, v.line, v.key, `is not known; write "established" for packets of connections that are there, replies above all, or "new" for those that open one`)
	return rule.AnyState
}

// strings reads a field that is a string or a list of any length.
func (b *builder) strings(e *entry, f field) []string {
	v := e.get(f)
	if v == nil {
		return nil
	}
	items := b.read(v)
	if v.isEmpty() {
		return nil
	}
	var out []string
	for _, it := range items {
		if it.kind != aString || it.text == "" {
			b.problem(e, max(it.line, v.line), v.key, notString(it, "…"))
			continue
		}
		out = append(out, it.text)
	}
	return out
}

// A parser reads the items of a value and reports each that it cannot read.
type parser[S any] func(items []item, problem func(item, string)) S

// readSet reads a field that holds a set: a string or a list of strings. Without a
// value it is all, every value of the field.
func readSet[S any](b *builder, c *cache[S], e *entry, f field, all S, parse parser[S]) S {
	v := e.get(f)
	if v == nil {
		return all
	}
	known, at, ok := c.get(v.raw)
	if ok {
		return known
	}
	items := b.read(v)
	if v.list && len(items) == 0 {
		b.problem(e, v.line, v.key, "is an empty list, which could mean any or none; leave the key out for any, or delete the rule")
		return all
	}
	if v.isEmpty() {
		if v.items[0].kind == aString {
			b.problem(e, v.line, v.key, "is an empty string, which could mean any or a value that got lost; leave the key out for any")
		}
		return all
	}
	good := true
	s := parse(items, func(it item, text string) {
		good = false
		b.problem(e, max(it.line, v.line), v.key, text)
	})
	if good {
		c.put(v.raw, at, s)
	}
	return s
}

// addressSet is readSet for addresses.
func (b *builder) addressSet(e *entry, f field) addr.Set {
	if v := e.get(f); v != nil && v.raw != nil {
		if len(v.raw) <= longestIPv4 {
			if s, ok := b.hosts.set(v.raw); ok {
				return s
			}
		}
		known, at, ok := b.addresses.get(v.raw)
		if ok {
			return known
		}
		if b.ranges, ok = appendIPv4(b.ranges[:0], v.raw); ok {
			s := addr.SetOf(b.ranges...)
			b.addresses.put(v.raw, at, s)
			return s
		}
	}
	return readSet(b, &b.addresses, e, f, addr.Any(), b.parseAddresses)
}

func (b *builder) parseAddresses(items []item, problem func(item, string)) addr.Set {
	var kept, cut []addr.Range
	for _, it := range items {
		if it.kind != aString {
			problem(it, notString(it, "10.0.0.1"))
			continue
		}
		side, text := sideOf(b, it.text, &kept, &cut)
		literals, err := b.addressesOf(text)
		if err != nil {
			problem(it, err.Error())
		}
		for _, l := range literals {
			*side = append(*side, l.Set.Ranges()...)
		}
	}
	all := addr.SetOf(kept...)
	if len(cut) == 0 {
		return all
	}
	left := all.Subtract(addr.SetOf(cut...))
	if left.IsEmpty() && b.resolves() {
		problem(items[0], leavesNothing)
	}
	return left
}

// leavesNothing says what is wrong with exclusions that are no rule.
const leavesNothing = "the exclusions (!) leave nothing of the list"

// resolves reports whether names are known, so that a list without traffic is one.
func (b *builder) resolves() bool {
	_, later := b.dictionary.(flow.Unresolved)
	return !later
}

// sideOf returns where the traffic of an entry goes, and the entry: "!x" takes x away
// from the list. Only what people write with names at hand may exclude; in a file it is
// no address.
func sideOf[R any](b *builder, text string, kept, cut *[]R) (side *[]R, entry string) {
	if rest, excludes := strings.CutPrefix(text, "!"); excludes && b.dictionary != nil && !flow.IsExclusion(rest) {
		return cut, rest
	}
	return kept, text
}

// addressesOf reads a literal, or a name where there is a dictionary.
func (b *builder) addressesOf(text string) ([]addr.Literal, error) {
	if b.dictionary != nil {
		return b.dictionary.Addresses([]string{text})
	}
	l, err := addr.Parse(text)
	return []addr.Literal{l}, err
}

// servicesOf is addressesOf for services.
func (b *builder) servicesOf(text string) ([]service.Literal, error) {
	if b.dictionary != nil {
		return b.dictionary.Services([]string{text})
	}
	l, err := service.Parse(text)
	return []service.Literal{l}, err
}

func (b *builder) parseServices(items []item, problem func(item, string)) service.Set {
	var kept, cut []service.Range
	for _, it := range items {
		switch it.kind {
		case aString:
			side, text := sideOf(b, it.text, &kept, &cut)
			literals, err := b.servicesOf(text)
			if err != nil {
				problem(it, err.Error())
			}
			for _, l := range literals {
				*side = append(*side, l.Set.Ranges()...)
			}
		case aNumber:
			problem(it, fmt.Sprintf(`%s has no protocol; write "tcp/%s" or "udp/%s"`, it.text, it.text, it.text))
		default:
			problem(it, notString(it, "tcp/443"))
		}
	}
	all := service.SetOf(kept...)
	if len(cut) == 0 {
		return all
	}
	left := all.Subtract(service.SetOf(cut...))
	if left.IsEmpty() && b.resolves() {
		problem(items[0], leavesNothing)
	}
	return left
}

func parseZones(items []item, problem func(item, string)) []string {
	zones := make([]string, 0, len(items))
	for _, it := range items {
		if it.kind != aString || it.text == "" {
			problem(it, notString(it, "dmz"))
			continue
		}
		if text := strings.TrimSpace(it.text); text != it.text {
			problem(it, fmt.Sprintf("%q has blanks at its ends; write %q", it.text, text))
			continue
		}
		zones = append(zones, it.text)
	}
	return zones
}

// notString says why an item is not the string that was expected.
func notString(it item, example string) string {
	switch it.kind {
	case aString:
		return "has an empty string in the list; write " + example + ", or take it out"
	case aNumber, aBoolean:
		return fmt.Sprintf("has %s, %s; write it as a string: %q", it.kind, it.text, it.text)
	}
	return fmt.Sprintf("has %s; write a string such as %q, or a list of strings", it.kind, example)
}

// fromPorts restricts services to the source ports of e.
func (b *builder) fromPorts(e *entry, services service.Set) service.Set {
	v := e.get(fieldSourcePorts)
	items := b.read(v)
	if v.isEmpty() {
		return services
	}
	if v.list && len(items) == 0 {
		b.problem(e, v.line, v.key, "is an empty list, which could mean any or none; leave the key out for any")
		return services
	}
	var ranges []service.Range
	for _, r := range services.Ranges() {
		if err := takesSourcePort(r); err != nil {
			b.problem(e, v.line, v.key, err.Error())
			return services
		}
		for _, it := range items {
			ports, err := parsePort(r.ProtoFrom, it)
			if err != nil {
				b.problem(e, max(it.line, v.line), v.key, err.Error())
				return services
			}
			r.SrcFrom, r.SrcTo = ports.DstFrom, ports.DstTo
			ranges = append(ranges, r)
		}
	}
	return service.SetOf(ranges...)
}

// takesSourcePort reports why r cannot be restricted to source ports.
func takesSourcePort(r service.Range) error {
	all := service.All()
	switch {
	case r.ProtoFrom != r.ProtoTo || !service.HasPorts(r.ProtoFrom):
		return fmt.Errorf(`the rule's service %s has no source ports; write services such as "tcp/*"`, service.SetOf(r))
	case r.SrcFrom != all.SrcFrom || r.SrcTo != all.SrcTo:
		return fmt.Errorf("the service %q already has source ports; write them once", service.SetOf(r))
	}
	return nil
}

// parsePort reads a port, a range or a port name of the protocol.
func parsePort(protocol uint8, it item) (service.Range, error) {
	switch {
	case it.kind != aString && it.kind != aNumber:
		return service.Range{}, errors.New(notString(it, "1024-65535"))
	case it.text == "" || strings.ContainsAny(it.text, "/ "):
		return service.Range{}, fmt.Errorf("%q is not a port; write a number, a range such as 1024-65535, or a name", it.text)
	}
	l, err := service.Parse(service.SetOf(service.Whole(protocol)).String() + "/" + it.text)
	if err != nil {
		return service.Range{}, err
	}
	return l.Set.Ranges()[0], nil
}
