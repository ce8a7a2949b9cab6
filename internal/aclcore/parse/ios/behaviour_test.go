package ios_test

import (
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/config"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/parse/internal/parsetest"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/parse/ios"
)

// TestBehaviour reads testdata: the name of an archive's first file ends in the
// dialect, as in edge.cisco_ios.
func TestBehaviour(t *testing.T) {
	parsetest.Run(t, func(in config.Input) (*config.Document, error) {
		for _, d := range []ios.Dialect{ios.IOS, ios.NXOS, ios.XR} {
			if suffix := "." + string(d); len(in.Source) > len(suffix) && in.Source[len(in.Source)-len(suffix):] == suffix {
				return ios.Parse(d, in)
			}
		}
		t.Fatalf("%s names no dialect", in.Source)
		return nil, nil
	})
}
