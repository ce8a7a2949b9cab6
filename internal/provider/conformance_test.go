package provider

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/flow"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/testshared"
)

// A netutilsCase is a run of Python's netutils: rules, a question, what netutils
// answers and what follows from first match on sets.
type netutilsCase struct {
	Name, Kind, Ask string
	Rule, Existing  any
	Options         map[string]any
	Expected        struct {
		ExpandedRules any            `json:"expanded_rules"`
		Processed     map[string]any `json:"processed"`
		Enforce       any            `json:"enforce"`
	}
	Oracle struct {
		// Verdict is "" where netutils cannot answer, nor anybody by its input.
		Verdict string
		// Contained says of a single rule that it holds all of the question's traffic.
		Contained *bool
	}
}

// differs lists the cases that are answered otherwise than by netutils or, in a
// match, by the case's oracle; and why. A case that does not differ must not be in it.
var differs = map[string]string{
	"quirk/same-ip/any-any":                           "any to any is traffic; netutils drops it because the texts are equal",
	"quirk/same-ip/query-filtered-empty":              "nothing of the question crosses a firewall: refused, as by netutils, where the oracle says denied",
	"quirk/service/tcp/99999":                         "there is no such port",
	"quirk/service/tcp/80/443":                        "what follows the port is not thrown away",
	"quirk/service/256/1":                             "there is no such protocol",
	"quirk/service/tcp/http-alt":                      "the name stands for ports 591, 8008 and 8080",
	"quirk/load-address/10.0.0.9-10.0.0.1":            "the range is reversed",
	"quirk/load-address/10.0.0.3 - 10.0.0.9":          "blanks are not part of a range",
	"quirk/load-address/web-server":                   "an unknown name is not an address",
	"quirk/input-schema/src_ip=\"999.999.999.999\"":   "it is not an address",
	"quirk/input-schema/src_ip=\"10.0.0.9-10.0.0.1\"": "the range is reversed",
	"quirk/action/case-sensitive":                     "an action in capitals is refused, not read as some other action",
	"quirk/match-address/query-src/::ffff:10.0.0.1":   "an IPv4 address written as IPv6 is refused, since no packet has it",
	"quirk/groups/gone":                               "a group of an unknown name is a mistake, not an empty group",
	"quirk/groups/six-literal-with-letter-vanishes":   "fe80::1 is an address although it starts with a letter",
	"quirk/matrix/names-not-translated":               "tcp/80 in a matrix is the same service as 6/80",
	"quirk/matrix/string-is-substring-test":           "6/80 is not allowed by 6/8080",
}

// answered lists the cases that netutils fails at and that are answered here, with
// what the answer says. Every other such case has to be refused.
var answered = map[string]string{
	"quirk/service/tcp/http":                     "6/80",
	"quirk/service/udp/dns":                      "17/53",
	"quirk/service/tcp/any":                      "6/*",
	"quirk/service/ipv6-icmp/0":                  "58/0",
	"quirk/service/l2tp/0":                       "115/0",
	"quirk/service/process-off":                  "6/80",         // services are always read
	"quirk/load-address/empty":                   `"name":"n"}]`, // products without the field
	"quirk/load-address/null":                    `"name":"n"}]`,
	"quirk/matrix/six-query":                     `"action":"deny"`,
	"quirk/result-schema/dst_port=\"tcp/1-2\"":   "6/1-2",       // our schema of results knows ranges,
	"quirk/result-schema/src_ip=\"2001:db8::1\"": "2001:db8::1", // and IPv6

	"quirk/match-address/query-src/10.0.0.3-10.0.0.3": "permit allowed",
	"quirk/match-address/query-src/any":               "deny partial",
	"quirk/match-address/query-src/2001:db8::1":       "deny blocked",
	"quirk/same-ip/intra-subnet-query":                "permit allowed",
	"quirk/zone/existing-without":                     "permit allowed",
	"quirk/service-missing/existing":                  "permit allowed",
	"quirk/family/six-after-four":                     "permit allowed",
	"quirk/family/one-rule-both-six-first":            "permit allowed",
}

// TestNetutilsConformance puts the cases to the functions of the provider.
func TestNetutilsConformance(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(testshared.Dir(t, "conformance", "netutils_cases.json"))
	if err != nil {
		t.Fatal(err)
	}
	var cases []netutilsCase
	if err := json.Unmarshal(text, &cases); err != nil {
		t.Fatal(err)
	}
	seen := make(map[string]bool)
	for _, c := range cases {
		seen[c.Name] = true
		t.Run(c.Name, func(t *testing.T) {
			got, refused := c.answer(t)
			expected, answers := answered[c.Name]
			why, onPurpose := differs[c.Name]
			switch want := c.want(t); {
			case answers && (c.Kind != "error" || refused || !strings.Contains(got, expected)):
				t.Errorf("%s, want an answer with %s", got, expected)
			case c.Oracle.Verdict == "" && c.Ask == "match" && !refused && !answers:
				t.Errorf("%s; no verdict can be known", got)
			case c.Kind == "error" && !answers && !refused:
				t.Errorf("%s; netutils fails at this", got)
			case want != "" && (got == want) == onPurpose:
				t.Errorf("%s, want %s\nlisted as different: %t %s", got, want, onPurpose, why)
			}
		})
	}
	for name := range differs {
		if !seen[name] {
			t.Errorf("there is no case %q", name)
		}
	}
	for name := range answered {
		if !seen[name] {
			t.Errorf("there is no case %q", name)
		}
	}
}

// answer asks the function that the case is about. A match is answered by "action
// status", and for a single rule by whether it holds the question.
func (c *netutilsCase) answer(t *testing.T) (got string, refused bool) {
	t.Helper()
	options := map[string]any{}
	for _, key := range expandOptions {
		if v, ok := c.Options[key]; ok && c.Ask == "expand" {
			options[key] = v
		}
	}
	for _, key := range matrixKeys {
		if v, ok := c.Options[key]; ok && c.Ask == "enforce" {
			options[key] = v
		}
	}
	options["addresses"] = c.names()
	switch c.Ask {
	case "expand":
		v, problem := call(t, expandFunction{}, types.DynamicUnknown(), c.json(t, c.Rule), c.json(t, options))
		got, refused = textOf(t, v, problem)
		if !refused && c.Expected.Processed != nil && answered[c.Name]+differs[c.Name] == "" {
			c.checkProcessed(t)
		}
		return got, refused
	case "enforce":
		v, problem := call(t, enforceFunction{}, types.ListUnknown(types.ObjectType{AttrTypes: enforcedTypes}), c.json(t, c.Rule), c.json(t, options))
		return textOf(t, v, problem)
	case "match", "rule_match":
		v, problem := callWith(t, matchFunction{}, types.ObjectUnknown(answerTypes), c.json(t, options), c.json(t, c.Rule), c.json(t, c.Existing))
		if problem != "" {
			return problem, true
		}
		plain, err := plainValue(v)
		if err != nil {
			t.Fatal(err)
		}
		found, _ := plain.(map[string]any)
		got = fmt.Sprint(found["action"], " ", found["status"])
		if c.Oracle.Contained != nil {
			decisions, _ := found["decisions"].([]any)
			held := len(decisions) > 0 && !slices.ContainsFunc(decisions, func(d any) bool {
				decision, _ := d.(map[string]any)
				return decision["rule"] == "default deny"
			})
			got = fmt.Sprint("contained: ", held)
		}
		return got, false
	}
	t.Fatalf("it asks %q, which is no function", c.Ask)
	return "", false
}

// want is the answer of netutils to expand and enforce, and that of the oracle to
// a match; "" if there is none.
func (c *netutilsCase) want(t *testing.T) string {
	t.Helper()
	switch {
	case c.Oracle.Contained != nil:
		return fmt.Sprint("contained: ", *c.Oracle.Contained)
	case c.Oracle.Verdict == "allowed":
		return "permit allowed"
	case c.Oracle.Verdict == "denied":
		return "deny blocked"
	case c.Oracle.Verdict != "":
		return "deny " + c.Oracle.Verdict
	case c.Kind == "error" || c.Ask == "match":
		return ""
	case c.Ask == "enforce":
		return c.json(t, c.Expected.Enforce)
	}
	return c.json(t, c.Expected.ExpandedRules)
}

// checkProcessed: the rule with its names resolved is netutils' processed rule, but
// that a list of one may be its element.
func (c *netutilsCase) checkProcessed(t *testing.T) {
	t.Helper()
	addresses, err := namesFrom(plainOf(t, c.json(t, c.names())))
	if err != nil {
		t.Fatal(err)
	}
	names, err := flow.NewNames(addresses, nil)
	if err != nil {
		t.Fatal(err)
	}
	rule, _ := plainOf(t, c.json(t, c.Rule)).(map[string]any)
	for key, v := range rule {
		if n, ok := v.(float64); ok {
			rule[key] = int64(n) // as it comes from a configuration
		}
	}
	got, err := flow.ResolveRule(names, rule)
	if err != nil {
		t.Fatal(err)
	}
	flat := func(fields map[string]any) string {
		out := map[string]any{}
		for key, v := range fields {
			if list, ok := v.([]any); ok && len(list) == 1 {
				v = list[0]
			}
			out[key] = v
		}
		return c.json(t, out)
	}
	if flat(got) != flat(c.Expected.Processed) {
		t.Errorf("processed is %s, want %s", flat(got), flat(c.Expected.Processed))
	}
}

// names returns the case's names that its rules use. Cases share a dictionary in
// which one name leads nowhere; with it every one of them would be refused. An
// address wins over a group of the same name.
func (c *netutilsCase) names() map[string]any {
	addresses, _ := c.Options["addresses"].(map[string]any)
	groups, _ := c.Options["address_groups"].(map[string]any)
	used := map[string]any{}
	var use func(v any)
	use = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			use(v["src_ip"])
			use(v["dst_ip"])
		case []any:
			for _, e := range v {
				use(e)
			}
		case string:
			members, ok := addresses[v]
			if !ok {
				members, ok = groups[v]
			}
			if _, done := used[v]; ok && !done {
				used[v] = members
				use(members)
			}
		}
	}
	use(c.Rule)
	use(c.Existing)
	return used
}

func (*netutilsCase) json(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
