package ios

// undoEntry reads "no 10", "no permit …" or "no statistics …" in a list, and
// reports whether it is one of them.
func (p *parser) undoEntry(l line) bool {
	w := &p.words
	if isSetting(w, 1) || w.ahead(1) == "description" {
		return true
	}
	if !isEntryWord(w.ahead(1)) {
		return false
	}
	e := p.entryAt(l, 1)
	e.standard = p.standard
	if !e.remark {
		p.list.removeLike(e)
	}
	return true
}

// undo reads what follows "no" or "default" at the top level.
func (p *parser) undo(l line) {
	w := &p.words
	switch w.peek() {
	case "ip", "ipv4", "ipv6":
		v6 := w.peek() == "ipv6"
		w.skip(1)
		if !w.take("access-list") {
			p.boundIP(l, p.container, v6, true)
			return
		}
		if w.ahead(1) != "" && !w.take("standard") {
			w.take("extended")
		}
		key := listKey{v6, w.next()}
		if at := p.byKey[key]; at != nil && !w.done() { // XR: "no ipv4 access-list NAME 10"
			if e := p.entryAt(l, w.at); !e.remark {
				at.removeLike(e)
			}
			return
		}
		p.drop(key)
	case "access-list":
		w.skip(1)
		key := listKey{name: w.next()}
		if at := p.byKey[key]; at != nil && !w.done() {
			if w.peek() == "remark" {
				return
			}
			at.doubt(l) // some releases take away the entry, others the whole list
			return
		}
		p.drop(key)
	case "object-group":
		w.skip(1)
		if key, _, ok := groupHeader(w); ok {
			delete(p.groups, key)
		}
	}
}

func (p *parser) drop(key listKey) {
	if at := p.byKey[key]; at != nil {
		at.gone = true
		delete(p.byKey, key)
	}
}

// resequence reads what follows "resequence": "ip access-list NAME 10 10" on
// NX-OS, "access-list ipv4 NAME 10 10" on XR.
func (p *parser) resequence() {
	w := &p.words
	key := listKey{}
	for _, word := range [...]string{w.peek(), w.ahead(1)} {
		switch word {
		case "access-list", "ip", "ipv4":
		case "ipv6":
			key.v6 = true
		default:
			return
		}
	}
	w.skip(2)
	key.name = w.next()
	p.renumber(key)
}

// renumber gives the list new sequence numbers: "[START [INCREMENT]]" follows.
func (p *parser) renumber(key listKey) {
	w := &p.words
	start, increment := int64(step), int64(step)
	if n, ok := sequence(w.peek()); ok {
		start = n
		w.skip(1)
	}
	if n, ok := sequence(w.peek()); ok {
		increment = n
	}
	if at := p.byKey[key]; at != nil {
		at.resequence(start, increment)
	}
}
