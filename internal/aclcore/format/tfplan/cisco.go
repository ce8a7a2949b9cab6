package tfplan

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/ios"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/known"
)

// ciscoResources reads the resources of Cisco routers, switches and ASAs.
type ciscoResources struct{ *reader }

var iosxeVendor = vendor{
	prefix:  "iosxe_",
	read:    []string{"access_list_extended", "access_list_standard"},
	filters: regexp.MustCompile(`^(cli|zone_pair|policy_map_type_inspect)$`),
	beside:  regexp.MustCompile(`^(access_list|zone|policy_map)`),
	lists:   func(r *reader) ([]device.List, error) { return ciscoResources{r}.iosxeLists() },
}

var nxosVendor = vendor{
	prefix:  "nxos_",
	read:    []string{"ipv4_access_list", "ipv4_access_list_entry"},
	filters: regexp.MustCompile(`^(cli|dme|rest)$`),
	beside:  regexp.MustCompile(`access_list`),
	lists:   func(r *reader) ([]device.List, error) { return ciscoResources{r}.nxosLists() },
}

// A command is one line of a device's text that stands for a part of a plan.
type command struct {
	text string
	line int // in the plan
	// why are reasons why it is not sure what the line says.
	why []string
}

// A commands is a text that a device's own reader reads.
type commands []command

func (c *commands) add(line int, format string, args ...any) {
	*c = append(*c, command{text: fmt.Sprintf(format, args...), line: line})
}

// entry adds a line with an action, or both actions in doubt if the line is not sure: it
// may then match everything, and an action that is not known may be either. prefix may
// have a place for the number n; wide is what matches everything, behind the action.
func (c *commands) entry(line int, prefix string, n int, action, rest, wide string, why []string) {
	numbered := func(n int) string { return strings.Replace(prefix, "%d", strconv.Itoa(n), 1) }
	if len(why) == 0 {
		c.add(line, "%s%s %s", numbered(n), action, rest)
		return
	}
	actions := []string{action}
	if action != "permit" && action != "deny" {
		actions = []string{"permit", "deny"}
	}
	for i, a := range actions {
		*c = append(*c, command{fmt.Sprintf("%s%s %s", numbered(n+i), a, wide), line, why})
	}
}

func (c *commands) String() string {
	var b strings.Builder
	for _, line := range *c {
		b.WriteString(strings.Map(printable, line.text))
		b.WriteByte('\n')
	}
	return b.String()
}

// printable keeps a value on its line.
func printable(c rune) rune {
	if c < ' ' || c == 0x7f {
		return '\uFFFD'
	}
	return c
}

// word is like text for a value that is one word of a line.
func (a *attributes) word(key string) string {
	text := a.text(key)
	if strings.ContainsFunc(text, func(c rune) bool { return c <= ' ' || c >= 0x7f }) {
		a.strange = append(a.strange, fmt.Sprintf("%s is %q, which is no word", key, text))
		return ""
	}
	return text
}

// finish gives the rules of a list the lines of the plan, and the reasons of their own
// lines.
func (c commands) finish(l *device.List) {
	for i := range l.Rules {
		r := &l.Rules[i]
		if r.Line < 1 || r.Line > len(c) {
			continue
		}
		line := c[r.Line-1]
		r.Line, r.Unknown = line.line, known.Reasons(r.Unknown, line.why)
	}
}

// routerList reads one list as a text of a router.
func (r ciscoResources) routerList(res *resource, dialect ios.Dialect, c commands, name string) []device.List {
	doc, err := ios.Parse(dialect, device.Input{Source: res.address, Content: []byte(c.String())})
	if err != nil || len(doc.Lists) != 1 {
		r.notes = append(r.notes, device.Note{Line: res.line, Text: res.address, Reason: fmt.Sprintf("is not read as a list: %v", err)})
		return nil
	}
	l := doc.Lists[0]
	c.finish(&l)
	l.Name, l.Aliases = res.address, []string{name}
	return []device.List{l}
}

// A sequenced is an entry of a list with its number.
type sequenced struct {
	w view
	n int
}

// sequence returns the entries of a list by their numbers. why says why their order is not
// known.
func (r ciscoResources) sequence(entries view, key string) (out []sequenced, why string) {
	if entries.isUnknown() {
		return nil, afterApply("entries")
	}
	for _, w := range entries.items() {
		n := r.number(w, key)
		switch {
		case w.isUnknown() || w.value.IsNull():
			why = afterApply("an entry")
			continue
		case n == nil:
			why = cmp.Or(why, afterApply(key))
			n = new(int)
		}
		out = append(out, sequenced{w, *n})
	}
	slices.SortStableFunc(out, func(a, b sequenced) int { return cmp.Compare(a.n, b.n) })
	return out, cmp.Or(why, twice(out))
}

// twice says that two entries in order have one number, of which the device keeps one.
func twice(entries []sequenced) string {
	for i := 1; i < len(entries); i++ {
		if entries[i].n == entries[i-1].n {
			return fmt.Sprintf("two entries have the number %d", entries[i].n)
		}
	}
	return ""
}

// attributesOf reads an entry with build, which returns its action and the rest of the
// line, and says why the line is not sure.
func (r ciscoResources) attributesOf(res *resource, w view, why string, build func(a *attributes) (action, rest string)) (action, rest string, reasons []string) {
	a := &attributes{r: r.reader, res: res, w: w, line: w.line(res.line)}
	action, rest = build(a)
	reasons = slices.Concat(a.strange, a.open, a.partly)
	if why != "" {
		reasons = append(reasons, why)
	}
	return action, rest, reasons
}

// iosxeLists returns the access lists of IOS XE: a resource has all entries of a list.
func (r ciscoResources) iosxeLists() ([]device.List, error) {
	var out []device.List
	for _, res := range r.kinds(false, "iosxe_access_list_extended", "iosxe_access_list_standard") {
		name := cmp.Or(r.text(res.values, "name"), "LIST")
		kind, wide, build := "extended", "ip any any", (*attributes).extendedEntry
		if res.kind == "iosxe_access_list_standard" {
			kind, wide, build = "standard", "any", (*attributes).standardEntry
		}
		entries, why := r.sequence(res.values.get("entries"), "sequence")
		var c commands
		c.add(res.line, "ip access-list %s %s", kind, strings.Map(identifier, name))
		if why != "" && len(entries) == 0 {
			c.entry(res.line, " %d ", 1, "", "", wide, []string{why})
		}
		for i, e := range entries {
			action, rest, reasons := r.attributesOf(res, e.w, why, build)
			if action == "" && rest == "" && len(reasons) == 0 {
				continue // a remark alone
			}
			c.entry(e.w.line(res.line), " %d ", 10*(i+1), action, rest, wide, reasons)
		}
		out = append(out, r.routerList(res, ios.IOS, c, name)...)
	}
	return out, nil
}

// standardEntry reads an entry of a standard list: attributes begin with the action.
func (a *attributes) standardEntry() (action, rest string) {
	for _, verb := range []string{"permit", "deny"} {
		host, prefix, mask := a.word(verb+"_host"), a.word(verb+"_prefix"), a.word(verb+"_prefix_mask")
		everything := a.word(verb+"_any") == "true"
		a.known = append(a.known, verb+"_log")
		switch {
		case everything:
			action, rest = verb, "any"
		case host != "":
			action, rest = verb, "host "+host
		case prefix != "":
			action, rest = verb, strings.TrimSpace(prefix+" "+mask)
			if mask == "" {
				a.strange = append(a.strange, "the mask is not set")
			}
		}
	}
	a.rest("sequence", "remark")
	a.remarkAlone(action)
	return action, rest
}

// remarkAlone puts an entry in doubt that neither has an action nor a remark.
func (a *attributes) remarkAlone(action string) {
	if action == "" && a.w.value.Get("remark").TextOr("") == "" {
		a.strange = append(a.strange, "the entry neither permits nor denies")
	}
}

// extendedEntry reads an entry of an extended list.
func (a *attributes) extendedEntry() (action, rest string) {
	action = a.word("ace_rule_action")
	protocol := a.word("ace_rule_protocol")
	if a.word("service_object_group") != "" {
		a.strange = append(a.strange, "a group of services is not in the file")
	}
	words := []string{protocol, a.routerEnd("source"), a.routerPorts("source"), a.routerEnd("destination"), a.routerPorts("destination")}
	if name := a.word("icmp_named_msg_type"); name != "" {
		words = append(words, name)
	} else {
		words = append(words, a.word("icmp_msg_type"), a.word("icmp_msg_code"))
	}
	for _, flag := range []string{"ack", "fin", "psh", "rst", "syn", "urg", "established", "fragments"} {
		if a.word(flag) == "true" {
			words = append(words, flag)
		}
	}
	for _, key := range []string{"dscp", "precedence", "tos"} {
		if value := a.word(key); value != "" {
			words = append(words, key, value)
		}
	}
	a.rest("sequence", "remark", "log", "log_input")
	switch {
	case action == "" && protocol == "":
		a.remarkAlone("")
		return "", ""
	case protocol == "":
		a.strange = append(a.strange, "the protocol is not set")
	}
	return action, strings.Join(slices.DeleteFunc(words, func(w string) bool { return w == "" }), " ")
}

// routerEnd reads the addresses of one end of an entry.
func (a *attributes) routerEnd(side string) string {
	host, prefix, mask := a.word(side+"_host"), a.word(side+"_prefix"), a.word(side+"_prefix_mask")
	everything := a.word(side+"_any") == "true"
	if a.word(side+"_object_group") != "" {
		a.strange = append(a.strange, "a group of addresses is not in the file")
	}
	switch {
	case everything:
		return "any"
	case host != "":
		return "host " + host
	case prefix != "" && mask != "":
		return prefix + " " + mask
	}
	if a.word("ace_rule_protocol") != "" {
		a.strange = append(a.strange, "the "+side+" is not set")
	}
	return "any"
}

// routerPorts reads the ports of one end of an entry.
func (a *attributes) routerPorts(side string) string {
	equal := a.word(side + "_port_equal")
	for i := 2; i <= 10; i++ {
		if more := a.word(fmt.Sprintf("%s_port_equal_%d", side, i)); more != "" {
			equal += " " + more
		}
	}
	greater, lesser := a.word(side+"_port_greater_than"), a.word(side+"_port_lesser_than")
	from, to := a.word(side+"_port_range_from"), a.word(side+"_port_range_to")
	switch {
	case equal != "":
		return "eq " + equal
	case greater != "":
		return "gt " + greater
	case lesser != "":
		return "lt " + lesser
	case from != "" && to != "":
		return "range " + from + " " + to
	}
	return ""
}

// nxosLists returns the access lists of NX-OS. Their entries stand in the resource of the
// list, or are resources of their own.
func (r ciscoResources) nxosLists() ([]device.List, error) {
	var lists []*nxosList
	for _, res := range r.kinds(false, "nxos_ipv4_access_list") {
		l := &nxosList{res: res, name: cmp.Or(r.text(res.values, "name"), "LIST")}
		l.entries, l.why = r.sequence(res.values.get("entries"), "sequence")
		l.outside = len(l.entries) == 0 && l.why == "" && !r.changes[res.address].created
		for range l.entries {
			l.owners = append(l.owners, res)
		}
		lists = append(lists, l)
	}
	lists = r.nxosEntries(lists)
	var out []device.List
	for _, l := range lists {
		read := r.routerList(l.res, ios.NXOS, r.nxosCommands(l), l.name)
		for i := range read {
			if l.outside {
				prepend(&read[i], l.res.line, l.name, outside+"the list "+l.name+" may have others")
			}
		}
		out = append(out, read...)
	}
	return out, nil
}

// An nxosList is an access list that one resource or several make.
type nxosList struct {
	res     *resource
	name    string
	entries []sequenced
	owners  []*resource // of the entries
	why     string      // why the order is not known
	outside bool        // the device may have entries that Terraform does not know
}

// nxosEntries adds the entries that are resources of their own to their lists.
func (r ciscoResources) nxosEntries(lists []*nxosList) []*nxosList {
	for _, res := range r.kinds(false, "nxos_ipv4_access_list_entry") {
		name := r.text(res.values, "name")
		if name == "" {
			r.homelessNote(res, "name")
			for _, l := range lists {
				l.why = "the list of " + res.address + " is known only after apply"
			}
			continue
		}
		device := r.text(res.values, "device")
		i := slices.IndexFunc(lists, func(l *nxosList) bool { return l.name == name && r.text(l.res.values, "device") == device })
		if i < 0 {
			i, lists = len(lists), append(lists, &nxosList{res: res, name: name, outside: true})
		}
		l := lists[i]
		n := r.number(res.values, "sequence_number")
		if n == nil {
			l.why, n = afterApply("sequence_number"), new(int)
		}
		l.entries, l.owners = append(l.entries, sequenced{res.values, *n}), append(l.owners, res)
	}
	return lists
}

// nxosCommands writes the list as the device would show it, in the order of its numbers.
func (r ciscoResources) nxosCommands(l *nxosList) commands {
	order := make([]int, len(l.entries))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(l.entries[a].n, l.entries[b].n) })
	ordered := make([]sequenced, len(order))
	for k, i := range order {
		ordered[k] = l.entries[i]
	}
	why := cmp.Or(l.why, twice(ordered))
	var c commands
	c.add(l.res.line, "ip access-list %s", strings.Map(identifier, l.name))
	if why != "" && len(order) == 0 {
		c.entry(l.res.line, "  %d ", 1, "", "", "ip any any", []string{why})
	}
	for k, i := range order {
		e, owner := l.entries[i], l.owners[i]
		action, rest, reasons := r.attributesOf(owner, e.w, why, (*attributes).nxosEntry)
		if action == "" && rest == "" && len(reasons) == 0 {
			continue
		}
		c.entry(e.w.line(owner.line), "  %d ", 10*(k+1), action, rest, "ip any any", reasons)
	}
	return c
}

// nxosOff are attributes of an entry with the value by which they say nothing.
var nxosOff = map[string]string{
	"http_option_type": "invalid", "packet_length_1": "invalid", "packet_length_2": "invalid", "packet_length_operator": "none", "precedence": "unspecified",
	"ttl": "0", "vlan": "4095", "vni": "invalid", "source_port_1": "0", "source_port_2": "0", "destination_port_1": "0", "destination_port_2": "0",
	"source_port_mask": "0", "destination_port_mask": "0",
}

func (a *attributes) nxosEntry() (action, rest string) {
	action = a.word("action")
	protocol := a.word("protocol")
	if mask := a.word("protocol_mask"); mask != "" && mask != protocol {
		a.strange = append(a.strange, "protocol_mask "+mask)
	}
	words := []string{protocol, a.nxosEnd("source"), a.nxosPorts("source"), a.nxosEnd("destination"), a.nxosPorts("destination")}
	for _, key := range []string{"icmp_type", "icmp_code"} {
		if value := a.word(key); value != "" && value != "256" && protocol == "icmp" {
			words = append(words, value)
		}
	}
	for _, flag := range []struct{ key, word string }{
		{"ack", "ack"}, {"fin", "fin"}, {"psh", "psh"}, {"rst", "rst"}, {"syn", "syn"}, {"urg", "urg"}, {"est", "established"}, {"established", "established"}, {"fragment", "fragments"},
	} {
		if a.word(flag.key) == "true" {
			words = append(words, flag.word)
		}
	}
	if dscp := a.word("dscp"); dscp != "" && dscp != "0" {
		words = append(words, "dscp", dscp)
	}
	if name := a.word("time_range"); name != "" {
		words = append(words, "time-range", name)
	}
	for key, off := range nxosOff {
		if v := a.w.get(key); !v.isUnknown() && v.value.TextOr(off) == off {
			a.known = append(a.known, key)
		}
	}
	a.rest("name", "device", "id", "sequence", "sequence_number", "remark", "logging", "log")
	switch {
	case action == "invalid" && a.w.value.Get("remark").TextOr("") != "":
		return "", "" // a remark alone
	case action == "invalid":
		a.strange = append(a.strange, "action invalid")
		return "", "ip any any"
	}
	return action, strings.Join(slices.DeleteFunc(words, func(w string) bool { return w == "" }), " ")
}

func (a *attributes) nxosEnd(side string) string {
	prefix, length := a.word(side+"_prefix"), a.word(side+"_prefix_length")
	a.known = append(a.known, side+"_prefix_mask")
	if a.word(side+"_address_group") != "" || a.word(side+"_port_group") != "" {
		a.strange = append(a.strange, "a group of addresses or ports is not in the file")
	}
	bits, err := strconv.Atoi(length)
	switch {
	case prefix == "" && length == "" || bits == 0 && err == nil && (prefix == "0.0.0.0" || prefix == ""):
		return "any"
	case err != nil || prefix == "":
		a.strange = append(a.strange, "the "+side+" has no length")
		return "any"
	}
	return fmt.Sprintf("%s/%d", prefix, bits)
}

func (a *attributes) nxosPorts(side string) string {
	operator, first, second := a.word(side+"_port_operator"), a.word(side+"_port_1"), a.word(side+"_port_2")
	switch operator {
	case "", "none":
		return ""
	case "range":
		return "range " + first + " " + second
	}
	return operator + " " + first
}
