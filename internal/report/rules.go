package report

import (
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
)

// A Rule is one that decides a flow, or a part of it.
type Rule struct {
	// Ruleset is empty where only the summary of the flow names the rule.
	Ruleset string `json:"ruleset,omitempty"`
	// Name is how the rule is referred to: "edge.cfg:21 inside_in line 5".
	Name string `json:"name"`
	// Action is permit, deny or indeterminate.
	Action string `json:"action"`
}

// aside begins the parts of a summary that name no deciding rule.
var aside = []string{"without what it accepts", "denied by policy", "the flow has expired"}

// readRules takes the deciding rules of the flow from its decisions where it has any, else
// from its summary and its gaps, which name them as text.
func (f *Flow) readRules(decisions []map[string]any) {
	add := func(r Rule) {
		if r.Name != "" && !slices.Contains(f.Rules, r) {
			f.Rules = append(f.Rules, r)
		}
	}
	for _, d := range decisions {
		add(Rule{placeOf(d), text(d["rule"]), text(d["action"])})
	}
	if len(decisions) > 0 {
		return
	}
	action := "permit"
	if f.Wanted == match.Blocked {
		action = "deny"
	}
	for _, name := range f.named() {
		add(Rule{"", name, action})
	}
	for _, m := range f.Missing {
		how := "deny"
		switch {
		case strings.HasPrefix(m.Reason, "indeterminate"):
			how = "indeterminate"
		case f.Wanted == match.Blocked:
			how = "permit"
		}
		add(Rule{m.Ruleset, m.BlockedBy, how})
	}
}

// named are the rules that the summary names as those for which the flow is as wanted.
func (f Flow) named() []string {
	status, rest, ok := strings.Cut(f.Summary, " by ")
	if !ok || (status != f.Wanted.String() && status != "pending: "+f.Wanted.String()) {
		return nil
	}
	var out []string
	for _, part := range strings.Split(rest, "; ") {
		if slices.ContainsFunc(aside, func(s string) bool { return strings.HasPrefix(part, s) }) || strings.Contains(part, " is from a host to itself") {
			continue
		}
		for _, name := range strings.Split(part, ", ") {
			if !strings.HasPrefix(name, "and ") || !strings.HasSuffix(name, " more rules") {
				out = append(out, name)
			}
		}
	}
	return out
}

// A Crossing is one way that traffic of the flow takes.
type Crossing struct {
	// From and To are the zones, empty where none are known.
	From string `json:"from,omitempty"`
	To   string `json:"to,omitempty"`
	Hops []Hop  `json:"hops,omitempty"`
}

// A Hop is a device on the way, with the lists that the traffic crosses there.
type Hop struct {
	Device string   `json:"device"`
	In     string   `json:"in,omitempty"`
	Out    string   `json:"out,omitempty"`
	Lists  []string `json:"lists,omitempty"`
}

// placeOf names the ruleset of a gap or decision, or its device and list.
func placeOf(e map[string]any) string {
	if ruleset := text(e["ruleset"]); ruleset != "" {
		return ruleset
	}
	return strings.TrimSpace(text(e["device"]) + " " + text(e["list"]))
}

// readPath takes the ways of the flow; there are none where only rulesets are declared.
func (f *Flow) readPath(v any) {
	for _, e := range objects(v) {
		c := Crossing{From: text(e["from"]), To: text(e["to"])}
		for _, h := range objects(e["hops"]) {
			c.Hops = append(c.Hops, Hop{text(h["device"]), text(h["in"]), text(h["out"]), texts(h["lists"])})
		}
		f.Path = append(f.Path, c)
	}
}

// because tells in one line which rules the verdict rests on.
func (f Flow) because() string {
	if f.AsIs && len(f.Rules) > 0 {
		var names []string
		for _, r := range f.Rules {
			names = append(names, r.Name)
		}
		return list(names)
	}
	if len(f.Missing) > 0 {
		if by := f.Missing[0].BlockedBy; by != "" {
			return by
		}
		return f.Missing[0].Reason
	}
	_, why, _ := strings.Cut(f.Summary, ": ")
	return why
}
