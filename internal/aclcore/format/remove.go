package format

import (
	"fmt"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// Removal is how a rule is taken out of its list.
type Removal struct {
	// Commands do it in the language of the device. They are empty where the language
	// has none that names the rule for sure, and Reason says what to do.
	Commands []string
	Reason   string
	// ByLine says that the text means the same without the rule's line.
	ByLine bool
}

// Remove returns how the rule is taken out of a ruleset in the named format.
func Remove(name string, r *rule.Rule) Removal {
	f, _ := Lookup(name)
	switch family := f.Family; {
	case family == "cisco_asa" && strings.HasPrefix(r.Text, "access-list "):
		return Removal{Commands: []string{"no " + counted(r.Text)}, ByLine: true}
	case family == "router":
		return removeRouter(r)
	case family == "iptables":
		return removeIptables(r)
	case family == "fortios" && r.Place != "" && isNumber(r.Place) && !only6(r):
		return Removal{Commands: []string{"config firewall policy", "    delete " + r.Place, "end"}}
	case family == "nftables":
		return Removal{Reason: "nft deletes a rule by its handle, which nft -a list ruleset shows"}
	case family == "list":
		return Removal{Reason: "take the entry out of the list"}
	case name == "terraform":
		return Removal{Reason: "take the rule out of its Terraform configuration"}
	}
	return Removal{Reason: "the commands that remove it are not written for the format " + name}
}

func isNumber(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

func only6(r *rule.Rule) bool {
	v4, _ := r.Traffic.ByFamily()
	return v4.IsEmpty()
}

// counted takes away what "show access-list" prints after an entry: the counter, and a
// number of the device's own.
func counted(text string) string {
	before, _, _ := strings.Cut(text, " (hitcnt=")
	return strings.TrimSpace(before)
}

// removeRouter removes an entry by its number, or by its words where it has none. The
// whole line of a numbered list is never negated: "no access-list 101 …" deletes the list.
func removeRouter(r *rule.Rule) Removal {
	words := strings.Fields(r.Place)
	n := 3
	if len(words) > 3 && (words[2] == "standard" || words[2] == "extended") {
		n = 4
	}
	text := strings.Fields(r.Text)
	if len(words) < n || len(text) == 0 {
		return Removal{Reason: "it is not known how the device enters the list"}
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
	return Removal{Commands: []string{strings.Join(words[:n], " "), " no " + entry}, ByLine: true}
}

// removeIptables removes a rule by its words, so that the order of several commands does
// not matter.
func removeIptables(r *rule.Rule) Removal {
	text := r.Text
	if strings.HasPrefix(text, "[") { // the counters of iptables-save -c
		_, text, _ = strings.Cut(text, "] ")
	}
	rest, ok := strings.CutPrefix(text, "-A ")
	if !ok {
		return Removal{Reason: "it is no rule that can be deleted alone"}
	}
	command := "iptables"
	if only6(r) {
		command = "ip6tables"
	}
	return Removal{Commands: []string{fmt.Sprintf("%s -D %s", command, rest)}, ByLine: true}
}

// WithoutLines returns the text without some of its lines, which are counted from 1.
func WithoutLines(content []byte, lines []int) []byte {
	all := strings.SplitAfter(string(content), "\n")
	out := all[:0]
	for n, line := range all {
		if !slices.Contains(lines, n+1) {
			out = append(out, line)
		}
	}
	return []byte(strings.Join(out, ""))
}
