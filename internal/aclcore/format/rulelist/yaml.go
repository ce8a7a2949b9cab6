package rulelist

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
)

// parseYAML hands the rules of a YAML text to b.
func parseYAML(in device.Input, b *builder) error {
	if err := checkText(in, YAML, MaxYAMLBytes); err != nil {
		return err
	}
	decoder := yaml.NewDecoder(bytes.NewReader(in.Content))
	var document, second yaml.Node
	if err := decoder.Decode(&document); err != nil {
		if errors.Is(err, io.EOF) {
			return fmt.Errorf("%s:1: is empty; write [] for a list without rules", in.Source)
		}
		return notYAML(in, err)
	}
	if err := decoder.Decode(&second); !errors.Is(err, io.EOF) {
		if err != nil {
			return notYAML(in, err)
		}
		return fmt.Errorf("%s:%d: a second document starts; one file holds one rule list", in.Source, second.Content[0].Line)
	}
	r := yamlReader{b, len(in.Content) + maxAliased}
	if err := r.document(document.Content[0]); err != nil {
		return fmt.Errorf("%s:%w", in.Source, err)
	}
	return nil
}

// notYAML turns an error of the decoder, "yaml: line 3: text", into one of ours.
// Without a line it is about the first.
func notYAML(in device.Input, err error) error {
	text := strings.TrimPrefix(err.Error(), "yaml: ")
	line := 1
	if n, _ := fmt.Sscanf(text, "line %d:", &line); n == 1 {
		_, text, _ = strings.Cut(text, ": ")
	}
	return fmt.Errorf("%s:%d: is not YAML: %s", in.Source, line, text)
}

// maxAliased bounds the values that aliases add to those that are written, of which
// each takes a character at least.
const maxAliased = 1_000_000

// A yamlReader finds the rules in a tree of YAML nodes.
type yamlReader struct {
	builder *builder
	values  int // how many may still be read
}

// follow returns what an alias stands for, and other nodes as they are.
func follow(n *yaml.Node) *yaml.Node {
	for n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	return n
}

func yamlError(n *yaml.Node, format string, args ...any) error {
	return fmt.Errorf("%d: %s", n.Line, fmt.Sprintf(format, args...))
}

func (r *yamlReader) document(n *yaml.Node) error {
	if n = follow(n); n.Kind == yaml.MappingNode {
		list, err := wrappedYAML(n)
		if err != nil {
			return err
		}
		n = follow(list)
	}
	if n.Kind != yaml.SequenceNode {
		return yamlError(n, "is not a rule list; write a list of rules, or a mapping with the key \"rules\" that holds it")
	}
	if len(n.Content) > r.builder.maxRules {
		return yamlError(n, "has %d rules; at most %d are accepted", len(n.Content), r.builder.maxRules)
	}
	r.builder.expect(len(n.Content))
	var e entry
	for i, child := range n.Content {
		mapping := follow(child)
		if mapping.Kind != yaml.MappingNode {
			return yamlError(child, "rule %d is not a mapping of keys to values", i+1)
		}
		e.reset(i, child.Line)
		for k := 0; k < len(mapping.Content); k += 2 {
			r.field(&e, mapping.Content[k], mapping.Content[k+1])
		}
		if r.values < 0 {
			return yamlError(child, "aliases add more than %d values to the list; write a rule with all the addresses, or the list as JSON without aliases", maxAliased)
		}
		r.builder.add(&e)
	}
	return nil
}

// wrappedYAML returns what a mapping has under "rules". Beside it may stand
// "$schema", by which editors find the schema of the file.
func wrappedYAML(n *yaml.Node) (list *yaml.Node, err error) {
	for i := 0; i < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		switch {
		case key.Value == schemaKey && value.Kind == yaml.ScalarNode:
		case key.Value == schemaKey:
			return nil, yamlError(value, "\"$schema\" is not the address of a schema, a string")
		case list != nil:
			return nil, yamlError(key, "found the key %q beside \"rules\"; nothing else is read from the mapping", key.Value)
		case key.Value != "rules":
			return nil, yamlError(key, "%s", notTheRules([]byte(key.Value)))
		default:
			list = value
		}
	}
	if list == nil {
		return nil, yamlError(n, "the mapping has no key \"rules\"; it would hold the list")
	}
	return list, nil
}

func (r *yamlReader) field(e *entry, key, v *yaml.Node) {
	r.values -= 2
	line := key.Line
	if key = follow(key); key.Kind != yaml.ScalarNode {
		e.keyProblems = append(e.keyProblems, keyProblem{line, "a key is not a text; accepted are " + accepted})
		return
	}
	if target := e.claim([]byte(key.Value), v.Line); target != nil {
		target.list, target.items = r.items(v)
	}
}

func (r *yamlReader) items(v *yaml.Node) (list bool, items []item) {
	n := follow(v)
	if n.Kind != yaml.SequenceNode {
		return false, []item{yamlItem(n, v.Line)}
	}
	r.values -= len(n.Content)
	if r.values < 0 {
		return true, nil
	}
	items = make([]item, len(n.Content))
	for i, child := range n.Content {
		items[i] = yamlItem(follow(child), child.Line)
	}
	return true, items
}

// yamlItem reads a node as JSON would have it: dates are text, since JSON has no
// other way to write them, and so is everything that YAML's core schema does not
// take for something else.
func yamlItem(n *yaml.Node, line int) item {
	switch n.Kind {
	case yaml.SequenceNode:
		return item{aList, "", line}
	case yaml.MappingNode:
		return item{anObject, "", line}
	}
	switch n.ShortTag() {
	case "!!null":
		return item{aNull, "", line}
	case "!!bool":
		return item{aBoolean, n.Value, line}
	case "!!int", "!!float":
		return item{aNumber, n.Value, line}
	case "!!str", "!!timestamp":
		return item{aString, n.Value, line}
	}
	return item{anObject, "", line} // a tag of the user's own, or binary data
}
