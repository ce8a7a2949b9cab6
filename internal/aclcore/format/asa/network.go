package asa

import (
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/known"
)

// networkRef returns the addresses of "object NAME" or "object-group NAME".
func (p *dictionary) networkRef(word, name string, depth int) addresses {
	d, problem := p.lookup(word, name)
	if problem != "" {
		return unsureAddresses(addr.Any(), "%s", problem)
	}
	if d.kind != networkObject && d.kind != networkGroup {
		return unsureAddresses(addr.Any(), "%s holds no addresses", d.title)
	}
	return p.network(d, depth)
}

func (p *dictionary) network(d *definition, depth int) addresses {
	done, problem := d.enter(depth)
	if done {
		return d.addresses
	}
	if problem != "" {
		return unsureAddresses(addr.Any(), "%s", problem)
	}
	d.addresses = p.networkMembers(d, depth)
	d.state = resolved
	return d.addresses
}

func (p *dictionary) networkMembers(d *definition, depth int) addresses {
	if len(d.members) == 0 {
		return unsureAddresses(addr.Any(), "%s holds no address", d.title)
	}
	out := known.Members[addr.Set]{Join: addr.UnionOf}
	for _, m := range d.members {
		a := p.networkMember(d, m, depth)
		if !p.budget.spend(len(a.Sure.Ranges()) + len(a.Possible.Ranges())) {
			return unsureAddresses(addr.Any(), "%s %s", d.title, tooLarge)
		}
		out.Add(a)
	}
	return out.Set(addr.Any())
}

func (p *dictionary) networkMember(d *definition, m member, depth int) addresses {
	word, c := m.split()
	var a addresses
	ok := true
	switch word {
	case "host":
		c = cursor{m.text}
		a, ok = p.plainAddress(&c)
	case "subnet":
		a, ok = p.plainAddress(&c)
	case "range":
		a, ok = p.addressRange(&c)
	case "fqdn":
		a = domainName(&c)
	case "group-object":
		a = p.networkRef("object-group", c.next(), depth+1)
	case "network-object":
		if c.take("object") {
			a = p.networkRef("object", c.next(), depth+1)
		} else {
			a, ok = p.plainAddress(&c)
		}
	}
	if !ok || !c.atEnd() {
		return unsureAddresses(addr.Any(), "%s", d.complaint(m))
	}
	return a
}
