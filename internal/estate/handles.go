package estate

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// withHandles returns a source that shows the handles of rules, where a command lists the
// rules of nftables without them and rules are delivered: nft deletes a rule by nothing
// else. To be shown them changes nothing on the firewall. Other sources are as they were.
func withHandles(s *Source, d *DeliverConfig) *Source {
	if s == nil || s.Command == nil || d == nil {
		return s
	}
	args := handleArgs(s.Command.Args)
	if slices.Equal(args, s.Command.Args) {
		return s
	}
	source, command := *s, *s.Command
	command.Args = args
	source.Command = &command
	return &source
}

// nftList is a listing by nft at the end of a command line that is one argument, as ssh
// takes it.
var nftList = regexp.MustCompile(`^((?:.*[\s/])?nft)(\s+list\s+ruleset\s*)$`)

// handleArgs puts -a behind nft, where nothing but list and what is listed comes then.
func handleArgs(args []string) []string {
	for i, arg := range args {
		rest := args[i+1:]
		if filepath.Base(arg) == "nft" && len(rest) > 1 {
			n := slices.IndexFunc(rest, func(a string) bool { return !strings.HasPrefix(a, "-") })
			if n < 0 || rest[n] != "list" || slices.ContainsFunc(rest[:n], isSettled) {
				return args
			}
			return slices.Insert(slices.Clone(args), i+1, "-a")
		}
		if m := nftList.FindStringSubmatch(arg); m != nil && len(rest) == 0 {
			return append(slices.Clone(args[:i]), m[1]+" -a"+m[2])
		}
	}
	return args
}

// isSettled reports whether an option shows handles already, has nft write JSON, or takes
// an argument of its own.
func isSettled(option string) bool {
	return slices.Contains([]string{"--handle", "--json", "--file", "--includepath", "--define"}, option) ||
		!strings.HasPrefix(option, "--") && strings.ContainsAny(option, "ajfID")
}
