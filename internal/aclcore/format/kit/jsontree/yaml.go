package jsontree

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"go.yaml.in/yaml/v3"
)

// maxNodes bounds how many values the aliases of a YAML text may add.
const maxNodes = 1 << 20

// ParseYAML reads the documents of a YAML text as the values that JSON has. Errors are
// led by source and line. It refuses what JSON has not: keys that are no strings, a key
// that stands twice, tags of its own.
func ParseYAML(source string, content []byte) ([]Value, error) {
	if len(content) > MaxBytes {
		return nil, fmt.Errorf("%s: is %d MB long; at most %d MB are read", source, len(content)>>20, MaxBytes>>20)
	}
	decoder := yaml.NewDecoder(bytes.NewReader(content))
	y := &yamlReader{left: maxNodes + len(content)}
	var out []Value
	for {
		var n yaml.Node
		err := decoder.Decode(&n)
		switch {
		case errors.Is(err, io.EOF):
			return out, nil
		case err != nil:
			return nil, fmt.Errorf("%s: is not YAML: %w", source, err)
		}
		v, err := y.value(&n, 0)
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", source, y.line, err)
		}
		if v.Kind != Null {
			out = append(out, v)
		}
	}
}

type yamlReader struct {
	left int
	line int // of the node that is read
}

func (y *yamlReader) value(n *yaml.Node, depth int) (Value, error) {
	y.line = n.Line
	y.left--
	switch {
	case y.left < 0:
		return Value{}, errors.New("aliases add more values than are kept")
	case depth > MaxDepth:
		return Value{}, fmt.Errorf("is nested more than %d levels deep", MaxDepth)
	}
	switch n.Kind {
	case yaml.DocumentNode:
		return y.value(n.Content[0], depth+1)
	case yaml.AliasNode:
		return y.value(n.Alias, depth+1)
	case yaml.SequenceNode:
		v := Value{Line: n.Line, Kind: Array}
		for _, c := range n.Content {
			item, err := y.value(c, depth+1)
			if err != nil {
				return Value{}, err
			}
			v.Items = append(v.Items, item)
		}
		return v, nil
	case yaml.MappingNode:
		return y.object(n, depth)
	}
	return scalar(n)
}

func (y *yamlReader) object(n *yaml.Node, depth int) (Value, error) {
	v := Value{Line: n.Line, Kind: Object}
	seen := make(map[string]bool, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		y.line = key.Line
		switch {
		case key.Kind != yaml.ScalarNode || key.Tag == "!!merge":
			return Value{}, errors.New("a key is no string")
		case seen[key.Value]:
			return Value{}, fmt.Errorf("the key %q is there twice", key.Value)
		}
		seen[key.Value] = true
		item, err := y.value(n.Content[i+1], depth+1)
		if err != nil {
			return Value{}, err
		}
		v.Keys = append(v.Keys, key.Value)
		v.Items = append(v.Items, item)
	}
	return v, nil
}

func scalar(n *yaml.Node) (Value, error) {
	v := Value{Line: n.Line, Text: n.Value}
	switch n.Tag {
	case "!!str", "!!timestamp", "!!binary":
		v.Kind = String
	case "!!int", "!!float":
		v.Kind = Number
	case "!!bool":
		v.Kind = Bool
	case "!!null":
		return Value{Line: n.Line}, nil
	default:
		return Value{}, fmt.Errorf("the tag %s is not read", n.Tag)
	}
	return v, nil
}
