package aws

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/jsontree"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/vpc"
)

// Format names the language.
const Format = "aws"

// The keys of the commands' outputs.
const (
	keyGroups      = "SecurityGroups"
	keyGroupRules  = "SecurityGroupRules"
	keyACLs        = "NetworkAcls"
	keyInterfaces  = "NetworkInterfaces"
	keyPrefixLists = "PrefixLists"
	keyListEntries = "PrefixListEntries"
)

var outputKeys = []string{keyGroups, keyGroupRules, keyACLs, keyInterfaces, keyPrefixLists, keyListEntries}

// Parse reads the security groups and network ACLs of an export. It refuses text
// that is no JSON, values of the wrong kind, addresses and ports that are none, and
// an id that is described in two ways; the error has one line for each problem.
func Parse(in device.Input) (*device.Document, error) {
	values, err := jsontree.Parse(in.Source, in.Content)
	if err != nil {
		return nil, err
	}
	r := newReader(in.Source)
	for i := range values {
		r.output(&values[i])
	}
	r.finish()
	if err := r.problems.Err(); err != nil {
		return nil, err
	}
	lists, err := r.network.Lists()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", in.Source, err)
	}
	if len(lists) == 0 {
		return nil, fmt.Errorf("%s: holds no security group and no network ACL; it is read for the keys %s", in.Source, strings.Join(outputKeys, ", "))
	}
	doc := &device.Document{Format: Format, Lists: lists, Notes: r.notes}
	r.network.Topology(doc)
	return doc, nil
}

// Sniff tells how sure it is, from 0 to 100, that content is an export that [Parse]
// reads: it looks at the keys of the first object.
func Sniff(content []byte) int {
	d := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(content, []byte("\ufeff"))))
	for depth := 0; depth < 3; depth++ {
		t, err := d.Token()
		if err != nil {
			return 0
		}
		if t == json.Delim('[') {
			continue // a list of outputs, or of groups
		}
		if t != json.Delim('{') {
			return 0
		}
		return sniffObject(d)
	}
	return 0
}

func sniffObject(d *json.Decoder) int {
	var bare []string
	for d.More() {
		t, err := d.Token()
		key, ok := t.(string)
		if err != nil || !ok {
			return 0
		}
		if slices.Contains(outputKeys, key) {
			return 95
		}
		bare = append(bare, key)
		var skipped json.RawMessage
		if err := d.Decode(&skipped); err != nil {
			break
		}
	}
	if kindOf(func(key string) bool { return slices.Contains(bare, key) }) != "" {
		return 80
	}
	return 0
}

// kindOf tells of which output an object is an element, "" if of none.
func kindOf(has func(key string) bool) string {
	switch {
	case has("GroupId") && (has("IpPermissions") || has("IpPermissionsEgress")):
		return keyGroups
	case has("SecurityGroupRuleId") && has("IsEgress"):
		return keyGroupRules
	case has("NetworkAclId") && has("Entries"):
		return keyACLs
	case has("NetworkInterfaceId") && has("Groups"):
		return keyInterfaces
	case has("PrefixListId") && (has("Cidrs") || has("Entries") || has("PrefixListName")):
		return keyPrefixLists
	}
	return ""
}

// reader collects what the outputs in a file say.
type reader struct {
	problems jsontree.Problems
	network  vpc.Network
	notes    []device.Note
	// seen holds the objects read so far by kind and id.
	seen map[string]*jsontree.Value
	// rules are the rules that were read on their own, by group; ruleGroups are those
	// groups in the order of the file. rulesCut tells that there are more of them.
	rules      map[string][]groupRule
	ruleGroups []string
	rulesCut   bool
	// lists are the prefix lists by id.
	lists map[string]*prefixList
}

func newReader(source string) *reader {
	return &reader{
		problems: jsontree.Problems{Source: source},
		network:  vpc.Network{AllInterfaces: true, PrefixLists: make(map[string]vpc.PrefixList)},
		seen:     make(map[string]*jsontree.Value),
		rules:    make(map[string][]groupRule),
		lists:    make(map[string]*prefixList),
	}
}

// output reads the output of one command or of several merged ones, a list of them,
// or one of the objects that outputs list.
func (r *reader) output(v *jsontree.Value) {
	switch v.Kind {
	case jsontree.Array:
		for i := range v.Items {
			r.output(&v.Items[i])
		}
		return
	case jsontree.Object:
	default:
		r.problems.Add(v, "%s stands where the output of an AWS command is expected, an object with one of the keys %s", v.Kind, strings.Join(outputKeys, ", "))
		return
	}
	kind := kindOf(func(key string) bool { return v.Get(key) != nil })
	if kind != "" && v.Get(kind) == nil {
		r.element(kind, v)
		return
	}
	cut := !v.Get("NextToken").IsNull()
	for i, key := range v.Keys {
		switch key {
		case keyListEntries:
			r.listEntries(&v.Items[i])
		case keyGroups, keyGroupRules, keyACLs, keyInterfaces, keyPrefixLists:
			for _, e := range r.problems.Objects(v, key) {
				r.element(key, e)
			}
			r.cut(key, cut)
		case "NextToken":
			if cut {
				r.note(&v.Items[i], key, "the output is cut off: it is the first page of several; export it without --no-paginate and --max-items")
			}
		case "Entries":
			r.note(&v.Items[i], key, `the entries do not say of which prefix list they are; write {"PrefixListEntries": {"pl-…": {"Entries": …}}}`)
		case "ResponseMetadata":
		default:
			r.note(&v.Items[i], key, "this key is not read")
		}
	}
}

// cut takes note that a list of objects ends before its end.
func (r *reader) cut(key string, cut bool) {
	if !cut {
		return
	}
	switch key {
	case keyInterfaces:
		r.network.AllInterfaces = false
	case keyGroupRules:
		r.rulesCut = true
	}
}

// element reads one object that an output lists.
func (r *reader) element(kind string, v *jsontree.Value) {
	switch kind {
	case keyGroups:
		if id := r.id(v, kind, "GroupId"); id != "" {
			r.group(v, id)
		}
	case keyGroupRules:
		if id := r.id(v, kind, "SecurityGroupRuleId"); id != "" {
			r.groupRule(v, id)
		}
	case keyACLs:
		if id := r.id(v, kind, "NetworkAclId"); id != "" {
			r.acl(v, id)
		}
	case keyInterfaces:
		if id := r.id(v, kind, "NetworkInterfaceId"); id != "" {
			r.networkInterface(v, id)
		}
	case keyPrefixLists:
		// The commands for prefix lists say different things of one list.
		if id := r.text(v, "PrefixListId"); id != "" {
			r.prefixList(v, id)
		}
	}
}

// id returns the id of an object, or "" if the object is a copy of one that was
// read before.
func (r *reader) id(v *jsontree.Value, kind, key string) string {
	id := r.text(v, key)
	if id == "" {
		return ""
	}
	before := r.seen[kind+id]
	switch {
	case before == nil:
		r.seen[kind+id] = v
		return id
	case !before.Equal(v):
		r.problems.Add(v, "%s is described before, on line %d, and differently; keep the newer one", id, before.Line)
	}
	return ""
}

// text returns the string under key, which must be there.
func (r *reader) text(v *jsontree.Value, key string) string {
	got := v.Get(key)
	if got.IsNull() || got.Kind == jsontree.String && got.Text == "" {
		r.problems.Add(v, "%s is missing", key)
		return ""
	}
	return r.problems.Text(v, key)
}

func (r *reader) note(v *jsontree.Value, text, reason string) {
	r.notes = append(r.notes, device.Note{Line: v.Line, Text: text, Reason: reason})
}

// tagName returns the value of the tag Name, "" if there is none.
func (r *reader) tagName(v *jsontree.Value) string {
	for _, tag := range r.problems.Objects(v, "Tags") {
		if tag.Get("Key") != nil && tag.Get("Key").Text == "Name" {
			return r.problems.Text(tag, "Value")
		}
	}
	return ""
}

// finish puts together what several outputs say of one thing.
func (r *reader) finish() {
	r.finishGroups()
	for id, l := range r.lists {
		r.network.PrefixLists[id] = l.resolved(id)
	}
}
