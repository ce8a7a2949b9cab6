package checkpoint

import (
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/jsontree"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/zoned"
)

// What a target of a rule says about the gateway that is asked for.
type target uint8

const (
	elsewhere target = iota // surely not for it
	perhaps
	here
)

// installed reports whether the rule may be for the gateway; without one a rule for some
// gateways is in doubt.
func (r *reader) installed(p *zoned.Policy, targets *jsontree.Value) bool {
	if targets == nil || !targets.IsNull() && r.isAny(targets) {
		return true
	}
	names := r.cellNames(targets)
	if slices.Contains(names, "Policy Targets") {
		return true
	}
	if r.gateway == "" {
		p.Doubt("installed on %s only: set context to the gateway that is meant", strings.Join(names, ", "))
		return true
	}
	best := elsewhere
	for _, key := range r.export.keys(targets) {
		best = max(best, r.target(key, 0))
	}
	if best == perhaps {
		p.Doubt("installed on %s: whether that is %s is not in the text", strings.Join(names, ", "), r.gateway)
	}
	return best != elsewhere
}

// target says what a gateway, a cluster or a group of them is to the gateway that is
// asked for.
func (r *reader) target(key string, depth int) target {
	v := r.export.objects[key]
	switch {
	case v == nil && key == r.gateway, v != nil && label(v) == r.gateway:
		return here
	case v == nil, depth > maxDepth:
		return perhaps
	}
	kind := text(v, "type")
	switch {
	case kind == "group" && v.Get("members") != nil:
		best := elsewhere
		for _, member := range r.export.keys(v.Get("members")) {
			best = max(best, r.target(member, depth+1))
		}
		return best
	case strings.Contains(strings.ToLower(kind), "cluster") && kind != "CpmiClusterMember" && kind != "cluster-member":
		return r.member(v)
	case strings.Contains(strings.ToLower(kind), "gateway"), kind == "CpmiHostCkp", kind == "checkpoint-host", kind == "CpmiClusterMember", kind == "cluster-member":
		return elsewhere
	}
	return perhaps
}

// member says whether the gateway is one of a cluster's members. A gateway that the text
// knows as one of its own is of no cluster.
func (r *reader) member(cluster *jsontree.Value) target {
	known := false
	for _, key := range []string{"cluster-member-names", "cluster-members", "members"} {
		for i := range orNone(cluster.Get(key)).Items {
			known = true
			if r.export.name(&cluster.Get(key).Items[i]) == r.gateway {
				return here
			}
		}
	}
	for _, uid := range r.export.byName[r.gateway] {
		kind := text(r.export.objects[uid], "type")
		known = known || kind == "simple-gateway" || kind == "simple-cluster" || kind == "CpmiGatewayCluster"
	}
	if known {
		return elsewhere
	}
	return perhaps
}
