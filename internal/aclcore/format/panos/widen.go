package panos

import (
	"fmt"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/widen"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// Widen returns the commands that add the addresses which the rule lacks to the rule
// itself, which takes them as they are.
func Widen(_ []byte, base *rule.Ruleset, r *rule.Rule, lack widen.Lack) []string {
	prefixes := lack.Prefixes()
	s, _ := base.Writer.(*site)
	if len(prefixes) == 0 || s == nil || r.Place == "" {
		return nil
	}
	side := "source"
	if lack.Sources.IsEmpty() {
		side = "destination"
	}
	for i := range s.layers {
		l := &s.layers[i]
		name, ok := strings.CutPrefix(r.Place, strings.Join(l.path, " ")+" ")
		if !ok || name != fmt.Sprintf("%q", r.Name) || !l.writable {
			continue
		}
		var lines []string
		for _, p := range prefixes {
			address := p.String()
			if p.IsSingleIP() {
				address = p.Addr().String()
			}
			lines = append(lines, "set "+strings.Join(append(quotedWords(l.path), "security", "rules", quoted(r.Name), side, address), " "))
		}
		return []string{strings.Join(lines, "\n")}
	}
	return nil
}
