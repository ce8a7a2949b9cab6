package kubernetes_test

import (
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/parsetest"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kubernetes"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

func parse(t *testing.T, text, list string) *rule.Ruleset {
	t.Helper()
	doc, err := kubernetes.Parse(device.Input{Source: "cluster.yaml", Content: []byte(text)})
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	l := parsetest.Find(doc, list)
	return &rule.Ruleset{Source: "cluster.yaml", Rules: l.Rules, Default: l.Default, Writer: l.Writer}
}

// TestWrite: a change that is added to the manifests allows the flow, and what is not of
// the flow is decided as before.
func TestWrite(t *testing.T) {
	base := string(firstFile(t, "policies.txtar"))
	others := []string{"198.51.100.129 -> 10.244.1.10 tcp/22", "10.244.2.30 -> 10.244.1.10 tcp/8080", "10.244.1.10 -> 10.244.2.30 tcp/5433", "10.244.1.10 -> 10.244.1.20 tcp/22"}
	for _, tt := range []struct{ list, flow, want, err string }{
		{"ingress", "198.51.100.129 -> 10.244.1.10 tcp/8080", "cidr: 198.51.100.129/32", ""},
		{"ingress", "10.244.2.30 -> 10.244.1.10 tcp/80,udp/53", "kubernetes.io/metadata.name: data", ""},
		{"egress", "10.244.2.30 -> 203.0.113.0/24 tcp/443", "policyTypes: [Egress]", ""},
		{"ingress", "198.51.100.1 -> 10.244.1.10 icmp/8", "", "destination ports of TCP, UDP and SCTP only"},
	} {
		rs := parse(t, base, tt.list)
		q := match.Request{Region: parsetest.Region(t, tt.flow), Want: rule.Permit}
		var docs []string
		failed := ""
		for _, m := range match.Check([]match.Matcher{match.New(rs)}, q).Missing {
			before := m.Before
			if before < 0 {
				before = len(rs.Rules)
			}
			doc, err := kubernetes.Write(tt.list, rule.Insertion{Base: rs, Before: before, Beside: docs, Rules: []rule.Rule{{Action: rule.Permit, Traffic: m.Product}}})
			if err != nil {
				failed = err.Error()
				break
			}
			docs = append(docs, doc)
		}
		if tt.err != "" || failed != "" {
			if tt.err == "" || !strings.Contains(failed, tt.err) {
				t.Errorf("%s: %s, want %s", tt.flow, failed, tt.err)
			}
			continue
		}
		text := strings.Join(docs, "\n")
		if !strings.Contains(text, tt.want) {
			t.Errorf("%s:\n%s\nwant %s", tt.flow, text, tt.want)
		}
		after := parse(t, base+text+"\n", tt.list)
		if got := match.Check([]match.Matcher{match.New(after)}, q).Verdict; got != match.Allowed {
			t.Errorf("%s is %s after\n%s", tt.flow, got, text)
		}
		for _, other := range others {
			o := match.Request{Region: parsetest.Region(t, other), Want: rule.Permit}
			was, is := match.Check([]match.Matcher{match.New(rs)}, o).Verdict, match.Check([]match.Matcher{match.New(after)}, o).Verdict
			if was != is && other != tt.flow {
				t.Errorf("%s goes from %s to %s by\n%s", other, was, is, text)
			}
		}
	}
}
