package script

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/visible"
)

// A language is how one kind of device takes scripts.
type language struct {
	// comment leads a line that the device passes over; empty if it has none.
	comment string
	// open and close stand around the commands.
	open, close []string
	// name returns a rule of ours as it is handed to the writer of the format: with the
	// name, and the comment if the writer knows of one, that it is to have on the device.
	name func(r Rule) rule.Rule
	// commands returns what the writer of the format wrote as lines of a script, and
	// those of them that change what is not ours.
	commands func(text string, rules []Rule) (commands, touches []string)
	// remove returns the commands that take rules out of the list, and its text without
	// them.
	remove func(l *List, at []int) (commands []string, text string, err error)
}

// languages by the name of the format.
var languages = map[string]language{
	"iptables":   {comment: "# ", open: []string{"*filter"}, close: []string{"COMMIT"}, name: commented, commands: iptablesCommands, remove: removeIptables},
	"nftables":   {comment: "# ", name: commented, commands: nftCommands, remove: removeNft},
	"cisco_asa":  {comment: "! ", name: unzoned, commands: asaCommands, remove: removeASA},
	"cisco_ios":  router,
	"cisco_nxos": router,
	"cisco_xr":   router,
	"fortios":    {comment: "# ", name: named, commands: fortiosCommands, remove: deletion(fortiosOrphans)},
	"junos":      {comment: "# ", name: named, commands: junosCommands, remove: deletion(setOrphans(junosDefinition))},
	"panos":      {name: named, commands: panosCommands, remove: deletion(setOrphans(panosDefinition))}, // its CLI has no remarks
}

var router = language{comment: "! ", name: unzoned, commands: routerCommands, remove: removeRouter}

// Supports reports whether scripts are written in the language of the format.
func Supports(name string) bool {
	_, ok := languages[name]
	return ok
}

// Unproven says why commands for a text cannot be read again together with it, nil if
// they can: the format has no commands in its texts, or this text is written otherwise
// than they are.
func Unproven(name, text string) error {
	switch {
	case !Supports(name):
		return fmt.Errorf("commands for a text in the format %s are no part of such a text, so that the two cannot be read together", name)
	case name == "junos" && !hasLine(text, "set "):
		return errors.New("commands are read together with a text of commands: read the configuration with show configuration | display set")
	case name == "panos" && !hasLine(text, "set "):
		return errors.New("commands are read together with a text of commands: read the configuration with set cli config-output-format set")
	case name == "iptables" && !hasLine(text, "*filter"):
		return errors.New("commands are read together with what iptables-save prints; this is another listing")
	case name == "nftables" && strings.HasPrefix(strings.TrimSpace(text), "{"):
		return errors.New("commands are read together with the text of nft list ruleset; this is its JSON")
	}
	return nil
}

// hasLine reports whether a line of the text starts so.
func hasLine(text, start string) bool {
	return strings.HasPrefix(text, start) || strings.Contains(text, "\n"+start)
}

// Whole returns commands as one text: what leads them, remarks and what closes them.
// There is no text where there are no commands.
func Whole(name string, remarks, commands []string) string {
	if len(commands) == 0 {
		return ""
	}
	lang := languages[name]
	return Remarks(name, remarks) + strings.Join(slices.Concat(lang.open, commands, lang.close), "\n") + "\n"
}

// maxRemark is how many letters a remark has; a line of IOS has 254.
const maxRemark = 200

// Remarks returns lines that a device passes over, none where it would not.
func Remarks(name string, remarks []string) string {
	lang := languages[name]
	if lang.comment == "" {
		return ""
	}
	var b strings.Builder
	for _, r := range remarks {
		// A question mark asks a CLI for help, and a long line is refused.
		text := strings.ReplaceAll(visible.Text(r), "?", "_")
		if letters := []rune(text); len(letters) > maxRemark {
			text = string(letters[:maxRemark-1]) + "…"
		}
		b.WriteString(strings.TrimRight(lang.comment+text, " ") + "\n")
	}
	return b.String()
}

// commented gives the rule its name and comment.
func commented(r Rule) rule.Rule {
	if r.Comment != "" {
		r.Name += " " + r.Comment
	}
	return r.Rule
}

func unzoned(r Rule) rule.Rule { return plain(r.Rule) }

// iptablesCommands leaves out what the writer says of the programs: a text is that of one
// of them.
func iptablesCommands(text string, _ []Rule) (commands, touches []string) {
	for line := range strings.SplitSeq(text, "\n") {
		if line != "" && line[0] != '#' {
			commands = append(commands, line)
		}
	}
	return commands, nil
}

var iptablesRule = regexp.MustCompile(`^(?:\[\d+:\d+\] )?-[AI] (\S+) (?:\d+ )?(.*)$`)

// removeIptables deletes rules by what they say.
func removeIptables(l *List, at []int) (commands []string, text string, err error) {
	all := lines(l.Text)
	for _, i := range at {
		m := iptablesRule.FindStringSubmatch(lineOf(all, &l.Rules.Rules[i]))
		if m == nil {
			return nil, "", fmt.Errorf("%s stands in no line of its own", &l.Rules.Rules[i])
		}
		commands = append(commands, "-D "+m[1]+" "+m[2])
	}
	return commands, l.withoutLines(at), nil
}

// withoutLines is the text without the lines of some rules, which have one each.
func (l *List) withoutLines(at []int) string {
	drop := make([]int, len(at))
	for k, i := range at {
		drop[k] = l.Rules.Rules[i].Line
	}
	slices.Sort(drop)
	return withoutLines(l.Text, drop)
}

func withoutLines(text string, drop []int) string {
	var b strings.Builder
	for n, line := range lines(text) {
		if _, is := slices.BinarySearch(drop, n+1); !is {
			b.WriteString(line)
		}
	}
	return b.String()
}

// lineOf is the line of all in which a rule stands.
func lineOf(all []string, r *rule.Rule) string {
	if r.Line < 1 || r.Line > len(all) {
		return ""
	}
	return strings.TrimSpace(all[r.Line-1])
}
