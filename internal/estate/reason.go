package estate

import (
	"fmt"
	"strings"
)

// Reason tells in one line what keeps the flow from being as wanted, "" for nothing.
func (f Found) Reason() string {
	if len(f.Missing) == 0 {
		return ""
	}
	m := f.Missing[0]
	text := lineOf(m.Sources, m.Destinations, m.Services) + "  "
	if m.Device != "" {
		text += m.Device + ": "
	}
	switch why, undecided := strings.CutPrefix(m.Reason, "indeterminate: "); {
	case m.BlockedBy == "":
		text += m.Reason
	case undecided: // the rule alone does not tell why
		text += why + ": " + m.BlockedBy
	default:
		text += m.BlockedBy
	}
	if n := len(f.Missing) - 1; n > 0 {
		text += fmt.Sprintf("  (+%d more)", n)
	}
	return text
}

func lineOf(sources, destinations, services []string) string {
	short := func(texts []string) string {
		if len(texts) > 2 {
			return fmt.Sprintf("%s, … (%d)", texts[0], len(texts))
		}
		return strings.Join(texts, ", ")
	}
	return fmt.Sprintf("%s -> %s %s", short(sources), short(destinations), short(services))
}
