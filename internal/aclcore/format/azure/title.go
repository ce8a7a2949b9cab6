package azure

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/jsontree"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/zoned"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

func ownName(v *jsontree.Value) string { return cmp.Or(text(v, "name"), last(text(v, "id"))) }

// groupID is what others call a group: its id, or where the text has none its name, in
// lower case.
func groupID(v *jsontree.Value) string { return cmp.Or(idOf(v), strings.ToLower(ownName(v))) }

// effectiveID is the id of the group whose effective rules are told, in lower case.
func effectiveID(v *jsontree.Value) string { return strings.ToLower(text(groupOf(v), "id")) }

// name finds out what the lists of groups are called: by the group's name, and where groups
// of several resource groups have one name, with as much of the id before it as tells them
// apart. Effective rules are called by their group, and by what it is associated with where
// that is not enough.
func (e *export) name() {
	shorts, longs := make(map[string]map[string]bool), make(map[string]map[string]bool)
	note := func(in map[string]map[string]bool, title, id string) {
		if in[title] == nil {
			in[title] = make(map[string]bool)
		}
		in[title][id] = true
	}
	for _, v := range e.groups {
		note(shorts, ownName(v), groupID(v))
		note(longs, inResourceGroup(v), groupID(v))
		e.noteAssociations(v)
	}
	taken := make(map[string]bool)
	for _, v := range e.groups {
		title := ownName(v)
		if len(shorts[title]) > 1 {
			if title = inResourceGroup(v); len(longs[title]) > 1 {
				title = groupID(v)
			}
		}
		taken[title] = true
		e.titles = append(e.titles, title)
	}
	for i, v := range e.effective {
		title := cmp.Or(last(text(groupOf(v), "id")), fmt.Sprintf("effective %d", i+1))
		if taken[title] {
			title += " of " + cmp.Or(last(associated(v)), fmt.Sprint(i+1))
		}
		for base, n := title, 2; taken[title]; n++ {
			title = fmt.Sprintf("%s %d", base, n)
		}
		taken[title] = true
		e.effectiveTitles = append(e.effectiveTitles, title)
	}
}

// groupOf returns the group of effective rules, an empty value if it is not told.
func groupOf(v *jsontree.Value) *jsontree.Value {
	if g := v.Get("networkSecurityGroup"); g != nil {
		return g
	}
	return &jsontree.Value{}
}

// inResourceGroup returns the name of a group behind that of its resource group.
func inResourceGroup(v *jsontree.Value) string {
	if group := resourceGroup(text(v, "id")); group != "" {
		return group + "/" + ownName(v)
	}
	return ownName(v)
}

// resourceGroup returns the resource group in an id, empty if it has none.
func resourceGroup(id string) string {
	words := strings.Split(id, "/")
	for i, w := range words {
		if strings.EqualFold(w, "resourceGroups") && i+1 < len(words) {
			return words[i+1]
		}
	}
	return ""
}

// adminRules leave open what security admin rules decide before a group is asked. Source:
// Microsoft Learn, Security admin rules in Azure Virtual Network Manager.
func (e *export) adminRules() []rule.Rule {
	if e.admin == nil {
		return nil
	}
	why := "security admin rules come before network security groups and are not read"
	return zoned.Undecided(e.admin.Line, "security admin rule "+text(e.admin, "name"), why, zoned.AnyMatch())
}
