// Package tree holds configurations that are trees of words: Junos and PAN-OS, as
// commands, in braces and in XML, and FortiOS. A word that is read again under the
// same words is the same node, as "set a b" and "set a c" are two leaves of a, so that
// all the forms of one configuration give one tree. Every node knows its line.
package tree

import (
	"fmt"
	"slices"
	"strings"
)

// Node is one word of a configuration with what stands below it. The zero value is an
// empty tree. A nil *Node has no word and nothing below it.
type Node struct {
	Word string
	// Line is the 1-based line where the word is first read.
	Line int
	// Inactive says that the device does not apply the node and what is below it.
	Inactive bool
	// Repeated says that a text that is written out as a whole, XML or braces, begins
	// the node more than once: two things of one name, which no device prints. What is
	// below it is of all of them.
	Repeated bool
	// Nodes are in the order in which they were first read, each word once.
	Nodes []*Node
	// Values are the arguments of a setting whose words are no nodes, as FortiOS has
	// them ("set subnet 10.0.0.0 255.0.0.0"), where a word may stand twice.
	Values []string

	index map[string]*Node
}

// indexFrom is how many nodes are searched one by one.
const indexFrom = 8

// Get returns the node at the end of the words, nil if it is not there.
func (n *Node) Get(words ...string) *Node {
	for _, w := range words {
		if n = n.child(w); n == nil {
			return nil
		}
	}
	return n
}

// Applied is like [Node.Get], and returns nil where the device does not apply one of the
// nodes on the way.
func (n *Node) Applied(words ...string) *Node {
	for _, w := range words {
		if n = n.child(w); n == nil || n.Inactive {
			return nil
		}
	}
	return n
}

// Emptied reports whether there is something below the node, of which the device applies
// nothing.
func (n *Node) Emptied() bool { return n != nil && len(n.Nodes) > 0 && len(n.Active()) == 0 }

func (n *Node) child(word string) *Node {
	if n == nil {
		return nil
	}
	if n.index != nil {
		return n.index[word]
	}
	for _, c := range n.Nodes {
		if c.Word == word {
			return c
		}
	}
	return nil
}

// Put returns the node at the end of the words, and creates what is missing with the
// line.
func (n *Node) Put(line int, words ...string) *Node {
	for _, w := range words {
		c := n.child(w)
		if c == nil {
			c = &Node{Word: w, Line: line}
			n.Nodes = append(n.Nodes, c)
			switch {
			case n.index != nil:
				n.index[w] = c
			case len(n.Nodes) > indexFrom:
				n.reindex()
			}
		}
		n = c
	}
	return n
}

func (n *Node) reindex() {
	n.index = nil
	if len(n.Nodes) <= indexFrom {
		return
	}
	n.index = make(map[string]*Node, len(n.Nodes))
	for _, c := range n.Nodes {
		n.index[c.Word] = c
	}
}

// Delete takes the word and what is below it away, and reports whether it was there.
func (n *Node) Delete(word string) bool {
	i := n.at(word)
	if i < 0 {
		return false
	}
	n.Nodes = slices.Delete(n.Nodes, i, i+1)
	n.reindex()
	return true
}

// Rename gives the word another name in its place. It reports whether the word was
// there and the new name was free.
func (n *Node) Rename(word, to string) bool {
	c := n.child(word)
	if c == nil || n.child(to) != nil {
		return false
	}
	c.Word = to
	n.reindex()
	return true
}

// Move puts the word before the node before, or with after true behind it. It reports
// whether both were there.
func (n *Node) Move(word, other string, after bool) bool {
	c := n.child(word)
	if c == nil || n.child(other) == nil || word == other {
		return false
	}
	n.Nodes = slices.Delete(n.Nodes, n.at(word), n.at(word)+1)
	i := n.indexOf(other)
	if after {
		i++
	}
	n.Nodes = slices.Insert(n.Nodes, i, c)
	n.reindex()
	return true
}

// MoveToEnd puts the word first, or with last true last, and reports whether it was
// there.
func (n *Node) MoveToEnd(word string, last bool) bool {
	c := n.child(word)
	if c == nil {
		return false
	}
	n.Nodes = slices.Delete(n.Nodes, n.at(word), n.at(word)+1)
	if last {
		n.Nodes = append(n.Nodes, c)
	} else {
		n.Nodes = slices.Insert(n.Nodes, 0, c)
	}
	n.reindex()
	return true
}

// at returns where the word stands, -1 if it does not.
func (n *Node) at(word string) int {
	if n == nil || n.child(word) == nil {
		return -1
	}
	return n.indexOf(word)
}

func (n *Node) indexOf(word string) int {
	return slices.IndexFunc(n.Nodes, func(c *Node) bool { return c.Word == word })
}

// Clone returns a copy of the node and of all below it.
func (n *Node) Clone() *Node {
	c := *n
	c.Nodes = make([]*Node, len(n.Nodes))
	for i, child := range n.Nodes {
		c.Nodes[i] = child.Clone()
	}
	c.Values = slices.Clone(n.Values)
	c.reindex()
	return &c
}

// Same reports whether two nodes say the same, wherever they stand. Two that are not there
// do.
func (n *Node) Same(other *Node) bool {
	if n == nil || other == nil {
		return n == other
	}
	return n.Word == other.Word && n.Inactive == other.Inactive && n.Repeated == other.Repeated &&
		slices.Equal(n.Values, other.Values) && slices.EqualFunc(n.Nodes, other.Nodes, (*Node).Same)
}

// Size counts the node and all below it.
func (n *Node) Size() int {
	size := 1
	for _, c := range n.Nodes {
		size += c.Size()
	}
	return size
}

// Adopt gives the node all that is below the other one, which is not to be used any more.
func (n *Node) Adopt(other *Node) {
	n.Nodes, n.Values, n.index = other.Nodes, other.Values, other.index
}

// Active returns the nodes that the device applies; none for nil.
func (n *Node) Active() []*Node {
	if n == nil {
		return nil
	}
	if !slices.ContainsFunc(n.Nodes, func(c *Node) bool { return c.Inactive }) {
		return n.Nodes
	}
	return slices.DeleteFunc(slices.Clone(n.Nodes), func(c *Node) bool { return c.Inactive })
}

// Inactives returns the nodes that the device does not apply, though what they stand
// below it does; none for nil.
func (n *Node) Inactives() (out []*Node) {
	if n == nil {
		return nil
	}
	for _, c := range n.Nodes {
		if c.Inactive {
			out = append(out, c)
		}
	}
	return out
}

// Words returns the words below the node that the device applies.
func (n *Node) Words() []string {
	nodes := n.Active()
	words := make([]string, len(nodes))
	for i, c := range nodes {
		words[i] = c.Word
	}
	return words
}

// Text returns the only active word below the node. ok is false if there is none, or
// more than one.
func (n *Node) Text() (word string, ok bool) {
	nodes := n.Active()
	if len(nodes) != 1 {
		return "", false
	}
	return nodes[0].Word, true
}

// Value returns the word below the node at the end of the words, "" if there is none
// or more than one that the device applies.
func (n *Node) Value(words ...string) string {
	text, _ := n.Applied(words...).Text()
	return text
}

// DoubtWord is the word under which a reader of another format that builds a tree says why
// it is not sure of the node above it. No text has a word that begins like it.
const DoubtWord = "\x00doubts"

// Doubt adds a reason why it is not sure what the node is.
func (n *Node) Doubt(reasons ...string) {
	for _, why := range reasons {
		n.Put(n.Line, DoubtWord, why)
	}
}

// Why returns the reasons that [Node.Doubt] has added, none for nil.
func (n *Node) Why() []string {
	if n == nil || len(n.Nodes) == 0 {
		return nil
	}
	return n.Get(DoubtWord).Words()
}

// Others returns the active nodes whose words are none of known: what a reader that
// knows only those would overlook. Reasons of [Node.Doubt] are for [Node.Why].
func (n *Node) Others(known ...string) []*Node {
	return n.Besides(func(word string) bool { return slices.Contains(known, word) })
}

// Besides is [Node.Others] for words that a function knows, such as a long list of them.
func (n *Node) Besides(known func(word string) bool) []*Node {
	var out []*Node
	for _, c := range n.Active() {
		if c.Word != DoubtWord && !known(c.Word) {
			out = append(out, c)
		}
	}
	return out
}

// Known returns a function that knows the words of the lists, for [Node.Besides].
func Known(lists ...[]string) func(word string) bool {
	known := make(map[string]bool)
	for _, list := range lists {
		for _, word := range list {
			known[word] = true
		}
	}
	return func(word string) bool { return known[word] }
}

// maxShown is how many words of a node String writes.
const maxShown = 24

// String writes the node on one line, cut after some words, for messages and for the
// text of rules.
func (n *Node) String() string {
	words := n.appendWords(nil)
	if len(words) > maxShown {
		words = append(words[:maxShown], "…")
	}
	return strings.Join(words, " ")
}

func (n *Node) appendWords(out []string) []string {
	if n == nil || len(out) > maxShown || n.Word == DoubtWord {
		return out
	}
	if n.Word != "" {
		out = append(out, quoted(n.Word))
	}
	for _, v := range n.Values {
		out = append(out, quoted(v))
	}
	several := len(n.Nodes) > 1 && !slices.ContainsFunc(n.Nodes, func(c *Node) bool { return len(c.Nodes)+len(c.Values) > 0 })
	if several {
		out = append(out, "[")
	}
	for _, c := range n.Nodes {
		out = c.appendWords(out)
	}
	if several {
		out = append(out, "]")
	}
	return out
}

func quoted(word string) string {
	if word == "" || strings.ContainsAny(word, " \t\"") {
		return fmt.Sprintf("%q", word)
	}
	return word
}
