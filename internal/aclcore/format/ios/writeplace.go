package ios

import (
	"fmt"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/same"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/spot"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

const (
	// numberStep is the distance of the sequence numbers that devices assign.
	numberStep = 10
	// lastSequence is the largest sequence number that all the platforms have (XR).
	lastSequence = 2147483644
)

// place writes the lines with numbers that put them where the insertion says.
func (l *target) place(lines []writtenLine, in rule.Insertion) (string, error) {
	at, err := l.index(lines, in)
	if err != nil {
		return "", err
	}
	lines, moved := l.moves(lines, at)
	if len(lines) == 0 {
		return "", fmt.Errorf("list %s has these entries already, before the place they are for", l.name)
	}
	var out []string
	taken, renumbered := numbersIn(in.Beside)
	numbers, ok := l.free(len(lines), at, taken)
	if !ok || renumbered && numbers != nil {
		ok = false
		if numbers = l.renumbered(len(lines), at, in.Beside, taken); numbers == nil {
			var command string
			if command, numbers, err = l.resequence(len(lines), at, in.Base.Source); err != nil {
				return "", err
			}
			out = append(out, command)
		}
	}
	out = append(out, l.enter)
	for _, e := range moved {
		which := e.body()
		if number := e.number(); number > 0 && ok {
			which = strconv.FormatInt(number, 10)
			if l.oldIPv6() {
				which = "sequence " + which
			}
		}
		if command := " no " + which; !slices.Contains(out, command) { // a file may have it twice
			out = append(out, command)
		}
	}
	for i, a := range lines {
		text := a.text
		switch {
		case numbers == nil:
		case l.oldIPv6():
			text = fmt.Sprintf("sequence %d %s", numbers[i], text)
		default:
			text = strconv.FormatInt(numbers[i], 10) + " " + text
		}
		out = append(out, " "+text)
	}
	return strings.Join(out, "\n"), nil
}

// oldIPv6 reports whether the word sequence stands before numbers.
func (l *target) oldIPv6() bool { return l.dialect == IOS && l.v6 && !l.eos }

// index returns the entry that the lines go before; the number of entries is the
// end. What is implicit stays behind them, and a line that stands for a permit and
// a deny is not cut in two.
func (l *target) index(lines []writtenLine, in rule.Insertion) (int, error) {
	if in.Before < 0 || in.Base != nil && in.Before > len(in.Base.Rules) {
		return 0, fmt.Errorf("list %s has no rule %d to come before", l.name, in.Before)
	}
	at := sort.Search(len(l.entries), func(i int) bool { return l.entries[i].last >= in.Before })
	for at > 0 && l.entries[at-1].implicit {
		at--
		for _, a := range lines {
			if a.action == rule.Deny && a.traffic.Overlaps(l.entries[at].rule.Traffic) {
				return 0, fmt.Errorf("list %s: %q would have to stand behind an implicit entry, %s", l.name, a.text, l.entries[at].body())
			}
		}
	}
	return at, nil
}

// key tells apart the entries that platforms take for the same.
type key struct {
	action   rule.Action
	from, to addr.Range
	services service.Range
}

func keyOf(action rule.Action, p traffic.Product) (key, bool) {
	from, to, services := p.Sources.Ranges(), p.Destinations.Ranges(), p.Services.Ranges()
	if len(from) != 1 || len(to) != 1 || len(services) != 1 {
		return key{}, false
	}
	return key{action, from[0], to[0], services[0]}, true
}

// moves leaves out the lines that the list has before entry at, and finds the
// entries behind it that a line takes the place of: IOS refuses a second one that
// says the same. Such an entry decides nothing once the line stands before it. The
// line takes over its text, and so its logging.
func (l *target) moves(lines []writtenLine, at int) (rest []writtenLine, moved []baseEntry) {
	if l.dialect == XR { // allows it
		return lines, nil
	}
	wanted := make(map[key]int, len(lines))
	var candidates []int
	for i, a := range lines {
		if k, ok := keyOf(a.action, a.traffic); ok {
			wanted[k] = i
			candidates = append(candidates, l.meanings.At(same.OfRule(a.action, a.traffic))...)
		}
	}
	slices.Sort(candidates)
	present := make(map[int]bool)
	for _, i := range slices.Compact(candidates) {
		e := &l.entries[i]
		k, ok := keyOf(e.rule.Action, e.rule.Traffic)
		if !ok {
			continue
		}
		n, ok := wanted[k]
		switch {
		case !ok || present[n]:
		case i < at:
			present[n] = true
		default:
			moved = append(moved, *e)
			if body := e.body(); !strings.Contains(body, "wildcard bits") { // show writes it so
				lines[n].text = body
			}
		}
	}
	for i, a := range lines {
		if !present[i] {
			rest = append(rest, a)
		}
	}
	return rest, moved
}

// end returns the number of entries that are not implicit.
func (l *target) end() int {
	n := len(l.entries)
	for n > 0 && l.entries[n-1].implicit {
		n--
	}
	return n
}

// free finds n sequence numbers before entry at that are not taken. At the end of a
// list that there is none are needed, and nil is returned: the device numbers what it
// adds, behind remarks too.
func (l *target) free(n, at int, taken []int64) ([]int64, bool) {
	switch {
	case l.isNew:
		numbers, last := make([]int64, n), slices.Max(append(taken, 0))
		for i := range numbers {
			numbers[i] = last - last%numberStep + numberStep*int64(i+1)
		}
		return numbers, true
	case at == l.end():
		return nil, true
	}
	low, high := int64(0), l.entries[at].number()
	if at > 0 {
		if low = l.entries[at-1].number(); low == 0 {
			return nil, false
		}
	}
	switch free := l.entries[at].free(); {
	case free < 0:
		return nil, false
	case free > 0: // remarks have the numbers below
		low = free - 1
	}
	if high <= low {
		return nil, false
	}
	numbers := spot.Between(low, high, taken, n, 0)
	return numbers, numbers != nil
}

// numbersIn returns the sequence numbers that changes give to their entries, and
// whether one of them numbers the list anew. What comes after that one has to do so
// too, since no other number is known any more.
func numbersIn(changes []string) (numbers []int64, renumbered bool) {
	for _, change := range changes {
		for text := range strings.Lines(change) {
			renumbered = renumbered || strings.HasPrefix(text, "ip access-list resequence ")
			if body, ok := strings.CutPrefix(text, " "); ok && !strings.HasPrefix(body, "no ") {
				if number, _, _ := cutNumber(body); number > 0 {
					numbers = append(numbers, number)
				}
			}
		}
	}
	return numbers, renumbered
}

// renumbered finds n numbers before entry at in the list as the first of the changes has
// numbered it anew, nil where these are not known: the change is not the first, another
// one did the same, entries were taken away, or there is no room.
func (l *target) renumbered(n, at int, changes []string, taken []int64) []int64 {
	if len(changes) == 0 {
		return nil
	}
	command, _, _ := strings.Cut(changes[0], "\n")
	step, err := strconv.ParseInt(command[strings.LastIndexByte(command, ' ')+1:], 10, 64)
	all := "\n" + strings.Join(changes, "\n")
	if err != nil || command != fmt.Sprintf("ip access-list resequence %s %d %d", l.name, step, step) ||
		strings.Count(all, "\nip access-list resequence ") > 1 || strings.Contains(all, "\n no ") {
		return nil
	}
	before := int64(0)
	seen := make(map[string]bool)
	for i := range l.entries[:at] {
		if body := l.entries[i].body(); !seen[body] { // IOS does not keep a second one
			seen[body] = true
			before++
		}
	}
	return spot.Between(before*step, (before+1)*step, taken, n, 0)
}

// resequence returns the command that makes room for n entries before entry at,
// and their numbers.
func (l *target) resequence(n, at int, source string) (string, []int64, error) {
	if l.entries[at].number() == 0 || at > 0 && l.entries[at-1].number() == 0 {
		if l.dialect != IOS || l.eos || l.v6 {
			return "", nil, fmt.Errorf("the entries of list %s have no sequence numbers in %s; read the list from the device, which shows them", l.name, source)
		}
	}
	room := int64(numberStep)
	for room <= int64(n) {
		room *= numberStep
	}
	where := fmt.Sprintf("list %s has no free sequence number before %q in %s", l.name, l.entries[at].rule.Text, source)
	command := ""
	switch family := strings.Fields(l.enter)[0]; {
	case l.dialect == NXOS:
		command = fmt.Sprintf("resequence %s access-list %s %d %d", family, l.name, room, room)
	case l.dialect == XR:
		command = fmt.Sprintf("resequence access-list %s %s %d %d", family, l.name, room, room)
	case l.eos:
		command = fmt.Sprintf("%s\" and then \"resequence %d %d", l.enter, room, room)
	case l.v6:
		return "", nil, fmt.Errorf("%s, and IOS cannot number an IPv6 list anew; write the list again with room", where)
	}
	if command != "" {
		return "", nil, fmt.Errorf("%s; type \"%s\" on the device and read its configuration again", where, command)
	}
	before, all := 0, 0
	seen := make(map[string]bool)
	same := make(map[key]bool)
	for i := range l.entries {
		e := &l.entries[i]
		body, number := e.body(), e.number()
		if seen[body] {
			continue // IOS does not keep a second one
		}
		seen[body] = true
		if k, ok := keyOf(e.rule.Action, e.rule.Traffic); ok && e.certain() {
			if same[k] {
				return "", nil, fmt.Errorf("%s, and %q stands in it in other words too, which IOS may not keep; read the list from the device with \"show access-lists\"", where, body)
			}
			same[k] = true
		}
		if word, _, _ := strings.Cut(body, " "); !strings.EqualFold(word, "permit") && !strings.EqualFold(word, "deny") {
			return "", nil, fmt.Errorf("%s, and for %q it is not certain that it has one; read the list from the device with \"show access-lists\"", where, body)
		}
		if i > 0 && number > 0 && number == l.entries[i-1].number() {
			return "", nil, fmt.Errorf("%s, and two entries have the number %d; read the list from the device with \"show access-lists\"", where, number)
		}
		if i < at {
			before++
		}
		all++
	}
	if room*int64(all+1) > lastSequence {
		return "", nil, fmt.Errorf("%s, and there are not enough of them for %d entries", where, all)
	}
	return fmt.Sprintf("ip access-list resequence %s %d %d", l.name, room, room), spread(n, before, room), nil
}

// spread returns n numbers between entry number before and the next one of a list whose
// entries are room apart.
func spread(n, before int, room int64) []int64 {
	numbers := make([]int64, n)
	for i := range numbers {
		numbers[i] = room*int64(before) + room/int64(n+1)*int64(i+1)
	}
	return numbers
}
