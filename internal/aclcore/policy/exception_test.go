package policy_test

import (
	"testing"
	"time"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/policy"
)

func TestExceptions(t *testing.T) {
	deadline := func(text string) time.Time {
		d, err := policy.ParseDeadline(text)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	s := compile(t,
		policy.Definition{Name: "v", Kind: policy.Validate, Assert: `product.port_low != 23`},
		policy.Definition{Name: "e", Assert: `product.port_low != 23`},
		policy.Definition{Name: "undecided", Assert: `application.labels["x"] == "y"`},
		policy.Definition{Name: "never", Assert: "true"},
	)
	for _, tt := range []struct {
		name       string
		exceptions map[string]policy.Exception
		want       []policy.Violation // of which only these fields matter
	}{
		{"none", nil, []policy.Violation{{Policy: "v"}}},
		{"excepted from validate, it is put to enforce", map[string]policy.Exception{"v": {Reason: "CHG1"}},
			[]policy.Violation{{Policy: "v", Excepted: true, Exception: "CHG1"}, {Policy: "e"}, {Policy: "undecided"}}},
		{"with a date", map[string]policy.Exception{"v": {Reason: "CHG1", Until: deadline("2026-03-01")}, "e": {Reason: "CHG2", Until: deadline("2026-03-01T13:00:00+01:00")}, "undecided": {Reason: "CHG3"}},
			[]policy.Violation{{Policy: "v", Excepted: true, Exception: "CHG1 (until 2026-03-01)"}, {Policy: "e", Exception: "ended on 2026-03-01T13:00:00+01:00: CHG2"}, {Policy: "undecided", Excepted: true, Exception: "CHG3"}}},
		{"past its date", map[string]policy.Exception{"v": {Reason: "CHG1", Until: deadline("2026-02-28")}}, []policy.Violation{{Policy: "v", Exception: "ended on 2026-02-28: CHG1"}}},
		{"not needed", map[string]policy.Exception{"never": {Reason: "CHG1"}}, []policy.Violation{{Policy: "v"}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			q := ask(t, "10.0.0.1 > 10.1.0.1 tcp/23")
			q.Exceptions = tt.exceptions
			got := check(t, s, q)
			if len(got) != len(tt.want) {
				t.Fatalf("%+v", got)
			}
			for i, w := range tt.want {
				if g := got[i]; g.Policy != w.Policy || g.Excepted != w.Excepted || g.Exception != w.Exception || g.Blocks() == w.Excepted {
					t.Errorf("%+v, want %+v", g, w)
				}
			}
		})
	}
}

func TestExceptionsThatAreWrong(t *testing.T) {
	q := ask(t, "10.0.0.1 > 10.1.0.1 tcp/23")
	q.Exceptions = map[string]policy.Exception{"telnt": {Reason: "x"}, "telnet": {Reason: " "}}
	for _, tt := range []struct {
		s    *policy.Set
		want string
	}{
		{compile(t, policy.Definition{Name: "telnet", Assert: "true"}, policy.Definition{Name: "a", Assert: "true"}),
			`exceptions["telnet"]: gives no reason; write why the flow may violate the policy` + "\n" + `exceptions["telnt"]: there is no such policy; there are a, telnet`},
		{compile(t), `exceptions["telnet"]: there is no such policy; there are none` + "\n" +
			`exceptions["telnet"]: gives no reason; write why the flow may violate the policy` + "\n" + `exceptions["telnt"]: there is no such policy; there are none`},
	} {
		if _, err := tt.s.Check(q, now); err == nil || err.Error() != tt.want {
			t.Errorf("%v\nwant\n%s", err, tt.want)
		}
	}
}

func TestParseDeadline(t *testing.T) {
	for text, want := range map[string]string{
		"2026-12-31":                "2027-01-01T00:00:00Z",
		"2026-12-31T18:00:00Z":      "2026-12-31T18:00:00Z",
		"2026-12-31T18:00:00+02:00": "2026-12-31T16:00:00Z",
		"2026-02-29":                `"2026-02-29" is not a date; write 2026-12-31, or an instant such as 2026-12-31T18:00:00Z`,
		"31.12.2026":                `"31.12.2026" is not a date; write 2026-12-31, or an instant such as 2026-12-31T18:00:00Z`,
		"":                          `"" is not a date; write 2026-12-31, or an instant such as 2026-12-31T18:00:00Z`,
	} {
		got, err := policy.ParseDeadline(text)
		said := got.UTC().Format(time.RFC3339)
		if err != nil {
			said = err.Error()
		}
		if said != want {
			t.Errorf("%s is %s, want %s", text, said, want)
		}
	}
}
