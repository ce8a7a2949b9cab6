package format

import (
	"regexp"
	"strings"
)

// Undo returns commands that take back a change that [Change] wrote for the text of a
// device: they are typed after it, and before the undoing of changes that were made
// earlier. What the text had before, such as an object of the same name, stays. Where the
// format has no such commands, or they need what only the device knows, the change comes
// back as a remark that says what to take out.
func Undo(name, text, change string) string {
	switch name {
	case "cisco_asa":
		return undoASA(text, change)
	case "cisco_ios", "cisco_nxos", "cisco_xr":
		return undoRouter(change)
	case "iptables":
		return undoIptables(change)
	}
	return remark("take out again:", change)
}

func remark(head, text string) string {
	return "# " + head + "\n# " + strings.ReplaceAll(text, "\n", "\n# ")
}

var (
	entryLine  = regexp.MustCompile(`^access-list (\S+)(?: line \d+)? (extended .*)$`)
	objectLine = regexp.MustCompile(`^object(?:-group)? \S+ \S+`)
)

// undoASA takes entries back by what they say, and then the objects that nothing had
// before.
func undoASA(text, change string) string {
	var entries, objects, moved []string
	for line := range strings.SplitSeq(change, "\n") {
		if m := entryLine.FindStringSubmatch(line); m != nil {
			entries = append(entries, "no access-list "+m[1]+" "+m[2])
		} else if head := objectLine.FindString(line); head != "" && !strings.Contains("\n"+text, "\n"+head) {
			objects = append([]string{"no " + head}, objects...)
		} else if strings.HasPrefix(line, "no access-list ") {
			moved = append(moved, "! was taken away, put it back where it was: "+strings.TrimPrefix(line, "no "))
		}
	}
	return strings.Join(append(append(entries, objects...), moved...), "\n")
}

var (
	listLine  = regexp.MustCompile(`^(?:ip(?:v4|v6)? access-list|ip access-list extended|ipv6 access-list) \S+( \S+)?$`)
	numbered  = regexp.MustCompile(`^\s+(?:\d+ )?((?:permit|deny) .*)$`)
	renumbers = regexp.MustCompile(`resequence`)
)

// undoRouter takes entries back by what they say: their numbers may have changed since.
func undoRouter(change string) string {
	var lines []string
	for line := range strings.SplitSeq(change, "\n") {
		switch m := numbered.FindStringSubmatch(line); {
		case m != nil:
			lines = append(lines, " no "+m[1])
		case renumbers.MatchString(line):
			lines = append(lines, "! the list has other numbers than before, which stay: "+strings.TrimSpace(line))
		case listLine.MatchString(line):
			lines = append(lines, line)
		case strings.TrimSpace(line) != "":
			lines = append(lines, "! take out again: "+strings.TrimSpace(line))
		}
	}
	return strings.Join(lines, "\n")
}

var insertLine = regexp.MustCompile(`^-[IA] (\S+)(?: \d+)? (.*)$`)

// undoIptables deletes rules by what they say.
func undoIptables(change string) string {
	var lines []string
	for line := range strings.SplitSeq(change, "\n") {
		if m := insertLine.FindStringSubmatch(line); m != nil {
			lines = append([]string{"-D " + m[1] + " " + m[2]}, lines...)
		} else if line != "" {
			lines = append(lines, "# take out again: "+line)
		}
	}
	return strings.Join(lines, "\n")
}
