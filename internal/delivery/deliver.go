package delivery

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/diff"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/script"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/additions"
)

// deliver makes one delivery of all the orders, while nobody else delivers to the device.
func (d *Device) deliver(ctx context.Context, orders []*pending) {
	if d.Turn != nil {
		d.Turn.Lock()
		defer d.Turn.Unlock()
	}
	err := additions.Hold(ctx, d.Ledger, d.wait(), func(h *additions.Held) error {
		r := &run{d: d, held: h, ledger: h.File, orders: orders}
		if d.Send == nil {
			return r.write(ctx)
		}
		lock, err := lockRun(ctx, d.Ledger, d.wait())
		if err != nil {
			return err
		}
		defer lock.release()
		r.lock = lock.file
		return r.deliver(ctx)
	})
	if err != nil {
		for _, p := range orders {
			p.fail(err)
		}
	}
}

// A run is one delivery.
type run struct {
	d      *Device
	held   *additions.Held
	ledger *additions.File // with what is claimed besides
	lock   *os.File
	orders []*pending
	// before is the device as it was found, wanted as it is to become, after as it became.
	before, wanted, after *Text
	script                *Script
}

func (r *run) deliver(ctx context.Context) error {
	d := r.d
	var err error
	if r.before, err = d.Read(ctx); err != nil {
		return err
	}
	d.learn(r.before)
	if r.ledger, err = adopt(r.before, r.held.File, d.claims()); err != nil {
		return err
	}
	state, err := newState(r.before, r.ledger)
	if err != nil {
		return err
	}
	after, intent, err := r.ledgers(state)
	if err != nil || after == nil {
		return err
	}
	if err := r.compile(state, after); err != nil {
		return err
	}
	if len(r.script.Do) == 0 {
		return r.held.Write(after)
	}
	if err := r.permitted(); err != nil {
		return err
	}
	if d.MaySend != nil {
		if err := d.MaySend(); err != nil {
			return err
		}
	}
	old := r.held.File
	if err := r.held.Write(intent, r.files()...); err != nil {
		return err
	}
	failed := r.send(ctx)
	if failed == nil {
		return r.held.Write(after, r.undoFile()...)
	}
	if failed.restored {
		return errors.Join(failed, r.held.Write(old))
	}
	return failed
}

// ledgers returns the additions once all orders are made, and those that hold beside them
// what is still to be taken out. Orders that the device has changed under fail. Nothing
// is returned where no order is left.
func (r *run) ledgers(state *State) (after, intent *additions.File, err error) {
	after, intent = r.ledger, r.ledger
	left := 0
	for _, p := range r.orders {
		if p.Check != nil {
			if err := p.Check(state, r.ledger); err != nil {
				p.fail(err)
				continue
			}
		}
		left++
		if after, err = after.With(p.Owner, p.Want); err != nil {
			return nil, nil, err
		}
		if intent, err = intent.With(p.Owner, slices.Concat(p.Want, intent.Owned(p.Owner))); err != nil {
			return nil, nil, err
		}
	}
	if left == 0 {
		return nil, nil, nil
	}
	return after, intent, nil
}

// compile writes the script: what the orders want goes in, what nobody wants any more
// goes out, and what others have ordered stays as it is.
func (r *run) compile(state *State, after *additions.File) error {
	if state.Undeliverable != nil {
		return state.Undeliverable
	}
	wanted := map[key]bool{}
	for _, p := range r.orders {
		for _, rule := range p.Want {
			if p.err == nil {
				wanted[keyOf(rule)] = true
			}
		}
	}
	var c Change
	stays := map[key]bool{}
	for _, rule := range after.Ours() {
		stays[keyOf(rule)] = true
		switch l := state.Lists[rule.List]; {
		case wanted[keyOf(rule)] && rule.Conditions():
			return fmt.Errorf("the rule %s has a condition that somebody has added by hand to %s; no device has it", rule.Name, r.d.Ledger)
		case wanted[keyOf(rule)] && (l == nil || !l.Has(rule)):
			c.Put = append(c.Put, rule)
		default:
			c.Keep = append(c.Keep, rule)
		}
	}
	for _, rule := range r.ledger.Ours() {
		if !stays[keyOf(rule)] {
			c.Take = append(c.Take, rule)
		}
	}
	var err error
	r.script, err = Compile(r.before, c)
	return err
}

// A key tells rules of ours apart.
type key struct{ list, name string }

func keyOf(r additions.Rule) key { return key{r.List, r.ContentName()} }

// permitted tells what keeps the script from being sent.
func (r *run) permitted() error {
	switch s := r.script; {
	case len(s.Touches) > 0:
		return fmt.Errorf("nothing was sent: the script would change what is not ours: %s. Make room by hand, then apply again", strings.Join(s.Touches, "; "))
	case s.NoUndo == "", r.before.Format == "nftables": // whose handles are known once it has run
		return nil
	default:
		return fmt.Errorf("nothing was sent: the script could not be taken back exactly: %s", s.NoUndo)
	}
}

// undeliverable tells why no script can be sent to the device: what cannot be taken out
// again, or shown to have arrived, is not put in.
func undeliverable(t *Text) error {
	if err := script.Unproven(t.Format, t.Content); err != nil {
		return fmt.Errorf("nothing could be shown to have arrived: %w", err)
	}
	if t.Format == "nftables" && !script.ShowsHandles(t.Content) {
		return errors.New("nft deletes a rule by its handle, which the text does not show, so that what is delivered could not be taken out again; read it with nft -a list ruleset")
	}
	return nil
}

// files are the script and its undo.
func (r *run) files() []additions.Companion {
	if r.d.Script == "" {
		return nil
	}
	format := r.before.Format
	return []additions.Companion{
		{Path: r.d.Script + UndoSuffix, Content: []byte(r.script.WholeUndo(format, r.d.Title))},
		{Path: r.d.Script, Content: []byte(r.script.Whole(format, r.d.Title, r.why))},
	}
}

// why tells why a rule is needed.
func (r *run) why(rule additions.Rule) string {
	if r.d.Why == nil {
		return ""
	}
	return r.d.Why(r.before, rule)
}

// undoFile is the undo of a script that has run, where only that could tell it.
func (r *run) undoFile() []additions.Companion {
	if r.d.Script == "" || r.script.NoUndo == "" {
		return nil
	}
	undo, err := r.undoing(r.after)
	if err != nil {
		return nil
	}
	return []additions.Companion{{Path: r.d.Script + UndoSuffix, Content: []byte(undo.Whole(r.after.Format, r.d.Title+", which take the script back", nil))}}
}

// whole puts the lines around a script that lead into the device's configuration.
func (d *Device) whole(text string) string {
	if text == "" || len(d.Prologue)+len(d.Epilogue) == 0 {
		return text
	}
	lines := func(l []string) string {
		if len(l) == 0 {
			return ""
		}
		return strings.Join(l, "\n") + "\n"
	}
	return lines(d.Prologue) + text + lines(d.Epilogue)
}

// lists are the lists that the script changes.
func (r *run) lists() []string {
	var out []string
	for _, rule := range slices.Concat(r.script.In, r.script.Out) {
		name := rule.List
		if l := r.before.Lists[name]; l != nil {
			name = l.Name
		}
		if !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

// send sends the script and compares what the device then has with what it was to have.
func (r *run) send(ctx context.Context) *Failure {
	d := r.d
	var err error
	if r.wanted, err = r.before.Parse(r.script.Text); err != nil {
		return &Failure{Title: d.Title, Cause: err}
	}
	cause := d.Send(ctx, d.whole(r.script.Whole(r.before.Format, d.Title, r.why)), Do, r.lists(), r.lock)
	now, unread := d.Read(ctx)
	if unread != nil {
		return &Failure{Title: d.Title, Cause: cause, Unread: unread, undo: r.script.WholeUndo(r.before.Format, d.Title), lists: r.lists()}
	}
	d.learn(now)
	r.after = now
	difference := compare(r.wanted, now)
	if cause == nil && len(difference) == 0 {
		return nil
	}
	f := &Failure{Title: d.Title, Cause: cause, Difference: difference, Traffic: inTraffic(r.wanted, now), lists: r.lists()}
	r.takeBack(ctx, f, now)
	return f
}

// compare tells how the lists of a text differ from those that it was to have.
func compare(wanted, now *Text) []string {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(wanted.Lists)) {
		lead := ""
		if name != "" {
			lead = "list " + name + ": "
		}
		l := now.Lists[name]
		if l == nil {
			out = append(out, lead+"is gone")
			continue
		}
		for _, line := range script.Difference(wanted.Lists[name].Rules, l.Rules) {
			out = append(out, lead+line)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(now.Lists)) {
		if wanted.Lists[name] == nil {
			out = append(out, "list "+name+": is new")
		}
	}
	return append(out, besides(wanted, now)...)
}

// besides tells what a text says otherwise, or lacks, of what no delivery changes.
func besides(wanted, now *Text) []string {
	var out []string
	for _, what := range slices.Sorted(maps.Keys(wanted.Beside)) {
		if wanted.Beside[what] != now.Beside[what] {
			out = append(out, "its "+what+" are others than before")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(wanted.Others)) {
		left := map[string]int{}
		for _, r := range now.Others[name] {
			left[r]++
		}
		gone := 0
		for _, r := range wanted.Others[name] {
			if left[r]--; left[r] < 0 {
				gone++
			}
		}
		if gone > 0 {
			out = append(out, fmt.Sprintf("list %s, to which nothing was delivered: %d of its %d rules are gone", name, gone, len(wanted.Others[name])))
		}
	}
	return out
}

// maxTraffic is how many differences in traffic an error shows.
const maxTraffic = 5

// inTraffic tells what the lists of a text let through otherwise than they were to.
func inTraffic(wanted, now *Text) []string {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(wanted.Lists)) {
		l := now.Lists[name]
		if l == nil || len(script.Difference(wanted.Lists[name].Rules, l.Rules)) == 0 {
			continue
		}
		for _, c := range diff.Compare(diff.Side{Ruleset: wanted.Lists[name].Rules}, diff.Side{Ruleset: l.Rules}).Changes {
			if len(out) == maxTraffic {
				return append(out, "and more")
			}
			word := map[diff.Kind]string{diff.Opened: "is permitted and was not to be", diff.Closed: "is denied and was not to be", diff.Uncertain: "is in doubt"}[c.Kind]
			out = append(out, c.Product.String()+" "+word)
		}
	}
	return out
}
