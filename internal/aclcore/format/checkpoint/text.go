package checkpoint

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/jsontree"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/mark"
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
	// differing are uids that the text gives two contents.
	differing map[string]bool
	// whole says that rules have all of their keys, as answers of the API have.
	whole bool
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
	// others are other names that answers with the same uid have.
	others []string
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
	return take(source, values, true)
}

// take takes answers apart that have been read.
func take(source string, values []jsontree.Value, whole bool) (*export, error) {
	e := &export{source: source, whole: whole, objects: make(map[string]*jsontree.Value), byName: make(map[string][]string), differing: make(map[string]bool)}
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
		for i := range v.Get("access-layers").Items {
			if l := &v.Get("access-layers").Items[i]; l.Get("implicit-cleanup-action") != nil {
				e.answer(l, "", depth+1)
			}
		}
	case v.Get("rulebase") != nil && (isNAT(v) || key == "nat-rulebase"):
		e.nat = append(e.nat, rulesOf(v.Get("rulebase"), 0)...)
		if n, err := strconv.Atoi(orNone(v.Get("total")).Text); err == nil {
			e.natTotal = max(e.natTotal, n)
		}
	case v.Get("rulebase") != nil:
		e.addPage(v, 0)
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
			e.differing[uid] = e.differing[uid] || before != nil && differ(before, v)
			if before == nil || len(v.Keys) > len(before.Keys) {
				e.objects[uid] = v
			}
		}
	}
	for i := range v.Items {
		e.register(&v.Items[i], depth+1)
	}
}

// contents are the keys of objects that say what these stand for.
var contents = strings.Fields(`type ipv4-address ipv6-address subnet4 mask-length4 subnet6 mask-length6 ipv4-mask-wildcard ipv4-address-first ipv4-address-last
	ipv6-address-first ipv6-address-last port source-port icmp-type icmp-code ip-protocol match match-by-protocol-signature`)

// differ reports whether two objects have other contents under one key.
func differ(a, b *jsontree.Value) bool {
	return slices.ContainsFunc(contents, func(key string) bool {
		x, y := a.Get(key), b.Get(key)
		return x != nil && y != nil && (x.Kind != y.Kind || x.Text != y.Text)
	})
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

func (e *export) addPage(v *jsontree.Value, depth int) {
	l := e.layerOf(v)
	p := page{from: number(v, "from"), to: number(v, "to"), total: number(v, "total"), line: v.Line}
	items := v.Get("rulebase")
	for i := range items.Items {
		p.items = append(p.items, &items.Items[i])
	}
	l.pages = append(l.pages, p)
	if name := text(v, "name"); name != l.name {
		l.others = append(l.others, name)
	}
	for _, r := range rulesOf(items, 0) { // layers within their rules, as export-access-rulebase has them
		if inner := r.Get("inline-layer"); inner.Get("rulebase") != nil && depth < maxNesting {
			e.addPage(inner, depth+1)
		}
	}
}

// Scores of [Sniff].
const (
	certain  = 95
	probable = 60
)

// sniffed is how much of a text is looked at.
const sniffed = 1 << 18

var (
	ruleMarks   = mark.MustCompile(`"type"\s*:\s*"access-(rule|section)"|"objects-dictionary"\s*:|"access-rulebase"\s*:|"access-layers"\s*:`)
	objectMarks = mark.MustCompile(`"type"\s*:\s*"(CpmiAnyObject|RulebaseAction|service-(tcp|udp|group)|group-with-exclusion)"`)
)

// Sniff tells how sure it is that content are answers of the management API, from 0 to
// 100.
func Sniff(content []byte) int {
	head := content[:min(len(content), sniffed)]
	switch {
	case len(head) == 0 || !slices.Contains([]byte("[{ \t\r\n\xef"), head[0]):
	case ruleMarks.In(head):
		return certain
	case objectMarks.In(head):
		return probable
	}
	return 0
}
