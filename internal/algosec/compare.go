package algosec

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
)

// A meaning is what a flow stands for, whatever its parts are called: the union
// of the addresses and of the services, and the names of what has no content that
// can be read. Two flows with the same meaning are the same flow, which is what
// keeps tcp/200, stored as TCP/200, from being changed for ever.
//
// The comment is not part of it: a comment alone is not worth a change request.
// The SDKs leave it out too.
type meaning struct{ text string }

// digest is a short form to keep.
func (m meaning) digest() string {
	sum := sha256.Sum256([]byte(m.text))
	return hex.EncodeToString(sum[:12])
}

func meaningOf(sources, destinations []NetworkObject, services []Service, users, applications []string) meaning {
	var b strings.Builder
	for _, part := range [][]string{
		addressesOf(sources), addressesOf(destinations), servicesOf(services), unrestricted(users), unrestricted(applications),
	} {
		fmt.Fprintf(&b, "%q\n", part)
	}
	return meaning{b.String()}
}

// meaning returns what the flow stands for.
func (f *Flow) meaning() meaning {
	return meaningOf(f.Sources, f.Destinations, f.Services, names(f.Users), names(f.NetworkApplications))
}

func names(list []Named) []string {
	var out []string
	for _, n := range list {
		out = append(out, n.Name)
	}
	return out
}

// unrestricted sorts names and leaves out the marker "Any": the server has it for
// an empty list, or no list at all where the feature is off.
func unrestricted(list []string) []string {
	if slices.ContainsFunc(list, isAny) {
		return nil
	}
	list = slices.Clone(list)
	slices.Sort(list)
	return slices.Compact(list)
}

func isAny(name string) bool { return strings.EqualFold(name, "any") }

func addressesOf(objects []NetworkObject) []string {
	var (
		ranges []addr.Range
		out    []string
	)
	for _, o := range objects {
		set, ok := o.set()
		if !ok {
			out = append(out, "object "+o.Name)
			continue
		}
		ranges = append(ranges, set.Ranges()...)
	}
	for _, r := range addr.SetOf(ranges...).Ranges() {
		out = append(out, r.String())
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// set returns the addresses of the object, if they can be read.
func (o NetworkObject) set() (addr.Set, bool) {
	if len(o.Addresses) == 0 {
		return addr.Any(), isAny(o.Name)
	}
	var ranges []addr.Range
	for _, text := range o.Addresses {
		if text == "*" {
			return addr.Any(), true
		}
		lit, err := addr.Parse(text)
		if err != nil {
			return addr.Set{}, false
		}
		ranges = append(ranges, lit.Set.Ranges()...)
	}
	return addr.SetOf(ranges...), true
}

func servicesOf(services []Service) []string {
	var (
		ranges []service.Range
		out    []string
	)
	for _, s := range services {
		set, ok := s.set()
		if !ok {
			out = append(out, "service "+s.Name)
			continue
		}
		ranges = append(ranges, set.Ranges()...)
	}
	for _, r := range service.SetOf(ranges...).Ranges() {
		out = append(out, fmt.Sprint(r))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// set returns the service's protocols and ports, if they can be read.
func (s Service) set() (service.Set, bool) {
	if len(s.Literals) == 0 {
		return service.Any(), isAny(s.Name)
	}
	var ranges []service.Range
	for _, text := range s.Literals {
		if text == "*" {
			return service.Any(), true
		}
		lit, err := service.Parse(text)
		if err != nil {
			return service.Set{}, false
		}
		ranges = append(ranges, lit.Set.Ranges()...)
	}
	return service.SetOf(ranges...), true
}
