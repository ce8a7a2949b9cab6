package cut

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Lines takes out the lines, and those that a line goes on with which ends in a
// backslash. Lines are counted from 1.
func Lines(content []byte, lines []int) ([]byte, error) {
	var out strings.Builder
	going := false
	n := 0
	for line := range strings.Lines(string(content)) {
		n++
		if going = going || has(lines, n); !going {
			out.WriteString(line)
		}
		going = going && strings.HasSuffix(strings.TrimRight(line, "\r\n"), `\`)
	}
	return []byte(out.String()), nil
}

// has reports whether the sorted lines hold n.
func has(lines []int, n int) bool {
	_, found := slices.BinarySearch(lines, n)
	return found
}

// Edits takes out blocks of FortiOS: "edit N" with all up to the "next" that ends it.
func Edits(content []byte, lines []int) ([]byte, error) {
	var out strings.Builder
	n, found, depth := 0, 0, 0
	for line := range strings.Lines(string(content)) {
		n++
		word, _, _ := strings.Cut(strings.TrimSpace(line), " ")
		if depth == 0 {
			if !has(lines, n) {
				out.WriteString(line)
				continue
			}
			if word != "edit" {
				return nil, fmt.Errorf("line %d begins no entry of a table", n)
			}
			found, depth = found+1, 1
			continue
		}
		switch word {
		case "config", "edit":
			depth++
		case "end", "next":
			depth--
		}
	}
	if depth > 0 || found < len(lines) {
		return nil, fmt.Errorf("entries of the table do not end")
	}
	return []byte(out.String()), nil
}

// commands are what a configuration in set commands says of a statement.
var commands = regexp.MustCompile(`^\s*(set|insert|deactivate|activate|annotate|move|rename) `)

// Commands takes out all commands for the statements that the lines are of. What head
// matches after the command is what they begin with.
func Commands(content []byte, lines []int, head *regexp.Regexp) ([]byte, error) {
	all := strings.SplitAfter(string(content), "\n")
	gone := make(map[string]bool)
	for _, n := range lines {
		if n > len(all) {
			return nil, fmt.Errorf("line %d is not in the text", n)
		}
		statement := commands.ReplaceAllString(strings.TrimRight(all[n-1], "\r\n"), "")
		found := head.FindString(statement + " ")
		if found == "" || statement == strings.TrimRight(all[n-1], "\r\n") {
			return nil, fmt.Errorf("line %d sets nothing of a rule", n)
		}
		gone[found] = true
	}
	out := slices.DeleteFunc(all, func(line string) bool {
		text := strings.TrimRight(line, "\r\n")
		statement := commands.ReplaceAllString(text, "")
		return statement != text && gone[head.FindString(statement+" ")]
	})
	return []byte(strings.Join(out, "")), nil
}
