package gcp

import (
	"cmp"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/jsontree"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/mark"
)

// An export is what the answers of a text hold.
type export struct {
	rules    []*jsontree.Value // VPC firewall rules
	policies []policy
	// machines says that the text lists machines, so that tags and accounts are complete.
	machines bool
	// moreMachines says that there may be others besides.
	moreMachines   bool
	tags, accounts map[string][]member
	cards          []card
	// order is when the policies of a network are asked, by its name.
	order map[string]string
	// effective says that the text has everything that applies.
	effective bool
}

// A member is an interface of a machine with a tag or an account.
type member struct {
	network   string
	addresses addr.Set
	// alias are those of addresses that are of alias ranges.
	alias addr.Set
	// unread says that its address is not read.
	unread bool
}

// policy is a firewall policy; kind says at which stage it is asked, "" if unknown.
type policy struct {
	name, kind string
	// id is what commands call it, region where a regional one is.
	id, region string
	// whole says that a resource of Terraform has all of its rules.
	whole bool
	line  int
	rules []*jsontree.Value
}

func read(source string, content []byte) (*export, error) {
	values, err := jsontree.Parse(source, content)
	if err != nil {
		return nil, err
	}
	if err := check(source, values); err != nil {
		return nil, err
	}
	return take(values), nil
}

// take takes answers apart that have been read.
func take(values []jsontree.Value) *export {
	e := &export{tags: make(map[string][]member), accounts: make(map[string][]member), order: make(map[string]string)}
	for i := range values {
		e.answer(&values[i], 0)
	}
	return e
}

// maxNesting bounds how deep answers are looked for.
const maxNesting = 6

// answer takes one answer, a list of them, or an object with named parts.
func (e *export) answer(v *jsontree.Value, depth int) {
	if depth > maxNesting {
		return
	}
	switch {
	case v.Kind == jsontree.Array:
		for i := range v.Items {
			e.answer(&v.Items[i], depth+1)
		}
	case v.Kind != jsontree.Object:
	case v.Get("firewallPolicys") != nil || v.Get("firewalls") != nil:
		e.effective = true
		e.list(v.Get("firewalls"), depth)
		e.list(v.Get("firewallPolicys"), depth)
	case v.Get("allowed") != nil || v.Get("denied") != nil:
		e.rules = append(e.rules, v)
	case v.Get("networkInterfaces") != nil:
		e.addMachine(v)
	case text(v, "networkFirewallPolicyEnforcementOrder") != "":
		e.order[text(v, "name")] = text(v, "networkFirewallPolicyEnforcementOrder")
	case v.Get("rules") != nil:
		e.addPolicy(v)
	default:
		for i := range v.Items {
			e.answer(&v.Items[i], depth+1)
		}
	}
}

func (e *export) list(v *jsontree.Value, depth int) {
	if v != nil {
		e.answer(v, depth+1)
	}
}

func (e *export) addPolicy(v *jsontree.Value) {
	p := policy{name: cmp.Or(text(v, "displayName"), text(v, "shortName"), text(v, "name")), kind: text(v, "type"), line: v.Line}
	p.id, p.region, p.whole = cmp.Or(text(v, "name"), p.name), last(text(v, "region")), text(v, "withRules") == "true"
	list := v.Get("rules")
	for i := range list.Items {
		p.rules = append(p.rules, &list.Items[i])
	}
	e.policies = append(e.policies, p)
}

func (e *export) addMachine(v *jsontree.Value) {
	e.machines = true
	var own []member
	interfaces := v.Get("networkInterfaces")
	for i := range interfaces.Items {
		c := newCard(v, &interfaces.Items[i])
		e.cards, own = append(e.cards, c), append(own, c.member)
	}
	if tags := v.Get("tags"); tags != nil {
		for _, tag := range texts(tags, "items") {
			e.tags[tag] = append(e.tags[tag], own...)
		}
	}
	if accounts := v.Get("serviceAccounts"); accounts != nil {
		for i := range accounts.Items {
			email := text(&accounts.Items[i], "email")
			e.accounts[email] = append(e.accounts[email], own...)
		}
	}
}

func text(v *jsontree.Value, key string) string {
	if got := v.Get(key); got != nil && got.Kind != jsontree.Array && got.Kind != jsontree.Object {
		return got.Text
	}
	return ""
}

func texts(v *jsontree.Value, key string) []string {
	var out []string
	if list := v.Get(key); list != nil && list.Kind == jsontree.Array {
		for i := range list.Items {
			out = append(out, list.Items[i].Text)
		}
	}
	return out
}

// last returns what follows the last slash: the name in a link.
func last(link string) string { return link[strings.LastIndexByte(link, '/')+1:] }

// Scores of [Sniff].
const (
	certain  = 95
	probable = 70
)

// sniffed is how much of a text is looked at.
const sniffed = 1 << 18

var (
	effectiveMarks = mark.MustCompile(`"firewallPolicys"\s*:|"kind"\s*:\s*"compute#firewall`)
	ruleMarks      = mark.MustCompile(`"IPProtocol"\s*:|"layer4Configs"\s*:`)
)

// Sniff tells how sure it is that content is an export of Google Cloud, from 0 to 100.
func Sniff(content []byte) int {
	head := content[:min(len(content), sniffed)]
	switch {
	case len(head) == 0 || !slices.Contains([]byte("[{ \t\r\n\xef"), head[0]):
	case effectiveMarks.In(head):
		return certain
	case ruleMarks.In(head):
		return probable
	}
	return 0
}
