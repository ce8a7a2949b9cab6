package policy

import (
	"slices"
	"strings"
)

// Parameters are those of the ready-made policies; each takes some of them. A zero
// value is a parameter that is not given.
type Parameters struct {
	// Networks are addresses and names of addresses.
	Networks []string
	// Services are services and names of services.
	Services []string
	// MaxHosts is a number of addresses, MaxDays one of days.
	MaxHosts, MaxDays int64
	// RealAddresses maps an address that NAT shows to the real one behind it; both are
	// hosts, or prefixes of one length.
	RealAddresses map[string]string
}

// given returns the names of the parameters that are given.
func (p Parameters) given() (names []string) {
	for _, x := range []struct {
		name  string
		given bool
	}{
		{"networks", p.Networks != nil}, {"services", p.Services != nil}, {"max_hosts", p.MaxHosts != 0},
		{"max_days", p.MaxDays != 0}, {"real_addresses", p.RealAddresses != nil},
	} {
		if x.given {
			names = append(names, x.name)
		}
	}
	return names
}

// ReadyMadePolicy describes a policy that is used by its name.
type ReadyMadePolicy struct {
	Name string
	// Doc says in one or two sentences what it asks for.
	Doc   string
	Scope Scope
	// Required and Optional are the parameters that it takes.
	Required, Optional []string
	// Message is what a violation says unless the definition has a message.
	Message string

	// blocked says that flows that are to stay blocked are asked about too.
	blocked bool
	build   func(b *builder) node
}

// ReadyMade lists the ready-made policies by name.
func ReadyMade() []ReadyMadePolicy {
	return []ReadyMadePolicy{
		anyToAny, destinationInNetworks, expiresRequired, expiresValid, insecureServices,
		maxHosts, ownerRequired, realAddresses, sameNetwork, sourceInNetworks,
	}
}

// find returns the ready-made policy of that name.
func find(name string) (*ReadyMadePolicy, bool) {
	for _, m := range ReadyMade() {
		if m.Name == name {
			return &m, true
		}
	}
	return nil, false
}

func readyMadeNames() string {
	var names []string
	for _, m := range ReadyMade() {
		names = append(names, m.Name)
	}
	return strings.Join(names, ", ")
}

// check reports what is wrong with the use of m in the definition.
func (m *ReadyMadePolicy) check(c *compiler, d Definition) bool {
	before := len(c.problems)
	if d.Scope != m.Scope {
		c.bad(d, "scope", "is %s; %s is asked about each %s", d.Scope, m.Name, m.Scope)
	}
	given := d.Parameters.given()
	for _, name := range m.Required {
		if !slices.Contains(given, name) {
			c.bad(d, name, "is not given; %s needs it", m.Name)
		}
	}
	for _, name := range given {
		if !slices.Contains(m.Required, name) && !slices.Contains(m.Optional, name) {
			c.bad(d, name, "is given, but %s %s", m.Name, m.takes())
		}
	}
	return len(c.problems) == before
}

func (m *ReadyMadePolicy) takes() string {
	all := slices.Concat(m.Required, m.Optional)
	if len(all) == 0 {
		return "takes no parameters"
	}
	return "takes only " + strings.Join(all, " and ")
}

// readyMade builds the node and the message of a definition that uses a ready-made
// policy.
func (c *compiler) readyMade(d Definition) (node, string) {
	m, ok := find(d.Use)
	if !ok || !m.check(c, d) {
		return nil, ""
	}
	message := d.Message
	if message == "" {
		message = m.Message
	}
	b := &builder{compiler: c, definition: d}
	n := m.build(b)
	if !m.blocked {
		n = or{c.leaf(0, func(r *run, _ cell) answer { return truth(r.q.Deny) }), n}
	}
	return n, message
}

func truth(b bool) answer {
	if b {
		return yes
	}
	return no
}
