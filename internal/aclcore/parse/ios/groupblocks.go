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
		g.again = l.number
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
	if word == "exit" || word == "end" {
		p.mode = elsewhere
		return true
	}
	last := 0
	if word == "no" || word == "default" {
		last = 1
		word = p.words.ahead(1)
	}
	_, protocol := protocolOf(word, p.group.v6)
	protocol = protocol && p.words.ahead(last+1) == "" // "ip" and the like, and no command
	if !l.indented && !startsWithDigit(word) && !memberWords[word] && !protocol {
		return false
	}
	p.group.members = append(p.group.members, l)
	return true
}

// memberWords start members of object groups, for files without indentation.
var memberWords = makeSet(`any description eq group-object gt host icmp lt neq network-object port-object
	protocol-object range service-object tcp tcp-udp udp`)
