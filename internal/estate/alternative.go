package estate

import (
	"fmt"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/change"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/diff"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// maxProofs bounds the text, in bytes, that is read for the alternatives of one change set.
const maxProofs = 64 << 20

// alternative returns commands that do the same as the rule in its place, by a member more
// in an object group or in a rule that the text has; empty if there are none. It is proven:
// the text is read again with the commands, the list then means what it means with the new
// rule, and the other lists mean what they meant.
func (d *drafts) alternative(s station, r change.Rule) string {
	if r.Replies || r.Action != rule.Permit || r.State != rule.AnyState {
		return ""
	}
	rs := s.rules()
	content, read, err := d.reader(s)
	if err != nil {
		return ""
	}
	before := r.Before
	if before < 0 {
		before = len(rs.Rules)
	}
	var now *device.Document
	want := inserted(rs, r)
	for _, command := range format.Widen([]byte(content), rs, before, r.Traffic) {
		text, ok := format.Apply(rs.Format, content, command)
		if d.proven += len(text); !ok || d.proven > maxProofs {
			return ""
		}
		if now == nil {
			if now, _, err = read(content); err != nil {
				return ""
			}
		}
		doc, list, err := read(text)
		if err == nil && diff.Compare(sideOf(want.Format, want), sideOf(want.Format, list)).Same && othersSame(now, doc, s.list) {
			return command
		}
	}
	return ""
}

// othersSame reports whether all lists but that of the name mean the same in both.
func othersSame(a, b *device.Document, except string) bool {
	if len(a.Lists) != len(b.Lists) {
		return false
	}
	for i := range a.Lists {
		if a.Lists[i].Name != b.Lists[i].Name {
			return false
		}
		if a.Lists[i].Name != except && !diff.Compare(sideOf(a.Format, a.Lists[i].Ruleset()), sideOf(a.Format, b.Lists[i].Ruleset())).Same {
			return false
		}
	}
	return true
}

// reader returns the text that a station was read from, as it is drafted, and what reads
// such a text: all of it, and the list of the station.
func (d *drafts) reader(s station) (content string, read func(text string) (*device.Document, *rule.Ruleset, error), err error) {
	if s.kind == "" {
		own, err := d.ruleset(s.name)
		if err != nil {
			return "", nil, err
		}
		o := own.options
		return own.content, func(text string) (*device.Document, *rule.Ruleset, error) {
			doc, err := format.Document([]byte(text), o.Source, o.Format, o.Context)
			if err != nil {
				return nil, nil, err
			}
			rs, _, err := format.Select(doc, o)
			return doc, rs, err
		}, nil
	}
	own, err := d.device(s.name)
	if err != nil {
		return "", nil, err
	}
	return own.content, func(text string) (*device.Document, *rule.Ruleset, error) {
		doc, err := format.Document([]byte(text), own.text.source, own.text.doc.Format, own.context)
		if err != nil {
			return nil, nil, err
		}
		compiled, err := compileDevice(own.name, own.text.source, doc, own.assume)
		if err != nil {
			return nil, nil, err
		}
		list, ok := compiled.lists[s.list]
		if !ok {
			return nil, nil, fmt.Errorf("the list %s is not there any more", s.list)
		}
		return doc, list.forward.Ruleset(), nil
	}, nil
}
