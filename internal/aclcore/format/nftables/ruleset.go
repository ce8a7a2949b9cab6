package nftables

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/netfilter"
)

// ruleset is what either form of the text says.
type ruleset struct {
	*netfilter.Problems
	tables []*table
	notes  []device.Note
	// line and read are the text and the statements of the rule that is being read; kept
	// has room for the statements of the next ones.
	line       []byte
	read, kept []statement
}

type table struct {
	family, name string
	line         int
	// dormant tables are there and filter nothing.
	dormant bool
	chains  []*chain
	sets    map[string]*set
	// doubt is the first line that is not understood, nil if there is none.
	doubt *doubt
}

func (t *table) String() string { return t.family + " " + t.name }

// chain is a chain; a base chain has a hook.
type chain struct {
	name       string
	line       int
	kind, hook string // filter, nat or route; input, forward, …
	priority   int
	devices    []string
	policy     string
	rules      []chainRule
	policyAt   int
	text       string // what it says of hook and policy
}

type chainRule struct {
	line          int
	text, comment string
	statements    []statement
}

// set is a set or map. Its elements change if it is filled by rules, or if they
// expire.
type set struct {
	elements []expr
	mappings []mapping
	isMap    bool
	changes  bool
	// doubt is why the elements are not known, if it is not that they change.
	doubt string
}

// keep copies the statements of a rule to where many stand side by side.
func (rs *ruleset) keep(statements []statement) []statement {
	const many = 512
	if cap(rs.kept)-len(rs.kept) < len(statements) {
		rs.kept = make([]statement, 0, max(len(statements), min(many, 2*cap(rs.kept))))
	}
	from := len(rs.kept)
	rs.kept = append(rs.kept, statements...)
	return slices.Clip(rs.kept[from:])
}

func (rs *ruleset) table(family, name string) *table {
	for _, t := range rs.tables {
		if t.family == family && t.name == name {
			return t
		}
	}
	return nil
}

// addTable returns the table, which may be there already.
func (rs *ruleset) addTable(family, name string, line int) *table {
	if t := rs.table(family, name); t != nil {
		return t
	}
	t := &table{family: family, name: name, line: line, sets: make(map[string]*set)}
	rs.tables = append(rs.tables, t)
	return t
}

func (t *table) chain(name string) *chain {
	for _, c := range t.chains {
		if c.name == name {
			return c
		}
	}
	return nil
}

func (t *table) addChain(name string, line int) *chain {
	if c := t.chain(name); c != nil {
		return c
	}
	c := &chain{name: name, line: line}
	t.chains = append(t.chains, c)
	return c
}

func (t *table) addSet(name string) *set {
	s := t.sets[name]
	if s == nil {
		s = &set{}
		t.sets[name] = s
	}
	return s
}

var families = map[string]bool{"ip": true, "ip6": true, "inet": true, "arp": true, "bridge": true, "netdev": true}

// priorities are the names of nft(8), "Standard priority names"; those of bridge
// differ.
var (
	priorities       = map[string]int{"raw": -300, "mangle": -150, "dstnat": -100, "filter": 0, "security": 50, "srcnat": 100}
	bridgePriorities = map[string]int{"dstnat": -300, "filter": -200, "out": 100, "srcnat": 300}
)

// parsePriority reads "filter", "-150", "filter - 10" or "mangle + 5".
func parsePriority(family, text string) (int, error) {
	text = strings.Join(strings.Fields(text), "")
	if n, err := strconv.Atoi(text); err == nil {
		return n, nil
	}
	name, offset := text, 0
	if i := strings.IndexAny(text, "+-"); i > 0 {
		n, err := strconv.Atoi(text[i:])
		if err != nil {
			return 0, fmt.Errorf("the priority %q is not understood; write filter, -10 or filter - 10", text)
		}
		name, offset = text[:i], n
	}
	names := priorities
	if family == "bridge" {
		names = bridgePriorities
	}
	n, ok := names[name]
	if !ok {
		return 0, fmt.Errorf("the priority %q is not known; write raw, mangle, dstnat, filter, security, srcnat or a number", text)
	}
	return n + offset, nil
}
