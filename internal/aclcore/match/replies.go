package match

import (
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
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

// answered parts what has no reply from the replies to the rest.
func answered(part Part) (silent Part, back traffic.Product) {
	back, silent = replies(part.Product), part
	silent.Services = part.Services.Subtract(back.Services.Requests())
	return silent, back
}

// askReplies keeps what of a part has no reply and puts the replies of the rest past
// their rules.
func (r *run) askReplies(s *stage, part Part) {
	silent, back := answered(part)
	r.keep(silent)
	if back.IsEmpty() {
		return
	}
	r.pass(&stage{r.x.replies, s.crossing.reply(), &part}, undecided(back), 0)
}

// replied returns the part of the traffic on its way out whose replies are in back. A
// packet is permitted if both it and its reply are; if only one of the two is to blame,
// that one is named.
func replied(out, back Part) Part {
	part := out
	if back.Outcome == Denied || back.Outcome == Unknown && out.Outcome == Permitted {
		part = back
		part.Return = true
	}
	part.Product = requests(back.Product)
	return part
}

// A oneWay answers for packets, or for replies, as if only they were filtered.
type oneWay interface {
	// way partitions products that cross so by what decides them in the list of packets
	// or in that of replies. ok is false if the parts were cut short.
	way(products []traffic.Product, c crossing, replies bool) (parts []Part, ok bool)
	Matcher
}

// way implements [oneWay].
func (x *Index) way(products []traffic.Product, c crossing, replies bool) (parts []Part, ok bool) {
	r := newRun(x, Question{})
	defer r.release()
	r.oneWay = true
	s := stage{list: x.forward, crossing: c}
	if replies {
		s.list = x.replies
	}
	for _, p := range products {
		v4, v6 := p.ByFamily()
		r.pass(&s, undecided(v4), 0)
		r.pass(&s, undecided(v6), 0)
	}
	return append(parts, r.parts...), !r.cut
}

// EachWay tells apart what the ruleset lacks to permit traffic that is missing: its
// packets, and where replies are filtered too their replies, each as if only they were
// filtered. [Check] names one of the two, and permitting that alone would leave the
// other in the way.
func (x *Index) EachWay(q Request, m Missing) []Missing {
	if !x.rules.Stateless {
		return []Missing{m}
	}
	return eachWay(x, x.rules, q, m)
}

// EachWay implements [Matcher].
func (o *Overlay) EachWay(q Request, m Missing) []Missing {
	if !o.base.rules.Stateless {
		return []Missing{m}
	}
	return eachWay(o, o.base.rules, q, m)
}

func eachWay(x oneWay, rules *rule.Ruleset, q Request, m Missing) []Missing {
	out := Question{SourceZone: q.SourceZone, DestinationZone: q.DestinationZone, Identity: q.Identity}
	crossing := out.crossing()
	parts, _ := x.way([]traffic.Product{m.Product}, crossing, false)
	v4, v6 := m.ByFamily()
	for _, p := range [...]traffic.Product{v4, v6} {
		permitted := Part{Product: p, Outcome: Permitted, Rule: -1, Intent: -1, Permit: -1}
		if _, back := answered(permitted); !back.IsEmpty() {
			answers, _ := x.way([]traffic.Product{back}, crossing.reply(), true)
			for _, a := range answers {
				parts = append(parts, replied(permitted, a))
			}
		}
	}
	ways := missingPermit([]Matcher{x}, Request{}, []Answer{{Parts: parts}})
	for i := range ways {
		if w := &ways[i]; w.Replies && w.Intent == "" && rules.OneList() && !rules.Tracked {
			w.Intent = opened(x, q, w.Product)
		}
	}
	return ways
}

// opened describes a deny, narrower than any → any, of packets that are no replies but
// look like those to p: a rule for the replies would overrule it too. It is empty if
// there is none.
func opened(x oneWay, q Request, p traffic.Product) string {
	out := Question{SourceZone: q.DestinationZone, DestinationZone: q.SourceZone, Identity: q.Identity}
	parts, _ := x.way([]traffic.Product{replies(p)}, out.crossing(), false)
	for _, part := range parts {
		if part.Outcome != Permitted && part.Intent >= 0 {
			return x.Describe(part.Intent, false)
		}
	}
	return ""
}
