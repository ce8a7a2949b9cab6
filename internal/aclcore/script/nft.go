package script

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// errNoHandles says what a listing of nftables lacks.
var errNoHandles = errors.New("nft deletes a rule by its handle, which the text does not show: read it with nft -a list ruleset")

// nftCommands writes lines for nft -f. What the writer writes is for a shell.
func nftCommands(text string, _ []Rule) (commands, touches []string) {
	for line := range strings.SplitSeq(text, "\n") {
		line, ok := strings.CutPrefix(line, "nft ")
		if ok {
			commands = append(commands, strings.NewReplacer(`'"`, `"`, `"'`, `"`).Replace(line))
		}
	}
	return commands, nil
}

var (
	nftHandle = regexp.MustCompile(` # handle (\d+)$`)
	nftPlace  = regexp.MustCompile(`^(\S+ \S+ \S+) index \d+`)
)

// removeNft deletes rules by their handles.
func removeNft(l *List, at []int) (commands []string, text string, err error) {
	all := lines(l.Text)
	for _, i := range at {
		r := &l.Rules.Rules[i]
		place, handle := nftPlace.FindStringSubmatch(r.Place), nftHandle.FindStringSubmatch(lineOf(all, r))
		if handle == nil {
			return nil, "", errNoHandles
		}
		if place == nil {
			return nil, "", fmt.Errorf("%s stands in no chain that is known", r)
		}
		commands = append(commands, "delete rule "+place[1]+" handle "+handle[1])
	}
	return commands, l.withoutLines(at), nil
}

// ShowsHandles reports whether a text of nftables has the handles of its rules.
func ShowsHandles(text string) bool {
	for line := range strings.Lines(text) {
		if nftHandle.MatchString(strings.TrimRight(line, "\r\n")) {
			return true
		}
	}
	return false
}
