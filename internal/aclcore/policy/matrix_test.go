package policy_test

import (
	"slices"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/flow"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/policy"
)

func TestMatrix(t *testing.T) {
	pair := func(p flow.Product) string {
		return zones(p.Source)[0] + " → " + zones(p.Destination)[0]
	}
	matrix := func(p flow.Product) policy.Ruling {
		switch {
		case pair(p) == "office → office":
			return policy.Ruling{}
		case p.Service.Text == "tcp/25":
			return policy.Ruling{Severity: policy.Notify, Detail: pair(p)}
		}
		return policy.Ruling{Severity: policy.Deny, Detail: pair(p)}
	}
	s, err := policy.Compile([]policy.Definition{
		{Name: "v", Kind: policy.Validate, Assert: `product.service != "udp/53"`}, {Name: "z", Severity: policy.Review, Assert: `product.service != "tcp/22"`},
	}, policy.Options{Names: someNames(t), Zones: zones, Matrix: matrix})
	if err != nil {
		t.Fatal(err)
	}
	q := ask(t, "10.0.0.1 10.9.0.1 > 10.0.0.2 10.9.0.2 tcp/22 tcp/25 udp/53")
	q.Exceptions = map[string]policy.Exception{policy.MatrixName: {Reason: "known"}}
	got := check(t, s, q)
	for _, v := range got {
		if v.Policy == policy.MatrixName && !v.Excepted {
			t.Errorf("%+v is not excepted", v)
		}
	}
	said := func(all []policy.Violation) (out []string) {
		for _, v := range all {
			out = append(out, string(v.Severity)+" "+v.Policy+": "+v.Message)
		}
		return out
	}
	if want := []string{
		"deny v: 10.0.0.1, 10.9.0.1 → 10.0.0.2, 10.9.0.2 udp/53 violates the policy v: product.service != \"udp/53\" is not true",
		"deny matrix: 10.0.0.1 → 10.9.0.2 tcp/22: office → pci",
		"notify matrix: 10.0.0.1 → 10.9.0.2 tcp/25: office → pci",
		"deny matrix: 10.9.0.1 → 10.0.0.2 tcp/22: pci → office",
		"notify matrix: 10.9.0.1 → 10.0.0.2 tcp/25: pci → office",
		"deny matrix: 10.9.0.1 → 10.9.0.2 tcp/22: pci → pci",
		"notify matrix: 10.9.0.1 → 10.9.0.2 tcp/25: pci → pci",
		"review z: 10.0.0.1, 10.9.0.1 → 10.0.0.2, 10.9.0.2 tcp/22 violates the policy z: product.service != \"tcp/22\" is not true",
	}; !slices.Equal(said(got), want) {
		t.Errorf("got\n%q\nwant\n%q", said(got), want)
	}
	// What is to stay blocked needs nobody's leave.
	q.Deny = true
	if got := brief(check(t, s, q)); got != "v: 10.0.0.1 10.9.0.1 > 10.0.0.2 10.9.0.2 udp/53\nz: 10.0.0.1 10.9.0.1 > 10.0.0.2 10.9.0.2 tcp/22" {
		t.Error(got)
	}
}
