package script

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format"
)

// asaCommands tells entries that are taken away from those that are written.
func asaCommands(text string, _ []Rule) (commands, touches []string) {
	commands = strings.Split(text, "\n")
	for _, line := range commands {
		if strings.HasPrefix(line, "no ") {
			touches = append(touches, line)
		}
	}
	return commands, touches
}

// asaEntry is an entry, without its number and counter.
var asaEntry = regexp.MustCompile(`^(access-list \S+ )(?:line \d+ )?(extended .*?)(?: \(hitcnt=.*)?$`)

// removeASA takes entries out by what they say, and then the groups and objects of ours
// that nothing names any more.
func removeASA(l *List, at []int) (commands []string, text string, err error) {
	for _, i := range at {
		r := &l.Rules.Rules[i]
		m := asaEntry.FindStringSubmatch(r.Text)
		if m == nil {
			return nil, "", fmt.Errorf("%s stands in no line of its own", r)
		}
		commands = append(commands, "no "+m[1]+m[2])
	}
	text = l.withoutLines(at)
	orphans, text := dropOrphans(text)
	return append(commands, orphans...), text, nil
}

var asaDefinition = regexp.MustCompile(`^(object(?:-group)? \S+) (acl-[a-z]+-[0-9a-f]{12})\s*$`)

var asaOwnName = regexp.MustCompile(`\bacl-[a-z]+-[0-9a-f]{12}\b`)

// dropOrphans takes out the groups and objects whose names are made of what they hold, as
// ours are, and that no other line names. One may hold another.
func dropOrphans(text string) (commands []string, rest string) {
	for {
		uses := map[string]int{}
		for _, name := range asaOwnName.FindAllString(text, -1) {
			uses[name]++
		}
		all := lines(text)
		var drop []int
		for n, line := range all {
			m := asaDefinition.FindStringSubmatch(strings.TrimRight(line, "\r\n"))
			if m == nil || uses[m[2]] > 1 {
				continue
			}
			commands = append(commands, "no "+m[1]+" "+m[2])
			drop = append(drop, n+1)
			for k := n + 1; k < len(all) && strings.HasPrefix(all[k], " "); k++ {
				drop = append(drop, k+1)
			}
		}
		if len(drop) == 0 {
			return commands, text
		}
		text = withoutLines(text, drop)
	}
}

// routerCommands tells what is not ours: entries that are taken away, and new numbers.
func routerCommands(text string, _ []Rule) (commands, touches []string) {
	commands = strings.Split(text, "\n")
	for _, line := range commands {
		if strings.HasPrefix(line, " no ") || strings.Contains(line, "resequence") {
			touches = append(touches, strings.TrimSpace(line))
		}
	}
	return commands, touches
}

// removeRouter takes entries out by their numbers, or by what they say where they have
// none.
func removeRouter(l *List, at []int) (commands []string, text string, err error) {
	for _, i := range at {
		r := &l.Rules.Rules[i]
		removal := format.Remove([]byte(l.Text), l.Rules, r)
		if len(removal.Commands) != 2 {
			return nil, "", fmt.Errorf("%s cannot be taken out: %s", r, removal.Reason)
		}
		if !slices.Contains(commands, removal.Commands[0]) { // one list
			commands = append(commands, removal.Commands[0])
		}
		commands = append(commands, removal.Commands[1])
	}
	return commands, l.withoutLines(at), nil
}

// listing is the head of a list as show access-lists prints it, which a configuration has
// otherwise.
var listing = regexp.MustCompile(`(?m)^(?:(Extended|Standard) IP|IP|IPv6) access list (\S+)([ \t\r]*)$`)

// configured returns the list with its text as a configuration, which commands can follow,
// where it is what show access-lists prints: that shows the numbers of entries, which many
// configurations do not. Lines stay where they are.
func (l *List) configured() (*List, error) {
	if !strings.HasPrefix(l.format(), "cisco_") || l.format() == "cisco_asa" || !listing.MatchString(l.Text) {
		return l, nil
	}
	text := listing.ReplaceAllStringFunc(l.Text, func(head string) string {
		m := listing.FindStringSubmatch(head)
		switch {
		case strings.HasPrefix(head, "IPv6"):
			return "ipv6 access-list " + m[2] + m[3]
		case m[1] != "":
			return "ip access-list " + strings.ToLower(m[1]) + " " + m[2] + m[3]
		}
		return "ip access-list " + m[2] + m[3]
	})
	out, err := l.with(text)
	if err != nil {
		return nil, fmt.Errorf("%w: what show access-lists prints is not read as a configuration: %w", ErrUnproven, err)
	}
	if why := differ(l.Rules, out.Rules); why != "" {
		return nil, fmt.Errorf("%w: what show access-lists prints is not read as a configuration, show running-config: %s", ErrUnproven, why)
	}
	return out, nil
}
