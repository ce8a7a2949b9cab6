package azure

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/jsontree"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/known"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/mark"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/zoned"
)

// An export is what the answers of a text hold.
type export struct {
	groups    []*jsontree.Value // network security groups
	effective []*jsontree.Value // effective rules of an interface, one for each group
	policies  []*jsontree.Value // rule collection groups of a firewall policy
	// members are the addresses in each application security group, by id in lower case.
	members map[string]addr.Set
	// interfaces says that the text lists interfaces, so that members is complete.
	interfaces bool
	// unread are groups with a member whose address is not read, unreadMembers says that it is
	// not read of which groups an interface is.
	unread        map[string]bool
	unreadMembers bool
	// loose are rules that stand beside the groups, as templates have them.
	loose []looseRule
	// owners are the firewall policies themselves, by id in lower case.
	owners map[string]*jsontree.Value
	// moreMembers says that the groups may have others besides.
	moreMembers bool
	tags        map[string]zoned.Addresses
	ipGroups    map[string]zoned.Addresses
	network     addr.Set // of the virtual networks of the text
	cards       []card
	subnets     []subnetwork
	publics     []publicAddress
	// groupsAt are the groups that say to be associated with a subnet or an interface, by the
	// id of that.
	groupsAt map[string][]string
	// titles lead the names of the lists of each group, effectiveTitles those of effective
	// rules.
	titles, effectiveTitles []string
	// admin is a security admin rule, which comes before the groups; nil if there is none.
	admin *jsontree.Value
}

// A looseRule is a rule that stands beside its group, whose name in lower case is empty if it
// is not in the text.
type looseRule struct {
	group string
	v     *jsontree.Value
}

// read takes the answers of a text apart.
func read(source string, content []byte) (*export, error) {
	values, err := jsontree.Parse(source, content)
	if err != nil {
		return nil, err
	}
	return take(source, values)
}

// take takes answers apart that have been read.
func take(source string, values []jsontree.Value) (*export, error) {
	e := &export{groupsAt: make(map[string][]string), unread: make(map[string]bool), owners: make(map[string]*jsontree.Value), members: make(map[string]addr.Set), tags: make(map[string]zoned.Addresses), ipGroups: make(map[string]zoned.Addresses)}
	for i := range values {
		if key, next := goesOn(&values[i], 0); next != nil {
			return nil, fmt.Errorf("%s:%d: the answer goes on at %s: the text has to hold all of it", source, next.Line, key)
		}
		e.answer(&values[i], 0)
	}
	if _, given := e.tags["virtualnetwork"]; !given {
		e.tags["virtualnetwork"] = known.Between(e.network, addr.Any(), "the addresses of the tag VirtualNetwork are not in the text")
	}
	if _, given := e.tags["internet"]; !given {
		e.tags["internet"] = zoned.Negate(addr.Any(), e.tags["virtualnetwork"])
	}
	if _, given := e.tags["azureloadbalancer"]; !given {
		balancer, _ := zoned.Host("168.63.129.16")
		e.tags["azureloadbalancer"] = known.Exactly(balancer)
	}
	e.name()
	return e, nil
}

// pageMarks are where an answer says that there is more.
var pageMarks = []string{"nextLink", "@odata.nextLink", "skip_token", "skipToken", "$skipToken"}

// goesOn returns where an answer, or one in it, says that there is more.
func goesOn(v *jsontree.Value, depth int) (string, *jsontree.Value) {
	if depth > maxNesting {
		return "", nil
	}
	for _, key := range pageMarks {
		if next := v.Get(key); !next.IsNull() && next.Text != "" {
			return key, next
		}
	}
	for i := range v.Items {
		if key, next := goesOn(&v.Items[i], depth+1); next != nil {
			return key, next
		}
	}
	return "", nil
}

// maxNesting bounds how deep answers are looked for.
const maxNesting = 8

// answer takes one answer, a list of them, or an object with named parts.
func (e *export) answer(v *jsontree.Value, depth int) {
	if depth > maxNesting {
		return
	}
	if v.Kind == jsontree.Array {
		for i := range v.Items {
			e.answer(&v.Items[i], depth+1)
		}
		return
	}
	p := properties(v)
	switch {
	case v.Kind != jsontree.Object:
	case p.Get("effectiveSecurityRules") != nil:
		e.effective = append(e.effective, v)
	case isType(v, "securityRules"):
		e.addLoose(v, "")
	case p.Get("securityRules") != nil || p.Get("defaultSecurityRules") != nil || isType(v, "networkSecurityGroups"):
		e.groups = append(e.groups, v)
		for i := range itemsOf(v.Get("resources")) {
			if child := &v.Get("resources").Items[i]; isType(child, "securityRules") {
				e.addLoose(child, strings.ToLower(text(v, "name")))
			}
		}
	case p.Get("ruleCollections") != nil:
		e.policies = append(e.policies, v)
	case p.Get("access") != nil && (p.Get("sources") != nil || p.Get("destinations") != nil):
		e.admin = v
	case isSubnet(v, p):
		e.addSubnet(v)
	case isType(v, "firewallPolicies") || p.Get("basePolicy") != nil || p.Get("threatIntelMode") != nil:
		e.owners[strings.ToLower(text(v, "id"))] = p
	case p.Get("ipConfigurations") != nil:
		if kind := kindOf(v); kind == "" || kind == "networkinterfaces" {
			e.addInterface(p)
			e.addCard(v)
		}
	case p.Get("addressSpace") != nil:
		e.network = e.network.Union(prefixSet(p.Get("addressSpace").Get("addressPrefixes")).Sure)
		for i := range itemsOf(p.Get("subnets")) {
			e.addSubnet(&p.Get("subnets").Items[i])
		}
	case isType(v, "publicIPAddresses") || p.Get("publicIPAllocationMethod") != nil:
		if configuration := p.Get("ipConfiguration"); !configuration.IsNull() {
			e.addPublic(v, text(p, "ipAddress"), idOf(configuration))
		}
	case p.Get("ipAddresses") != nil:
		e.ipGroups[strings.ToLower(text(v, "id"))] = prefixSet(p.Get("ipAddresses"))
	case p.Get("addressPrefixes") != nil && text(v, "name") != "":
		e.addTag(text(v, "name"), p.Get("addressPrefixes"))
	default:
		for i, key := range v.Keys {
			if key == "service_tags" || key == "serviceTags" {
				e.addTags(&v.Items[i])
				continue
			}
			e.answer(&v.Items[i], depth+1)
		}
	}
}

// properties returns where the settings of a resource are: the CLI flattens them.
func properties(v *jsontree.Value) *jsontree.Value {
	if p := v.Get("properties"); p != nil && p.Kind == jsontree.Object {
		return p
	}
	return v
}

// addTags takes a mapping of service tags to lists of addresses, which is complete.
func (e *export) addTags(v *jsontree.Value) {
	for i, name := range v.Keys {
		e.addTag(name, &v.Items[i])
	}
	if v.Kind != jsontree.Object {
		e.addTag("*", nil)
	}
}

// addTag takes the addresses of a tag. What two lists of one tag do not agree about is not
// known.
func (e *export) addTag(name string, v *jsontree.Value) {
	set := prefixSet(v)
	if before, ok := e.tags[strings.ToLower(name)]; ok && !before.Possible.Equal(set.Possible) {
		set = known.Between(before.Sure.Intersect(set.Sure), before.Possible.Union(set.Possible), fmt.Sprintf("the service tag %s has two lists of addresses", name))
	}
	e.tags[strings.ToLower(name)] = set
}

// isType reports whether a resource has the type, with or without its provider.
func isType(v *jsontree.Value, kind string) bool {
	own := text(v, "type")
	return strings.EqualFold(own[strings.LastIndexByte(own, '/')+1:], kind)
}

// addLoose takes a rule that stands beside its group.
func (e *export) addLoose(v *jsontree.Value, group string) {
	if owner, _, ok := strings.Cut(text(v, "name"), "/"); group == "" && ok && !strings.HasPrefix(owner, "[") {
		group = strings.ToLower(owner)
	}
	e.loose = append(e.loose, looseRule{group, v})
}

func itemsOf(v *jsontree.Value) []jsontree.Value {
	if v == nil || v.Kind != jsontree.Array {
		return nil
	}
	return v.Items
}

func (e *export) addInterface(p *jsontree.Value) {
	e.interfaces = true
	for _, configuration := range itemsOf(p.Get("ipConfigurations")) {
		c := properties(&configuration)
		set, ok := zoned.Host(cmp.Or(text(c, "privateIPAddress"), text(c, "privateIpAddress")))
		groups := c.Get("applicationSecurityGroups")
		if !groups.IsNull() && groups.Kind != jsontree.Array {
			e.unreadMembers = true
		}
		for _, group := range itemsOf(groups) {
			id := strings.ToLower(text(&group, "id"))
			if e.unreadMembers = e.unreadMembers || id == ""; !ok {
				e.unread[id] = true
				continue
			}
			e.members[id] = e.members[id].Union(set)
		}
	}
}

// prefixSet returns what is known of a list of addresses; one that is not read may be
// any.
func prefixSet(v *jsontree.Value) zoned.Addresses {
	var out zoned.Addresses
	if v.IsNull() || v.Kind != jsontree.Array {
		return known.AtMost(addr.Any(), "a list of addresses is not read")
	}
	for i := range v.Items {
		set, ok := zoned.Host(v.Items[i].Text)
		if !ok {
			out = out.Union(known.AtMost(addr.Any(), fmt.Sprintf("the address %q is not read", v.Items[i].Text)))
			continue
		}
		out = out.Union(known.Exactly(set))
	}
	return out
}

func text(v *jsontree.Value, key string) string {
	if got := v.Get(key); got != nil && got.Kind != jsontree.Array && got.Kind != jsontree.Object {
		return got.Text
	}
	return ""
}

// texts returns a list of strings under the plural key, or the string under the
// singular one: a rule has either.
func texts(v *jsontree.Value, singular, plural string) []string {
	var out []string
	if list := v.Get(plural); list != nil && list.Kind == jsontree.Array {
		for i := range list.Items {
			out = append(out, list.Items[i].Text)
		}
	}
	if one := text(v, singular); one != "" && !slices.Contains(out, one) {
		out = append(out, one)
	}
	return out
}

// Scores of [Sniff].
const (
	certain  = 95
	probable = 70
)

// sniffed is how much of a text is looked at.
const sniffed = 1 << 18

var (
	groupMarks  = mark.MustCompile(`"(securityRules|defaultSecurityRules|effectiveSecurityRules|ruleCollections)"\s*:`)
	azureMarks  = mark.MustCompile(`/providers/Microsoft\.Network/|"Microsoft\.Network/|"sourceAddressPrefix(es)?"\s*:`)
	collections = mark.MustCompile(`"FirewallPolicy(Filter|Nat)RuleCollection"`)
)

// Sniff tells how sure it is that content is an export of Azure, from 0 to 100.
func Sniff(content []byte) int {
	head := content[:min(len(content), sniffed)]
	switch {
	case len(head) == 0 || !slices.Contains([]byte("[{ \t\r\n\xef"), head[0]):
	case groupMarks.In(head) && (azureMarks.In(head) || collections.In(head)):
		return certain
	case groupMarks.In(head):
		return probable
	}
	return 0
}
