package nftables

import (
	"bytes"
	"fmt"
	"net/netip"
	"regexp"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/widen"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

var setUse = regexp.MustCompile(`@([\w./-]+)`)

// Widen returns commands that add the addresses that the rule lacks to a named set which
// only this rule uses. A prefix needs a set with the flag interval.
func Widen(content []byte, _ *rule.Ruleset, r *rule.Rule, lack widen.Lack) (out []string) {
	prefixes := lack.Prefixes()
	where := strings.Fields(r.Place)
	if len(prefixes) == 0 || len(where) < 2 {
		return nil
	}
	for _, m := range setUse.FindAllStringSubmatch(r.Text, -1) {
		if bytes.Count(content, []byte("@"+m[1])) != 1 {
			continue
		}
		elements := make([]string, len(prefixes))
		for i, p := range prefixes {
			elements[i] = element(p)
		}
		out = append(out, fmt.Sprintf("nft add element %s %s %s { %s }", where[0], where[1], m[1], strings.Join(elements, ", ")))
	}
	return out
}

func element(p netip.Prefix) string {
	if p.IsSingleIP() {
		return p.Addr().String()
	}
	return p.String()
}
