package tfplan

import (
	"regexp"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/jsontree"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/zoned"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kubernetes"
)

// kubernetesResources reads the resources of Kubernetes.
type kubernetesResources struct{ *reader }

var kubernetesVendor = vendor{
	prefix:  "kube",
	read:    []string{"rnetes_network_policy", "rnetes_network_policy_v1", "rnetes_manifest", "ctl_manifest", "rnetes_namespace", "rnetes_namespace_v1"},
	filters: regexp.MustCompile(`network_?polic`),
	beside:  regexp.MustCompile(`firewall`),
	lists:   func(r *reader) ([]device.List, error) { return kubernetesResources{r}.kubernetesLists() },
	write:   writeManifest,
}

// kubernetesLists returns the two lists of the cluster, none if the file has no policy.
func (r kubernetesResources) kubernetesLists() ([]device.List, error) {
	var values []jsontree.Value
	var why []device.Note
	policies := 0
	for _, res := range r.kinds(false, "kubernetes_network_policy", "kubernetes_network_policy_v1") {
		policies++
		v, doubt := r.networkPolicy(res)
		if doubt != "" {
			why = append(why, device.Note{Line: res.line, Text: res.address, Reason: doubt})
			continue
		}
		values = append(values, v)
	}
	for _, res := range r.kinds(false, "kubernetes_manifest", "kubectl_manifest") {
		more, doubt := r.manifests(res)
		if _, err := kubernetes.Lists("manifest", more); err != nil {
			_, reason, _ := strings.Cut(err.Error(), ": ") // behind the line
			more, doubt = nil, reason
			r.notes = append(r.notes, device.Note{Line: res.line, Text: res.address, Reason: doubt})
		}
		for i := range more {
			if strings.Contains(more[i].Get("kind").TextOr(""), "NetworkPolicy") {
				policies++
			}
		}
		if doubt != "" {
			why = append(why, device.Note{Line: res.line, Text: res.address, Reason: doubt})
		}
		values = append(values, more...)
	}
	if policies == 0 {
		return nil, nil
	}
	for _, res := range r.kinds(true, "kubernetes_namespace", "kubernetes_namespace_v1") {
		metadata := first(res.values.get("metadata"))
		if name, labels := r.text(metadata, "name"), metadata.get("labels"); name != "" && !hasUnknown(labels) {
			m := newObject(res.line).text("name", name)
			if labels.value != nil {
				m.put("labels", *labels.value)
			}
			values = append(values, newObject(res.line).text("kind", "Namespace").text("apiVersion", "v1").put("metadata", m.Value).Value)
		}
	}
	lists, err := kubernetes.Lists(r.problems.Source, values)
	if err != nil {
		return nil, err
	}
	for i := range lists {
		l := &lists[i]
		elsewhere := zoned.Undecided(1, "network policies", outside+"the cluster may have other network policies", zoned.AnyMatch())
		l.Rules = append(append(elsewhere[:1:1], l.Rules...), elsewhere[1]) // a permit of theirs adds, a deny comes last
		for _, n := range why {
			l.Rules = append(zoned.Undecided(n.Line, n.Text, n.Reason, zoned.AnyMatch()), l.Rules...)
		}
		l.Aliases = append(l.Aliases, "kubernetes "+l.Name)
	}
	return lists, nil
}

// first returns the one block of a kind.
func first(w view) view {
	if w.isUnknown() {
		return w
	}
	if items := w.items(); len(items) > 0 {
		return items[0]
	}
	return view{}
}

// hasUnknown reports whether any part of a value is not known.
func hasUnknown(w view) bool {
	var any func(v *jsontree.Value) bool
	any = func(v *jsontree.Value) bool {
		if v == nil {
			return false
		}
		return v.Kind == jsontree.Bool && v.Text == "true" || slices.ContainsFunc(v.Items, func(item jsontree.Value) bool { return any(&item) })
	}
	return any(w.unknown)
}

// networkPolicy returns a policy as a manifest. doubt says why nothing of it is sure: for
// which pods it is.
func (r kubernetesResources) networkPolicy(res *resource) (manifest jsontree.Value, doubt string) {
	metadata, spec := first(res.values.get("metadata")), first(res.values.get("spec"))
	for _, part := range []struct {
		w    view
		name string
	}{{spec.get("pod_selector"), "pod_selector"}, {spec.get("policy_types"), "policy_types"}, {metadata.get("namespace"), "namespace"}} {
		if hasUnknown(part.w) || spec.isUnknown() {
			return manifest, afterApply(part.name)
		}
	}
	if why := policyShape(spec.value); why != "" && !hasUnknown(spec) {
		return manifest, why
	}
	m := newObject(res.line).text("name", r.text(metadata, "name")).text("namespace", r.text(metadata, "namespace"))
	s := newObject(res.line).put("podSelector", r.selector(first(spec.get("pod_selector")), res.line))
	types, _ := r.strings(spec, "policy_types")
	s.list("policyTypes", copies(types))
	for _, direction := range []struct{ key, side string }{{"ingress", "from"}, {"egress", "to"}} {
		rules := spec.get(direction.key)
		if rules.isUnknown() {
			return manifest, afterApply(direction.key)
		}
		var out []jsontree.Value
		for _, w := range rules.items() {
			out = append(out, r.networkRule(w, direction.side, res.line))
		}
		s.list(direction.key, out)
	}
	o := newObject(res.line).text("kind", "NetworkPolicy").text("apiVersion", "networking.k8s.io/v1")
	return o.put("metadata", m.Value).put("spec", s.Value).Value, ""
}

// networkRule returns a rule of a policy. A part that is not known leaves all of it open.
func (r kubernetesResources) networkRule(w view, side string, line int) jsontree.Value {
	line = w.line(line)
	o := newObject(line)
	if w.isUnknown() || hasUnknown(w) {
		return o.doubt("a part of the rule is known after apply").Value
	}
	var peers, ports []jsontree.Value
	for _, p := range w.get(side).items() {
		peer := newObject(line)
		for _, key := range []struct{ attribute, key string }{{"namespace_selector", "namespaceSelector"}, {"pod_selector", "podSelector"}} {
			if list := p.get(key.attribute).items(); len(list) > 0 {
				peer.put(key.key, r.selector(list[0], line))
			}
		}
		if list := p.get("ip_block").items(); len(list) > 0 {
			except, _ := r.strings(list[0], "except")
			peer.put("ipBlock", newObject(line).text("cidr", r.text(list[0], "cidr")).list("except", copies(except)).Value)
		}
		peers = append(peers, peer.Value)
	}
	for _, p := range w.get("ports").items() {
		port := newObject(line).text("protocol", r.text(p, "protocol"))
		port.text("port", p.get("port").value.TextOr("")).text("endPort", p.get("end_port").value.TextOr(""))
		ports = append(ports, port.Value)
	}
	return o.list(side, peers).list("ports", ports).Value
}

// selector returns a block of labels as the API has it. A block without labels selects
// everything.
func (r kubernetesResources) selector(w view, line int) jsontree.Value {
	o := newObject(line)
	if labels := w.get("match_labels").value; labels != nil && labels.Kind == jsontree.Object {
		o.put("matchLabels", *labels)
	}
	var expressions []jsontree.Value
	for _, e := range w.get("match_expressions").items() {
		values, _ := r.strings(e, "values")
		expressions = append(expressions, newObject(line).text("key", r.text(e, "key")).text("operator", r.text(e, "operator")).list("values", copies(values)).Value)
	}
	return o.list("matchExpressions", expressions).Value
}

// manifests returns the objects of a resource that is a manifest. doubt says why they may
// be policies that are not known.
func (r kubernetesResources) manifests(res *resource) (out []jsontree.Value, doubt string) {
	if res.kind == "kubectl_manifest" {
		if res.values.get("yaml_body").isUnknown() {
			return nil, afterApply("yaml_body")
		}
		values, err := jsontree.ParseYAML("yaml_body", []byte(r.text(res.values, "yaml_body")))
		if err != nil {
			return nil, err.Error()
		}
		for i := range values {
			onLine(&values[i], res.line)
		}
		return values, ""
	}
	manifest := res.values.get("manifest")
	switch kind := manifest.value.Get("kind").TextOr(""); {
	case manifest.isUnknown() || manifest.get("kind").isUnknown():
		return nil, afterApply("manifest")
	case !strings.Contains(kind, "NetworkPolicy") && !strings.Contains(kind, "Firewall") && kind != "AuthorizationPolicy" && kind != "Namespace" && kind != "Pod" || manifest.value == nil:
		return nil, ""
	case hasUnknown(manifest):
		return nil, afterApply("a part of the " + kind)
	}
	return []jsontree.Value{*manifest.value}, ""
}

// onLine gives a value, and all in it, the line.
func onLine(v *jsontree.Value, line int) {
	v.Line = line
	for i := range v.Items {
		onLine(&v.Items[i], line)
	}
}
