package estate

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/additions"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/delivery"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/visible"
)

// A ScriptSet is what rulesets and devices need together for a list of flows, in one block
// for each list, above all that it has.
type ScriptSet struct {
	// Scripts are those that have commands, in the order in which the flows cross them.
	Scripts []FlowScript
	// Proof tells people what was shown, a line each.
	Proof []string
	// Open are the flows that are not as wanted with the scripts, and why.
	Open []OpenFlow
}

// FlowScript is the script of one ruleset or device.
type FlowScript struct {
	// Ruleset is its name, Device whether it is a device.
	Ruleset string
	Device  bool
	// Commands is the script, Undo what takes it back, or a remark that says how.
	Commands, Undo string
}

// Scripts writes what the named rulesets and devices, all where none of either are named,
// need so that the flows are as wanted. Nothing is written anywhere. Rules of additions files
// do not count. Its error is that of a flow that cannot be resolved, or says which script
// cannot be written.
func (e *Estate) Scripts(ctx context.Context, rulesets, devices []string, flows []Flow) (*ScriptSet, error) {
	if _, err := e.path(rulesets); err != nil && len(rulesets) > 0 {
		return nil, err
	}
	for _, name := range devices {
		if e.devices[name] == nil {
			return nil, fmt.Errorf("%w: unknown device %q: the provider has %s", ErrPath, name, quoted(e.DeviceNames()))
		}
	}
	s := scripter{estate: e, rulesets: rulesets, devices: devices, rules: map[string][]additions.Rule{}, sites: map[string]*ruleset{}}
	for _, f := range flows {
		if err := s.add(ctx, f); err != nil {
			return nil, &FlowError{f, err}
		}
	}
	for _, key := range s.order {
		if err := s.write(key); err != nil {
			return nil, fmt.Errorf("%s: %w", s.sites[key].title(), err)
		}
	}
	for i, f := range flows {
		s.prove(f, s.asked[i])
	}
	return &s.set, nil
}

// A scripter collects what flows need.
type scripter struct {
	estate            *Estate
	rulesets, devices []string
	asked             []*assessor
	order             []string // keys of rulesets and devices, as they are met first
	sites             map[string]*ruleset
	// rules are those that each needs.
	rules map[string][]additions.Rule
	set   ScriptSet
}

// may reports whether the ruleset or device may be changed.
func (s *scripter) may(rs *ruleset) bool {
	named := s.rulesets
	if rs.kind != "" {
		named = s.devices
	}
	return len(s.rulesets)+len(s.devices) == 0 || slices.Contains(named, rs.name)
}

// add finds out what one flow needs.
func (s *scripter) add(ctx context.Context, f Flow) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	q, products, judgement, err := s.estate.request(f)
	if err != nil {
		return err
	}
	way, stations, err := router{s.estate}.route(f, q)
	if err != nil {
		return err
	}
	for i := range stations {
		stations[i].file = nil
		if st := &stations[i]; st.digest != "" && st.load != nil && s.may(st.ruleset) {
			st.file = new(additions.File)
			st.whole = st.file
		}
	}
	q.DenyAt = max(0, slices.IndexFunc(stations, station.writable))
	w := &assessor{writer: writer{stations: stations, way: way, q: q, products: products, overrideDeny: f.OverrideDeny, judgement: judgement}, flow: f}
	w.accept()
	s.asked = append(s.asked, w)
	if judgement.Denied() || judgement.Expired {
		return nil
	}
	bare := w.with(func(station) []rule.Rule { return nil })
	w.bare = &bare
	for i, st := range stations {
		if !st.writable() || way == nil && f.Deny && i != q.DenyAt {
			continue
		}
		for _, r := range st.additionsOf(w.deliverable(bare, i)) {
			r.Owners = []string{f.Name}
			if s.sites[st.key()] == nil {
				s.order, s.sites[st.key()] = append(s.order, st.key()), st.ruleset
			}
			s.rules[st.key()] = append(s.rules[st.key()], r)
		}
	}
	return nil
}

// write writes the script of one ruleset or device.
func (s *scripter) write(key string) error {
	rs := s.sites[key]
	text, err := rs.delivered(rs.text())
	if err != nil {
		return &RulesetError{rs.name, rs.kind, err}
	}
	s.rules[key] = additions.Unite(s.rules[key])
	script, err := delivery.CompileAny(text, delivery.Change{Put: s.rules[key]})
	if err != nil {
		return err
	}
	out := FlowScript{
		Ruleset: rs.name, Device: rs.kind != "",
		Commands: script.Whole(text.Format, rs.title(), func(r additions.Rule) string { return why(text, r) }),
		Undo:     script.WholeUndo(text.Format, rs.title()),
	}
	if out.Commands != "" {
		s.set.Scripts = append(s.set.Scripts, out)
	}
	proof := fmt.Sprintf("%s: the script has %d of our rules", rs.title(), len(script.In))
	if script.Unproven == nil {
		proof += "; read again with it, each list is rule by rule what it was, but for these, which come before all that decide otherwise"
	} else {
		proof += "; it was not read again with it: " + script.Unproven.Error()
	}
	for _, line := range script.Touches {
		proof += "; it changes what others have written: " + strings.TrimSpace(line)
	}
	s.set.Proof = append(s.set.Proof, proof)
	return nil
}

// prove matches the flow with the rules of all scripts in their places.
func (s *scripter) prove(f Flow, w *assessor) {
	if w.judgement.Denied() {
		s.set.Open = append(s.set.Open, OpenFlow{f.Name, "denied by policy " + strings.Join(w.judgement.DeniedBy, ", ")})
		return
	}
	if w.judgement.Expired {
		return
	}
	traffic := w.bothWays()
	after := w.with(func(st station) []rule.Rule {
		var top []rule.Rule // those that have to do with the flow
		for _, r := range s.rules[st.key()] {
			if (st.kind == "" || r.List == st.list) && slices.ContainsFunc(traffic, r.Traffic.Overlaps) {
				top = append(top, r.Rule())
			}
		}
		return top
	})
	s.set.Proof = append(s.set.Proof, fmt.Sprintf("flow %q: %s before, %s after", visible.Text(f.Name), w.bare.Verdict, after.Verdict))
	if !after.Satisfied {
		why := w.summary(after)
		for k, m := range after.Missing {
			if deny := w.overruled(after, k); m.Ruleset >= 0 && deny != "" {
				why += overrulesText(deny, m.By)
				break
			}
		}
		s.set.Open = append(s.set.Open, OpenFlow{f.Name, why})
	}
}
