package rulelist

import (
	"bytes"
	"fmt"
	"strconv"
)

// An entry is one rule object as it was written, before its values are judged.
type entry struct {
	index, line int
	// given has bit f set if the object has field f; only then is fields[f] valid.
	given  uint16
	fields [fieldCount]value
	// keyProblems are found while the object is read.
	keyProblems []keyProblem
}

type keyProblem struct {
	line int
	text string
}

// reset makes the entry ready for the next object.
func (e *entry) reset(index, line int) {
	e.index, e.line, e.given = index, line, 0
	e.keyProblems = e.keyProblems[:0]
}

// claim returns where to store the value of a key, or nil if the key is unknown or
// its field has been given before.
func (e *entry) claim(key []byte, line int) *value {
	f, ok := fieldOf(key)
	if !ok {
		e.keyProblems = append(e.keyProblems, keyProblem{line, unknownKey(string(key))})
		return nil
	}
	v := &e.fields[f]
	if e.given&(1<<f) != 0 {
		text := fmt.Sprintf("the key %q is given twice", key)
		if string(v.key) != string(key) {
			text = fmt.Sprintf("%s and %s are two names of one field; write one of them", v.key, key)
		}
		e.keyProblems = append(e.keyProblems, keyProblem{line, text})
		return nil
	}
	e.given |= 1 << f
	v.key, v.line, v.raw = key, line, nil
	return v
}

// get returns the value of a field, nil if the object has none.
func (e *entry) get(f field) *value {
	if e.given&(1<<f) == 0 {
		return nil
	}
	return &e.fields[f]
}

// quotedName names the rule in errors, if its name is a text.
func (e *entry) quotedName() string {
	v := e.get(fieldName)
	if v == nil {
		return ""
	}
	if items := v.read(nil); !v.list && items[0].kind == aString && items[0].text != "" {
		return fmt.Sprintf(" (%q)", items[0].text)
	}
	return ""
}

// A value is what a rule object has for one field: a scalar, or a list of scalars.
type value struct {
	key  []byte
	line int
	// raw is the value's JSON text, nil if list and items are already known.
	raw   []byte
	list  bool
	items []item // exactly one unless list
}

// An item is one scalar of a value.
type item struct {
	kind itemKind
	// text is the string, or the number as it was written.
	text string
	line int
}

type itemKind uint8

const (
	aString itemKind = iota
	aNumber
	aBoolean
	aNull
	aList
	anObject
)

// String names the kind with its article, for error messages.
func (k itemKind) String() string {
	return [...]string{"a string", "a number", "a boolean", "null", "a list", "an object"}[k]
}

// read returns the items, decoding JSON text into buffer; v.list is known after it.
func (v *value) read(buffer []item) []item {
	if v.raw != nil {
		v.list, v.items = decodeItems(v.raw, v.line, buffer)
	}
	return v.items
}

// plain returns the text of a JSON string that needs no decoding, nil for every
// other value.
func (v *value) plain() []byte {
	if len(v.raw) <= 2 || v.raw[0] != '"' || bytes.IndexByte(v.raw, '\\') >= 0 {
		return nil
	}
	return v.raw[1 : len(v.raw)-1]
}

// isEmpty reports whether the value, which has been read, is null or "", which
// mean the same as no value.
func (v *value) isEmpty() bool {
	return !v.list && (v.items[0].kind == aNull || v.items[0].kind == aString && v.items[0].text == "")
}

// itemOf makes an item of a value that was handed over.
func itemOf(v any) item {
	switch v := v.(type) {
	case nil:
		return item{kind: aNull}
	case string:
		return item{kind: aString, text: v}
	case bool:
		return item{kind: aBoolean, text: strconv.FormatBool(v)}
	case float64:
		return item{kind: aNumber, text: strconv.FormatFloat(v, 'f', -1, 64)}
	case []string, []any:
		return item{kind: aList}
	case map[string]any:
		return item{kind: anObject}
	}
	return item{kind: aNumber, text: fmt.Sprint(v)}
}
