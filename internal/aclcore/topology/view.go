package topology

import (
	"slices"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// present returns the traffic of the products that meets the step, in the addresses that
// it has there.
func (s *Step) present(products []traffic.Product) (out []traffic.Product) {
	for _, p := range products {
		if s.through == nil {
			if hit := p.Intersect(s.Within); !hit.IsEmpty() {
				out = append(out, hit)
			}
			continue
		}
		for _, own := range s.through.products {
			if hit := p.Intersect(own); !hit.IsEmpty() {
				if now := s.through.now(hit).Intersect(s.Within); !now.IsEmpty() {
					out = append(out, now)
				}
			}
		}
	}
	if s.through != nil && s.through.loose() {
		return apart(out)
	}
	return out
}

// apart returns the same packets in disjoint products.
func apart(products []traffic.Product) (out []traffic.Product) {
	for _, p := range products {
		rest := []traffic.Product{p}
		for _, have := range out {
			rest = subtract(rest, have)
		}
		out = append(out, rest...)
	}
	return out
}

// own returns the traffic of the flow that the step sees as p, in the flow's addresses.
func (s *Step) own(p traffic.Product) []traffic.Product {
	p = s.request(p)
	if s.through == nil {
		return []traffic.Product{p}
	}
	var out []traffic.Product
	for _, own := range s.through.products {
		if hit := s.through.now(own).Intersect(p); !hit.IsEmpty() {
			if back := s.through.before(hit, own); !back.IsEmpty() {
				out = append(out, back)
			}
		}
	}
	return out
}

// holds reports whether the step filters all of the traffic.
func (s *Step) holds(own traffic.Product) bool {
	if s.through == nil {
		return s.Within.ContainsProduct(own)
	}
	rest := []traffic.Product{own}
	for _, p := range s.present(rest) {
		for _, back := range s.own(p) {
			rest = subtract(rest, back)
		}
	}
	return len(rest) == 0
}

// differs returns what traffic looks like at the step, nil if that is what it is.
func (s *Step) differs(seen, own traffic.Product) *traffic.Product {
	if s.through == nil || s.through.same() {
		return nil
	}
	now := s.through.now(own)
	if !s.Untold() {
		now = now.Intersect(seen)
	}
	if !now.Equal(own) {
		return &now
	}
	return nil
}

// Untold reports whether the text does not tell the addresses that a translation on the way
// to the step gives: no rule can be written for them.
func (s *Step) Untold() bool {
	return s.through != nil && (s.through.src.untold() || s.through.dst.untold())
}

func (e end) untold() bool { return e.addresses == spread && covers(e.set) }

// A judged is traffic in the flow's addresses and what the list of a step does with it.
type judged struct {
	traffic.Product
	outcome match.Outcome
	// by is the number of the decision.
	by int
}

// judge tells what becomes of the flow's traffic by the decisions about what it looks
// like at the step. Where a packet may look in several ways, it is permitted if all of
// them are, denied if none is, else it is not known.
func (s *Step) judge(f match.Finding) (out []judged) {
	loose := s.through != nil && s.through.loose()
	for i, d := range f.Decisions {
		if loose && f.Cut {
			d.Outcome = match.Unknown // what is cut away may decide otherwise
		}
		for _, p := range s.own(d.Product) {
			out = append(out, judged{p, d.Outcome, i})
		}
	}
	if !loose {
		return out
	}
	var clear []judged
	for _, j := range out {
		rest := []traffic.Product{j.Product}
		for _, other := range out {
			if other.outcome == j.outcome {
				continue
			}
			for _, p := range rest {
				if both := p.Intersect(other.Product); !both.IsEmpty() {
					clear = append(clear, judged{both, match.Unknown, j.by})
				}
			}
			rest = subtract(rest, other.Product)
		}
		for _, p := range rest {
			clear = append(clear, judged{p, j.outcome, j.by})
		}
	}
	return clear
}

// mayPass reports whether traffic that the list denies in one of the ways that it may look
// like passes in another.
func (s *Step) mayPass(f match.Finding, own traffic.Product) bool {
	if s.through == nil || !s.through.loose() {
		return false
	}
	return slices.ContainsFunc(f.Decisions, func(d match.Decision) bool {
		return d.Outcome != match.Denied && slices.ContainsFunc(s.own(d.Product), own.Overlaps)
	})
}

// Seen returns what the traffic looks like where a list of a device is asked about it, as
// the rules of the list have to say it: packets, and replies where these are asked about.
// It is empty where the list sees the flow's own addresses.
func (l *Layout) Seen(device, list string) (out []traffic.Product) {
	for _, part := range l.Parts {
		for _, s := range part.steps {
			if s.Device == device && s.List == list && s.through != nil && !s.through.same() {
				out = append(out, s.asked(part.Products)...)
			}
		}
	}
	return out
}
