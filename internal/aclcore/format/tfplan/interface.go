package tfplan

import (
	"slices"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/jsontree"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/vpc"
)

// ranges collects addresses and prefixes of attributes.
type ranges struct {
	r    *reader
	list []addr.Range
}

// add adds the addresses and prefixes under each of the keys: strings or lists of
// them. It reports whether some of them are not known yet.
func (s *ranges) add(w view, keys ...string) (more bool) {
	for _, key := range keys {
		switch attribute := w.get(key); {
		case attribute.isUnknown():
			more = true
		case attribute.value != nil && attribute.value.Kind == jsontree.Array:
			values, unknown := s.r.strings(w, key)
			for _, v := range values {
				s.parse(v, key)
			}
			more = more || unknown
		case s.r.text(w, key) != "":
			s.parse(attribute.value, key)
		}
	}
	return more
}

func (s *ranges) parse(v *jsontree.Value, key string) {
	p, err := vpc.CIDR(v.Text)
	if err != nil {
		s.r.problems.Add(v, "%s: %v", key, err)
		return
	}
	s.list = append(s.list, p.Prefix.Ranges()...)
}

func (s *ranges) set() addr.Set { return addr.SetOf(s.list...) }

// readInterfaces reads the interfaces of the file. An instance stands for its primary
// interface, and a data source for what it read, unless that interface is a resource
// of its own: that one tells what will be.
func (r awsResources) readInterfaces() {
	attached := r.attachments()
	own := make(map[string]bool)
	for i := range r.resources {
		if res := &r.resources[i]; res.kind == "aws_network_interface" && !res.data {
			own[r.text(res.values, "id")] = true
		}
	}
	for i := range r.resources {
		res := &r.resources[i]
		var in vpc.Interface
		switch res.kind {
		case "aws_network_interface":
			in = r.networkInterface(res.values)
		case "aws_instance":
			in = r.instance(res.values)
		default:
			continue
		}
		if in.ID != "" && own[in.ID] && (res.data || res.kind == "aws_instance") {
			continue
		}
		attached.apply(&in)
		if len(in.Groups) > vpc.MaxInterfaceGroups {
			r.problems.Add(res.values.value, "%s carries %d security groups; AWS permits %d", res.address, len(in.Groups), vpc.MaxInterfaceGroups)
			continue
		}
		r.network.Interfaces = append(r.network.Interfaces, in)
	}
}

func (r awsResources) networkInterface(w view) vpc.Interface {
	in := vpc.Interface{ID: r.text(w, "id"), Subnet: r.text(w, "subnet_id")}
	in.Groups, in.MoreGroups = r.groupIDs(w, "security_groups")
	private, public := ranges{r: r.reader}, ranges{r: r.reader}
	private.add(w, "private_ip", "private_ips", "ipv6_addresses", "ipv4_prefixes", "ipv6_prefixes")
	for _, a := range w.get("association").items() {
		public.add(a, "public_ip") // data source only
	}
	in.Private, in.Public = private.set(), public.set()
	return in
}

func (r awsResources) instance(w view) vpc.Interface {
	in := vpc.Interface{ID: r.text(w, "primary_network_interface_id")}
	if in.ID == "" {
		in.ID = r.text(w, "network_interface_id") // of the data source
	}
	in.Subnet = r.text(w, "subnet_id")
	in.Groups, in.MoreGroups = r.groupIDs(w, "vpc_security_group_ids")
	private, public := ranges{r: r.reader}, ranges{r: r.reader}
	private.add(w, "private_ip", "secondary_private_ips", "ipv6_addresses")
	public.add(w, "public_ip")
	in.Private, in.Public = private.set(), public.set()
	return in
}

// groupIDs reads a list of group ids; more tells of some that are not known yet.
func (r awsResources) groupIDs(w view, key string) (ids []string, more bool) {
	values, more := r.strings(w, key)
	for _, v := range values {
		ids = append(ids, v.Text)
	}
	return ids, more
}

// attachments are the groups that interfaces get from
// aws_network_interface_sg_attachment.
type attachments struct {
	added map[string][]string
	// gone are those that the plan takes away.
	gone map[attachment]bool
	// unsure are the interfaces that get a group that is not known yet; "" stands for
	// every interface.
	unsure map[string]bool
}

// An attachment puts a group on an interface.
type attachment struct{ networkInterface, group string }

func (r awsResources) attachments() attachments {
	const kind = "aws_network_interface_sg_attachment"
	a := attachments{make(map[string][]string), make(map[attachment]bool), make(map[string]bool)}
	for i := range r.changed {
		if c := &r.changed[i]; c.kind == kind {
			a.gone[attachment{r.text(c.values, "network_interface_id"), r.text(c.values, "security_group_id")}] = true
		}
	}
	for i := range r.resources {
		res := &r.resources[i]
		if res.kind != kind || res.data {
			continue
		}
		id, group := r.text(res.values, "network_interface_id"), r.text(res.values, "security_group_id")
		if id == "" || group == "" {
			a.unsure[id] = true
			continue
		}
		a.added[id] = append(a.added[id], group)
	}
	return a
}

// apply changes the groups of an interface to those that it will have.
func (a *attachments) apply(in *vpc.Interface) {
	in.Groups = slices.DeleteFunc(in.Groups, func(g string) bool { return a.gone[attachment{in.ID, g}] })
	if in.ID != "" {
		in.Groups = append(in.Groups, a.added[in.ID]...)
	}
	slices.Sort(in.Groups)
	in.Groups = slices.Compact(in.Groups)
	in.MoreGroups = in.MoreGroups || a.unsure[in.ID] || a.unsure[""]
}
