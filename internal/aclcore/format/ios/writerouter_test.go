package ios_test

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/ios"
)

// platform is a dialect with the habits that its devices differ in.
type platform struct {
	dialect ios.Dialect
	eos     bool
}

func (p platform) String() string {
	if p.eos {
		return "eos"
	}
	return string(p.dialect)
}

var platforms = []platform{{ios.IOS, false}, {ios.IOS, true}, {ios.NXOS, false}, {ios.XR, false}}

// router is the simplest thing that takes access list commands as the manuals say.
// It knows numbers, not what entries mean.
type router struct {
	platform
	enter   string // the command that entered the only list
	entries []ace
}

type ace struct {
	number int64
	body   string
}

var (
	enterCommand      = regexp.MustCompile(`^(ip|ipv4|ipv6) access-list (standard |extended )?[^ ]+$`)
	resequenceCommand = regexp.MustCompile(`^ip access-list resequence \S+ (\d+) (\d+)$`)
	numbered          = regexp.MustCompile(`^(?:sequence )?(\d+) (\w.*)$`)
)

// configure types commands. It fails where the router would refuse one.
func (d *router) configure(t *testing.T, text string) {
	t.Helper()
	for line := range strings.SplitSeq(text, "\n") {
		line = strings.TrimSpace(line)
		undo, negative := strings.CutPrefix(line, "no ")
		switch {
		case line == "":
		case enterCommand.MatchString(line):
			if d.enter != "" && d.enter != line {
				t.Fatalf("%q enters another list than %q", line, d.enter)
			}
			d.enter = line
		case resequenceCommand.MatchString(line):
			if d.dialect != ios.IOS || d.eos {
				t.Fatalf("%s does not know %q", d, line)
			}
			m := resequenceCommand.FindStringSubmatch(line)
			start, increment := atoi(t, m[1]), atoi(t, m[2])
			for i := range d.entries {
				d.entries[i].number = start + increment*int64(i)
			}
		case negative:
			d.remove(t, undo)
		default:
			d.add(t, line)
		}
	}
}

func (d *router) remove(t *testing.T, what string) {
	t.Helper()
	n, err := strconv.ParseInt(strings.TrimPrefix(what, "sequence "), 10, 64)
	before := len(d.entries)
	d.entries = slices.DeleteFunc(d.entries, func(e ace) bool {
		if err == nil {
			return e.number == n
		}
		return e.body == what
	})
	if len(d.entries) != before-1 {
		t.Fatalf("%q takes away %d entries", what, before-len(d.entries))
	}
}

func (d *router) add(t *testing.T, line string) {
	t.Helper()
	e := ace{body: line}
	if m := numbered.FindStringSubmatch(line); m != nil {
		e = ace{atoi(t, m[1]), m[2]}
	}
	remark := strings.HasPrefix(e.body, "remark")
	if d.dialect == ios.IOS && !d.eos {
		// A remark has no number of its own, and what stands in the list already
		// is not added again.
		if remark || slices.ContainsFunc(d.entries, func(o ace) bool { return o.body == e.body }) {
			return
		}
	}
	if e.number == 0 {
		e.number = 10
		for _, o := range d.entries {
			e.number = max(e.number, o.number+10)
		}
	}
	if i := slices.IndexFunc(d.entries, func(o ace) bool { return o.number == e.number }); i >= 0 {
		if d.dialect != ios.XR {
			t.Fatalf("duplicate sequence number: %q and %d %s", line, e.number, d.entries[i].body)
		}
		d.entries[i] = e
		return
	}
	d.entries = append(d.entries, e)
	slices.SortFunc(d.entries, func(a, b ace) int { return int(a.number - b.number) })
}

// running returns the configuration.
func (d *router) running() string {
	var b strings.Builder
	fmt.Fprintln(&b, d.enter)
	word := ""
	if d.dialect == ios.IOS && !d.eos && strings.HasPrefix(d.enter, "ipv6") {
		word = "sequence "
	}
	for _, e := range d.entries {
		fmt.Fprintf(&b, " %s%d %s\n", word, e.number, e.body)
	}
	return b.String()
}

func atoi(t *testing.T, text string) int64 {
	t.Helper()
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}
