package policy_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/enginetest"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/policy"
)

// FuzzDefinition compiles and asks any expression and message: no panic, no hang, an
// error that says which policy and field, or an answer; and the answer is that of the
// whole expression evaluated for each product.
func FuzzDefinition(f *testing.F) {
	for _, a := range atoms {
		f.Add(a, "", "")
	}
	f.Add(`within(product.source, ["web", "10.0.0.0/8"]) || product.port_low > 1024`, `flow.name != ""`, "{source} {{x}} {detail}")
	f.Add(nested(9, "flow.sources"), "", "")
	f.Add(`[1].map(x, x / 0)[0] == 1 || product.source.matches("(")`, `has(flow.expires) && flow.expires - now > duration("24h")`, "{")
	f.Add(`application.labels.exists(k, k == "x") ? product.zones.source.size() > 0 : type(product) == type(flow)`, `product == dyn(flow)`, "}")
	f.Add(`dyn(product.zones).source[0] == "pci" || dyn(flow) in [dyn(product)]`, `string(dyn(product)) == ""`, "{policy}")
	o := policy.Options{Names: someNames(f), Zones: zones}
	plain, err := policy.NewOracle(o)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, assert, when, message string) {
		d := policy.Definition{Name: "p", Assert: assert, When: when, Message: message}
		var s *policy.Set
		var err error
		enginetest.Within(t, len(assert)+len(when)+len(message), func() { s, err = policy.Compile([]policy.Definition{d}, o) })
		if err != nil {
			joined, ok := err.(interface{ Unwrap() []error })
			if !ok {
				t.Fatalf("%v is not a list", err)
			}
			for _, e := range joined.Unwrap() {
				var found *policy.DefinitionError
				if !errors.As(e, &found) || found.Policy != "p" || found.Field == "" || strings.TrimSpace(found.Problem) == "" {
					t.Fatalf("%q of %+v", e, d)
				}
			}
			return
		}
		q := ask(t, "10.0.0.1 10.0.0.4/30 > 10.0.0.1 10.9.0.0/24 tcp/80 tcp/443")
		for _, v := range check(t, s, q) {
			if strings.Contains(v.Message, "was stopped after") || strings.Contains(v.Message, "internal error") {
				if strings.Contains(v.Message, "internal error") {
					t.Fatalf("%+v", v)
				}
				return // the oracle is not stopped
			}
		}
		compareWithOracle(t, plain, o, []policy.Definition{d}, q)
	})
}

// TestConcurrentChecks is for the race detector.
func TestConcurrentChecks(t *testing.T) {
	s := compile(t, twenty...)
	want := brief(check(t, s, ask(t, "10.0.0.1 any > 10.9.0.1 192.0.2.1 tcp/23 tcp/80")))
	for range 4 {
		t.Run("", func(t *testing.T) {
			t.Parallel()
			for range 5 {
				if got := brief(check(t, s, ask(t, "10.0.0.1 any > 10.9.0.1 192.0.2.1 tcp/23 tcp/80"))); got != want {
					t.Errorf("got\n%s\nwant\n%s", got, want)
				}
			}
		})
	}
}
