// Package schema checks data against JSON schemas: those that the project
// publishes (package schemas), and schemas that users bring along.
//
// A schema is about structure. What an address or a service means is left to the
// parsers, which say more.
package schema

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/terraform-provider-acl/terraform-provider-acl/schemas"
)

// Schema is a compiled schema, safe for concurrent use.
type Schema struct {
	compiled *jsonschema.Schema
	// document is the text that was compiled, for the descriptions in it.
	document any
	// owner names what a place in the data belongs to, nil if the place says it all.
	owner func(data any, place []string) string
	// published is set for the schemas of the project.
	published bool
}

// The published schemas, compiled when they are first asked for.
var (
	rules     = sync.OnceValues(func() (*Schema, error) { return published(schemas.Rule, "") })
	asked     = sync.OnceValues(func() (*Schema, error) { return published(schemas.Rule, "#/$defs/asked") })
	result    = sync.OnceValues(func() (*Schema, error) { return published(schemas.Rule, "#/$defs/result") })
	inventory = sync.OnceValues(func() (*Schema, error) {
		s, err := published(schemas.Inventory, "")
		if err == nil {
			s.owner = owners
		}
		return s, err
	})
)

// Published reports whether the schema is one of the project's, which no text by
// itself fits.
func (s *Schema) Published() bool { return s.published }

// Rules returns the schema of rule lists and rules.
func Rules() (*Schema, error) { return rules() }

// Asked returns the schema of a rule that is handed to a function.
func Asked() (*Schema, error) { return asked() }

// Result returns the schema of a rule whose names are resolved.
func Result() (*Schema, error) { return result() }

// Inventory returns the schema of inventories.
func Inventory() (*Schema, error) { return inventory() }

func published(text []byte, pointer string) (*Schema, error) {
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	s, err := compile(document, pointer)
	if err == nil {
		s.published = true
	}
	return s, err
}

// Compile reads a schema that is given as a value: objects are map[string]any,
// lists []any. Without "$schema" it is of draft 2020-12. References lead to places
// in the schema itself; there are no others to follow.
func Compile(document any) (*Schema, error) {
	text, err := json.Marshal(document)
	if err != nil {
		return nil, err
	}
	// The numbers of a schema are json.Number for the compiler.
	if document, err = jsonschema.UnmarshalJSON(bytes.NewReader(text)); err != nil {
		return nil, err
	}
	switch document.(type) {
	case map[string]any, bool:
		return compile(document, "")
	}
	return nil, errors.New("is not an object; write a JSON schema")
}

// location names a schema without an $id of its own.
const location = root + "schema"

const root = "memory:///"

func compile(document any, pointer string) (*Schema, error) {
	c := jsonschema.NewCompiler()
	c.UseLoader(noLoader{})
	if err := c.AddResource(location, document); err != nil {
		return nil, readable(err)
	}
	compiled, err := c.Compile(location + pointer)
	if err != nil {
		return nil, readable(err)
	}
	return &Schema{compiled: compiled, document: document}, nil
}

// noLoader keeps a schema from reading files and addresses.
type noLoader struct{}

func (noLoader) Load(url string) (any, error) {
	return nil, fmt.Errorf("%s is not part of the schema; put what is referred to under $defs", strings.TrimPrefix(url, root))
}

// readable writes an error of the compiler on one line, without the name that the
// schema has only here.
func readable(err error) error {
	var invalid *jsonschema.SchemaValidationError
	if errors.As(err, &invalid) {
		var problems *jsonschema.ValidationError
		if errors.As(invalid.Err, &problems) {
			return fmt.Errorf("is not a JSON schema: %w", listed((&Schema{}).problems(problems)))
		}
	}
	return fmt.Errorf("is not a JSON schema: %s", strings.Join(strings.Fields(err.Error()), " "))
}

// Check returns what is wrong with data, made of nil, bool, string, numbers, []any
// and map[string]any. The error has a line for each place, "/src_ip/0: problem",
// with the place as a JSON pointer (RFC 6901), which is left out for the whole. In an
// inventory the names of application and flow come before it.
func (s *Schema) Check(data any) error {
	err := s.compiled.Validate(data)
	var invalid *jsonschema.ValidationError
	if !errors.As(err, &invalid) {
		return err
	}
	return s.listed(data, s.problems(invalid))
}

// listed is the function of this name, with the owner of each place.
func (s *Schema) listed(data any, problems []problem) error {
	for i := range problems {
		if s.owner != nil {
			problems[i].owner = s.owner(data, problems[i].place)
		}
	}
	return listed(problems)
}
