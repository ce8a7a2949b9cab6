package estate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
)

// summary says in one line what was found out, the status first: "allowed by
// edge.cfg:21 inside_in line 5", or "partial: 10.30.0.128/25 tcp/5432 denied by
// edge.cfg:24 inside_in line 8" where the verdict is not the wanted one, or "pending:
// allowed by edge.additions.json acl-1f6b0c9a52".
func (w writer) summary(f finding) string {
	text := f.Verdict.String()
	switch {
	case w.judgement.Expired:
		if f.pending {
			text = match.Pending.String()
		}
		text += "; the flow has expired"
	case f.pending:
		text = fmt.Sprintf("%s: %s by %s", match.Pending, f.Verdict, w.deciding(f.Finding))
	case f.Satisfied:
		switch rules := w.deciding(f.Finding); {
		case rules != "":
			text += " by " + rules
		case w.q.Want == rule.Permit && len(f.Decisions) > 0:
			text += ": no list on the way filters it"
		}
	case len(f.Missing) > 0:
		text += ": " + w.gap(f.Missing[0])
		if n := len(f.Missing) - 1; n > 0 {
			text += fmt.Sprintf(" (+%d more)", n)
		}
	}
	if len(w.accepted) > 0 {
		text += "; without what it accepts as denied by " + strings.Join(w.accepted, ", ")
	}
	for _, a := range w.dismissed() {
		text += "; " + a
	}
	text += f.remarks()
	for _, p := range w.q.Region.Self {
		text += "; " + p.String() + " is from a host to itself, which crosses no firewall, and is not asked"
	}
	if w.judgement.Denied() {
		text += "; denied by policy " + strings.Join(w.judgement.DeniedBy, ", ")
	}
	return text
}

// dismissed names what is assumed of rules that would else match traffic of the flow.
func (w writer) dismissed() (out []string) {
	for _, s := range w.stations {
		if s.base == nil || s.index == nil { // a device that has no list there
			continue
		}
		for _, r := range s.index.Ruleset().Dismissed {
			if !slices.ContainsFunc(append(slices.Clip(w.q.Region.Possible), w.way.seen(s)...), r.Traffic.Overlaps) {
				continue
			}
			for _, a := range r.Assumed {
				if !slices.Contains(out, a) {
					out = append(out, a)
				}
			}
		}
	}
	return out
}

// deciding names the rules for which a flow is as wanted, those of each ruleset together.
func (w writer) deciding(f match.Finding) string {
	outcome := match.Permitted
	if w.q.Want == rule.Deny {
		outcome = match.Denied
	}
	const named = 3
	rules := make([][]string, len(w.stations))
	for _, d := range f.Decisions {
		if of := rules[d.Ruleset]; d.Outcome == outcome && d.Refer != "" && !slices.Contains(of, d.Refer) {
			rules[d.Ruleset] = append(of, d.Refer)
		}
	}
	var texts []string
	for _, of := range rules {
		if more := len(of) - named; more > 0 {
			of = append(of[:named:named], fmt.Sprintf("and %d more rules", more))
		}
		if len(of) > 0 {
			texts = append(texts, strings.Join(of, ", "))
		}
	}
	return strings.Join(texts, "; ")
}

// gap tells of one part of the traffic what is in its way.
func (w writer) gap(m match.Missing) string {
	text := w.part(m)
	if m.Ruleset >= 0 && w.stations[m.Ruleset].kind != "" {
		if device := w.stations[m.Ruleset].name + " "; !strings.HasPrefix(m.Refer, device) {
			m.Refer = device + m.Refer
		}
	}
	switch {
	case m.Refer == "":
		return text + m.Reason
	case m.Outcome == match.Denied:
		text += "denied by " + m.Refer
	case m.Outcome == match.Permitted:
		text += "permitted by " + m.Refer
	default:
		text += strings.TrimPrefix(m.Reason, "indeterminate: ") + " in " + m.Refer
	}
	if m.Replies {
		text += " (replies)"
	}
	return text
}

// part is the traffic of a gap, without the lists that are the flow's own, and empty
// where it is all of the flow.
func (w writer) part(m match.Missing) string {
	own := w.own(m)
	short := func(texts []string) string {
		if len(texts) > 2 {
			return fmt.Sprintf("%s, … (%d)", texts[0], len(texts))
		}
		return strings.Join(texts, ", ")
	}
	var text string
	switch {
	case !own.Sources && !own.Destinations:
		text = short(m.Sources.Strings()) + " -> " + short(m.Destinations.Strings()) + " "
	case !own.Sources:
		text = "from " + short(m.Sources.Strings()) + " "
	case !own.Destinations:
		text = short(m.Destinations.Strings()) + " "
	case own.Services:
		return ""
	}
	return text + short(m.Services.Strings()) + " "
}

// Own tells which lists of a gap are the flow's own and whole.
type Own struct{ Sources, Destinations, Services bool }

func (w writer) own(m match.Missing) Own {
	var src, dst addr.Set
	var svc service.Set
	for _, p := range w.q.Region.Possible {
		src, dst, svc = src.Union(p.Sources), dst.Union(p.Destinations), svc.Union(p.Services)
	}
	return Own{m.Sources.Equal(src), m.Destinations.Equal(dst), m.Services.Equal(svc)}
}
