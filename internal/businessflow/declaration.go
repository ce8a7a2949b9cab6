package businessflow

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/algosec"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/estate"
)

// Ruleset stands in missing and decisions for what AlgoSec says.
const Ruleset = "AlgoSec"

// A Declaration is what a resource declares of one application in AlgoSec.
type Declaration struct {
	Application string
	// Create makes the application if there is none. Exclusive deletes the flows that
	// are not declared.
	Create, Exclusive bool
	Flows             map[string]estate.Flow
	// Owned names the flows that the resource had before: those that are no longer
	// declared are deleted.
	Owned []string
	// Single says that the resource has one flow of an application that is managed
	// elsewhere.
	Single bool
}

// FlowText is the flow on one line, as the inventory shows it.
func FlowText(f estate.Flow) string {
	return flowText(f.Sources, f.Destinations, f.Services, f.Users, f.NetworkApplications)
}

// flowText is a flow on one line.
func flowText(sources, destinations, services, users, applications []string) string {
	text := fmt.Sprintf("%s -> %s %s", strings.Join(sources, ", "), strings.Join(destinations, ", "), strings.Join(services, ", "))
	for _, more := range []struct {
		word  string
		names []string
	}{{"users", users}, {"applications", applications}} {
		if Restricted(more.names) {
			text += " for " + more.word + " " + strings.Join(more.names, ", ")
		}
	}
	return text
}

// Restricted reports whether the names restrict a flow: AlgoSec has "Any" for none.
func Restricted(names []string) bool {
	return len(names) > 0 && !slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, "any") })
}

func storedText(f *algosec.Flow) string {
	return flowText(ObjectNames(f.Sources), ObjectNames(f.Destinations), ServiceNames(f.Services), PlainNames(f.Users), PlainNames(f.NetworkApplications))
}

// ObjectNames returns the names of the objects.
func ObjectNames(list []algosec.NetworkObject) (out []string) {
	for _, o := range list {
		out = append(out, o.Name)
	}
	return out
}

// ServiceNames returns the names of the services.
func ServiceNames(list []algosec.Service) (out []string) {
	for _, o := range list {
		out = append(out, o.Name)
	}
	return out
}

// PlainNames returns the names of users or network applications.
func PlainNames(list []algosec.Named) (out []string) {
	for _, o := range list {
		out = append(out, o.Name)
	}
	return out
}

// desired is what is declared, for a client; since is what the application held when it
// was last seen without a draft.
func (d Declaration) desired(since *algosec.Baseline) algosec.Desired {
	out := algosec.Desired{Application: d.Application, Create: d.Create, Exclusive: d.Exclusive, Owned: d.Owned, Since: since}
	for _, name := range slices.Sorted(maps.Keys(d.Flows)) {
		f := d.Flows[name]
		out.Flows = append(out.Flows, algosec.DesiredFlow{
			Name: name, Sources: f.Sources, Destinations: f.Destinations, Services: f.Services,
			Users: f.Users, NetworkApplications: f.NetworkApplications, Comment: f.Comment,
		})
	}
	return out
}

// Without returns the declaration with the named flows to be deleted.
func (d Declaration) Without(names []string) Declaration {
	if len(names) == 0 {
		return d
	}
	d.Flows, d.Owned = maps.Clone(d.Flows), slices.Concat(d.Owned, names)
	for _, name := range names {
		delete(d.Flows, name)
	}
	return d
}

// Inventory is what AlgoSec has after an apply, on one line for each flow.
func (d Declaration) Inventory() map[string]string {
	out := make(map[string]string, len(d.Flows))
	for name, f := range d.Flows {
		out[name] = FlowText(f)
	}
	return out
}

// Names returns the names of the flows, sorted.
func (d Declaration) Names() []string { return slices.Sorted(maps.Keys(d.Flows)) }

// Key tells declarations of applications, and of flows, from each other.
func (d Declaration) Key() string {
	if d.Single {
		for name := range d.Flows {
			return "flow " + d.Application + "/" + name
		}
	}
	return "application " + d.Application
}
