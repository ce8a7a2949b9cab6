package rulelist

import (
	"bytes"
	"fmt"
	"unicode/utf8"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// The formats that [Parse] reads.
const (
	JSON = "json"
	YAML = "yaml"
)

// Limits of one rule list. JSON is read in one pass over the text; YAML is held
// as a tree of about 30 times its size before it is read.
const (
	MaxRules     = 2_000_000
	MaxJSONBytes = 1 << 30
	MaxYAMLBytes = 32 << 20
)

// Parse reads a rule list in format [JSON] or [YAML]. The document has exactly one
// list, which has no name and denies by default.
//
// The error has one line "source:line: rule 3 ("name"): key: problem" for each
// of the first problems, and the number of the others.
func Parse(in device.Input, format string) (*device.Document, error) {
	b := newBuilder(func(e *entry, line int, key string) string {
		place := fmt.Sprintf("%s:%d: rule %d%s: ", in.Source, line, e.index+1, e.quotedName())
		if key == "" {
			return place
		}
		return place + key + ": "
	})
	var err error
	switch format {
	case JSON:
		err = parseJSON(in, b)
	case YAML:
		err = parseYAML(in, b)
	default:
		err = fmt.Errorf("%s: unknown format %q of a rule list; write json or yaml", in.Source, format)
	}
	if err != nil {
		b.problems.add(err.Error())
	}
	return b.document(format)
}

// document returns what was built as the only list of a document.
func (b *builder) document(format string) (*device.Document, error) {
	if err := b.problems.err(); err != nil {
		return nil, err
	}
	return &device.Document{Format: format, Lists: []device.List{{Rules: b.rules, Default: rule.Deny}}}, nil
}

// checkText refuses text that is too long, in another encoding than UTF-8, or
// empty.
func checkText(in device.Input, format string, limit int) error {
	content := in.Content
	if len(content) > limit {
		return fmt.Errorf("%s: is %d bytes long; a %s rule list may have %d: %s", in.Source, len(content), format, limit, tooLong[format])
	}
	if bytes.HasPrefix(content, []byte("\xff\xfe")) || bytes.HasPrefix(content, []byte("\xfe\xff")) {
		return fmt.Errorf("%s:1: is encoded in UTF-16; save it as UTF-8", in.Source)
	}
	if !utf8.Valid(content) {
		return fmt.Errorf("%s:%d: is not valid UTF-8; save the file as UTF-8", in.Source, invalidLine(content))
	}
	if len(bytes.TrimSpace(content)) == 0 {
		return fmt.Errorf("%s:1: is empty; write [] for a list without rules", in.Source)
	}
	return nil
}

var tooLong = map[string]string{
	JSON: "split it into several rulesets",
	YAML: "convert it to JSON, which is read without a tree in memory",
}

// invalidLine returns the line of the first byte that is not UTF-8.
func invalidLine(content []byte) int {
	line := 1
	for len(content) > 0 {
		r, size := utf8.DecodeRune(content)
		if r == utf8.RuneError && size == 1 {
			break
		}
		if r == '\n' {
			line++
		}
		content = content[size:]
	}
	return line
}
