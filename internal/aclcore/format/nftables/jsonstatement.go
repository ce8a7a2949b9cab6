package nftables

import (
	"net/netip"
	"strconv"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/jsontree"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/netfilter"
)

// statement reads one statement of a rule.
func (r jsonReader) statement(v *jsontree.Value) statement {
	if v.Kind == jsontree.Object && len(v.Keys) == 1 {
		if key := v.Keys[0]; key == "dnat" || key == "snat" {
			if st, ok := r.natMap(key, &v.Items[0]); ok {
				st.text = compact(v)
				return st
			}
		}
		if st, ok := r.known(v.Keys[0], &v.Items[0]); ok {
			return st
		}
		switch v.Keys[0] {
		case "match", "limit", "quota", "ct count", "set", "connlimit", "meter",
			"counter", "log", "last", "secmark", "ct helper", "ct timeout", "ct expectation":
			return statement{kind: doubtful, text: compact(v)}
		case "dnat":
			st := statement{kind: opaque, text: compact(v), nat: jsonNAT("dnat", &v.Items[0])}
			body := &v.Items[0]
			port, err := strconv.ParseUint("0"+text(body, "port"), 10, 16)
			if a, err1 := netip.ParseAddr(text(body, "addr")); err == nil && err1 == nil && len(body.Others("addr", "port", "family")) == 0 {
				if p := body.Get("port"); p == nil || p.Kind == jsontree.Number {
					st.to, st.port = a, uint16(port)
				}
			}
			return st
		case "redirect":
			return statement{kind: opaque, text: compact(v), nat: jsonNAT("redirect", &v.Items[0])}
		}
	}
	return statement{kind: opaque, text: compact(v)}
}

// known reads the statements that are understood.
func (r jsonReader) known(key string, body *jsontree.Value) (st statement, ok bool) {
	switch key {
	case "match":
		return r.comparison(body)
	case "vmap":
		return r.vmap(body)
	case "accept":
		st = verdictOf(netfilter.Accept)
	case "drop":
		st = verdictOf(netfilter.Drop)
	case "reject":
		st = verdictOf(netfilter.Drop)
		if st.with, ok = rejections[text(body, "type")]; !ok {
			return st, false
		}
	case "return":
		st = verdictOf(netfilter.Return)
	case "continue":
		st = statement{kind: final}
	case "jump", "goto":
		v := netfilter.Verdict{Kind: netfilter.Jump, Chain: text(body, "target")}
		if key == "goto" {
			v.Kind = netfilter.Goto
		}
		return statement{kind: final, verdict: v, text: key + " " + v.Chain}, true
	case "snat", "masquerade":
		st = verdictOf(netfilter.Translate)
		st.verdict.NAT = jsonNAT(key, body)
	case "counter", "log", "last", "secmark", "ct helper", "ct timeout":
		if !isSimple(body) { // an object that a map names: the rule ends without one
			return st, false
		}
		st.kind = harmless
	case "flow": // ends the rule for connections that are not fit for it, such as new ones
		st.kind = doubtful
	case "notrack":
		st.kind = untrack
	case "mangle":
		field, value := r.expr(body.Get("key")), r.expr(body.Get("value"))
		if st.kind = mangle(field, value); field.text == metaMark && field.kind == fieldExpr {
			st.change = jsonMark(body.Get("value"))
			if st.kind == harmless || value.kind == unread && st.change.MarkBits() != allMark {
				st.kind = marks
			} else {
				st.kind, st.change = doubtful, netfilter.LoseMark(allMark)
			}
		}
		st.text = field.String() + " set " + value.String()
		return st, st.kind != opaque || field.kind == fieldExpr
	case "xt":
		return xtStatement(text(body, "type"), text(body, "name")), true
	default:
		return st, false
	}
	st.text = key
	return st, true
}

// rejections are the types of a reject.
var rejections = map[string]rejection{"": anyPacket, "icmpx": anyPacket, "tcp reset": onlyTCP, "icmp": onlyIPv4, "icmpv6": onlyIPv6}

// isSimple reports whether a statement has plain values only: names, numbers and lists
// of them.
func isSimple(v *jsontree.Value) bool {
	if v == nil {
		return true
	}
	for i := range v.Items {
		if item := &v.Items[i]; item.Kind == jsontree.Object || !isSimple(item) {
			return false
		}
	}
	return true
}

// mangle judges the setting of a field, see [statementReader.setting].
func mangle(field, value expr) stmtKind {
	if field.kind == unread && strings.Contains(field.text, `"tcp option"`) {
		return doubtful // the segment size, if the segment has one
	}
	rewrites, known := changes[field.text]
	forwarded := forwards[field.text]
	switch {
	case field.kind != fieldExpr || !known || rewrites:
		return opaque
	case forwarded != nil && (value.kind != literal || !forwarded(value.text)):
		return detains
	case ofEveryPacket(field) && isPlain(value):
		return harmless
	}
	return doubtful
}

func (r jsonReader) comparison(body *jsontree.Value) (st statement, ok bool) {
	left, right := body.Get("left"), body.Get("right")
	if left == nil || right == nil || len(body.Others("op", "left", "right")) > 0 {
		return st, false
	}
	st = statement{kind: comparison, operator: text(body, "op"), left: r.expr(left), right: r.expr(right)}
	if st.left.kind == unread || st.right.kind == unread {
		return st, false
	}
	if st.operator == "" {
		st.operator = "=="
	}
	if st.left.kind != masked && (st.operator == "==" || st.operator == "in") {
		st.text = st.left.String() + " " + st.right.String()
	} else {
		st.text = st.left.String() + " " + st.operator + " " + st.right.String()
	}
	return st, true
}

func (r jsonReader) vmap(body *jsontree.Value) (st statement, ok bool) {
	st = statement{kind: verdictMap, left: r.expr(body.Get("key"))}
	data := body.Get("data")
	if st.left.kind == unread || data == nil {
		return st, false
	}
	if data.Kind == jsontree.String && strings.HasPrefix(data.Text, "@") {
		st.right = expr{kind: reference, text: data.Text[1:]}
		st.text = st.left.String() + " vmap " + data.Text
		return st, true
	}
	list := data.Get("set")
	if list == nil || list.Kind != jsontree.Array {
		return st, false
	}
	var texts []string
	for i := range list.Items {
		m, changes, ok := r.mapping(&list.Items[i])
		if !ok || changes {
			return st, false
		}
		st.elements = append(st.elements, m)
		texts = append(texts, m.key.String()+" : "+verdictText(m.verdict))
	}
	st.text = st.left.String() + " vmap { " + strings.Join(texts, ", ") + " }"
	return st, true
}

func verdictText(v netfilter.Verdict) string {
	switch v.Kind {
	case netfilter.Accept:
		return "accept"
	case netfilter.Drop:
		return "drop"
	case netfilter.Return:
		return "return"
	case netfilter.Jump:
		return "jump " + v.Chain
	case netfilter.Goto:
		return "goto " + v.Chain
	}
	return "continue"
}

// expr reads an expression.
func (r jsonReader) expr(v *jsontree.Value) expr {
	if v == nil {
		return expr{}
	}
	switch v.Kind {
	case jsontree.String:
		switch {
		case v.Text == "*":
			return expr{kind: everything}
		case strings.HasPrefix(v.Text, "@"):
			return expr{kind: reference, text: v.Text[1:]}
		}
		return word(v.Text)
	case jsontree.Number:
		return word(v.Text)
	case jsontree.Array:
		return r.group(flags, v)
	case jsontree.Object:
		if len(v.Keys) == 1 {
			if e, ok := r.operator(v.Keys[0], &v.Items[0]); ok {
				return e
			}
		}
	}
	return expr{kind: unread, text: compact(v)}
}

// group reads the items of a list as one expression; one that is not understood
// makes the whole of it so.
func (r jsonReader) group(kind exprKind, v *jsontree.Value) expr {
	e := expr{kind: kind}
	items := v.Items
	if v.Kind != jsontree.Array {
		items = one(v)
	}
	for i := range items {
		item := r.expr(&items[i])
		if item.kind == unread {
			return expr{kind: unread, text: compact(v)}
		}
		e.args = append(e.args, item)
	}
	return e
}

// operator reads an expression that is an object with one key.
func (r jsonReader) operator(key string, body *jsontree.Value) (e expr, ok bool) {
	field := func(prefix, name string, known ...string) (expr, bool) {
		return expr{kind: fieldExpr, text: prefix + " " + name}, name != "" && len(body.Others(known...)) == 0
	}
	switch key {
	case "payload":
		return field(text(body, "protocol"), text(body, "field"), "protocol", "field")
	case "meta":
		return field("meta", text(body, "key"), "key")
	case "ct":
		return field("ct", text(body, "key"), "key")
	case "fib":
		flags := body.Get("flags")
		plain := flags != nil && (scalar(flags) == "daddr" || len(flags.Items) == 1 && scalar(&flags.Items[0]) == "daddr")
		return expr{kind: fieldExpr, text: fibDestination}, plain && text(body, "result") == "type"
	case "rt":
		return expr{}, false // a route, and not the header that is named so in the text form
	case "exthdr":
		if name := text(body, "name"); name == "rt" || name == "frag" {
			return field(name, text(body, "field"), "name", "field")
		}
	case "concat":
		e = r.group(concat, body)
	case "set":
		e = r.setOf(body)
	case "prefix":
		e = expr{kind: prefixExpr, args: []expr{r.expr(body.Get("addr")), r.expr(body.Get("len"))}}
		return e, len(body.Others("addr", "len")) == 0
	case "range":
		e = r.group(rangeExpr, body)
		return e, len(e.args) == 2
	case "&":
		e = r.group(masked, body)
		return e, len(e.args) == 2
	case "|":
		e = r.group(flags, body)
		return flat(e), e.kind == flags
	case "elem":
		var changes bool
		e, changes = r.element(&jsontree.Value{Kind: jsontree.Object, Keys: []string{"elem"}, Items: []jsontree.Value{*body}})
		return e, !changes && e.kind != unread
	default:
		return expr{}, false
	}
	return e, e.kind != unread
}

func (r jsonReader) setOf(body *jsontree.Value) expr {
	e := expr{kind: setExpr}
	items := body.Items
	if body.Kind != jsontree.Array {
		items = one(body)
	}
	for i := range items {
		item, changes := r.element(&items[i])
		if changes || item.kind == unread {
			return expr{kind: unread, text: compact(body)}
		}
		e.args = append(e.args, item)
	}
	return e
}

// flat takes lists of flags within flags apart: (a | b) | c.
func flat(e expr) expr {
	var args []expr
	for _, a := range e.args {
		if a.kind == flags {
			args = append(args, flat(a).args...)
		} else {
			args = append(args, a)
		}
	}
	e.args = args
	return e
}

// maxCompact is how much of JSON that is not understood is shown.
const maxCompact = 200

// compact writes JSON on one line, for what is not understood.
func compact(v *jsontree.Value) string {
	var b strings.Builder
	write(&b, v)
	if b.Len() > maxCompact {
		return strings.ToValidUTF8(b.String()[:maxCompact], "") + "…"
	}
	return b.String()
}

func write(b *strings.Builder, v *jsontree.Value) {
	if b.Len() > maxCompact {
		return
	}
	switch {
	case v == nil || v.Kind == jsontree.Null:
		b.WriteString("null")
	case v.Kind == jsontree.String:
		b.WriteString(`"` + v.Text + `"`)
	case v.Kind == jsontree.Array:
		b.WriteByte('[')
		for i := range v.Items {
			if i > 0 {
				b.WriteString(", ")
			}
			write(b, &v.Items[i])
		}
		b.WriteByte(']')
	case v.Kind == jsontree.Object:
		b.WriteByte('{')
		for i, k := range v.Keys {
			if i > 0 {
				b.WriteString(", ")
			}
			b.WriteString(`"` + k + `": `)
			write(b, &v.Items[i])
		}
		b.WriteByte('}')
	default:
		b.WriteString(v.Text)
	}
}
