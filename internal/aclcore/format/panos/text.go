package panos

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/tree"
)

// MaxBytes bounds a text: the tree of it takes about ten times as much memory.
const MaxBytes = 256 << 20

// read returns the tree of a text in any of the three forms, and lines that were not
// understood.
func read(source string, content []byte) (*tree.Node, []device.Note, error) {
	if len(content) > MaxBytes {
		return nil, nil, fmt.Errorf("%s: is %d MB long; at most %d MB are read", source, len(content)>>20, MaxBytes>>20)
	}
	content = bytes.TrimPrefix(content, []byte("\ufeff"))
	switch formOf(content) {
	case formXML:
		root, err := tree.XML(source, content)
		return root, nil, err
	case formBraces:
		root, err := tree.Braces(source, content)
		return root, nil, err
	}
	return readCommands(source, content)
}

// The forms of a text.
const (
	formXML = iota
	formBraces
	formCommands
)

var (
	commandLine = regexp.MustCompile(`(?m)^([\w.@-]+[>#] )?(set|delete|move|rename) \S`)
	braceLine   = regexp.MustCompile(`(?m)\{\s*$`)
)

func formOf(content []byte) int {
	head := bytes.TrimSpace(content[:min(len(content), sniffed)])
	switch {
	case bytes.HasPrefix(head, []byte("<")):
		return formXML
	case !commandLine.Match(head) && braceLine.Match(head):
		return formBraces
	}
	return formCommands
}

// scalar are the last words but one of commands that give one value: a later command
// takes the place of an earlier one. ofRoute are those that do so in a static route, and
// are lists elsewhere.
var (
	scalar = strings.Fields(`action disabled negate-source negate-destination rule-type schedule description ip-netmask ip-range ip-wildcard fqdn
	port source-port filter translated-port nexthop ip-address metric log-setting parent-dg`)
	ofRoute = []string{"destination", "interface"}
)

// isScalar reports whether the last word of a path is the only one of its element.
func isScalar(path []string) bool {
	n := len(path)
	switch {
	case n < 3:
		return false
	case slices.Contains(ofRoute, path[n-2]):
		return slices.Contains(path, "static-route") || path[n-3] == "interface-address"
	case path[n-2] == "port" && path[n-3] == "default": // of an application
		return false
	}
	return slices.Contains(scalar, path[n-2])
}

// ignored are commands of a captured session that change nothing.
var ignored = regexp.MustCompile(`^(configure|exit|quit|(show|commit|validate|check|save|run|find)( .*)?|set cli .*|--more--)$`)

// within finds a command that stands behind something else on a line, such as a pager's
// mark.
var within = regexp.MustCompile(`(set|delete|move|rename) (shared|vsys|device-group|policy|(pre-|post-)?rulebase|address|address-group|service|service-group|zone|application|application-group|region|external-list) `)

// prompt is what the CLI prints before a command: "admin@fw# ".
var prompt = regexp.MustCompile(`^[\w.-]+@[\w.-]+(\([\w-]+\))?[>#] ?`)

// readCommands applies the commands of a text in their order.
func readCommands(source string, content []byte) (*tree.Node, []device.Note, error) {
	root := &tree.Node{Line: 1}
	var notes []device.Note
	var last []string // the command right above
	lines := strings.Split(string(content), "\n")
	for i := 0; i < len(lines); i++ {
		number, line := i+1, strings.TrimRight(lines[i], "\r")
		line = strings.TrimSpace(strings.TrimPrefix(line, prompt.FindString(line)))
		if line == "" || strings.HasPrefix(line, "#") || strings.HasPrefix(line, "[edit") || ignored.MatchString(line) {
			last = nil
			continue
		}
		words, open := tree.Words(line)
		for open && i+1 < len(lines) { // a text in quotes goes on
			i++
			line += "\n" + lines[i]
			words, open = tree.Words(line)
		}
		if open {
			return nil, nil, fmt.Errorf("%s:%d: a quote is not closed; is the file cut off?", source, number)
		}
		if command(root, number, words) {
			last = words
			continue
		}
		broken := brokenBy(root, last, words)
		if isChange(words) || within.MatchString(line) || len(last) > 0 && broken == nil {
			return nil, nil, fmt.Errorf("%s:%d: %q changes what the text does not have, or is not read; the rules after it would not be those of the firewall", source, number, line)
		}
		if broken != nil {
			broken.Doubt(fmt.Sprintf("line %d is not read: %s", number, line))
		}
		last = nil
		notes = append(notes, device.Note{Line: number, Text: line, Reason: "is no command that is read"})
	}
	return root, notes, nil
}

// isChange reports whether the words are a command that changes something, or the start of
// the word for one: the CLI takes words that are cut short.
func isChange(words []string) bool {
	return slices.ContainsFunc(changing, func(verb string) bool {
		return words[0] == verb || len(words) > 2 && words[0] != "" && strings.HasPrefix(verb, words[0])
	})
}

// brokenBy returns what is in doubt because the command above a line may go on in it: a
// rule, an object, or a part of the text that has neither. It is nil where it may be
// anything.
func brokenBy(root *tree.Node, last, line []string) *tree.Node {
	if len(last) < 2 || last[0] != "set" || slices.ContainsFunc(line, func(word string) bool { return word == "rules" || strings.HasSuffix(word, "rulebase") }) {
		return nil
	}
	if n := root.Get(last[1]); slices.Contains(elsewhere, last[1]) {
		return n
	}
	n := root
	for i, word := range last[1:] {
		if n = n.Get(word); n == nil {
			return nil
		}
		if i > 0 && slices.Contains(entityTables, last[i]) {
			return n
		}
	}
	return nil
}

// elsewhere are parts of a text that hold no rules and no objects of rules.
var elsewhere = strings.Fields(`network mgt-config template template-stack plugins`)

// entityTables are the tables of rules and objects.
var entityTables = strings.Fields(`rules address address-group service service-group application application-group external-list region`)

// changing are commands that change what others have set: a text with one that cannot
// be applied is refused.
var changing = []string{"set", "delete", "move", "rename", "copy", "clone", "override", "edit", "load", "replace", "revert", "top", "up"}

// command applies a command, and reports whether it could.
func command(root *tree.Node, line int, words []string) bool {
	path := words[1:]
	n := len(path)
	switch {
	case n == 0:
		return false
	case words[0] == "set":
		for _, leaf := range leaves(path) {
			if !set(root, line, leaf) {
				return false
			}
		}
		return true
	case words[0] == "delete":
		return remove(root, path)
	case words[0] == "move" && n > 1 && (path[n-1] == "top" || path[n-1] == "bottom"):
		parent := root.Get(path[:n-2]...)
		return parent != nil && parent.MoveToEnd(path[n-2], path[n-1] == "bottom")
	case words[0] == "move" && n > 2 && (path[n-2] == "before" || path[n-2] == "after"):
		parent := root.Get(path[:n-3]...)
		return parent != nil && parent.Move(path[n-3], path[n-1], path[n-2] == "after")
	case words[0] == "rename" && n > 2 && path[n-2] == "to":
		parent := root.Get(path[:n-3]...)
		return parent != nil && parent.Rename(path[n-3], path[n-1])
	}
	return false
}

// remove takes away what stands at the path, or the members of a list in brackets. What is
// not there needs no deletion, but where the path is that of another kind of firewall: what
// it means stands under another path then.
func remove(root *tree.Node, path []string) bool {
	names := path[len(path)-1:]
	at := path[:len(path)-1]
	if i := slices.Index(path, "["); i > 0 {
		if path[len(path)-1] != "]" {
			return false
		}
		at, names = path[:i], path[i+1:len(path)-1]
	}
	if other := root.Get("rulebase") != nil; path[0] == "vsys" && other || path[0] == "rulebase" && !other && root.Get("vsys") != nil {
		return false
	}
	if parent := root.Get(at...); parent != nil {
		for _, name := range names {
			parent.Delete(name)
		}
	}
	return true
}

// set puts one value, or a list of them, at its path.
func set(root *tree.Node, line int, path []string) bool {
	if n := len(path); isScalar(path) {
		if parent := root.Get(path[:n-1]...); parent != nil {
			parent.Adopt(&tree.Node{})
		}
	}
	_, err := root.PutAll(line, path)
	return err == nil
}
