package nftables

import (
	"fmt"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/jsontree"
)

// jsonReader reads what nft -j prints, see libnftables-json(5).
type jsonReader struct {
	*ruleset
}

func (rs *ruleset) readJSON(source string, content []byte) error {
	if len(content) > jsontree.MaxBytes {
		return jsontree.Stream(source, content, MaxBytes, "nftables", func(v *jsontree.Value) { jsonReader{rs}.object(v, false) })
	}
	values, err := jsontree.Parse(source, content)
	if err != nil {
		return err
	}
	r := jsonReader{rs}
	for i := range values {
		list := values[i].Get("nftables")
		if list == nil || list.Kind != jsontree.Array {
			r.Add(values[i].Line, `has no list "nftables"; export it with nft -j list ruleset`)
			continue
		}
		for j := range list.Items {
			r.object(&list.Items[j], false)
		}
	}
	return nil
}

// object reads an object of the ruleset, or a command that adds one.
func (r jsonReader) object(v *jsontree.Value, first bool) {
	if v.Kind != jsontree.Object || len(v.Keys) != 1 {
		r.Add(v.Line, "is not an object with one key, such as rule, chain or set")
		return
	}
	body := &v.Items[0]
	switch key := v.Keys[0]; key {
	case "add", "create":
		r.object(body, false)
	case "insert":
		r.object(body, true)
	case "table":
		t := r.addTable(text(body, "family"), text(body, "name"), v.Line)
		t.dormant = has(body.Get("flags"), "dormant")
	case "chain":
		r.chain(body)
	case "rule":
		r.rule(body, first)
	case "set", "map":
		r.set(body, key == "map")
	case "element":
		s := r.tableOf(body).addSet(text(body, "name"))
		r.elements(s, body.Get("elem"))
	case "flush":
		if _, all := lookup(body, "ruleset"); all {
			r.tables = nil
			return
		}
		r.Add(v.Line, "flush is followed for the whole ruleset only; export it with nft -j list ruleset")
	case "metainfo":
		if version := text(body, "version"); strings.HasPrefix(version, "0.") || strings.HasPrefix(version, "1.0.") {
			r.note(v.Line, "nft -j of version "+version, "it does not say which tables are dormant; nft list ruleset without -j does")
		}
	case "counter", "quota", "limit", "ct helper", "ct timeout", "ct expectation", "secmark", "synproxy", "flowtable", "meter":
		// Rules name these; they hold no addresses.
	default:
		r.Add(v.Line, "%.40q is not followed; export the ruleset with nft -j list ruleset", key)
	}
}

// lookup returns the value of a key, which may be null.
func lookup(v *jsontree.Value, key string) (*jsontree.Value, bool) {
	got := v.Get(key)
	return got, got != nil
}

// text returns the string or number under a key, "" if there is none.
func text(v *jsontree.Value, key string) string { return scalar(v.Get(key)) }

func scalar(v *jsontree.Value) string {
	if v == nil || v.Kind != jsontree.String && v.Kind != jsontree.Number {
		return ""
	}
	return v.Text
}

// has reports whether a string, or a list of strings, has the word.
func has(v *jsontree.Value, word string) bool {
	if v == nil {
		return false
	}
	found := v.Kind == jsontree.String && v.Text == word
	for i := range v.Items {
		found = found || has(&v.Items[i], word)
	}
	return found
}

func (r jsonReader) tableOf(v *jsontree.Value) *table {
	return r.addTable(text(v, "family"), text(v, "table"), v.Line)
}

func (r jsonReader) chain(v *jsontree.Value) {
	t := r.tableOf(v)
	c := t.addChain(text(v, "name"), v.Line)
	c.kind, c.hook, c.policy, c.policyAt = text(v, "type"), text(v, "hook"), text(v, "policy"), v.Line
	if dev := v.Get("dev"); dev != nil {
		if dev.Kind == jsontree.Array {
			for i := range dev.Items {
				c.devices = append(c.devices, scalar(&dev.Items[i]))
			}
		} else {
			c.devices = append(c.devices, scalar(dev))
		}
	}
	if c.hook == "" {
		return
	}
	n, err := parsePriority(t.family, text(v, "prio"))
	if err != nil {
		r.Add(v.Line, "chain %s: %v", c.name, err)
	}
	c.priority = n
	if c.policy != "" && c.policy != "accept" && c.policy != "drop" {
		r.Add(v.Line, "the policy %q of %s is not known; accept and drop are", c.policy, c.name)
	}
	c.text = fmt.Sprintf("%s %s: type %s hook %s priority %d; policy %s", t, c.name, c.kind, c.hook, n, c.policy)
}

func (r jsonReader) rule(v *jsontree.Value, first bool) {
	t := r.tableOf(v)
	c := t.addChain(text(v, "chain"), v.Line)
	out := chainRule{line: v.Line, comment: text(v, "comment")}
	line := append(r.line[:0], t.family...)
	line = append(append(line, ' '), t.name...)
	line = append(append(line, ' '), c.name...)
	if handle := text(v, "handle"); handle != "" {
		line = append(append(line, " handle "...), handle...)
	}
	line, read := append(line, ':'), r.read[:0]
	if list := v.Get("expr"); list != nil {
		for i := range list.Items {
			st := r.statement(&list.Items[i])
			line = append(append(line, ' '), st.text...)
			if st.kind != harmless {
				read = append(read, st)
			}
		}
	}
	out.text, out.statements = string(line), r.keep(read)
	r.line, r.read = line, read
	switch {
	case v.Get("index") != nil || v.Get("position") != nil:
		r.Add(v.Line, "the index of a rule cannot be followed; export the ruleset with nft -j list ruleset")
	case first:
		c.rules = append([]chainRule{out}, c.rules...)
	default:
		c.rules = append(c.rules, out)
	}
}

func (r jsonReader) set(v *jsontree.Value, isMap bool) {
	s := r.tableOf(v).addSet(text(v, "name"))
	s.isMap = isMap
	_, timeout := lookup(v, "timeout")
	if stmt := v.Get("stmt"); !stmt.IsNull() && !onlyCounters(stmt) {
		s.changes, s.doubt = true, ", a set whose elements have a limit or the like"
	}
	s.changes = s.changes || timeout || has(v.Get("flags"), "dynamic") || has(v.Get("flags"), "timeout")
	if elements := v.Get("elem"); !elements.IsNull() {
		r.elements(s, elements)
	}
}

// onlyCounters reports whether the statements that elements carry decide nothing.
func onlyCounters(v *jsontree.Value) bool {
	items := v.Items
	if v.Kind != jsontree.Array {
		items = one(v)
	}
	return !slices.ContainsFunc(items, func(i jsontree.Value) bool {
		return i.Kind != jsontree.Object || len(i.Keys) != 1 || i.Keys[0] != "counter" && i.Keys[0] != "last"
	})
}

// elements adds elements to a set or map.
func (r jsonReader) elements(s *set, v *jsontree.Value) {
	if v == nil || v.Kind != jsontree.Array {
		v = &jsontree.Value{Kind: jsontree.Array, Items: one(v)}
	}
	for i := range v.Items {
		item := &v.Items[i]
		if !s.isMap {
			e, changes := r.element(item)
			s.elements, s.changes = append(s.elements, e), s.changes || changes
			continue
		}
		m, changes, ok := r.mapping(item)
		if !ok { // a map of values, which decides nothing
			s.changes = true
			continue
		}
		s.mappings, s.changes = append(s.mappings, m), s.changes || changes
	}
}

func one(v *jsontree.Value) []jsontree.Value {
	if v == nil {
		return nil
	}
	return []jsontree.Value{*v}
}

// element reads an element, which may come with a timeout, counter or comment.
func (r jsonReader) element(v *jsontree.Value) (e expr, changes bool) {
	if inner := v.Get("elem"); inner != nil && len(v.Keys) == 1 {
		e, _ = r.element(inner.Get("val"))
		others := inner.Others("val", "comment", "counter")
		return e, len(others) > 0
	}
	return r.expr(v), false
}

// mapping reads an element of a map, of verdicts or of values.
func (r jsonReader) mapping(v *jsontree.Value) (m mapping, changes, ok bool) {
	if v.Kind != jsontree.Array || len(v.Items) != 2 {
		return m, false, false
	}
	key, changes := r.element(&v.Items[0])
	if data := datumOf(&v.Items[1]); data != "" {
		return mapping{key: key, data: data}, changes, true
	}
	st := r.statement(&v.Items[1])
	return mapping{key: key, verdict: st.verdict}, changes, st.kind == final
}

// datumOf writes a value of a map as the text form of nft does, empty for anything else.
func datumOf(v *jsontree.Value) string {
	c := v.Get("concat")
	if c == nil {
		return ends(v)
	}
	parts := make([]string, len(c.Items))
	for i := range c.Items {
		if parts[i] = ends(&c.Items[i]); parts[i] == "" {
			return ""
		}
	}
	return strings.Join(parts, " . ")
}
