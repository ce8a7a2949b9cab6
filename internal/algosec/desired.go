package algosec

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Desired is what an application is to hold.
type Desired struct {
	Application string
	// Create makes the application if there is none.
	Create bool
	Flows  []DesiredFlow
	// Owned names flows that are ours: those that are not in Flows are deleted.
	// All others are left alone, unless Exclusive is set, which deletes every flow
	// of the application that is not in Flows.
	Owned     []string
	Exclusive bool
	// Since is what the application held when it was last seen without a draft, nil if
	// that is not known. Drafts are compared with it.
	Since *Baseline
}

// DesiredFlow is a flow as it is declared. Addresses and services are literals, as
// package addr and service read them, or names of objects that the server has.
type DesiredFlow struct {
	Name                            string
	Sources, Destinations, Services []string
	// Users and NetworkApplications restrict the flow; none is no restriction.
	Users, NetworkApplications []string
	// Comment is written with the flow. A flow is not rewritten for its comment.
	Comment string
}

// validate returns everything that is wrong with the declaration.
func (d Desired) validate() error {
	var errs []error
	if d.Application == "" {
		errs = append(errs, errors.New("the name of the application is empty"))
	}
	seen := make(map[string]bool)
	for _, f := range d.Flows {
		if f.Name == "" {
			errs = append(errs, errors.New("a flow has no name"))
			continue
		}
		if seen[f.Name] {
			errs = append(errs, fmt.Errorf("flow %q is declared twice", f.Name))
		}
		seen[f.Name] = true
		for _, list := range []struct {
			name     string
			values   []string
			required bool
		}{
			{"sources", f.Sources, true},
			{"destinations", f.Destinations, true},
			{"services", f.Services, true},
			{"users", f.Users, false},
			{"network_applications", f.NetworkApplications, false},
		} {
			if list.required && len(list.values) == 0 {
				errs = append(errs, fmt.Errorf("flow %q: %s is empty", f.Name, list.name))
			}
			if slices.ContainsFunc(list.values, func(s string) bool { return strings.TrimSpace(s) == "" }) {
				errs = append(errs, fmt.Errorf("flow %q: %s holds an empty name", f.Name, list.name))
			}
		}
	}
	return errors.Join(errs...)
}

// flow returns the declared flow of the name, or nil.
func (d Desired) flow(name string) *DesiredFlow {
	i := slices.IndexFunc(d.Flows, func(f DesiredFlow) bool { return f.Name == name })
	if i < 0 {
		return nil
	}
	return &d.Flows[i]
}
