package gcp

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/jsontree"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/zoned"
)

// An export is what the answers of a text hold.
type export struct {
	rules    []*jsontree.Value // VPC firewall rules
	policies []policy
	// machines says that the text lists machines, so that tags and accounts are complete.
	machines bool
	// moreMachines says that there may be others besides.
	moreMachines   bool
	tags, accounts map[string]addr.Set
	// before says of a network that its policies come before the VPC rules.
	before map[string]bool
	// effective says that the text has everything that applies.
	effective bool
}

// policy is a firewall policy; kind says at which stage it is asked, "" if unknown.
type policy struct {
	name, kind string
	line       int
	rules      []*jsontree.Value
}

func read(source string, content []byte) (*export, error) {
	values, err := jsontree.Parse(source, content)
	if err != nil {
		return nil, err
	}
	return take(values), nil
}

// take takes answers apart that have been read.
func take(values []jsontree.Value) *export {
	e := &export{tags: make(map[string]addr.Set), accounts: make(map[string]addr.Set), before: make(map[string]bool)}
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
		e.before[text(v, "name")] = text(v, "networkFirewallPolicyEnforcementOrder") == "BEFORE_CLASSIC_FIREWALL"
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
	list := v.Get("rules")
	for i := range list.Items {
		p.rules = append(p.rules, &list.Items[i])
	}
	e.policies = append(e.policies, p)
}

func (e *export) addMachine(v *jsontree.Value) {
	e.machines = true
	var own addr.Set
	interfaces := v.Get("networkInterfaces")
	for i := range interfaces.Items {
		for _, key := range []string{"networkIP", "ipv6Address"} {
			if set, ok := zoned.Host(text(&interfaces.Items[i], key)); ok {
				own = own.Union(set)
			}
		}
	}
	if tags := v.Get("tags"); tags != nil {
		for _, tag := range texts(tags, "items") {
			e.tags[tag] = e.tags[tag].Union(own)
		}
	}
	if accounts := v.Get("serviceAccounts"); accounts != nil {
		for i := range accounts.Items {
			email := text(&accounts.Items[i], "email")
			e.accounts[email] = e.accounts[email].Union(own)
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
	effectiveMarks = regexp.MustCompile(`"firewallPolicys"\s*:|"kind"\s*:\s*"compute#firewall`)
	ruleMarks      = regexp.MustCompile(`"IPProtocol"\s*:|"layer4Configs"\s*:`)
)

// Sniff tells how sure it is that content is an export of Google Cloud, from 0 to 100.
func Sniff(content []byte) int {
	head := content[:min(len(content), sniffed)]
	switch {
	case len(head) == 0 || !slices.Contains([]byte("[{ \t\r\n\xef"), head[0]):
	case effectiveMarks.Match(head):
		return certain
	case ruleMarks.Match(head):
		return probable
	}
	return 0
}
