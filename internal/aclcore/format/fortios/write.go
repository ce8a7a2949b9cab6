package fortios

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/tree"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/zoned"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// A site is what the writer needs to know of a text besides its rules.
type site struct {
	vdom  string
	root  *tree.Node
	split bool // IPv6 has a table of its own
	// The names are found when the first change asks for them.
	addresses, addresses6, others func() *zoned.Names
	lastID                        int
	policies                      map[string]policySite // by id
	taken                         map[string]bool       // names of policies
}

// policySite is what the writer needs to know of a policy.
type policySite struct{ from, to []string }

// writer returns the site of the VDOM.
func (v *vdom) writer() *site {
	s := &site{
		vdom: v.name, root: v.root, policies: make(map[string]policySite), taken: make(map[string]bool),
		split:      v.root.Get("firewall", "policy6") != nil || v.before(6, 4, 0),
		addresses:  sync.OnceValue(func() *zoned.Names { return zoned.AddressNames(v.v4, &v.addresses) }),
		addresses6: sync.OnceValue(func() *zoned.Names { return zoned.AddressNames(v.v6, &v.addresses6) }),
		others:     sync.OnceValue(func() *zoned.Names { return zoned.ServiceNames(v.services, &v.serviceLevel) }),
	}
	for _, table := range []string{"policy", "policy6"} {
		for _, n := range v.root.Get("firewall", table).Active() {
			id, _ := strconv.Atoi(n.Word)
			s.lastID = max(s.lastID, id)
			s.taken[value(n, "name")] = true
			s.policies[n.Word] = policySite{values(n, "srcintf"), values(n, "dstintf")}
		}
	}
	return s
}

// Write writes the rules of the insertion as commands of the CLI: the objects that
// they need and the text has not, the policies, and the move that puts each before the
// policy that decides. It returns an error for a place where no policy can stand, such
// as before what a virtual IP takes, and for what a FortiGate cannot say.
func Write(_ string, in rule.Insertion) (string, error) {
	w, err := written(in)
	if err != nil {
		return "", err
	}
	return w.text(), nil
}

func written(in rule.Insertion) (*writer, error) {
	w := &writer{in: in, site: &site{}}
	if in.Base != nil {
		if s, ok := in.Base.Writer.(*site); ok {
			w.site = s
		}
	}
	before, err := w.before()
	if err != nil {
		return nil, err
	}
	for i := range in.Rules {
		if err := w.rule(&in.Rules[i], before); err != nil {
			return nil, err
		}
	}
	return w, nil
}

// A writer collects the commands of one change.
type writer struct {
	in   rule.Insertion
	site *site
	// names of objects, looked up when they are first needed.
	v4, v6, services *zoned.Names
	// tables holds the entries by the table that they go into, in order of first use.
	tables  map[string][]string
	order   []string
	written int
	// made are the objects, placed the policies, as what they say.
	made   []madeObject
	placed []placedPolicy
}

// A madeObject is an entry of a table that the text has not, with its settings.
type madeObject struct {
	table, name string
	settings    string // lines of "set NAME VALUE"
}

// A placedPolicy is a policy with the names of its interfaces, addresses and services, and
// the number of the one that it goes before, "" for the end.
type placedPolicy struct {
	id                       int
	name, action, suffix     string
	split                    bool // in the table of IPv6
	from, to, src, dst, svcs []string
	before                   string
}

// errMulticast says that policies do not decide about multicast.
var errMulticast = errors.New("firewall multicast-policy decides about multicast: no policy changes that")

// before returns the id of the policy that new ones go before, "" for the end.
func (w *writer) before() (string, error) {
	for i := range w.in.Rules {
		if t := w.in.Rules[i].Traffic; !t.IsEmpty() && t.Destinations.Subtract(multicast).IsEmpty() {
			return "", errMulticast
		}
	}
	if w.in.Base == nil || w.in.Before >= len(w.in.Base.Rules) {
		return "", nil
	}
	switch r := &w.in.Base.Rules[w.in.Before]; {
	case r.Place != "":
		return r.Place, nil
	case strings.HasPrefix(r.Text, "zone "): // what passes within a zone comes after all policies
		return "", nil
	case strings.HasPrefix(r.Text, accessControlText):
		return "", fmt.Errorf("%s drops this traffic before all policies: no policy changes that", w.in.Base.Describe(w.in.Before))
	case r.Text == multicastText:
		return "", errMulticast
	case r.Implied || strings.HasPrefix(r.Text, "virtual IP "):
		return "", fmt.Errorf("%s decides this traffic before all policies: a policy has to name the virtual IP", w.in.Base.Describe(w.in.Before))
	}
	return "", fmt.Errorf("%s decides this traffic before all policies", w.in.Base.Describe(w.in.Before))
}

func (w *writer) rule(r *rule.Rule, before string) error {
	v4, v6 := r.Traffic.ByFamily()
	for _, part := range []traffic.Product{v4, v6} {
		if part.IsEmpty() {
			continue
		}
		if err := w.policy(r, part, before); err != nil {
			return err
		}
	}
	return nil
}

// policy writes one policy for the traffic, which is of one address family.
func (w *writer) policy(r *rule.Rule, t traffic.Product, before string) error {
	is6, suffix := !t.Sources.Ranges()[0].Is4(), ""
	table := "firewall policy"
	if is6 && w.site.split {
		table = "firewall policy6"
	} else if is6 {
		suffix = "6"
	}
	src, err1 := w.addressNames(t.Sources, is6)
	dst, err2 := w.addressNames(t.Destinations, is6)
	services, err3 := w.serviceNames(t.Services)
	if err := errors.Join(err1, err2, err3); err != nil {
		return err
	}
	from, to := w.interfaces(r, before)
	id := w.nextID()
	name := w.name(r.Name, id)
	action := "accept"
	if r.Action == rule.Deny {
		action = "deny"
	}
	lines := []string{
		fmt.Sprintf("    edit %d", id),
		fmt.Sprintf("        set name %q", name),
		"        set srcintf " + quotedList(from),
		"        set dstintf " + quotedList(to),
		"        set srcaddr" + suffix + " " + quotedList(src),
		"        set dstaddr" + suffix + " " + quotedList(dst),
		"        set service " + quotedList(services),
		"        set schedule \"always\"",
		"        set action " + action,
		"        set logtraffic all",
		"    next",
	}
	w.placed = append(w.placed, placedPolicy{id, name, action, suffix, is6 && w.site.split, from, to, src, dst, services, before})
	if before != "" {
		lines = append(lines, fmt.Sprintf("    move %d before %s", id, before))
	}
	w.add(table, lines...)
	return nil
}

// maxName is how long the name of a policy may be.
const maxName = 35

// name returns the name that is wanted if it can be that of a policy, which no other has,
// else acl-N with the number of the policy.
func (w *writer) name(wanted string, id int) string {
	isFree := func(name string) bool {
		used := func(p placedPolicy) bool { return p.name == name }
		return !w.site.taken[name] && !slices.ContainsFunc(w.placed, used) &&
			!slices.ContainsFunc(w.in.Beside, func(text string) bool { return strings.Contains(text, fmt.Sprintf("%q", name)) })
	}
	if wanted != "" && len(wanted) <= maxName && !strings.ContainsAny(wanted, "<>()#'\"\\\n") && isFree(wanted) {
		return wanted
	}
	name := fmt.Sprintf("acl-%d", id)
	for i := 2; !isFree(name); i++ {
		name = fmt.Sprintf("acl-%d-%d", id, i)
	}
	return name
}

// interfaces returns those that the flow declares, else those of the policy that the
// new one goes before, else any.
func (w *writer) interfaces(r *rule.Rule, before string) (from, to []string) {
	from, to = r.SourceZones, r.DestinationZones
	if p, ok := w.site.policies[before]; ok {
		if len(from) == 0 {
			from = p.from
		}
		if len(to) == 0 {
			to = p.to
		}
	}
	if len(from) == 0 {
		from = []string{"any"}
	}
	if len(to) == 0 {
		to = []string{"any"}
	}
	return from, to
}

// nextID returns an id that no policy of the text has, nor of a change before it.
func (w *writer) nextID() int {
	last := w.site.lastID
	for _, text := range w.in.Beside {
		for line := range strings.Lines(text) {
			id, ok := strings.CutPrefix(strings.TrimSpace(line), "edit ")
			if key, value, isResource := strings.Cut(line, " = "); isResource && strings.TrimSpace(key) == "policyid" {
				id, ok = strings.TrimSpace(value), true
			}
			if n, err := strconv.Atoi(id); ok && err == nil {
				last = max(last, n)
			}
		}
	}
	w.written++
	return last + w.written
}

func (w *writer) add(table string, lines ...string) {
	if w.tables == nil {
		w.tables = make(map[string][]string)
	}
	if w.tables[table] == nil {
		w.order = append(w.order, table)
	}
	w.tables[table] = append(w.tables[table], lines...)
}

// text joins the tables: objects first, then policies.
func (w *writer) text() string {
	slices.SortStableFunc(w.order, func(a, b string) int { return rank(a) - rank(b) })
	var lines []string
	if w.site.vdom != "" {
		lines = append(lines, "config vdom", "edit "+quotedList([]string{w.site.vdom}))
	}
	for _, table := range w.order {
		lines = append(append(append(lines, "config "+table), w.tables[table]...), "end")
	}
	if w.site.vdom != "" {
		lines = append(lines, "next", "end")
	}
	return strings.Join(lines, "\n")
}

func rank(table string) int {
	if strings.HasPrefix(table, "firewall policy") {
		return 1
	}
	return 0
}

func quotedList(names []string) string {
	quoted := make([]string, len(names))
	for i, n := range names {
		quoted[i] = `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(n) + `"`
	}
	return strings.Join(quoted, " ")
}

// addressNames returns the objects that together stand for the set.
func (w *writer) addressNames(s addr.Set, is6 bool) ([]string, error) {
	if s.Equal(addr.Any4()) || s.Equal(addr.Any6()) {
		return []string{"all"}, nil
	}
	known, table := &w.v4, "firewall address"
	find := w.site.addresses
	if is6 {
		known, table, find = &w.v6, "firewall address6", w.site.addresses6
	}
	if *known == nil {
		*known = &zoned.Names{}
		if find != nil {
			*known = find()
		}
	}
	if name, isNew := (*known).Of(s.String(), "", nil); !isNew && name != "" {
		return []string{name}, nil
	}
	var names []string
	for _, t := range zoned.AddressTerms(s) {
		name, isNew := (*known).Of(t.Set().String(), "acl-"+strings.ReplaceAll(t.String(), "/", "_"), w.in.Beside)
		if isNew && !slices.Contains(w.tables[table], "    edit "+quotedList([]string{name})) {
			w.add(table, "    edit "+quotedList([]string{name}), "        "+addressSetting(t), "    next")
			w.made = append(w.made, madeObject{table, name, addressSetting(t)})
		}
		names = append(names, name)
	}
	return names, nil
}

// addressSetting writes what defines an address object.
func addressSetting(t zoned.AddressTerm) string {
	switch {
	case t.Prefix.IsValid() && t.Is4():
		return fmt.Sprintf("set subnet %s %s", t.Prefix.Addr(), netmask(t.Prefix.Bits()))
	case t.Prefix.IsValid():
		return "set ip6 " + t.Prefix.String()
	}
	return fmt.Sprintf("set type iprange\n        set start-ip %s\n        set end-ip %s", t.From, t.To)
}

func netmask(length int) netip.Addr {
	mask := ^uint32(0) << (32 - length)
	if length == 0 {
		mask = 0
	}
	return netip.AddrFrom4([4]byte{byte(mask >> 24), byte(mask >> 16), byte(mask >> 8), byte(mask)})
}

// serviceNames returns the objects that together stand for the services.
func (w *writer) serviceNames(s service.Set) ([]string, error) {
	if s.IsAny() {
		return []string{"ALL"}, nil
	}
	if w.services == nil {
		w.services = &zoned.Names{}
		if w.site.others != nil {
			w.services = w.site.others()
		}
	}
	if name, isNew := w.services.Of(s.String(), "", nil); !isNew && name != "" {
		return []string{name}, nil
	}
	terms, err := zoned.ServiceTerms(s)
	if err != nil {
		return nil, err
	}
	const table = "firewall service custom"
	var names []string
	for _, t := range terms {
		wanted, setting, err := serviceSetting(t)
		if err != nil {
			return nil, err
		}
		name, isNew := w.services.Of(t.Set().String(), wanted, w.in.Beside)
		if isNew && !slices.Contains(w.tables[table], "    edit "+quotedList([]string{name})) {
			w.add(table, "    edit "+quotedList([]string{name}), "        "+setting, "    next")
			w.made = append(w.made, madeObject{table, name, setting})
		}
		names = append(names, name)
	}
	return names, nil
}

// serviceSetting returns a name for a service object, and what defines it.
func serviceSetting(t zoned.ServiceTerm) (name, setting string, err error) {
	word := map[uint8]string{service.TCP: "tcp", service.UDP: "udp", service.SCTP: "sctp"}[t.Protocol]
	switch {
	case t.Protocol == service.ICMP || t.Protocol == service.ICMPv6:
		protocol := map[uint8]string{service.ICMP: "ICMP", service.ICMPv6: "ICMP6"}[t.Protocol]
		name, setting = "acl-"+strings.ToLower(protocol), "set protocol "+protocol
		if t.Type >= 0 {
			name, setting = fmt.Sprintf("%s-%d", name, t.Type), fmt.Sprintf("%s\n        set icmptype %d", setting, t.Type)
		}
		if t.Code >= 0 {
			name, setting = fmt.Sprintf("%s-%d", name, t.Code), fmt.Sprintf("%s\n        set icmpcode %d", setting, t.Code)
		}
		return name, setting, nil
	case word != "":
		ports := run(t.Destinations)
		if t.Sources != (zoned.Ports{From: 0, To: 65535}) {
			ports += ":" + run(t.Sources)
		}
		return "acl-" + word + "-" + strings.ReplaceAll(ports, ":", "-from-"), fmt.Sprintf("set %s-portrange %s", word, ports), nil
	case t.HasPorts():
		return "", "", fmt.Errorf("a FortiGate has no service with ports of IP protocol %d", t.Protocol)
	case t.Protocol == 0:
		return "", "", errors.New("a FortiGate has no service of IP protocol 0 alone, since 0 stands for all of them")
	}
	return fmt.Sprintf("acl-ip-%d", t.Protocol), fmt.Sprintf("set protocol IP\n        set protocol-number %d", t.Protocol), nil
}

func run(p zoned.Ports) string {
	if p.From == p.To {
		return strconv.Itoa(int(p.From))
	}
	return fmt.Sprintf("%d-%d", p.From, p.To)
}

// Delete returns the commands that delete a policy of the list.
func Delete(base *rule.Ruleset, r *rule.Rule) (string, error) {
	if r.Place == "" {
		return "", fmt.Errorf("%s is no policy", r)
	}
	w := &writer{site: &site{}}
	if s, ok := base.Writer.(*site); ok {
		w.site = s
	}
	table := "firewall policy"
	if v4, _ := r.Traffic.ByFamily(); v4.IsEmpty() && w.site.split {
		table = "firewall policy6"
	}
	w.add(table, "    delete "+r.Place)
	return w.text(), nil
}
