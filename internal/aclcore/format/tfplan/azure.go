package tfplan

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/azure"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/jsontree"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/zoned"
)

// azureResources reads the resources of Azure.
type azureResources struct{ *reader }

var azureVendor = vendor{
	prefix: "azurerm_",
	read: []string{
		"network_security_group", "network_security_rule", "application_security_group", "network_interface",
		"network_interface_application_security_group_association", "subnet_network_security_group_association",
		"network_interface_security_group_association", "virtual_network", "ip_group", "network_service_tags",
		"firewall_policy", "firewall_policy_rule_collection_group",
	},
	harmless: []string{"firewall"},
	// Admin rules of a network manager are asked before the groups.
	filters: regexp.MustCompile(`^network_manager_(admin_rule|security_admin)`),
	beside:  regexp.MustCompile(`^(firewall|network_security|web_application_firewall_policy|virtual_hub_security|palo_alto_)`),
	lists:   func(r *reader) ([]device.List, error) { return azureResources{r}.azureLists() },
	write:   writeSecurityRule,
}

// A securityGroup is an azurerm_network_security_group with the rules that are resources
// of their own.
type securityGroup struct {
	res    *resource
	name   string
	inline []jsontree.Value
	own    []jsontree.Value
	why    []string // why there may be other rules
}

// azureLists returns the lists of the network security groups and firewall policies.
func (r azureResources) azureLists() ([]device.List, error) {
	groups := r.securityGroups()
	values := r.azureObjects()
	for _, g := range groups {
		values = append(values, newObject(g.line()).text("name", g.name).text("id", r.groupID(g)).
			put("securityRules", jsontree.Value{Kind: jsontree.Array, Items: g.join(r)}).Value)
	}
	policies, doubts := r.firewallPolicies()
	lists, err := azure.Lists(r.problems.Source, append(values, policies...))
	if err != nil {
		return nil, err
	}
	for i := range lists {
		l := &lists[i]
		if i < 2*len(groups) {
			g := groups[i/2]
			g.finish(l)
			if g.res != nil && r.listsAll(g.res, "security_rule") {
				l.Writer = refusal("the resource lists its rules itself and takes others away; add the rule to it")
			}
			continue
		}
		l.Rules = append(doubts[strings.TrimPrefix(l.Name, "firewall ")], l.Rules...)
	}
	return lists, nil
}

func (g *securityGroup) line() int {
	if g.res != nil {
		return g.res.line
	}
	if len(g.own) > 0 {
		return g.own[0].Line
	}
	return 1
}

// groupID returns the id, which has the resource group in it: of a group that is not
// there yet one that has no more than that.
func (r azureResources) groupID(g *securityGroup) string {
	if g.res == nil {
		return ""
	}
	return cmp.Or(r.text(g.res.values, "id"), "/resourceGroups/"+r.text(g.res.values, "resource_group_name")+"/networkSecurityGroups/"+g.name)
}

// finish names a list as the resource, and leaves open what rules the file may lack.
func (g *securityGroup) finish(l *device.List) {
	direction := l.Name[strings.LastIndexByte(l.Name, ' ')+1:]
	if g.res != nil {
		l.Aliases = append([]string{l.Name}, l.Aliases...)
		l.Name = g.res.address + " " + direction
		l.Aliases = append(l.Aliases, g.res.address+" "+map[string]string{"inbound": "ingress", "outbound": "egress"}[direction])
	}
	for i := range l.Rules {
		if l.Rules[i].Line == 0 { // a default rule
			l.Rules[i].Line = g.line()
		}
	}
	for _, why := range g.why {
		l.Rules = append(zoned.Undecided(g.line(), l.Name, why, zoned.AnyMatch()), l.Rules...)
	}
}

// securityGroups returns the groups of the file, and those that it has only rules of.
func (r azureResources) securityGroups() []*securityGroup {
	var out []*securityGroup
	at := make(map[string]*securityGroup)
	key := func(resourceGroup, name string) string { return strings.ToLower(resourceGroup + "/" + name) }
	for _, res := range r.kinds(true, "azurerm_network_security_group") {
		name := r.text(res.values, "name")
		g := &securityGroup{res: res, name: cmp.Or(name, res.address)}
		k := key(r.text(res.values, "resource_group_name"), name)
		if name != "" && at[k] != nil {
			if res.data { // the resource tells what will be
				continue
			}
			r.problems.Add(res.values.value, "%s and %s are the same network security group %s", res.address, at[k].res.address, name)
			continue
		}
		r.inlineSecurityRules(g)
		if name != "" {
			at[k] = g
		}
		at[res.address] = g
		out = append(out, g)
	}
	var homeless []string
	for _, res := range r.kinds(false, "azurerm_network_security_rule") {
		name := r.text(res.values, "network_security_group_name")
		g := at[key(r.text(res.values, "resource_group_name"), name)]
		if name == "" {
			g = at[r.refers(res, "network_security_group_name")]
		}
		switch {
		case g == nil && name == "":
			homeless = append(homeless, res.address)
			r.homelessNote(res, "network_security_group_name")
			continue
		case g == nil:
			g = &securityGroup{name: name, why: []string{fmt.Sprintf("%sthe network security group %s may have others", outside, name)}}
			at[key(r.text(res.values, "resource_group_name"), name)] = g
			out = append(out, g)
		}
		g.own = append(g.own, r.securityRules(res, res.values, res.line)...)
	}
	if len(homeless) > 0 {
		for _, g := range out {
			g.why = append(g.why, fmt.Sprintf("the network security group of %s is known only after apply", homeless[0]))
		}
	}
	return out
}

// inlineSecurityRules reads the rules in a group's own attribute, where the provider also
// shows those that are resources of their own.
func (r azureResources) inlineSecurityRules(g *securityGroup) {
	rules := g.res.values.get("security_rule")
	if rules.isUnknown() {
		if !r.startsEmpty(g.res, "security_rule") {
			g.why = append(g.why, afterApply("security_rule")+": it may add rules")
		}
		return
	}
	for _, w := range rules.items() {
		if w.isUnknown() || w.value.IsNull() {
			g.why = append(g.why, afterApply("a security_rule"))
			continue
		}
		g.inline = append(g.inline, r.securityRules(g.res, w, w.line(g.res.line))...)
	}
}

// join puts the inline rules and those of their own together.
func (g *securityGroup) join(r azureResources) []jsontree.Value {
	id := func(v *jsontree.Value) string {
		return strings.ToLower(v.Get("direction").TextOr("") + " " + v.Get("name").TextOr(""))
	}
	own, gone := make(map[string]bool), r.goneSecurityRules(g)
	for i := range g.own {
		own[id(&g.own[i])] = true
	}
	lists := g.res != nil && !r.state && r.listsAll(g.res, "security_rule")
	inline := make(map[string]bool)
	var out []jsontree.Value
	for _, v := range g.inline {
		inline[id(&v)] = true
		switch {
		case own[id(&v)], gone[id(&v)] && !lists:
			continue
		case r.state && len(g.own) > 0:
			v = withDoubt(v, staleInline)
		}
		out = append(out, v)
	}
	for _, v := range g.own {
		if lists && !inline[id(&v)] {
			v = withDoubt(v, notListed(g.res.address, "security_rule"))
		}
		out = append(out, v)
	}
	return out
}

// goneSecurityRules are the rules that the plan takes away or changes.
func (r azureResources) goneSecurityRules(g *securityGroup) map[string]bool {
	gone := make(map[string]bool)
	for i := range r.changed {
		c := &r.changed[i]
		if c.kind == "azurerm_network_security_rule" && strings.EqualFold(r.text(c.values, "network_security_group_name"), g.name) {
			gone[strings.ToLower(r.text(c.values, "direction")+" "+r.text(c.values, "name"))] = true
		}
	}
	return gone
}

// withDoubt returns a copy of an object with one more reason.
func withDoubt(v jsontree.Value, why string) jsontree.Value {
	reasons := append(v.Why(), why)
	keys, items := slices.Clone(v.Keys), slices.Clone(v.Items)
	if i := slices.Index(keys, jsontree.Doubts); i >= 0 {
		keys, items = slices.Delete(keys, i, i+1), slices.Delete(items, i, i+1)
	}
	o := &object{jsontree.Value{Line: v.Line, Kind: v.Kind, Keys: keys, Items: items}}
	return o.doubt(reasons...).Value
}

// securityRules returns a rule in the shape of the API.
func (r azureResources) securityRules(res *resource, w view, line int) []jsontree.Value {
	return r.lowered(res, w, line, func(a *attributes) *object {
		o := newObject(line)
		for _, key := range []string{"name", "priority", "direction", "access", "protocol"} {
			text := a.text(key)
			switch {
			case key == "protocol" && a.isOpen(key):
				text = "*"
			case key == "access" && a.isOpen(key):
				text = ""
			}
			o.text(key, text)
		}
		for _, side := range []string{"source", "destination"} {
			a.securitySide(o, side)
		}
		a.rest("id", "description", "resource_group_name", "network_security_group_name", "timeouts")
		return o
	})
}

// securitySide reads the addresses, groups and ports of one side of a rule.
func (a *attributes) securitySide(o *object, side string) {
	one := a.text(side + "_address_prefix")
	many, openMany := a.words(side + "_address_prefixes")
	groups, openGroups := a.ids(side + "_application_security_group_ids")
	if openMany || openGroups || a.isOpen(side+"_address_prefix") {
		one, many, groups = "*", nil, nil
	}
	o.text(side+"AddressPrefix", one).list(side+"AddressPrefixes", texts(o.Line, many...))
	var references []jsontree.Value
	for _, id := range groups {
		references = append(references, newObject(o.Line).text("id", id).Value)
	}
	o.list(side+"ApplicationSecurityGroups", references)
	port := a.text(side + "_port_range")
	ports, open := a.words(side + "_port_ranges")
	if open || a.isOpen(side+"_port_range") {
		port, ports = "*", nil
	}
	o.text(side+"PortRange", port).list(side+"PortRanges", texts(o.Line, ports...))
}

// azureObjects returns what rules refer to: interfaces with the groups that they are in,
// the virtual network, service tags and IP groups.
func (r azureResources) azureObjects() []jsontree.Value {
	var out []jsontree.Value
	members := make(map[string][]string) // groups by interface
	for _, res := range r.kinds(false, "azurerm_network_interface_application_security_group_association") {
		nic, group := r.refers(res, "network_interface_id"), r.refers(res, "application_security_group_id")
		members[nic] = append(members[nic], group)
	}
	for _, res := range r.kinds(true, "azurerm_network_interface") {
		var configurations []jsontree.Value
		for _, w := range res.values.get("ip_configuration").items() {
			c := newObject(res.line).text("privateIPAddress", r.text(w, "private_ip_address"))
			var groups []jsontree.Value
			for _, id := range slices.Concat(members[r.key(res)], members[res.address]) {
				if id != "" {
					groups = append(groups, newObject(res.line).text("id", id).Value)
				}
			}
			configurations = append(configurations, c.list("applicationSecurityGroups", groups).Value)
		}
		out = append(out, newObject(res.line).put("ipConfigurations", jsontree.Value{Kind: jsontree.Array, Items: configurations}).Value)
	}
	if networks := r.kinds(true, "azurerm_virtual_network"); len(networks) == 1 {
		w, line := networks[0].values, networks[0].line
		known, _ := r.strings(w, "address_space")
		prefixes := newObject(line).put("addressPrefixes", jsontree.Value{Kind: jsontree.Array, Items: copies(known)})
		out = append(out, newObject(line).put("addressSpace", prefixes.Value).Value)
	}
	for _, res := range r.kinds(true, "azurerm_network_service_tags") {
		if known, more := r.strings(res.values, "address_prefixes"); !more && len(known) > 0 {
			out = append(out, newObject(res.line).text("name", r.text(res.values, "name")).list("addressPrefixes", copies(known)).Value)
		}
	}
	for _, res := range r.kinds(true, "azurerm_ip_group") {
		known, more := r.strings(res.values, "cidrs")
		if more || len(r.kinds(false, "azurerm_ip_group_cidr")) > 0 {
			known = append(known, &jsontree.Value{Line: res.line, Kind: jsontree.String, Text: afterApply("a value of cidrs")})
		}
		out = append(out, newObject(res.line).text("id", r.key(res)).put("ipAddresses", jsontree.Value{Kind: jsontree.Array, Items: copies(known)}).Value)
	}
	return out
}

func copies(values []*jsontree.Value) []jsontree.Value {
	out := make([]jsontree.Value, len(values))
	for i, v := range values {
		out[i] = *v
	}
	return out
}
