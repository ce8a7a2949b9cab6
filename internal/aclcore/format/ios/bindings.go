package ios

import (
	"strings"
)

// A binding is a line that applies a list, or that undoes one.
type binding struct {
	line  line
	key   listKey
	alias string
	// spot tells where there is room for one list only, which a later one takes; empty
	// where there is room for several.
	spot string
	undo bool
}

// boundIP reads what follows ip, ipv4 or ipv6 under an interface.
func (p *parser) boundIP(l line, context string, v6, undo bool) {
	w := &p.words
	spot := familyName(v6)
	if w.take("port") { // NX-OS: an access list of a switch port
		spot += " port"
	}
	switch w.peek() {
	case "access-group", "traffic-filter":
		w.skip(1)
		if !strings.HasPrefix(context, "interface ") {
			spot = ""
		}
		p.bind(l, context, v6, spot, undo)
	case "access-class":
		w.skip(1)
		p.bind(l, context, v6, "", undo)
	}
}

// bind reads "NAME in" and its kin. XR says ingress, and has it before the name
// for terminal lines.
func (p *parser) bind(l line, context string, v6 bool, spot string, undo bool) {
	w := &p.words
	p.known = true
	if w.take("common") && direction(w.ahead(1)) == "" {
		p.note(l, "the entries of a common access list come before those of the interface's own; the two are not read as one list, so neither goes by the interface")
		return
	}
	towards := ""
	// A terminal line of XR has the direction first, and a list may be named IN.
	first := p.dialect == XR && w.at > 0 && w.low[w.at-1] == "access-class"
	if word := direction(w.peek()); word != "" && w.ahead(1) != "" && (first || direction(w.ahead(1)) == "") {
		towards = word
		w.skip(1)
	}
	name := w.next()
	if name == "" {
		return
	}
	for towards == "" && !w.done() {
		towards = direction(lower(w.next()))
	}
	b := binding{line: l, key: listKey{v6, name}, alias: strings.TrimSpace(holder(context) + " " + towards), undo: undo}
	if spot != "" {
		b.spot = spot + " " + b.alias
	}
	p.bindings = append(p.bindings, b)
}

// bound returns the lists that are applied in the end.
func bound(bindings []binding) []binding {
	latest := make(map[string]int)
	gone := make([]bool, len(bindings))
	for i, b := range bindings {
		spot := b.spot
		if spot == "" {
			spot = familyName(b.key.v6) + " " + b.alias + " " + b.key.name
		}
		before, taken := latest[spot]
		gone[i] = b.undo
		switch {
		case !b.undo:
			latest[spot] = i
			gone[before] = gone[before] || taken
		case taken && bindings[before].key == b.key:
			gone[before] = true
			delete(latest, spot)
		}
	}
	var out []binding
	for i, b := range bindings {
		if !gone[i] {
			out = append(out, b)
		}
	}
	return out
}

func direction(word string) string {
	switch word {
	case "in", "ingress":
		return "in"
	case "out", "egress":
		return "out"
	}
	return ""
}

// holder names what a list is applied to: "GigabitEthernet0/1" for "interface
// GigabitEthernet 0/1", else the line as it is ("line vty 0 4").
func holder(context string) string {
	name, ok := strings.CutPrefix(context, "interface ")
	if !ok {
		return context
	}
	if kind, port, found := strings.Cut(name, " "); found && startsWithDigit(port) && !strings.ContainsAny(kind, "0123456789") {
		return kind + port
	}
	return name
}

// apply makes aliases of the bindings, and a list of each one that is applied and
// not defined.
func (p *parser) apply() {
	type use struct {
		at    *list
		alias string
	}
	seen := make(map[use]bool)
	for _, b := range bound(p.bindings) {
		at, ok := p.byKey[b.key]
		if !ok {
			at = &list{key: b.key, line: b.line.number, header: b.line.text}
			p.byKey[b.key] = at
			p.lists = append(p.lists, at)
		}
		if u := (use{at, b.alias}); b.alias != "" && !seen[u] {
			seen[u] = true
			at.aliases = append(at.aliases, b.alias)
		}
	}
	for _, l := range p.lists {
		if other := (listKey{!l.key.v6, l.key.name}); !l.gone && p.byKey[other] != nil {
			l.aliases = append(l.aliases, familyName(l.key.v6)+" "+l.key.name)
		}
	}
}

func familyName(v6 bool) string {
	if v6 {
		return "ipv6"
	}
	return "ipv4"
}
