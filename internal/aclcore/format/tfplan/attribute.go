package tfplan

import (
	"fmt"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/jsontree"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/vpc"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
)

// afterApply is the reason of a value that Terraform does not know yet.
func afterApply(attribute string) string { return attribute + " is known after apply" }

// text returns a string attribute; it is "" if the attribute is null or unknown.
func (r *reader) text(w view, key string) string {
	if w.get(key).isUnknown() {
		return ""
	}
	return r.problems.Text(w.value, key)
}

func (r *reader) number(w view, key string) *int {
	if w.get(key).isUnknown() {
		return nil
	}
	return r.problems.Number(w.value, key)
}

// strings returns the elements of a list of strings that are known, and whether
// there are others.
func (r *reader) strings(w view, key string) (known []*jsontree.Value, more bool) {
	list := w.get(key)
	if list.isUnknown() {
		return nil, true
	}
	r.problems.List(w.value, key)
	for _, item := range list.items() {
		switch {
		case item.value.IsNull():
			more = true
		case item.value.Kind != jsontree.String:
			r.problems.Add(item.value, "%s lists %s; write strings", key, item.value.Kind)
		default:
			known = append(known, item.value)
		}
	}
	return known, more
}

// unknownOf gives the reasons of those of the attributes that are not known yet.
func unknownOf(w view, keys ...string) []string {
	var out []string
	for _, key := range keys {
		if w.get(key).isUnknown() {
			out = append(out, afterApply(key))
		}
	}
	return out
}

// groupServices reads the protocol and ports of a security group's rule, and why
// they are not exact.
func (r *reader) groupServices(w view, protocolKey string) (service.Set, []string) {
	if w.get(protocolKey).isUnknown() {
		return service.Any(), []string{afterApply(protocolKey)}
	}
	protocol := r.text(w, protocolKey)
	if protocol == "" {
		return service.Any(), []string{protocolKey + " is not given"}
	}
	s, reason, err := vpc.GroupServices(protocol, r.number(w, "from_port"), r.number(w, "to_port"))
	if err != nil {
		r.problems.Add(w.get(protocolKey).value, "%v", err)
	}
	return s, r.inexact(w, reason, "from_port", "to_port")
}

// aclServices reads the protocol, ports and ICMP type of a network ACL's entry.
func (r *reader) aclServices(w view, ipv6 bool) (service.Set, []string) {
	if w.get("protocol").isUnknown() {
		return service.Any(), []string{afterApply("protocol")}
	}
	protocol := r.text(w, "protocol")
	if protocol == "" {
		return service.Any(), []string{"protocol is not given"}
	}
	s, reason, err := vpc.ACLServices(protocol, r.number(w, "from_port"), r.number(w, "to_port"),
		r.number(w, "icmp_type"), r.number(w, "icmp_code"), ipv6)
	if err != nil {
		r.problems.Add(w.get("protocol").value, "%v", err)
	}
	return s, r.inexact(w, reason, "from_port", "to_port", "icmp_type", "icmp_code")
}

// inexact returns why services are wider than the rule: the attributes that are not
// known yet, else the reason that was found.
func (r *reader) inexact(w view, reason string, keys ...string) []string {
	if reason == "" {
		return nil
	}
	if unknown := unknownOf(w, keys...); len(unknown) > 0 {
		return unknown
	}
	return []string{reason}
}

// unread gives the reason why an object with other attributes than the known ones is
// not understood.
func unread(w view, known ...string) []string {
	var out []string
	for _, key := range w.value.Others(known...) {
		out = append(out, fmt.Sprintf("the attribute %s is not understood", key))
	}
	return out
}
