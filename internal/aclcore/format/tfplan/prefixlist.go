package tfplan

import (
	"cmp"
	"fmt"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/vpc"
)

// ownEntries are the entries of prefix lists that are resources of their own.
type ownEntries struct {
	present, gone map[string]*ranges // by id of the list
	// open are lists that get an entry that is not known yet, and why; "" stands for
	// every list.
	open map[string]string
}

func (r awsResources) ownListEntries() ownEntries {
	const kind = "aws_ec2_managed_prefix_list_entry"
	own := ownEntries{make(map[string]*ranges), make(map[string]*ranges), make(map[string]string)}
	of := func(lists map[string]*ranges, id string) *ranges {
		if lists[id] == nil {
			lists[id] = &ranges{r: r.reader}
		}
		return lists[id]
	}
	for i := range r.changed {
		if c := &r.changed[i]; c.kind == kind {
			of(own.gone, r.text(c.values, "prefix_list_id")).add(c.values, "cidr")
		}
	}
	for i := range r.resources {
		res := &r.resources[i]
		if res.data || res.kind != kind {
			continue
		}
		id := r.text(res.values, "prefix_list_id")
		if of(own.present, id).add(res.values, "cidr") || id == "" {
			own.open[id] = cmp.Or(own.open[id], fmt.Sprintf("%s is known only after apply", res.address))
		}
	}
	return own
}

// readPrefixLists reads managed prefix lists with their inline entries and those of
// their own, and the data sources of prefix lists.
func (r awsResources) readPrefixLists() {
	own := r.ownListEntries()
	for i := range r.resources {
		res := &r.resources[i]
		id := r.text(res.values, "id")
		if _, known := r.network.PrefixLists[id]; id == "" || known && res.data {
			continue // a resource tells what will be, a data source what was
		}
		list, ok := r.prefixList(res)
		if !ok {
			continue
		}
		if gone := own.gone[id]; gone != nil {
			list.Entries = list.Entries.Subtract(gone.set())
		}
		if present := own.present[id]; present != nil {
			entries := present.set()
			switch {
			case r.listsAll(res, "entry"):
				if !list.Entries.ContainsSet(entries) {
					list.Unknown = notListed(res.address, "entry")
				}
				entries = list.Entries
			case r.state && !res.data && !entries.ContainsSet(list.Entries):
				list.Entries, list.Unknown = list.Entries.Intersect(entries), staleInline
			}
			list.Entries = list.Entries.Union(entries)
		}
		list.Unknown = cmp.Or(list.Unknown, own.open[id], own.open[""])
		r.network.PrefixLists[id] = list
	}
}

// prefixList reads a prefix list without entries of their own; ok is false for other
// resources.
func (r awsResources) prefixList(res *resource) (list vpc.PrefixList, ok bool) {
	entries := ranges{r: r.reader}
	more := false
	switch {
	case res.kind == "aws_prefix_list" && res.data:
		more = entries.add(res.values, "cidr_blocks")
	case res.kind == "aws_ec2_managed_prefix_list":
		key := "entry"
		if res.data {
			key = "entries"
		}
		attribute := res.values.get(key)
		more = attribute.isUnknown()
		for _, e := range attribute.items() {
			more = entries.add(e, "cidr") || more
		}
	default:
		return list, false
	}
	list = vpc.PrefixList{Name: r.text(res.values, "name"), Entries: addr.SetOf(entries.list...)}
	if more {
		list.Unknown = afterApply("an entry of " + res.address)
	}
	return list, true
}
