package ios

// groupDefinition reads what follows "object-group".
func (p *parser) groupDefinition(l line) {
	key, v6, ok := groupHeader(&p.words)
	p.known = true
	if !ok {
		p.note(l, "an object group of this kind is not read; network, service, protocol and port groups are")
		p.mode = inOther
		return
	}
	p.openGroup(l, key, v6)
}

func (p *parser) openGroup(l line, key groupKey, v6 bool) {
	g, ok := p.groups[key]
	if ok {
		g.opened = l.number // a second definition, if a member follows
	} else {
		g = &group{line: l.number, v6: v6}
		p.groups[key] = g
	}
	p.group, p.mode, p.known = g, inGroup, true
}

// groupLine reads a line that may belong to the open object group, and reports
// whether it does.
func (p *parser) groupLine(l line) bool {
	word := p.words.peek()
	switch word {
	case "exit", "end", "root":
		p.mode, p.left = elsewhere, &leaving{group: p.group, line: l}
		return true
	case "commit": // XR stays in the group
		return true
	}
	if !l.indented && !p.words.isMember(p.group) {
		n := len(p.group.members)
		if n == 0 || topWords[word] {
			return false
		}
		if p.group.members[n-1].indented {
			p.left = &leaving{group: p.group, line: l}
			return false
		}
	}
	if g := p.group; g.opened > 0 && !isHarmless(&p.words) {
		g.again, g.from, g.opened = g.opened, len(g.members), 0
	}
	p.group.members = append(p.group.members, l)
	return true
}

// isMember reports whether the words can be a member of the group, or take one away.
func (w *words) isMember(g *group) bool {
	at := 0
	if word := w.peek(); word == "no" || word == "default" {
		at = 1
	}
	word := w.ahead(at)
	if startsWithDigit(word) || memberWords[word] {
		return true
	}
	_, protocol := protocolOf(word, g.v6)
	return protocol && w.ahead(at+1) == "" // "ip" and the like, and no command
}

// memberWords start members of object groups, for files without indentation.
var memberWords = makeSet(`any description eq group-object gt host icmp lt neq network-object port-object
	protocol-object range service-object tcp tcp-udp udp`)
