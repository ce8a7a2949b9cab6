package kubernetes

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/jsontree"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/zoned"
)

// A cluster is what the objects of a text say.
type cluster struct {
	source     string
	policies   []object // NetworkPolicy
	tiers      []object // AdminNetworkPolicy and its kin
	namespaces map[string]map[string]string
	pods       []pod
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
	ports           map[string]namedPort
}

type namedPort struct {
	protocol string
	number   uint16
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
	c := &cluster{source: source, namespaces: make(map[string]map[string]string)}
	for i := range values {
		if err := c.add(&values[i], 0); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// maxNesting bounds how deep lists are nested.
const maxNesting = 4

func (c *cluster) add(v *jsontree.Value, depth int) error {
	kind, version := text(v, "kind"), text(v, "apiVersion")
	switch {
	case depth > maxNesting:
		return fmt.Errorf("%s:%d: lists are nested deeper than %d levels; write their items side by side", c.source, v.Line, maxNesting)
	case v.Kind == jsontree.Array || strings.HasSuffix(kind, "List") && v.Get("items") != nil:
		items := v.Items
		if v.Kind == jsontree.Object {
			items = v.Get("items").Items
		}
		for i := range items {
			if err := c.add(&items[i], depth+1); err != nil {
				return err
			}
		}
		return nil
	}
	if group, _, _ := strings.Cut(version, "/"); otherEngine(group, kind) {
		return fmt.Errorf("%s:%d: has the kind %s of %s, which decides beside network policies and is not read; leave it out only where it selects none of the pods that are asked about",
			c.source, v.Line, kind, group)
	}
	o := object{kind: kind, line: v.Line, spec: v.Get("spec")}
	if m := v.Get("metadata"); m != nil {
		o.name, o.namespace = text(m, "name"), text(m, "namespace")
	}
	return c.addObject(o, v, version)
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
		c.policies = append(c.policies, o)
	case "AdminNetworkPolicy", "BaselineAdminNetworkPolicy", "ClusterNetworkPolicy":
		if !strings.HasPrefix(version, "policy.networking.k8s.io/") {
			return fmt.Errorf("%s:%d: %s is of the version %q; policy.networking.k8s.io is read", c.source, o.line, o, version)
		}
		c.tiers = append(c.tiers, o)
	case "Namespace":
		labels := labelsOf(v.Get("metadata"))
		labels["kubernetes.io/metadata.name"] = o.name
		c.namespaces[o.name] = labels
	case "Pod":
		c.addPod(o, v)
	default:
		c.workloads = c.workloads || slices.Contains(workloadKinds, o.kind)
	}
	return nil
}

func (c *cluster) addPod(o object, v *jsontree.Value) {
	p := pod{namespace: o.namespace, name: o.name, labels: labelsOf(v.Get("metadata")), ports: make(map[string]namedPort)}
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
	containers := o.spec.Get("containers")
	for i := range itemsOf(containers) {
		ports := containers.Items[i].Get("ports")
		for j := range itemsOf(ports) {
			n := &ports.Items[j]
			if number, ok := zoned.Port(text(n, "containerPort")); ok && text(n, "name") != "" {
				protocol := text(n, "protocol")
				if protocol == "" {
					protocol = "TCP"
				}
				p.ports[text(n, "name")] = namedPort{protocol, number}
			}
		}
	}
	c.pods = append(c.pods, p)
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

var kinds = regexp.MustCompile(`(?m)^\s*"?kind"?\s*:\s*"?(NetworkPolicy(List)?|AdminNetworkPolicy|BaselineAdminNetworkPolicy|ClusterNetworkPolicy|CiliumNetworkPolicy|CiliumClusterwideNetworkPolicy|GlobalNetworkPolicy)"?\s*,?\r?$`)

// Sniff tells how sure it is that content are manifests with network policies, from 0 to
// 100.
func Sniff(content []byte) int {
	if kinds.Match(content[:min(len(content), sniffed)]) {
		return certain
	}
	return 0
}
