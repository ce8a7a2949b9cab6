package junos

import (
	"bytes"
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/tree"
)

// MaxBytes bounds a text: the tree of it takes about ten times as much memory.
const MaxBytes = 256 << 20

var (
	// noise are lines of a captured session that belong to no configuration.
	noise = regexp.MustCompile(`^\s*(\{(master|backup|primary|secondary|linecard)[^}]*\}(\[edit[^\]]*\])?|\[edit[^\]]*\]|[\w.-]+@[\w.-]+[>#%].*|(load|commit) complete|configuration check succeeds|(Entering|Exiting) configuration mode|logout|Connection to .* closed.*)\s*$`)
	// paging is what a terminal shows at the end of a page, and how it wipes that away.
	paging = regexp.MustCompile(`-{2,}\(more[^)\n]*\)-{2,}[ \t\r\x08]*`)
	// prompt is what the CLI prints before a command: "user@srx# ".
	prompt      = regexp.MustCompile(`^[\w.-]+@[\w.-]+[>#%] ?`)
	commandLine = regexp.MustCompile(`(?m)^([\w.-]+@[\w.-]+[>#%] ?)?(set|delete|deactivate|insert)[ \t]+\S`)
)

// read returns the tree of a text in either form, with groups applied, and lines that
// were not understood.
func read(source string, content []byte) (*tree.Node, []device.Note, error) {
	if len(content) > MaxBytes {
		return nil, nil, fmt.Errorf("%s: is %d MB long; at most %d MB are read", source, len(content)>>20, MaxBytes>>20)
	}
	content = bytes.TrimPrefix(content, []byte("\ufeff"))
	if bytes.Contains(content, []byte("(more")) {
		content = paging.ReplaceAll(content, nil)
	}
	if bytes.HasPrefix(bytes.TrimSpace(content), []byte("<")) {
		return nil, nil, fmt.Errorf("%s:1: is XML; write what show configuration prints, as it is or with | display set", source)
	}
	var root *tree.Node
	var notes []device.Note
	var err error
	if commandLine.Match(content[:min(len(content), sniffed)]) {
		root, notes, err = readCommands(source, content)
	} else {
		root, err = tree.Braces(source, withoutNoise(content))
	}
	if err != nil {
		return nil, nil, err
	}
	return root, notes, nil
}

// withoutNoise empties the lines of a captured session that belong to no configuration.
func withoutNoise(content []byte) []byte {
	lines := bytes.Split(content, []byte("\n"))
	for i, l := range lines {
		if noise.Match(l) {
			lines[i] = nil
		}
	}
	return bytes.Join(lines, []byte("\n"))
}

// readCommands applies the commands of a text in their order.
func readCommands(source string, content []byte) (*tree.Node, []device.Note, error) {
	root := &tree.Node{Line: 1}
	var notes []device.Note
	first := 0 // line of the first command
	lines := strings.Split(string(content), "\n")
	for i := 0; i < len(lines); i++ {
		number, line := i+1, strings.TrimRight(lines[i], "\r")
		line = strings.TrimSpace(strings.TrimPrefix(line, prompt.FindString(line)))
		if line == "" || strings.HasPrefix(line, "#") || noise.MatchString(line) {
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
		switch {
		case slices.Contains(ignored, words[0]):
		case command(root, number, words):
			first = cmp.Or(first, number)
		case slices.Contains(changing, words[0]):
			return nil, nil, fmt.Errorf("%s:%d: %q changes what the text does not have, or is not read; what follows would not be the device's configuration", source, number, line)
		case first > 0:
			return nil, nil, fmt.Errorf("%s:%d: %q is no command that is read: put it behind the line before it if a terminal has broken that", source, number, line)
		default:
			notes = append(notes, device.Note{Line: number, Text: line, Reason: "is no command that is read"})
		}
	}
	return root, notes, nil
}

var (
	// ignored are commands that change nothing of what filters.
	ignored = []string{"annotate", "protect", "unprotect", "show", "configure", "commit", "exit", "quit", "run", "top", "status", "save"}
	// changing are commands that change what others have set: a text with one that cannot
	// be applied is refused.
	changing = []string{"set", "delete", "deactivate", "activate", "insert", "rename", "copy", "replace", "load", "edit", "up", "wildcard", "rollback"}
)

// command applies a command, and reports whether it could.
func command(root *tree.Node, line int, words []string) bool {
	path := words[1:]
	n := len(path)
	if n == 0 {
		return false
	}
	switch words[0] {
	case "set":
		_, err := root.PutAll(line, path)
		return err == nil
	case "delete":
		return deletePath(root, path)
	case "deactivate", "activate":
		node := root.Get(path...)
		if node != nil {
			node.Inactive = words[0] == "deactivate"
		}
		return node != nil
	case "insert":
		return insert(root, path)
	case "rename", "copy":
		return renameOrCopy(root, line, path, words[0] == "copy")
	}
	return false
}

// deletePath deletes the end of a path, or each of a list in brackets there. What is not
// there needs no deletion.
func deletePath(root *tree.Node, path []string) bool {
	ends, n := path[len(path)-1:], len(path)-1
	if i := slices.Index(path, "["); i >= 0 {
		if path[n] != "]" || i == 0 {
			return false
		}
		ends, n = path[i+1:n], i
	}
	parent := root.Get(path[:n]...)
	for _, end := range ends {
		if parent != nil {
			parent.Delete(end)
		}
	}
	return true
}

// insert puts "PATH KIND NAME before KIND NAME": a term or a policy.
func insert(root *tree.Node, path []string) bool {
	i := slices.IndexFunc(path, func(w string) bool { return w == "before" || w == "after" })
	if i < 2 || len(path) != i+3 {
		return false
	}
	parent := root.Get(path[:i-1]...)
	return parent != nil && path[i-2] == path[i+1] && parent.Move(path[i-1], path[i+2], path[i] == "after")
}

func renameOrCopy(root *tree.Node, line int, path []string, isCopy bool) bool {
	i := slices.Index(path, "to")
	if i < 2 || len(path) != i+3 || path[i-2] != path[i+1] {
		return false
	}
	parent := root.Get(path[:i-1]...)
	switch {
	case parent == nil || parent.Get(path[i-1]) == nil || parent.Get(path[i+2]) != nil:
		return false
	case isCopy:
		parent.Put(line, path[i+2]).Adopt(parent.Get(path[i-1]).Clone())
		return true
	}
	return parent.Rename(path[i-1], path[i+2])
}
