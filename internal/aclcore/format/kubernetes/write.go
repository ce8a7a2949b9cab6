package kubernetes

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/zoned"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
)

// Write writes each rule of the insertion as a NetworkPolicy of its own for the pods that
// ask. It returns an error for a deny, which no NetworkPolicy can say; where an admin
// policy decides; for addresses that no set of labels stands for exactly; and for other
// protocols than TCP, UDP and SCTP.
func Write(list string, in rule.Insertion) (string, error) {
	c := &cluster{}
	if in.Base != nil {
		c, _ = in.Base.Writer.(*cluster)
		if c == nil {
			c = &cluster{}
		}
		if in.Before >= 0 && in.Before < len(in.Base.Rules) {
			if place := in.Base.Rules[in.Before].Place; place != "" && !strings.HasPrefix(place, "NetworkPolicy ") {
				return "", fmt.Errorf("%s decides this traffic before any NetworkPolicy; change it, or add an admin policy of a smaller priority number", in.Base.Describe(in.Before))
			}
		}
	}
	var docs []string
	for i := range in.Rules {
		doc, err := c.policy(&in.Rules[i], list, len(docs)+1, in)
		if err != nil {
			return "", err
		}
		docs = append(docs, doc)
	}
	return strings.Join(docs, "\n"), nil
}

// policy writes one NetworkPolicy.
func (c *cluster) policy(r *rule.Rule, direction string, n int, in rule.Insertion) (string, error) {
	if r.Action == rule.Deny {
		return "", errors.New("a NetworkPolicy can only permit; take the permit away that is there, or write an admin policy")
	}
	own, far := r.Traffic.Destinations, r.Traffic.Sources
	if direction == egress {
		own, far = far, own
	}
	target, err := c.labelled(own)
	if err != nil {
		return "", err
	}
	ports, err := portLines(r.Traffic.Services)
	if err != nil {
		return "", err
	}
	name := ""
	for ; ; n++ {
		name = fmt.Sprintf("acl-%s-%d", direction, n)
		used := slices.ContainsFunc(c.policies, func(o object) bool { return o.namespace == target.namespace && o.name == name })
		if !used && !slices.ContainsFunc(in.Beside, func(text string) bool { return strings.Contains(text, "  name: "+name+"\n") }) {
			break
		}
	}
	side, kind := map[string]string{ingress: "from", egress: "to"}[direction], map[string]string{ingress: "Ingress", egress: "Egress"}[direction]
	lines := []string{
		"---", "apiVersion: networking.k8s.io/v1", "kind: NetworkPolicy", "metadata:", "  name: " + name, "  namespace: " + target.namespace,
		"spec:", "  podSelector:", "    matchLabels:",
	}
	lines = append(lines, labelLines("      ", target.labels)...)
	lines = append(lines, "  policyTypes: ["+kind+"]", "  "+direction+":")
	peers, err := c.peerLines(far)
	if err != nil {
		return "", err
	}
	switch {
	case len(peers) > 0:
		lines = append(append(lines, "    - "+side+":"), peers...)
		if len(ports) > 0 {
			lines = append(append(lines, "      ports:"), ports...)
		}
	case len(ports) > 0:
		lines = append(append(lines, "    - ports:"), ports...)
	default:
		lines = append(lines, "    - {}")
	}
	return strings.Join(lines, "\n"), nil
}

// A target is a set of pods: those of a namespace with some labels.
type target struct {
	namespace string
	labels    map[string]string
}

// labelled returns the namespace and labels that stand for exactly the addresses.
func (c *cluster) labelled(set addr.Set) (target, error) {
	for i := range c.pods {
		p := &c.pods[i]
		if !p.addresses.Overlaps(set) || len(p.labels) == 0 || p.host {
			continue
		}
		var same addr.Set
		for j := range c.pods {
			o := &c.pods[j]
			if o.namespace == p.namespace && hasLabels(o.labels, p.labels) {
				same = same.Union(o.addresses)
			}
		}
		if same.ContainsSet(set) && set.ContainsSet(same) {
			return target{p.namespace, p.labels}, nil
		}
		return target{}, fmt.Errorf("the labels of the pod %s/%s select %s, and the flow is for %s: name all of these pods in the flow, or give them labels of their own", p.namespace, p.name, same, set)
	}
	return target{}, fmt.Errorf("no pod of the text has the address %s: a NetworkPolicy is written for pods by their labels", set)
}

func hasLabels(labels, wanted map[string]string) bool {
	for k, v := range wanted {
		if labels[k] != v {
			return false
		}
	}
	return true
}

// peerLines returns the other ends: pods by labels, and blocks of addresses outside of
// the cluster. None stand for everything.
func (c *cluster) peerLines(set addr.Set) ([]string, error) {
	if set.IsAny() {
		return nil, nil
	}
	pods := c.podAddresses
	var lines []string
	if inside := set.Intersect(pods); !inside.IsEmpty() {
		t, err := c.labelled(inside)
		if err != nil {
			return nil, err
		}
		lines = append(lines, "        - namespaceSelector:", "            matchLabels:", "              "+nameLabel+": "+t.namespace, "          podSelector:", "            matchLabels:")
		lines = append(lines, labelLines("              ", t.labels)...)
	}
	for _, p := range set.Subtract(pods).Prefixes() {
		if !strings.Contains(p, "/") {
			p += map[bool]string{true: "/128", false: "/32"}[strings.Contains(p, ":")]
		}
		lines = append(lines, "        - ipBlock:", "            cidr: "+p)
	}
	return lines, nil
}

func labelLines(indent string, labels map[string]string) []string {
	var out []string
	for _, k := range slices.Sorted(maps.Keys(labels)) {
		out = append(out, fmt.Sprintf("%s%s: %q", indent, k, labels[k]))
	}
	return out
}

// portLines writes the ports of a rule, none for all of them.
func portLines(s service.Set) ([]string, error) {
	if s.ContainsSet(carried) {
		return nil, nil
	}
	terms, err := zoned.ServiceTerms(s)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, t := range terms {
		word := map[uint8]string{service.TCP: "TCP", service.UDP: "UDP", service.SCTP: "SCTP"}[t.Protocol]
		if word == "" || t.Sources != (zoned.Ports{From: 0, To: 65535}) {
			return nil, errors.New("a NetworkPolicy speaks of destination ports of TCP, UDP and SCTP only")
		}
		out = append(out, "        - protocol: "+word)
		if t.Destinations == (zoned.Ports{From: 0, To: 65535}) {
			continue
		}
		out = append(out, fmt.Sprintf("          port: %d", t.Destinations.From))
		if t.Destinations.To != t.Destinations.From {
			out = append(out, fmt.Sprintf("          endPort: %d", t.Destinations.To))
		}
	}
	return out, nil
}
