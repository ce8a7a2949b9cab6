package tfplan

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/zoned"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// A vendor is a provider whose resources become lists by way of the vendor's own reader.
type vendor struct {
	// prefix begins the types of its resources.
	prefix string
	// read are the types that are read, harmless those that filter nothing, both without
	// the prefix.
	read, harmless []string
	// filters matches the types that may decide before the lists, or change what they mean:
	// one that is not read puts all lists of the vendor in doubt. beside matches those that
	// filter elsewhere: one that is not read is noted.
	filters, beside *regexp.Regexp
	// device says that the resources are of a device, which a configuration of the provider
	// names, and not of a cloud.
	device bool
	// lists returns the lists of the vendor.
	lists func(r *reader) ([]device.List, error)
	// write writes rules for one of the lists as resources.
	write func(list string, in rule.Insertion) (string, error)
}

// vendors are in the order of their lists.
func vendors() []vendor {
	return []vendor{azureVendor, googleVendor, kubernetesVendor, panosVendor, fortiosVendor, junosVendor, checkpointVendor, iosxeVendor, nxosVendor, asaVendor}
}

// elsewhere are types of other providers that filter traffic.
var elsewhere = regexp.MustCompile(`^(aws_networkfirewall_|awscc_(ec2_(security_group|network_acl|vpc_.*security_group)|networkfirewall_)|azapi_|google_network_security_|oci_core_(security_list|network_security_group)|openstack_networking_secgroup|openstack_fw_|nsxt_policy_(security_policy|gateway_policy|parent_)|hcloud_firewall|digitalocean_firewall|fortimanager_|meraki_|aci_(contract|filter)|alicloud_(security_group|network_acl)|ibm_is_(security_group|network_acl)|proxmox_virtual_environment_firewall|vultr_firewall|linode_firewall|scaleway_instance_security_group)`)

// addVendors adds the lists of all vendors.
func (r *reader) addVendors(doc *device.Document) error {
	for _, v := range vendors() {
		doubts := append(r.unreadOf(&v), r.severalDevices(&v)...)
		lists, err := v.lists(r)
		if err != nil {
			return err
		}
		for i := range lists {
			for _, d := range doubts {
				lists[i].Rules = append(zoned.Undecided(d.Line, d.Text, d.Reason, zoned.AnyMatch()), lists[i].Rules...)
			}
			lists[i].Writer = &writer{v.write, lists[i].Writer}
			if r.network.Incomplete != "" {
				lists[i].Rules = append(zoned.Undecided(1, "plan", r.network.Incomplete, zoned.AnyMatch()), lists[i].Rules...)
			}
			for j := range lists[i].Rules {
				rule := &lists[i].Rules[j]
				rule.Line, rule.Text = max(rule.Line, 1), cmp.Or(rule.Text, lists[i].Name) // what nobody wrote
			}
		}
		doc.Lists = append(doc.Lists, lists...)
	}
	return nil
}

// unreadOf notes the resources of a vendor that are not read and filter traffic, and
// returns those that put its lists in doubt.
func (r *reader) unreadOf(v *vendor) []device.Note {
	var doubts []device.Note
	for i := range r.resources {
		res := &r.resources[i]
		kind, ok := strings.CutPrefix(res.kind, v.prefix)
		if !ok || slices.Contains(v.read, kind) || slices.Contains(v.harmless, kind) || res.data {
			continue
		}
		note := device.Note{Line: res.line, Text: res.address, Reason: fmt.Sprintf("%s filters traffic too and is not read", res.kind)}
		switch {
		case v.filters.MatchString(kind):
			doubts = append(doubts, note)
			r.notes = append(r.notes, note)
		case v.beside.MatchString(kind):
			r.notes = append(r.notes, note)
		}
	}
	return doubts
}

// severalDevices returns a doubt if the resources of a vendor are of several devices: names
// are then not those of one of them. Only the configuration in a plan tells.
func (r *reader) severalDevices(v *vendor) []device.Note {
	var first string
	for i := range r.resources {
		res := &r.resources[i]
		if !v.device || res.data || !strings.HasPrefix(res.kind, v.prefix) {
			continue
		}
		key := r.configuration.ofResource(res).Get("provider_config_key").TextOr("")
		if _, name, ok := strings.Cut(key, ":"); ok {
			key = name
		}
		switch {
		case key == "":
		case first == "":
			first = key
		case key != first:
			return []device.Note{{Line: res.line, Text: res.address, Reason: fmt.Sprintf("the file has resources of several devices, by the providers %s and %s: plan each alone", first, key)}}
		}
	}
	return nil
}

// noteUnread notes the resources of other providers that filter traffic.
func (r *reader) noteUnread() {
	for i := range r.resources {
		if res := &r.resources[i]; elsewhere.MatchString(res.kind) {
			r.notes = append(r.notes, device.Note{Line: res.line, Text: res.address, Reason: res.kind + " filters traffic too and is not read"})
		}
	}
}

// kinds returns the resources of a type, and with data true the data sources too.
func (r *reader) kinds(data bool, kinds ...string) []*resource {
	var out []*resource
	for i := range r.resources {
		if res := &r.resources[i]; slices.Contains(kinds, res.kind) && (data || !res.data) {
			out = append(out, res)
		}
	}
	return out
}

// key returns the id of a resource, or its address where the id is known after apply.
func (r *reader) key(res *resource) string {
	if id := r.text(res.values, "id"); id != "" {
		return id
	}
	return res.address
}

// refers returns the key of the resource that an attribute of another one names: its
// value, or the address that the configuration leads to. It is "" where neither is known.
func (r *reader) refers(res *resource, attribute string) string {
	if id := r.text(res.values, attribute); id != "" {
		return id
	}
	return r.configuration.targetOf(res, attribute, "id", "self_link", "name")
}

// homelessNote says that nobody knows what a rule belongs to. The lists that it may belong
// to are in doubt.
func (r *reader) homelessNote(res *resource, attribute string) {
	r.notes = append(r.notes, device.Note{Line: res.line, Text: res.address, Reason: attribute + " is not known, so that it may be a rule of any list"})
}

// outside is how the reason begins of what a plan or state cannot have: rules that are
// resources of another configuration, or were made by hand. A user may vouch that there
// are none.
const outside = "rules outside of the file: "
