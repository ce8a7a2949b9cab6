package format

import "strings"

// Apply adds a change that [Change] wrote to the text of a device, so that both can be
// read again together, as the device has them once the commands are typed. It reports
// false for formats whose changes are no commands that stand in the device's own text: the
// entries of a rule list, and calls of a cloud's tools.
func Apply(name, text, change string) (string, bool) {
	switch name {
	case "cisco_ios", "cisco_nxos", "cisco_xr":
		text, change = reopened(text, change)
		if change == "" {
			return text, true
		}
		return before(text, change, lastLine(text)), true
	case "cisco_asa", "junos", "panos":
		return before(text, change, lastLine(text)), true
	case "fortios": // whose last line, end, closes a table
		return before(text, change, len(text)), true
	case "iptables":
		at := strings.Index(text, "*filter")
		if at < 0 {
			return text, false
		}
		commit := strings.Index(text[at:], "\nCOMMIT")
		if commit < 0 {
			return text, false
		}
		return before(text, change, at+commit+1), true
	case "nftables":
		lines := strings.Split(change, "\n")
		for i, line := range lines {
			lines[i] = strings.TrimPrefix(line, "nft ")
		}
		return before(text, strings.Join(lines, "\n"), len(text)), true
	}
	return text, false
}

// reopened puts the members that a change adds to object groups of the text into these, as
// a router has them afterwards, and returns the rest of the change.
func reopened(text, change string) (string, string) {
	var rest []string
	at := -1 // where members go in the text
	for line := range strings.SplitSeq(change, "\n") {
		if member := strings.HasPrefix(line, " "); !member {
			at = -1
			if head := strings.TrimRight(line, " "); strings.HasPrefix(head, "object-group ") {
				if i := strings.Index("\n"+text, "\n"+head+"\n"); i >= 0 {
					at = i + len(head) + 1
					continue
				}
			}
		} else if at >= 0 {
			text = text[:at] + line + "\n" + text[at:]
			at += len(line) + 1
			continue
		}
		rest = append(rest, line)
	}
	return text, strings.Join(rest, "\n")
}

func before(text, change string, at int) string {
	head := text[:at]
	if head != "" && !strings.HasSuffix(head, "\n") {
		head += "\n"
	}
	return head + change + "\n" + text[at:]
}

// lastLine is where a text ends for who adds to it: before a closing "end", as a router
// shows it.
func lastLine(text string) int {
	trimmed := strings.TrimRight(text, " \t\r\n")
	if at := strings.LastIndexByte(trimmed, '\n') + 1; trimmed[at:] == "end" || trimmed[at:] == ": end" {
		return at
	}
	return len(text)
}
