package match_test

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/config"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/flow"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/parse/rulelist"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/testshared"
)

// A netutilsCase is a run of Python's netutils: rules, a question, what netutils
// answers and what follows from first match on sets.
type netutilsCase struct {
	Name     string           `json:"name"`
	Kind     string           `json:"kind"`
	Ask      string           `json:"ask"`
	Existing []map[string]any `json:"existing"`
	// Rule is an object, but for a few cases of what is no rule at all.
	Rule    any `json:"rule"`
	Options struct {
		Addresses     map[string][]string `json:"addresses"`
		AddressGroups map[string][]string `json:"address_groups"`
	} `json:"options"`
	Expected struct {
		ExpandedRules []map[string]any `json:"expanded_rules"`
	} `json:"expected"`
	Oracle *struct {
		Verdict string `json:"verdict"`
		// Contained says of a single rule that it holds all of the question's traffic.
		Contained *bool `json:"contained"`
	} `json:"oracle"`
}

// differs lists the cases in which we answer otherwise on purpose, and why. A case
// that does not differ must not be in it.
var differs = map[string]string{
	"quirk/same-ip/any-any":                           "any to any is traffic; netutils drops it because the texts are equal",
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
	"quirk/groups/gone":                               "a group of an unknown name is a mistake, not an empty group",
	"quirk/groups/six-literal-with-letter-vanishes":   "fe80::1 is an address although it starts with a letter",
}

func TestNetutilsConformance(t *testing.T) {
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
		t.Run(c.Name, func(t *testing.T) {
			seen[c.Name] = true
			switch c.Ask {
			case "expand":
				c.checkExpansion(t)
			case "match", "rule_match":
				c.checkVerdict(t)
			default:
				t.Skip("matrices are checked in package matrix")
			}
		})
	}
	for name := range differs {
		if !seen[name] {
			t.Errorf("there is no case %q", name)
		}
	}
}

// checkExpansion: the products are those of netutils, or an input that netutils
// chokes on is refused with a reason or given products.
func (c *netutilsCase) checkExpansion(t *testing.T) {
	asked, ok := c.Rule.(map[string]any)
	if !ok {
		t.Skip("the schema takes objects only")
	}
	names, err := c.names()
	var got []map[string]any
	if err == nil {
		got, err = flow.ExpandRule(names, known(asked))
	}
	if c.Kind == "error" {
		if err != nil && err.Error() == "" {
			t.Error("refused without a reason")
		}
		return
	}
	same := err == nil && len(got) == len(c.Expected.ExpandedRules)
	for i := 0; same && i < len(got); i++ {
		same = fmt.Sprint(got[i]) == fmt.Sprint(c.Expected.ExpandedRules[i])
	}
	why, onPurpose := differs[c.Name]
	if same == onPurpose {
		t.Errorf("got %v, %v\nwant %v\nlisted as different: %t %s", got, err, c.Expected.ExpandedRules, onPurpose, why)
	}
}

// checkVerdict: the verdict is that of the case's oracle where it has one. What
// netutils chokes on gets a verdict or a reason.
func (c *netutilsCase) checkVerdict(t *testing.T) {
	verdict, contained, err := c.verdict()
	if err != nil && err.Error() == "" {
		t.Error("refused without a reason")
	}
	if c.Oracle != nil && c.Oracle.Contained != nil {
		if err != nil || contained != *c.Oracle.Contained {
			t.Errorf("the rule contains the question: %t, %v; want %t", contained, err, *c.Oracle.Contained)
		}
		return
	}
	if c.Oracle == nil || c.Oracle.Verdict == "" {
		return
	}
	want := c.Oracle.Verdict
	if want == "denied" {
		want = match.Blocked.String()
	}
	got := verdict.String()
	if err != nil {
		got = err.Error()
	}
	why, onPurpose := differs[c.Name]
	if (got == want) == onPurpose {
		t.Errorf("%s, want %s\nlisted as different: %t %s", got, want, onPurpose, why)
	}
}

func (c *netutilsCase) verdict() (verdict match.Verdict, contained bool, err error) {
	names, err := c.names()
	if err != nil {
		return 0, false, err
	}
	asked, _ := c.Rule.(map[string]any)
	f, err := flow.New(names, orAny(asked["src_ip"]), orAny(asked["dst_ip"]), orAny(asked["dst_port"]))
	if err != nil {
		return 0, false, err
	}
	rules, err := c.rules(names)
	if err != nil {
		return 0, false, err
	}
	zone := func(key string) string {
		text, _ := asked[key].(string)
		return text
	}
	region, x := f.Region(), match.New(rules)
	q := match.Question{Products: region.Possible, SourceZone: zone("src_zone"), DestinationZone: zone("dst_zone")}
	contained = len(region.Impossible) == 0
	for _, part := range x.Match(q).Parts {
		contained = contained && part.Rule >= 0 && part.Outcome != match.Unknown
	}
	return match.Check([]match.Matcher{x}, match.Request{
		Region: region, SourceZone: q.SourceZone, DestinationZone: q.DestinationZone, Want: rule.Permit,
	}).Verdict, contained, nil
}

// rules reads the existing rules as a rule list in JSON, their names resolved.
func (c *netutilsCase) rules(names *flow.Names) (*rule.Ruleset, error) {
	for _, e := range c.Existing {
		for _, key := range []string{"src_ip", "dst_ip"} {
			if e[key] == nil || len(c.Options.Addresses)+len(c.Options.AddressGroups) == 0 {
				continue
			}
			literals, err := names.Addresses(orAny(e[key]))
			if err != nil {
				return nil, err
			}
			var texts []string
			for _, l := range literals {
				texts = append(texts, l.Text)
			}
			e[key] = texts
		}
	}
	text, err := json.Marshal(c.Existing)
	if err != nil {
		return nil, err
	}
	document, err := rulelist.Parse(config.Input{Source: "existing.json", Content: text}, rulelist.JSON)
	if err != nil {
		return nil, err
	}
	return &rule.Ruleset{Source: "existing.json", Rules: document.Lists[0].Rules}, nil
}

// names returns the case's names that its rules use. An address wins over a group
// of the same name.
func (c *netutilsCase) names() (*flow.Names, error) {
	used := make(map[string][]string)
	var use func(entries []string)
	use = func(entries []string) {
		for _, e := range entries {
			members, ok := c.Options.Addresses[e]
			if !ok {
				members, ok = c.Options.AddressGroups[e]
			}
			if _, done := used[e]; ok && !done {
				used[e] = members
				use(members)
			}
		}
	}
	asked, _ := c.Rule.(map[string]any)
	for _, r := range append(slices.Clone(c.Existing), asked) {
		use(orAny(r["src_ip"]))
		use(orAny(r["dst_ip"]))
	}
	return flow.NewNames(used, nil)
}

// orAny returns a field as a list; an absent one is any.
func orAny(value any) (out []string) {
	switch v := value.(type) {
	case string:
		return []string{v}
	case []any:
		for _, e := range v {
			out = append(out, fmt.Sprint(e))
		}
		return out
	}
	return []string{"any"}
}

// known returns the fields that are part of the data model.
func known(r map[string]any) map[string]any {
	out := make(map[string]any)
	for _, key := range []string{"name", "src_ip", "src_zone", "dst_ip", "dst_port", "dst_zone", "action"} {
		v, ok := r[key]
		if n, isNumber := v.(float64); isNumber {
			v = int64(n) // as it comes from a configuration
		}
		if ok {
			out[key] = v
		}
	}
	return out
}
