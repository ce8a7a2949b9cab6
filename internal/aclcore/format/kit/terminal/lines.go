package terminal

import (
	"iter"
	"net/netip"
	"strings"
)

// A Line is one command of a Cisco configuration.
type Line struct {
	Number int
	// Indented says that it belongs to the block above it.
	Indented bool
	// Indent is how many blanks stand before it.
	Indent int
	Text   string
}

// Commands yields the commands of a configuration: without prompts, comments and empty
// lines, and without what stands between the delimiters of a banner.
func Commands(text string) iter.Seq[Line] {
	return func(yield func(Line) bool) {
		banner := "" // the delimiter that ends it
		for number := 1; text != ""; number++ {
			line, rest, _ := strings.Cut(text, "\n")
			text = rest
			if banner != "" {
				if strings.Contains(line, banner) {
					banner = ""
				}
				continue
			}
			body := strings.TrimLeft(line, " \t")
			l := Line{number, len(body) < len(line), len(line) - len(body), strings.TrimRight(body, " \t\r")}
			if _, command, ok := CutPrompt(l.Text); ok && !l.Indented {
				l.Text = command
			}
			if strings.TrimSpace(l.Text) == "" || strings.IndexByte("!#:", l.Text[0]) >= 0 {
				continue
			}
			if !l.Indented && strings.HasPrefix(l.Text, "banner ") {
				banner = delimiter(l.Text)
				continue
			}
			if !yield(l) {
				return
			}
		}
	}
}

// delimiter returns what ends the banner that a line begins, empty if it ends there: a
// banner of an ASA is one line.
func delimiter(line string) string {
	words := strings.Fields(line)
	for _, w := range words[1:] {
		if strings.HasPrefix(w, "^C") {
			if strings.Count(line, "^C") > 1 {
				return ""
			}
			return "^C"
		}
	}
	if len(words) != 3 || len(words[2]) == 0 {
		return ""
	}
	end := words[2][:1]
	if c := end[0]; 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.Count(words[2], end) > 1 {
		return ""
	}
	return end
}

// Prefix reads an address with its mask, "10.0.0.1 255.255.255.0", or "10.0.0.1/24",
// from the first words; n is how many it took, 0 if there is none.
func Prefix(words []string) (p netip.Prefix, n int) {
	if len(words) == 0 {
		return p, 0
	}
	if p, err := netip.ParsePrefix(words[0]); err == nil {
		return p, 1
	}
	a, err := netip.ParseAddr(words[0])
	if err != nil || !a.Is4() || len(words) < 2 {
		return p, 0
	}
	bits, ok := maskBits(words[1])
	if !ok {
		return p, 0
	}
	return netip.PrefixFrom(a, bits), 2
}

// maskBits returns the length of a contiguous IPv4 mask.
func maskBits(text string) (int, bool) {
	mask, err := netip.ParseAddr(text)
	if err != nil || !mask.Is4() {
		return 0, false
	}
	bits, ended := 0, false
	for _, b := range mask.As4() {
		for i := 7; i >= 0; i-- {
			switch one := b>>i&1 == 1; {
			case one && ended:
				return 0, false
			case one:
				bits++
			default:
				ended = true
			}
		}
	}
	return bits, true
}
