package format

import (
	"bytes"
	"cmp"
	"regexp"
	"strconv"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// counters find how many packets a rule has met, in the texts of formats that show it:
// "show access-list" of an ASA, "show access-lists" of the router family, iptables-save -c,
// and the counters of nftables.
var counters = map[string]*regexp.Regexp{
	"cisco_asa": regexp.MustCompile(`\(hitcnt=(\d+)\)`),
	"router":    regexp.MustCompile(`\((\d+) match(?:es)?\)|\[match=(\d+)\]`),
	"iptables":  regexp.MustCompile(`^\[(\d+):\d+\] -A `),
	"nftables":  regexp.MustCompile(`\bcounter packets (\d+) `),
}

// Hits returns how many packets the device has counted for each of the rules that were
// read from the text in the named format, -1 for a rule without a counter; nil where no rule has one. A router shows no counter of
// an entry that has met no packet: where others of the list have one, that is 0.
func Hits(name string, content []byte, rules []rule.Rule) []int64 {
	f, _ := Lookup(name)
	counter := counters[f.Family]
	if counter == nil {
		return nil
	}
	lines := bytes.Split(content, []byte("\n"))
	hits, some := make([]int64, len(rules)), false
	for i := range rules {
		hits[i] = -1
		line := rules[i].Line
		if line < 1 || line > len(lines) {
			continue
		}
		found := counter.FindSubmatch(lines[line-1])
		if found == nil {
			continue
		}
		if n, err := strconv.ParseInt(cmp.Or(string(found[1]), string(found[len(found)-1])), 10, 64); err == nil {
			hits[i], some = n, true
		}
	}
	if !some {
		return nil
	}
	for i := range hits {
		if hits[i] < 0 && f.Family == "router" && rules[i].Line > 0 {
			hits[i] = 0
		}
	}
	return hits
}
