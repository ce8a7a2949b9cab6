package estate

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/script"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/topology"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/additions"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/delivery"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/live"
)

// DeliverConfig says how the rules that we own come to a device.
type DeliverConfig struct {
	// Command takes a script on its standard input, where the Gate allows programs.
	Command live.Command
	Gate    live.Gate
	// UndoOnFailure takes a delivery back that went wrong.
	UndoOnFailure bool
	// Prologue and Epilogue are lines around each script.
	Prologue, Epilogue []string
}

// delivering is how a ruleset's additions come to its device: by a script that is sent,
// or that is written for people.
type delivering struct {
	*delivery.Device
	// sends says that scripts are sent, so that what the device has is the truth.
	sends bool

	mu    sync.Mutex
	state *delivery.State // that lists are of
	lists map[string]*base
}

// newDelivering returns nil where additions are written and nothing else.
func newDelivering(rs *ruleset, g *delivery.Gathering) *delivering {
	c := &rs.config
	if c.Deliver == nil && c.Script == "" {
		return nil
	}
	named := func(text *delivery.Text, err error) (*delivery.Text, error) {
		if err != nil {
			return nil, &RulesetError{rs.name, rs.kind, err}
		}
		return text, nil
	}
	d := &delivering{sends: c.Deliver != nil, Device: &delivery.Device{
		Title: rs.title(), Ledger: c.Additions, Script: c.Script, Gather: g,
		First: func() (*delivery.Text, error) { return named(rs.delivered(rs.text())) },
		Read:  func(ctx context.Context) (*delivery.Text, error) { return named(rs.read(ctx)) },
		Why:   why,
	}}
	if d.sends {
		c.AdditionsEffective = true // what is found on the device is run by it
		d.UndoOnFailure, d.Prologue, d.Epilogue = c.Deliver.UndoOnFailure, c.Deliver.Prologue, c.Deliver.Epilogue
		d.Wait = additions.LockTimeout + cmp.Or(c.Deliver.Command.Timeout, live.DefaultTimeout)
		d.Send, d.Turn = rs.send, turnOf(c.Deliver.Command)
	}
	return d
}

// turns holds a *sync.Mutex for each command of this process: a device that is several
// rulesets gets one script at a time.
var turns sync.Map

func turnOf(c live.Command) *sync.Mutex {
	turn, _ := turns.LoadOrStore(fmt.Sprintf("%q %q", c.Dir, c.Args), new(sync.Mutex))
	m, _ := turn.(*sync.Mutex)
	return m
}

// send hands a script to the command.
func (rs *ruleset) send(ctx context.Context, text string, phase delivery.Phase, lists []string, lock *os.File) error {
	c := rs.config.Deliver.Command
	c.Input, c.Inherit = []byte(text), []*os.File{lock}
	c.Secrets = append(live.SecretLines(rs.config.Deliver.Prologue...), live.SecretLines(rs.config.Deliver.Epilogue...)...)
	c.Names = map[string]string{
		"ACL_" + strings.ToUpper(kindOrRuleset(rs.kind)): rs.name,
		"ACL_LIST": strings.Join(lists, ","), "ACL_PHASE": string(phase), "ACL_CONTEXT": rs.config.Context,
	}
	_, err := c.Run(ctx, rs.config.Deliver.Gate)
	return err
}

// read reads the text of the ruleset or device as it is now.
func (rs *ruleset) read(ctx context.Context) (*delivery.Text, error) {
	return rs.delivered(rs.around.obtain(ctx, rs.name, rs.config))
}

// delivered reads what was obtained.
func (rs *ruleset) delivered(got obtained, err error) (*delivery.Text, error) {
	if err != nil {
		return nil, err
	}
	text, err := rs.parse(string(got.content), rs.config.Format)
	return text, got.hide(err)
}

// parse reads a text of the ruleset, which has one list, or of the device, which has all.
// The format is detected where it is empty; later texts are read as the first one.
func (rs *ruleset) parse(content, language string) (*delivery.Text, error) {
	if rs.kind == "" {
		return rs.parseList(content, language)
	}
	source := rs.name
	if rs.config.Path != "" {
		source = filepath.Base(rs.config.Path)
	}
	doc, err := format.Document([]byte(content), source, language, rs.config.Context)
	if err == nil && rs.config.Source != nil {
		err = settle(doc)
	}
	if err != nil {
		return nil, err
	}
	again := func(content string) (*delivery.Text, error) { return rs.parse(content, doc.Format) }
	t := &delivery.Text{Content: content, Format: doc.Format, Lists: make(map[string]*script.List, len(doc.Lists)), Beside: beside(doc), Parse: again}
	for i := range doc.Lists {
		name := doc.Lists[i].Name
		rules := doc.Lists[i].Ruleset()
		rules.Name, rules.Source, rules.Format = cmp.Or(name, rs.name), source, doc.Format
		t.Lists[name] = &script.List{Name: name, Text: content, Rules: rules, Read: func(text string) (*rule.Ruleset, error) {
			other, err := again(text)
			if err != nil {
				return nil, err
			}
			if l := other.Lists[name]; l != nil {
				return l.Rules, nil
			}
			return nil, fmt.Errorf("the list %q is not there any more", name)
		}}
	}
	return t, nil
}

func (rs *ruleset) parseList(content, language string) (*delivery.Text, error) {
	o, err := optionsOf(rs.name, rs.config)
	if err != nil {
		return nil, err
	}
	o.Format = language
	doc, err := format.Document([]byte(content), o.Source, o.Format, o.Context)
	if err == nil && rs.config.Source != nil {
		err = settle(doc)
	}
	if err != nil {
		return nil, err
	}
	o.Format = doc.Format
	rules, list, err := format.Select(doc, o)
	if err != nil {
		return nil, err
	}
	l := &script.List{Name: list, Text: content, Rules: rules, Read: func(text string) (*rule.Ruleset, error) {
		rules, _, err := format.Parse([]byte(text), o)
		return rules, err
	}}
	t := &delivery.Text{Content: content, Format: rules.Format, Lists: map[string]*script.List{"": l}, Parse: func(content string) (*delivery.Text, error) {
		return rs.parseList(content, rules.Format)
	}}
	if rs.sends() {
		t.Beside, t.Others = beside(doc), others(doc, list)
	}
	return t, nil
}

// beside are the parts of a document that no delivery changes.
func beside(doc *device.Document) map[string]string {
	return map[string]string{
		"interfaces":                   device.Anywhere(doc.Interfaces),
		"applications of access lists": device.Anywhere(doc.Bindings),
		"routes":                       device.Anywhere(doc.Routes),
		"address translations":         device.Anywhere(doc.Translations),
		"what else it does to packets": device.Anywhere(doc.Doubts),
	}
}

// others are the rules of the lists besides the one of that name.
func others(doc *device.Document, name string) map[string][]string {
	out := map[string][]string{}
	for i := range doc.Lists {
		l := &doc.Lists[i]
		if l.Name == name {
			continue
		}
		rules := make([]string, len(l.Rules))
		for k := range l.Rules {
			rules[k] = device.Anywhere(l.Rules[k])
		}
		out[l.Name] = rules
	}
	return out
}

// onDevice returns the list of the device without what is ours on top of it, and the
// additions that the device has.
func (rs *ruleset) onDevice(list string) (*base, *additions.File, error) {
	state, err := rs.delivers.State()
	if err != nil {
		return nil, nil, err
	}
	own := state.Lists[list]
	if own == nil {
		return nil, nil, &RulesetError{rs.name, rs.kind, fmt.Errorf("the device has no list %q any more", list)}
	}
	return rs.delivers.indexed(state, list), own.Ours, nil
}

// indexed returns a list of the state, which is indexed once.
func (d *delivering) indexed(state *delivery.State, list string) *base {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.state != state {
		d.state, d.lists = state, map[string]*base{}
	}
	b := d.lists[list]
	if b == nil {
		rest := state.Lists[list].Rest
		b = &base{index: match.New(rest), list: state.Text.Lists[list].Name, digest: state.Digest}
		if list != "" { // a list of a device, whose replies are asked on their own
			b = &base{index: match.New(topology.Forward(rest)), full: rest, list: list, digest: state.Digest}
			b.replies = b.index
			if back := topology.Replies(rest); back != b.index.Ruleset() {
				b.replies = match.New(back)
			}
		}
		b.undeliverable, b.targets = state.Undeliverable, newTargets(rest)
		d.lists[list] = b
	}
	return b
}

// order makes want the rules that owner owns, by way of the device or its script.
func (rs *ruleset) order(ctx context.Context, owner string, want []additions.Rule, planned string) error {
	err := rs.delivers.Deliver(ctx, delivery.Order{Owner: owner, Want: want, Check: func(now *delivery.State, ledger *additions.File) error {
		if err := rs.apart(); err != nil {
			return err
		}
		if planned == "" {
			return nil
		}
		digest := ""
		if now != nil {
			digest = now.Digest + "+" + new(additions.File).BaseDigest()
		} else {
			b, err := rs.load()
			if err != nil {
				return err
			}
			digest = b.digest + "+" + ledger.BaseDigest()
		}
		if digest != planned {
			return fmt.Errorf("the %s %s %w", kindOrRuleset(rs.kind), rs.name, ErrStale)
		}
		return nil
	}})
	unread := new(RulesetError)
	if err != nil && !errors.Is(err, ErrStale) && !errors.As(err, &unread) && !errors.As(err, new(*delivery.Failure)) {
		return fmt.Errorf("%s: %w", rs.title(), err)
	}
	return err
}

// why tells which rule of the text decides the traffic of one of ours without it.
func why(t *delivery.Text, r additions.Rule) string {
	l := t.Lists[r.List]
	if l == nil {
		return ""
	}
	for i := range l.Rules.Rules {
		other := &l.Rules.Rules[i]
		if other.Action != r.Action && other.State != rule.Established && other.Traffic.Overlaps(r.Traffic) && !strings.HasPrefix(other.Name, "acl-") {
			return fmt.Sprintf("of %s", l.Rules.Refer(i))
		}
	}
	if l.Rules.Default != r.Action {
		return "of " + l.Rules.Refer(-1)
	}
	return ""
}

// Enter says that somebody is about to deliver flows, until leave is called: deliveries
// wait a little for all who have entered, so that one takes the rules of many.
func (e *Estate) Enter() (leave func()) { return e.gathering.Enter() }

// Delivers reports whether rules are brought to a device or to a script, so that flows are
// better delivered at the same time than one after the other.
func (e *Estate) Delivers() bool {
	return slices.ContainsFunc(e.writable(), func(rs *ruleset) bool { return rs.delivers != nil })
}

// Together calls each for the numbers 0 to n-1: at the same time where that makes one
// delivery of many, else one after the other.
func (e *Estate) Together(n int, each func(i int)) {
	if !e.Delivers() || n < 2 {
		for i := range n {
			each(i)
		}
		return
	}
	leave := make([]func(), n)
	for i := range leave {
		leave[i] = e.gathering.Enter()
	}
	defer e.gathering.Pause()()
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			defer leave[i]()
			each(i)
		})
	}
	all.Wait()
}

// claim says that what the configuration has delivered is ours, whatever became of the
// additions files.
func (e *Estate) claim(configuration string) {
	for _, rs := range e.writable() {
		if rs.sends() {
			rs.delivers.Claim(configuration)
		}
	}
}

// owns reports whether owner owns a rule of the ruleset: by its additions file, or where
// that is lost, by what the device says. A device that cannot be read keeps nobody who has
// nothing there from going.
func (rs *ruleset) owns(owner string) (bool, error) {
	if _, err := os.Stat(rs.config.Additions); err == nil || !rs.sends() {
		return additions.Owns(rs.config.Additions, owner)
	}
	own, err := rs.delivers.Owned(owner)
	return len(own) > 0, err
}

// forgotten says that rules of the additions file may be on a device, for a ruleset that
// is no longer delivered to.
func forgotten(path string) error {
	sent := delivery.SentMark(path)
	if _, err := os.Stat(sent); err != nil {
		return nil //nolint:nilerr // nothing was ever sent
	}
	return fmt.Errorf("the rules in %s were delivered to a device, and nothing delivers to it any more: put deliver back, so that they can be taken out of the device; or take them out by hand, and remove the file %s", path, sent)
}
