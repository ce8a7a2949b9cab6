package format

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// Removal is how a rule is taken out of its list.
type Removal struct {
	// Commands do it in the language of the device, in this order. They are empty where the
	// language has none that names the rule for sure, and Reason says what to do.
	Commands []string
	Reason   string
}

// Remove returns how a rule of the ruleset, which was read from content, is taken out.
func Remove(content []byte, base *rule.Ruleset, r *rule.Rule) Removal {
	f, ok := Lookup(base.Format)
	if !ok {
		return Removal{Reason: "take the rule out of the list"}
	}
	commands, err := f.Remove(content, base, r)
	if err != nil {
		return Removal{Reason: err.Error()}
	}
	return Removal{Commands: commands}
}

// Cut returns the text in the named format without the rules that start on the lines, as
// the device has it once they are removed.
func Cut(name string, content []byte, lines []int) ([]byte, error) {
	f, _ := Lookup(name)
	if f.Cut == nil {
		return nil, fmt.Errorf("no rules are cut out of the format %s", name)
	}
	return f.Cut(content, slices.Compact(slices.Sorted(slices.Values(lines))))
}

// byRule is how formats remove a rule whose command needs nothing of the text.
func byRule(remove func(base *rule.Ruleset, r *rule.Rule) ([]string, error)) func([]byte, *rule.Ruleset, *rule.Rule) ([]string, error) {
	return func(_ []byte, base *rule.Ruleset, r *rule.Rule) ([]string, error) { return remove(base, r) }
}

// byHand is how rules are removed from what no command changes.
func byHand(how string) func([]byte, *rule.Ruleset, *rule.Rule) ([]string, error) {
	return func([]byte, *rule.Ruleset, *rule.Rule) ([]string, error) { return nil, errors.New(how) }
}

func isNumber(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

func only6(r *rule.Rule) bool {
	v4, _ := r.Traffic.ByFamily()
	return v4.IsEmpty()
}

// removeRouter removes an entry by its number, or by its words where it has none. The
// whole line of a numbered list is never negated: "no access-list 101 …" deletes the list.
func removeRouter(_ *rule.Ruleset, r *rule.Rule) ([]string, error) {
	words := strings.Fields(r.Place)
	n := 3
	if len(words) > 3 && (words[2] == "standard" || words[2] == "extended") {
		n = 4
	}
	text := strings.Fields(r.Text)
	if len(words) < n || len(text) == 0 {
		return nil, errors.New("it is not known how the device enters the list")
	}
	if len(text) > n && slices.Equal(text[:n], words[:n]) { // an entry of IOS-XR on one line with its list
		text = text[n:]
	}
	entry := strings.Join(text, " ")
	switch {
	case isNumber(text[0]):
		entry = text[0]
	case len(text) > 3 && text[0] == "access-list":
		entry = strings.Join(text[2:], " ")
	case len(text) > 2 && text[0] == "sequence":
		entry = text[1]
	}
	return []string{strings.Join(words[:n], " "), " no " + entry}, nil
}

// removeIptables removes a rule by its words, so that the order of several commands does
// not matter.
func removeIptables(_ *rule.Ruleset, r *rule.Rule) ([]string, error) {
	text := r.Text
	if strings.HasPrefix(text, "[") { // the counters of iptables-save -c
		_, text, _ = strings.Cut(text, "] ")
	}
	rest, ok := strings.CutPrefix(text, "-A ")
	if !ok {
		return nil, errors.New("it is no rule that can be deleted alone")
	}
	command := "iptables"
	if only6(r) {
		command = "ip6tables"
	}
	return []string{fmt.Sprintf("%s -D %s", command, rest)}, nil
}
