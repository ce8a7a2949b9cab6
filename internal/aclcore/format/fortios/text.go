package fortios

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/tree"
)

// A text is the tree of a configuration: tables below the words of their path, entries
// below their table, settings below their entry with their arguments as values.
type text struct {
	root    *tree.Node
	version string
	notes   []device.Note
	// factory says that the firewall has the services of the factory although the text has
	// services of its own.
	factory bool
}

// maxLevels bounds how deep config and edit are nested.
const maxLevels = 64

// maxCopied bounds the nodes that clone may make: clones of clones would multiply.
const maxCopied = 1 << 20

// A level is an open config or edit.
type level struct {
	node   *tree.Node
	config bool
	line   int
}

func (l level) String() string {
	if l.config {
		return "config " + l.node.Word
	}
	return "edit " + l.node.Word
}

// prompt is what the CLI of a FortiGate prints before a command: "FGT # " and "FGT
// (policy) $ ".
var prompt = regexp.MustCompile(`^[\w.-]+ (\([^()]*\) )?[#$] `)

// reader applies the commands of a text in order.
type reader struct {
	text
	source string
	open   []level
	// opened says that the last command was a config.
	opened bool
	// copied counts the nodes that clone made.
	copied int
}

// read returns the tree of the text. It returns an error, led by source and line, for
// config and edit that do not pair, since what they hold could be anybody's.
func read(source string, content []byte) (*text, error) {
	r := &reader{source: source, text: text{root: &tree.Node{Line: 1}}}
	r.open = []level{{node: r.root, config: true}}
	rest, number := strings.TrimPrefix(string(content), "\ufeff"), 0
	for more := true; more; {
		var line string
		line, rest, more = strings.Cut(rest, "\n")
		line = strings.TrimSpace(line)
		number++
		first := number
		if version, ok := strings.CutPrefix(line, "#config-version="); ok && r.version == "" {
			r.version = version
		}
		if line == "" || line[0] == '#' || line == "--More--" {
			continue
		}
		if strings.ContainsAny(line, "#$") {
			line = strings.TrimPrefix(line, prompt.FindString(line))
		}
		words, open := tree.Words(line)
		if open && more { // a text in quotes goes on
			var lines int
			words, rest, lines, open = quoted(line, rest)
			number, more = number+lines, rest != ""
		}
		if open {
			return nil, fmt.Errorf("%s:%d: a quote is not closed; is the file cut off?", source, first)
		}
		if err := r.command(first, words); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", source, first, err)
		}
	}
	if n := len(r.open); n > 1 {
		return nil, fmt.Errorf("%s:%d: %s is not ended; is the file cut off?", source, r.open[n-1].line, r.open[n-1])
	}
	return &r.text, nil
}

// quoted reads the words of a line with a quote that is closed on a later one of the rest,
// and returns how many lines it took from there.
func quoted(line, rest string) (words []string, left string, lines int, open bool) {
	for open = true; open && rest != ""; lines++ {
		end := strings.IndexByte(rest, '"')
		if end < 0 {
			return nil, "", lines + strings.Count(rest, "\n"), true
		}
		newline := strings.IndexByte(rest[end:], '\n')
		if newline < 0 {
			newline = len(rest) - end
		}
		part := rest[:end+newline]
		lines += strings.Count(part, "\n")
		rest = strings.TrimPrefix(rest[end+newline:], "\n")
		line += "\n" + part
		words, open = tree.Words(line)
	}
	return words, rest, lines, open
}

func (r *reader) command(line int, words []string) error {
	if len(words) == 0 {
		return nil
	}
	top := r.open[len(r.open)-1]
	verb, args := words[0], words[1:]
	switch {
	case verb == "config" && len(args) > 0:
		return r.begin(level{top.node.Put(line, args...), true, line})
	case verb == "edit" && !top.config:
		return fmt.Errorf("edit stands within %s, which has no next", top)
	case verb == "edit" && len(args) == 1 && strings.Contains(args[0], "\n"):
		return fmt.Errorf("the name of an entry is broken: %q", args[0])
	case verb == "edit" && len(args) == 1 && top.config && len(r.open) > 1:
		if len(args[0]) > 1 && args[0][0] == '0' && strings.HasPrefix(top.node.Word, "policy") {
			return fmt.Errorf("the number %s of a policy begins with 0", args[0])
		}
		return r.begin(level{top.node.Put(line, entryKey(line, top.node, args[0])), false, line})
	case verb == "next" && !top.config, verb == "end" && top.config && len(r.open) > 1:
		r.open = r.open[:len(r.open)-1]
	case verb == "end" && !top.config: // also ends the table
		r.open = r.open[:len(r.open)-2]
	case verb == "next" || verb == "end":
		return fmt.Errorf("there is %s with nothing to end", verb)
	case len(r.open) == 1 && (slices.Contains(verbs, verb) || strings.HasPrefix("config", verb) && len(args) > 1):
		return fmt.Errorf("%s stands outside of all tables; what follows may be policies", verb)
	case r.change(line, top, verb, args):
	case r.opened && len(r.open) > 1 && !slices.Contains(verbs, verb):
		return fmt.Errorf("config %s may go on here: %q is no command", top.node.Word, verb)
	default:
		r.unread(line, words, top.node)
	}
	r.opened = false
	return nil
}

// verbs are the words of commands for a table or an entry.
var verbs = words(`edit set select append unset delete move rename clone purge`)

// listed are tables of entries that are read, in which no setting stands outside of them.
var listed = words(`policy policy6 acl acl6 address address6 addrgrp addrgrp6 custom group vip vip6 vipgrp zone`)

// isBroken reports whether the value of a setting goes over lines, which only remarks do.
func isBroken(args []string) bool {
	return !slices.Contains([]string{"comment", "comments", "description", "buffer"}, args[0]) &&
		slices.ContainsFunc(args, func(word string) bool { return strings.Contains(word, "\n") })
}

// entryKey returns the key of the entry that edit opens: 0 asks for a new one, with the
// next free number.
func entryKey(line int, table *tree.Node, key string) string {
	if key == "0" && table.Get(key) != nil {
		return fmt.Sprintf("0 (line %d)", line)
	}
	return key
}

func (r *reader) begin(l level) error {
	if len(r.open) == maxLevels {
		return fmt.Errorf("is nested more than %d levels deep", maxLevels)
	}
	r.open = append(r.open, l)
	r.opened = l.config
	return nil
}

// change applies a command to the table or the entry that is open, and reports whether it
// could: some commands are for tables, and others for entries.
func (r *reader) change(line int, top level, verb string, args []string) bool {
	n := top.node
	ofTable := slices.Contains([]string{"delete", "move", "rename", "clone", "purge"}, verb)
	switch {
	case ofTable && !top.config, !ofTable && top.config && slices.Contains(listed, n.Word):
		return false
	case len(args) == 0:
		if verb == "purge" {
			n.Adopt(&tree.Node{})
		}
		return verb == "purge"
	case len(args) > 1 && (verb == "unset" || verb == "delete"), isBroken(args):
		return false
	case verb == "set", verb == "select":
		s := n.Put(line, args[0])
		s.Line, s.Values = line, args[1:]
	case verb == "append":
		s := n.Put(line, args[0])
		s.Values = slices.Concat(s.Values, args[1:])
	case verb == "unset":
		n.Delete(args[0])
	case verb == "delete":
		return n.Delete(args[0])
	case verb == "move" && len(args) == 3 && (args[1] == "before" || args[1] == "after"):
		return n.Move(args[0], args[2], args[1] == "after")
	case verb == "rename" && len(args) == 3 && args[1] == "to":
		return n.Rename(args[0], args[2])
	case verb == "clone" && len(args) == 3 && args[1] == "to" && n.Get(args[0]) != nil && n.Get(args[2]) == nil:
		original := n.Get(args[0])
		if r.copied += original.Size(); r.copied > maxCopied {
			return false
		}
		n.Put(line, args[2]).Adopt(original.Clone())
	default:
		return false
	}
	return true
}

// unreadMark begins the word of a line that was not read, where it stands.
const unreadMark = "? "

// unreadBelow says which line directly below the node was not read, "" if all were.
func unreadBelow(n *tree.Node) string {
	if why := n.Why(); len(why) > 0 {
		return why[0]
	}
	for _, s := range n.Active() {
		if line, ok := strings.CutPrefix(s.String(), `"`+unreadMark); ok {
			return "a line is not read: " + strings.Replace(line, `"`, "", 1)
		}
	}
	return ""
}

// unread keeps a line that is no command: as a setting without a meaning within an
// entry, which puts it in doubt, and as a note elsewhere.
func (r *reader) unread(line int, words []string, n *tree.Node) {
	if len(r.open) > 1 {
		if top := r.open[len(r.open)-1]; !top.config && slices.Contains([]string{"delete", "move", "rename", "clone", "purge"}, words[0]) {
			r.open[len(r.open)-2].node.Put(line, unreadMark+words[0]).Values = words[1:] // the entry may have ended before
		}
		n.Put(line, unreadMark+words[0]).Values = words[1:]
		return
	}
	if words[0] == "show" || words[0] == "get" || words[0] == "--More--" {
		return
	}
	r.notes = append(r.notes, device.Note{Line: line, Text: strings.Join(words, " "), Reason: "is no command that is read"})
}
