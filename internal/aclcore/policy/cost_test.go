package policy

import "testing"

// TestEstimate guards what decides whether an evaluation is watched.
func TestEstimate(t *testing.T) {
	r := newResolver(nil)
	env, err := newEnv(r, ScopeProduct)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		text    string
		watched bool
	}{
		{`product.port_low == 3`, false},
		{`product.source.matches("^10[.]254[.]")`, false},
		{`within(product.source, ["10.0.0.0/8", "192.168.0.0/16"])`, false},
		{`application.labels["x"] == "y"`, false},
		{`"x" in product.zones.source`, true},
		{`within(flow.sources, "web")`, true},
		{`flow.sources.all(s, s != "")`, true},
		{`[1, 2, 3, 4, 5].all(a, [1, 2, 3, 4, 5].all(b, [1, 2, 3, 4, 5].all(c, [1, 2, 3, 4, 5].all(d, true))))`, true},
		{`dyn(flow).sources.all(s, s != "")`, true},
		{`flow.comment.matches(product.source)`, true},
	} {
		checked, issues := env.Compile(tt.text)
		if issues.Err() != nil {
			t.Fatal(issues.Err())
		}
		if least, most := estimate(checked.NativeRep()); most > cheap != tt.watched || least == 0 || least > most {
			t.Errorf("%s costs %d to %d", tt.text, least, most)
		}
	}
}
