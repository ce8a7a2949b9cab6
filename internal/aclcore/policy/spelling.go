package policy

import (
	"fmt"

	celast "github.com/google/cel-go/common/ast"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
)

// A spelling is the one way in which a field of a product is written, and what there
// is for those who mean more than a text.
type spelling struct {
	kind, instead string
	// write returns the text as the field has it.
	write func(text string) (string, error)
}

var addressSpelling = spelling{"address", "use within or overlaps", func(text string) (string, error) {
	l, err := addr.Parse(text)
	return addressText(l), err
}}

var spellings = map[string]spelling{
	"source":      addressSpelling,
	"destination": addressSpelling,
	"service": {"service", "use covers_service or overlaps_service", func(text string) (string, error) {
		l, err := service.Parse(text)
		return l.Set.String(), err
	}},
	"protocol": {"protocol", "", func(text string) (string, error) {
		l, err := service.Parse(text)
		return l.Describe().Protocol, err
	}},
}

// compared finds constants that a field of a product is compared with and never
// equals: product.service != "tcp/telnet" would hold for telnet too, which is
// "tcp/23".
func (l *linter) compared(field, with celast.Expr) {
	name, ok := l.isField(field)
	if !ok {
		return
	}
	s, ok := spellings[name]
	if !ok {
		return
	}
	for at, text := range constants(with) {
		switch right, err := s.write(text); {
		case err != nil && s.instead == "":
			l.report(at, fmt.Sprintf("product.%s is never %q, which is no %s; write its name, such as tcp, or any", name, text, s.kind))
		case err != nil:
			l.report(at, fmt.Sprintf("product.%s is never %q, which is no %s; %s", name, text, s.kind, s.instead))
		case right != text && s.instead == "":
			l.report(at, fmt.Sprintf("product.%s is never %q; write %q", name, text, right))
		case right != text:
			l.report(at, fmt.Sprintf("product.%s is never %q; write %q, or %s", name, text, right, s.instead))
		}
	}
}
