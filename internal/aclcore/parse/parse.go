// Package parse reads rulesets in every language that is known: it detects the
// format, has the right parser read the text, and chooses one access list.
package parse

import (
	"fmt"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/config"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/parse/rulelist"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// Options say how to read a text and what to take from it.
type Options struct {
	// Name is what the user calls the ruleset, Source where the text is from.
	Name, Source string
	// Format is the language; empty means detected.
	Format string
	// ACL chooses one of several access lists; it may be empty where there is one.
	ACL string
	// Default and Stateless overrule what the format says, unless nil.
	Default   *rule.Action
	Stateless *bool
}

// Formats are the languages that [Parse] reads.
var Formats = []string{"json", "yaml"}

// Parse reads content and returns the chosen access list as a ruleset, and
// everything that was found in the text.
func Parse(content []byte, o Options) (*rule.Ruleset, *config.Document, error) {
	format := o.Format
	if format == "" {
		var err error
		if format, err = Detect(content); err != nil {
			return nil, nil, fmt.Errorf("%s: %w", o.Source, err)
		}
	}
	doc, err := rulelist.Parse(config.Input{Source: o.Source, Content: content}, format)
	if err != nil {
		return nil, nil, err
	}
	list := doc.Lists[0]
	rs := &rule.Ruleset{
		Name: o.Name, Source: o.Source, Format: doc.Format,
		Rules: list.Rules, Default: list.Default, Stateless: list.Stateless, Return: list.Return,
	}
	if o.Default != nil {
		rs.Default = *o.Default
	}
	if o.Stateless != nil {
		rs.Stateless = *o.Stateless
	}
	return rs, doc, nil
}

// Detect tells the language of content.
func Detect(content []byte) (string, error) {
	format, score := rulelist.Sniff(content)
	if score == 0 {
		return "", fmt.Errorf("the format of the text is not recognised; set format to one of %v", Formats)
	}
	return format, nil
}
