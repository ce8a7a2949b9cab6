package change

import (
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// Spare returns the services that the flow wants between the addresses of the gap
// and that ruleset number i of the path surely treats as wanted already: a rule that
// takes them along with the gap changes nothing. It is empty where the finding does
// not tell.
func Spare(q match.Request, f match.Finding, i int, gap traffic.Product) service.Set {
	if f.Cut { // what was cut away may be missing too
		return service.Set{}
	}
	for _, whole := range q.Region.Possible {
		if !whole.ContainsProduct(gap) {
			continue
		}
		spare := gap
		spare.Services = whole.Services.Subtract(gap.Services)
		for _, m := range f.Missing {
			if m.Ruleset == i && m.Overlaps(spare) {
				return service.Set{}
			}
		}
		return spare.Services
	}
	return service.Set{}
}

// long is how many entries a gap has at least for others to be taken along. A rule
// is better exact than short, as long as somebody can read it.
const long = 8

// Widen returns the services of a gap. Where they are many it adds those that may be
// taken along, if that is shorter to say: all of ICMP where only the echo request is
// permitted, and not 255 other types one by one. A gap that lacks some source ports is
// filled up where the flow wants all of them: nobody asked for a rule by source ports.
func Widen(gap, spare service.Set) service.Set {
	gap = wholeSources(gap, spare)
	if n := entries(gap); n >= long {
		if all := gap.Union(spare); entries(all) < n {
			return all
		}
	}
	return gap
}

// wholeSources takes along the source ports that a service of the gap lacks: all of them
// if they may be taken, else those that the flow names in one run.
func wholeSources(gap, spare service.Set) service.Set {
	const lastPort = 65535
	out := gap
	var all service.Set
	for _, r := range gap.Ranges() {
		if r.SrcFrom == 0 && r.SrcTo == lastPort {
			continue
		}
		if all.IsEmpty() {
			all = gap.Union(spare)
		}
		whole := r
		if whole.SrcFrom, whole.SrcTo = 0, lastPort; all.ContainsSet(service.SetOf(whole)) {
			out = out.Union(service.SetOf(whole))
			continue
		}
		for _, a := range all.Ranges() {
			run := r
			run.SrcFrom, run.SrcTo = a.SrcFrom, a.SrcTo
			if a.SrcFrom <= r.SrcFrom && r.SrcTo <= a.SrcTo && all.ContainsSet(service.SetOf(run)) {
				out = out.Union(service.SetOf(run))
			}
		}
	}
	return out
}

// entries is about how many lines the services take on a device that has ranges of
// ports, but none of protocols and of ICMP types.
func entries(s service.Set) int {
	n := 0
	for _, r := range s.Ranges() {
		protocols := int(r.ProtoTo) - int(r.ProtoFrom) + 1
		switch {
		case r == service.All():
			n++
		case service.HasTypes(r.ProtoFrom) && r != service.Whole(r.ProtoFrom) && protocols == 1:
			n += int(r.DstTo>>8) - int(r.DstFrom>>8) + 1
		default:
			n += protocols
		}
	}
	return n
}
