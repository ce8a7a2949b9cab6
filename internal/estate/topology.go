package estate

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/flow"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/topology"
	zonemap "github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/zone"
)

// PathConfig declares a way between zones where it is not the shortest one.
type PathConfig = topology.Path

// A TopologyError says that zones, devices and paths do not fit together. It is the
// same for every flow.
type TopologyError struct {
	// Err has a line for each problem, led by its attribute.
	Err error
}

func (e *TopologyError) Error() string { return e.Err.Error() }

// Unwrap returns Err.
func (e *TopologyError) Unwrap() error { return e.Err }

// HasDevices reports whether flows that name no rulesets find their own ways.
func (e *Estate) HasDevices() bool { return len(e.devices) > 0 }

// DeviceNames returns the names of the devices, sorted.
func (e *Estate) DeviceNames() []string { return slices.Sorted(maps.Keys(e.devices)) }

// buildTopology reads all devices and puts them together.
func (e *Estate) buildTopology(c Config) (*topology.Topology, error) {
	t, err := e.layOut(c)
	if err != nil {
		return nil, err
	}
	var problems []error
	for _, x := range t.Contradictions() {
		if !x.Skipped {
			problems = append(problems, errors.New(x.Text))
		}
	}
	if err := bounded(problems); err != nil {
		return nil, &TopologyError{err}
	}
	return t, nil
}

// layOut is buildTopology without the comparison of zones with the devices' prefixes.
func (e *Estate) layOut(c Config) (*topology.Topology, error) {
	names, err := e.Names()
	if err != nil {
		return nil, err
	}
	if len(c.Zones) == 0 {
		return nil, &TopologyError{errors.New("zones: there are devices and no zones between which they stand; declare zones = { NAME = [PREFIXES] } and the interfaces of the devices, or begin with the suggestion of data acl_topology")}
	}
	zones, err := zonemap.New(names, c.Zones, zonemap.Options{Key: "zones"})
	if err != nil {
		return nil, &TopologyError{err}
	}
	t := topology.Config{Zones: zones, Rulesets: e.RulesetNames(), Paths: c.Paths}
	if t.Devices, err = e.topologyDevices(); err != nil {
		return nil, err
	}
	top, err := topology.New(t)
	if err != nil {
		return nil, &TopologyError{bounded([]error{err})}
	}
	return top, nil
}

// CheckTopology says what can be found wrong with zones, devices and paths without
// reading a file, in lines that are led by their attribute.
func CheckTopology(c Config) error {
	names, err := flow.NewNames(c.Addresses, c.Services)
	if err != nil {
		return nil //nolint:nilerr // told where the names are declared
	}
	zones, err := zonemap.New(names, c.Zones, zonemap.Options{Key: "zones"})
	if err != nil {
		return err
	}
	t := topology.Config{Zones: zones, Rulesets: slices.Sorted(maps.Keys(c.Rulesets)), Paths: c.Paths, Unread: true}
	var problems []error
	for _, name := range slices.Sorted(maps.Keys(c.Devices)) {
		d := c.Devices[name]
		if _, err := names.Addresses(d.Guards); err != nil {
			problems = append(problems, fmt.Errorf("devices[%q].guards: %w", name, err))
		}
		t.Devices = append(t.Devices, topology.Device{Name: name, Source: name, Document: &device.Document{}, Interfaces: d.Interfaces})
	}
	if _, err := topology.New(t); err != nil {
		problems = append(problems, err)
	}
	return errors.Join(problems...)
}

// maxProblems is how many problems of one estate are told.
const maxProblems = 20

// bounded joins the problems, as many as are told.
func bounded(problems []error) error {
	if n := len(problems) - maxProblems; n > 0 {
		problems = append(problems[:maxProblems:maxProblems], fmt.Errorf("and %d more problems", n))
	}
	return errors.Join(problems...)
}
