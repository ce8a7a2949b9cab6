package estate

import (
	"regexp"
	"slices"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// panosApplication finds the applications in the text of a rule of PAN-OS.
var panosApplication = regexp.MustCompile(` application (\S+(?:,\S+)*) service `)

// identified returns the rules with the applications of PAN-OS as conditions. A firewall
// lets the first packets of a connection pass by a rule for one application, and looks for
// another rule when it has found out that it is another one (PAN-OS Administrator's Guide,
// App-ID). So such a rule permits the packet that opens a connection, which is what a flow
// is asked about; but it takes the place of no rule for another application.
func identified(rs *rule.Ruleset) *rule.Ruleset {
	if rs.Format != "panos" {
		return rs
	}
	out := *rs
	out.Rules = slices.Clone(rs.Rules)
	for i := range out.Rules {
		r := &out.Rules[i]
		found := panosApplication.FindAllStringSubmatch(r.Text, -1)
		if len(found) == 0 || len(r.Unknown) > 0 {
			continue
		}
		if name := found[len(found)-1][1]; name != "any" {
			r.Unknown = []string{"application " + name}
		}
	}
	return &out
}
