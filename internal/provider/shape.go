package provider

import (
	datasource "github.com/hashicorp/terraform-plugin-framework/datasource/schema"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	resource "github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// A shape is the one definition of an object that is computed from a T: its attributes
// in the schemas of resources and of data sources, its type, and its values.
type shape[T any] []attribute[T]

// An attribute is one attribute of a shape.
type attribute[T any] struct {
	name  string
	kind  attr.Type
	value func(v T, of blanks) attr.Value

	resource   resource.Attribute
	datasource datasource.Attribute
}

// blanks says what an empty list becomes.
type blanks bool

// A resource leaves out what is empty, since a plan would show each empty list; data
// sources and functions have empty lists, which need no care where they are read.
const (
	blankNull  blanks = false
	blankEmpty blanks = true
)

// strings returns texts as a list.
func (b blanks) strings(texts []string) types.List {
	if len(texts) == 0 && b == blankNull {
		return types.ListNull(types.StringType)
	}
	return stringsList(texts)
}

// pasted returns texts for a device as a list.
func (b blanks) pasted(texts []string) types.List {
	if len(texts) == 0 && b == blankNull {
		return types.ListNull(types.StringType)
	}
	return pastedList(texts)
}

func textField[T any](name, text string, get func(T) types.String) attribute[T] {
	return attribute[T]{
		name, types.StringType, func(v T, _ blanks) attr.Value { return get(v) },
		resource.StringAttribute{Computed: true, MarkdownDescription: text}, datasource.StringAttribute{Computed: true, MarkdownDescription: text},
	}
}

func numberField[T any](name, text string, get func(T) types.Int64) attribute[T] {
	return attribute[T]{
		name, types.Int64Type, func(v T, _ blanks) attr.Value { return get(v) },
		resource.Int64Attribute{Computed: true, MarkdownDescription: text}, datasource.Int64Attribute{Computed: true, MarkdownDescription: text},
	}
}

func boolField[T any](name, text string, get func(T) bool) attribute[T] {
	return attribute[T]{
		name, types.BoolType, func(v T, _ blanks) attr.Value { return types.BoolValue(get(v)) },
		resource.BoolAttribute{Computed: true, MarkdownDescription: text}, datasource.BoolAttribute{Computed: true, MarkdownDescription: text},
	}
}

func textsField[T any](name, text string, get func(T) []string) attribute[T] {
	return textListField(name, text, blanks.strings, get)
}

// commandsField is a list of texts for a device.
func commandsField[T any](name, text string, get func(T) []string) attribute[T] {
	return textListField(name, text, blanks.pasted, get)
}

func textListField[T any](name, text string, list func(blanks, []string) types.List, get func(T) []string) attribute[T] {
	return attribute[T]{
		name, stringList, func(v T, b blanks) attr.Value { return list(b, get(v)) },
		resource.ListAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: text},
		datasource.ListAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: text},
	}
}

func listField[T, E any](name, text string, of shape[E], get func(T) []E) attribute[T] {
	return attribute[T]{
		name, types.ListType{ElemType: of.objectType()}, func(v T, b blanks) attr.Value { return of.list(get(v), b) },
		resource.ListNestedAttribute{Computed: true, MarkdownDescription: text, NestedObject: resource.NestedAttributeObject{Attributes: of.resource()}},
		datasource.ListNestedAttribute{Computed: true, MarkdownDescription: text, NestedObject: datasource.NestedAttributeObject{Attributes: of.datasource()}},
	}
}

// types returns the types of the attributes.
func (s shape[T]) types() map[string]attr.Type {
	out := make(map[string]attr.Type, len(s))
	for _, f := range s {
		out[f.name] = f.kind
	}
	return out
}

func (s shape[T]) objectType() types.ObjectType { return types.ObjectType{AttrTypes: s.types()} }

// resource returns the attributes for the schema of a resource.
func (s shape[T]) resource() map[string]resource.Attribute {
	out := make(map[string]resource.Attribute, len(s))
	for _, f := range s {
		out[f.name] = f.resource
	}
	return out
}

// datasource returns the attributes for the schema of a data source.
func (s shape[T]) datasource() map[string]datasource.Attribute {
	out := make(map[string]datasource.Attribute, len(s))
	for _, f := range s {
		out[f.name] = f.datasource
	}
	return out
}

func (s shape[T]) object(v T, b blanks) types.Object { return s.objectOf(s.types(), v, b) }

func (s shape[T]) objectOf(kinds map[string]attr.Type, v T, b blanks) types.Object {
	values := make(map[string]attr.Value, len(s))
	for _, f := range s {
		values[f.name] = f.value(v, b)
	}
	return types.ObjectValueMust(kinds, values)
}

func (s shape[T]) list(all []T, b blanks) types.List {
	kind := s.objectType()
	if len(all) == 0 && b == blankNull {
		return types.ListNull(kind)
	}
	out := make([]attr.Value, len(all))
	for i, v := range all {
		out[i] = s.objectOf(kind.AttrTypes, v, b)
	}
	return types.ListValueMust(kind, out)
}
