package parsetest

import (
	"slices"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// Silence puts a block that filters packets and is not known, of which the first line
// is its heading, before lines of a text at which a new command starts. It fails where
// a reader passes it over: no note and no indeterminate rule tells of a line of the block,
// and something else than an indeterminate rule decides first in some list. starts says where a command starts.
func Silence(t *testing.T, parse Parse, name, content, block string, starts func(line string) bool) (places int) {
	t.Helper()
	const most = 12 // per text: the first ones, where the kinds of lines differ
	lines := strings.SplitAfter(content, "\n")
	for at, line := range lines {
		if !starts(line) {
			continue
		}
		if places++; places > most {
			return most
		}
		with := strings.Join(lines[:at], "") + block + strings.Join(lines[at:], "")
		doc, err := parse(device.Input{Source: name, Content: []byte(with)})
		if err != nil {
			continue
		}
		first, last := at+1, at+strings.Count(block, "\n")
		noted := slices.ContainsFunc(doc.Notes, func(n device.Note) bool { return first <= n.Line && n.Line <= last })
		doubted := slices.ContainsFunc(doc.Lists, func(l device.List) bool {
			return slices.ContainsFunc(l.Rules, func(r rule.Rule) bool { return first <= r.Line && r.Line <= last && len(r.Unknown) > 0 })
		})
		if !noted && !doubted && !allDoubted(doc) {
			t.Errorf("%s:%d: passed over in silence:\n%s", name, first, block)
		}
	}
	return places
}

// allDoubted reports whether an indeterminate rule for all traffic decides first in
// every list.
func allDoubted(doc *device.Document) bool {
	return len(doc.Lists) > 0 && !slices.ContainsFunc(doc.Lists, func(l device.List) bool {
		return !slices.ContainsFunc(l.Rules[:min(2, len(l.Rules))], func(r rule.Rule) bool {
			return len(r.Unknown) > 0 && r.Traffic.Services.IsAny() && wholeFamily(r.Traffic)
		})
	})
}

func wholeFamily(p traffic.Product) bool {
	four := p.Sources.ContainsSet(addr.Any4()) && p.Destinations.ContainsSet(addr.Any4())
	return four || p.Sources.ContainsSet(addr.Any6()) && p.Destinations.ContainsSet(addr.Any6())
}
