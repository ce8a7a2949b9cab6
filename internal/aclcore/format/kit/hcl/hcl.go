// Package hcl writes resources of Terraform.
package hcl

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2/hclwrite"
)

// A Block collects the arguments and blocks of a resource, in order.
type Block struct{ b strings.Builder }

// Set sets an argument to an expression; "" leaves it out.
func (b *Block) Set(name, expression string) {
	if expression != "" {
		fmt.Fprintf(&b.b, "%s = %s\n", name, expression)
	}
}

// Text sets an argument to a string, unless it is "".
func (b *Block) Text(name, text string) {
	if text != "" {
		b.Set(name, Quote(text))
	}
}

// Block adds a nested block, which build fills.
func (b *Block) Block(name string, build func(b *Block)) {
	inner := &Block{}
	build(inner)
	fmt.Fprintf(&b.b, "%s {\n%s}\n", name, inner.b.String())
}

// String returns what is in the block.
func (b *Block) String() string { return b.b.String() }

// Object returns an object that build fills, as an expression of several lines.
func Object(build func(b *Block)) string {
	b := &Block{}
	build(b)
	return "{\n" + b.b.String() + "}"
}

// Resource writes a resource as terraform fmt does.
func Resource(kind, name string, build func(b *Block)) string {
	b := &Block{}
	build(b)
	return Format(fmt.Sprintf("resource %q %q {\n%s}", kind, name, b.b.String()))
}

// Format formats a text as terraform fmt does, without a line break at its end.
func Format(text string) string {
	return strings.TrimRight(string(hclwrite.Format([]byte(text))), "\n")
}

// Name makes a name for a resource of words: letters, digits, underscores and dashes.
func Name(words ...string) string {
	name := strings.Map(func(c rune) rune {
		switch {
		case '0' <= c && c <= '9', 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z':
			return c
		}
		return '_'
	}, strings.Join(words, "_"))
	if name == "" || '0' <= name[0] && name[0] <= '9' {
		return "r" + name
	}
	return name
}

// Quote writes a string literal.
func Quote(text string) string {
	text = strings.Map(func(c rune) rune {
		if c < ' ' && c != '\n' && c != '\t' || c == 0x7f {
			return -1
		}
		return c
	}, strings.ToValidUTF8(text, "\uFFFD"))
	return `"` + literal.Replace(text) + `"`
}

// literal escapes the characters that end a literal or start a template in it.
var literal = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\t", `\t`, "${", "$${", "%{", "%%{")

// List writes a list of strings.
func List(words ...string) string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = Quote(w)
	}
	return Expressions(out...)
}

// Expressions writes a list of expressions.
func Expressions(words ...string) string { return "[" + strings.Join(words, ", ") + "]" }

// Has reports whether one of the texts has the resource.
func Has(texts []string, kind, name string) bool {
	head := fmt.Sprintf("resource %q %q {", kind, name)
	return slices.ContainsFunc(texts, func(text string) bool { return strings.Contains(text, head) })
}

// Says reports whether one of the texts gives an argument the string.
func Says(texts []string, value string) bool {
	return slices.ContainsFunc(texts, func(text string) bool { return strings.Contains(text, "= "+Quote(value)+"\n") })
}
