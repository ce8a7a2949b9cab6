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

// EachWay tells apart what a stateless ruleset lacks to permit traffic that is
// missing: its packets, and their replies, each as if only they were filtered. [Check]
// names one of the two, and permitting that alone would leave the other in the way.
func (x *Index) EachWay(q Request, m Missing) []Missing {
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
	return missingPermit([]Matcher{x}, Request{}, []Answer{{Parts: append(parts, r.parts...)}})
}
