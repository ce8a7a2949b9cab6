package panos

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/hcl"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/zoned"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
)

// A site is what the writer needs to know of a text besides its rules.
type site struct {
	prefix   []string // of commands for objects
	layers   []layerSite
	end      int // the layer that new rules are added to that go before a default rule
	rules    map[string]ruleSite
	taken    map[string]bool // names of rules
	services func() *zoned.Names
}

// layerSite is a rulebase, and whether the text's own firewall or Panorama has it, so
// that a rule can be added to it.
type layerSite struct {
	path     []string
	writable bool
}

// writer returns the site of the scope.
func (p *policies) writer() *site {
	s := &site{
		prefix: p.scope.prefix, rules: p.sites, taken: p.taken(),
		services: func() *zoned.Names { return zoned.ServiceNames(p.names.services, p.names.ownServices) },
	}
	for i, l := range p.scope.layers {
		s.layers = append(s.layers, layerSite{l.path, l.local || p.scope.panorama})
		if l.local || p.scope.panorama && l.path[0] == "device-group" && l.path[1] == p.scope.name && l.path[2] == "post-rulebase" {
			s.end = i
		}
	}
	return s
}

// taken returns the names of all rules, also of those that are switched off.
func (p *policies) taken() map[string]bool {
	all := maps.Clone(p.seen)
	maps.Copy(all, p.off)
	return all
}

// Write writes the rules of the insertion as set commands: the services that they need
// and the text has not, the rules, and the move that puts each before the rule that
// decides. It returns an error for a place where no rule can stand, such as before a
// rule that Panorama pushes to the firewall, and for protocols without ports, which
// PAN-OS matches by application only.
func Write(_ string, in rule.Insertion) (string, error) {
	w, err := written(in)
	if err != nil {
		return "", err
	}
	return strings.Join(append(w.objects, w.rules...), "\n"), nil
}

func written(in rule.Insertion) (*writer, error) {
	w := &writer{in: in, site: &site{layers: []layerSite{{[]string{"rulebase"}, true}}}}
	if in.Base != nil {
		if s, ok := in.Base.Writer.(*site); ok {
			w.site = s
		}
	}
	base, before, err := w.place()
	if err != nil {
		return nil, err
	}
	w.base, w.before = base, before
	for i := range in.Rules {
		if err := w.rule(&in.Rules[i], base, before); err != nil {
			return nil, err
		}
	}
	return w, nil
}

// A writer collects the commands of one change.
type writer struct {
	in             rule.Insertion
	site           *site
	services       *zoned.Names
	objects, rules []string
	// made and placed are what objects and rules say, in a rulebase before a rule.
	made   []madeService
	placed []placedRule
	base   []string
	before string
}

// A madeService is a service that the text has not.
type madeService struct{ name, protocol, ports, sources string }

// A placedRule is a rule with its name and the names of its services.
type placedRule struct {
	name, action string
	rule         *rule.Rule
	services     []string
}

// place returns the rulebase that new rules go into, and the rule that they go before,
// "" for the end.
func (w *writer) place() (base []string, before string, err error) {
	end := w.site.layers[w.site.end]
	if w.in.Base == nil || w.in.Before >= len(w.in.Base.Rules) {
		return end.path, "", nil
	}
	r := &w.in.Base.Rules[w.in.Before]
	at, ok := w.site.rules[r.Place]
	switch {
	case r.Place == "" && len(r.Unknown) > 0:
		return nil, "", fmt.Errorf("%s decides this traffic before all rules", w.in.Base.Describe(w.in.Before))
	case !ok: // a default rule
		return end.path, "", nil
	case w.site.layers[at.layer].writable:
		return w.site.layers[at.layer].path, at.name, nil
	case at.layer > w.site.end: // pushed behind the firewall's own
		return end.path, "", nil
	}
	return nil, "", fmt.Errorf("%s is pushed by Panorama before the firewall's own rules; change it in Panorama's %s",
		w.in.Base.Describe(w.in.Before), strings.Join(w.site.layers[at.layer].path, " "))
}

func (w *writer) rule(r *rule.Rule, base []string, before string) error {
	if !r.Traffic.Services.IsAny() && r.Traffic.Services.Overlaps(portless) {
		return errors.New("PAN-OS has services for TCP, UDP and SCTP only: write a rule with the application that is meant, such as ping, by hand")
	}
	services, err := w.serviceNames(r.Traffic.Services)
	if err != nil {
		return err
	}
	name := w.ruleName(r)
	action := "allow"
	if r.Action == rule.Deny {
		action = "deny"
	}
	command := strings.Join(append(quotedWords(base), "security", "rules", quoted(name)), " ")
	w.rules = append(w.rules, fmt.Sprintf("set %s from %s to %s source %s destination %s source-user any category any application any service %s action %s",
		command, list(r.SourceZones), list(r.DestinationZones), list(addressWords(r.Traffic.Sources)), list(addressWords(r.Traffic.Destinations)), list(services), action))
	w.placed = append(w.placed, placedRule{name, action, r, services})
	if before != "" {
		w.rules = append(w.rules, fmt.Sprintf("move %s before %s", command, quoted(before)))
	}
	return nil
}

// portless is all that no service object stands for.
var portless = service.Any().Subtract(service.SetOf(service.Whole(service.TCP), service.Whole(service.UDP), service.Whole(service.SCTP)))

// maxName is how long the name of a rule may be.
const maxName = 63

// ruleName returns the rule's own name if it can be one, else acl-N with a free number.
func (w *writer) ruleName(r *rule.Rule) string {
	isFree := func(name string) bool {
		used := func(text string) bool {
			return strings.Contains(text, " "+quoted(name)+" from ") || hcl.Says([]string{text}, name)
		}
		return !w.site.taken[name] && !slices.ContainsFunc(w.in.Beside, used) && !slices.ContainsFunc(w.rules, used)
	}
	if isName(r.Name) && isFree(r.Name) {
		return r.Name
	}
	for i := 1; ; i++ {
		if name := fmt.Sprintf("acl-%d", i); isFree(name) {
			return name
		}
	}
}

// isName reports whether PAN-OS takes the text for the name of a rule.
func isName(text string) bool {
	if text == "" || len(text) > maxName || strings.ContainsAny(text[:1], " _-.") {
		return false
	}
	return strings.IndexFunc(text, func(r rune) bool {
		return !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune(" _-.", r))
	}) < 0
}

// addressWords returns literals that together stand for the set.
func addressWords(s addr.Set) []string {
	if s.IsAny() {
		return nil
	}
	var out []string
	for _, t := range zoned.AddressTerms(s) {
		out = append(out, t.String())
	}
	return out
}

// serviceNames returns the services that together stand for the set.
func (w *writer) serviceNames(s service.Set) ([]string, error) {
	if s.IsAny() {
		return nil, nil
	}
	if w.services == nil {
		w.services = &zoned.Names{}
		if w.site.services != nil {
			w.services = w.site.services()
		}
	}
	if name, isNew := w.services.Of(s.String(), "", nil); !isNew && name != "" {
		return []string{name}, nil
	}
	terms, err := zoned.ServiceTerms(s)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, t := range terms {
		i := slices.IndexFunc(protocols, func(p struct {
			word   string
			number uint8
		},
		) bool {
			return p.number == t.Protocol
		})
		word, sources := protocols[i].word, ""
		wanted, setting := "acl-"+word+"-"+run(t.Destinations), fmt.Sprintf("protocol %s port %s", word, run(t.Destinations))
		if t.Sources != (zoned.Ports{From: 0, To: 65535}) {
			sources = run(t.Sources)
			wanted += "-from-" + sources
			setting += " source-port " + sources
		}
		name, isNew := w.services.Of(t.Set().String(), wanted, w.in.Beside)
		command := strings.Join(append([]string{"set"}, append(quotedWords(w.site.prefix), "service", quoted(name), setting)...), " ")
		if isNew && !slices.Contains(w.objects, command) {
			w.objects = append(w.objects, command)
			w.made = append(w.made, madeService{name, word, run(t.Destinations), sources})
		}
		out = append(out, name)
	}
	return out, nil
}

func run(p zoned.Ports) string {
	if p.From == p.To {
		return fmt.Sprint(p.From)
	}
	return fmt.Sprintf("%d-%d", p.From, p.To)
}

// list writes words as the CLI takes them; none stand for any.
func list(words []string) string {
	switch len(words) {
	case 0:
		return "any"
	case 1:
		return quoted(words[0])
	}
	return "[ " + strings.Join(quotedWords(words), " ") + " ]"
}

func quotedWords(words []string) []string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = quoted(w)
	}
	return out
}

func quoted(word string) string {
	if word == "" || strings.ContainsAny(word, " \t\"[]") {
		return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(word) + `"`
	}
	return word
}

// Delete returns the command that deletes a rule of the list.
func Delete(base *rule.Ruleset, r *rule.Rule) (string, error) {
	s, _ := base.Writer.(*site)
	if s == nil {
		return "", fmt.Errorf("%s stands in no rulebase that is known", r)
	}
	at, ok := s.rules[r.Place]
	if !ok || at.name == "" || !s.layers[at.layer].writable {
		return "", fmt.Errorf("%s is no rule of the firewall's own", r)
	}
	return "delete " + strings.Join(append(quotedWords(s.layers[at.layer].path), "security", "rules", quoted(at.name)), " "), nil
}
