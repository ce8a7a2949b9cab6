package tfplan

import (
	"fmt"
	"slices"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/jsontree"
)

// The resources of Azure, Google Cloud, Kubernetes and Check Point are read by the readers
// of those formats: here they become objects in the shape of the vendor's own API, with
// the lines of the plan. What is not known before an apply becomes a doubt.

// object makes an object of an API, whose values stand on the line.
type object struct{ jsontree.Value }

func newObject(line int) *object {
	return &object{jsontree.Value{Line: line, Kind: jsontree.Object}}
}

// put sets a key.
func (o *object) put(key string, v jsontree.Value) *object {
	o.Keys, o.Items = append(o.Keys, key), append(o.Items, v)
	return o
}

// text sets a key to a string, unless it is "".
func (o *object) text(key, text string) *object {
	if text == "" {
		return o
	}
	return o.put(key, jsontree.Value{Line: o.Line, Kind: jsontree.String, Text: text})
}

// list sets a key to a list, unless it has no items.
func (o *object) list(key string, items []jsontree.Value) *object {
	if len(items) == 0 {
		return o
	}
	return o.put(key, jsontree.Value{Line: o.Line, Kind: jsontree.Array, Items: items})
}

// doubt says why it is not sure what the object is.
func (o *object) doubt(reasons ...string) *object {
	return o.list(jsontree.Doubts, texts(o.Line, reasons...))
}

// texts returns strings as values.
func texts(line int, words ...string) []jsontree.Value {
	out := make([]jsontree.Value, len(words))
	for i, w := range words {
		out[i] = jsontree.Value{Line: line, Kind: jsontree.String, Text: w}
	}
	return out
}

// attributes reads the attributes of one rule. What of them is not known, or not
// understood, it keeps.
type attributes struct {
	r    *reader
	res  *resource
	w    view
	line int
	// wide asks for what the rule may match at most, in place of what it surely matches.
	wide bool
	// all says that the rule has an attribute that is not understood, which may widen it:
	// with wide, every attribute is then as if it were not known.
	all bool
	// strange are reasons why attributes are not understood.
	strange []string
	// known are the attributes that were asked for.
	known []string
	// open are reasons why nothing of the rule is sure, partly why some of it is not.
	open, partly []string
}

// text returns a string, a number or a truth value as text, "" where it is null or not
// known.
func (a *attributes) text(key string) string {
	a.known = append(a.known, key)
	v := a.w.get(key)
	switch {
	case v.isUnknown():
		a.open = append(a.open, afterApply(key))
	case !v.value.IsNull() && (v.value.Kind == jsontree.Array || v.value.Kind == jsontree.Object):
		a.open = append(a.open, fmt.Sprintf("%s is %s, which is not understood", key, v.value.Kind))
	case !v.value.IsNull():
		return v.value.Text
	}
	return ""
}

// defaulted is like text for an attribute that the provider fills in: one that the
// configuration does not give is the default while the resource is being created.
func (a *attributes) defaulted(key, value string) string {
	if a.fillsIn(key) {
		a.known = append(a.known, key)
		return value
	}
	return a.text(key)
}

// fillsIn reports whether the provider will fill in an attribute of a resource that is
// created, since the configuration does not give it.
func (a *attributes) fillsIn(key string) bool {
	return a.isTop() && a.w.get(key).isUnknown() && a.r.startsEmpty(a.res, key)
}

// isTop reports whether the attributes are those of the resource and not of a block.
func (a *attributes) isTop() bool { return a.w.value != nil && a.w.value == a.res.values.value }

// words returns the strings of a list. open says that there may be others: the caller
// leaves the attribute out, or as wide as it can be. It is only said when wide is asked
// for; else the others are left out.
func (a *attributes) words(key string) (words []string, open bool) {
	a.known = append(a.known, key)
	list := a.w.get(key)
	if list.isUnknown() {
		a.open = append(a.open, afterApply(key))
		return nil, a.wide
	}
	values, more := a.r.strings(a.w, key)
	if a.all {
		return nil, true
	}
	for _, v := range values {
		words = append(words, v.Text)
	}
	switch {
	case !more:
		return words, false
	case len(words) == 0:
		a.open = append(a.open, afterApply(key))
	default:
		a.partly = append(a.partly, afterApply("a value of "+key))
	}
	return words, a.wide
}

// ids returns the ids of resources in a list, or the addresses of those that the plan
// creates, where the configuration leads to them.
func (a *attributes) ids(key string) (ids []string, open bool) {
	if a.w.get(key).isUnknown() || len(a.w.get(key).items()) == 1 && a.w.get(key).items()[0].value.IsNull() {
		if address := a.r.configuration.targetOf(a.res, key, "id", "self_link", "name"); address != "" && a.isTop() {
			a.known = append(a.known, key)
			return []string{address}, false
		}
	}
	return a.words(key)
}

// blocks returns the blocks or objects of an attribute. open says that there may be others,
// and only where wide is asked for.
func (a *attributes) blocks(key string) (blocks []view, open bool) {
	a.known = append(a.known, key)
	list := a.w.get(key)
	if list.isUnknown() {
		a.open = append(a.open, afterApply(key))
		return nil, a.wide
	}
	if a.all {
		return nil, true
	}
	if list.value != nil && list.value.Kind == jsontree.Object {
		return []view{list}, false
	}
	for _, item := range list.items() {
		if item.isUnknown() || item.value.IsNull() {
			a.open = append(a.open, afterApply("a block "+key))
			open = a.wide
			continue
		}
		blocks = append(blocks, item)
	}
	return blocks, open
}

// within reads a block of the same rule: what is not known of it is not known of the rule.
func (a *attributes) within(w view, read func(b *attributes)) {
	b := &attributes{r: a.r, res: a.res, w: w, line: a.line, wide: a.wide, all: a.all}
	read(b)
	a.open, a.partly, a.strange = append(a.open, b.open...), append(a.partly, b.partly...), append(a.strange, b.strange...)
}

// rest says of the attributes that nobody has asked for that they are not understood;
// ignored have no effect on traffic.
func (a *attributes) rest(ignored ...string) {
	for _, key := range a.w.value.Others(slices.Concat(a.known, ignored)...) {
		a.strange = append(a.strange, fmt.Sprintf("the attribute %s is not understood", key))
	}
	if a.w.unknown == nil || a.w.unknown.Kind != jsontree.Object {
		return
	}
	for _, key := range a.w.unknown.Others(slices.Concat(a.known, ignored)...) {
		computed := a.isTop() && a.r.configuration.ofResource(a.res) != nil && !a.r.configuration.sets(a.res, key)
		if a.w.get(key).isUnknown() && !computed {
			a.strange = append(a.strange, afterApply(key))
		}
	}
}

// isOpen reports whether an attribute with one value has to be left as wide as it can be.
func (a *attributes) isOpen(key string) bool { return a.wide && (a.all || a.w.get(key).isUnknown()) }

// lowered returns the objects that stand for a rule in a list of rules: one that is sure,
// and behind it one in doubt if more than that may be meant. build makes the object; it
// is called for each, and leaves what is open as wide as it can be.
func (r *reader) lowered(res *resource, w view, line int, build func(a *attributes) *object) []jsontree.Value {
	a := &attributes{r: r, res: res, w: w, line: line}
	sure := build(a)
	if len(a.open)+len(a.partly)+len(a.strange) == 0 {
		return []jsontree.Value{sure.Value}
	}
	b := &attributes{r: r, res: res, w: w, line: line, wide: true, all: len(a.strange) > 0}
	possible := build(b).doubt(slices.Concat(a.strange, a.open, a.partly)...)
	if len(a.open)+len(a.strange) > 0 {
		return []jsontree.Value{possible.Value}
	}
	return []jsontree.Value{sure.Value, possible.Value}
}
