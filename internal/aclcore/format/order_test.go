package format_test

import (
	"slices"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format"
)

// The order of steps is data with a source, for every format but rule lists, which are
// of no vendor.
func TestEveryOrderHasASource(t *testing.T) {
	for _, f := range format.All() {
		if f.Family == "list" {
			continue
		}
		if f.Order.Source == "" {
			t.Errorf("%s: the order of steps has no source", f.Name)
		}
		if len(f.Order.Steps) == 0 && !f.Order.Guards {
			t.Errorf("%s: a packet that crosses the device meets no step", f.Name)
		}
		steps := f.Order.Steps
		in, out := slices.Index(steps, device.FilterIn), slices.Index(steps, device.FilterOut)
		if in >= 0 && out >= 0 && in > out {
			t.Errorf("%s: filters what leaves before what enters", f.Name)
		}
	}
}

// What each vendor's document, which the order names, says of the steps. An ASA compares real
// addresses: the destination is translated before the lists and the source after them. A router
// compares what is on the line. The lists of the firewalls with zones compare the packet as it
// comes; a virtual IP of FortiOS is in them by its outside address.
func TestOrders(t *testing.T) {
	const (
		in, levels, between, out = device.FilterIn, device.FilterLevels, device.FilterBetween, device.FilterOut
		destination, source      = device.TranslateDestination, device.TranslateSource
	)
	packets := []device.Step{between, destination, source}
	netfilter := []device.Step{destination, between, source}
	router := []device.Step{in, destination, source, between, out}
	pf := []device.Step{destination, in, source, out}
	for name, want := range map[string]struct {
		steps             []device.Step
		stateless, guards bool
	}{
		"cisco_asa":  {[]device.Step{destination, in, levels, out, source}, false, false},
		"cisco_ios":  {router, true, false},
		"cisco_nxos": {router, true, false},
		"cisco_xr":   {router, true, false},
		"junos":      {[]device.Step{in, destination, between, source, out}, false, false},
		"fortios":    {packets, false, false},
		"panos":      {packets, false, false},
		"checkpoint": {packets, false, false},
		"iptables":   {netfilter, true, false},
		"nftables":   {netfilter, true, false},
		"pf_conf":    {pf, false, false},
		"opnsense":   {pf, false, false},
		"pfsense":    {pf, false, false},
		"aws":        {nil, false, true},
		"azure":      {nil, false, true},
		"gcp":        {nil, false, true},
		"kubernetes": {nil, false, true},
	} {
		f, ok := format.Lookup(name)
		if o := f.Order; !ok || !slices.Equal(o.Steps, want.steps) || o.Stateless != want.stateless || o.Guards != want.guards {
			t.Errorf("%s: %+v, want %+v", name, f.Order, want)
		}
	}
}
