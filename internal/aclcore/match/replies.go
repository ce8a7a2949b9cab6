package match

import "github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"

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
