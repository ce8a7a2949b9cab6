package panos

import (
	"fmt"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/known"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/tree"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/zoned"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
)

// policies reads the security rules of a scope.
type policies struct {
	scope *scope
	names *names
	zones []string
	// seen are the names of rules that were read: a second one of a name is in doubt.
	seen map[string]bool
	// off are the names of rules that are switched off.
	off map[string]bool
	// overrides are the rules that say of which application packets are.
	overrides []override
	// sites says for the writer where a rule stands, by its place.
	sites map[string]ruleSite
	// disabled are the rules that are switched off, found while the others are read.
	disabled []rule.Rule
}

// ruleSite is where a rule stands: in which layer, under which name.
type ruleSite struct {
	layer int
	name  string
}

// all returns the rules in the order in which the firewall asks them.
func (p *policies) all(c config) []rule.Rule {
	p.sites = make(map[string]ruleSite)
	p.off = make(map[string]bool)
	out := p.before(c)
	for _, l := range p.scope.layers {
		out = slices.Grow(out, len(l.node.Get("security", "rules").Active()))
	}
	p.overrides = p.readOverrides()
	for i, l := range p.scope.layers {
		if i > 0 && p.scope.panorama && l.path[len(l.path)-1] == "post-rulebase" && p.scope.layers[i-1].path[len(p.scope.layers[i-1].path)-1] == "pre-rulebase" {
			out = append(out, p.own()...)
			p.sites[ownPlace] = ruleSite{layer: slices.IndexFunc(p.scope.layers, p.scope.isOwn("pre-rulebase"))}
		}
		for _, n := range l.node.Get("security", "rules").Active() {
			place := fmt.Sprintf("%s %q", strings.Join(l.path, " "), n.Word)
			if n.Value("disabled") == "yes" && !n.Repeated {
				p.off[n.Word] = true
				off := rule.Rule{Name: n.Word, Line: n.Line, Text: ruleText(n), Place: place}
				if n.Value("action") == "allow" {
					off.Action = rule.Permit
				}
				p.disabled = append(p.disabled, off)
				continue
			}
			q := p.rule(n)
			q.Place = place
			p.sites[q.Place] = ruleSite{i, n.Word}
			for _, part := range p.overridden(q, n.Get("application").Words()) {
				out = append(out, part.Rules()...)
			}
		}
	}
	return append(out, p.defaults()...)
}

// own stands for the rules of the firewall itself, which a text of Panorama lacks: they
// may permit or deny anything before a post rule does.
func (p *policies) own() []rule.Rule {
	out := zoned.Undecided(p.scope.levels[0].Line, "rules of the firewall itself", "the firewall's own rules are not in the text of Panorama", zoned.AnyMatch())
	for i := range out {
		out[i].Place = ownPlace
	}
	return out
}

// ownPlace is where the rules of the firewall itself stand: a new rule that has to come
// before them is the last of the group's pre-rulebase.
const ownPlace = "rules of the firewall itself"

// deciding are the elements of a rule that decide what it matches.
var deciding = strings.Fields(`from to source destination service application action disabled rule-type negate-source negate-destination
	source-user category schedule target source-hip destination-hip hip-profiles source-imei source-imsi source-nw-slice`)

// harmless are elements that do not change which packets a rule matches.
var harmless = strings.Fields(`description tag group-tag log-start log-end log-setting profile-setting option qos uuid icmp-unreachable
	disable-inspect saas-user-list saas-tenant-list id loc color`)

// isKnown reports whether an element of a rule decides, or changes nothing.
var isKnown = tree.Known(deciding, harmless)

func (p *policies) rule(n *tree.Node) zoned.Policy {
	q := zoned.Policy{Name: n.Word, Line: n.Line, Text: ruleText(n)}
	switch action := n.Value("action"); action {
	case "allow":
		q.Action = rule.Permit
	case "deny", "drop", "reset-client", "reset-server", "reset-both":
	default:
		q.DoubtAction("the action %q is not known", action)
	}
	if p.seen[n.Word] || n.Repeated {
		q.Doubt("there are two rules of the name %q", n.Word)
	}
	p.seen[n.Word] = true
	p.zonesOf(&q, n)
	known := p.conditions(&q, n)
	q.Matches = []zoned.Match{{
		Sources:      p.addresses(&q, n, "source"),
		Destinations: p.addresses(&q, n, "destination"),
		Services:     p.servicesOf(&q, n),
	}}
	if !known || n.Repeated { // it may match more than it says
		q.From, q.To, q.Pair, q.Applications, q.Matches = nil, nil, rule.AnyPair, nil, []zoned.Match{zoned.AnyMatch()}
		q.AnyAction = q.AnyAction || n.Repeated
	}
	return q
}

// isYes reads an element that is yes or no, and puts the rule in doubt for anything else.
func isYes(q *zoned.Policy, n *tree.Node, element string) (yes, known bool) {
	switch value := n.Value(element); {
	case n.Get(element) == nil, value == "no":
		return false, true
	case value == "yes":
		return true, true
	}
	q.Doubt("%s is neither yes nor no", element)
	return false, false
}

// isAny reports whether the words are any; other words beside it, which no firewall takes,
// put the rule in doubt.
func isAny(q *zoned.Policy, element string, words []string) bool {
	found := slices.Contains(words, "any")
	if found && len(words) > 1 {
		q.Doubt("%s has any and something else", element)
	}
	return found
}

// ruleText writes the rule on one line, with what decides.
func ruleText(n *tree.Node) string {
	text := fmt.Sprintf("%q", n.Word)
	for _, e := range []string{"from", "to", "source", "destination", "application", "service"} {
		if words := n.Get(e).Words(); len(words) > 0 {
			text += " " + e + " "
			if n.Value("negate-"+e) == "yes" {
				text += "not "
			}
			text += shown(words)
		}
	}
	return text + " " + n.Value("action")
}

// maxNames is how many names of a list are shown.
const maxNames = 4

func shown(names []string) string {
	if len(names) > maxNames {
		return strings.Join(names[:maxNames], ",") + fmt.Sprintf(",… (%d)", len(names))
	}
	return strings.Join(names, ",")
}

// zonesOf reads the zones and the type of a rule.
func (p *policies) zonesOf(q *zoned.Policy, n *tree.Node) {
	zones := func(element string) []string {
		words := n.Get(element).Words()
		switch {
		case len(words) == 0:
			q.Doubt("%s is not set", element)
		case isAny(q, element, words):
			return nil
		}
		return words
	}
	q.From, q.To = zones("from"), zones("to")
	switch kind := n.Value("rule-type"); {
	case n.Get("rule-type") == nil, kind == "universal":
	case kind == "intrazone":
		q.Pair, q.To = rule.SameZone, nil
	case kind == "interzone":
		q.Pair = rule.DifferentZones
	default:
		q.Doubt("rule-type %s", kind)
	}
}

// unnamed are words for users that are no names.
var unnamed = []string{"any", "known-user", "unknown", "pre-logon"}

// conditions puts the rule in doubt for what only the firewall can decide. known is false
// where an element that is not known may be one that makes the rule match more.
func (p *policies) conditions(q *zoned.Policy, n *tree.Node) (known bool) {
	isYes(q, n, "disabled")
	for _, element := range []string{"category", "source-hip", "destination-hip", "hip-profiles", "source-imei", "source-imsi", "source-nw-slice"} {
		if words := n.Get(element).Words(); len(words) > 0 && !slices.Equal(words, []string{"any"}) {
			q.Doubt("%s %s", element, shown(words))
		}
	}
	switch users := n.Get("source-user").Words(); {
	case len(users) == 0, slices.Equal(users, []string{"any"}):
	case slices.ContainsFunc(users, func(u string) bool { return slices.Contains(unnamed, u) }):
		q.Doubt("source-user %s", shown(users))
	default:
		q.Users = users
	}
	if schedule := n.Get("schedule"); schedule != nil {
		q.Doubt("%s", schedule)
	}
	if target := n.Get("target"); len(target.Get("devices").Words())+len(target.Get("tags").Words())+len(target.Others("devices", "tags", "negate")) > 0 || target.Value("negate") == "yes" {
		q.Doubt("the rule is for some firewalls only")
	}
	for _, why := range n.Why() {
		q.Doubt("%s", why)
	}
	others := n.Besides(isKnown)
	for _, other := range others {
		q.Doubt("the element %s is not known", other.Word)
	}
	return len(others) == 0
}

// addresses resolves source or destination.
func (p *policies) addresses(q *zoned.Policy, n *tree.Node, element string) zoned.Addresses {
	words := n.Get(element).Words()
	all := known.Exactly(addr.Any())
	set := all
	switch {
	case len(words) == 0:
		q.Doubt("%s is not set", element)
	case !isAny(q, element, words):
		set = p.names.addresses.Union(words)
	}
	switch negated, known := isYes(q, n, "negate-"+element); {
	case !known:
		return all
	case negated && slices.Contains(words, "any"):
		q.Doubt("%s any is negated", element)
	case negated:
		return zoned.Negate(addr.Any(), set)
	}
	return set
}

// servicesOf resolves the services of a rule, and puts it in doubt for applications,
// which the firewall finds out from the content.
func (p *policies) servicesOf(q *zoned.Policy, n *tree.Node) zoned.Services {
	applications, words := n.Get("application").Words(), n.Get("service").Words()
	anyApplication := slices.Equal(applications, []string{"any"})
	switch {
	case len(applications) == 0:
		q.Doubt("application is not set")
	case !anyApplication:
		p.applications(q, applications)
	}
	switch {
	case len(words) == 0:
		q.Doubt("service is not set")
		return known.Exactly(service.Any())
	case slices.Contains(words, "application-default") && len(words) > 1:
		q.Doubt("service has application-default and something else")
		return known.Exactly(service.Any())
	case slices.Contains(words, "application-default"):
		if anyApplication {
			q.Doubt("service application-default: each application is allowed on its own ports only")
			return known.Exactly(service.Any())
		}
		return p.defaultPorts(applications)
	}
	isAny(q, "service", words)
	return p.names.services.Union(words)
}

// applications limits the rule to applications by name, with those of the groups of the
// text. A filter stands for applications that only the firewall knows.
func (p *policies) applications(q *zoned.Policy, words []string) {
	names, why := p.names.applications(words)
	for _, reason := range why {
		q.Doubt("%s", reason)
	}
	if len(why) == 0 {
		q.Applications = names
	}
}

// defaultPorts returns the ports that applications of the text's own have; those of
// others are in the firewall's content database.
func (p *policies) defaultPorts(applications []string) zoned.Services {
	var set zoned.Services
	for _, name := range applications {
		set = set.Union(p.defaultOf(name))
	}
	return set
}

func (p *policies) defaultOf(name string) zoned.Services {
	why := fmt.Sprintf("the default ports of application %s are not in the text", name)
	for _, level := range p.names.levels {
		n := level.Get("application", name)
		if n == nil {
			continue
		}
		var set service.Set
		for _, text := range n.Get("default", "port").Words() {
			protocol, ports, _ := strings.Cut(text, "/")
			list, ok := zoned.PortList(ports)
			i := slices.IndexFunc(protocols, func(p struct {
				word   string
				number uint8
			},
			) bool {
				return p.word == protocol
			})
			if !ok || i < 0 {
				return known.AtMost(service.Any(), why)
			}
			one, _ := zoned.Boxes(protocols[i].number, zoned.AllPorts(), list)
			set = set.Union(one)
		}
		if set.IsEmpty() {
			break
		}
		return known.Exactly(set)
	}
	return known.AtMost(service.Any(), why)
}

// defaults are the rules that end every rulebase; the innermost level that changes the
// action of one counts.
func (p *policies) defaults() []rule.Rule {
	intra := zoned.Policy{Name: "intrazone-default", Text: "intrazone-default", Pair: rule.SameZone, Matches: []zoned.Match{zoned.AnyMatch()}}
	inter := zoned.Policy{Name: "interzone-default", Text: "interzone-default", Pair: rule.DifferentZones, Matches: []zoned.Match{zoned.AnyMatch()}}
	intra.Action = p.defaultAction(&intra, rule.Permit)
	inter.Action = p.defaultAction(&inter, rule.Deny)
	intra.Implied, inter.Implied = intra.Line == 0, inter.Line == 0
	return append(intra.Rules(), inter.Rules()...)
}

func (p *policies) defaultAction(q *zoned.Policy, action rule.Action) rule.Action {
	layers := slices.Clone(p.scope.layers)
	slices.SortStableFunc(layers, func(a, b layer) int { return weight(a) - weight(b) })
	for _, l := range layers {
		n := l.node.Get("default-security-rules", "rules", q.Name)
		if others := n.Others(append(slices.Clone(harmless), "action")...); len(others) > 0 || n != nil && n.Repeated {
			q.Line = n.Line
			q.DoubtAction("%s is changed in a way that is not read", q.Name)
			return action
		}
		switch n.Value("action") {
		case "allow":
			q.Line = n.Line
			return rule.Permit
		case "deny", "drop", "reset-client", "reset-server", "reset-both":
			q.Line = n.Line
			return rule.Deny
		}
		if n.Get("action") != nil {
			q.Line = n.Line
			q.DoubtAction("the action %s is not known", n.Get("action"))
			return rule.Permit
		}
	}
	return action
}

// weight orders layers from the firewall's own to the shared ones.
func weight(l layer) int {
	switch {
	case l.local:
		return 0
	case l.path[0] == "shared":
		return 2
	}
	return 1
}
