package provider

import (
	"flag"
	"os"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/terraformtest"
)

// updateFlag makes golden files of what is found; make test-update sets it.
var updateFlag = flag.Bool("update", false, "write what terraform prints into testdata/**/*.golden")

func TestMain(m *testing.M) { os.Exit(terraformtest.Main(m)) }

// A workspace is a [terraformtest.Workspace] whose additions files can be looked into.
type workspace struct{ *terraformtest.Workspace }

// newWorkspace writes the files of a txtar text to a directory of its own.
func newWorkspace(t testing.TB, files string) *workspace {
	t.Helper()
	return &workspace{terraformtest.NewWorkspace(t, files)}
}

var (
	contains   = terraformtest.Contains
	lacks      = terraformtest.Lacks
	difference = terraformtest.Difference
)
