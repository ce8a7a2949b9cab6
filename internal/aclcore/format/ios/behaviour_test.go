package ios_test

import (
	"os"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/ios"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/parsetest"
)

// TestBehaviour reads testdata: the name of an archive's first file ends in the
// dialect, as in edge.cisco_ios.
func TestBehaviour(t *testing.T) {
	parsetest.Run(t, func(in device.Input) (*device.Document, error) {
		for _, d := range []ios.Dialect{ios.IOS, ios.NXOS, ios.XR} {
			if strings.HasSuffix(in.Source, "."+string(d)) {
				return ios.Parse(d, in)
			}
		}
		t.Fatalf("%s names no dialect", in.Source)
		return nil, nil
	}, os.WriteFile)
}
