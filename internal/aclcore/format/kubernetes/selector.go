package kubernetes

import (
	"fmt"
	"slices"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/jsontree"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/known"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/zoned"
)

// nameLabel is the label that every namespace has.
const nameLabel = "kubernetes.io/metadata.name"

// selects reports whether a selector selects labels, and whether that is sure: labels
// that are not all known may be anything but those that are known.
func selects(selector *jsontree.Value, labels map[string]string, complete bool) (met, sure bool) {
	failed, unsure := false, false
	check := func(key string, want func(value string, has bool) bool) {
		value, has := labels[key]
		switch {
		case !has && !complete:
			unsure = true
		case !want(value, has):
			failed = true
		}
	}
	if l := selector.Get("matchLabels"); l != nil {
		for i, k := range l.Keys {
			want := l.Items[i].Text
			check(k, func(value string, has bool) bool { return has && value == want })
		}
	}
	expressions := selector.Get("matchExpressions")
	for i := range itemsOf(expressions) {
		e := &expressions.Items[i]
		var values []string
		for _, v := range itemsOf(e.Get("values")) {
			values = append(values, v.Text)
		}
		switch operator := text(e, "operator"); operator {
		case "In":
			check(text(e, "key"), func(value string, has bool) bool { return has && slices.Contains(values, value) })
		case "NotIn":
			check(text(e, "key"), func(value string, has bool) bool { return !has || !slices.Contains(values, value) })
		case "Exists":
			check(text(e, "key"), func(_ string, has bool) bool { return has })
		case "DoesNotExist":
			check(text(e, "key"), func(_ string, has bool) bool { return !has })
		default:
			unsure = true
		}
	}
	if selector != nil && len(selector.Others("matchLabels", "matchExpressions")) > 0 {
		unsure = true
	}
	return !failed, failed || !unsure // one condition that surely does not hold is enough
}

// all is where pods can be.
func all() addr.Set { return addr.Any() }

// selected returns the addresses of the pods that a selector of namespaces and one of
// pods select together; a nil selector of namespaces means the one namespace.
func (c *cluster) selected(namespace string, namespaces, pods *jsontree.Value) zoned.Addresses {
	if len(c.pods) == 0 {
		why := "the pods and their addresses are not in the text"
		if c.workloads {
			why = "the text has workloads, which have no addresses, and no pods"
		}
		return known.AtMost(all(), why)
	}
	var sure, possible []addr.Set
	var why []string
	candidates := c.everyPod
	if namespaces == nil {
		candidates = c.podsIn[namespace]
	}
	for _, i := range candidates {
		p := &c.pods[i]
		inNamespace, surely := p.namespace == namespace, true
		if namespaces != nil {
			labels, listed := c.namespaces[p.namespace]
			if !listed {
				labels = map[string]string{nameLabel: p.namespace}
			}
			inNamespace, surely = selects(namespaces, labels, listed)
		}
		met, certainly := true, true
		if pods != nil {
			met, certainly = selects(pods, p.labels, true)
		}
		if surely && !inNamespace || certainly && !met {
			continue
		}
		switch {
		case p.addresses.IsEmpty():
			possible = append(possible, all())
			why = append(why, fmt.Sprintf("the address of the pod %s/%s is not in the text", p.namespace, p.name))
			continue
		case !surely:
			why = append(why, fmt.Sprintf("the labels of the namespace %s are not in the text", p.namespace))
		case !certainly:
			why = append(why, "a selector is not understood")
		case p.shared:
			why = append(why, fmt.Sprintf("another pod has the address of %s/%s too", p.namespace, p.name))
		case p.host:
			why = append(why, fmt.Sprintf("the pod %s/%s is on the network of its node", p.namespace, p.name))
		default:
			sure = append(sure, p.addresses)
		}
		possible = append(possible, p.addresses)
	}
	return known.Between(addr.UnionOf(sure), addr.UnionOf(possible), why...)
}
