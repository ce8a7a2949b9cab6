package estate

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/flow"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/policy"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/topology"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/delivery"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/live"
)

// Config is what a provider configuration says.
type Config struct {
	Rulesets map[string]RulesetConfig
	// Zones maps the zones of the estate to addresses and names of addresses, Devices are
	// the firewalls between them, and Paths the ways that are not the shortest ones. Where
	// there are devices, a flow that names no rulesets finds its own ways.
	Zones   map[string][]string
	Devices map[string]DeviceConfig
	Paths   []PathConfig
	// Addresses and Services map names to literals and other names.
	Addresses, Services map[string][]string
	// Policies are asked of every flow; nil means that there are none.
	Policies *policy.Set
	// Now is the instant at which flows and exceptions expire or not.
	Now time.Time
	// Commands says whether programs may be run, Getenv reads the environment that has
	// headers for addresses; nil has none. Context ends what is read from firewalls; nil
	// never does.
	Commands live.Gate
	Getenv   func(string) string
	Context  context.Context
	// Progress, if not nil, is told before and after a ruleset is loaded; rulesets may be
	// loaded at the same time.
	Progress func(Progress)
}

// Progress is a step of the loading of a ruleset, which may take a while.
type Progress struct {
	Ruleset string
	// Origin is where a text is read from that is of no file: told before, with no Bytes,
	// and after that.
	Origin string
	Bytes  int // of the text
	// Done says whether the ruleset is loaded; only then the rest is set.
	Done   bool
	Format string
	Rules  int
	// Took is the time from the first byte to the last entry of the index.
	Took time.Duration
}

// RulesetConfig says where one ruleset is and how to read it.
type RulesetConfig struct {
	// Path is a file, Content the text itself, Source reads it from the firewall; exactly
	// one is set.
	Path, Content string
	Source        *Source
	// Format is the language; empty means detected from the text.
	Format string
	// Context chooses one of several firewalls in the text: a vsys, a VDOM, a device
	// group.
	Context string
	// ACL chooses one of several access lists in the text.
	ACL string
	// Additions is the file of the rules that we own; empty means read-only.
	Additions string
	// Script is the file of the commands that bring the additions to the device, empty for
	// none; Deliver brings them there.
	Script  string
	Deliver *DeliverConfig
	// AdditionsEffective says that the device runs the additions too: what they permit is
	// allowed, and not pending.
	AdditionsEffective bool
	// AdditionsPrune drops additions that the ruleset itself has made needless.
	AdditionsPrune bool
	// DefaultAction is "permit" or "deny"; empty means what the format says.
	DefaultAction string
	// Stateless says that replies are filtered too; nil means what the format says.
	Stateless *bool
	// ChangeLanguage is that of changes to paste: "hcl" for resources of Terraform, empty for
	// the language of the text. Scripts, and what is delivered, are in that of the text.
	ChangeLanguage string
	// Assume says of conditions of rules, by their text, whether they hold: the user
	// vouches for that.
	Assume map[string]bool

	// source is what people see of Path; empty means its last element.
	source string
}

// Estate answers for one configuration. It is safe for concurrent use: rulesets
// are loaded once, on first use, and never change afterwards.
type Estate struct {
	config   Config
	declared declarations
	names    func() (*flow.Names, error)
	rulesets map[string]*ruleset
	devices  map[string]*firewall
	topology func() (*topology.Topology, error)
	policies *policy.Set
	now      time.Time
	// gathering knows who is about to deliver.
	gathering *delivery.Gathering
}

// New returns an estate. It reads no file.
func New(c Config) *Estate {
	e := &Estate{
		config:   c,
		names:    sync.OnceValues(func() (*flow.Names, error) { return flow.NewNames(c.Addresses, c.Services) }),
		rulesets: make(map[string]*ruleset, len(c.Rulesets)), devices: make(map[string]*firewall, len(c.Devices)),
		policies: c.Policies, now: c.Now, gathering: new(delivery.Gathering),
	}
	around := newSurrounding(c)
	shown := sources(paths(c.Rulesets))
	for name, rc := range c.Rulesets {
		rc.source, rc.Source = shown[name], withHandles(rc.Source, rc.Deliver)
		rs := newRuleset(name, rc, around)
		rs.apart = func() error {
			if conflicts := FileConflicts(c.Rulesets, c.Devices); len(conflicts) > 0 {
				return conflicts[0]
			}
			return nil
		}
		rs.delivers = newDelivering(rs, e.gathering)
		e.rulesets[name] = rs
	}
	for name, dc := range c.Devices {
		dc.Source = withHandles(dc.Source, dc.Deliver)
		fw := newFirewall(name, dc, around)
		fw.apart = func() error {
			if conflicts := FileConflicts(c.Rulesets, c.Devices); len(conflicts) > 0 {
				return conflicts[0]
			}
			return nil
		}
		fw.delivers = newDelivering(fw.ruleset, e.gathering)
		e.devices[name] = fw
	}
	e.topology = sync.OnceValues(func() (*topology.Topology, error) { return e.buildTopology(c) })
	return e
}

// Names returns the dictionary of address and service names.
func (e *Estate) Names() (*flow.Names, error) { return e.names() }

// RulesetNames returns the names of the rulesets, sorted.
func (e *Estate) RulesetNames() []string { return slices.Sorted(maps.Keys(e.rulesets)) }

// ErrPath says that it cannot be told which rulesets a flow crosses.
var ErrPath = errors.New("which rulesets the flow crosses is not known")

// pathError is an ErrPath whose text is its own.
type pathError struct{ error }

func (e pathError) Is(target error) bool { return target == ErrPath }

// path returns the rulesets that a flow crosses: the named ones, or the only one
// there is.
func (e *Estate) path(named []string) ([]*ruleset, error) {
	if len(named) == 0 {
		switch len(e.rulesets) {
		case 0:
			return nil, fmt.Errorf("%w: the provider has none; add one to its rulesets", ErrPath)
		case 1:
			named = e.RulesetNames()
		default:
			return nil, fmt.Errorf("%w: the provider has %s; name those that it crosses in rulesets, in order",
				ErrPath, quoted(e.RulesetNames()))
		}
	}
	out := make([]*ruleset, len(named))
	for i, name := range named {
		rs, ok := e.rulesets[name]
		switch {
		case !ok && len(e.rulesets) == 0:
			return nil, pathError{fmt.Errorf("unknown ruleset %q: the provider has none", name)}
		case !ok:
			return nil, pathError{fmt.Errorf("unknown ruleset %q: the provider has %s", name, quoted(e.RulesetNames()))}
		case slices.Contains(named[:i], name):
			return nil, pathError{fmt.Errorf("ruleset %q is named twice", name)}
		}
		out[i] = rs
	}
	return out, nil
}

func quoted(names []string) string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = fmt.Sprintf("%q", n)
	}
	return strings.Join(out, ", ")
}

// Path returns the names of the rulesets and devices that the flow crosses, in order, as
// [Estate.Release] takes them; none where that cannot be told.
func (e *Estate) Path(f Flow) []string {
	if e.findsWays(f) {
		return e.crossed(f)
	}
	path, err := e.path(f.Rulesets)
	if err != nil {
		return nil
	}
	names := make([]string, len(path))
	for i, rs := range path {
		names[i] = rs.name
	}
	return names
}

// crossed returns what a flow that finds its own ways crosses.
func (e *Estate) crossed(f Flow) []string {
	q, _, _, err := e.request(f)
	if err != nil {
		return nil
	}
	_, stations, err := router{e}.wayOf(q)
	if err != nil {
		return nil
	}
	var names []string
	for _, s := range stations {
		if s.base.digest != "" && !slices.Contains(names, s.key()) {
			names = append(names, s.key())
		}
	}
	return names
}
