package kubernetes

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/jsontree"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/mark"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/zoned"
)

// A cluster is what the objects of a text say.
type cluster struct {
	source     string
	policies   []object // NetworkPolicy
	tiers      []object // AdminNetworkPolicy and its kin
	namespaces map[string]map[string]string
	pods       []pod
	// everyPod and podsIn, by namespace, are numbers of pods; podAddresses are those of all.
	everyPod     []int
	podsIn       map[string][]int
	podAddresses addr.Set
	// seen are the policies by their names.
	seen map[string]*jsontree.Value
	// workloads says that the text has workloads and no pods: their addresses are unknown.
	workloads bool
}

// An object is one manifest.
type object struct {
	kind, namespace, name string
	line                  int
	spec                  *jsontree.Value
}

func (o object) String() string {
	if o.namespace == "" {
		return o.kind + " " + o.name
	}
	return o.kind + " " + o.namespace + "/" + o.name
}

// A pod is one pod with its addresses.
type pod struct {
	namespace, name string
	labels          map[string]string
	addresses       addr.Set
	host            bool // on the network of its node
	// shared says that another pod has one of the addresses too.
	shared bool
	ports  map[string][]namedPort
}

type namedPort struct {
	protocol string
	number   uint16
	// unsure says that it is of a container that need not run.
	unsure bool
}

// otherEngine reports whether a kind of a group filters traffic, beside network policies
// or before them: policies of Cilium, Calico, Antrea and Istio, OpenShift's egress
// firewalls, and what is called so in groups that nobody here knows.
func otherEngine(group, kind string) bool {
	switch {
	case group == "networking.k8s.io", strings.HasPrefix(group, "policy.networking.k8s.io"):
		return false
	case group == "security.istio.io" || strings.HasSuffix(group, ".security.istio.io"):
		return kind == "AuthorizationPolicy"
	}
	return strings.Contains(group, ".") && (strings.Contains(kind, "NetworkPolicy") || strings.Contains(kind, "Firewall"))
}

// instead says what to export in the place of policies of another engine: what it makes of
// them, where that is a language which is read. Sources: Calico documentation, data planes
// iptables and nftables; Cilium documentation, eBPF datapath.
func instead(group string) string {
	switch {
	case strings.HasSuffix(group, "projectcalico.org"):
		return "export what Calico makes of all policies on the node of the pods (iptables-save, or nft --json list ruleset), as a ruleset of its own"
	case group == "cilium.io":
		return "Cilium enforces all policies in eBPF programs, which no format has: write what it allows as a rule list (json, yaml)"
	case group == "k8s.ovn.org" || strings.HasSuffix(group, "antrea.io"):
		return "Open vSwitch enforces all policies, whose flows no format has: write what it allows as a rule list (json, yaml)"
	}
	return "write what it allows as a rule list (json, yaml)"
}

// workloadKinds make pods, whose addresses they do not tell.
var workloadKinds = []string{"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController", "Job", "CronJob"}

func read(source string, content []byte) (*cluster, error) {
	var values []jsontree.Value
	var err error
	if head := bytes.TrimLeft(content, "\ufeff \t\r\n"); bytes.HasPrefix(head, []byte("{")) || bytes.HasPrefix(head, []byte("[")) {
		values, err = jsontree.Parse(source, content)
	} else {
		values, err = jsontree.ParseYAML(source, content)
	}
	if err != nil {
		return nil, err
	}
	return take(source, values)
}

// take takes manifests apart that have been read.
func take(source string, values []jsontree.Value) (*cluster, error) {
	c := &cluster{source: source, seen: make(map[string]*jsontree.Value), namespaces: make(map[string]map[string]string)}
	for i := range values {
		if err := c.add(&values[i], origin{}, 0); err != nil {
			return nil, err
		}
	}
	c.findShared()
	c.indexPods()
	return c, nil
}

func (c *cluster) indexPods() {
	c.podsIn = make(map[string][]int)
	var addresses []addr.Set
	for i := range c.pods {
		c.everyPod = append(c.everyPod, i)
		c.podsIn[c.pods[i].namespace] = append(c.podsIn[c.pods[i].namespace], i)
		addresses = append(addresses, c.pods[i].addresses)
	}
	c.podAddresses = addr.UnionOf(addresses)
}

// findShared marks the pods of which another one has an address.
func (c *cluster) findShared() {
	first := make(map[string]int)
	for i := range c.pods {
		for _, address := range c.pods[i].addresses.Strings() {
			if j, ok := first[address]; ok {
				c.pods[i].shared, c.pods[j].shared = true, true
				continue
			}
			first[address] = i
		}
	}
}

// An origin is what the items of a typed list are, where they do not say it.
type origin struct{ kind, version string }

// maxNesting bounds how deep lists are nested.
const maxNesting = 4

func (c *cluster) add(v *jsontree.Value, from origin, depth int) error {
	kind, version := text(v, "kind"), text(v, "apiVersion")
	if kind == "" {
		kind, version = from.kind, from.version
	}
	if depth > maxNesting {
		return fmt.Errorf("%s:%d: lists are nested deeper than %d levels; write their items side by side", c.source, v.Line, maxNesting)
	}
	if v.Kind == jsontree.Array {
		return c.addAll(v.Items, origin{}, depth)
	}
	if of, ok := strings.CutSuffix(kind, "List"); ok && v.Get("items") != nil {
		if m := v.Get("metadata"); m != nil && (text(m, "continue") != "" || text(m, "remainingItemCount") != "") {
			return fmt.Errorf("%s:%d: is one page of a list; what is on the others could select any pod: export without a limit", c.source, v.Line)
		}
		return c.addAll(itemsOf(v.Get("items")), origin{of, version}, depth)
	}
	if group, _, _ := strings.Cut(version, "/"); otherEngine(group, kind) {
		return fmt.Errorf("%s:%d: has the kind %s of %s, which decides beside network policies and is not read; %s. Leave it out only where it selects none of the pods that are asked about",
			c.source, v.Line, kind, group, instead(group))
	}
	o := object{kind: kind, line: v.Line, spec: v.Get("spec")}
	if m := v.Get("metadata"); m != nil {
		o.name, o.namespace = text(m, "name"), text(m, "namespace")
	}
	return c.addObject(o, v, version)
}

func (c *cluster) addAll(items []jsontree.Value, from origin, depth int) error {
	for i := range items {
		if err := c.add(&items[i], from, depth+1); err != nil {
			return err
		}
	}
	return nil
}

func (c *cluster) addObject(o object, v *jsontree.Value, version string) error {
	switch o.kind {
	case "NetworkPolicy":
		if version != "networking.k8s.io/v1" {
			return fmt.Errorf("%s:%d: NetworkPolicy %q is of the version %q; networking.k8s.io/v1 is read", c.source, o.line, o.name, version)
		}
		if o.namespace == "" {
			o.namespace = "default"
		}
		return c.addPolicy(&c.policies, o)
	case "AdminNetworkPolicy", "BaselineAdminNetworkPolicy", "ClusterNetworkPolicy":
		if !slices.Contains(tierVersions, version) {
			return fmt.Errorf("%s:%d: %s is of the version %q; %s are read", c.source, o.line, o, version, strings.Join(tierVersions, " and "))
		}
		return c.addPolicy(&c.tiers, o)
	case "Namespace":
		labels := labelsOf(v.Get("metadata"))
		labels["kubernetes.io/metadata.name"] = o.name
		c.namespaces[o.name] = labels
	case "Pod":
		c.addPod(o, v)
	default:
		if strings.Contains(strings.ToLower(o.kind), "networkpolicy") {
			return fmt.Errorf("%s:%d: the kind %q is not known", c.source, o.line, o.kind)
		}
		c.workloads = c.workloads || slices.Contains(workloadKinds, o.kind)
	}
	return nil
}

// tierVersions are those of the policies of administrators.
var tierVersions = []string{"policy.networking.k8s.io/v1alpha1", "policy.networking.k8s.io/v1alpha2"}

// addPolicy takes a policy. The same one may stand there twice, but not two of one name: a
// cluster has one of them.
func (c *cluster) addPolicy(to *[]object, o object) error {
	if err := c.check(o); err != nil {
		return err
	}
	_, err := strconv.Atoi(text(o.spec, "priority"))
	switch {
	case o.kind == "ClusterNetworkPolicy" && text(o.spec, "tier") != "Admin" && text(o.spec, "tier") != "Baseline":
		return fmt.Errorf("%s:%d: %s has the tier %q; it is Admin or Baseline", c.source, o.line, o, text(o.spec, "tier"))
	case (o.kind == "ClusterNetworkPolicy" || o.kind == "AdminNetworkPolicy") && err != nil:
		return fmt.Errorf("%s:%d: %s has the priority %q, which is no number", c.source, o.line, o, text(o.spec, "priority"))
	}
	key := o.String()
	if before, ok := c.seen[key]; ok && o.name != "" {
		if before.Equal(o.spec) {
			return nil
		}
		return fmt.Errorf("%s:%d: %s stands in the text twice, and says different things", c.source, o.line, o)
	}
	c.seen[key] = o.spec
	*to = append(*to, o)
	return nil
}

func (c *cluster) addPod(o object, v *jsontree.Value) {
	if status := v.Get("status"); status != nil && (text(status, "phase") == "Succeeded" || text(status, "phase") == "Failed") {
		return // it has ended, and its address may be another's
	}
	p := pod{namespace: o.namespace, name: o.name, labels: labelsOf(v.Get("metadata")), ports: make(map[string][]namedPort)}
	if p.namespace == "" {
		p.namespace = "default"
	}
	p.host = text(o.spec, "hostNetwork") == "true"
	if status := v.Get("status"); status != nil {
		words := []string{text(status, "podIP")}
		if list := status.Get("podIPs"); list != nil {
			for i := range list.Items {
				words = append(words, text(&list.Items[i], "ip"))
			}
		}
		for _, w := range words {
			if set, ok := zoned.Host(w); ok {
				p.addresses = p.addresses.Union(set)
			}
		}
	}
	for _, kind := range []string{"containers", "initContainers"} {
		for _, container := range itemsOf(o.spec.Get(kind)) {
			for _, n := range itemsOf(container.Get("ports")) {
				p.addPort(&n, kind == "initContainers")
			}
		}
	}
	c.pods = append(c.pods, p)
}

func (p *pod) addPort(v *jsontree.Value, unsure bool) {
	name, protocol := text(v, "name"), text(v, "protocol")
	if protocol == "" {
		protocol = "TCP"
	}
	if number, ok := zoned.Port(text(v, "containerPort")); ok && name != "" {
		p.ports[name] = append(p.ports[name], namedPort{protocol, number, unsure})
	}
}

func itemsOf(v *jsontree.Value) []jsontree.Value {
	if v == nil || v.Kind != jsontree.Array {
		return nil
	}
	return v.Items
}

func labelsOf(metadata *jsontree.Value) map[string]string {
	out := make(map[string]string)
	if metadata == nil {
		return out
	}
	if labels := metadata.Get("labels"); labels != nil {
		for i, k := range labels.Keys {
			out[k] = labels.Items[i].Text
		}
	}
	return out
}

func text(v *jsontree.Value, key string) string {
	if got := v.Get(key); got != nil && got.Kind != jsontree.Array && got.Kind != jsontree.Object {
		return got.Text
	}
	return ""
}

// Scores of [Sniff].
const certain = 95

// sniffed is how much of a text is looked at.
const sniffed = 1 << 20

var kinds = mark.MustCompile(`(?m)^[ \t]*"?kind"?[ \t]*:[ \t]*"?(NetworkPolicy(List)?|AdminNetworkPolicy|BaselineAdminNetworkPolicy|ClusterNetworkPolicy|CiliumNetworkPolicy|CiliumClusterwideNetworkPolicy|GlobalNetworkPolicy)"?[ \t]*,?\r?$`)

// Sniff tells how sure it is that content are manifests with network policies, from 0 to
// 100.
func Sniff(content []byte) int {
	if kinds.In(content[:min(len(content), sniffed)]) {
		return certain
	}
	return 0
}
