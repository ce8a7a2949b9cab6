package kubernetes_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/parsetest"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// The cluster of the model: an end is a pod, or an address outside if it has no namespace.
type end struct{ namespace, app, address string }

var (
	podsOfModel = []end{{"a", "w", "10.0.0.1"}, {"a", "d", "10.0.0.2"}, {"b", "w", "10.0.0.3"}, {"c", "d", "10.0.0.4"}}
	outside     = []end{{address: "192.0.2.1"}, {address: "192.0.2.200"}, {address: "198.51.100.1"}}
	labelOf     = map[string]string{"a": "x", "b": "y", "c": ""}
)

// A selector selects by one label; nil is a field that is not there, "" an empty one,
// which selects everything.
type selector *string

func (s end) isApp(sel selector) bool { return sel == nil || *sel == "" || s.app == *sel }

// modelPeer is one element of from or to.
type modelPeer struct {
	pods, namespaces selector
	block            bool // 192.0.2.0/24 except 192.0.2.128/25
}

func (p modelPeer) has(e end, own string) bool {
	switch {
	case p.block:
		return e.address == "192.0.2.1"
	case e.namespace == "":
		return false
	case p.namespaces == nil:
		return e.namespace == own && e.isApp(p.pods)
	}
	return (*p.namespaces == "" || labelOf[e.namespace] == *p.namespaces) && e.isApp(p.pods)
}

type modelRule struct {
	peers []modelPeer // none: everything
	ports []int       // none: all; 81 is written as 81 to 82
}

func (r modelRule) permits(e end, own string, port int) bool {
	peer := len(r.peers) == 0 || slices.ContainsFunc(r.peers, func(p modelPeer) bool { return p.has(e, own) })
	ports := len(r.ports) == 0 || slices.ContainsFunc(r.ports, func(p int) bool { return port == p || p == 81 && port == 82 })
	return peer && ports
}

type modelPolicy struct {
	namespace string
	pods      selector
	rules     map[string][]modelRule // by ingress and egress; a kind that is not there is not filtered
}

// permitted is what the API's text says: a pod that no policy of the kind selects is open,
// and what one of the policies permits is permitted.
func permitted(policies []modelPolicy, kind string, own, far end, port int) bool {
	selected := false
	for _, p := range policies {
		rules, ok := p.rules[kind]
		if !ok || p.namespace != own.namespace || !own.isApp(p.pods) {
			continue
		}
		selected = true
		if slices.ContainsFunc(rules, func(r modelRule) bool { return r.permits(far, p.namespace, port) }) {
			return true
		}
	}
	return !selected
}

func (p modelPolicy) write(b *strings.Builder, n int) {
	fmt.Fprintf(b, "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p%d, namespace: %s}\nspec:\n  podSelector: %s\n", n, p.namespace, selectorText("app", p.pods))
	var kinds []string
	for kind, side := range map[string]string{"ingress": "from", "egress": "to"} {
		rules, ok := p.rules[kind]
		if !ok {
			continue
		}
		kinds = append(kinds, strings.ToUpper(kind[:1])+kind[1:])
		fmt.Fprintf(b, "  %s:\n", kind)
		if len(rules) == 0 {
			b.WriteString("  - {from: [], ports: [{port: 9}]}\n") // a port that nobody asks for
		}
		for _, r := range rules {
			var peers, ports []string
			for _, peer := range r.peers {
				var fields []string
				if peer.block {
					fields = append(fields, "ipBlock: {cidr: 192.0.2.0/24, except: [192.0.2.128/25]}")
				}
				if peer.pods != nil {
					fields = append(fields, "podSelector: "+selectorText("app", peer.pods))
				}
				if peer.namespaces != nil {
					fields = append(fields, "namespaceSelector: "+selectorText("env", peer.namespaces))
				}
				peers = append(peers, "{"+strings.Join(fields, ", ")+"}")
			}
			for _, port := range r.ports {
				text := fmt.Sprintf("{protocol: TCP, port: %d}", port)
				if port == 81 {
					text = "{port: 81, endPort: 82}"
				}
				ports = append(ports, text)
			}
			var fields []string
			if len(peers) > 0 {
				fields = append(fields, side+": ["+strings.Join(peers, ", ")+"]")
			}
			if len(ports) > 0 {
				fields = append(fields, "ports: ["+strings.Join(ports, ", ")+"]")
			}
			fmt.Fprintf(b, "  - {%s}\n", strings.Join(fields, ", "))
		}
	}
	fmt.Fprintf(b, "  policyTypes: [%s]\n", strings.Join(kinds, ", "))
}

func selectorText(label string, s selector) string {
	if s == nil || *s == "" {
		return "{}"
	}
	return fmt.Sprintf("{matchLabels: {%s: %s}}", label, *s)
}

func drawPolicy(r *rand.Rand) modelPolicy {
	one := func(values ...string) selector { v := values[r.IntN(len(values))]; return &v }
	p := modelPolicy{namespace: []string{"a", "b", "c"}[r.IntN(3)], pods: one("", "w", "d"), rules: map[string][]modelRule{}}
	kinds := [][]string{{"ingress"}, {"egress"}, {"ingress", "egress"}}[r.IntN(3)]
	for _, kind := range kinds {
		p.rules[kind] = nil
		for range r.IntN(3) {
			var made modelRule
			for range r.IntN(3) {
				made.peers = append(made.peers, []modelPeer{
					{pods: one("", "w", "d")}, {namespaces: one("", "x", "y")}, {pods: one("w", "d"), namespaces: one("", "x", "y")}, {block: true},
				}[r.IntN(4)])
			}
			for range r.IntN(3) {
				made.ports = append(made.ports, 80+r.IntN(2))
			}
			p.rules[kind] = append(p.rules[kind], made)
		}
	}
	return p
}

// TestModel compares the reader with a plain model of the API's text: four pods in three
// namespaces, three addresses outside, three ports, and random policies.
func TestModel(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	rounds, verdicts := 400, map[match.Verdict]int{}
	for range rounds {
		var policies []modelPolicy
		var b strings.Builder
		for namespace, label := range labelOf {
			fmt.Fprintf(&b, "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: %s, labels: {%s}}\n", namespace, map[bool]string{true: "env: " + label}[label != ""])
		}
		for i, p := range podsOfModel {
			fmt.Fprintf(&b, "---\napiVersion: v1\nkind: Pod\nmetadata: {name: p%d, namespace: %s, labels: {app: %s}}\nspec: {containers: [{name: main}]}\nstatus: {podIP: %s}\n", i, p.namespace, p.app, p.address)
		}
		for n := range r.IntN(4) + 1 {
			policies = append(policies, drawPolicy(r))
			policies[n].write(&b, n)
		}
		for _, kind := range []string{"ingress", "egress"} {
			x := match.New(parse(t, b.String(), kind))
			for _, own := range podsOfModel {
				for _, far := range append(slices.Clone(podsOfModel), outside...) {
					if far == own {
						continue // a pod to itself
					}
					for port := 80; port <= 82; port++ {
						source, destination := far, own
						if kind == "egress" {
							source, destination = own, far
						}
						flow := fmt.Sprintf("%s -> %s tcp/%d", source.address, destination.address, port)
						got := match.Check([]match.Matcher{x}, match.Request{Region: parsetest.Region(t, flow), Want: rule.Permit}).Verdict
						want := match.Blocked
						if permitted(policies, kind, own, far, port) {
							want = match.Allowed
						}
						if verdicts[got]++; got != want {
							t.Fatalf("%s %s is %s, want %s\n%s", kind, flow, got, want, b.String())
						}
					}
				}
			}
		}
	}
	if verdicts[match.Allowed] < 1000 || verdicts[match.Blocked] < 1000 {
		t.Errorf("%v: hardly anything was tried", verdicts)
	}
}
