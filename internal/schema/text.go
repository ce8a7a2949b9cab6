package schema

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Bounds of [Schema.Read]. Aliases may make a YAML text of a few bytes a value of any size:
// maxAliased is how many values there may be beyond one for each byte.
const (
	maxTextBytes = 64 << 20
	maxDepth     = 100
	maxAliased   = 1 << 20
)

// Read reads a text of JSON, or else of YAML, and checks it as [Schema.Check] does. A
// key that an object has twice is an error, where other readers keep the last and lose
// what the first one said; so is a merge key of YAML. Dates are texts. What is neither
// JSON nor YAML has an error that leads with the line: "line 3: problem".
func (s *Schema) Read(text string) (any, error) {
	data, repeated, err := dataOf(text)
	if err == nil && len(repeated) > 0 {
		err = s.listed(data, repeated)
	}
	if err == nil {
		err = s.Check(data)
	}
	return data, err
}

// dataOf also returns the keys that were there before.
func dataOf(text string) (data any, repeated []problem, err error) {
	if len(text) > maxTextBytes {
		return nil, nil, fmt.Errorf("has %d bytes; at most %d are accepted", len(text), maxTextBytes)
	}
	text = strings.TrimPrefix(text, "\ufeff")
	var at placed
	switch plain := strings.TrimSpace(text); {
	case plain == "":
		err = errEmpty
	case plain[0] == '{' || plain[0] == '[':
		data, err = decodeJSON(text, &at)
	default:
		data, err = decodeYAML(text, &at)
	}
	return data, at.repeated, err
}

var errEmpty = errors.New("line 1: is empty; write JSON or YAML")

// placed is where a reader is, and which keys it found twice.
type placed struct {
	place    []string
	repeated []problem
}

// key goes to a key of an object.
func (p *placed) key(object map[string]any, key string, line func() int) {
	p.place = append(p.place, key)
	if _, twice := object[key]; twice {
		p.repeated = append(p.repeated, problem{
			place: slices.Clone(p.place), text: fmt.Sprintf("is there twice, the second time in line %d; only one of them would count", line()),
		})
	}
}

func (p *placed) index(i int) { p.place = append(p.place, strconv.Itoa(i)) }

func (p *placed) back() { p.place = p.place[:len(p.place)-1] }

// A jsonReader reads values token by token.
type jsonReader struct {
	text    string
	decoder *json.Decoder
	at      *placed
}

func decodeJSON(text string, at *placed) (any, error) {
	r := jsonReader{text, json.NewDecoder(strings.NewReader(text)), at}
	r.decoder.UseNumber()
	v, err := r.value()
	if err != nil {
		return nil, err
	}
	if _, err := r.decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("line %d: something follows the end of the JSON text", r.line())
	}
	return v, nil
}

// line returns the line of the last token.
func (r *jsonReader) line() int {
	return 1 + strings.Count(r.text[:min(int(r.decoder.InputOffset()), len(r.text))], "\n")
}

func (r *jsonReader) token() (json.Token, error) {
	t, err := r.decoder.Token()
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = errors.New("the text ends too early; is it cut off?")
	}
	if err != nil {
		return nil, fmt.Errorf("line %d: is not JSON: %w", r.line(), err)
	}
	return t, nil
}

func (r *jsonReader) value() (any, error) {
	t, err := r.token()
	if err != nil {
		return nil, err
	}
	switch t := t.(type) {
	case json.Number:
		return r.number(t)
	case json.Delim:
		if len(r.at.place) == maxDepth {
			return nil, fmt.Errorf("line %d: is nested more than %d deep", r.line(), maxDepth)
		}
		if t == '[' {
			return r.list()
		}
		return r.object()
	}
	return t, nil
}

func (r *jsonReader) list() (any, error) {
	list := []any{}
	for r.decoder.More() {
		r.at.index(len(list))
		v, err := r.value()
		if err != nil {
			return nil, err
		}
		r.at.back()
		list = append(list, v)
	}
	_, err := r.token()
	return list, err
}

func (r *jsonReader) object() (any, error) {
	object := map[string]any{}
	for r.decoder.More() {
		t, err := r.token()
		if err != nil {
			return nil, err
		}
		key, _ := t.(string) // the decoder accepts nothing else
		r.at.key(object, key, r.line)
		if object[key], err = r.value(); err != nil {
			return nil, err
		}
		r.at.back()
	}
	_, err := r.token()
	return object, err
}

func (r *jsonReader) number(n json.Number) (any, error) {
	if i, err := n.Int64(); err == nil {
		return i, nil
	}
	f, err := n.Float64()
	if err != nil {
		return nil, fmt.Errorf("line %d: the number %s is too large", r.line(), n)
	}
	return f, nil
}

func decodeYAML(text string, at *placed) (any, error) {
	decoder := yaml.NewDecoder(bytes.NewReader([]byte(text)))
	var document, second yaml.Node
	if err := decoder.Decode(&document); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, errEmpty
		}
		return nil, notYAML(err)
	}
	switch err := decoder.Decode(&second); {
	case err == nil:
		return nil, fmt.Errorf("line %d: a second document starts; one text holds one", second.Line)
	case !errors.Is(err, io.EOF):
		return nil, notYAML(err)
	}
	r := yamlReader{maxAliased + len(text), at}
	return r.value(document.Content[0])
}

// notYAML turns "yaml: line 3: text" into "line 3: is not YAML: text".
func notYAML(err error) error {
	text := strings.TrimPrefix(err.Error(), "yaml: ")
	line := 1
	if n, _ := fmt.Sscanf(text, "line %d:", &line); n == 1 {
		_, text, _ = strings.Cut(text, ": ")
	}
	return fmt.Errorf("line %d: is not YAML: %s", line, text)
}

// A yamlReader reads values from nodes, as many as are left.
type yamlReader struct {
	left int
	at   *placed
}

func (r *yamlReader) value(n *yaml.Node) (any, error) {
	line := n.Line
	for n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	switch r.left--; {
	case r.left < 0:
		return nil, fmt.Errorf("line %d: aliases stand for too many values; write fewer of them out", line)
	case len(r.at.place) > maxDepth:
		return nil, fmt.Errorf("line %d: is nested more than %d deep", line, maxDepth)
	}
	switch n.Kind {
	case yaml.SequenceNode:
		list := make([]any, len(n.Content))
		for i, e := range n.Content {
			var err error
			r.at.index(i)
			if list[i], err = r.value(e); err != nil {
				return nil, err
			}
			r.at.back()
		}
		return list, nil
	case yaml.MappingNode:
		return r.object(n)
	}
	return scalar(n)
}

func (r *yamlReader) object(n *yaml.Node) (any, error) {
	object := make(map[string]any, len(n.Content)/2)
	for i := 0; i < len(n.Content); i += 2 {
		key := n.Content[i]
		for key.Kind == yaml.AliasNode {
			key = key.Alias
		}
		switch {
		case key.Kind != yaml.ScalarNode:
			return nil, fmt.Errorf("line %d: a key is not a text", n.Content[i].Line)
		case key.ShortTag() == "!!merge":
			return nil, fmt.Errorf("line %d: merge keys of YAML (<<) are not read; write the fields out", key.Line)
		}
		var err error
		r.at.key(object, key.Value, func() int { return n.Content[i].Line })
		if object[key.Value], err = r.value(n.Content[i+1]); err != nil {
			return nil, err
		}
		r.at.back()
	}
	return object, nil
}

func scalar(n *yaml.Node) (v any, err error) {
	switch n.ShortTag() {
	case "!!null":
		return nil, nil
	case "!!bool":
		var b bool
		err = n.Decode(&b)
		v = b
	case "!!int":
		var i int64
		if err = n.Decode(&i); err != nil {
			var f float64 // beyond 64 bits
			err = n.Decode(&f)
			v = f
			break
		}
		v = i
	case "!!float":
		var f float64
		if err = n.Decode(&f); math.IsNaN(f) || math.IsInf(f, 0) {
			err = errors.New("is no number of JSON")
		}
		v = f
	default:
		v = n.Value
	}
	if err != nil {
		return nil, fmt.Errorf("line %d: %q is not understood; write it in quotes", n.Line, n.Value)
	}
	return v, nil
}
