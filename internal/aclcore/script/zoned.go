package script

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// Firewalls with zones give their rules names of their own, and objects to addresses and
// services. Their readers follow the commands that change a text, deletions too.

// named is a rule as firewalls with zones have it: by its name alone.
func named(r Rule) rule.Rule { return r.Rule }

// deletion returns a remove of a language whose reader follows deletions.
func deletion(orphans func(text string, gone []string) []string) func(l *List, at []int) ([]string, string, error) {
	return func(l *List, at []int) (commands []string, text string, err error) {
		var gone []string
		for _, i := range at {
			r := &l.Rules.Rules[i]
			command, err := format.Delete(l.Rules, r)
			if err != nil {
				return nil, "", err
			}
			if !slices.Contains(gone, r.Name) { // a policy may be several rules
				gone, commands = append(gone, r.Name), append(commands, strings.Split(command, "\n")...)
			}
		}
		commands = append(commands, orphans(l.Text, gone)...)
		text, ok := format.Apply(l.format(), l.Text, strings.Join(commands, "\n"))
		if !ok {
			return nil, "", fmt.Errorf("%w: the commands do not stand in the text of the device", ErrUnproven)
		}
		return commands, text, nil
	}
}

// described returns a commands of a language in which a rule's description is one more
// line behind a line that the pattern matches, whose first group is the rule's name.
func described(pattern *regexp.Regexp, line func(match []string, comment string) string) func(text string, rules []Rule) (commands, touches []string) {
	return func(text string, rules []Rule) (commands, touches []string) {
		said := map[string]bool{}
		for command := range strings.SplitSeq(text, "\n") {
			commands = append(commands, command)
			m := pattern.FindStringSubmatch(command)
			if m == nil || said[m[1]] {
				continue
			}
			i := slices.IndexFunc(rules, func(r Rule) bool { return m[1] == r.Name || strings.HasPrefix(m[1], r.Name+"-") })
			if i >= 0 && rules[i].Comment != "" {
				said[m[1]] = true
				commands = append(commands, line(m, description(rules[i].Comment)))
			}
		}
		return commands, nil
	}
}

// maxDescription is the longest description of a policy that all of these firewalls take.
const maxDescription = 255

func description(text string) string {
	text = strings.Map(func(c rune) rune {
		if c < ' ' || c == 0x7f || c == '"' || c == '\\' || c == '?' {
			return '_'
		}
		return c
	}, text)
	if len(text) > maxDescription {
		text = strings.ToValidUTF8(text[:maxDescription], "")
	}
	return text
}

var (
	fortiosName = regexp.MustCompile(`^\s+set name "([^"]+)"$`)
	panosRule   = regexp.MustCompile(`^set .*security rules (\S+) from `)
	junosPolicy = regexp.MustCompile(`^set security policies (?:global|from-zone \S+ to-zone \S+) policy (\S+) `)

	fortiosCommands = described(fortiosName, func(_ []string, comment string) string { return `        set comments "` + comment + `"` })
	panosCommands   = described(panosRule, func(m []string, comment string) string {
		return strings.TrimSuffix(m[0], " from ") + ` description "` + comment + `"`
	})
	junosCommands = described(junosPolicy, func(m []string, comment string) string { return m[0] + `description "` + comment + `"` })
)

// A definition is how a language with set commands defines an object of ours: the groups
// are what the command deletes, and the object's name.
var (
	panosDefinition = regexp.MustCompile(`^set ((?:\S+ )*service (acl-\S+)) `)
	junosDefinition = regexp.MustCompile(`^set (.*(?:address-book(?: global)? address|applications application) (acl-\S+)) `)
)

// setOrphans returns the deletions of objects of ours that only rules name which are gone.
func setOrphans(definition *regexp.Regexp) func(text string, gone []string) []string {
	return func(text string, gone []string) (commands []string) {
		paths, uses := map[string]string{}, map[string]int{}
		var names []string
		for line := range strings.Lines(text) {
			line = strings.TrimRight(line, "\r\n")
			if m := definition.FindStringSubmatch(line); m != nil && !strings.Contains(line, " rules ") {
				if paths[m[2]] == "" {
					names = append(names, m[2])
				}
				paths[m[2]] = m[1]
				continue
			}
			words := strings.Fields(line)
			if slices.ContainsFunc(words, func(w string) bool { return slices.Contains(gone, w) }) {
				continue
			}
			for _, w := range words {
				uses[strings.Trim(w, `"[]`)]++
			}
		}
		for _, name := range names {
			if uses[name] == 0 {
				commands = append(commands, "delete "+paths[name])
			}
		}
		return commands
	}
}

var (
	fortiosTable = regexp.MustCompile(`^config (firewall (?:address6?|service custom))$`)
	fortiosEdit  = regexp.MustCompile(`^edit "?(acl-[^"]+)"?$`)
	fortiosWord  = regexp.MustCompile(`"(acl-[^"]+)"`)
)

// fortiosOrphans returns the deletions of objects of ours that only policies name which
// are gone. With several VDOMs none are: an object may be that of another one.
func fortiosOrphans(text string, gone []string) (commands []string) {
	tables, uses, own := map[string]string{}, map[string]int{}, []string(nil)
	table := ""
	var block []string // names in the entry that is open
	dead := false
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "config vdom" {
			return nil
		}
		if m := fortiosTable.FindStringSubmatch(line); m != nil {
			table = m[1]
		} else if strings.HasPrefix(line, "config ") {
			table = ""
		}
		switch m := fortiosEdit.FindStringSubmatch(line); {
		case m != nil && table != "":
			if tables[m[1]] == "" {
				own = append(own, m[1])
			}
			tables[m[1]] = table
			continue
		case line == "next" || line == "end":
			for _, name := range block {
				if !dead {
					uses[name]++
				}
			}
			block, dead = nil, false
		}
		for _, m := range fortiosWord.FindAllStringSubmatch(line, -1) {
			block = append(block, m[1])
			dead = dead || strings.HasPrefix(line, "set name ") && slices.Contains(gone, m[1])
		}
	}
	for _, of := range []string{"firewall address", "firewall address6", "firewall service custom"} {
		var drop []string
		for _, name := range own {
			if tables[name] == of && uses[name] == 0 {
				drop = append(drop, `    delete "`+name+`"`)
			}
		}
		if len(drop) > 0 {
			commands = append(append(append(commands, "config "+of), drop...), "end")
		}
	}
	return commands
}
