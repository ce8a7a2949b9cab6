package fortios

import (
	"fmt"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// accessControlText begins the text of an entry of an access control list.
const accessControlText = "firewall acl"

// accessControl returns the entries of the tables firewall acl and acl6. They drop what
// comes in by an interface before any policy is asked (FortiOS administration guide,
// "Access control lists"). Which zones that interface stands for is not certain, so that
// each may drop what it matches.
func (v *vdom) accessControl() []policy {
	var out []policy
	for _, table := range []string{"acl", "acl6"} {
		for _, n := range v.root.Get("firewall", table).Active() {
			switch {
			case strings.HasPrefix(n.Word, unreadMark):
				out = append(out, unreadPolicies(n)...)
			case value(n, "status") != "disable":
				p := v.policy(n, table == "acl6")
				p.Action, p.From, p.To, p.Place = rule.Deny, nil, nil, ""
				p.Text = fmt.Sprintf("firewall %s %s interface %s srcaddr %s dstaddr %s service %s", table, n.Word,
					shown(values(n, "interface")), shown(values(n, "srcaddr")), shown(values(n, "dstaddr")), shown(values(n, "service")))
				p.Unknown = []string{"it drops what comes in by its interface, before the policies"}
				out = append(out, p)
			}
		}
	}
	return out
}
