package format

import (
	"bytes"
	"cmp"
	"encoding/json"
	"regexp"
	"strconv"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
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
// read from the text in the named format, -1 for a rule without a counter; nil where no
// rule has one. A router shows no counter of an entry that has met no packet: where others
// of the list have one, that is 0. Check Point counts connections
// (show-access-rulebase with show-hits).
func Hits(name string, content []byte, rules []rule.Rule) []int64 {
	f, _ := Lookup(name)
	counter, byLine := counters[f.Family], map[int]int64(nil)
	switch {
	case f.Family == "checkpoint":
		byLine = checkpointHits(content)
	case counter == nil:
		return nil
	}
	lines := bytes.Split(content, []byte("\n"))
	hits, some := make([]int64, len(rules)), false
	for i := range rules {
		hits[i] = -1
		line := rules[i].Line
		if n, ok := byLine[line]; ok {
			hits[i], some = n, true
		}
		if line < 1 || line > len(lines) || counter == nil {
			continue
		}
		found := counter.FindSubmatch(lines[line-1])
		if found == nil && f.Family == "nftables" { // of nft -j, whose rules take many lines
			found = counter.FindSubmatch([]byte(rules[i].Text))
		}
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

// checkpointHits returns hits.value of rules, by the line that the rule starts on.
func checkpointHits(content []byte) map[int]int64 {
	type object struct {
		line  int
		key   string // whose value comes next, or is open
		isKey bool   // the next text is a key
	}
	out := make(map[int]int64)
	dec := json.NewDecoder(bytes.NewReader(content))
	dec.UseNumber()
	var open []object
	line, at := 1, int64(0)
	for {
		token, err := dec.Token()
		if err != nil {
			return out
		}
		line += bytes.Count(content[at:dec.InputOffset()], []byte("\n"))
		at = dec.InputOffset()
		top := len(open) - 1
		switch t := token.(type) {
		case json.Delim:
			switch t {
			case '{':
				open = append(open, object{line: line, isKey: true})
			case '[':
				open = append(open, object{line: line})
			default:
				open = open[:top]
				if top--; top >= 0 && open[top].key != "" {
					open[top].isKey = true
				}
			}
			continue
		case json.Number:
			if n, err := t.Int64(); err == nil && top > 0 && open[top].key == "value" && open[top-1].key == "hits" {
				out[open[top-1].line] = n
			}
		case string:
			if top >= 0 && open[top].isKey {
				open[top].key, open[top].isKey = t, false
				continue
			}
		}
		if top >= 0 && open[top].key != "" {
			open[top].isKey = true
		}
	}
}

// counterTexts are the counters in the text of a rule, and what stands there without them, by
// family.
var counterTexts = map[string][]struct {
	counter *regexp.Regexp
	without string
}{
	"cisco_asa": {{regexp.MustCompile(` ?\(hitcnt=\d+\)(?: \(inactive\))?(?: 0x[0-9a-f]+)?`), ""}},
	"router":    {{regexp.MustCompile(` ?\(\d+ match(?:es)?\)| ?\[match=\d+\]`), ""}},
	"iptables":  {{regexp.MustCompile(`^\[\d+:\d+\] `), ""}, {regexp.MustCompile(`^(:\S+ \S+) \[\d+:\d+\]`), "$1"}},
	"nftables":  {{regexp.MustCompile(`\bcounter packets \d+ bytes \d+`), "counter"}},
}

// DropCounters takes out of the texts of rules, in place, what the device has counted: so
// that a text that is read again with other counters says the same.
func DropCounters(name string, lists ...[]rule.Rule) {
	for _, rules := range lists {
		for i := range rules {
			rules[i].Text = uncounted(name, rules[i].Text)
		}
	}
}

// DropAllCounters is [DropCounters] for everything in a document.
func DropAllCounters(doc *device.Document) {
	for i := range doc.Lists {
		DropCounters(doc.Format, doc.Lists[i].Rules, doc.Lists[i].Return)
	}
	for _, b := range doc.Bindings {
		if b.Rule != nil {
			b.Rule.Text = uncounted(doc.Format, b.Rule.Text)
		}
	}
	for i := range doc.Translations {
		doc.Translations[i].Text = uncounted(doc.Format, doc.Translations[i].Text)
	}
	for i := range doc.Notes {
		doc.Notes[i].Text = uncounted(doc.Format, doc.Notes[i].Text)
	}
}

// uncounted is the text of a rule without its counters.
func uncounted(name, text string) string {
	f, _ := Lookup(name)
	for _, c := range counterTexts[f.Family] {
		text = c.counter.ReplaceAllString(text, c.without)
	}
	return text
}
