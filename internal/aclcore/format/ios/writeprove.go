package ios

import (
	"fmt"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// prove reads the entries back and compares each with what it is to match. A
// mistake in writing must not reach a device.
func (l *target) prove(lines []writtenLine) error {
	var text strings.Builder
	text.WriteString(l.enter)
	for _, a := range lines {
		text.WriteString("\n " + a.text)
	}
	doc, err := Parse(l.dialect, device.Input{Source: l.name, Content: []byte(text.String())})
	if err != nil {
		return fmt.Errorf("list %s: what was written cannot be read: %w", l.name, err)
	}
	if len(doc.Lists) != 1 || len(doc.Lists[0].Rules) < len(lines) {
		return fmt.Errorf("list %s: what was written does not read back as one list", l.name)
	}
	for i, want := range lines {
		got := doc.Lists[0].Rules[i]
		if got.Action != want.action || got.State != rule.AnyState || len(got.Unknown) > 0 || !got.Traffic.Equal(want.traffic) {
			return fmt.Errorf("list %s: %q reads back as %s %s, not %s %s", l.name, want.text, got.Action, got.Traffic, want.action, want.traffic)
		}
	}
	return nil
}
