package match

import (
	"slices"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// replies returns the packets that answer those of p.
func replies(p traffic.Product) traffic.Product {
	return traffic.Product{Sources: p.Destinations, Destinations: p.Sources, Services: p.Services.Reverse()}
}

// requests returns the packets that those of p answer.
func requests(p traffic.Product) traffic.Product {
	return traffic.Product{Sources: p.Destinations, Destinations: p.Sources, Services: p.Services.Requests()}
}

// askReplies keeps what of a part has no reply and puts the replies of the rest past
// their rules.
func (r *run) askReplies(s *stage, part Part) {
	back := replies(part.Product)
	silent := part
	silent.Services = part.Services.Subtract(back.Services.Requests())
	r.keep(silent)
	if back.IsEmpty() {
		return
	}
	r.pass(&stage{r.x.replies, s.crossing.reply(), &part}, undecided(back), 0)
}

// decideReply keeps the part of the traffic on its way out whose replies are in
// back. A packet is permitted if both it and its reply are; if only one of the two
// is to blame, that one is named.
func (r *run) decideReply(out *Part, back Part) {
	part := *out
	if back.Outcome == Denied || back.Outcome == Unknown && out.Outcome == Permitted {
		part = back
		part.Return = true
	}
	part.Product = requests(back.Product)
	r.keep(part)
}

// EachWay tells apart what the ruleset lacks to permit traffic that is missing: its
// packets, and where replies are filtered too their replies, each as if only they were
// filtered. [Check] names one of the two, and permitting that alone would leave the
// other in the way.
func (x *Index) EachWay(q Request, m Missing) []Missing {
	if !x.rules.Stateless {
		return []Missing{m}
	}
	return x.eachWay(x, q, m)
}

// EachWay implements [Matcher].
func (o *Overlay) EachWay(q Request, m Missing) []Missing {
	if !o.base.rules.Stateless {
		return []Missing{m}
	}
	return o.whole().eachWay(o, q, m)
}

// eachWay asks x for both ways; its rules are those of numbered.
func (x *Index) eachWay(numbered Matcher, q Request, m Missing) []Missing {
	r := newRun(x, Question{[]traffic.Product{m.Product}, q.SourceZone, q.DestinationZone})
	defer r.release()
	r.oneWay = true
	r.all()
	parts := slices.Clone(r.parts)
	r.parts, r.work, r.cut = r.parts[:0], 0, false
	out := stage{list: x.forward, crossing: r.q.crossing()}
	v4, v6 := m.ByFamily()
	for _, p := range [...]traffic.Product{v4, v6} {
		r.askReplies(&out, Part{Product: p, Outcome: Permitted, Rule: -1, Intent: -1, Permit: -1})
	}
	ways := missingPermit([]Matcher{numbered}, Request{}, []Answer{{Parts: append(parts, r.parts...)}})
	for i := range ways {
		if w := &ways[i]; w.Replies && w.Intent == "" && x.rules.Return == nil {
			w.Intent = x.opened(numbered, q, w.Product)
		}
	}
	return ways
}

// opened describes a deny, narrower than any → any, of packets that are no replies but
// look like those to p: a rule for the replies would overrule it too. It is empty if
// there is none.
func (x *Index) opened(numbered Matcher, q Request, p traffic.Product) string {
	r := newRun(x, Question{[]traffic.Product{replies(p)}, q.DestinationZone, q.SourceZone})
	defer r.release()
	r.oneWay = true
	r.all()
	for _, part := range r.parts {
		if part.Outcome != Permitted && part.Intent >= 0 {
			return numbered.Describe(part.Intent, false)
		}
	}
	return ""
}
