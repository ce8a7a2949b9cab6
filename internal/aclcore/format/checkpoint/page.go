package checkpoint

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/jsontree"
)

// join puts the pages of a layer in order. Pages or rules that are missing would be rules
// that nobody sees: the text is refused.
func (l *layer) join(source string) error {
	slices.SortStableFunc(l.pages, func(a, b page) int { return a.from - b.from })
	next := 1
	for i, p := range l.pages {
		switch {
		case len(l.others) > 0:
			return fmt.Errorf("%s:%d: the layers %q and %q have one uid", source, p.line, l.name, l.others[0])
		case p.total > 0 && p.from < 1:
			return fmt.Errorf("%s:%d: layer %q has an answer that does not say which rules it holds", source, p.line, l.name)
		case p.total > 0 && p.from > next:
			return l.lacks(source, p.line, next, p.from-1)
		case p.total != l.pages[0].total:
			return fmt.Errorf("%s:%d: layer %q has %d rules in one page and %d in another: it was changed while they were read; read them again", source, p.line, l.name, l.pages[0].total, p.total)
		case p.from == 0 && i > 0:
			return fmt.Errorf("%s:%d: layer %q has several answers that do not say which rules they hold", source, p.line, l.name)
		case p.total > 0 && p.from < next:
			if err := l.again(source, p); err != nil {
				return err
			}
			continue
		}
		if err := p.counted(source, l.name); err != nil {
			return err
		}
		l.items = append(l.items, p.items...)
		next = max(next, p.to+1)
	}
	if len(l.pages) > 0 && l.pages[0].total >= next {
		return l.lacks(source, l.pages[0].line, next, l.pages[0].total)
	}
	return l.numbered(source)
}

func (l *layer) lacks(source string, line, from, to int) error {
	return fmt.Errorf("%s:%d: layer %q lacks its rules %d to %d: the text has to hold all pages of the answer", source, line, l.name, from, to)
}

// rules returns the rules of a page without their sections.
func (p *page) rules() []*jsontree.Value {
	return rulesOf(&jsontree.Value{Kind: jsontree.Array, Items: values(p.items)}, 0)
}

// counted refuses a page that has not as many rules as it says.
func (p *page) counted(source, name string) error {
	rules := p.rules()
	if want := p.to - p.from + 1; p.to > 0 && len(rules) != want && !slices.ContainsFunc(rules, isPlaceholder) {
		return fmt.Errorf("%s:%d: layer %q says that its rules %d to %d are here, and has %d of them", source, p.line, name, p.from, p.to, len(rules))
	}
	return nil
}

func isPlaceholder(v *jsontree.Value) bool { return text(v, "type") == "placeholder" }

// again refuses a page whose rules are in the text already, but not as it has them.
func (l *layer) again(source string, p page) error {
	before := rulesOf(&jsontree.Value{Kind: jsontree.Array, Items: values(l.items)}, 0)
	for i, r := range p.rules() {
		at := p.from - 1 + i
		if at >= len(before) || text(before[at], "uid") != text(r, "uid") {
			return fmt.Errorf("%s:%d: layer %q has its rule %d twice, and not the same", source, p.line, l.name, at+1)
		}
	}
	return nil
}

// numbered refuses rules whose numbers leave some out, as answers with a filter have them.
// Behind a rule that may not be seen they are not known.
func (l *layer) numbered(source string) error {
	for i, r := range rulesOf(&jsontree.Value{Kind: jsontree.Array, Items: values(l.items)}, 0) {
		n, err := strconv.Atoi(orNone(r.Get("rule-number")).Text)
		switch {
		case isPlaceholder(r):
			return nil
		case err == nil && n != i+1:
			return fmt.Errorf("%s:%d: layer %q has rule %d in place of its rule %d: the text has to hold all rules, without a filter, in their order", source, r.Line, l.name, n, i+1)
		}
	}
	return nil
}
