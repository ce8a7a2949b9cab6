package aws

import (
	"fmt"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/jsontree"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/vpc"
)

// networkInterface reads an element of NetworkInterfaces. The prefixes delegated to
// an interface count as its private addresses: they are blocks of secondary ones.
func (r *reader) networkInterface(v *jsontree.Value, id string) {
	in := vpc.Interface{ID: id, Subnet: r.problems.Text(v, "SubnetId"), MoreGroups: v.Get("Groups").IsNull()}
	for _, g := range r.problems.Objects(v, "Groups") {
		in.Groups = append(in.Groups, r.text(g, "GroupId"))
	}
	if len(in.Groups) > vpc.MaxInterfaceGroups {
		r.problems.Add(v, "%s carries %d security groups; AWS permits %d", id, len(in.Groups), vpc.MaxInterfaceGroups)
		return
	}
	private, public := ranges{r: r}, ranges{r: r}
	private.add(v, "PrivateIpAddress")
	public.add(v.Get("Association"), "PublicIp", "CarrierIp", "CustomerOwnedIp")
	for _, a := range r.problems.Objects(v, "PrivateIpAddresses") {
		private.add(a, "PrivateIpAddress")
		public.add(a.Get("Association"), "PublicIp", "CarrierIp", "CustomerOwnedIp")
	}
	for _, l := range [...]struct{ list, key string }{
		{"Ipv6Addresses", "Ipv6Address"}, {"Ipv4Prefixes", "Ipv4Prefix"}, {"Ipv6Prefixes", "Ipv6Prefix"},
	} {
		for _, a := range r.problems.Objects(v, l.list) {
			private.add(a, l.key)
		}
	}
	in.Private, in.Public = addr.SetOf(private.list...), addr.SetOf(public.list...)
	r.network.Interfaces = append(r.network.Interfaces, in)
}

// ranges collects addresses and prefixes.
type ranges struct {
	r    *reader
	list []addr.Range
}

// add adds the address or prefix under each of the keys, if there is one.
func (s *ranges) add(v *jsontree.Value, keys ...string) {
	for _, key := range keys {
		if text := s.r.problems.Text(v, key); text != "" {
			s.parse(v.Get(key), key, text)
		}
	}
}

// parse adds the address or prefix that stands at v.
func (s *ranges) parse(v *jsontree.Value, key, text string) {
	p, err := vpc.CIDR(text)
	if err != nil {
		s.r.problems.Add(v, "%s: %v", key, err)
		return
	}
	s.list = append(s.list, p.Prefix.Ranges()...)
}

// prefixList is what the outputs say of one prefix list.
type prefixList struct {
	name     string
	entries  *addr.Set // nil until an output lists them
	conflict bool      // two outputs list different ones
	cut      bool      // the entries are cut off
}

func (r *reader) list(id string) *prefixList {
	if r.lists[id] == nil {
		r.lists[id] = &prefixList{}
	}
	return r.lists[id]
}

// prefixList reads an element of PrefixLists, or an object that holds the entries
// of a prefix list beside its id.
func (r *reader) prefixList(v *jsontree.Value, id string) {
	l := r.list(id)
	if name := r.problems.Text(v, "PrefixListName"); name != "" {
		l.name = name
	}
	if !v.Get("Cidrs").IsNull() {
		s := ranges{r: r}
		cidrs := r.problems.List(v, "Cidrs")
		for i := range cidrs {
			s.parse(&cidrs[i], "Cidrs", cidrs[i].Text)
		}
		l.set(addr.SetOf(s.list...))
	}
	if !v.Get("Entries").IsNull() {
		r.entriesOf(v, id)
	}
}

// listEntries reads PrefixListEntries: an object from ids to entries or to outputs
// of get-managed-prefix-list-entries, or a list of objects with PrefixListId and
// Entries.
func (r *reader) listEntries(v *jsontree.Value) {
	switch v.Kind {
	case jsontree.Null:
	case jsontree.Object:
		for i, id := range v.Keys {
			entries := &v.Items[i]
			if entries.Kind == jsontree.Array {
				entries = &jsontree.Value{Line: entries.Line, Kind: jsontree.Object, Keys: []string{"Entries"}, Items: []jsontree.Value{*entries}}
			}
			r.entriesOf(entries, id)
		}
	case jsontree.Array:
		for i := range v.Items {
			if id := r.text(&v.Items[i], "PrefixListId"); id != "" {
				r.entriesOf(&v.Items[i], id)
			}
		}
	default:
		r.problems.Add(v, "%s is %s; write an object from prefix list ids to their entries", keyListEntries, v.Kind)
	}
}

// entriesOf reads the Entries of v into the prefix list id.
func (r *reader) entriesOf(v *jsontree.Value, id string) {
	if v.Get("Entries").IsNull() {
		r.problems.Add(v, "the entries of %s are missing", id)
		return
	}
	l, s := r.list(id), ranges{r: r}
	for _, e := range r.problems.Objects(v, "Entries") {
		if r.text(e, "Cidr") != "" {
			s.add(e, "Cidr")
		}
	}
	l.cut = l.cut || !v.Get("NextToken").IsNull()
	l.set(addr.SetOf(s.list...))
}

func (l *prefixList) set(entries addr.Set) {
	l.conflict = l.conflict || l.entries != nil && !l.entries.Equal(entries)
	l.entries = &entries
}

// resolved returns what is known of the prefix list.
func (l *prefixList) resolved(id string) vpc.PrefixList {
	out := vpc.PrefixList{Name: l.name}
	switch {
	case l.entries == nil:
		out.Unknown = fmt.Sprintf("the file names the prefix list %s but not its entries; add what get-managed-prefix-list-entries says", id)
	case l.conflict:
		out.Unknown = fmt.Sprintf("the file lists the entries of the prefix list %s twice, and differently", id)
	case l.cut:
		out.Entries, out.Unknown = *l.entries, fmt.Sprintf("the entries of the prefix list %s are cut off", id)
	default:
		out.Entries = *l.entries
	}
	return out
}
