package algosec

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"strings"
)

// decode reads the JSON of a reply into out.
func (c *connection) decode(r request, rep reply, out any) error {
	fail := func(format string, args ...any) error {
		return &Error{Method: r.method, Path: r.path, Status: rep.status, Message: clean(fmt.Sprintf(format, args...))}
	}
	kind, _, _ := mime.ParseMediaType(rep.header.Get("Content-Type"))
	if kind != "application/json" && !strings.HasSuffix(kind, "+json") {
		return fail("the reply is of type %q, not JSON: is url the address of the AlgoSec server?", kind)
	}
	if err := decodeJSON(rep.body, out); err != nil {
		return fail("%s", err)
	}
	return nil
}

// A checker is a reply that knows what it must hold.
type checker interface{ check() error }

// decodeJSON decodes one JSON value, which is not null, and checks it.
func decodeJSON(body []byte, out any) error {
	if string(bytes.TrimSpace(body)) == "null" {
		return errors.New("the reply is null, where a list or an object belongs")
	}
	if err := json.Unmarshal(body, out); err != nil {
		var (
			syntax *json.SyntaxError
			kind   *json.UnmarshalTypeError
		)
		switch {
		case errors.As(err, &kind):
			return fmt.Errorf("the reply is not as expected: %q is a JSON %s, where %s belongs", kind.Field, kind.Value, jsonKind(kind))
		case errors.As(err, &syntax) && syntax.Error() == "unexpected end of JSON input":
			return fmt.Errorf("the reply ends in the middle of the JSON, after %d bytes", len(body))
		case errors.As(err, &syntax):
			return fmt.Errorf("the reply is not valid JSON at byte %d: %w", syntax.Offset, syntax)
		}
		return fmt.Errorf("the reply cannot be read: %w", err)
	}
	if c, ok := out.(checker); ok {
		if err := c.check(); err != nil {
			return fmt.Errorf("the reply is not as expected: %w", err)
		}
	}
	return nil
}

func jsonKind(e *json.UnmarshalTypeError) string {
	switch e.Type.Kind().String() {
	case "slice", "array":
		return "a list"
	case "struct", "map":
		return "an object"
	case "string":
		return "a string"
	}
	return "a number"
}
