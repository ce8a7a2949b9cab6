package additions

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/rulelist"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// Rule is a rule that we own, or want to. Two rules are the same rule if they
// agree in everything but name and owners.
type Rule struct {
	// Name is made of the content unless somebody renamed the rule in the file.
	Name    string
	Action  rule.Action
	Traffic traffic.Product
	// SourceZones and DestinationZones are as in [rule.Rule]: none means every zone.
	SourceZones, DestinationZones []string
	// State is as in [rule.Rule].
	State rule.State
	// List is the access list of a device that the rule stands before, empty in the
	// additions of a ruleset, which is one list.
	List string
	// Owners are the flows that need the rule, each as [Owner] writes it, sorted. Ours
	// have at least one.
	Owners []string

	// unknown and comment were added by hand to a rule of ours. The first makes it
	// another rule than any we want.
	unknown []string
	comment json.RawMessage
	line    int
}

// FromRules returns the rules that a change to a list consists of, named by their
// content.
func FromRules(rules []rule.Rule, list string) []Rule {
	out := make([]Rule, len(rules))
	for i, r := range rules {
		out[i] = fromRule(r)
		out[i].List = list
		out[i].Name = out[i].contentName()
	}
	return out
}

func fromRule(r rule.Rule) Rule {
	return Rule{
		Name: r.Name, Action: r.Action, Traffic: r.Traffic,
		SourceZones: r.SourceZones, DestinationZones: r.DestinationZones, State: r.State, unknown: r.Unknown, line: r.Line,
	}
}

// Rule returns r as a rule for matching.
func (r Rule) Rule() rule.Rule {
	return rule.Rule{
		Name: r.Name, Line: r.line, Action: r.Action, Traffic: r.Traffic,
		SourceZones: r.SourceZones, DestinationZones: r.DestinationZones, State: r.State, Unknown: r.unknown,
	}
}

// Same reports whether r and o are the same rule.
func (r Rule) Same(o Rule) bool {
	return r.Action == o.Action && r.State == o.State && r.List == o.List && r.Traffic.Equal(o.Traffic) &&
		sameNames(r.SourceZones, o.SourceZones) && sameNames(r.DestinationZones, o.DestinationZones) &&
		sameNames(r.unknown, o.unknown)
}

// sameNames compares lists whose order means nothing.
func sameNames(a, b []string) bool {
	return slices.Equal(a, b) || slices.Equal(canonicalNames(a), canonicalNames(b))
}

func canonicalNames(names []string) []string {
	return slices.Compact(slices.Sorted(slices.Values(names)))
}

// ContentName is the name that the rule has by what it says, whatever it is called in the
// file; on a device it is found by that.
func (r Rule) ContentName() string { return r.contentName() }

// Conditions reports whether somebody has added conditions to the rule by hand, which no
// device has.
func (r Rule) Conditions() bool { return len(r.unknown) > 0 }

// contentName is "acl-" and 40 bits of a digest of what the rule says.
func (r Rule) contentName() string {
	h := sha256.New()
	for _, part := range [][]string{
		{strings.TrimSpace(r.Action.String() + " " + r.State.String())}, r.Traffic.Sources.Strings(), r.Traffic.Destinations.Strings(), r.Traffic.Services.Strings(),
		canonicalNames(r.SourceZones), canonicalNames(r.DestinationZones), canonicalNames(r.unknown),
	} {
		_, _ = fmt.Fprintf(h, "%q\n", part)
	}
	if r.List != "" {
		_, _ = fmt.Fprintf(h, "list %q\n", r.List)
	}
	return "acl-" + hex.EncodeToString(h.Sum(nil)[:5])
}

// compare orders our rules where nothing else does: denies first, then by name.
func compare(a, b Rule) int {
	if a.Action != b.Action {
		return int(a.Action) - int(b.Action)
	}
	if c := strings.Compare(a.Name, b.Name); c != 0 {
		return c
	}
	return a.Traffic.Compare(b.Traffic)
}

// ownedBy reports whether owner is among the owners.
func (r Rule) ownedBy(owner string) bool {
	return slices.ContainsFunc(r.Owners, func(mark string) bool { return means(mark, owner) })
}

// text is the JSON of a rule object, in the order of its keys.
type text struct {
	Name             string          `json:"name,omitempty"`
	List             string          `json:"list,omitempty"`
	Action           string          `json:"action"`
	Sources          []string        `json:"src_ip"`
	Destinations     []string        `json:"dst_ip"`
	Services         []string        `json:"dst_port"`
	SourceZones      []string        `json:"src_zone,omitempty"`
	DestinationZones []string        `json:"dst_zone,omitempty"`
	State            string          `json:"state,omitempty"`
	Condition        []string        `json:"condition,omitempty"`
	Comment          json.RawMessage `json:"comment,omitempty"`
	Owners           []string        `json:"owners"`
}

// render writes the rule on one line and makes sure that what it wrote is read as
// the same rule.
func (r Rule) render() ([]byte, error) {
	t := text{
		r.Name, r.List, r.Action.String(), r.Traffic.Sources.Strings(), r.Traffic.Destinations.Strings(), r.Traffic.Services.Strings(),
		r.SourceZones, r.DestinationZones, r.State.String(), r.unknown, r.comment, r.Owners,
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false) // for people: "a -> b" stays as it is
	if err := e.Encode(t); err != nil {
		return nil, fmt.Errorf("rule %q cannot be written: %w", r.Name, err)
	}
	line := spaced(bytes.TrimRight(b.Bytes(), "\n"))
	d, err := rulelist.Parse(device.Input{Source: "rule", Content: slices.Concat([]byte("["), line, []byte("]"))}, rulelist.JSON)
	if err != nil {
		return nil, fmt.Errorf("rule %q cannot be written: %w", r.Name, err)
	}
	back := fromRule(d.Lists[0].Rules[0])
	if back.List = r.List; !back.Same(r) {
		return nil, fmt.Errorf("rule %q cannot be written: it would be read as %s", r.Name, &d.Lists[0].Rules[0])
	}
	return line, nil
}

// spaced puts a blank after the commas and colons of JSON text without any.
func spaced(compact []byte) []byte {
	out := make([]byte, 0, len(compact)*5/4)
	inString := false
	for i := 0; i < len(compact); i++ {
		c := compact[i]
		out = append(out, c)
		switch {
		case inString && c == '\\':
			i++
			out = append(out, compact[i])
		case c == '"':
			inString = !inString
		case !inString && (c == ',' || c == ':'):
			out = append(out, ' ')
		}
	}
	return out
}

// Unite returns the rules of several owners as one file has them: the same rule once, with
// all its owners, denies first, then by name.
func Unite(rules []Rule) []Rule {
	type key struct{ list, name string }
	at := map[key]int{}
	var out []Rule
	for _, r := range rules {
		k := key{r.List, r.ContentName()}
		i, there := at[k]
		if !there {
			at[k] = len(out)
			r.Owners = slices.Clone(r.Owners)
			out = append(out, r)
			continue
		}
		for _, o := range r.Owners {
			if !slices.Contains(out[i].Owners, o) {
				out[i].Owners = append(out[i].Owners, o)
			}
		}
	}
	for i := range out {
		slices.SortFunc(out[i].Owners, compareOwners)
	}
	slices.SortStableFunc(out, compare)
	return out
}
