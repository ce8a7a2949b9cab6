package kubernetes_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/parsetest"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// smallRules are all rules of at most one peer and one port, and their absence.
func smallRules() [][]modelRule {
	one := func(v string) selector { return &v }
	peers := [][]modelPeer{nil, {{block: true}}}
	for _, namespaces := range []selector{nil, one(""), one("x"), one("y")} {
		for _, pods := range []selector{nil, one(""), one("w"), one("d")} {
			if namespaces != nil || pods != nil {
				peers = append(peers, []modelPeer{{pods: pods, namespaces: namespaces}})
			}
		}
	}
	out := [][]modelRule{nil}
	for _, p := range peers {
		for _, ports := range [][]int{nil, {80}, {81}} {
			out = append(out, []modelRule{{p, ports}})
		}
	}
	return out
}

// TestEverySmallPolicy compares the reader with the plain model for every policy of one rule
// with at most one peer and one port, in each namespace, for each selector of pods and each
// direction, over all pods, addresses and ports of the cluster.
func TestEverySmallPolicy(t *testing.T) {
	one := func(v string) selector { return &v }
	var cluster strings.Builder
	for namespace, label := range labelOf {
		fmt.Fprintf(&cluster, "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: %s, labels: {%s}}\n", namespace, map[bool]string{true: "env: " + label}[label != ""])
	}
	for i, p := range podsOfModel {
		fmt.Fprintf(&cluster, "---\napiVersion: v1\nkind: Pod\nmetadata: {name: p%d, namespace: %s, labels: {app: %s}}\nspec: {containers: [{name: main}]}\nstatus: {podIP: %s}\n", i, p.namespace, p.app, p.address)
	}
	policies, asked := 0, 0
	for _, namespace := range []string{"a", "b", "c"} {
		for _, pods := range []selector{one(""), one("w"), one("d")} {
			for _, kind := range []string{"ingress", "egress"} {
				for _, rules := range smallRules() {
					policies++
					p := modelPolicy{namespace: namespace, pods: pods, rules: map[string][]modelRule{kind: rules}}
					b := strings.Builder{}
					b.WriteString(cluster.String())
					p.write(&b, 0)
					asked += compareWithModel(t, b.String(), []modelPolicy{p}, kind)
				}
			}
		}
	}
	if policies < 800 || asked < 60_000 {
		t.Errorf("%d policies, %d questions: hardly anything was tried", policies, asked)
	}
}

// compareWithModel asks for every pod, other end and port, and returns how often.
func compareWithModel(t *testing.T, text string, policies []modelPolicy, kind string) (asked int) {
	t.Helper()
	x := match.New(parse(t, text, kind))
	for _, own := range podsOfModel {
		for _, far := range append(slices.Clone(podsOfModel), outside...) {
			for port := 80; port <= 82 && far != own; port++ {
				asked++
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
				if got != want {
					t.Fatalf("%s %s is %s, want %s\n%s", kind, flow, got, want, text)
				}
			}
		}
	}
	return asked
}
