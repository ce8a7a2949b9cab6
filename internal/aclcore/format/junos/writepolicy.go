package junos

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/zoned"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
)

// A policySite is what the writer needs to know of the policies of a text.
type policySite struct {
	policies map[string]policyPlace // by place
	// inZones says that the text keeps addresses in books of the zones themselves.
	inZones bool
	// prefix is that of the part of the text, without it that of applications.
	prefix     []string
	globalApps bool
	// addressNames are the addresses that policies from or to a zone can name, and
	// applicationNames the applications of the text, by what they stand for. They are found
	// when the first change asks.
	addressNames     map[string]func() *zoned.Names
	applicationNames func() *zoned.Names
}

// policyPlace is the pair of zones and the name of a policy; a global one has no zones.
type policyPlace struct{ from, to, name string }

func (p *policies) newSite() *policySite {
	s := &policySite{policies: make(map[string]policyPlace), prefix: p.prefix, globalApps: p.globalApps}
	services, level := p.services, p.applicationLevel // and not the tree behind p
	s.applicationNames = sync.OnceValue(func() *zoned.Names { return zoned.ServiceNames(services, level) })
	var mu sync.Mutex // books of zones ask the global one
	in := func(b *book) *zoned.Names {
		mu.Lock()
		defer mu.Unlock()
		return zoned.AddressNames(b.scope, b.level)
	}
	global := p.book("")
	inGlobal := sync.OnceValue(func() *zoned.Names { return in(global) })
	s.addressNames = map[string]func() *zoned.Names{"": inGlobal}
	for _, z := range p.root.Applied("security", "zones", "security-zone").Active() {
		s.inZones = s.inZones || z.Applied("address-book") != nil
		own := p.book(z.Word)
		s.addressNames[z.Word] = sync.OnceValue(func() *zoned.Names { return in(own).Over(inGlobal()) })
	}
	return s
}

// add remembers a policy and returns its place.
func (s *policySite) add(from, to, name string) string {
	place := fmt.Sprintf("%q to %q policy %q", from, to, name)
	s.policies[place] = policyPlace{from, to, name}
	return place
}

// writePolicies writes one policy for each rule, with its addresses and applications.
func writePolicies(site *policySite, in rule.Insertion) (string, error) {
	at, err := before(in)
	if err != nil {
		return "", err
	}
	blocker := site.policies[at]
	w := &policyWriter{site: site, in: in, names: newNamer(in, "policy")}
	for i := range in.Rules {
		r := &in.Rules[i]
		from, to := r.SourceZones, r.DestinationZones
		if len(from) == 0 && blocker.from != "" {
			from = []string{blocker.from}
		}
		if len(to) == 0 && blocker.to != "" {
			to = []string{blocker.to}
		}
		if len(from) == 0 || len(to) == 0 {
			return "", errZones
		}
		for _, f := range from {
			for _, t := range to {
				if err := w.policy(r, f, t, blocker); err != nil {
					return "", err
				}
			}
		}
	}
	for i := range w.policies {
		w.policies[i] = inPart(site.prefix, w.policies[i])
	}
	return strings.Join(append(w.objects, w.policies...), "\n"), nil
}

type policyWriter struct {
	site              *policySite
	in                rule.Insertion
	names             *namer
	objects, policies []string
}

func (w *policyWriter) policy(r *rule.Rule, from, to string, blocker policyPlace) error {
	src := w.addresses(r.Traffic.Sources, from)
	dst := w.addresses(r.Traffic.Destinations, to)
	apps, err := w.applications(r.Traffic.Services)
	if err != nil {
		return err
	}
	taken := func(name string) bool {
		for _, p := range w.site.policies {
			if p.name == name && p.from == from && p.to == to {
				return true
			}
		}
		return false
	}
	name := w.names.name(r.Name, taken)
	pair := fmt.Sprintf("security policies from-zone %s to-zone %s", inQuotes(from), inQuotes(to))
	base := "set " + pair + " policy " + name
	for _, a := range src {
		w.policies = append(w.policies, base+" match source-address "+a)
	}
	for _, a := range dst {
		w.policies = append(w.policies, base+" match destination-address "+a)
	}
	for _, a := range apps {
		w.policies = append(w.policies, base+" match application "+a)
	}
	action := "permit"
	if r.Action == rule.Deny {
		action = "deny"
	}
	w.policies = append(w.policies, base+" then "+action)
	if blocker.from == from && blocker.to == to && blocker.name != "" {
		w.policies = append(w.policies, fmt.Sprintf("insert %s policy %s before policy %s", pair, name, inQuotes(blocker.name)))
	}
	return nil
}

// addresses returns the names of address book entries that stand for the set, and
// defines them. Their names are made of what they hold.
func (w *policyWriter) addresses(s addr.Set, zone string) []string {
	switch {
	case s.IsAny():
		return []string{"any"}
	case s.Equal(addr.Any4()):
		return []string{"any-ipv4"}
	case s.Equal(addr.Any6()):
		return []string{"any-ipv6"}
	}
	known := &zoned.Names{}
	if names, ok := w.site.addressNames[zone]; ok {
		known = names()
	} else if names, ok := w.site.addressNames[""]; ok {
		known = names()
	}
	if name, isNew := known.Of(s.String(), "", nil); !isNew && name != "" {
		return []string{inQuotes(name)}
	}
	book := "set security address-book global address "
	if w.site.inZones {
		book = "set security zones security-zone " + inQuotes(zone) + " address-book address "
	}
	var out []string
	for _, t := range zoned.AddressTerms(s) {
		name, isNew := known.Of(t.Set().String(), "acl-"+strings.NewReplacer("/", "_", ":", "-").Replace(t.String()), nil)
		out = append(out, inQuotes(name))
		if !isNew {
			continue
		}
		value := t.Prefix.String()
		if !t.Prefix.IsValid() {
			value = fmt.Sprintf("range-address %s to %s", t.From, t.To)
		}
		w.define(inPart(w.site.prefix, book+name+" "+value))
	}
	return out
}

// define adds the command unless it is there, or in a change that is made before.
func (w *policyWriter) define(command string) {
	inText := func(text string) bool { return slices.Contains(strings.Split(text, "\n"), command) }
	if !slices.Contains(w.objects, command) && !slices.ContainsFunc(w.in.Beside, inText) {
		w.objects = append(w.objects, command)
	}
}

// applications returns the names of applications that stand for the services, and
// defines them.
func (w *policyWriter) applications(s service.Set) ([]string, error) {
	if s.IsAny() {
		return []string{"any"}, nil
	}
	known := &zoned.Names{}
	if w.site.applicationNames != nil {
		known = w.site.applicationNames()
	}
	if name, isNew := known.Of(s.String(), "", nil); !isNew && name != "" {
		return []string{inQuotes(name)}, nil
	}
	terms, err := zoned.ServiceTerms(s)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, t := range terms {
		name, settings := fmt.Sprintf("acl-ip-%d", t.Protocol), []string{fmt.Sprintf("protocol %d", t.Protocol)}
		if word := map[uint8]string{service.TCP: "tcp", service.UDP: "udp", service.SCTP: "sctp", service.ICMP: "icmp", service.ICMPv6: "icmp6"}[t.Protocol]; word != "" {
			name, settings[0] = "acl-"+word, "protocol "+word
		}
		if t.HasPorts() {
			if t.Destinations != (zoned.Ports{From: 0, To: 65535}) {
				name += "-" + run(t.Destinations)
				settings = append(settings, "destination-port "+run(t.Destinations))
			}
			if t.Sources != (zoned.Ports{From: 0, To: 65535}) {
				name += "-from-" + run(t.Sources)
				settings = append(settings, "source-port "+run(t.Sources))
			}
		}
		types := map[uint8]string{service.ICMP: "icmp", service.ICMPv6: "icmp6"}[t.Protocol]
		if t.Type >= 0 {
			name += fmt.Sprintf("-%d", t.Type)
			settings = append(settings, fmt.Sprintf("%s-type %d", types, t.Type))
		}
		if t.Code >= 0 {
			name += fmt.Sprintf("-%d", t.Code)
			settings = append(settings, fmt.Sprintf("%s-code %d", types, t.Code))
		}
		name, isNew := known.Of(t.Set().String(), name, nil)
		out = append(out, inQuotes(name))
		for _, setting := range settings {
			if isNew {
				w.define(inPart(w.applicationPrefix(), "set applications application "+name+" "+setting))
			}
		}
	}
	return out, nil
}

// applicationPrefix is what commands for applications begin with: a logical system without
// applications of its own uses those of the device.
func (w *policyWriter) applicationPrefix() []string {
	if w.site.globalApps {
		return nil
	}
	return w.site.prefix
}
