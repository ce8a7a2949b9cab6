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

// An ASA compares real addresses: the destination is translated before the lists and the
// source after them.
func TestOrderOfASA(t *testing.T) {
	f, _ := format.Lookup("cisco_asa")
	want := []device.Step{device.TranslateDestination, device.FilterIn, device.FilterLevels, device.FilterOut, device.TranslateSource}
	if !slices.Equal(f.Order.Steps, want) || f.Order.Stateless {
		t.Errorf("got %v", f.Order)
	}
}
