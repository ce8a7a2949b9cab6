package ios

import (
	"slices"
	"strconv"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/known"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/terminal"
)

// routeMaps are the route maps of a text, by name, as far as translations ask them.
type routeMaps struct {
	byName map[string][]*mapClause
	open   *mapClause
}

// A mapClause is one block "route-map NAME permit SEQUENCE".
type mapClause struct {
	sequence uint64
	// lists are those of "match ip address", one of which has to permit the packet.
	lists []string
	// out is the interface of "match interface": the packet leaves by it. It is empty for
	// any.
	out string
	// unread is what in the block is not read, empty if nothing.
	unread string
}

// begin takes "route-map NAME [permit|deny] [SEQUENCE]", and closes the block before for
// any other command.
func (m *routeMaps) begin(l terminal.Line, words, low []string) {
	m.open = nil
	if low[0] != "route-map" || len(words) < 2 {
		return
	}
	c := &mapClause{}
	rest := low[2:]
	if len(rest) > 0 && (rest[0] == "permit" || rest[0] == "deny") {
		if rest[0] == "deny" {
			c.unread = l.Text
		}
		rest = rest[1:]
	}
	if len(rest) > 0 {
		n, err := strconv.ParseUint(rest[0], 10, 16)
		if err != nil || len(rest) > 1 {
			c.unread = l.Text
		}
		c.sequence = n
	}
	if m.byName == nil {
		m.byName = make(map[string][]*mapClause)
	}
	m.byName[words[1]] = append(m.byName[words[1]], c)
	m.open = c
}

// inner takes a command of the open block.
func (m *routeMaps) inner(l terminal.Line, words, low []string) {
	c := m.open
	if c == nil {
		return
	}
	switch {
	case low[0] == "description":
	case len(low) > 3 && slices.Equal(low[:3], []string{"match", "ip", "address"}) && low[3] != "prefix-list":
		c.lists = append(c.lists, words[3:]...)
	case len(low) == 3 && low[0] == "match" && low[1] == "interface" && c.out == "":
		c.out = words[2]
	default:
		c.unread = strings.TrimSpace(l.Text)
	}
}

// mapped returns the rule for what a route map permits: what one of the lists of a clause
// does, by its interface (Cisco, IP Addressing: NAT Configuration Guide, Using Route Maps
// for Address Translation).
func (r *natReader) mapped(t device.Translation, name string) (out []device.Translation) {
	clauses := r.maps.byName[name]
	if len(clauses) == 0 {
		t.Unknown = known.Reasons(t.Unknown, []string{"the route map " + name + " is not in the text"})
		return []device.Translation{t}
	}
	for _, c := range clauses {
		one := t
		if c.unread != "" {
			t.Unknown = known.Reasons(t.Unknown, []string{"the route map " + name + " has what is not read: " + c.unread})
			return []device.Translation{t}
		}
		if c.out != "" {
			i := slices.IndexFunc(t.To, func(to string) bool { return strings.EqualFold(to, c.out) })
			if i < 0 {
				one.Unknown = known.Reasons(one.Unknown, []string{"the route map " + name + " is for the interface " + c.out + ", which is not outside"})
			} else {
				one.To = t.To[i : i+1]
			}
		}
		if len(c.lists) == 0 {
			out = append(out, one)
		}
		for _, list := range c.lists {
			out = append(out, r.permitted(one, list)...)
		}
	}
	return out
}
