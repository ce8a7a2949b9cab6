package tfplan

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/vpc"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
)

// awsResources reads the resources of AWS.
type awsResources struct{ *reader }

// groups collects the security groups of a file.
type groups struct {
	// at is where a group stands in the network, by id and by address.
	at map[string]int
	// inline are the rules that stand in a group's own attributes, by place in the
	// network; own the rules that are resources of their own, by key of the group.
	inline []map[vpc.Direction][]vpc.Permission
	own    map[string][]groupRule
	// only are the resources that name all the rules of a group, by key of the group.
	only map[string]onlyRules
	// ownKeys are the keys of own in the order of the file.
	ownKeys []string
	// gone are rules that the plan takes away, by group.
	gone     map[string]map[ruleID]bool
	homeless map[vpc.Direction]homeless
}

// A groupRule is a rule of a group that is a resource of its own.
type groupRule struct {
	vpc.Permission
	direction vpc.Direction
}

// A ruleID is what makes a rule of a group the same for AWS.
type ruleID struct {
	direction      vpc.Direction
	services, peer string
}

func idOf(p *vpc.Permission, d vpc.Direction) ruleID {
	return ruleID{d, p.Services.String(), p.Peer.Group + p.Peer.PrefixList + p.Peer.Prefix.String()}
}

// readGroups reads the groups, then the rules that are resources of their own, and
// puts the two together.
func (r awsResources) readGroups() {
	g := &r.groups
	g.at, g.own = make(map[string]int), make(map[string][]groupRule)
	g.gone, g.homeless = make(map[string]map[ruleID]bool), make(map[vpc.Direction]homeless)
	g.only = r.readOnlyRules()
	for i := range r.resources {
		res := &r.resources[i]
		if !res.data && (res.kind == "aws_security_group" || res.kind == "aws_default_security_group") {
			r.group(res)
		}
	}
	for i := range r.changed {
		for _, p := range r.groupRules(&r.changed[i]) {
			key := r.text(r.changed[i].values, "security_group_id")
			if g.gone[key] == nil {
				g.gone[key] = make(map[ruleID]bool)
			}
			g.gone[key][idOf(&p.Permission, p.direction)] = true
		}
	}
	for i := range r.resources {
		res := &r.resources[i]
		rules := r.groupRules(res)
		if len(rules) == 0 {
			continue
		}
		key := r.owner(res, "security_group_id")
		if key == "" {
			g.addHomeless(rules)
			continue
		}
		if _, ok := g.own[key]; !ok {
			g.ownKeys = append(g.ownKeys, key)
		}
		g.own[key] = append(g.own[key], rules...)
	}
	r.externalGroups()
	for i := range r.network.Groups {
		r.joinGroup(i)
	}
}

// owner returns the key of the group or ACL that a rule belongs to, "" if it is not
// known.
func (r awsResources) owner(res *resource, attribute string) string {
	if id := r.text(res.values, attribute); id != "" {
		return id
	}
	return r.configuration.target(res, attribute)
}

// group reads an aws_security_group with its inline rules.
func (r awsResources) group(res *resource) {
	id := r.text(res.values, "id")
	g := vpc.Group{
		Name: res.address, Key: id, Line: res.line,
		Aliases: []string{id, r.text(res.values, "name"), r.text(res.values.get("tags"), "Name")},
		Inline:  make(map[vpc.Direction]bool),
	}
	if id == "" {
		g.Key = res.address
	}
	if _, twice := r.groups.at[g.Key]; twice {
		r.problems.Add(res.values.value, "%s and another resource are the same security group %s", res.address, g.Key)
		return
	}
	n := len(r.network.Groups)
	r.groups.at[g.Key], r.groups.at[res.address] = n, n
	r.network.Groups = append(r.network.Groups, g)
	inline := make(map[vpc.Direction][]vpc.Permission)
	for _, d := range []vpc.Direction{vpc.Ingress, vpc.Egress} {
		g.Inline[d] = r.listsAll(res, d.String())
		rules := res.values.get(d.String())
		if rules.isUnknown() {
			if r.startsEmpty(res, d.String()) {
				continue
			}
			inline[d] = []vpc.Permission{undecided(res.line, res.address, afterApply(d.String())+": it may add rules")}
			continue
		}
		r.problems.List(res.values.value, d.String())
		for _, w := range rules.items() {
			inline[d] = append(inline[d], r.inlineRule(w, &g)...)
		}
	}
	r.groups.inline = append(r.groups.inline, inline)
}

// undecided stands for rules that the file does not tell.
func undecided(line int, label, reason string) vpc.Permission {
	return vpc.Permission{Line: line, Label: label, Services: service.Any(), Peer: vpc.Peer{Text: "?", Unknown: reason}}
}

// inlineRule reads an element of ingress or egress: a rule for each of its peers.
func (r awsResources) inlineRule(w view, g *vpc.Group) []vpc.Permission {
	if w.isUnknown() || w.value.IsNull() {
		return []vpc.Permission{undecided(g.Line, g.Name, afterApply("a rule"))}
	}
	p := vpc.Permission{Line: w.line(g.Line), Label: g.Name, Name: r.text(w, "description")}
	p.Services, p.Unknown = r.groupServices(w, "protocol")
	p.Unknown = append(p.Unknown, unread(w, "description", "protocol", "from_port", "to_port",
		"cidr_blocks", "ipv6_cidr_blocks", "prefix_list_ids", "security_groups", "self")...)
	return r.withPeers(w, p, g.Key, g.Name, "security_groups")
}

// withPeers returns a copy of the rule for each of the peers that an inline rule or
// an aws_security_group_rule names, and an undecidable one if it names none.
func (r awsResources) withPeers(w view, p vpc.Permission, self, selfText, groupsKey string) []vpc.Permission {
	var out []vpc.Permission
	add := func(line int, peer vpc.Peer) {
		q := p
		q.Line, q.Peer = line, peer
		out = append(out, q)
	}
	keys := []string{"cidr_blocks", "ipv6_cidr_blocks", "prefix_list_ids"}
	if groupsKey != "" {
		keys = append(keys, groupsKey)
	}
	for _, key := range keys {
		texts, more := r.strings(w, key)
		for _, t := range texts {
			switch key {
			case "prefix_list_ids":
				add(t.Line, vpc.Peer{Text: t.Text, PrefixList: t.Text})
			case groupsKey:
				add(t.Line, groupPeer(t.Text))
			default:
				peer, err := vpc.CIDR(t.Text)
				if err != nil {
					r.problems.Add(t, "%s: %v", key, err)
				}
				add(t.Line, peer)
			}
		}
		if more {
			add(p.Line, vpc.Peer{Text: "?", Unknown: afterApply(key)})
		}
	}
	switch w := w.get("self"); {
	case w.isUnknown():
		add(p.Line, vpc.Peer{Text: "?", Unknown: afterApply("self")})
	case w.value == nil || w.value.Text != "true":
	case self == "":
		add(p.Line, vpc.Peer{Text: "self", Unknown: afterApply("security_group_id")})
	default:
		add(p.Line, vpc.Peer{Text: selfText, Group: self})
	}
	if len(out) == 0 {
		add(p.Line, vpc.Peer{Text: "?", Unknown: noPeer})
	}
	return out
}

// noPeer is the reason of a rule whose other side may stand in an attribute that is
// not read.
const noPeer = "it has no source or destination that is known here"

// groupPeer reads a reference to a group, "sg-…" or "ACCOUNT/sg-…".
func groupPeer(text string) vpc.Peer {
	_, id, ok := strings.Cut(text, "/")
	if !ok {
		id = text
	}
	return vpc.Peer{Text: text, Group: id}
}

// groupRules reads a rule that is a resource of its own, nil for other resources.
func (r awsResources) groupRules(res *resource) []groupRule {
	var d vpc.Direction
	var rules []vpc.Permission
	switch {
	case res.data:
		return nil
	case res.kind == "aws_security_group_rule":
		return r.groupRuleOld(res)
	case res.kind == "aws_vpc_security_group_ingress_rule":
	case res.kind == "aws_vpc_security_group_egress_rule":
		d = vpc.Egress
	default:
		return nil
	}
	w := res.values
	p := r.ownRule(res, "ip_protocol")
	p.Unknown = append(p.Unknown, unread(w, slices.Concat(metadata, []string{"ip_protocol", "cidr_ipv4", "cidr_ipv6", "prefix_list_id", "referenced_security_group_id"})...)...)
	for _, key := range []string{"cidr_ipv4", "cidr_ipv6", "prefix_list_id", "referenced_security_group_id"} {
		peer := vpc.Peer{Text: r.text(w, key)}
		switch {
		case w.get(key).isUnknown():
			peer = vpc.Peer{Text: "?", Unknown: afterApply(key)}
			if address := r.configuration.target(res, key); address != "" && key == "referenced_security_group_id" {
				peer = vpc.Peer{Text: address, Group: address}
			}
		case peer.Text == "":
			continue
		case key == "prefix_list_id":
			peer.PrefixList = peer.Text
		case key == "referenced_security_group_id":
			peer = groupPeer(peer.Text)
		default:
			var err error
			if peer, err = vpc.CIDR(peer.Text); err != nil {
				r.problems.Add(w.get(key).value, "%s: %v", key, err)
			}
		}
		p.Peer = peer
		rules = append(rules, p)
	}
	if len(rules) == 0 {
		p.Peer = vpc.Peer{Text: "?", Unknown: noPeer}
		rules = append(rules, p)
	}
	return directed(rules, d)
}

// metadata are attributes of rules that have no effect on traffic.
var metadata = []string{
	"id", "arn", "region", "tags", "tags_all", "timeouts", "description", "security_group_rule_id",
	"security_group_id", "from_port", "to_port",
}

// ownRule reads what all rules that are resources of their own have.
func (r awsResources) ownRule(res *resource, protocolKey string) vpc.Permission {
	p := vpc.Permission{Line: res.line, Label: res.address}
	for _, key := range []string{"description", "id", "security_group_rule_id"} {
		if name := r.text(res.values, key); name != "" {
			p.Name = name
		}
	}
	p.Services, p.Unknown = r.groupServices(res.values, protocolKey)
	return p
}

// groupRuleOld reads an aws_security_group_rule, which has lists of peers.
func (r awsResources) groupRuleOld(res *resource) []groupRule {
	w := res.values
	p := r.ownRule(res, "protocol")
	p.Unknown = append(p.Unknown, unread(w, slices.Concat(metadata, []string{"type", "protocol", "cidr_blocks", "ipv6_cidr_blocks", "prefix_list_ids",
		"source_security_group_id", "self"})...)...)
	group := r.owner(res, "security_group_id")
	rules := r.withPeers(w, p, group, group, "")
	if source := w.get("source_security_group_id"); source.isUnknown() {
		peer := vpc.Peer{Text: "?", Unknown: afterApply("source_security_group_id")}
		if address := r.configuration.target(res, "source_security_group_id"); address != "" {
			peer = vpc.Peer{Text: address, Group: address}
		}
		rules = withPeer(rules, p, peer)
	} else if text := r.text(w, "source_security_group_id"); text != "" {
		rules = withPeer(rules, p, groupPeer(text))
	}
	if w.get("type").isUnknown() {
		for i := range rules {
			rules[i].Unknown = append(slices.Clip(rules[i].Unknown), afterApply("type"))
		}
		return append(directed(rules, vpc.Ingress), directed(rules, vpc.Egress)...)
	}
	switch kind := r.text(w, "type"); kind {
	case "ingress":
		return directed(rules, vpc.Ingress)
	case "egress":
		return directed(rules, vpc.Egress)
	default:
		r.problems.Add(w.value, "the type of %s is %q; write ingress or egress", res.address, kind)
	}
	return nil
}

// withPeer adds the rule with one more peer, in place of the one that stands for
// having none.
func withPeer(rules []vpc.Permission, p vpc.Permission, peer vpc.Peer) []vpc.Permission {
	rules = slices.DeleteFunc(rules, func(p vpc.Permission) bool { return p.Peer.Unknown == noPeer })
	p.Peer = peer
	return append(rules, p)
}

func directed(rules []vpc.Permission, d vpc.Direction) []groupRule {
	out := make([]groupRule, len(rules))
	for i, p := range rules {
		out[i] = groupRule{p, d}
	}
	return out
}

// externalGroups adds the groups that the file has only rules of.
func (r awsResources) externalGroups() {
	for _, key := range r.groups.ownKeys {
		if _, ok := r.groups.at[key]; ok {
			continue
		}
		line := r.groups.own[key][0].Line
		missing := undecided(line, key, "the security group "+key+" is not in the file: it may have other rules")
		r.groups.at[key] = len(r.network.Groups)
		r.network.Groups = append(r.network.Groups, vpc.Group{Name: key, Key: key, Line: line})
		r.groups.inline = append(r.groups.inline, map[vpc.Direction][]vpc.Permission{vpc.Ingress: {missing}, vpc.Egress: {missing}})
	}
}

// joinGroup puts the inline rules of a group and its rules of their own together.
func (r awsResources) joinGroup(i int) {
	g := &r.network.Groups[i]
	known, gone, has := make(map[ruleID]bool), r.groups.gone[g.Key], make(map[vpc.Direction]bool)
	own := r.groups.own[g.Key]
	if g.Name != g.Key {
		own = append(slices.Clip(own), r.groups.own[g.Name]...)
	}
	for _, p := range own {
		known[idOf(&p.Permission, p.direction)], has[p.direction] = true, true
	}
	for _, d := range []vpc.Direction{vpc.Ingress, vpc.Egress} {
		var rules []vpc.Permission
		listed := make(map[ruleID]bool)
		for _, p := range r.groups.inline[i][d] {
			listed[idOf(&p, d)] = true
			if p.Peer.Unknown == "" && (len(known) > 0 || len(gone) > 0) {
				id := idOf(&p, d)
				if known[id] || gone[id] {
					continue
				}
				if r.state && has[d] {
					p.Unknown = append(slices.Clip(p.Unknown), staleInline)
				}
			}
			p.Unknown = append(slices.Clip(p.Unknown), r.groups.doubts(g, d, "")...)
			rules = append(rules, p)
		}
		for _, p := range own {
			if p.direction != d {
				continue
			}
			if g.Inline[d] && !r.state && !listed[idOf(&p.Permission, d)] {
				p.Unknown = append(slices.Clip(p.Unknown), notListed(g.Name, d.String()))
			}
			p.Unknown = append(slices.Clip(p.Unknown), r.groups.doubts(g, d, p.Name)...)
			rules = append(rules, p.Permission)
		}
		rules = append(rules, r.adopted(g, d)...)
		if d == vpc.Egress {
			g.Egress = rules
		} else {
			g.Ingress = rules
		}
	}
}

// staleInline is the reason of a rule that stands in the attributes of a group whose
// rules are resources of their own, and is none of them.
const staleInline = "the state has it from the last refresh and from no resource of its own; read the JSON of a plan to know if it is still there"

// adopted returns a rule for those that may belong to any group.
func (r awsResources) adopted(g *vpc.Group, d vpc.Direction) []vpc.Permission {
	h, ok := r.groups.homeless[d]
	if !ok {
		return nil
	}
	reason := fmt.Sprintf("the group of %s is known only after apply", h.first)
	if h.more > 0 {
		reason = fmt.Sprintf("the group of %s is known only after apply, and so are those of %d more", h.first, h.more)
	}
	p := undecided(g.Line, g.Name, reason)
	p.Services = h.services
	return []vpc.Permission{p}
}

// homeless are rules of one direction whose group is known only after apply.
type homeless struct {
	first    string      // the address of the first resource
	more     int         // further ones
	services service.Set // of all of them, or wider
}

// maxHomeless is how many resources have their services put together.
const maxHomeless = 50

// addHomeless adds the rules of one resource.
func (g *groups) addHomeless(rules []groupRule) {
	for _, d := range []vpc.Direction{vpc.Ingress, vpc.Egress} {
		h, again := g.homeless[d]
		n := 0
		for _, p := range rules {
			if p.direction != d {
				continue
			}
			if n++; n == 1 && again {
				h.more++
			}
			h.first = cmp.Or(h.first, p.Label)
			if h.more > maxHomeless || n > maxHomeless {
				h.services = service.Any()
			} else {
				h.services = h.services.Union(p.Services)
			}
		}
		if n > 0 {
			g.homeless[d] = h
		}
	}
}
