package policy

import (
	"fmt"
	"reflect"
	"slices"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"
)

// An objectType is a type of CEL with declared fields, so that a misspelled one is
// found when the expression is compiled.
type objectType struct {
	name   string
	celTyp *types.Type
	fields []field
}

type field struct {
	name string
	typ  *cel.Type
	// dims tells what of a product the value depends on.
	dims dims
	// get returns a ref.Val from the Go value of the object.
	get func(v any) (any, error)
	// has reports whether the value is set; nil means always.
	has func(v any) bool
}

func newObjectType(name string, fields ...field) *objectType {
	return &objectType{
		name: name, fields: fields,
		celTyp: types.NewObjectType(name, traits.IndexerType|traits.FieldTesterType),
	}
}

func (t *objectType) field(name string) (*field, bool) {
	i := slices.IndexFunc(t.fields, func(f field) bool { return f.name == name })
	if i < 0 {
		return nil, false
	}
	return &t.fields[i], true
}

func (t *objectType) fieldNames() []string {
	names := make([]string, len(t.fields))
	for i, f := range t.fields {
		names[i] = f.name
	}
	return names
}

// provider tells CEL of our types beside its own.
type provider struct {
	types.Provider
	objects map[string]*objectType
}

// FindStructType implements types.Provider.
func (p provider) FindStructType(name string) (*types.Type, bool) {
	if t, ok := p.objects[name]; ok {
		return types.NewTypeTypeWithParam(t.celTyp), true
	}
	return p.Provider.FindStructType(name)
}

// FindStructFieldNames implements types.Provider.
func (p provider) FindStructFieldNames(name string) ([]string, bool) {
	if t, ok := p.objects[name]; ok {
		return t.fieldNames(), true
	}
	return p.Provider.FindStructFieldNames(name)
}

// FindStructFieldType implements types.Provider.
func (p provider) FindStructFieldType(name, fieldName string) (*types.FieldType, bool) {
	t, ok := p.objects[name]
	if !ok {
		return p.Provider.FindStructFieldType(name, fieldName)
	}
	f, ok := t.field(fieldName)
	if !ok {
		return nil, false
	}
	return &types.FieldType{Type: f.typ, GetFrom: f.get, IsSet: f.isSet}, true
}

func (f *field) isSet(v any) bool { return f.has == nil || f.has(v) }

// An object is a value of one of our types. The Go value v is a pointer whose
// target may change between evaluations.
type object struct {
	typ *objectType
	v   any
}

// Value implements ref.Val.
func (o *object) Value() any { return o.v }

// Type implements ref.Val.
func (o *object) Type() ref.Type { return o.typ.celTyp }

// Equal implements ref.Val: an object equals itself alone.
func (o *object) Equal(other ref.Val) ref.Val {
	same, ok := other.(*object)
	return types.Bool(ok && same.v == o.v)
}

// ConvertToType implements ref.Val.
func (o *object) ConvertToType(t ref.Type) ref.Val {
	switch t {
	case types.TypeType:
		return o.typ.celTyp
	case o.typ.celTyp:
		return o
	}
	return types.NewErr("%s cannot be made a %s", o.typ.name, t.TypeName())
}

// ConvertToNative implements ref.Val.
func (o *object) ConvertToNative(t reflect.Type) (any, error) {
	return nil, fmt.Errorf("%s cannot be made a %s", o.typ.name, t)
}

// Get implements traits.Indexer, for an object whose type the checker lost in dyn().
func (o *object) Get(index ref.Val) ref.Val {
	f, err := o.find(index)
	if err != nil {
		return err
	}
	v, problem := f.get(o.v)
	if problem != nil {
		return types.WrapErr(problem)
	}
	return v.(ref.Val)
}

// IsSet implements traits.FieldTester.
func (o *object) IsSet(name ref.Val) ref.Val {
	f, err := o.find(name)
	if err != nil {
		return err
	}
	return types.Bool(f.isSet(o.v))
}

func (o *object) find(index ref.Val) (*field, ref.Val) {
	name, ok := index.(types.String)
	if !ok {
		return nil, types.MaybeNoSuchOverloadErr(index)
	}
	f, ok := o.typ.field(string(name))
	if !ok {
		return nil, types.NewErr("no such field %s", name)
	}
	return f, nil
}
