package checkpoint

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/jsontree"
)

// An export is what the answers of a text hold.
type export struct {
	source   string
	layers   []*layer // in order of the text
	packages []pack
	nat      []*jsontree.Value // rules, in order
	natTotal int               // how many rules there are, as the answers say
	objects  map[string]*jsontree.Value
	byName   map[string][]string // uids of the objects of a name
}

// A layer is an access layer with its pages put together.
type layer struct {
	uid, name string
	line      int
	pages     []page
	// items are sections, rules and placeholders in order.
	items []*jsontree.Value
	// cleanup is the action where no rule matches, "" if the text does not say.
	cleanup string
}

// A page is one answer with a part of a rulebase.
type page struct {
	from, to, total int // 0 if it does not say
	items           []*jsontree.Value
	line            int
}

// pack is a policy package with its access layers in order.
type pack struct {
	name   string
	layers []string // uids or names
	line   int
}

// read takes the answers of a text apart. Errors are led by source and line.
func read(source string, content []byte) (*export, error) {
	values, err := jsontree.Parse(source, content)
	if err != nil {
		return nil, err
	}
	return take(source, values)
}

// take takes answers apart that have been read.
func take(source string, values []jsontree.Value) (*export, error) {
	e := &export{source: source, objects: make(map[string]*jsontree.Value), byName: make(map[string][]string)}
	for i := range values {
		e.answer(&values[i], "", 0)
	}
	for _, l := range e.layers {
		if err := l.join(source); err != nil {
			return nil, err
		}
	}
	return e, nil
}

// maxNesting bounds how deep answers are looked for.
const maxNesting = 8

// answer takes one answer, a list of them, or an object with named parts; key is the
// name that it stands under.
func (e *export) answer(v *jsontree.Value, key string, depth int) {
	switch {
	case v.Kind == jsontree.Array && depth < maxNesting:
		for i := range v.Items {
			e.answer(&v.Items[i], key, depth+1)
		}
		return
	case v.Kind != jsontree.Object:
		return
	}
	e.register(v, 0)
	switch {
	case v.Get("access-layers") != nil:
		e.addPackage(v)
	case v.Get("rulebase") != nil && (isNAT(v) || key == "nat-rulebase"):
		e.nat = append(e.nat, rulesOf(v.Get("rulebase"), 0)...)
		if n, err := strconv.Atoi(orNone(v.Get("total")).Text); err == nil {
			e.natTotal = max(e.natTotal, n)
		}
	case v.Get("rulebase") != nil:
		e.addPage(v)
	case v.Get("implicit-cleanup-action") != nil:
		e.layerOf(v).cleanup = v.Get("implicit-cleanup-action").Text
	case depth < maxNesting:
		for i := range v.Keys {
			e.answer(&v.Items[i], v.Keys[i], depth+1)
		}
	}
}

// isNAT reports whether a rulebase holds rules of address translation.
func isNAT(v *jsontree.Value) bool {
	for _, r := range rulesOf(v.Get("rulebase"), 0) {
		return text(r, "type") == "nat-rule" || r.Get("translated-source") != nil
	}
	return false
}

// rulesOf returns the rules of a rulebase without its sections.
func rulesOf(v *jsontree.Value, depth int) []*jsontree.Value {
	if v == nil || v.Kind != jsontree.Array || depth > maxNesting {
		return nil
	}
	var out []*jsontree.Value
	for i := range v.Items {
		if inner := v.Items[i].Get("rulebase"); inner != nil {
			out = append(out, rulesOf(inner, depth+1)...)
			continue
		}
		out = append(out, &v.Items[i])
	}
	return out
}

// register keeps every object with a uid: where one is told of twice, the fuller.
func (e *export) register(v *jsontree.Value, depth int) {
	if depth > 2*maxNesting {
		return
	}
	if v.Kind == jsontree.Object {
		if uid := text(v, "uid"); uid != "" && text(v, "type") != "" {
			before := e.objects[uid]
			if before == nil && text(v, "name") != "" {
				e.byName[text(v, "name")] = append(e.byName[text(v, "name")], uid)
			}
			if before == nil || len(v.Keys) > len(before.Keys) {
				e.objects[uid] = v
			}
		}
	}
	for i := range v.Items {
		e.register(&v.Items[i], depth+1)
	}
}

func text(v *jsontree.Value, key string) string {
	if got := v.Get(key); got != nil && got.Kind == jsontree.String {
		return got.Text
	}
	return ""
}

func number(v *jsontree.Value, key string) int {
	got := v.Get(key)
	if got == nil {
		return 0
	}
	n, err := strconv.Atoi(got.Text)
	if err != nil {
		return 0
	}
	return n
}

func (e *export) addPackage(v *jsontree.Value) {
	p := pack{name: text(v, "name"), line: v.Line}
	for i := range v.Get("access-layers").Items {
		l := &v.Get("access-layers").Items[i]
		p.layers = append(p.layers, cmp.Or(text(l, "uid"), text(l, "name"), l.Text))
	}
	e.packages = append(e.packages, p)
}

func (e *export) layerOf(v *jsontree.Value) *layer {
	uid, name := text(v, "uid"), text(v, "name")
	for _, l := range e.layers {
		if uid != "" && l.uid == uid || uid == "" && l.name == name {
			return l
		}
	}
	l := &layer{uid: uid, name: name, line: v.Line}
	e.layers = append(e.layers, l)
	return l
}

func (e *export) addPage(v *jsontree.Value) {
	l := e.layerOf(v)
	p := page{from: number(v, "from"), to: number(v, "to"), total: number(v, "total"), line: v.Line}
	items := v.Get("rulebase")
	for i := range items.Items {
		p.items = append(p.items, &items.Items[i])
	}
	l.pages = append(l.pages, p)
}

// join puts the pages of a layer in order. Pages that are missing would be rules that
// are missing: the text is refused.
func (l *layer) join(source string) error {
	slices.SortStableFunc(l.pages, func(a, b page) int { return a.from - b.from })
	next := 1
	for _, p := range l.pages {
		switch {
		case p.total > 0 && p.from > next:
			return fmt.Errorf("%s:%d: layer %q lacks its rules %d to %d: the text has to hold all pages of the answer", source, p.line, l.name, next, p.from-1)
		case p.total > 0 && p.from < next:
			continue // the same page again
		}
		l.items = append(l.items, p.items...)
		next = max(next, p.to+1)
	}
	for _, p := range l.pages {
		if p.total >= next {
			return fmt.Errorf("%s:%d: layer %q lacks its rules %d to %d: the text has to hold all pages of the answer", source, p.line, l.name, next, p.total)
		}
	}
	return nil
}

// Scores of [Sniff].
const (
	certain  = 95
	probable = 60
)

// sniffed is how much of a text is looked at.
const sniffed = 1 << 18

var (
	ruleMarks   = regexp.MustCompile(`"type"\s*:\s*"access-(rule|section)"|"objects-dictionary"\s*:|"access-rulebase"\s*:|"access-layers"\s*:`)
	objectMarks = regexp.MustCompile(`"type"\s*:\s*"(CpmiAnyObject|RulebaseAction|service-(tcp|udp|group)|group-with-exclusion)"`)
)

// Sniff tells how sure it is that content are answers of the management API, from 0 to
// 100.
func Sniff(content []byte) int {
	head := content[:min(len(content), sniffed)]
	switch {
	case len(head) == 0 || !slices.Contains([]byte("[{ \t\r\n\xef"), head[0]):
	case ruleMarks.Match(head):
		return certain
	case objectMarks.Match(head):
		return probable
	}
	return 0
}
